"""The catalog's command line: `python -m catalog --help`."""

import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from alembic.util import CommandError
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import selectinload

from catalog.account_cli import app as account_app
from catalog.accounts import AccountError
from catalog.backup.errors import BackupError
from catalog.backup_cli import backup_command, restore_command
from catalog.database import configured_sessions, migrate
from catalog.demo.marks import DemoError
from catalog.demo_cli import demo_command
from catalog.export import write_csv
from catalog.incident_cli import app as incident_app
from catalog.incidents import IncidentError
from catalog.logs import configure_logs
from catalog.models import OutboxMessage, Request, RequestField, RequestStatus
from catalog.notifications import field_names
from catalog.outbox import make_transport, send_due
from catalog.person import PersonError
from catalog.person_cli import app as person_app
from catalog.purge_records import purges
from catalog.purges import purge_all
from catalog.seed import SeedError, seed
from catalog.settings import SettingsError, get_settings
from catalog.widget_cli import app as widget_app
from catalog.widgets import WidgetError
from catalog.work import Worker

WORK_SECONDS = 5

app = typer.Typer(
    help="Fields, pôles, requests and outgoing e-mail of Aiguilleur.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

app.add_typer(widget_app, name="widget")
app.add_typer(account_app, name="account")
app.add_typer(person_app, name="person")
app.add_typer(incident_app, name="incident")
app.command("demo")(demo_command)
app.command("backup")(backup_command)
app.command("restore")(restore_command)

FieldOption = Annotated[str | None, typer.Option("--field", help="Only this field's slug.")]
StatusOption = Annotated[RequestStatus | None, typer.Option("--status", help="Only this status.")]


@app.command("migrate")
def migrate_command() -> None:
    """Create the tables, or bring them up to date."""
    migrate(get_settings().database_url)
    typer.echo("The schema is up to date.")


@app.command("seed")
def seed_command() -> None:
    """Load fields.yml, regions.yml and poles.yml again; nothing is ever deleted."""
    with configured_sessions().begin() as session:
        seed(session)
    typer.echo("Fields, regions and pôles are loaded.")


@app.command("list")
def list_command(
    field: FieldOption = None,
    status: StatusOption = None,
    limit: Annotated[int, typer.Option(min=1, help="How many, newest first.")] = 50,
) -> None:
    """List requests, newest first."""
    for request in _read_requests(field, status, limit):
        typer.echo(
            f"{request.reference}  {request.created_at:%Y-%m-%d %H:%M}  {request.status:<12}"
            f"  {request.urgency:<6}  {request.organisation_name}"
            f"  [{field_names(request, 'fr')}]"
        )


@app.command("show")
def show_command(reference: str) -> None:
    """Show one request, with its history and e-mails."""
    with configured_sessions().begin() as session:
        request = session.scalar(select(Request).where(Request.reference == reference.upper()))
        if request is None:
            _fail(f"no request bears the reference {reference}; `list` shows those that exist")
        for column in Request.__table__.columns:
            typer.echo(f"{column.name}: {_plain(getattr(request, column.name))}")
        for row in request.fields:
            typer.echo(f"field {row.rank}: {row.field_slug} ({row.confidence}, by {row.set_by})")
        for consent in request.consents:
            answer = "granted" if consent.granted else "refused"
            typer.echo(f"consent to {consent.purpose}: {answer}, text {consent.text_version}")
        for change in request.status_changes:
            typer.echo(f"status {change.to_status}: {change.changed_at} by {change.changed_by}")
        for message in request.outbox_messages:
            typer.echo(f"e-mail to {message.recipient}: {_delivery(message)}")


@app.command("export")
def export_command(
    path: Annotated[
        Path | None, typer.Argument(help="The CSV file; standard output if absent.")
    ] = None,
    field: FieldOption = None,
    status: StatusOption = None,
) -> None:
    """Export requests as CSV."""
    requests = _read_requests(field, status)
    if path is None:
        write_csv(requests, sys.stdout)
    else:
        with path.open("w", encoding="utf-8-sig", newline="") as stream:
            write_csv(requests, stream)


@app.command("send-outbox")
def send_outbox_command() -> None:
    """Send the e-mails that are due."""
    settings = get_settings()
    sent = send_due(configured_sessions(), make_transport(settings), settings.mail_from)
    typer.echo(f"{sent} e-mail(s) sent.")


@app.command("purge")
def purge_command() -> None:
    """Remove all that is past its term (CONVERSATION_DAYS, REQUEST_DAYS and their like)."""
    removed = purge_all(configured_sessions(), get_settings())
    told = ", ".join(f"{kind}: {count}" for kind, count in removed.items())
    typer.echo(told or "Another process is purging.")


@app.command("purges")
def purges_command(
    limit: Annotated[int, typer.Option(min=1, help="How many, latest first.")] = 50,
) -> None:
    """List what purges removed: when, how many, and of up to which day."""
    with configured_sessions().begin() as session:
        for done in purges(session, limit):
            typer.echo(
                f"{done.at:%Y-%m-%d %H:%M}  {done.kind:<13}  {done.count:>7}"
                f"  before {done.before:%Y-%m-%d}"
            )


@app.command("work")
def work_command() -> None:
    """Send e-mails, interpret messages, remove what is past its term, back up, until stopped."""
    configure_logs()
    worker = Worker(configured_sessions(), get_settings())
    while True:
        worker.do_round()
        time.sleep(WORK_SECONDS)


def main() -> None:
    """Run the command line; an error is one line on standard error and exit code 1."""
    try:
        app()
    except (SettingsError, SeedError, WidgetError, AccountError, DemoError, CommandError) as error:
        _fail(str(error))
    except (PersonError, IncidentError, BackupError) as error:
        _fail(str(error))
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).splitlines()[0]
        _fail(f"the database refused: {reason}; check DATABASE_URL, then `migrate`")
    except OSError as error:
        _fail(str(error))


def _read_requests(
    field: str | None, status: RequestStatus | None, limit: int | None = None
) -> Sequence[Request]:
    """All at once: a slow reader of our output must not hold SQLite's one lock."""
    query = select(Request).order_by(Request.id.desc()).limit(limit)
    query = query.options(selectinload(Request.fields).joinedload(RequestField.field))
    if field:
        query = query.where(Request.fields.any(RequestField.field_slug == field))
    if status:
        query = query.where(Request.status == status)
    with configured_sessions().begin() as session:
        return session.scalars(query).all()


def _delivery(message: OutboxMessage) -> str:
    if message.sent_at:
        return f"sent {message.sent_at}"
    if message.parked_at:
        return f"parked after {message.attempts} attempts ({message.last_error})"
    return f"due {message.next_attempt_at}, {message.attempts} attempts"


def _plain(value: object) -> str:
    return "" if value is None else str(value)


def _fail(message: str) -> None:
    typer.echo(f"catalog: {message}", err=True)
    sys.exit(1)
