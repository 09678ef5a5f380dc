"""An administrator: accounts, the audit trail, e-mails, the learning loop."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import delete, select, update

from catalog.models import LearningRun, LearningState, OutboxMessage, utc_now
from tests.accounts import PASSWORD
from tests.browser.console.activity import add_run
from tests.browser.console.words import LEARNING, say


@pytest.fixture
def run(console, language: str) -> Callable[..., None]:
    """A function that leaves one run of the learning loop, in a state, or none."""

    def kept(state: LearningState | None = None) -> None:
        if state:
            add_run(console.sessions, state, console.account("administrator", language))
        else:
            with console.sessions.begin() as session:
                session.execute(delete(LearningRun))

    return kept


def save(page: Page) -> None:
    page.locator(".card-footer button").click()


def choose(page: Page, name: str, value: str) -> None:
    """Of a list that the library's script replaces by one of its own."""
    page.locator(f"select[name={name}]").select_option(value, force=True)


def test_an_account_is_made_and_its_person_signs_in(
    sign_in, visit, console, watch, language
) -> None:
    # Chromium says of a refused form that it failed.
    watch.expected.append("status of 422")
    page = sign_in("administrator", language, "/account/list")
    page.locator("a[href*='/account/create']").click()
    email = f"agathe-{language}@consortium.example"
    choose(page, "role", "agent")
    choose(page, "language", language)
    page.locator("#name").fill(" ")
    for wrong, right, name in (
        ("agathe@consortium", email, "email"),
        (" ", "Agathe Roy", "name"),
        ("court", PASSWORD, "password"),
    ):
        page.locator(f"#{name}").fill(wrong)
        page.locator("#password").fill("court")
        save(page)
        expect(page.locator(f"#{name}-error")).to_have_text(re.compile(r"\w"))
        expect(page.locator(f"#{name}")).to_have_attribute("aria-invalid", "true")
        page.locator(f"#{name}").fill(right)
    save(page)
    expect(page.locator("tbody")).to_contain_text(email)

    page.goto(f"{console.url}/audit/list")
    expect(page.locator("tbody tr").filter(has_text=email).first).to_contain_text("create")

    theirs = visit(f"{console.url}/")
    theirs.locator("#username").fill(email)
    theirs.locator("#password").fill(PASSWORD)
    theirs.keyboard.press("Enter")
    expect(theirs.get_by_role("heading", level=1)).to_have_text(say("menu_requests", language))
    expect(theirs.get_by_role("link", name=say("menu_accounts", language))).to_have_count(0)


def test_an_account_is_closed_by_keyboard(sign_in, console, language) -> None:
    person = console.account("agent", language, email=f"parting-{language}@x.example")
    page = sign_in("administrator", language, f"/account/edit?pk={person.id}")
    active = page.locator("#active")
    expect(active).to_be_checked()
    active.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(say("menu_accounts", language))
    row = page.locator("tbody tr").filter(has_text=person.email)
    expect(row.locator("td[data-column=active]")).to_contain_text(say("refused", language))


def test_a_mail_that_was_given_up_is_sent_again(sign_in, console, file, language) -> None:
    filed = file(contact_email=f"perdu-{language}@erables.example")
    mine = OutboxMessage.request_id == filed.id
    with console.sessions.begin() as session:
        session.execute(
            update(OutboxMessage)
            .where(mine)
            .values(parked_at=utc_now(), attempts=9, last_error="550 no such user")
        )
    page = sign_in("administrator", language, f"/outbox/list?q=perdu-{language}")
    expect(page.locator("tbody")).to_contain_text("550 no such user")
    page.locator("[data-sa-hook=row-checkbox]").first.check()
    page.locator("#actions-dropdown > button").click()
    page.get_by_text(say("action_send_again", language), exact=True).click()
    page.locator("[data-sa-action=action-submit]").click()
    expect(page.get_by_role("alert").first).to_contain_text(say("changed_count", language, count=1))
    with console.sessions() as session:
        assert None in set(session.scalars(select(OutboxMessage.parked_at).where(mine)))


def test_a_training_is_asked_for_once(sign_in, run, language) -> None:
    run()
    page = sign_in("administrator", language, "/learning")
    expect(page.locator("main, [role=main]")).to_contain_text(say("none", language, LEARNING))
    train = page.get_by_role("button", name=say("train", language, LEARNING))
    train.click()
    expect(page.get_by_role("status")).to_contain_text(say("state_asked", language, LEARNING))
    expect(train).to_be_disabled()


@pytest.mark.parametrize("is_administrator", [True, False])
def test_an_administrator_alone_promotes(sign_in, run, language, is_administrator: bool) -> None:
    run(LearningState.READY)
    role = "administrator" if is_administrator else "reviewer"
    page = sign_in(role, language, "/learning")
    expect(page.get_by_role("status")).to_contain_text(say("state_ready", language, LEARNING))
    expect(page.locator("pre")).to_be_hidden()
    page.locator("summary").last.click()
    expect(page.locator("pre")).to_contain_text("+  - accounting")
    promote = page.get_by_role("button", name=say("promote", language, LEARNING))
    expect(promote).to_have_count(1 if is_administrator else 0)
    if is_administrator:
        promote.click()
        expect(page.get_by_role("status")).to_contain_text(
            say("state_promotion_asked", language, LEARNING)
        )


def test_what_serves_can_be_taken_back(sign_in, run, language) -> None:
    run(LearningState.PROMOTED)
    page = sign_in("administrator", language, "/learning")
    page.get_by_role("button", name=say("roll_back", language, LEARNING)).click()
    expect(page.get_by_role("status")).to_contain_text(
        say("state_rollback_asked", language, LEARNING)
    )
