"""`python -m catalog demo`: a year of made-up activity, to judge the console by."""

from typing import Annotated

import typer

from catalog.database import make_session_factory, migrate
from catalog.demo.fill import REQUESTS, SEED, fill
from catalog.demo.marks import DOMAIN, DemoError
from catalog.demo.removal import remove
from catalog.demo.staff import PASSWORD, PEOPLE
from catalog.seed import seed as load_catalog
from catalog.settings import Settings, get_settings


def demo_command(
    take_out: Annotated[
        bool, typer.Option("--remove", help="Take the demo out again, and nothing else.")
    ] = False,
    requests: Annotated[int, typer.Option(min=1, help="About how many requests.")] = REQUESTS,
    seed: Annotated[int, typer.Option(help="The same seed makes the same year.")] = SEED,
) -> None:
    """Fill the database with a year of made-up activity; only with ENVIRONMENT=local."""
    settings = get_settings()
    if take_out:
        _remove(settings)
        return
    # Its accounts share a password that everyone knows.
    if settings.environment != "local":
        raise DemoError(
            f"a demo is made with ENVIRONMENT=local alone, and this is {settings.environment}"
        )
    migrate(settings.database_url)
    sessions = make_session_factory(settings.database_url)
    with sessions.begin() as session:
        load_catalog(session)
    made = fill(sessions, requests, seed, settings.conversation_days)
    typer.echo(
        f"{made.requests} requests, {made.conversations} conversations,"
        f" {made.messages} messages and {made.reviews} reviews are made."
    )
    for name, full_name, role, pole, language in PEOPLE:
        of_pole = f" ({pole})" if pole else ""
        typer.echo(f"{name + DOMAIN:<32}  {role}{of_pole}, {language}: {full_name}")
    typer.echo(f"Their password: {PASSWORD}    The console: {settings.browser_url}/console/")
    typer.echo("`python -m catalog demo --remove` takes it all out.")


def _remove(settings: Settings) -> None:
    removed = remove(make_session_factory(settings.database_url))
    typer.echo(
        f"The demo is out: {removed.requests} requests and all that was theirs."
        f" {removed.audit_entries} entries stay in the audit trail, which can’t be erased, and so"
        f" do the {removed.closed_accounts} accounts that it names, closed."
    )
