"""What a filed request holds."""

import datetime as dt
import re

import pytest
from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from catalog.database import SessionFactory
from catalog.models import Field, Request, utc_now
from catalog.requests import file_requests, local_today
from tests.catalog.drafts import GIVEN_AT, chosen, consent, count_rows, draft, references

WORDS = (
    "  Bonjour 🚂 «\u00a0À l’aide\u00a0»…\n\n\t– 1) l'été; 2) {reference} %s \\n <b>\n=1+1\nFin.  "
)


def stored(sessions: SessionFactory) -> Request:
    with sessions() as session:
        request = session.scalars(select(Request)).one()
        assert request.fields and request.consents is not None and request.status_changes
        return request


def test_every_column_is_kept_as_given(sessions: SessionFactory) -> None:
    given = {
        "conversation_id": "c0ffee",
        "language": "en",
        "organisation_name": "Coop « L’Œuf » 🥚, s.e.c.",
        "organisation_kind": "mutual",
        "member_standing": "through_federation",
        "contact_name": "Zoé O’Neil-Tremblay",
        "contact_email": "zoe+coop@oeuf.example",
        "contact_phone": "418 555-0123",
        "region_code": "12",
        "outside_quebec": False,
        "pole_slug": "chaudiere-appalaches",
        "description": WORDS,
        "deadline": dt.date(2026, 3, 15),
        "deadline_words": "avant le 15 mars",
        "urgency": "urgent",
        "budget": "5 000 $ ou 40 heures",
    }
    before = utc_now()
    [request] = file_requests(sessions, [draft("a key", **given)])
    kept = stored(sessions)
    assert {name: getattr(kept, name) for name in given} == given
    assert (kept.idempotency_key, kept.reference) == ("a key", request.reference)
    assert before <= kept.created_at <= utc_now()
    assert kept.created_at.utcoffset() == dt.timedelta()


def test_what_is_not_given_is_kept_as_unknown(sessions: SessionFactory) -> None:
    file_requests(sessions, [draft()])
    kept = stored(sessions)
    unknown = "conversation_id contact_phone region_code pole_slug deadline deadline_words budget"
    assert [getattr(kept, name) for name in unknown.split()] == [None] * 7
    assert (kept.outside_quebec, kept.urgency) == (False, "normal")


def test_outside_quebec_is_kept_without_a_region(sessions: SessionFactory) -> None:
    file_requests(sessions, [draft(outside_quebec=True)])
    assert (stored(sessions).outside_quebec, stored(sessions).region_code) == (True, None)


def test_the_longest_words_that_a_draft_takes_are_kept_whole(sessions: SessionFactory) -> None:
    given = {
        "organisation_name": "é" * 200,
        "contact_name": "🚂" * 200,
        "description": "à" * 20_000,
        "deadline_words": "ç" * 200,
        "budget": "û" * 300,
    }
    file_requests(sessions, [draft("k" * 100, **given)])
    kept = stored(sessions)
    assert {name: getattr(kept, name) for name in given} == given


def test_the_fields_keep_their_rank_their_confidence_and_who_set_them(
    sessions: SessionFactory,
) -> None:
    fields = [
        {"slug": "web_development", "confidence": 0.125, "set_by": "bot"},
        {"slug": "accounting", "set_by": "member"},
        {"slug": "governance", "confidence": 1, "set_by": "staff"},
    ]
    file_requests(sessions, [draft(fields=fields)])
    kept = [
        (row.rank, row.field_slug, row.confidence, row.set_by) for row in stored(sessions).fields
    ]
    assert kept == [
        (1, "web_development", 0.125, "bot"),
        (2, "accounting", None, "member"),
        (3, "governance", 1.0, "staff"),
    ]


def test_both_consents_are_kept_with_their_version_and_time(sessions: SessionFactory) -> None:
    file_requests(sessions, [draft()])
    kept = {c.purpose: (c.granted, c.text_version, c.given_at) for c in stored(sessions).consents}
    assert kept == {"contact": (True, "contact-7", GIVEN_AT), "news": (False, "news-7", GIVEN_AT)}


@pytest.mark.parametrize(
    "consents",
    [[], [consent(granted=False)], [consent("news")]],
    ids=["none", "refused", "only news"],
)
def test_without_consent_to_contact_there_is_no_draft(consents: list) -> None:
    with pytest.raises(ValidationError, match="only with consent to be contacted"):
        draft(consents=consents)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("contact_email", "marie@"),
        ("contact_email", "a@b.example\nBcc: c@d.example"),
        ("organisation_name", " \n "),
        ("organisation_name", "x" * 201),
        ("contact_name", ""),
        ("description", ""),
        ("description", "x" * 20_001),
        ("description", "\ud83d"),
        ("budget", "x" * 301),
        ("language", "de"),
        ("idempotency_key", ""),
        ("fields", [{"slug": "accounting", "confidence": 1.5, "set_by": "bot"}]),
        ("nickname", "Mimi"),
    ],
)
def test_a_draft_that_the_tables_cannot_hold_is_refused(name: str, value: object) -> None:
    with pytest.raises(ValidationError, match=name):
        draft(**{name: value})


