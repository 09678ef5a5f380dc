"""Answers that staff start from, in the member's language."""

from dataclasses import dataclass
from pathlib import Path

from catalog.models import Request
from catalog.notifications import field_names
from catalog.texts import Texts, load_texts

TEXTS = Texts(Path(__file__).with_name("answer_templates.yml"))
SUBJECT = "_subject"


@dataclass(frozen=True)
class AnswerTemplate:
    title: str
    subject: str
    body: str


def answer_templates(request: Request) -> dict[str, AnswerTemplate]:
    """Every template by its name, with the facts of `request` in place."""
    values = {
        "reference": request.reference,
        "contact_name": request.contact_name,
        "fields": field_names(request, request.language),
    }
    return {
        name: AnswerTemplate(
            title=TEXTS.get(f"{name}_title", request.language),
            subject=TEXTS.get(f"{name}{SUBJECT}", request.language, **values),
            body=TEXTS.get(f"{name}_body", request.language, **values),
        )
        for name in (
            key.removesuffix(SUBJECT) for key in load_texts(TEXTS.path) if key.endswith(SUBJECT)
        )
    }
