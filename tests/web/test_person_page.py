"""A person's own information: asked for, seen, obtained, corrected, withdrawn, erased by a link."""

import html
import re
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Engine, select
from sqlalchemy import text as sql
from sqlalchemy.orm import sessionmaker

import web
from catalog.database import SessionFactory
from catalog.models import Language, MessageKind, OutboxMessage, Request
from catalog.person_links import LINK_SECONDS, PATHS, PersonLinks
from catalog.texts import load_texts
from tests.accounts import audited
from tests.catalog.people import LUC, MARIE, file, found

pytestmark = pytest.mark.anyio

TEXTS = load_texts(Path(web.__file__).with_name("person_texts.yml"))
FORM_TEXTS = load_texts(Path(web.__file__).with_name("form_texts.yml"))
SOURCES = "\n".join(
    path.read_text("utf-8")
    for pattern in ("person_*.py", "templates/person_*.html")
    for path in Path(web.__file__).parent.glob(pattern)
)
ASK = PATHS[Language.FR]


@pytest.fixture
def settings(settings, tmp_path: Path):
    return settings.model_copy(update={"var_dir": tmp_path / "var"})


@pytest.fixture
def sessions(engine: Engine) -> SessionFactory:
    return sessionmaker(engine, expire_on_commit=False)


@pytest.fixture
def marie(sessions: SessionFactory) -> Request:
    return file(sessions, MARIE, "1")


@pytest.fixture
def link(sessions: SessionFactory, settings) -> Callable[[Request], str]:
    """A function that gives the path of the link that a person was sent."""

    def linked(request: Request, language: Language = Language.FR) -> str:
        message = OutboxMessage(
            request_id=request.id,
            kind=MessageKind.LINK,
            recipient=request.contact_email,
            language=language,
            subject="",
            body="{link}",
        )
        with sessions.begin() as session:
            session.add(message)
        return PersonLinks(settings.secret_key.get_secret_value(), "").url(message)

    return linked


async def ask(gateway, reference: str, email: str, path: str = ASK) -> httpx.Response:
    return await gateway.client.post(path, data={"reference": reference, "email": email})


def links(sessions: SessionFactory) -> list[str]:
    with sessions() as session:
        query = select(OutboxMessage.recipient).where(OutboxMessage.kind == MessageKind.LINK)
        return list(session.scalars(query))


def read(sessions: SessionFactory, request: Request) -> Request:
    with sessions() as session:
        return session.get_one(Request, request.id)


def heading(response: httpx.Response) -> str:
    return html.unescape(re.search(r"<h1>(.*?)</h1>", response.text, re.DOTALL)[1])


def said(name: str, language: str = "fr") -> str:
    return TEXTS[name][language]


@pytest.mark.parametrize("language", Language)
async def test_the_page_asks_for_both_and_runs_no_script(gateway, settings, language) -> None:
    response = await gateway.client.get(PATHS[language])
    assert response.status_code == 200 and heading(response) == said("person_title", language)
    assert f'<html lang="{language}">' in response.text
    assert not re.search(r"<script|<style|\sstyle=|\son[a-z]+=|javascript:", response.text)
    policy = response.headers["content-security-policy"]
    assert "form-action 'self'" in policy and "frame-ancestors 'none'" in policy
    assert f"mailto:{settings.privacy_email}" in response.text
    assert "set-cookie" not in response.headers


@pytest.mark.parametrize("language", Language)
async def test_the_answer_is_the_same_whether_or_not_it_matches(
    gateway, sessions, marie, language
) -> None:
    answers = [
        await ask(gateway, reference, email, PATHS[language])
        for reference, email in [
            (marie.reference, MARIE.email),
            (marie.reference, LUC.email),
            ("C-2026-99999", MARIE.email),
            (marie.reference, MARIE.email),
        ]
    ]
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    assert heading(answers[0]) == said("asked_title", language)
    assert links(sessions) == [MARIE.email]


