"""Messages to look at again: a later model changed its mind on words that were judged.

Told as messages and verdicts come, and kept with each message: among ten million, to compare each
with what was judged takes far longer than a reviewer waits.
"""

from collections.abc import Collection

from sqlalchemy import Select, String, cast, func, not_, select, update
from sqlalchemy.orm import Session

from catalog.models import Interpretation, Review


def tell_rechecks(
    session: Session, text_keys: Collection[str], new: Collection[int] | None = None
) -> None:
    """Write of the messages with these words whether they are to be looked at again.

    A message is, where its words were judged before, by another model, and are understood neither
    as they were then nor as the reviewer said.

    Args:
        new: the ids of those that come, where it is of them alone.
    """
    judged = _verdicts(text_keys).subquery()
    fields = cast(Interpretation.fields, String)
    is_asked = (
        select(judged.c.first_id)
        .where(
            judged.c.text_key == Interpretation.text_key,
            judged.c.first_id < Interpretation.id,
            judged.c.model_version != Interpretation.model_version,
            fields != judged.c.understood,
            fields != judged.c.truth,
        )
        .exists()
    )
    # Of what comes, nothing is told yet that could be taken back.
    for recheck in (True, False) if new is None else (True,):
        among = (
            Interpretation.text_key.in_(text_keys) if new is None else Interpretation.id.in_(new)
        )
        other = (
            select(Interpretation.id)
            .where(among)
            .where(Interpretation.recheck.is_(not recheck))
            .where(is_asked if recheck else not_(is_asked))
            # In order: two reviewers at once would else wait for each other.
            .order_by(Interpretation.id)
            .with_for_update(key_share=True)
        )
        session.execute(
            update(Interpretation)
            .where(Interpretation.id.in_(other))
            .values(recheck=recheck)
            .execution_options(synchronize_session=False)
        )


def _verdicts(text_keys: Collection[str]) -> Select:
    """How the words were understood, by which model, and what reviewers said, each once."""
    same = (
        Interpretation.text_key,
        Interpretation.model_version,
        # As text: PostgreSQL compares no JSON.
        cast(Interpretation.fields, String).label("understood"),
        cast(Review.fields, String).label("truth"),
    )
    return (
        select(*same, func.min(Interpretation.id).label("first_id"))
        .join(Review, Review.interpretation_id == Interpretation.id)
        .where(Interpretation.text_key.in_(text_keys))
        .group_by(*same)
    )
