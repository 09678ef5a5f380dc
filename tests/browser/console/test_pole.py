"""A pôle's person: what came by their pôle, to read."""

from playwright.sync_api import expect
from sqlalchemy import func, select

from catalog.models import Request
from tests.browser.console.words import DASHBOARD, say


def test_a_pole_sees_its_own_requests_alone(sign_in, console, file, language) -> None:
    file(pole_slug="estrie", organisation_name="Coop d’Estrie")
    with console.sessions() as session:
        query = select(func.count()).select_from(Request).where(Request.pole_slug == "estrie")
        count = session.scalar(query)
    page = sign_in("pole", language, "/request/list?page_size=100")
    expect(page.locator("tbody tr")).to_have_count(count)
    poles = set(page.locator("td[data-column=pole]").all_inner_texts())
    assert poles == {"Pôle d’entrepreneuriat collectif de l’Estrie"}


def test_a_pole_has_no_other_menu(sign_in, language) -> None:
    page = sign_in("pole", language, "/request/list")
    menu = [words.strip() for words in page.locator("#sidebar-menu a").all_inner_texts()]
    assert menu == [say("title", language, DASHBOARD), say("menu_requests", language)]


def test_a_pole_can_change_nothing(sign_in, file, language) -> None:
    filed = file(pole_slug="estrie")
    page = sign_in("pole", language, f"/request/detail?pk={filed.id}")
    expect(page.locator("blockquote")).to_be_visible()
    expect(page.locator("[role=main] form")).to_have_count(0)
    page = sign_in("pole", language, "/request/list")
    page.locator("[data-sa-hook=row-checkbox]").first.check()
    expect(page.locator("#actions-dropdown [data-sa-hook=action-item]")).to_have_count(0)


def test_another_poles_request_is_not_found(sign_in, file, watch, language) -> None:
    watch.expected.append("status of 404")
    filed = file(pole_slug="laval", organisation_name="Coop de Laval")
    page = sign_in("pole", language, f"/request/detail?pk={filed.id}")
    expect(page.get_by_role("heading", level=1)).to_have_text(say("error_title", language))
    expect(page.locator("body")).not_to_contain_text("Laval")
