"""A member finds a request by its reference and its address together, and learns nothing else."""

import pytest

from catalog.database import SessionFactory
from catalog.requests import file_requests, find_for_member
from tests.catalog.drafts import draft

EMAIL = "Marie.Tremblay@erables.example"


@pytest.fixture
def reference(sessions: SessionFactory) -> str:
    others, mine = draft("1", contact_email="jean@pins.example"), draft("2", contact_email=EMAIL)
    return file_requests(sessions, [others, mine])[1].reference


@pytest.mark.parametrize("email", [EMAIL, EMAIL.upper(), EMAIL.lower(), f"  {EMAIL}\n"], ids=repr)
def test_the_case_of_the_address_does_not_matter(
    sessions: SessionFactory, reference: str, email: str
) -> None:
    with sessions() as session:
        for written in (reference, reference.lower(), f" {reference} "):
            assert find_for_member(session, written, email).reference == reference


@pytest.mark.parametrize(
    "email", ["", "jean@pins.example", "marie.tremblay@erables.exampl", "%", "_" * len(EMAIL)]
)
def test_another_address_finds_nothing(
    sessions: SessionFactory, reference: str, email: str
) -> None:
    with sessions() as session:
        assert find_for_member(session, reference, email) is None


@pytest.mark.parametrize("wrong", ["", "C-1999-00001", "%", "C-____-00001", "C-2026-1"])
def test_an_unknown_reference_is_answered_as_a_wrong_address_is(
    sessions: SessionFactory, reference: str, wrong: str
) -> None:
    with sessions() as session:
        assert find_for_member(session, wrong, EMAIL) is None
