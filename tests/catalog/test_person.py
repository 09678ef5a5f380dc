"""What a person sees, corrects and withdraws, and the links by which they do."""

import datetime as dt
import json

import pytest
from pydantic import ValidationError
from sqlalchemy import select

import catalog.person
from catalog.database import SessionFactory
from catalog.models import ChatTurn, Language, MessageKind, Note, OutboxMessage, Request, utc_now
from catalog.outbox import FolderTransport, send_due
from catalog.person import (
    Correction,
    PersonError,
    correct,
    find_person,
    person_requests,
    send_link,
    withdraw_news,
)
from catalog.person_export import FACTS, export, readable
from catalog.person_links import LINK_SECONDS, PersonLinks
from catalog.requests import file_requests
from catalog.settings import LOCAL_SECRET
from catalog.texts import load_texts
from tests.accounts import audited
from tests.catalog.drafts import consent, draft
from tests.catalog.people import LUC, MARIE, file, live

LINKS = PersonLinks(LOCAL_SECRET, "https://web.example")


@pytest.fixture
def request_of_marie(sessions: SessionFactory) -> Request:
    return file(sessions, MARIE, "1")


def sent_links(sessions: SessionFactory) -> list[OutboxMessage]:
    with sessions() as session:
        query = select(OutboxMessage).where(OutboxMessage.kind == MessageKind.LINK)
        return list(session.scalars(query.order_by(OutboxMessage.id)))


def ask(sessions: SessionFactory, reference: str, email: str) -> list[OutboxMessage]:
    with sessions.begin() as session:
        send_link(session, reference, email, Language.FR)
    return sent_links(sessions)


def token(sessions: SessionFactory, request: Request, email: str) -> str:
    return LINKS.url(ask(sessions, request.reference, email)[-1]).rpartition("/")[2]


def opened(sessions: SessionFactory, token: str) -> str | None:
    with sessions() as session:
        request = LINKS.open(session, token)
        return request and request.reference


class TestExport:
    def test_it_holds_all_that_is_kept_and_is_json(self, sessions, tmp_path) -> None:
        request = live(sessions, MARIE, tmp_path)
        with sessions() as session:
            kept = export(session, find_person(session, request.reference, MARIE.email), notes=True)
        written = json.dumps(kept, ensure_ascii=False)
        assert all(word in written for word in MARIE.words)
        first, double = json.loads(written)["requests"]
        assert set(FACTS) <= set(first)
        assert (first["reference"], double["status"]) == (request.reference, "closed")
        assert [turn["words"] for turn in first["conversation"]] == [
            MARIE.need,
            f"Merci, {MARIE.name}",
        ]
        assert [note["text"] for note in first["notes"]] == [
            f"Rappeler {MARIE.name} au {MARIE.phone}"
        ]
        assert {mail["subject"] for mail in first["emails"]} == {
            f"Votre demande {request.reference} est déposée",
            f"Pour {MARIE.organisation}",
        }
        assert [one["granted"] for one in first["consents"]] == [True, True]

    def test_notes_of_staff_are_for_who_reads_them_over(self, sessions, tmp_path) -> None:
        request = live(sessions, MARIE, tmp_path)
        with sessions() as session:
            kept = export(session, person_requests(session, request), notes=False)
        assert "Rappeler" not in json.dumps(kept)

    @pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
    @pytest.mark.parametrize("language", Language)
    def test_it_reads_in_either_language(self, sessions, tmp_path, language) -> None:
        request = live(sessions, MARIE, tmp_path)
        with sessions() as session:
            kept = export(session, person_requests(session, request), notes=True)
        facts, _ = readable(kept, language)
        labels = load_texts(catalog.person_export.TEXTS.path)
        named = {labels[name][language] for name, value in kept["requests"][0].items() if value}
        assert named <= {label for label, _ in facts}
        told = "\n".join(value for _, value in facts)
        assert all(word in told for word in MARIE.words)
        assert {"fr": "Comptabilité", "en": "Accounting"}[language] in told
        assert "True" not in told and "None" not in told


