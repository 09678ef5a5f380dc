"""The dashboard as each role meets it: figures, periods, refusals, languages."""

import datetime as dt
import re
from urllib.parse import urlencode

import pytest
from sqlalchemy import update

from catalog.interpretation_days import count_interpretations
from catalog.models import Interpretation, Language, Outcome, Request, Review, Role, utc_now
from catalog.promises import QUEBEC
from tests.catalog.drafts import chosen
from tests.web.console.pages import Page

pytestmark = pytest.mark.anyio

KEYS = (
    "requests",
    "needs",
    "routed",
    "median",
    "ninth_decile",
    "kept",
    "open",
    "overdue",
)
REFUSALS = {
    "period=14": "Cette période n’est pas offerte",
    "period=dates": "Donnez deux dates complètes",
    "from=2026-01-01": "Donnez deux dates complètes",
    "from=2026-02-30&to=2026-03-01": "Donnez deux dates complètes",
    "from=2026-03-02&to=2026-03-01": "La première date vient après la seconde",
    "from=2026-03-02&to=9999-12-31": "La seconde date n’est pas encore venue",
    "from=0001-01-01&to=2026-01-01": "moins de dix ans",
    "pole=atlantide": "Ce pôle n’existe pas",
    "field=astrology": "Ce champ n’existe pas",
}


def key_figures(page: Page) -> dict[str, str]:
    figures = page.root.one("dl", class_="key-figures")
    return dict(zip(KEYS, (value.text for value in figures.all("dd")), strict=True))


def table(page: Page, name: str) -> list[list[str]]:
    """The words in each cell of a table, row by row."""
    (found,) = (one for one in page.root.all("table") if one["aria-labelledby"] == name)
    rows = found.one("tbody").all("tr")
    return [[cell.text for cell in row.all() if cell.tag in ("th", "td")] for row in rows]


def today() -> dt.date:
    return utc_now().astimezone(QUEBEC).date()


@pytest.fixture
def heard(sessions, account) -> None:
    """Two needs in French, one of which was a question, and a greeting in English; one judged."""
    values = {"text": "x", "text_key": "k", "ranking": {}, "model_version": "m"}
    said = [
        (Language.FR, Outcome.ROUTE, ["accounting"], "estrie"),
        (Language.FR, Outcome.CLARIFY, ["governance", "accounting"], None),
        (Language.EN, Outcome.OTHER, [], None),
    ]
    reviewer = account(Role.REVIEWER)
    with sessions.begin() as session:
        found = [
            Interpretation(
                event_id=number,
                conversation_id=f"c{number}",
                said_at=utc_now(),
                language=language,
                outcome=outcome,
                fields=fields,
                pole_slug=pole,
                intent="need" if fields else "greet",
                confidence=0.5,
                **values,
            )
            for number, (language, outcome, fields, pole) in enumerate(said)
        ]
        session.add_all(found)
        session.flush()
        count_interpretations(session, found)
        found[1].reviews.append(
            Review(account_id=reviewer.id, intent="need", fields=["accounting"], queue="sample")
        )


@pytest.mark.parametrize("role", Role)
async def test_each_role_has_it_first_in_the_menu(enter, role: Role) -> None:
    browser = enter(role)
    page = await browser.get("/dashboard")
    assert (page.status, page.root.one("h1").text) == (200, "Tableau de bord")
    first = next(page.root.one(id="sidebar-menu").all("a"))
    assert (first.text, first["href"]) == ("Tableau de bord", f"{browser.origin}/console/dashboard")


async def test_who_is_not_signed_in_does_not_see_it(browse) -> None:
    assert (await browse().get("/dashboard")).goes_to.startswith("/console/login")


async def test_an_empty_database_is_told_in_words(agent) -> None:
    page = await agent.get("/dashboard")
    assert key_figures(page) == {
        **dict.fromkeys(("requests", "needs", "open", "overdue"), "0"),
        **dict.fromkeys(("routed", "median", "ninth_decile", "kept"), "–"),
    }
    assert page.text.count("Rien pour cette période.") == 7
    assert "Aucune demande ouverte." in page.text
    assert "Aucun message de l’échantillon n’a été révisé" in page.text
    assert not list(page.root.all("svg", role="img"))


@pytest.mark.usefixtures("heard")
async def test_figures_are_drawn_and_told(agent, file) -> None:
    file(pole_slug="estrie", fields=chosen("accounting"))
    file(language="en", fields=chosen("governance"))
    page = await agent.get("/dashboard")
    figures = key_figures(page)
    assert (figures["requests"], figures["open"], figures["needs"]) == ("2", "2", "2")
    assert figures["routed"] == "50 %"
    assert table(page, "by_language") == [["Français", "1", "50 %"], ["Anglais", "1", "50 %"]]
    assert ["Sans pôle", "1", "50 %"] in table(page, "by_pole")
    assert table(page, "outcomes")[0] == ["Un champ nommé, sans question", "1", "33 %"]
    assert table(page, "by_language_of_message") == [
        ["Français", "2", "2", "50 %"],
        ["Anglais", "1", "0", "–"],
    ]
    assert table(page, "accuracy")[1] == ["Comptabilité", "0 % (0 % à 79 %), 0 sur 1", "–"]
    assert table(page, "confusions") == [["Gouvernance et vie associative", "Comptabilité", "1"]]
    days = table(page, "filed_by_day")
    assert len(days) == 30 and days[-1][1] == "2"
    charts = list(page.root.all("svg", role="img"))
    assert len(charts) == 2 and all(chart["aria-label"] for chart in charts)


