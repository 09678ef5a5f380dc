"""The form without a script: what it shows, what it files, and that no word is lost."""

import datetime as dt
import html
import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select
from sqlalchemy import text as sql
from sqlalchemy.orm import Session, selectinload

import web
from catalog.consents import consent_text, consent_version
from catalog.models import Field, Request
from catalog.requests import local_today
from catalog.texts import load_texts

pytestmark = pytest.mark.anyio

PATHS = {"fr": "/demande", "en": "/request"}
TEXTS = load_texts(Path(web.__file__).with_name("form_texts.yml"))
SOURCES = "\n".join(
    path.read_text("utf-8")
    for pattern in ("request_*.py", "templates/request_*.html")
    for path in Path(web.__file__).parent.glob(pattern)
)
ANSWERS = {
    "filing_key": "0" * 32,
    "description": "Notre trésorière est partie.\r\nQui tient les livres ?",
    "fields": ["governance", "accounting"],
    "deadline": "2999-03-15",
    "budget": "20 heures",
    "organisation": "Coopérative des Érables",
    "organisation_kind": "cooperative",
    "member_standing": "through_federation",
    "region": "05",
    "contact_name": "Marie Tremblay",
    "email": "marie@erables.example",
    "phone": "(418) 555-0123 poste 12",
    "consent_contact": consent_version("contact"),
}
OPTIONAL = ("fields", "deadline", "budget", "region", "phone")


def refused(name: str, typed: str, mistake: str):
    return pytest.param(name, typed, mistake, id=f"{name} {typed[:12]}")


class Form:
    """A browser at the form, and the requests that came of it."""

    def __init__(self, client: httpx.AsyncClient, engine) -> None:
        self.client = client
        self.engine = engine

    async def send(self, path: str = "/demande", **changes: Any) -> httpx.Response:
        answers = {name: value for name, value in (ANSWERS | changes).items() if value is not None}
        return await self.client.post(path, data=answers)

    def filed(self) -> list[Request]:
        with Session(self.engine, expire_on_commit=False) as session:
            parts = (Request.fields, Request.consents, Request.outbox_messages)
            query = select(Request).options(*map(selectinload, parts)).order_by(Request.id)
            return list(session.scalars(query))

    def break_table(self, name: str) -> None:
        self._run(f"ALTER TABLE {name} RENAME TO broken")

    def repair_table(self, name: str) -> None:
        self._run(f"ALTER TABLE broken RENAME TO {name}")

    def _run(self, statement: str) -> None:
        with self.engine.begin() as connection:
            connection.execute(sql(statement))


@pytest.fixture
def form(gateway, engine) -> Form:
    return Form(gateway.client, engine)


def reference(response: httpx.Response) -> str:
    assert response.status_code == 200
    return re.search(r'id="reference">(C-\d{4}-\d{5})<', response.text)[1]


def element(response: httpx.Response, start: str) -> str:
    """The first tag that starts so, on one line."""
    return " ".join(re.search(rf"<{start}[^>]*>", response.text)[0].split())


def words_in(response: httpx.Response) -> str:
    written = re.search(r"<textarea[^>]*>\n(.*?)</textarea>", response.text, re.DOTALL)[1]
    return html.unescape(written)


def filing_key(response: httpx.Response) -> str:
    return re.search(r'name="filing_key" value="([0-9a-f]{32})"', response.text)[1]


def assert_all_kept(response: httpx.Response, **changes: str) -> None:
    answers = ANSWERS | changes
    assert words_in(response) == answers["description"].replace("\r\n", "\n").strip()
    for name in ("deadline", "budget", "organisation", "contact_name", "email", "phone"):
        assert f'value="{html.escape(answers[name])}"' in element(response, f'input id="{name}"')
    for name in answers["fields"]:
        assert "checked" in element(response, f'input type="checkbox" name="fields" value="{name}"')
    for name in ("organisation_kind", "member_standing"):
        radio = f'input type="radio" name="{name}" value="{answers[name]}"'
        assert "checked" in element(response, radio)
    assert "selected" in element(response, f'option value="{answers["region"]}"')
    assert "checked" in element(response, 'input type="checkbox" id="consent_contact"')