async def test_what_is_neither_a_reference_nor_an_address_is_told(gateway, sessions) -> None:
    response = await ask(gateway, "demain", "marie")
    assert response.status_code == 422
    for name in ("reference_wrong", "email_wrong"):
        assert response.text.count(html.escape(said(name), quote=False)) == 2
    assert 'value="demain"' in response.text and links(sessions) == []


async def test_one_address_asks_so_often(start, sessions, marie) -> None:
    async with start(person_links_per_address="2/hour") as gateway:
        for _ in range(2):
            assert (await ask(gateway, "C-2026-99999", LUC.email)).status_code == 200
        response = await ask(gateway, marie.reference, MARIE.email)
    assert response.status_code == 429
    assert 0 < int(response.headers["retry-after"]) <= 3600
    assert links(sessions) == []


async def test_a_broken_database_is_not_told_as_a_link_sent(gateway, engine, marie) -> None:
    with engine.begin() as connection:
        connection.execute(sql("ALTER TABLE outbox_messages RENAME TO broken"))
    response = await ask(gateway, marie.reference, MARIE.email)
    assert response.status_code == 503 and said("unavailable") in html.unescape(response.text)


@pytest.mark.parametrize("language", Language)
async def test_all_that_is_kept_is_shown_and_can_be_taken_along(
    gateway, sessions, marie, link, language
) -> None:
    file(sessions, LUC, "2")
    path = link(marie, language)
    assert path.startswith(PATHS[language])
    page = await gateway.client.get(path)
    shown = html.unescape(page.text)
    assert page.status_code == 200 and heading(page) == said("file_title", language)
    assert all(word in shown for word in (*MARIE.words, marie.reference))
    assert not any(word in shown for word in LUC.words)
    assert not re.search(r"<script|<style|\sstyle=|\son[a-z]+=", page.text)
    kept = await gateway.client.get(f"{path}/json")
    name = said("file_name", language)
    assert kept.headers["content-disposition"] == f'attachment; filename="{name}"'
    [request] = kept.json()["requests"]
    assert (request["reference"], request["description"]) == (marie.reference, MARIE.need)
    for response in (page, kept):
        assert response.headers["cache-control"] == "no-store"
        assert response.headers["referrer-policy"] == "no-referrer"


async def test_what_is_shown_can_run_nothing(gateway, sessions, link) -> None:
    request = file(sessions, MARIE, "1", description="<script>alert(1)</script>")
    page = await gateway.client.get(link(request))
    assert "<script" not in page.text and "&lt;script&gt;" in page.text


async def test_contact_details_are_corrected(gateway, sessions, marie, link) -> None:
    path = link(marie)
    details = {
        "reference": marie.reference,
        "organisation": MARIE.organisation,
        "contact_name": "Maryse  Trudel",
        "email": MARIE.email,
        "phone": "(418) 555-0188",
    }
    response = await gateway.client.post(f"{path}/correct", data=details)
    assert response.status_code == 200 and heading(response) == said("corrected_title")
    corrected = read(sessions, marie)
    assert corrected.contact_name == "Maryse Trudel"
    assert corrected.contact_phone == "418 555-0188"
    assert (await gateway.client.get(path)).status_code == 200
    moved = details | {"email": "maryse@trudel.example"}
    assert (await gateway.client.post(f"{path}/correct", data=moved)).status_code == 200
    assert read(sessions, marie).contact_email == "maryse@trudel.example"
    assert (await gateway.client.get(path)).status_code == 404
    changes = [after for action, _, after in audited(sessions, "requests")]
    assert changes[0] == {"through": "link", "corrected": ["contact_name", "contact_phone"]}


