"""The texts of consent, and the version that each answer was given to."""

from collections.abc import Collection
from pathlib import Path

from catalog.models import ConsentPurpose, utc_now
from catalog.requests import ConsentGiven
from catalog.texts import Texts

TEXTS = Texts(Path(__file__).with_name("consents.yml"))


def consent_text(purpose: ConsentPurpose, language: str) -> str:
    return TEXTS.get(purpose, language)


def consent_version(purpose: ConsentPurpose) -> str:
    return TEXTS.get(purpose, "version")


def answer_consents(granted: Collection[ConsentPurpose]) -> list[ConsentGiven]:
    """An answer given now to each purpose: yes to those of `granted`, no to the others."""
    now = utc_now()
    return [
        ConsentGiven(
            purpose=purpose,
            granted=purpose in granted,
            text_version=consent_version(purpose),
            given_at=now,
        )
        for purpose in ConsentPurpose
    ]