@pytest.mark.parametrize("language", PATHS)
async def test_the_form_is_a_page_without_a_script(form, settings, language: str) -> None:
    response = await form.client.get(PATHS[language])
    assert response.status_code == 200
    assert f'<html lang="{language}">' in response.text
    assert not re.search(r"<script|<style|\sstyle=|\son[a-z]+=|javascript:", response.text)
    policy = response.headers["content-security-policy"]
    assert "form-action 'self'" in policy and "frame-ancestors 'none'" in policy
    assert f"mailto:{settings.privacy_email}" in response.text
    assert f"mailto:{settings.intake_email}" in response.text
    assert 'role="alert"' not in response.text


@pytest.mark.parametrize("language", PATHS)
async def test_every_field_is_offered_in_the_catalog_s_order(form, language: str) -> None:
    response = await form.client.get(PATHS[language])
    with Session(form.engine) as session:
        fields = session.scalars(select(Field).order_by(Field.position)).all()
    offered = re.findall(r'name="fields" value="(\w+)">\s*<span>(.*?)</span>', response.text)
    names = [(field.slug, field.name(language)) for field in fields]
    assert [(slug, html.unescape(name)) for slug, name in offered] == names
    assert all(html.escape(field.scope(language)) in response.text for field in fields)


@pytest.mark.parametrize("language", PATHS)
async def test_consents_are_asked_apart_and_unticked(form, language: str) -> None:
    response = await form.client.get(PATHS[language])
    for purpose in ("contact", "news"):
        assert html.escape(consent_text(purpose, language)) in response.text
        assert "checked" not in element(response, f'input type="checkbox" id="consent_{purpose}"')


async def test_whoever_returns_to_the_empty_form_finds_the_words_again(form) -> None:
    assert (await form.client.get("/demande")).headers["cache-control"] == "private, no-cache"
    assert (await form.send()).headers["cache-control"] == "no-store"


@pytest.mark.parametrize("language", PATHS)
async def test_a_request_is_filed(form, widget, language: str) -> None:
    response = await form.send(f"{PATHS[language]}?key={widget.key}")
    [request] = form.filed()
    assert reference(response) == request.reference
    assert request.language == language
    assert request.pole_slug == "estrie"
    assert request.description == "Notre trésorière est partie.\nQui tient les livres ?"
    assert [(row.field_slug, row.rank, row.set_by) for row in request.fields] == [
        ("governance", 1, "member"),
        ("accounting", 2, "member"),
    ]
    assert (request.status, request.urgency) == ("received", "normal")
    assert request.deadline == dt.date(2999, 3, 15)
    assert request.budget == "20 heures"
    assert request.organisation_name == "Coopérative des Érables"
    assert request.organisation_kind == "cooperative"
    assert request.member_standing == "through_federation"
    assert (request.region_code, request.outside_quebec) == ("05", False)
    assert request.contact_name == "Marie Tremblay"
    assert request.contact_email == "marie@erables.example"
    assert request.contact_phone == "418 555-0123 poste 12"
    assert {message.recipient for message in request.outbox_messages} > {request.contact_email}
    for shown in ("Marie Tremblay", "Estrie", "20 heures", "418 555-0123 poste 12", "2999-03-15"):
        assert shown in response.text


async def test_each_consent_is_kept_with_its_version_and_time(form) -> None:
    await form.send(consent_news=consent_version("news"))
    await form.send(filing_key="1" * 32)
    for request, news in zip(form.filed(), (True, False), strict=True):
        given = {c.purpose: (c.granted, c.text_version) for c in request.consents}
        assert given["contact"] == (True, consent_version("contact"))
        assert given["news"] == (news, consent_version("news"))
        assert all(dt.datetime.now(dt.UTC) - c.given_at < dt.timedelta(1) for c in request.consents)


