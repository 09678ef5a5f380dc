"""What a person left outside of their own requests: words learned from, notes, saved searches."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote_plus

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from catalog.after_commit import after_commit
from catalog.anonymize import MARKS, anonymize
from catalog.interpretations import FORGOTTEN, erase_reviewed, text_key
from catalog.learned_words import forget_learned, forget_learned_files
from catalog.lessons import learnable
from catalog.models import Interpretation, Note, Request, SavedView
from catalog.places import fold

# A first name alone is that of many.
FEWEST_WORDS = 2
SHORTEST = 6


@dataclass(frozen=True)
class Traces:
    """What tells a person from others, and the `text_key` of what they said."""

    names: frozenset[str]
    keys: frozenset[str]
    language: str


def traces_of(session: Session, requests: Sequence[Request]) -> Traces:
    """To be read before the requests and their conversations are erased."""
    conversations = {request.conversation_id for request in requests} - {None}
    query = select(Interpretation.text).where(Interpretation.conversation_id.in_(conversations))
    said = [
        *session.scalars(query),
        *(anonymize(text, request.language) for request in requests for text in _said(request)),
    ]
    keys = {text_key(version) for text in said for version in (text, learnable(text)) if version}
    return Traces(names_of(requests), frozenset(keys), requests[0].language)


def erase_traces(session: Session, traces: Traces, var_dir: Path) -> None:
    """Erase them; a trained model and the training messages are not looked into."""
    _erase_reviewed(session, traces)
    _redact_notes(session, traces)
    forget_views(session, traces.names)
    forget_learned(session, traces.keys)
    after_commit(session, lambda: forget_learned_files(var_dir / "learning", traces.keys))


def names_of(requests: Iterable[Request]) -> frozenset[str]:
    """What tells the people who made `requests` from others."""
    return frozenset(one for request in requests for one in _names(request))


def forget_views(session: Session, names: Iterable[str]) -> None:
    """Erase the searches that someone kept for any of `names`."""
    folded = [fold(name) for name in names]
    for view in session.scalars(select(SavedView)):
        kept = fold(f"{view.name} {unquote_plus(view.query)}")
        if any(name in kept for name in folded):
            session.delete(view)


def _names(request: Request) -> Iterable[str]:
    yield request.contact_email
    if request.contact_phone:
        yield request.contact_phone
    if len(request.contact_name.split()) >= FEWEST_WORDS and len(request.contact_name) >= SHORTEST:
        yield request.contact_name


def _said(request: Request) -> Iterable[str]:
    yield request.description
    yield from request.description.splitlines()


def _erase_reviewed(session: Session, traces: Traces) -> None:
    """What was reviewed and cut from its conversation, when that came to its term."""
    names = [Interpretation.text.icontains(name, autoescape=True) for name in traces.names]
    alike = or_(Interpretation.text_key.in_(traces.keys), *names)
    erase_reviewed(session, Interpretation.conversation_id == FORGOTTEN, alike)


def _redact_notes(session: Session, traces: Traces) -> None:
    """Notes on other people's requests."""
    named = or_(*(Note.text.icontains(name, autoescape=True) for name in traces.names))
    pattern = re.compile("|".join(map(re.escape, traces.names)), re.IGNORECASE)
    for note in session.scalars(select(Note).where(named)):
        note.text = pattern.sub(MARKS["name"][traces.language], note.text)
