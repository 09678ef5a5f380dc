"""`python -m catalog incident …`: the register of confidentiality incidents."""

import csv
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from catalog.database import configured_sessions
from catalog.export import harmless
from catalog.incidents import (
    IncidentChanges,
    IncidentError,
    NewIncident,
    add,
    close,
    find,
    register,
    update,
)
from catalog.models import Incident

app = typer.Typer(
    help="Register of confidentiality incidents; write no one’s name in it.", no_args_is_help=True
)

COLUMNS = [column.name for column in Incident.__table__.columns]

Number = Annotated[int, typer.Argument(help="As `incident list` gives it.")]
Happened = Annotated[str | None, typer.Option(help="Date or period when it took place.")]
Circumstances = Annotated[str | None, typer.Option(help="What took place, and why.")]
Information = Annotated[str | None, typer.Option(help="What kinds of information.")]
People = Annotated[str | None, typer.Option(help="Whose: what kinds of people.")]
Count = Annotated[int | None, typer.Option(help="How many people, about; absent if unknown.")]
Serious = Annotated[
    bool | None, typer.Option("--serious/--not-serious", help="Is there a risk of serious injury?")
]
Reasons = Annotated[str | None, typer.Option(help="Why there is such a risk, or none.")]
Measures = Annotated[str | None, typer.Option(help="What was done to lessen the risk.")]
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"])]
PublicNotice = Annotated[str | None, typer.Option(help="Why people were told by a public notice.")]


@app.command("add")
def add_command(
    happened: Happened = None,
    found_on: Day = None,
    circumstances: Circumstances = None,
    information: Information = None,
    people: People = None,
    people_count: Count = None,
    serious: Serious = None,
    reasons: Reasons = None,
    measures: Measures = None,
    regulator_told_on: Day = None,
    people_told_on: Day = None,
    public_notice: PublicNotice = None,
) -> None:
    """Write an incident down; what is not known yet is written later with `update`."""
    new = _read(NewIncident, **locals())
    with configured_sessions().begin() as session:
        number = add(session, new).id
    typer.echo(f"Incident {number} is in the register.")


@app.command("update")
def update_command(
    number: Number,
    happened: Happened = None,
    circumstances: Circumstances = None,
    information: Information = None,
    people: People = None,
    people_count: Count = None,
    serious: Serious = None,
    reasons: Reasons = None,
    measures: Measures = None,
    regulator_told_on: Day = None,
    people_told_on: Day = None,
    public_notice: PublicNotice = None,
) -> None:
    """Write what was learned or done since."""
    given = {name: value for name, value in locals().items() if name != "number"}
    changes = _read(IncidentChanges, **given)
    with configured_sessions().begin() as session:
        update(session, find(session, number), changes)
    typer.echo(f"Incident {number} is up to date.")


@app.command("list")
def list_command() -> None:
    """List the incidents, the latest first."""
    with configured_sessions().begin() as session:
        for incident in register(session):
            risk = "serious" if incident.serious else "not serious"
            state = f"closed {incident.closed_on}" if incident.closed_on else "open"
            count = "unknown" if incident.people_count is None else incident.people_count
            typer.echo(
                f"{incident.id}  found {incident.found_on}  {risk}  people: {count}  {state}"
            )


@app.command("show")
def show_command(number: Number) -> None:
    """Show one incident."""
    with configured_sessions().begin() as session:
        incident = find(session, number)
        for name in COLUMNS:
            typer.echo(f"{name}: {_plain(getattr(incident, name))}")


@app.command("close")
def close_command(number: Number) -> None:
    """Say that nothing is left to be done; the entry stays."""
    with configured_sessions().begin() as session:
        close(session, find(session, number))
    typer.echo(f"Incident {number} is closed.")


@app.command("export")
def export_command(
    path: Annotated[
        Path | None, typer.Argument(help="The CSV file; standard output if absent.")
    ] = None,
) -> None:
    """Export the register as CSV, as the Commission d’accès à l’information may ask for it."""
    with configured_sessions().begin() as session:
        rows = [[getattr(one, name) for name in COLUMNS] for one in register(session)]
    stream = path.open("w", encoding="utf-8-sig", newline="") if path else sys.stdout
    writer = csv.writer(stream)
    writer.writerows([COLUMNS, *([harmless(value) for value in row] for row in rows)])
    if path:
        stream.close()


def _read(kind: type[IncidentChanges], **given: Any) -> Any:
    dates = {name: one.date() for name, one in given.items() if isinstance(one, datetime)}
    said = {name: value for name, value in (given | dates).items() if value is not None}
    try:
        return kind(**said)
    except ValidationError as error:
        fault = error.errors(include_input=False)[0]
        option = str(fault["loc"][0]).replace("_", "-")
        raise IncidentError(f"--{option}: {fault['msg']}") from None


def _plain(value: object) -> str:
    return "" if value is None else str(value)
