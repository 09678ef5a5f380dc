"""Erase a person's requests wherever something of them is, and again after a back-up came back.

An erasure is written twice, as a reference and an instant alone: in the database, and in a ledger
beside it, which outlives the database that a back-up takes the place of.
"""

import datetime as dt
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.audit import record
from catalog.forgetting import forget_people
from catalog.models import Account, Erasure, Request, utc_now
from catalog.person_notices import notices_of_erasure
from catalog.traces import erase_traces, traces_of

LEDGER = "erasures.jsonl"


@dataclass(frozen=True)
class Erased:
    """A line of the ledger."""

    reference: str
    at: dt.datetime


def erase(
    session: Session,
    requests: Sequence[Request],
    var_dir: Path,
    by: Account | None = None,
    through: str = "staff",
) -> None:
    """Erase all that tells who made `requests`, and what they said.

    What is counted stays, under the same references. The teams are asked to erase the e-mails that
    they were sent.

    Args:
        var_dir: holds the ledger, and files in which something of them may be.
        by: who of the staff; None for the command line and for the person.
        through: "staff" or "link", for the audit trail.
    """
    at = utc_now()
    notices = [notice for request in requests for notice in notices_of_erasure(request)]
    # Before the commit: an erasure that failed and is replayed is what was asked for, one that is
    # not replayed is not.
    _write_ledger(var_dir, [Erased(request.reference, at) for request in requests])
    _erase(session, requests, var_dir, at)
    session.add_all(notices)
    for request in requests:
        after = {"through": through}
        record(session, by, "erase_person", "requests", request.id, after=after)


def replay(session: Session, erased: Iterable[Erased], var_dir: Path) -> int:
    """Erase again what a restored database still holds; how many requests it was.

    A request that was filed after an erasure is another one, under a number that came again.
    """
    replayed = 0
    for line in erased:
        request = session.scalar(select(Request).where(Request.reference == line.reference))
        if request and request.erased_at is None and request.created_at <= line.at:
            _erase(session, [request], var_dir, line.at)
            record(session, None, "replay_erasure", "requests", request.id)
            replayed += 1
    return replayed


def read_ledger(var_dir: Path) -> list[Erased]:
    """Every erasure that was asked for, oldest first; a line cut short by a crash is left out."""
    path = var_dir / LEDGER
    return list(_lines(path.read_text("utf-8"))) if path.exists() else []


def _lines(text: str) -> Iterator[Erased]:
    for line in text.splitlines():
        try:
            written = json.loads(line)
        except ValueError:
            continue
        yield Erased(written["reference"], dt.datetime.fromisoformat(written["at"]))


def _write_ledger(var_dir: Path, erased: Iterable[Erased]) -> None:
    var_dir.mkdir(parents=True, exist_ok=True)
    lines = (json.dumps({"reference": one.reference, "at": one.at.isoformat()}) for one in erased)
    descriptor = os.open(var_dir / LEDGER, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(descriptor, "".join(f"{line}\n" for line in lines).encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _erase(session: Session, requests: Sequence[Request], var_dir: Path, at: dt.datetime) -> None:
    traces = traces_of(session, requests)
    forget_people(session, requests, var_dir, reviewed_too=True)
    erase_traces(session, traces, var_dir)
    references = [request.reference for request in requests]
    known = session.scalars(select(Erasure.reference).where(Erasure.reference.in_(references)))
    new = set(references) - set(known)
    session.add_all(Erasure(reference=reference, at=at) for reference in sorted(new))
