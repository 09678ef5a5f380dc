"""By what a row of a demo is known, so that it can be taken out and nothing else."""

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from catalog.models import Account, Conversation, Interpretation, Request

# Of idempotency keys, conversations and versions of the model.
PREFIX = "demo-"
DOMAIN = "@demo.example"


class DemoError(Exception):
    """The demo cannot be made; the message says in one line what to do."""


def of_demo(column: ColumnElement[str]) -> ColumnElement[bool]:
    return column.startswith(PREFIX, autoescape=True)


def demo_interpretations() -> ColumnElement[bool]:
    """Those whose conversation was erased since are known by their version."""
    return or_(of_demo(Interpretation.conversation_id), of_demo(Interpretation.model_version))


def demo_accounts() -> ColumnElement[bool]:
    return Account.email.endswith(DOMAIN, autoescape=True)


def is_there(session: Session) -> bool:
    """Whether anything of a demo is in the database, but for its closed accounts."""
    found = (
        select(Request.id).where(of_demo(Request.idempotency_key)),
        select(Conversation.id).where(of_demo(Conversation.id)),
        select(Account.id).where(demo_accounts(), Account.active),
    )
    return any(session.scalar(query.limit(1)) is not None for query in found)
