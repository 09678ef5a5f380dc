"""What an administrator does for a person's rights, the register and the purges, in the console."""

import json

import pytest
from sqlalchemy import select

from catalog.models import Incident, Language, Purge, PurgeKind, Request, utc_now
from catalog.person import Correction, correct
from catalog.requests import local_today
from tests.accounts import audited

pytestmark = pytest.mark.anyio


@pytest.fixture
def settings(settings, tmp_path):
    return settings.model_copy(update={"var_dir": tmp_path / "var"})


async def erase(browser, request: Request, reference: str):
    page = await browser.get("/request/detail", pk=request.id)
    return await browser.submit(page.form("/erase"), reference=reference)


@pytest.mark.parametrize("language", Language)
async def test_it_is_erased_once_the_reference_is_typed(enter, file, read, language) -> None:
    request = file()
    browser = enter("administrator", language=language)
    refused = await erase(browser, request, "C-2026-99999")
    assert refused.status == 409 and len(refused.alerts) == 1
    assert read(request).contact_email
    done = await erase(browser, request, f" {request.reference.lower()} ")
    assert done.status == 303
    page = await browser.get("/request/detail", pk=request.id)
    assert read(request).contact_email == "" and "marie" not in page.text
    told = {"fr": "a fait effacer les renseignements", "en": "had the personal information erased"}
    assert told[language] in page.text
    assert not [form for form in page.root.all("form") if "personal" in form["action"]]


async def test_who_asked_is_in_the_trail(administrator, file, sessions) -> None:
    request = file()
    await erase(administrator, request, request.reference)
    assert ("erase_person", {}, {"through": "staff"}) in audited(sessions, "requests")
    page = await administrator.get("/audit/list", q="erase_person")
    assert page.rows("account") == ["Dominique Côté"]


async def test_nothing_more_is_written_on_it(administrator, agent, file, read) -> None:
    request = file()
    before = await agent.get("/request/detail", pk=request.id)
    await erase(administrator, request, request.reference)
    after = await agent.get("/request/detail", pk=request.id)
    for name, typed in {
        "note": {"note": "Marie a rappelé"},
        "answer": {"subject": "Bonjour", "body": "Marie"},
    }.items():
        assert (await agent.submit(before.form(f"/{name}"), **typed)).status == 409
        assert (await agent.submit(after.form(f"/{name}"), **typed)).status == 409
    assert read(request).notes == []
    assert {message.recipient for message in read(request).outbox_messages} & {""} == set()


async def test_a_copy_is_handed_over_with_notes(administrator, agent, file) -> None:
    request = file()
    page = await agent.get("/request/detail", pk=request.id)
    await agent.submit(page.form("/note"), note="Rappeler lundi")
    response = (await administrator.get(f"/personal/{request.id}/export")).response
    assert f'filename="{request.reference}.json"' in response.headers["content-disposition"]
    [kept] = json.loads(response.content)["requests"]
    assert (kept["contact_name"], kept["notes"][0]["text"]) == ("Marie Tremblay", "Rappeler lundi")


@pytest.mark.parametrize("role", ["agent", "reviewer", "pole"])
async def test_only_administrators_do(enter, administrator, file, read, role) -> None:
    request = file(pole_slug="estrie")
    form = (await administrator.get("/request/detail", pk=request.id)).form("/erase")
    browser = enter(role)
    assert (await browser.submit(form, reference=request.reference)).status == 403
    for path in (f"/personal/{request.id}/export", "/incident/list", "/purge/list"):
        assert (await browser.get(path)).status == 403
    assert read(request).contact_email


async def test_erased_requests_are_no_doubles(administrator, agent, file) -> None:
    erased, other = file(), file(contact_email="luc@pins.example", organisation_name="Pins")
    await erase(administrator, erased, erased.reference)
    for request in (erased, other):
        page = await agent.get("/request/detail", pk=request.id)
        assert not list(page.root.all("section", **{"aria-labelledby": "doubles"}))


async def test_what_the_person_did_is_told_as_theirs(agent, file, sessions) -> None:
    request = file()
    with sessions.begin() as session:
        chosen = session.scalars(select(Request)).one()
        correct(session, chosen, Correction(contact_name="Maryse Roy"), through="link")
    page = await agent.get("/request/detail", pk=request.id)
    assert "la personne, par son lien : a corrigé les coordonnées" in page.text.replace(
        "\u00a0", " "
    )


async def test_the_register_and_the_purges_are_read(administrator, sessions) -> None:
    words = dict.fromkeys(("circumstances", "information", "people", "reasons", "measures"), "mots")
    with sessions.begin() as session:
        session.add(Incident(happened="hier", found_on=local_today(), serious=True, **words))
        session.add(Purge(kind=PurgeKind.LOGS, count=4, before=utc_now()))
    page = await administrator.get("/incident/list")
    assert page.rows("circumstances") == ["mots"]
    page = await administrator.get("/purge/list")
    assert (page.rows("kind"), page.rows("count")) == (["journaux"], ["4"])
    assert (await administrator.get("/incident/create")).status == 403