class TestWhose:
    def test_both_the_reference_and_the_address_are_wanted(
        self, sessions, request_of_marie
    ) -> None:
        luc = file(sessions, LUC, "2")
        with sessions() as session:
            for reference, email in [
                (request_of_marie.reference, LUC.email),
                ("C-2026-99999", MARIE.email),
                (luc.reference, MARIE.email),
            ]:
                with pytest.raises(PersonError):
                    find_person(session, reference, email)

    def test_every_request_from_the_address_is_theirs(self, sessions, request_of_marie) -> None:
        file(sessions, LUC, "2")
        other = file(sessions, MARIE, "3", contact_email="Marie@erables.example")
        with sessions() as session:
            theirs = find_person(session, other.reference.lower(), MARIE.email.upper())
            assert [one.reference for one in theirs] == [
                request_of_marie.reference,
                other.reference,
            ]


class TestCorrection:
    def test_it_reaches_the_search_and_the_e_mails_that_wait(
        self, sessions, request_of_marie
    ) -> None:
        correction = Correction(
            contact_name="Maryse Trudel", contact_email="m@trudel.example", contact_phone=""
        )
        with sessions.begin() as session:
            request = session.get_one(Request, request_of_marie.id)
            changed = correct(session, request, correction)
        assert changed == ["contact_email", "contact_name", "contact_phone"]
        with sessions() as session:
            request = session.get_one(Request, request_of_marie.id)
            assert "maryse trudel m trudel example" in request.search_text
            assert "marie" not in request.search_text
            assert (request.contact_phone, request.version) == (None, request_of_marie.version + 1)
            recipients = {m.kind: m.recipient for m in request.outbox_messages}
        assert recipients["member"] == "m@trudel.example"
        assert "trudel" not in recipients["team"]
        [(_, before, after)] = [
            one for one in audited(sessions, "requests") if one[0] == "correct_person"
        ]
        assert (before, after) == ({}, {"through": "staff", "corrected": changed})

    def test_what_is_right_already_is_no_change(self, sessions, request_of_marie) -> None:
        with sessions.begin() as session:
            request = session.get_one(Request, request_of_marie.id)
            assert correct(session, request, Correction(contact_name=MARIE.name)) == []
        assert audited(sessions, "requests") == []

    @pytest.mark.parametrize(
        "wrong", [{"contact_email": "nowhere"}, {"contact_phone": "12"}, {"contact_name": " "}]
    )
    def test_what_could_not_be_filed_is_refused(self, wrong) -> None:
        with pytest.raises(ValidationError):
            Correction(**wrong)


class TestWithdrawal:
    def test_the_consent_stays_as_it_was_given_and_is_withdrawn(
        self, sessions, request_of_marie
    ) -> None:
        for expected in (1, 0):
            with sessions.begin() as session:
                request = session.get_one(Request, request_of_marie.id)
                assert withdraw_news(session, [request]) == expected
        with sessions() as session:
            request = session.get_one(Request, request_of_marie.id)
            contact, news = sorted(request.consents, key=lambda one: one.purpose)
            assert news.granted and news.withdrawn_at and not contact.withdrawn_at
            [notice] = [m for m in request.outbox_messages if m.kind is MessageKind.NOTICE]
            assert request.reference in notice.body and MARIE.email not in notice.body

    def test_who_never_agreed_has_nothing_to_withdraw(self, sessions) -> None:
        consents = [consent(), consent("news", granted=False)]
        [request] = file_requests(sessions, [draft("1", consents=consents)])
        with sessions.begin() as session:
            assert withdraw_news(session, [session.get_one(Request, request.id)]) == 0


