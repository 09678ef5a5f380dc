"""A person's verdict on a message as the bot understood it."""

import enum
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, exists, func, insert, select
from sqlalchemy.orm import Session

from catalog.audit import record
from catalog.models import Account, Field, Interpretation, Review, utc_now
from catalog.rechecks import tell_rechecks
from catalog.texts import Texts, load_texts

INTENTS = Path(__file__).with_name("intents.yml")
NEED = "need"


class Queue(enum.StrEnum):
    """Messages worth a look, and why."""

    # The least certain first.
    UNCERTAIN = "uncertain"
    # Staff gave the request other fields.
    DISAGREEMENTS = "disagreements"
    # Unlike any training message.
    UNSEEN = "unseen"
    # A newer model changed its mind, and not for that of the reviewer.
    RECHECK = "recheck"
    # Drawn at random: the only honest measure.
    SAMPLE = "sample"
    ALL = "all"
    # Marked by a reviewer for another look.
    FLAGGED = "flagged"


class ReviewError(Exception):
    """A verdict cannot be taken; `code` names the text that says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def known_intents() -> tuple[str, ...]:
    """Every intent but `need` that a reviewer may choose, in the order to show them."""
    return tuple(load_texts(INTENTS))


def intent_name(intent: str, language: str) -> str:
    return Texts(INTENTS).get(intent, language)


def review(
    session: Session,
    account: Account,
    interpretation_id: int,
    intent: str,
    fields: Sequence[str],
    queue: Queue,
    flagged: bool = False,
) -> Review:
    """Take the verdict of `account` on a message, in place of the one it gave before if any.

    Args:
        fields: slugs, the main one first; none unless `intent` is `need`.
        queue: where the message was met.

    Raises:
        ReviewError: `interpretation_unknown`, `intent_unknown`, `fields_missing`,
            `fields_unexpected`, `fields_repeated` or `field_unknown`.
    """
    _check(session, intent, fields)
    # Two taps at once are taken one after the other; a purge waits, or is waited for.
    locked = {"key_share": True}
    message = session.get(Interpretation, interpretation_id, with_for_update=locked)
    if message is None:
        raise ReviewError("interpretation_unknown")
    given = session.scalar(
        select(Review).where(
            Review.interpretation_id == interpretation_id, Review.account_id == account.id
        )
    )
    before = _told(given) if given else {}
    verdict = given or Review(
        interpretation_id=interpretation_id, account_id=account.id, queue=queue
    )
    # What was drawn at random stays so, wherever it is met again.
    verdict.queue = Queue.SAMPLE if verdict.queue == Queue.SAMPLE else queue
    verdict.intent, verdict.fields, verdict.flagged = intent, list(fields), flagged
    verdict.reviewed_at = utc_now()
    session.add(verdict)
    session.flush()
    tell_rechecks(session, [message.text_key])
    record(
        session,
        account,
        "review",
        "interpretations",
        interpretation_id,
        before=before,
        after=_told(verdict),
    )
    return verdict


def review_alike(
    session: Session,
    account: Account,
    interpretation_id: int,
    intent: str,
    fields: Sequence[str],
    queue: Queue,
    flagged: bool = False,
) -> list[int]:
    """Give one verdict to a message and to all with the same words, unless `account` gave one.

    Arguments and errors are those of `review`; returns the ids of the messages it was given to.
    """
    _check(session, intent, fields)
    words = select(Interpretation.text_key).where(Interpretation.id == interpretation_id)
    alike = select(Interpretation.id).where(Interpretation.text_key == words.scalar_subquery())
    # In order: two reviewers at once would else wait for each other.
    session.execute(alike.order_by(Interpretation.id).with_for_update(key_share=True))
    verdict = review(session, account, interpretation_id, intent, fields, queue, flagged)
    others = list(session.scalars(alike.where(~reviewed_by(account)).order_by(Interpretation.id)))
    if others:
        same = {
            **_told(verdict),
            "account_id": account.id,
            "reviewed_at": verdict.reviewed_at,
            # Only the first was drawn.
            "queue": Queue.ALL if queue is Queue.SAMPLE else queue,
        }
        session.execute(insert(Review), [{**same, "interpretation_id": other} for other in others])
        tell_rechecks(session, list(session.scalars(words)))
        after = {**_told(verdict), "interpretations": others}
        record(session, account, "review_alike", "interpretations", interpretation_id, after=after)
    return [interpretation_id, *others]


def undo(session: Session, account: Account) -> list[int]:
    """Take back the latest verdict of `account`, from all the messages it was given to at once.

    Returns the ids of the messages; none where there is no verdict to take back.
    """
    latest = select(func.max(Review.reviewed_at)).where(Review.account_id == account.id)
    verdicts = session.scalars(
        select(Review)
        .where(Review.account_id == account.id, Review.reviewed_at == latest.scalar_subquery())
        .order_by(Review.interpretation_id)
        .with_for_update()
    ).all()
    if not verdicts:
        return []
    before, ids = _told(verdicts[0]), [verdict.interpretation_id for verdict in verdicts]
    for verdict in verdicts:
        session.delete(verdict)
    session.flush()
    # Verdicts given at once are on the same words.
    words = select(Interpretation.text_key).where(Interpretation.id == ids[0])
    tell_rechecks(session, list(session.scalars(words)))
    record(
        session,
        account,
        "undo_review",
        "interpretations",
        ids[0],
        before={**before, "interpretations": ids},
    )
    return ids


def label_of(fields: Sequence[str], intent: str) -> str:
    """What a message is about: its main field, or its intent where it is no need."""
    return fields[0] if fields else intent


def reviewed_by(account: Account, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether `account` gave a message a verdict, under `conditions` on it."""
    return exists().where(
        Review.interpretation_id == Interpretation.id, Review.account_id == account.id, *conditions
    )


def _told(verdict: Review) -> dict[str, Any]:
    return {"intent": verdict.intent, "fields": verdict.fields, "flagged": verdict.flagged}


def _check(session: Session, intent: str, fields: Sequence[str]) -> None:
    if intent != NEED:
        if intent not in known_intents():
            raise ReviewError("intent_unknown")
        if fields:
            raise ReviewError("fields_unexpected")
        return
    if not fields:
        raise ReviewError("fields_missing")
    if len(set(fields)) < len(fields):
        raise ReviewError("fields_repeated")
    if set(fields) - set(session.scalars(select(Field.slug).where(Field.active))):
        raise ReviewError("field_unknown")