async def test_a_wrong_correction_changes_nothing(gateway, sessions, marie, link) -> None:
    details = {"reference": marie.reference, "organisation": "Autre", "contact_name": "Zoé"}
    details |= {"email": "nulle part", "phone": ""}
    response = await gateway.client.post(f"{link(marie)}/correct", data=details)
    assert response.status_code == 422
    assert FORM_TEXTS["email_missing"]["fr"] in html.unescape(response.text)
    assert read(sessions, marie).contact_name == MARIE.name


async def test_the_consent_to_news_is_withdrawn(gateway, sessions, marie, link) -> None:
    path = link(marie)
    assert said("withdraw_send") in html.unescape((await gateway.client.get(path)).text)
    response = await gateway.client.post(f"{path}/withdraw")
    assert heading(response) == said("withdrawn_title")
    assert said("withdraw_send") not in html.unescape((await gateway.client.get(path)).text)


async def test_everything_is_erased_once_it_is_confirmed(
    gateway, sessions, settings, marie, link
) -> None:
    file(sessions, MARIE, "2")
    path = link(marie)
    response = await gateway.client.post(f"{path}/erase")
    assert response.status_code == 422 and read(sessions, marie).contact_name == MARIE.name
    response = await gateway.client.post(f"{path}/erase", data={"sure": "yes"})
    assert response.status_code == 200 and heading(response) == said("erased_title")
    assert found(sessions, settings.var_dir, MARIE) == []
    assert [entry[2] for entry in audited(sessions, "requests")] == [{"through": "link"}] * 2
    for again in (await gateway.client.get(path), await gateway.client.post(f"{path}/withdraw")):
        assert again.status_code == 404


class TestOtherPeople:
    async def test_a_link_does_nothing_to_another_s_request(
        self, gateway, sessions, marie, link
    ) -> None:
        luc = file(sessions, LUC, "2")
        details = {"organisation": "À moi", "contact_name": "Marie", "email": MARIE.email}
        details |= {"reference": luc.reference, "phone": ""}
        response = await gateway.client.post(f"{link(marie)}/correct", data=details)
        assert response.status_code == 404
        await gateway.client.post(f"{link(marie)}/erase", data={"sure": "yes"})
        assert read(sessions, luc).contact_name == LUC.name

    @pytest.mark.parametrize("step", ["", "/json", "/correct", "/withdraw", "/erase"])
    async def test_a_forged_or_late_link_opens_nothing(
        self, gateway, sessions, marie, link, step, monkeypatch
    ) -> None:
        path = link(marie)
        method = "GET" if step in ("", "/json") else "POST"
        details = {"reference": marie.reference, "sure": "yes", "email": MARIE.email}
        details |= {"organisation": "Autre", "contact_name": "Zoé", "phone": ""}
        sent = {"data": details} if method == "POST" else {}
        forged = path[:-3] + ("AAA" if not path.endswith("AAA") else "BBB")
        answers = [await gateway.client.request(method, f"{forged}{step}", **sent)]
        stamp = time.time() + LINK_SECONDS + 1
        monkeypatch.setattr("itsdangerous.timed.time.time", lambda: stamp)
        answers.append(await gateway.client.request(method, f"{path}{step}", **sent))
        for answer in answers:
            assert answer.status_code == 404 and heading(answer) == said("dead_title")
        assert read(sessions, marie).contact_name == MARIE.name

    async def test_a_broken_database_says_that_nothing_changed(
        self, gateway, engine, marie, link
    ) -> None:
        path = link(marie)
        with engine.begin() as connection:
            connection.execute(sql("ALTER TABLE erasures RENAME TO broken"))
        response = await gateway.client.post(f"{path}/erase", data={"sure": "yes"})
        assert response.status_code == 503 and heading(response) == said("down_title")
        assert (await gateway.client.get(path)).status_code == 200


@pytest.mark.parametrize("key", TEXTS)
def test_a_text_is_used(key: str) -> None:
    stem = re.sub(r"_(title|text|wrong|hint)$|^person_", "", key)
    assert f'"{key}"' in SOURCES or f'"{stem}"' in SOURCES
