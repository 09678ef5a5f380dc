"""How a request's status is told to a member."""

from pathlib import Path

from catalog.models import RequestStatus
from catalog.texts import Texts

TEXTS = Texts(Path(__file__).with_name("statuses.yml"))


def status_name(status: RequestStatus, language: str) -> str:
    return TEXTS.get(status, language)
