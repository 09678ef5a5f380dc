"""What a demo added to rows that are not its own: counts of messages, and numbers of requests.

Neither bears a mark, and messages that were counted may be erased before the demo is. So it is
written beside them, as a conversation that no page shows and that never comes to its term.
"""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Column, Table, bindparam, delete, func, select, update
from sqlalchemy.orm import Session

from catalog.demo.marks import PREFIX
from catalog.interpretation_days import count_interpretations
from catalog.models import (
    ChatTurn,
    Interpretation,
    InterpretationDay,
    Language,
    Outcome,
    ReferenceSequence,
    Request,
)

LEDGER = f"{PREFIX}ledger"
SEQUENCES = "sequences"
DAYS: Table = InterpretationDay.__table__
NEVER = dt.datetime(9999, 1, 1, tzinfo=dt.UTC)


def note_sequences(session: Session) -> None:
    """Write the last number of each year, before the demo takes any."""
    rows = session.scalars(select(ReferenceSequence))
    _write(session, SEQUENCES, [[row.year, row.last_number] for row in rows])


def note_counted(session: Session, name: str, counted: Iterable[Interpretation]) -> None:
    """Write what `count_interpretations` was given."""
    _write(session, name, [_noted(one) for one in counted])


def uncount(session: Session) -> None:
    """Take what was noted off the counts.

    Counted once more, the messages tell in which rows they are, whatever these count.
    """
    before = _counts(session)
    for rows in _read(session, ChatTurn.message_id != SEQUENCES):
        count_interpretations(session, [_interpretation(*row) for row in rows])
    changed = {}
    for key, twice in _counts(session).items():
        once = before.get(key, [0] * len(twice))
        if twice != once:
            changed[key] = [2 * one - two for one, two in zip(once, twice, strict=True)]
    _set(session, changed)


def give_numbers_back(session: Session) -> None:
    """Have the sequences be as they were, but for what was filed since; no number comes twice.

    The demo's own requests are to be gone already.
    """
    before = {
        year: number
        for rows in _read(session, ChatTurn.message_id == SEQUENCES)
        for year, number in rows
    }
    for sequence in session.scalars(select(ReferenceSequence).with_for_update()):
        of_year = Request.reference.startswith(f"C-{sequence.year}-")
        # By length first, as 100000 comes after 99999.
        latest = session.scalar(
            select(Request.reference)
            .where(of_year)
            .order_by(func.length(Request.reference).desc(), Request.reference.desc())
            .limit(1)
        )
        in_use = int(latest.rpartition("-")[2]) if latest else 0
        number = max(before.get(sequence.year, 0), in_use)
        if number or sequence.year in before:
            sequence.last_number = number
        else:
            session.delete(sequence)


def _noted(interpretation: Interpretation) -> list:
    """What is counted of it."""
    return [
        interpretation.said_at.isoformat(),
        interpretation.language,
        interpretation.pole_slug,
        interpretation.fields,
        interpretation.outcome,
        interpretation.confidence,
    ]


def _interpretation(
    said_at: str,
    language: str,
    pole_slug: str | None,
    fields: list[str],
    outcome: str,
    confidence: float,
) -> Interpretation:
    return Interpretation(
        said_at=dt.datetime.fromisoformat(said_at),
        language=Language(language),
        pole_slug=pole_slug,
        fields=fields,
        outcome=Outcome(outcome),
        confidence=confidence,
    )


def _counts(session: Session) -> dict[tuple, list]:
    """The numbers of every row of the counts, by its key; no one else changes them meanwhile."""
    size = len(DAYS.primary_key)
    rows = session.execute(select(*DAYS.primary_key, *_numbers()).with_for_update())
    return {tuple(row[:size]): list(row[size:]) for row in rows}


def _set(session: Session, counts: dict[tuple, list]) -> None:
    """Have the rows count so much; one that counts nothing goes."""
    same = [column == bindparam(f"of_{column.name}") for column in DAYS.primary_key]
    values = {column: bindparam(f"is_{column.name}") for column in _numbers()}
    counting, empty = [], []
    for key, numbers in counts.items():
        of_row = {
            f"of_{column.name}": one for column, one in zip(DAYS.primary_key, key, strict=True)
        }
        is_row = {f"is_{column.name}": one for column, one in zip(_numbers(), numbers, strict=True)}
        if any(number > 0 for number in numbers if isinstance(number, int)):
            counting.append(of_row | is_row)
        else:
            empty.append(of_row)
    connection = session.connection()
    if counting:
        connection.execute(update(DAYS).where(*same).values(values), counting)
    if empty:
        connection.execute(delete(DAYS).where(*same), empty)


def _numbers() -> list[Column]:
    return [column for column in DAYS.columns if not column.primary_key]


def _write(session: Session, name: str, rows: list[list]) -> None:
    turn = ChatTurn(
        conversation_id=LEDGER,
        message_id=name,
        fingerprint="",
        payload="",
        created_at=NEVER,
        language=Language.FR,
        messages=rows,
    )
    session.add(turn)


def _read(session: Session, condition: Any) -> Iterable[list[list]]:
    query = select(ChatTurn.messages).where(ChatTurn.conversation_id == LEDGER, condition)
    return session.scalars(query).all()
