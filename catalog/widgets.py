"""The widgets of the pôles: who may embed the assistant, how it looks there, what it did."""

import datetime as dt
import re
import secrets
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints
from pydantic import Field as Bounded
from sqlalchemy import func, select
from sqlalchemy.orm import Session, contains_eager

from catalog.models import (
    Conversation,
    Language,
    Pole,
    Request,
    RequestField,
    Widget,
    WidgetSide,
)

KEY = re.compile(r"pole_[A-Za-z0-9_-]{16,48}")
KEY_BYTES = 12
SECRET_BYTES = 32
LOCAL_HOSTS = ("localhost", "127.0.0.1")


class WidgetError(Exception):
    """What was asked of a widget cannot be done; the message says in one line what to change."""


def origin(written: str) -> str:
    """`written` as browsers name an origin.

    Raises:
        ValueError: it is not `https://host` or `https://host:port` (plain http on this machine).
    """
    parts = urlsplit(written.strip().rstrip("/").lower())
    if parts.path or parts.query or parts.fragment or parts.username or not parts.hostname:
        raise ValueError(f"“{written}” is no origin: write https://host, without a path")
    if parts.scheme != "https" and (parts.scheme != "http" or parts.hostname not in LOCAL_HOSTS):
        raise ValueError(f"“{written}” must start with https://")
    if not re.fullmatch(r"[a-z0-9.-]+", parts.hostname):
        raise ValueError(f"“{written}” must hold an ASCII host; write an accented one as xn--…")
    usual = {"https": 443, "http": 80}[parts.scheme]
    port = "" if parts.port in (None, usual) else f":{parts.port}"
    return f"{parts.scheme}://{parts.hostname}{port}"


Origin = Annotated[str, AfterValidator(origin)]
Greeting = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)]


class WidgetChanges(BaseModel):
    """What to change of a widget; what is not given stays."""

    model_config = ConfigDict(extra="forbid")

    enabled: bool = True
    origins: list[Origin] = []
    languages: Annotated[list[Language], Bounded(min_length=1)] = list(Language)
    color: Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")] | None = None
    side: WidgetSide = WidgetSide.RIGHT
    opens_at_start: bool = False
    greeting_fr: Greeting | None = None
    greeting_en: Greeting | None = None


@dataclass(frozen=True)
class WidgetFigures:
    """What came by the pages of one pôle; `fields` are counted over its requests."""

    conversations: int
    requests: int
    fields: dict[str, int]


def set_widget(session: Session, pole_slug: str, changes: WidgetChanges) -> Widget:
    """Change the widget of a pôle, made at the first change.

    Raises:
        WidgetError: no pôle bears this slug.
    """
    if session.get(Pole, pole_slug) is None:
        raise WidgetError(f"no pôle is called “{pole_slug}”: see catalog/poles.yml")
    widget = session.get(Widget, pole_slug)
    if widget is None:
        widget = Widget(pole_slug=pole_slug, key=_new_key(), identity_secret=_new_secret())
        for name, value in WidgetChanges().model_dump(mode="json").items():
            setattr(widget, name, value)
        session.add(widget)
    for name, value in changes.model_dump(mode="json", exclude_unset=True).items():
        setattr(widget, name, value)
    session.flush()
    return widget


def get_widget(session: Session, pole_slug: str) -> Widget:
    """The widget of a pôle.

    Raises:
        WidgetError: it has none.
    """
    widget = session.get(Widget, pole_slug)
    if widget is None:
        raise WidgetError(f"“{pole_slug}” has no widget yet: `widget set {pole_slug}` makes it")
    return widget


def renew_key(widget: Widget) -> None:
    """Give `widget` another key: snippets and links that bear the old one stop working."""
    widget.key = _new_key()


def renew_secret(widget: Widget) -> None:
    """Give `widget` another secret: identities signed with the old one are refused."""
    widget.identity_secret = _new_secret()


def find_by_key(session: Session, key: str) -> Widget | None:
    """The widget that bears `key`, if it and its pôle are active."""
    if not KEY.fullmatch(key):
        return None
    query = select(Widget).join(Widget.pole).options(contains_eager(Widget.pole))
    return session.scalar(query.where(Widget.key == key, Widget.enabled, Pole.active))


def snippet(widget: Widget, public_url: str) -> str:
    """The line that the pôle pastes into its pages.

    It bears the look of the button, which stands there before anything comes from here.
    """
    look = f' data-color="{widget.color}"' if widget.color else ""
    look += ' data-side="left"' if widget.side == WidgetSide.LEFT else ""
    look += " data-open" if widget.opens_at_start else ""
    key = f'data-key="{widget.key}"'
    return f'<script async src="{public_url}/widget.js" {key}{look}></script>'


def direct_link(widget: Widget, public_url: str) -> str:
    """The page of the assistant alone, for a newsletter or a QR code."""
    return f"{public_url}/chat/{widget.key}"


def figures(session: Session, pole_slug: str, since: dt.datetime | None = None) -> WidgetFigures:
    """The figures of one pôle, from `since` on."""
    by_field = (
        select(RequestField.field_slug, func.count())
        .join(Request)
        .where(*_of(Request.pole_slug, Request.created_at, pole_slug, since))
        .group_by(RequestField.field_slug)
        .order_by(func.count().desc(), RequestField.field_slug)
    )
    return WidgetFigures(
        conversations=_count(
            session, Conversation.pole_slug, Conversation.opened_at, pole_slug, since
        ),
        requests=_count(session, Request.pole_slug, Request.created_at, pole_slug, since),
        fields={slug: count for slug, count in session.execute(by_field)},
    )


def _count(session: Session, pole: Any, instant: Any, slug: str, since: dt.datetime | None) -> int:
    return session.scalar(select(func.count()).where(*_of(pole, instant, slug, since))) or 0


def _of(pole: Any, instant: Any, slug: str, since: dt.datetime | None) -> list[Any]:
    return [pole == slug] + ([instant >= since] if since else [])


def _new_key() -> str:
    return f"pole_{secrets.token_urlsafe(KEY_BYTES)}"


def _new_secret() -> str:
    return secrets.token_urlsafe(SECRET_BYTES)
