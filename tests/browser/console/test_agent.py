"""An agent's day: into the inbox, to a request, through it, and out."""

import re

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from catalog.models import Request
from catalog.seed import written_fields
from tests.accounts import PASSWORD
from tests.browser.console.words import say

ROWS = "tbody tr[data-sa-pk]"


@pytest.fixture
def own(console, file, language):
    """A request that no other test looks at, and how to read it again."""
    filed = file(organisation_name=f"Coop des Bouleaux {language}", language=language)

    def read() -> Request:
        with console.sessions() as session:
            found = session.scalars(select(Request).filter_by(id=filed.id)).one()
            _ = found.fields, found.assignee, found.notes, found.outbox_messages
            return found

    read.path = f"/request/detail?pk={filed.id}"
    return read


def cells(page: Page, column: str) -> list[str]:
    texts = page.locator(f"{ROWS} td[data-column={column}]").all_inner_texts()
    return [text.strip() for text in texts]


def test_signing_in_by_keyboard_opens_the_inbox(console, visit, language) -> None:
    account = console.account("agent", language)
    page = visit(f"{console.url}/", extra_http_headers={})
    page.keyboard.type(account.email)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(say("menu_requests", language))
    expect(page.locator("html")).to_have_attribute("lang", language)
    expect(page.locator(ROWS)).to_have_count(25)


def test_a_search_finds_words_without_their_accents(sign_in, own, language) -> None:
    page = sign_in("agent", language, "/request/list")
    page.get_by_role("searchbox").fill(f"TRESORIERE bouleaux {own().reference}")
    page.keyboard.press("Enter")
    expect(page.locator(ROWS)).to_have_count(1)
    assert cells(page, "reference") == [own().reference]


def test_a_filter_lives_in_the_address_and_is_kept_as_a_view(sign_in, language) -> None:
    page = sign_in("agent", language, "/request/list")
    page.locator("#filter-builder-dropdown > button").click()
    page.locator("[data-sa-hook=filter-row-field]").select_option("status")
    page.locator("[data-sa-hook=filter-row-op]").select_option("in")
    page.locator("[data-sa-hook=filter-row-value-select]").select_option("answered")
    page.locator("[data-sa-hook=filter-form] [type=submit]").click()
    answered = say("status_answered", language)
    page.wait_for_url("**filter=status__in*answered*")
    filtered = page.url
    assert set(cells(page, "status")) == {answered}
    page.reload()
    assert page.url == filtered and set(cells(page, "status")) == {answered}

    name = f"Chez nous {language}"
    page.get_by_label(say("view_name", language)).fill(name)
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text(say("view_saved", language, name=name))
    page.goto(page.url.partition("?")[0])
    assert set(cells(page, "status")) != {answered}
    page.get_by_role("link", name=name).click()
    page.wait_for_url("**filter=status__in*answered*")
    assert set(cells(page, "status")) == {answered}
    page.get_by_role("button", name=say("forget_view", language, name=name)).click()
    expect(page.get_by_role("link", name=name)).to_have_count(0)


def test_a_request_is_opened_by_keyboard_taken_and_moved(sign_in, own, language) -> None:
    page = sign_in("agent", language, f"/request/list?q={own().reference}")
    page.get_by_role("link", name=own().reference).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(own().reference)

    page.get_by_role("button", name=say("take", language)).click()
    history = page.get_by_role("region", name=say("history", language))
    expect(history).to_contain_text(say("did_assign", language))
    assert own().assignee.email == f"agent-{language}@consortium.example"

    page.get_by_label(say("field_status", language)).select_option("in_progress")
    page.get_by_role("button", name=say("change", language), exact=True).click()
    before, after = (say(f"status_{status}", language) for status in ("received", "in_progress"))
    expect(history).to_contain_text(f"{before} → {after}")

    main = page.get_by_label(say("field_rank", language, rank=1))
    main.select_option("finance_funding")
    page.get_by_label(say("field_rank", language, rank=2)).select_option("")
    page.get_by_role("button", name=say("change_fields", language)).click()
    names = {field.slug: field.name(language) for field in written_fields()}
    before = f"{names['accounting']} + {names['governance']}"
    expect(history).to_contain_text(f"{before} → {names['finance_funding']}")
    assert [field.field_slug for field in own().fields] == ["finance_funding"]


