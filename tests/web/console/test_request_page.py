"""The page of one request: what it shows, and each change made from it."""

import pytest
from sqlalchemy import select

from catalog.accounts import set_active
from catalog.models import ChatTurn, Language, MessageKind, OutboxMessage, RequestStatus, utc_now
from tests.accounts import audited, everything
from tests.catalog.drafts import chosen
from tests.web.console.pages import Browser, Page

pytestmark = pytest.mark.anyio

SCRIPT = "<script>alert(1)</script>"


async def show(browser: Browser, pk: int, **query: str) -> Page:
    page = await browser.get("/request/detail", pk=pk, **query)
    assert page.status == 200
    return page


async def change(browser: Browser, pk: int, action: str, **typed) -> Page:
    return await browser.submit((await show(browser, pk)).form(f"/{action}"), **typed)


async def after(browser: Browser, page: Page) -> Page:
    """The page that a change leads to."""
    assert page.status == 303, (page.status, page.alerts)
    return await browser.get(str(page.response.next_request.url))


def section(page: Page, name: str) -> str:
    return page.root.one("section", **{"aria-labelledby": name}).text


class TestChanges:
    @pytest.mark.parametrize("language", Language)
    async def test_one_takes_a_request(self, enter, read, file, language) -> None:
        request = file()
        browser = enter("agent", language=language)
        page = await after(browser, await change(browser, request.id, "take"))
        assert read(request).assignee.email == "agent@consortium.example"
        assert page.alerts == [{"fr": "C’est fait.", "en": "Done."}[language]]
        told = {"fr": "a confié la demande", "en": "assigned the request"}[language]
        assert told in section(page, "history")

    async def test_one_takes_from_another_and_twice(self, agent, administrator, file, read) -> None:
        request = file()
        for browser in (administrator, agent, agent):
            assert (await change(browser, request.id, "take")).status == 303
        assert read(request).assignee.email == "agent@consortium.example"

    async def test_it_is_assigned_and_let_go(self, agent, account, file, read) -> None:
        request = file()
        person = account("administrator")
        await change(agent, request.id, "assign", assignee=str(person.id))
        assert read(request).assignee_id == person.id
        page = await show(agent, request.id)
        assert ("assignee", str(person.id)) in page.form("/assign").controls()
        await change(agent, request.id, "assign", assignee="")
        assert read(request).assignee_id is None

    @pytest.mark.parametrize("status", RequestStatus)
    async def test_its_status_changes(self, agent, file, read, status: str) -> None:
        request = file()
        page = await after(agent, await change(agent, request.id, "status", status=status))
        assert read(request).status == status
        assert ("status", status) in page.form("/status").controls()

    async def test_its_fields_change_and_what_they_were_is_kept(self, agent, file, read) -> None:
        request = file()
        page = await change(agent, request.id, "fields", field=["finance_funding", "", ""])
        page = await after(agent, page)
        assert [row.field_slug for row in read(request).fields] == ["finance_funding"]
        (kept,) = read(request).fields_changes
        assert kept.from_fields == ["accounting", "governance"]
        assert "Finances et financement (choisi par l’équipe)" in section(page, "words")

    async def test_a_request_without_a_field_gets_one(self, agent, file, read) -> None:
        request = file(fields=[])
        await change(agent, request.id, "fields", field=["", "governance", ""])
        assert read(request).status == "received"

    async def test_a_note_is_for_staff(self, agent, file, read, sessions) -> None:
        request = file()
        page = await change(agent, request.id, "note", note=" Rappeler\r\nlundi ")
        page = await after(agent, page)
        assert read(request).notes[0].text.splitlines() == ["Rappeler", "lundi"]
        assert "Camille Roy" in section(page, "notes")
        assert "Rappeler" not in str(audited(sessions, "requests"))

    async def test_a_double_is_merged(self, agent, file, read) -> None:
        kept, double = file(), file()
        page = await show(agent, double.id)
        assert kept.reference in section(page, "doubles")
        typed = f" {kept.reference.lower()} "
        page = await after(agent, await change(agent, double.id, "merge", reference=typed))
        assert (read(double).merged_into_id, read(double).status) == (kept.id, "closed")
        link = next(link for link in page.root.all("a") if kept.reference in link.text)
        assert f"pk={kept.id}" in link["href"]
        assert (
            list((await show(agent, kept.id)).root.all("section", **{"aria-labelledby": "doubles"}))
            == []
        )