async def test_what_is_optional_may_be_left_out(form) -> None:
    response = await form.send(**dict.fromkeys(OPTIONAL))
    [request] = form.filed()
    assert reference(response) == request.reference
    assert (request.status, request.fields) == ("to_qualify", [])
    kept = (request.deadline, request.budget, request.region_code, request.contact_phone)
    assert kept == (None, None, None, None)
    assert html.escape(TEXTS["to_choose"]["fr"]) in response.text


async def test_outside_quebec_is_no_region(form) -> None:
    await form.send(region="outside")
    [request] = form.filed()
    assert (request.region_code, request.outside_quebec) == (None, True)


async def test_who_ticks_many_fields_is_left_to_a_person(form) -> None:
    await form.send(fields=["accounting", "governance", "training", "recruitment"])
    await form.send(fields=["accounting", "governance", "training", "recruitment", "it_support"])
    assert [request.status for request in form.filed()] == ["received", "to_qualify"]


async def test_a_field_retired_meanwhile_is_left_to_a_person(form) -> None:
    with Session(form.engine) as session, session.begin():
        session.get_one(Field, "accounting").active = False
    assert 'value="accounting"' not in (await form.client.get("/demande")).text
    await form.send(fields=["accounting", "nowhere"])
    assert [request.status for request in form.filed()] == ["to_qualify"]


@pytest.mark.parametrize("key", ["pole_unknownunknown", "estrie", "\x00", "<b>", "x" * 500])
async def test_an_unknown_key_is_ignored(form, key: str) -> None:
    assert (await form.client.get("/demande", params={"key": key})).status_code == 200
    await form.send(str(httpx.URL("/demande", params={"key": key})))
    assert [request.pole_slug for request in form.filed()] == [None]


async def test_a_paused_pole_is_not_named(form, change) -> None:
    key = change("laval", enabled=False).key
    await form.send(f"/demande?key={key}")
    assert [request.pole_slug for request in form.filed()] == [None]


async def test_the_pole_and_its_part_are_told(form, widget) -> None:
    response = await form.client.get(f"/request?key={widget.key}")
    assert "Pôle d’entrepreneuriat collectif de l’Estrie" in response.text
    assert f'action="/request?key={widget.key}"' in response.text
    assert f'formaction="/demande?key={widget.key}"' in response.text


async def test_words_from_the_chat_are_shown_and_not_filed(form) -> None:
    words = 'On est <b>à court</b> & "pressés" </textarea>\n\nAidez-nous'
    response = await form.client.post("/request", data={"step": "prefill", "description": words})
    assert response.status_code == 200
    assert words_in(response) == words
    assert "<b>" not in response.text
    assert 'role="alert"' not in response.text
    assert form.filed() == []


async def test_a_change_of_language_keeps_everything(form) -> None:
    response = await form.send("/request", step="prefill")
    assert '<html lang="en">' in response.text
    assert_all_kept(response)
    assert filing_key(response) == ANSWERS["filing_key"]
    assert form.filed() == []


async def test_the_same_form_sent_again_gets_the_same_reference(form) -> None:
    first, again = await form.send(), await form.send()
    assert reference(first) == reference(again)
    assert first.text == again.text
    assert len(form.filed()) == 1


async def test_a_form_changed_after_filing_is_another_request(form) -> None:
    first = await form.send()
    corrected = await form.send(email="m.tremblay@erables.example")
    assert reference(first) != reference(corrected)
    assert [r.contact_email for r in form.filed()] == [
        ANSWERS["email"],
        "m.tremblay@erables.example",
    ]


