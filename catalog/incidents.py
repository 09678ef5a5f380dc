"""The register of confidentiality incidents, kept for ever: the law asks five years at least."""

import datetime as dt
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints
from pydantic import Field as Bounded
from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.audit import record
from catalog.models import Incident
from catalog.requests import local_today

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=5000)]


class IncidentError(Exception):
    """What was asked of the register cannot be done; the message says why."""


class IncidentChanges(BaseModel):
    """What is learned of an incident after it was written down; None leaves what stands."""

    model_config = ConfigDict(extra="forbid")

    happened: Annotated[Words, StringConstraints(max_length=200)] | None = None
    circumstances: Words | None = None
    information: Words | None = None
    people: Words | None = None
    people_count: Annotated[int, Bounded(ge=0)] | None = None
    serious: bool | None = None
    reasons: Words | None = None
    measures: Words | None = None
    regulator_told_on: dt.date | None = None
    people_told_on: dt.date | None = None
    public_notice: Words | None = None


class NewIncident(IncidentChanges):
    """An incident as it is first written down."""

    happened: Annotated[Words, StringConstraints(max_length=200)]
    found_on: dt.date
    circumstances: Words
    information: Words
    people: Words
    serious: bool
    reasons: Words
    measures: Words


def add(session: Session, new: NewIncident) -> Incident:
    incident = Incident(**new.model_dump())
    session.add(incident)
    session.flush()
    record(session, None, "add_incident", "incidents", incident.id)
    return incident


def find(session: Session, number: int) -> Incident:
    """The incident of that number.

    Raises:
        IncidentError: there is none.
    """
    incident = session.get(Incident, number)
    if incident is None:
        raise IncidentError(f"no incident bears the number {number}; `incident list` shows them")
    return incident


def update(session: Session, incident: Incident, changes: IncidentChanges) -> None:
    """Write what was learned since."""
    given = changes.model_dump(exclude_none=True)
    for name, value in given.items():
        setattr(incident, name, value)
    after = {"changed": sorted(given)}
    record(session, None, "update_incident", "incidents", incident.id, after=after)


def close(session: Session, incident: Incident) -> None:
    """Say that nothing is left to be done; the entry stays.

    Raises:
        IncidentError: it is closed already, or notices that the law asks for were not given.
    """
    if incident.closed_on:
        raise IncidentError(f"incident {incident.id} was closed on {incident.closed_on}")
    if incident.serious and not (incident.regulator_told_on and incident.people_told_on):
        raise IncidentError(
            "there is a risk of serious injury: tell the Commission d’accès à l’information and"
            " the people concerned, and write when with `incident update`"
        )
    incident.closed_on = local_today()
    record(session, None, "close_incident", "incidents", incident.id)


def register(session: Session) -> list[Incident]:
    """Every incident, the latest found first."""
    query = select(Incident).order_by(Incident.found_on.desc(), Incident.id.desc())
    return list(session.scalars(query))
