"""`python -m catalog account …`: who may enter the console."""

import sys
from typing import Annotated

import typer
from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.accounts import (
    AccountError,
    NewAccount,
    create_account,
    find_account,
    revoke_sessions,
    set_active,
    set_password,
)
from catalog.database import configured_sessions
from catalog.models import Account, Language, Role

app = typer.Typer(help="Accounts of the console.", no_args_is_help=True)

Email = Annotated[str, typer.Argument(help="The person’s address, which names the account.")]


@app.command("add")
def add_command(
    email: Email,
    name: Annotated[str, typer.Option(help="As colleagues see it.")],
    role: Annotated[Role, typer.Option(help="What the person may do.")],
    pole: Annotated[str | None, typer.Option(help="The pôle’s slug, for the role “pole”.")] = None,
    language: Annotated[Language, typer.Option(help="Of the console.")] = Language.FR,
) -> None:
    """Add an account; its password is asked for, or read from standard input."""
    try:
        new = NewAccount(email=email, name=name, role=role, pole_slug=pole, language=language)
    except ValidationError as error:
        fault = error.errors()[0]
        message = fault["msg"].removeprefix("Value error, ")
        field = str(fault["loc"][0]) if fault["loc"] else "pole_slug"
        raise AccountError(field, "invalid", f"{field}: {message}") from None
    password = _read_password()
    with configured_sessions().begin() as session:
        account = create_account(session, new, by=None)
        set_password(session, account, password, by=None)
    typer.echo(f"{account.email} may sign in.")


@app.command("list")
def list_command() -> None:
    """List the accounts."""
    with configured_sessions().begin() as session:
        for account in session.scalars(select(Account).order_by(Account.email)):
            state = "open" if account.active else "closed"
            seen = account.last_sign_in_at
            last = f"{seen:%Y-%m-%d %H:%M}" if seen else "never"
            pole = f" ({account.pole_slug})" if account.pole_slug else ""
            typer.echo(f"{account.email}  {account.role}{pole}  {state}  signed in: {last}")


@app.command("set-password")
def set_password_command(email: Email) -> None:
    """Give a new password, unlock the account and end its sessions."""
    password = _read_password()
    with configured_sessions().begin() as session:
        set_password(session, _account(session, email), password, by=None)
    typer.echo("The password is set.")


@app.command("close")
def close_command(email: Email) -> None:
    """Close an account and end its sessions; what it did stays."""
    with configured_sessions().begin() as session:
        set_active(session, _account(session, email), active=False, by=None)
    typer.echo("The account is closed.")


@app.command("reopen")
def reopen_command(email: Email) -> None:
    """Open a closed account again."""
    with configured_sessions().begin() as session:
        set_active(session, _account(session, email), active=True, by=None)
    typer.echo("The account is open.")


@app.command("sign-out")
def sign_out_command(email: Email) -> None:
    """End every session of an account."""
    with configured_sessions().begin() as session:
        revoke_sessions(session, _account(session, email), by=None)
    typer.echo("Its sessions are ended.")


def _account(session: Session, email: str) -> Account:
    account = find_account(session, email)
    if account is None:
        raise AccountError(
            "email",
            "email_unknown",
            f"no account bears {email}; `account list` shows those that exist",
        )
    return account


def _read_password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    return typer.prompt("Password", hide_input=True, confirmation_prompt=True)
