"""`python -m catalog person …`: answer someone who asks for what the law gives them."""

import json
from typing import Annotated

import typer
from pydantic import ValidationError

from catalog.database import configured_sessions
from catalog.erasures import erase
from catalog.models import Language
from catalog.person import Correction, PersonError, correct, find_person, withdraw_news
from catalog.person_export import export, readable
from catalog.settings import get_settings

app = typer.Typer(
    help="A person’s own information: hand it over, put it right, erase it.", no_args_is_help=True
)

Reference = Annotated[str, typer.Argument(help="Of one of the person’s requests.")]
Email = Annotated[str, typer.Option(help="The address that the request was made from.")]


@app.command("export")
def export_command(
    reference: Reference,
    email: Email,
    to_read: Annotated[
        bool, typer.Option("--to-read", help="As text to read, rather than as JSON.")
    ] = False,
    language: Annotated[Language | None, typer.Option(help="Of the text; else theirs.")] = None,
) -> None:
    """Write all that is kept of the person; read the notes over before you hand them on."""
    with configured_sessions().begin() as session:
        requests = find_person(session, reference, email)
        kept = export(session, requests, notes=True)
        theirs = language or requests[-1].language
    if not to_read:
        typer.echo(json.dumps(kept, ensure_ascii=False, indent=2))
        return
    for facts in readable(kept, theirs):
        for label, value in facts:
            typer.echo(f"{label}\n    " + value.replace("\n", "\n    "))
        typer.echo()


@app.command("correct")
def correct_command(
    reference: Reference,
    email: Email,
    name: Annotated[str | None, typer.Option(help="The right name.")] = None,
    new_email: Annotated[str | None, typer.Option(help="The right address.")] = None,
    phone: Annotated[str | None, typer.Option(help="The right number; empty takes it out.")] = None,
    organisation: Annotated[str | None, typer.Option(help="The right name of theirs.")] = None,
    words: Annotated[str | None, typer.Option(help="The right description of the need.")] = None,
) -> None:
    """Put right what is wrong in one request."""
    try:
        correction = Correction(
            contact_name=name,
            contact_email=new_email,
            contact_phone=phone,
            organisation_name=organisation,
            description=words,
        )
    except ValidationError as error:
        fault = error.errors(include_input=False)[0]
        raise PersonError(f"{fault['loc'][0]}: {fault['msg']}") from None
    with configured_sessions().begin() as session:
        requests = find_person(session, reference, email)
        request = next(one for one in requests if one.reference == reference.strip().upper())
        changed = correct(session, request, correction)
    typer.echo(f"Corrected: {', '.join(changed)}." if changed else "Nothing was to be corrected.")


@app.command("withdraw")
def withdraw_command(reference: Reference, email: Email) -> None:
    """Withdraw the consent to the newsletter."""
    with configured_sessions().begin() as session:
        count = withdraw_news(session, find_person(session, reference, email))
    typer.echo(f"{count} consent(s) withdrawn.")


@app.command("erase")
def erase_command(
    reference: Reference,
    email: Email,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Erase the person’s requests, conversations and e-mails, for good."""
    with configured_sessions().begin() as session:
        references = [one.reference for one in find_person(session, reference, email)]
    if not yes:
        typer.confirm(f"Erase {', '.join(references)} for good?", abort=True)
    with configured_sessions().begin() as session:
        erase(session, find_person(session, reference, email), get_settings().var_dir)
    typer.echo(f"Erased: {', '.join(references)}.")