async def test_the_time_to_an_answer_is_written_in_hours_or_days(agent, file, sessions) -> None:
    for hours in (7.5, 72):
        request = file()
        answered = request.created_at + dt.timedelta(hours=hours)
        with sessions.begin() as session:
            session.execute(
                update(Request).where(Request.id == request.id).values(first_answered_at=answered)
            )
    figures = key_figures(await agent.get("/dashboard"))
    assert (figures["median"], figures["ninth_decile"]) == ("7,5 h", "3 jours")


@pytest.mark.parametrize(
    ("days", "parts", "name"), [(7, 7, "day"), (30, 30, "day"), (90, None, "week")]
)
async def test_a_period_is_a_button_whose_address_can_be_kept(
    agent, file, days: int, parts: int | None, name: str
) -> None:
    file()
    page = await agent.get("/dashboard", period=days)
    [current] = page.root.all("button", **{"aria-current": "true"})
    assert (current.text, current["value"]) == (f"{days} jours", str(days))
    shown = table(page, f"filed_by_{name}")
    assert len(shown) == parts or 13 <= len(shown) <= 14
    first, last = (page.root.one("input", name=end)["value"] for end in ("from", "to"))
    assert dt.date.fromisoformat(first) == today() - dt.timedelta(days=days - 1)
    assert last == today().isoformat()


async def test_two_dates_are_a_period(agent, file) -> None:
    file()
    page = await agent.get("/dashboard", **{"from": "2021-01-01", "to": "2021-01-31"})
    assert key_figures(page)["requests"] == "0"
    assert "Du 1 janvier 2021 au 31 janvier 2021" in page.text
    day = today().isoformat()
    page = await agent.get("/dashboard", **{"from": day, "to": day, "period": "dates"})
    assert key_figures(page)["requests"] == "1"


@pytest.mark.parametrize("query", REFUSALS)
async def test_what_cannot_be_shown_is_refused_in_words_and_kept(agent, query: str) -> None:
    page = await agent.get(f"/dashboard?{query}")
    assert page.status == 400
    [alert] = page.alerts
    assert REFUSALS[query] in alert
    assert not list(page.root.all("dl"))
    typed = dict(one.split("=") for one in query.split("&"))
    for name in set(typed) & {"from", "to"}:
        assert page.root.one("input", name=name)["value"] == typed[name]


async def test_what_is_typed_is_shown_as_words_never_as_code(agent) -> None:
    page = await agent.get("/dashboard?" + urlencode({"from": '"><script>x', "to": "2026-01-01"}))
    assert page.status == 400
    assert page.root.one("input", name="from")["value"] == '"><script>x'


async def test_one_pole_and_field_can_be_asked_for(agent, file) -> None:
    file(pole_slug="estrie", fields=chosen("accounting"))
    file(pole_slug="laval", fields=chosen("accounting"))
    file(pole_slug="laval", fields=chosen("governance"))
    page = await agent.get("/dashboard", pole="laval", field="accounting")
    assert key_figures(page)["requests"] == "1"
    chosen_ones = [one["value"] for one in page.root.all("option") if "selected" in one.attributes]
    assert chosen_ones == ["laval", "accounting"]


@pytest.mark.usefixtures("heard")
@pytest.mark.parametrize("pole", ["", "laval", "estrie", "atlantide"])
async def test_a_pole_s_person_sees_that_pole_alone_whatever_is_asked(
    enter, file, pole: str
) -> None:
    file(pole_slug="estrie")
    file(pole_slug="laval")
    file()
    page = await enter(Role.POLE).get("/dashboard", pole=pole)
    figures = key_figures(page)
    assert (figures["requests"], figures["open"], figures["needs"]) == ("1", "1", "1")
    assert "Pôle d’entrepreneuriat collectif de l’Estrie" in page.text
    assert "Laval" not in page.text
    assert not list(page.root.all("select", name="pole"))
    assert "Aucun message de l’échantillon" in page.text, "the one reviewed came by no pôle"


async def test_it_is_in_the_language_of_the_person(enter, file) -> None:
    file()
    page = await enter(Role.AGENT, language="en").get("/dashboard")
    assert page.language == "en"
    assert page.root.one("h1").text == "Dashboard"
    assert table(page, "by_language")[0] == ["French", "1", "100%"]
    assert re.search(r"From \w+ \d+, \d{4} to \w+ \d+, \d{4}", page.text)


async def test_nothing_in_it_runs_or_comes_from_elsewhere(agent, file) -> None:
    file()
    page = await agent.get("/dashboard")
    content = page.root.one("div", class_="dashboard")
    elements = list(content.all())
    assert not [one for one in elements if one.tag in ("script", "style", "img", "link")]
    assert not [name for one in elements for name in one.attributes if name.startswith("on")]
