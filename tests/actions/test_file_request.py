import re

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

import actions.file_request
from catalog.models import ConsentPurpose, OutboxMessage, Request, RequestStatus
from tests.actions.conftest import NEED, answered

BOTH = [
    {"slug": "accounting", "confidence": 0.6, "set_by": "bot"},
    {"slug": "training", "confidence": None, "set_by": "member"},
]


@pytest.fixture
def stored(catalog):
    """A function that reads the requests in the catalog."""
    opened = []

    def read() -> list[Request]:
        session = Session(catalog.kw["bind"])
        opened.append(session)
        return list(session.scalars(select(Request).order_by(Request.id)))

    yield read
    for session in opened:
        session.close()


def file(conversation):
    conversation.messages = []
    conversation.perform("action_file_request")
    return conversation.messages[0]


def test_a_request_is_filed_as_it_was_confirmed(stored, language):
    chat = answered(
        language,
        deadline="2027-03-15",
        deadline_words="avant le 15 mars",
        urgency="urgent",
        budget="5000 $",
        pole="estrie",
        consent_news=True,
    )
    message = file(chat)
    [request] = stored()
    assert message["response"] == "utter_filed"
    assert message["reference"] == request.reference
    assert message["email"] == "marie@coop.ca"
    assert re.fullmatch(r"C-\d{4}-\d{5}", request.reference)
    assert request.conversation_id == "conversation-1"
    assert request.language == language
    assert request.organisation_name == "Coop du Nord"
    assert request.organisation_kind == "cooperative"
    assert request.member_standing == "member"
    assert request.contact_name == "Marie Tremblay"
    assert request.contact_phone == "418 555-0123"
    assert request.region_code == "05"
    assert request.pole_slug == "estrie"
    assert request.description == NEED[language]
    assert str(request.deadline) == "2027-03-15"
    assert request.deadline_words == "avant le 15 mars"
    assert request.urgency == "urgent"
    assert request.budget == "5000 $"
    assert [(row.field_slug, row.confidence, row.set_by) for row in request.fields] == [
        ("accounting", 0.9, "bot")
    ]
    assert {consent.purpose: consent.granted for consent in request.consents} == {
        ConsentPurpose.CONTACT: True,
        ConsentPurpose.NEWS: True,
    }
    assert all(consent.text_version for consent in request.consents)
    assert chat.slots["filed"] is True


def test_what_was_skipped_is_left_empty(stored):
    file(answered(phone="skipped", region="skipped"))
    [request] = stored()
    assert request.contact_phone is None
    assert request.region_code is None
    assert request.outside_quebec is False
    assert request.deadline is None
    assert request.budget is None
    assert request.urgency == "normal"


def test_a_place_outside_quebec_has_no_region(stored):
    file(answered(region="outside"))
    [request] = stored()
    assert request.region_code is None
    assert request.outside_quebec is True


def test_a_deadline_that_is_no_date_is_kept_in_words(stored):
    file(answered(deadline="skipped", deadline_words="au printemps"))
    [request] = stored()
    assert request.deadline is None
    assert request.deadline_words == "au printemps"


def test_a_request_may_have_two_fields(stored, language):
    assert file(answered(language, fields=BOTH))["response"] == "utter_filed"
    [request] = stored()
    assert [(row.rank, row.field_slug) for row in request.fields] == [
        (1, "accounting"),
        (2, "training"),
    ]


def test_two_needs_may_be_two_requests(stored, language):
    message = file(answered(language, fields=BOTH, separate_requests=True))
    first, second = stored()
    assert message["response"] == "utter_filed_separately"
    assert message["reference"] == f"{first.reference}, {second.reference}"
    assert [row.field_slug for row in first.fields] == ["accounting"]
    assert [row.field_slug for row in second.fields] == ["training"]


def test_a_request_without_a_field_is_for_a_person_to_qualify(stored):
    assert file(answered(fields=[]))["response"] == "utter_filed"
    assert stored()[0].status is RequestStatus.TO_QUALIFY


def test_filing_again_gives_the_same_reference_and_files_nothing_more(stored, catalog):
    first, second = file(answered()), file(answered())
    assert first == second
    with catalog.begin() as session:
        assert session.scalar(select(func.count()).select_from(OutboxMessage)) == 2
    assert len(stored()) == 1


def test_what_is_filed_is_not_pending(stored, language):
    chat = answered(language)
    file(chat)
    assert file(chat)["response"] == "utter_nothing_pending"
    assert len(stored()) == 1


@pytest.mark.parametrize(
    ("slots", "response"),
    [
        ({"consent_contact": False}, "utter_not_filed"),
        ({"consent_contact": None}, "utter_form_paused"),
        ({"summary": None}, "utter_form_paused"),
        ({"email": None}, "utter_form_paused"),
        ({"filing_key": None}, "utter_nothing_pending"),
        ({"filed": True}, "utter_nothing_pending"),
    ],
)
def test_nothing_is_filed_without_all_that_it_takes(stored, slots, response, language):
    assert file(answered(language, **slots))["response"] == response
    assert stored() == []


def test_a_database_that_is_down_is_told_and_nothing_is_lost(no_catalog, language, caplog):
    chat = answered(language)
    before = dict(chat.slots)
    assert file(chat)["response"] == "utter_filing_failed"
    assert chat.slots == before
    assert "OperationalError" in caplog.text
    for words in (NEED[language], "Marie", "marie@coop.ca", "555-0123"):
        assert words not in caplog.text


def test_trying_again_files_what_was_kept(catalog, stored, monkeypatch, language):
    chat = answered(language)
    with monkeypatch.context() as patch:
        from sqlalchemy.exc import OperationalError

        def down(*_):
            raise OperationalError("SELECT", {}, Exception("down"))

        patch.setattr(actions.file_request, "file_requests", down)
        assert file(chat)["response"] == "utter_filing_failed"
    assert file(chat)["response"] == "utter_filed"
    assert [request.description for request in stored()] == [NEED[language]]