def test_a_note_and_an_answer_from_a_template(sign_in, own, language) -> None:
    page = sign_in("agent", language, own.path)
    page.get_by_label(say("new_note", language)).fill("À rappeler <b>lundi</b>")
    page.get_by_role("button", name=say("add_note", language)).click()
    notes = page.get_by_role("region", name=say("notes", language))
    expect(notes.locator("li")).to_contain_text("À rappeler <b>lundi</b>")

    page.get_by_label(say("template", language)).select_option("call")
    page.get_by_role("button", name=say("use_template", language)).click()
    subject = page.get_by_label(say("field_mail_subject", language))
    expect(subject).to_have_value(re.compile(own().reference))
    page.get_by_role("button", name=say("send_answer", language)).click()
    history = page.get_by_role("region", name=say("history", language))
    expect(history).to_contain_text(say("did_answer", language))
    assert own().status == "answered"
    sent = own().outbox_messages[-1]
    assert (sent.kind, sent.language) == ("answer", language)
    mail = page.get_by_role("region", name=say("mail", language))
    expect(mail).to_contain_text(sent.subject)


def test_the_later_of_two_is_told_and_keeps_their_words(
    console, enter, own, watch, language
) -> None:
    # Chromium says of a refused form that it failed.
    watch.expected.append("409")
    first, later = (
        enter(console.account("agent", language, email=f"{name}-{language}@x.example"), own.path)
        for name in ("first", "later")
    )
    note, words = later.get_by_label(say("new_note", language)), "Deux pages de notes…"
    note.fill(words)
    first.get_by_role("button", name=say("take", language)).click()
    expect(first.get_by_role("alert")).to_contain_text(say("change_done", language))
    add = later.get_by_role("button", name=say("add_note", language))
    add.click()
    told = later.get_by_role("alert")
    expect(told).to_have_text(say("casework_changed_meanwhile", language))
    expect(note).to_have_value(words)
    assert own().notes == [] and own().assignee.email == f"first-{language}@x.example"
    add.click()
    expect(told).to_contain_text(say("change_done", language))
    assert [note.text for note in own().notes] == [words]


def test_a_whole_filter_is_assigned_at_once(console, sign_in, file, language) -> None:
    group = {"fr": "Érablière", "en": "Sugarhouse"}[language]
    for _ in range(27):
        file(organisation_name=group)
    person = console.account("agent", language)
    page = sign_in("agent", language, f"/request/list?q={group}")
    page.locator("#select-all-rows").check()
    page.locator("#select-all-matching-link").click()
    page.locator("#actions-dropdown > button").click()
    page.locator("#actions-dropdown").get_by_text(say("action_assign", language)).click()
    dialogue = page.get_by_role("dialog", name=say("action_assign_confirm", language))
    dialogue.get_by_label(say("field_assignee", language)).select_option(person.name)
    dialogue.get_by_role("button", name=say("apply", language)).click()
    expect(page.get_by_role("alert").first).to_contain_text(
        say("changed_count", language, count=27)
    )
    expect(page.locator(f"{ROWS} td[data-column=assignee]").first).to_contain_text(person.name)
    with console.sessions() as session:
        query = select(Request.assignee_id).where(Request.organisation_name == group)
        assert set(session.scalars(query)) == {person.id}


def test_an_export_is_a_file_that_a_spreadsheet_reads(sign_in, own, language) -> None:
    page = sign_in("agent", language, f"/request/list?q={own().reference}")
    page.locator("[data-sa-name=export]").click()
    dialogue = page.get_by_role("dialog")
    with page.expect_download() as download:
        dialogue.locator("[data-sa-action=action-submit]").click()
    assert download.value.suggested_filename.endswith(".csv")
    written = download.value.path().read_text("utf-8-sig")
    assert own().reference in written and "Bouleaux" in written


def test_a_printed_request_is_the_request_alone(sign_in, own, language) -> None:
    page = sign_in("agent", language, own.path)
    page.emulate_media(media="print")
    expect(page.get_by_role("navigation")).to_have_count(0)
    for unwanted in ("aside", "header.navbar", "button", "select", "textarea"):
        expect(page.locator(f"{unwanted}:visible")).to_have_count(0)
    expect(page.locator("strong", has_text=own().reference)).to_be_visible()
    expect(page.locator("blockquote")).to_be_visible()


def test_signing_out_leads_to_the_sign_in_page(console, enter, language) -> None:
    account = console.account("agent", language, email=f"leaving-{language}@x.example")
    page = enter(account, "/request/list")
    page.locator("header .dropdown-toggle, header [data-bs-toggle=dropdown]").last.click()
    page.locator("header form button").click()
    title = page.get_by_role("heading", level=1)
    expect(title).to_have_text(say("sign_in_title", language))
    page.go_back()
    page.reload()
    expect(title).to_have_text(say("sign_in_title", language))
