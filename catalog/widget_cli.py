"""`python -m catalog widget`: the assistant on the pages of the pôles."""

from typing import Annotated

import typer
from pydantic import ValidationError
from sqlalchemy import select

from catalog.database import configured_sessions
from catalog.models import Language, Pole, Widget, WidgetSide
from catalog.settings import get_settings
from catalog.widgets import (
    WidgetChanges,
    WidgetError,
    direct_link,
    figures,
    get_widget,
    renew_key,
    renew_secret,
    set_widget,
    snippet,
)

app = typer.Typer(
    help="The assistant on the pages of the pôles.", no_args_is_help=True, add_completion=False
)

Slug = Annotated[str, typer.Argument(metavar="PÔLE", help="The slug of a pôle.")]


@app.command("list")
def list_command() -> None:
    """List the pôles, with the key of those that have a widget."""
    with configured_sessions().begin() as session:
        widgets = {widget.pole_slug: widget for widget in session.scalars(select(Widget))}
        for pole in session.scalars(select(Pole).order_by(Pole.slug)):
            widget = widgets.get(pole.slug)
            state = _state(widget) if widget else "no widget"
            typer.echo(f"{pole.slug:<26}  {state}  {', '.join(widget.origins) if widget else ''}")


@app.command("set")
def set_command(
    slug: Slug,
    origin: Annotated[
        list[str] | None,
        typer.Option(help="A site that may embed it, as https://host; repeat for several."),
    ] = None,
    language: Annotated[
        list[Language] | None, typer.Option(help="A language offered; repeat for both.")
    ] = None,
    color: Annotated[str | None, typer.Option(help="Its colour, as #1b5e5a.")] = None,
    side: Annotated[WidgetSide | None, typer.Option(help="The corner it stands in.")] = None,
    greeting_fr: Annotated[str | None, typer.Option(help="First words, in French.")] = None,
    greeting_en: Annotated[str | None, typer.Option(help="First words, in English.")] = None,
    opens_at_start: Annotated[
        bool | None, typer.Option("--open/--closed", help="Whether it opens by itself.")
    ] = None,
    enabled: Annotated[
        bool | None, typer.Option("--on/--pause", help="Pause it, or put it back.")
    ] = None,
) -> None:
    """Make or change a pôle's widget; what is not given stays as it is."""
    given = {
        "origins": origin,
        "languages": language,
        "color": color,
        "side": side,
        "greeting_fr": greeting_fr,
        "greeting_en": greeting_en,
        "opens_at_start": opens_at_start,
        "enabled": enabled,
    }
    changes = _changes({name: value for name, value in given.items() if value is not None})
    with configured_sessions().begin() as session:
        _show(set_widget(session, slug, changes))


@app.command("show")
def show_command(slug: Slug) -> None:
    """Show a pôle's widget: the line to paste, its link, its settings and its own figures."""
    with configured_sessions().begin() as session:
        widget = get_widget(session, slug)
        _show(widget)
        counted = figures(session, slug)
        typer.echo(f"conversations: {counted.conversations}")
        typer.echo(f"requests: {counted.requests}")
        for field, count in counted.fields.items():
            typer.echo(f"  {field}: {count}")


@app.command("renew-key")
def renew_key_command(slug: Slug) -> None:
    """Give another key: the pages that bear the old one lose the assistant."""
    with configured_sessions().begin() as session:
        widget = get_widget(session, slug)
        renew_key(widget)
        _show(widget)


@app.command("secret")
def secret_command(
    slug: Slug,
    renew: Annotated[bool, typer.Option("--renew", help="Make another one first.")] = False,
) -> None:
    """Show the secret with which the pôle's server signs who its members are."""
    with configured_sessions().begin() as session:
        widget = get_widget(session, slug)
        if renew:
            renew_secret(widget)
        typer.echo(widget.identity_secret)


def _show(widget: Widget) -> None:
    url = get_settings().browser_url
    typer.echo(f"snippet: {snippet(widget, url)}")
    typer.echo(f"link: {direct_link(widget, url)}")
    typer.echo(f"preview: {url}/preview/{widget.key}")
    typer.echo(f"state: {_state(widget)}")
    typer.echo(f"origins: {', '.join(widget.origins) or 'none: no page may embed it yet'}")
    typer.echo(f"languages: {', '.join(widget.languages)}")
    typer.echo(f"look: {widget.color or 'usual colour'}, {widget.side}")
    typer.echo(f"opens by itself: {'yes' if widget.opens_at_start else 'no'}")
    typer.echo(f"greeting (fr): {widget.greeting_fr or 'usual'}")
    typer.echo(f"greeting (en): {widget.greeting_en or 'usual'}")


def _state(widget: Widget) -> str:
    return f"{widget.key}  {'on' if widget.enabled else 'paused'}"


def _changes(given: dict) -> WidgetChanges:
    try:
        return WidgetChanges.model_validate(given)
    except ValidationError as error:
        fault = error.errors()[0]
        message = fault["msg"].removeprefix("Value error, ")
        raise WidgetError(f"{fault['loc'][0]}: {message}") from None
