"""Filters of the inbox that someone kept under a name."""

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from catalog.models import Account, SavedView

MAX_NAME = 100
MAX_QUERY = 2000
MAX_VIEWS = 30


class SavedViewError(Exception):
    """The view cannot be kept; `code` names the text that says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def saved_views(session: Session, account: Account) -> list[SavedView]:
    """Those of `account`, by name."""
    query = select(SavedView).filter_by(account_id=account.id).order_by(SavedView.name)
    return list(session.scalars(query))


def save_view(session: Session, account: Account, name: str, query: str) -> None:
    """Keep `query` under `name`, in the place of what bore that name.

    Raises:
        SavedViewError: the name or the query is empty or too long, or there are too many.
    """
    # PostgreSQL fails on a text that holds NUL.
    name = " ".join(name.replace("\0", "").split())
    if not 0 < len(name) <= MAX_NAME:
        raise SavedViewError("view_name_length")
    if not 0 < len(query) <= MAX_QUERY:
        raise SavedViewError("view_query_length")
    views = {view.name: view for view in saved_views(session, account)}
    if name in views:
        views[name].query = query
    elif len(views) < MAX_VIEWS:
        session.add(SavedView(account_id=account.id, name=name, query=query))
    else:
        raise SavedViewError("view_too_many")


def forget_view(session: Session, account: Account, view_id: int) -> None:
    """Forget one of the account's own."""
    session.execute(delete(SavedView).filter_by(id=view_id, account_id=account.id))
