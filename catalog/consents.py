"""The texts of consent, and the version that each answer was given to."""

from pathlib import Path

from catalog.models import ConsentPurpose
from catalog.texts import Texts

TEXTS = Texts(Path(__file__).with_name("consents.yml"))


def consent_text(purpose: ConsentPurpose, language: str) -> str:
    return TEXTS.get(purpose, language)


def consent_version(purpose: ConsentPurpose) -> str:
    return TEXTS.get(purpose, "version")