class TestAnswer:
    @pytest.mark.parametrize("console", Language)
    @pytest.mark.parametrize(
        ("language", "said", "tells"),
        [("fr", "J’ai bien lu votre demande", "en français"), ("en", "I have read", "in English")],
    )
    async def test_it_is_written_in_the_member_s_language(
        self, enter, file, read, language: str, said: str, tells: str, console: str
    ) -> None:
        request = file(language=language)
        browser = enter("agent", language=console)
        form = (await show(browser, request.id, template="call")).form("/answer")
        written = dict(form.controls())
        assert request.reference in written["subject"] and said in written["body"]
        assert form.one("textarea")["lang"] == language
        page = await after(browser, await browser.submit(form))
        assert page.status == 200
        *_, message = read(request).outbox_messages
        assert (message.kind, message.recipient) == (MessageKind.ANSWER, request.contact_email)
        assert (message.language, message.sent_at) == (language, None)
        assert said in message.body and "\r" not in message.subject
        assert (read(request).status, read(request).first_answered_at is None) == (
            "answered",
            False,
        )

    async def test_the_answer_is_shown_with_the_others(self, agent, file) -> None:
        request = file()
        page = await change(agent, request.id, "answer", subject="Bonjour", body="Parlons-en.")
        told = section(await after(agent, page), "mail")
        assert "Bonjour → marie@erables.example : en attente d’envoi Parlons-en." in told

    @pytest.mark.parametrize("template", ["nothing", SCRIPT, "_subject"])
    async def test_an_unknown_template_leaves_the_form_empty(self, agent, file, template) -> None:
        page = await show(agent, file().id, template=template)
        assert dict(page.form("/answer").controls())["body"] == ""


REFUSED = [
    ("assign", {"assignee": "99"}, "ne peut pas recevoir", "cannot be given"),
    ("assign", {"assignee": "{reviewer}"}, "ne peut pas recevoir", "cannot be given"),
    ("assign", {"assignee": "x"}, "ne peut pas recevoir", "cannot be given"),
    ("status", {"status": "lost"}, "un état de la liste", "from the list"),
    ("fields", {"field": ["", "", ""]}, "un à trois champs", "one to three"),
    ("fields", {"field": ["governance", "governance"]}, "un à trois champs", "one to three"),
    ("fields", {"field": ["nothing"]}, "n’est plus offert", "no longer offered"),
    ("note", {"note": " "}, "de 1 à 10 000", "1 to 10,000"),
    ("note", {"note": "n" * 10_001}, "de 1 à 10 000", "1 to 10,000"),
    ("answer", {"subject": " ", "body": SCRIPT}, "Écrivez un objet", "Write a subject"),
    ("answer", {"subject": "s" * 301, "body": "b"}, "Écrivez un objet", "Write a subject"),
    ("answer", {"subject": SCRIPT, "body": " "}, "Écrivez un objet", "Write a subject"),
    ("merge", {"reference": "C-1-1"}, "Aucune demande", "No request"),
    ("merge", {"reference": '"><b>'}, "Aucune demande", "No request"),
    ("merge", {"reference": "{own}"}, "celle que vous gardez", "the one that you keep"),
    ("merge", {"reference": "{merged}"}, "déjà fusionnée", "merged already"),
]