class TestLink:
    def test_it_comes_by_e_mail_and_opens_the_request(
        self, sessions, request_of_marie, tmp_path
    ) -> None:
        [message] = ask(sessions, request_of_marie.reference, MARIE.email)
        assert "http" not in message.body
        send_due(sessions, FolderTransport(tmp_path), "robot@consortium.example")
        sent = (tmp_path / f"{message.id}.eml").read_bytes().replace(b"=\r\n", b"").decode()
        link = next(word for word in sent.split() if word.startswith("http://127.0.0.1:8000/mes-"))
        assert opened(sessions, link.rpartition("/")[2]) == request_of_marie.reference
        assert sent_links(sessions)[0].body == message.body

    def test_a_wrong_pair_gets_none_and_a_mailbox_is_not_flooded(
        self, sessions, request_of_marie, monkeypatch
    ) -> None:
        assert ask(sessions, request_of_marie.reference, LUC.email) == []
        assert len(ask(sessions, request_of_marie.reference, MARIE.email)) == 1
        assert len(ask(sessions, request_of_marie.reference, MARIE.email)) == 1
        later = utc_now() + dt.timedelta(minutes=11)
        monkeypatch.setattr(catalog.person, "utc_now", lambda: later)
        assert len(ask(sessions, request_of_marie.reference, MARIE.email)) == 2

    def test_it_expires(self, sessions, request_of_marie, monkeypatch) -> None:
        kept = token(sessions, request_of_marie, MARIE.email)
        assert opened(sessions, kept)
        late = int(utc_now().timestamp()) + LINK_SECONDS + 1
        monkeypatch.setattr("itsdangerous.timed.time.time", lambda: late)
        assert opened(sessions, kept) is None

    def test_a_forged_one_opens_nothing(self, sessions, request_of_marie) -> None:
        kept = token(sessions, request_of_marie, MARIE.email)
        payload, at, signature = kept.split(".")
        message = sent_links(sessions)[0]
        forger = PersonLinks("another secret", "https://web.example")
        for forged in (
            # Not the last character: some of its bits belong to no byte, and change nothing.
            f"{payload}.{at}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}",
            f"{payload[:-2]}AA.{at}.{signature}",
            forger.url(message).rpartition("/")[2],
            "",
            "é",
            "x" * 5000,
        ):
            assert opened(sessions, forged) is None

    def test_another_kind_of_e_mail_makes_no_link(self, sessions, request_of_marie) -> None:
        with sessions() as session:
            other = session.scalars(select(OutboxMessage)).first()
        assert opened(sessions, LINKS.url(other).rpartition("/")[2]) is None

    def test_it_dies_with_the_address_that_it_was_sent_to(self, sessions, request_of_marie) -> None:
        kept = token(sessions, request_of_marie, MARIE.email)
        with sessions.begin() as session:
            request = session.get_one(Request, request_of_marie.id)
            correct(session, request, Correction(contact_email="new@erables.example"))
        assert opened(sessions, kept) is None

    def test_a_number_that_comes_again_is_another_e_mail_s(
        self, sessions, request_of_marie
    ) -> None:
        kept = token(sessions, request_of_marie, MARIE.email)
        luc = file(sessions, LUC, "2")
        [former] = sent_links(sessions)
        with sessions.begin() as session:
            session.delete(session.get_one(OutboxMessage, former.id))
            session.flush()
            session.add(
                OutboxMessage(
                    id=former.id,
                    request_id=luc.id,
                    kind=MessageKind.LINK,
                    recipient=LUC.email,
                    language=Language.FR,
                    subject="",
                    body="",
                )
            )
        assert opened(sessions, kept) is None


def test_no_note_or_turn_of_another_is_exported(sessions, tmp_path) -> None:
    live(sessions, LUC, tmp_path)
    request = file(sessions, MARIE, "1")
    with sessions() as session:
        assert session.scalars(select(Note)).all() and session.scalars(select(ChatTurn)).all()
        kept = json.dumps(export(session, person_requests(session, request), notes=True))
    assert not any(json.dumps(word)[1:-1] in kept for word in LUC.words)