@pytest.mark.parametrize("language", PATHS)
async def test_an_empty_form_is_told_all_that_is_needed(form, language: str) -> None:
    response = await form.client.post(PATHS[language], data={})
    assert response.status_code == 422
    summary = re.search(r'role="alert".*?</div>', response.text, re.DOTALL)[0]
    assert 'tabindex="-1" autofocus' in summary
    assert re.findall(r'href="#(\w+)"', summary) == [
        *("description", "organisation", "organisation_kind", "member_standing"),
        *("contact_name", "email", "consent_contact"),
    ]
    assert f"<title>{TEXTS['error_title'][language]}" in response.text
    assert filing_key(response)


@pytest.mark.parametrize(
    ("name", "typed", "mistake"),
    [
        refused("description", " \r\n ", "description_missing"),
        refused("description", "??? !!!", "description_missing"),
        refused("deadline", "2020-01-01", "deadline_past"),
        refused("deadline", "demain", "deadline_invalid"),
        refused("deadline", "2999-02-30", "deadline_invalid"),
        refused("budget", "x" * 301, "budget_long"),
        refused("organisation", "...", "organisation_missing"),
        refused("organisation", "é" * 201, "organisation_missing"),
        refused("contact_name", "\x00\u200b", "contact_name_missing"),
        refused("email", "marie@", "email_missing"),
        refused("email", "marie@a.example, luc@b.example", "email_missing"),
        refused("phone", "555-0123", "phone_invalid"),
    ],
)
async def test_a_mistake_is_told_at_its_input_and_above(form, name, typed, mistake) -> None:
    response = await form.send(**{name: typed})
    assert response.status_code == 422
    told = html.escape(TEXTS[mistake]["fr"])
    assert f'<li><a href="#{name}">{told}</a></li>' in response.text
    assert f'<p class="mistake" id="{name}-mistake">{told}</p>' in response.text
    tag = element(response, f'(?:input|textarea) id="{name}"')
    assert 'aria-invalid="true"' in tag
    assert f'{name}-mistake"' in tag
    assert response.text.count('aria-invalid="true"') == 1
    shown = " ".join(typed.replace("\x00", "").split())
    assert_all_kept(response, **{name: shown})
    assert form.filed() == []


@pytest.mark.parametrize(
    ("name", "mistake"),
    [
        ("organisation_kind", "organisation_kind_missing"),
        ("member_standing", "member_standing_missing"),
        ("region", "region_invalid"),
    ],
)
async def test_a_choice_that_is_not_offered(form, name: str, mistake: str) -> None:
    response = await form.send(**{name: "<b>"})
    assert response.status_code == 422
    assert f'<a href="#{name}">{html.escape(TEXTS[mistake]["fr"])}</a>' in response.text
    assert f'id="{name}"' in response.text
    assert "<b>" not in response.text


async def test_a_text_too_long_is_told_and_not_cut(form) -> None:
    response = await form.send("/request", description="a " * 4000 + "fin de l’histoire")
    assert response.status_code == 422
    assert "by 17" in response.text
    assert words_in(response).endswith("fin de l’histoire")


async def test_as_many_letters_as_promised_fit_whatever_their_accents(form) -> None:
    words = "Élève précoce, où êtes-vous passé? " * 228
    assert 7950 < len(words) <= 8000
    parts = {**ANSWERS, "description": words, "fields": "governance"}
    assert 'enctype="multipart/form-data"' in (await form.client.get("/demande")).text
    files = {name: (None, value) for name, value in parts.items()}
    reference(await form.client.post("/demande", files=files))
    assert form.filed()[0].description == words.strip()


@pytest.mark.parametrize("given", [None, "on", "2020-01-01"])
async def test_nothing_is_filed_without_consent_to_the_text_shown(form, given) -> None:
    response = await form.send(consent_contact=given)
    assert response.status_code == 422
    assert 'aria-invalid="true"' in element(response, 'input type="checkbox" id="consent_contact"')
    assert form.filed() == []


