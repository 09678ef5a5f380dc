"""Do outside of the database what must follow a transaction, and only once it is committed."""

from collections.abc import Callable

from sqlalchemy import event
from sqlalchemy.orm import Session


def after_commit(session: Session, act: Callable[[], None]) -> None:
    """Call `act` once the present transaction of `session` is committed; never if it is not."""
    is_over = False

    def committed(_session: Session) -> None:
        nonlocal is_over
        if not is_over:
            act()

    def rolled_back(_session: Session) -> None:
        nonlocal is_over
        is_over = True

    event.listen(session, "after_commit", committed, once=True)
    event.listen(session, "after_rollback", rolled_back, once=True)
