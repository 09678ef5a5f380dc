"""The web application, really served, over a database of its own."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn

from catalog.accounts import find_account, open_session
from catalog.database import SessionFactory, make_session_factory
from catalog.models import Account, Language, Role
from catalog.settings import Settings
from tests.accounts import add_account
from tests.databases import migrate_and_seed
from tests.ports import free_port
from web.app import create_app

START_SECONDS = 30


@dataclass
class Console:
    settings: Settings
    sessions: SessionFactory

    @property
    def url(self) -> str:
        return f"{self.settings.web_url}/console"

    def account(self, role: Role | str, language: str = "fr", **changes: Any) -> Account:
        """The account of a role in a language, made at the first call."""
        role = Role(role)
        email = changes.pop("email", f"{role}-{language}@consortium.example")
        name = changes.pop("name", f"{role.capitalize()} {language}")
        with self.sessions.begin() as session:
            return find_account(session, email) or add_account(
                session, role, email=email, name=name, language=Language(language), **changes
            )

    def open_session(self, account: Account) -> str:
        """The token of a new session, without the cost of a password."""
        with self.sessions.begin() as session:
            return open_session(session, session.merge(account)).token


@contextmanager
def running_console(folder: Path, **changes: Any) -> Iterator[Console]:
    """Serve the application on a free port; `changes` are of its settings."""
    settings = Settings(
        _env_file=None,
        environment="local",
        database_url=f"sqlite:///{folder}/console.db",
        var_dir=folder,
        web_port=free_port(),
        sign_ins_per_address="10000/hour",
        **changes,
    )
    migrate_and_seed(settings.database_url)
    sessions = make_session_factory(settings.database_url)
    server = uvicorn.Server(
        uvicorn.Config(
            create_app(settings),
            settings.web_host,
            settings.web_port,
            log_level="critical",
            ws="none",
        )
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        _wait(server, thread)
        yield Console(settings, sessions)
    finally:
        server.should_exit = True
        thread.join()
        sessions.kw["bind"].dispose()


def _wait(server: uvicorn.Server, thread: threading.Thread) -> None:
    until = time.monotonic() + START_SECONDS
    while not server.started:
        if not thread.is_alive() or time.monotonic() > until:
            raise RuntimeError("the web application did not start")
        time.sleep(0.05)