@pytest.mark.parametrize("key", [None, "", "0" * 31, "G" * 32, "0" * 33, "é" * 32])
async def test_a_form_without_its_key_is_shown_again_with_one(form, key) -> None:
    response = await form.send(filing_key=key)
    assert response.status_code == 422
    assert_all_kept(response)
    assert reference(await form.send(filing_key=filing_key(response)))


async def test_numbers_that_must_not_be_kept_are_not(form) -> None:
    response = await form.send(
        description="Mon NAS est 130 692 544",
        organisation="Coop 4111 1111 1111 1111",
        contact_name="Luc 130692544",
        budget="carte 4111111111111111",
    )
    [request] = form.filed()
    assert request.description == "Mon NAS est [NAS retiré]"
    assert request.organisation_name == "Coop [numéro de carte retiré]"
    assert request.contact_name == "Luc [NAS retiré]"
    assert request.budget == "carte [numéro de carte retiré]"
    assert not re.search("130 ?692|4111", response.text)


@pytest.mark.parametrize(
    ("answers", "urgency"),
    [
        ({"description": "On a été piratés ce matin"}, "urgent"),
        ({"deadline": (local_today() + dt.timedelta(2)).isoformat()}, "urgent"),
        ({"description": "Ce n’est pas urgent"}, "normal"),
    ],
)
async def test_urgency_is_that_of_the_chat(form, answers: dict, urgency: str) -> None:
    response = await form.send(**answers)
    assert [request.urgency for request in form.filed()] == [urgency]
    assert ("911" in response.text) == (urgency == "urgent")


@pytest.mark.parametrize("table", ["requests", "fields"])
@pytest.mark.parametrize("language", PATHS)
async def test_a_database_that_is_down_loses_nothing(form, caplog, table, language) -> None:
    form.break_table(table)
    response = await form.send(PATHS[language])
    assert response.status_code == 503
    assert TEXTS["unavailable_title"][language] in response.text
    assert_all_kept(response)
    assert filing_key(response) == ANSWERS["filing_key"]
    assert not re.search("Marie|Érables|trésorière", caplog.text)
    form.repair_table(table)
    assert reference(await form.send(PATHS[language]))
    assert len(form.filed()) == 1


async def test_the_form_opens_while_the_database_is_down(form, widget) -> None:
    form.break_table("fields")
    response = await form.client.get(f"/demande?key={widget.key}")
    assert response.status_code == 200
    assert response.text.count('name="fields"') == 20
    assert f'action="/demande?key={widget.key}"' in response.text


@pytest.mark.parametrize("language", PATHS)
async def test_who_files_too_often_waits_with_the_words_kept(start, engine, language) -> None:
    async with start(conversations_per_address="1/hour") as gateway:
        form = Form(gateway.client, engine)
        assert (await form.send(email="")).status_code == 422
        assert (await form.send(PATHS[language], step="prefill")).status_code == 200
        reference(await form.send(PATHS[language]))
        response = await form.send(PATHS[language], filing_key="1" * 32)
    assert response.status_code == 429
    assert 1 <= int(response.headers["retry-after"]) <= 3600
    assert TEXTS["busy_title"][language] in response.text
    assert_all_kept(response)
    assert len(form.filed()) == 1


async def test_what_is_no_form_is_an_empty_one(form) -> None:
    files = {"description": ("words.txt", b"words"), "email": (None, "marie@")}
    for body in ({"json": ANSWERS}, {"content": b"%ff=%fe&&&==;"}, {"files": files}):
        assert (await form.client.post("/demande", **body)).status_code == 422


# These are named after the catalog's own values.
NAMED = ("organisation_kind_", "member_standing_", "consent_contact", "consent_news")


@pytest.mark.parametrize("key", [key for key in TEXTS if not key.startswith(NAMED)])
def test_a_text_is_used(key: str) -> None:
    stem = re.sub("_(hint|title|text)$", "", key)
    assert re.search(rf"""["']({key}|{stem})["']""", SOURCES)