class TestRefusal:
    @pytest.mark.parametrize(("action", "typed", "french", "english"), REFUSED)
    async def test_what_is_refused_is_told_and_kept(
        self, enter, account, file, read, action, typed, french, english
    ) -> None:
        browser = enter("agent")
        request, merged = file(), file()
        await change(browser, merged.id, "merge", reference=file().reference)
        names = {"own": request.reference, "merged": merged.reference}
        names["reviewer"] = account("reviewer").id
        typed = {
            name: value.format(**names) if isinstance(value, str) else value
            for name, value in typed.items()
        }
        for language, told in (("en", english), ("fr", french)):
            page = await change(enter("agent", language=language), request.id, action, **typed)
            assert (page.status, page.language) == (409, language)
            (alert,) = page.alerts
            assert told in alert
        form = page.form(f"/{action}")
        if action in ("note", "answer", "merge"):
            assert {name: dict(form.controls())[name] for name in typed} == typed
        assert "<b>" not in page.html and SCRIPT not in page.html
        assert read(request).version == 1

    async def test_a_request_of_no_field_has_no_other_status(self, agent, file, read) -> None:
        request = file(fields=[])
        page = await change(agent, request.id, "status", status="closed")
        assert (page.status, page.alerts) == (409, ["Choisissez d’abord un champ d’expertise."])
        assert read(request).status == "to_qualify"

    async def test_what_was_refused_can_be_put_right_on_the_spot(self, agent, file, read) -> None:
        request = file()
        page = await change(agent, request.id, "answer", subject=" ", body="Parlons-en.")
        page = await agent.submit(page.form("/answer"), subject="Bonjour")
        assert page.status == 303
        assert read(request).outbox_messages[-1].body == "Parlons-en."

    @pytest.mark.parametrize(
        "path", ["/casework/1/nothing", "/casework/99/take", "/casework/x/take"]
    )
    async def test_what_does_not_exist_is_not_found(self, agent, file, path: str) -> None:
        file()
        assert (await agent.post(path, {"version": "1"})).status == 404

    async def test_nobody_closed_is_offered(self, agent, account, sessions, file) -> None:
        person = account("administrator", name="Partie Ailleurs")
        page = await show(agent, file().id)
        assert "Partie Ailleurs" in page.form("/assign").text
        with sessions.begin() as session:
            account("administrator", email="other@consortium.example")
        with sessions.begin() as session:
            set_active(session, session.merge(person), False, by=None)
        page = await show(agent, file().id)
        assert "Partie Ailleurs" not in page.form("/assign").text


TYPED = {
    "take": {},
    "assign": {"assignee": "1"},
    "status": {"status": "closed"},
    "fields": {"field": ["finance_funding"]},
    "note": {"note": "Mes mots"},
    "answer": {"subject": "Bonjour", "body": "Mes mots"},
    "merge": {"reference": "{other}"},
}


class TestTwoAtOnce:
    @pytest.mark.parametrize("language", Language)
    @pytest.mark.parametrize("action", TYPED)
    async def test_the_later_is_told_and_overwrites_nothing(
        self, enter, administrator, file, read, sessions, action: str, language: str
    ) -> None:
        request, other = file(), file()
        typed = {
            name: value.format(other=other.reference) if isinstance(value, str) else value
            for name, value in TYPED[action].items()
        }
        later = enter("agent", language=language)
        form = (await show(later, request.id)).form(f"/{action}")
        await change(administrator, request.id, "status", status="in_progress")
        before = everything(sessions)
        page = await later.submit(form, **typed)
        assert (page.status, page.language) == (409, language)
        (alert,) = page.alerts
        assert {"fr": "entre-temps", "en": "in the meantime"}[language] in alert
        assert everything(sessions) == before
        again = page.form(f"/{action}")
        kept = dict(again.controls())
        if action in ("note", "answer", "merge"):
            assert {name: kept[name] for name in typed} == typed
        assert "Dominique Côté" in section(page, "history")
        assert (await later.submit(again, **typed)).status == 303
        assert everything(sessions) != before

    @pytest.mark.parametrize("version", ["", "x", "0", "-1", "1.0", None])
    async def test_a_form_that_does_not_say_what_it_saw_is_refused(
        self, agent, file, read, version: str | None
    ) -> None:
        request = file()
        assert (await change(agent, request.id, "take", version=version)).status == 409
        assert read(request).assignee is None


