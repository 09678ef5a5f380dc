"""Filters that someone keeps under a name."""

import pytest
from sqlalchemy import select

from catalog.models import Language, SavedView
from catalog.saved_views import MAX_VIEWS
from tests.web.console.pages import Browser, Page

pytestmark = pytest.mark.anyio

LATE = "q=coop&filter=status__eq%3Dreceived&sort=time_left__asc"
NAV = {"fr": "Vues gardées", "en": "Saved views"}


async def keep(browser: Browser, name: str, query: str = LATE) -> Page:
    page = await browser.get(f"/request/list?{query}")
    return await browser.submit(page.form("/views/save"), name=name)


async def views(browser: Browser, language: str = "fr") -> dict[str, str]:
    """The names offered, and where they lead."""
    page = await browser.get("/request/list")
    nav = page.root.one("nav", **{"aria-label": NAV[language]})
    return {link.text: link["href"].partition("?")[2] for link in nav.all("a")}


@pytest.mark.parametrize("language", Language)
async def test_a_view_is_kept_and_leads_back(enter, file, language: str) -> None:
    request = file()
    file(organisation_name="Mutuelle")
    browser = enter("agent", language=language)
    page = await keep(browser, "  Mes   urgences ", f"{LATE}&page=2&page_size=50")
    assert page.goes_to == f"/console/request/list?{LATE}"
    page = await browser.get(f"/request/list?{LATE}")
    assert "Mes" in page.alerts[0]
    assert await views(browser, language) == {"Mes urgences": LATE}
    page = await browser.get(f"/request/list?{(await views(browser, language))['Mes urgences']}")
    assert request.reference in page.rows("reference")


async def test_the_same_name_is_kept_once(agent) -> None:
    await keep(agent, "Retards")
    await keep(agent, "Retards", "q=lac")
    assert await views(agent) == {"Retards": "q=lac"}


async def test_views_are_one_s_own(agent, administrator, sessions) -> None:
    await keep(agent, "Retards")
    assert await views(administrator) == {}
    with sessions() as session:
        kept = session.scalars(select(SavedView.id)).one()
    await administrator.post(f"/views/{kept}/forget")
    assert list(await views(agent)) == ["Retards"]


async def test_a_view_is_forgotten(agent) -> None:
    await keep(agent, "Retards")
    await keep(agent, "Urgences")
    page = await agent.get("/request/list")
    form = next(form for form in page.root.all("form") if "/forget" in form.attributes["action"])
    assert page.root.one("button", form=form["id"])["title"] == "Oublier la vue Retards"
    assert (await agent.submit(form)).goes_to == "/console/request/list"
    assert list(await views(agent)) == ["Urgences"]


@pytest.mark.parametrize(
    ("language", "name", "query", "told"),
    [
        ("fr", " ", LATE, "un nom de 1 à 100"),
        ("en", "n" * 101, LATE, "a name of 1 to 100"),
        ("fr", "Tout", "page=2", "Cherchez, filtrez ou triez"),
        ("en", "Long", f"q={'x' * 2000}", "too long cannot be saved"),
    ],
)
async def test_what_cannot_be_kept_is_told(
    enter, language: str, name: str, query: str, told: str
) -> None:
    browser = enter("agent", language=language)
    page = await keep(browser, name, query)
    page = await browser.get(str(page.response.next_request.url))
    assert told in page.alerts[0]
    assert await views(browser, language) == {}


async def test_there_is_room_for_thirty(agent) -> None:
    page = await agent.get(f"/request/list?{LATE}")
    for number in range(MAX_VIEWS + 1):
        await agent.submit(page.form("/views/save"), name=f"Vue {number:02}")
    assert (await agent.get("/request/list")).alerts == [
        "Vous avez déjà trente vues. Oubliez-en une."
    ]
    assert len(await views(agent)) == MAX_VIEWS


async def test_a_name_is_text(agent) -> None:
    await keep(agent, "<script>alert(1)</script>\0")
    page = await agent.get("/request/list")
    assert "<script>alert" not in page.html
    assert list(await views(agent)) == ["<script>alert(1)</script>"]


async def test_an_unfiltered_inbox_offers_nothing_to_keep(agent) -> None:
    page = await agent.get("/request/list")
    assert not [
        form for form in page.root.all("form") if "save" in form.attributes.get("action", "")
    ]
