"""Counts of messages by day, kept as interpretations are added: a million is too many to read."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import product

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from catalog.models import Interpretation, InterpretationDay, Language, Outcome
from catalog.promises import QUEBEC

INSERTS = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}
KEY = ("pole_slug", "field_slug", "day", "language")
SUMS = (*(str(outcome) for outcome in Outcome), "confidence_sum")
# In place of a slug.
ALL = "*"
NONE = ""

Key = tuple[str, str, dt.date, Language]


def count_interpretations(session: Session, interpretations: Iterable[Interpretation]) -> None:
    """Count `interpretations`, in the transaction that adds them."""
    sums: defaultdict[Key, Counter[str]] = defaultdict(Counter)
    for interpretation in interpretations:
        for key in _keys(interpretation):
            sums[key][interpretation.outcome] += 1
            if interpretation.outcome is not Outcome.OTHER:
                sums[key]["confidence_sum"] += interpretation.confidence
    if not sums:
        return
    insert = INSERTS[session.get_bind().dialect.name](InterpretationDay).values(
        [
            {**dict(zip(KEY, key, strict=True)), **{name: sums[key][name] for name in SUMS}}
            # In one order for all: two processes would else wait for each other's rows.
            for key in sorted(sums)
        ]
    )
    totals = {name: getattr(InterpretationDay, name) + insert.excluded[name] for name in SUMS}
    session.execute(insert.on_conflict_do_update(index_elements=KEY, set_=totals))


def _keys(interpretation: Interpretation) -> list[Key]:
    day = interpretation.said_at.astimezone(QUEBEC).date()
    pole = interpretation.pole_slug or NONE
    field = interpretation.fields[0] if interpretation.fields else NONE
    slugs = product((pole, ALL), (field, ALL))
    return [(*pair, day, interpretation.language) for pair in slugs]
