"""The catalog's fields as the assistant names them."""

import asyncio
from functools import cache

from rapidfuzz import fuzz, process

from catalog.database import SessionFactory, configured_sessions
from catalog.fields import load_active_fields
from catalog.models import Field
from catalog.places import fold

SAME_NAME_SCORE = 85


@cache
def sessions() -> SessionFactory:
    return configured_sessions()


async def active_fields() -> dict[str, Field]:
    """The fields in service, by slug, in the catalog's order."""
    return await asyncio.to_thread(load_active_fields, sessions())


def find_by_name(text: str, fields: dict[str, Field]) -> str | None:
    """The slug of the field that `text` names, a typing mistake allowed."""
    names = {fold(name): field.slug for field in fields.values() for name in _names(field)}
    best = process.extractOne(fold(text), list(names), scorer=fuzz.ratio)
    return names[best[0]] if best and best[1] >= SAME_NAME_SCORE else None


def _names(field: Field) -> tuple[str, ...]:
    return field.name_fr, field.name_en


def choice_button(title: str, choice: str) -> dict[str, str]:
    """A button that answers the question being asked."""
    return {"title": title, "payload": f'/choose{{"choice":"{choice}"}}'}


def quoted_list(names: list[str], language: str) -> str:
    """`names` as a phrase: « A », « B » et « C »."""
    marks = "“{}”" if language == "en" else "«\u00a0{}\u00a0»"
    *others, last = [marks.format(name) for name in names]
    joint = " and " if language == "en" else " et "
    return f"{', '.join(others)}{joint}{last}" if others else last
