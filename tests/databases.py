"""Databases as the service finds them."""

from catalog.database import make_session_factory, migrate
from catalog.seed import seed


def migrate_and_seed(url: str) -> None:
    """Bring an empty database to the newest revision, with fields, regions and pôles."""
    migrate(url)
    sessions = make_session_factory(url)
    with sessions.begin() as session:
        seed(session)
    sessions.kw["bind"].dispose()
