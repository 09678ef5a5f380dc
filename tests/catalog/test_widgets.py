"""The widgets of the pôles: their origins, their changes, their own figures."""

import datetime as dt

import pytest
from pydantic import ValidationError

from catalog.database import SessionFactory
from catalog.models import Conversation, Language, Pole, Widget, WidgetSide
from catalog.requests import file_requests
from catalog.widgets import (
    WidgetChanges,
    WidgetError,
    figures,
    find_by_key,
    get_widget,
    origin,
    renew_key,
    set_widget,
    snippet,
)
from tests.catalog.drafts import chosen, draft


@pytest.mark.parametrize(
    ("written", "named"),
    [
        ("https://Pole.Example/", "https://pole.example"),
        ("https://pole.example:443", "https://pole.example"),
        ("https://pole.example:8443", "https://pole.example:8443"),
        ("http://localhost:3000", "http://localhost:3000"),
        (" https://xn--ple-9na.example", "https://xn--ple-9na.example"),
    ],
)
def test_an_origin_is_named_as_browsers_do(written: str, named: str) -> None:
    assert origin(written) == named


@pytest.mark.parametrize(
    "written",
    [
        "pole.example",
        "http://pole.example",
        "https://pole.example/page",
        "https://pole.example?x=1",
        "https://user@pole.example",
        "https://*.example",
        "https://pôle.example",
        "https://a.example https://b.example",
        "https://a.example; script-src *",
        "https://a.example:port",
        "javascript:alert(1)",
        "*",
        "",
    ],
)
def test_what_is_no_origin_is_refused(written: str) -> None:
    with pytest.raises(ValidationError):
        WidgetChanges(origins=[written])


@pytest.mark.parametrize(
    "wrong",
    [{"color": "red"}, {"color": "#12345g"}, {"languages": []}, {"languages": ["de"]}, {"x": 1}],
)
def test_a_change_that_cannot_be_shown_is_refused(wrong: dict) -> None:
    with pytest.raises(ValidationError):
        WidgetChanges(**wrong)


def test_a_change_leaves_the_rest(sessions: SessionFactory) -> None:
    with sessions.begin() as session:
        first = set_widget(session, "estrie", WidgetChanges(color="#123456", side="left"))
        key = first.key
        assert (first.enabled, first.languages) == (True, ["fr", "en"])
    with sessions.begin() as session:
        set_widget(session, "estrie", WidgetChanges(origins=["https://a.example"], enabled=False))
    with sessions() as session:
        widget = session.get_one(Widget, "estrie")
        assert (widget.key, widget.color, widget.side) == (key, "#123456", WidgetSide.LEFT)
        assert (widget.enabled, widget.origins) == (False, ["https://a.example"])


def test_a_widget_belongs_to_a_pole_that_exists(sessions: SessionFactory) -> None:
    with sessions.begin() as session:
        with pytest.raises(WidgetError, match="no pôle is called “personne”"):
            set_widget(session, "personne", WidgetChanges())
        with pytest.raises(WidgetError, match="`widget set laval` makes it"):
            get_widget(session, "laval")


def test_a_key_finds_its_widget_while_both_are_active(sessions: SessionFactory) -> None:
    with sessions.begin() as session:
        widget = set_widget(session, "estrie", WidgetChanges())
        old = widget.key
        assert find_by_key(session, old) is widget
        assert find_by_key(session, f"{old}x") is None
        widget.enabled = False
        assert find_by_key(session, old) is None
        widget.enabled = True
        session.get_one(Pole, "estrie").active = False
        assert find_by_key(session, old) is None
        session.get_one(Pole, "estrie").active = True
        renew_key(widget)
        assert (find_by_key(session, old), find_by_key(session, widget.key)) == (None, widget)
        assert widget.key in snippet(widget, "https://bot.example")


def test_figures_are_of_one_pole_alone(sessions: SessionFactory) -> None:
    now = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
    with sessions.begin() as session:
        for number, pole in enumerate(["estrie", "estrie", "laval", None]):
            session.add(
                Conversation(id=str(number), language=Language.FR, pole_slug=pole, opened_at=now)
            )
    fields = ("training", "accounting")
    file_requests(
        sessions,
        [
            draft("1", pole_slug="estrie", fields=chosen(*fields)),
            draft("2", pole_slug="estrie", fields=chosen("training")),
            draft("3", pole_slug="laval"),
            draft("4"),
        ],
    )
    with sessions() as session:
        estrie = figures(session, "estrie")
        assert (estrie.conversations, estrie.requests) == (2, 2)
        assert estrie.fields == {"training": 2, "accounting": 1}
        later = figures(session, "estrie", since=now + dt.timedelta(days=1))
        assert later.conversations == 0