class TestConversation:
    @pytest.fixture
    def turn(self, sessions):
        """A function that adds what was said, and answered."""

        def add(payload: str, *messages: dict, language: str = "fr") -> None:
            with sessions.begin() as session:
                count = len(session.scalars(select(ChatTurn.id)).all())
                session.add(
                    ChatTurn(
                        conversation_id="conversation",
                        message_id=f"m{count}",
                        fingerprint="",
                        payload=payload,
                        language=language,
                        messages=list(messages),
                        created_at=utc_now(),
                    )
                )

        return add

    @staticmethod
    def said(page: Page) -> list[tuple[str, str, str]]:
        return [
            (
                "member" if "by-member" in entry["class"] else "bot",
                entry.one("p").text,
                entry["lang"],
            )
            for entry in page.root.one("ol", class_="conversation").all("li")
        ]

    async def test_it_is_shown_as_it_was_said(self, agent, file, turn) -> None:
        choices = [{"title": "Oui, déposer", "payload": "/affirm"}]
        turn("/start{}", {"text": "Bonjour", "choices": []})
        turn(f"Paie {SCRIPT}", {"text": "On dépose ?", "choices": choices})
        turn("/affirm", {"text": f"C’est fait {SCRIPT}", "choices": []})
        turn("/change_language", language="en")
        turn("Thank you", language="en")
        page = await show(agent, file(conversation_id="conversation").id)
        assert self.said(page) == [
            ("bot", "Bonjour", "fr"),
            ("member", f"Paie {SCRIPT}", "fr"),
            ("bot", "On dépose ?", "fr"),
            ("member", "Oui, déposer", "fr"),
            ("bot", f"C’est fait {SCRIPT}", "fr"),
            ("member", "Thank you", "en"),
        ]
        assert SCRIPT not in page.html

    async def test_that_of_another_is_not(self, agent, file, turn) -> None:
        turn("Entre nous")
        page = await show(agent, file(conversation_id="another").id)
        assert "Entre nous" not in page.html
        assert "Aucune conversation" in section(page, "conversation")


WRITTEN_BY_MEMBERS = {
    "organisation_name": SCRIPT,
    "contact_name": SCRIPT,
    "contact_phone": SCRIPT,
    "description": SCRIPT,
    "deadline_words": SCRIPT,
    "budget": SCRIPT,
}


class TestScripts:
    @pytest.mark.parametrize(
        "path", ["/request/detail?pk=1&template=call", "/request/list", "/outbox/list"]
    )
    @pytest.mark.parametrize("language", Language)
    async def test_what_a_member_wrote_is_text(self, enter, file, path: str, language: str) -> None:
        file(**WRITTEN_BY_MEMBERS, language=language)
        page = await enter("administrator", language=language).get(path)
        assert page.status == 200
        assert SCRIPT in page.text
        assert SCRIPT not in page.html

    async def test_every_field_is_shown(self, agent, file) -> None:
        page = await show(agent, file(**WRITTEN_BY_MEMBERS).id)
        words = section(page, "words")
        assert words.count(SCRIPT) == len(WRITTEN_BY_MEMBERS)

    async def test_no_address_of_a_member_runs(self, agent, file) -> None:
        page = await show(agent, file(contact_email="a'b@x.example").id)
        links = [link.attributes.get("href", "") for link in page.root.all("a")]
        mail = [link for link in links if link.startswith("mailto:")]
        assert mail == ["mailto:a'b@x.example"]


async def test_what_was_promised_is_shown_as_time_left(agent, file, sessions) -> None:
    request = file(fields=chosen("governance"), urgency="urgent")
    page = await show(agent, request.id)
    badges = [badge.text for badge in page.root.all("span", class_="badge")]
    assert badges[:2] == ["Reçue", "Urgente"] and badges[2].startswith("encore ")
    await change(agent, request.id, "answer", subject="Bonjour", body="Parlons-en.")
    page = await show(agent, request.id)
    badges = [badge.text for badge in page.root.all("span", class_="badge")]
    assert badges == ["Répondue", "Urgente"]
    with sessions() as session:
        kinds = session.scalars(select(OutboxMessage.kind)).all()
    assert kinds.count(MessageKind.ANSWER) == 1