def test_a_request_with_a_field_is_received_and_its_history_says_so(
    sessions: SessionFactory,
) -> None:
    file_requests(sessions, [draft()])
    kept = stored(sessions)
    [change] = kept.status_changes
    assert kept.status == change.to_status == "received"
    assert (change.from_status, change.changed_by) == (None, "bot")
    assert change.changed_at == kept.created_at


@pytest.mark.parametrize(
    "slugs", [[], ["retired"], ["no_such_field"], ["no_such_field", "retired"]]
)
def test_a_request_without_an_active_field_is_to_qualify(
    sessions: SessionFactory, slugs: list[str]
) -> None:
    with sessions.begin() as session:
        session.get_one(Field, "training").active = False
    slugs = ["training" if slug == "retired" else slug for slug in slugs]
    file_requests(sessions, [draft(fields=chosen(*slugs))])
    with sessions() as session:
        request = session.scalars(select(Request)).one()
        assert request.status == "to_qualify"
        assert [change.to_status for change in request.status_changes] == ["to_qualify"]
        assert request.fields == []


def test_the_active_fields_of_a_request_close_ranks(sessions: SessionFactory) -> None:
    with sessions.begin() as session:
        session.get_one(Field, "training").active = False
    file_requests(
        sessions, [draft(fields=chosen("nothing", "training", "accounting", "governance"))]
    )
    kept = stored(sessions)
    assert [(row.rank, row.field_slug) for row in kept.fields] == [
        (1, "accounting"),
        (2, "governance"),
    ]
    assert kept.status == "received"


def test_references_follow_one_another_without_a_hole(sessions: SessionFactory, clock) -> None:
    clock.set("2026-05-01T12:00:00+00:00")
    for key in "abc":
        file_requests(sessions, [draft(key)])
    assert references(sessions) == ["C-2026-00001", "C-2026-00002", "C-2026-00003"]


def test_a_reference_names_the_present_year(sessions: SessionFactory) -> None:
    [request] = file_requests(sessions, [draft()])
    assert re.fullmatch(r"C-\d{4}-\d{5}", request.reference)
    assert request.reference[2:6] in {str(local_today().year), str(local_today().year - 1)}


def test_the_year_of_a_reference_is_that_of_quebec(sessions: SessionFactory, clock) -> None:
    moments = {
        "2027-01-01T04:59:59+00:00": "C-2026-00001",
        "2027-01-01T05:00:00+00:00": "C-2027-00001",
        "2027-01-01T05:00:01+00:00": "C-2027-00002",
        "2026-12-31T23:59:59-05:00": "C-2026-00002",
    }
    for moment, reference in moments.items():
        clock.set(moment)
        assert file_requests(sessions, [draft(moment)])[0].reference == reference


def test_today_is_that_of_quebec(clock) -> None:
    clock.set("2026-07-02T03:59:59+00:00")
    assert local_today() == dt.date(2026, 7, 1)
    clock.set("2026-07-02T04:00:00+00:00")
    assert local_today() == dt.date(2026, 7, 2)


def test_the_hundred_thousandth_reference_is_longer_not_wrong(
    sessions: SessionFactory, clock
) -> None:
    clock.set("2026-05-01T12:00:00+00:00")
    file_requests(sessions, [draft("first")])
    with sessions.begin() as session:
        session.execute(
            Request.metadata.tables["reference_sequences"].update().values(last_number=99_999)
        )
    assert file_requests(sessions, [draft("next")])[0].reference == "C-2026-100000"


def test_drafts_filed_together_get_a_request_each(sessions: SessionFactory, clock) -> None:
    clock.set("2026-05-01T12:00:00+00:00")
    requests = file_requests(sessions, [draft("k:1"), draft("k:2", fields=chosen("training"))])
    assert [request.reference for request in requests] == ["C-2026-00001", "C-2026-00002"]
    assert references(sessions) == ["C-2026-00001", "C-2026-00002"]


def test_of_drafts_filed_together_either_all_are_filed_or_none(sessions: SessionFactory) -> None:
    nothing = count_rows(sessions)
    with pytest.raises(SQLAlchemyError):
        file_requests(sessions, [draft("k:1"), draft("k:2", pole_slug="no-such-pole")])
    assert count_rows(sessions) == nothing
    assert not any(nothing.values())
