"""Read a correction: which answer it changes, and to what."""

import re
from dataclasses import replace
from typing import Any

from actions.answers import NAMES, SKIPPED, Accepted, read_answer
from actions.digressions import is_another_need, is_question
from actions.turn import Turn
from catalog.contact_details import find_email
from catalog.places import fold

CORRECTABLE = {
    "email": r"\bcourriels?\b|\be ?mail\b|\bmail\b|adresse courriel|\badresse\b|\baddress\b",
    "phone": r"telephone|\btel\b|\bphone\b|\bcell|numero|\bnumber\b",
    "region": r"\bregion|\bville\b|\btown\b|\bcity\b",
    "deadline": r"echeance|\bdate\b|deadline|\bdelai",
    "budget": r"budget|banque d heures|bank of hours|hours bank",
    "organisation_kind": r"\btype\b|\bkind\b|sorte d org",
    "organisation": r"organi[sz]ation|organisme|\b(?:la|notre|our|the) co ?op\b|co ?op s? ?name",
    "member_standing": r"\bmembre\b|adhesion|membership|\bmember\b"
    r"|(?:sommes|est|are|pas|plus|not) (?:pas |plus |not |bien )?(?:membres|members)\b",
    "contact_name": r"\bprenom\b|\bname\b|\bnom\b|\bcontact\b",
    "routing": r"\bchamp\b|expertise|\bfield\b|\bservice\b",
    "description": r"description|texte|mandat",
}
NEW_VALUE = re.compile(
    r"(?:plut[ôo]t|c['’]est|\best|sera|devrait [êe]tre|\bis|should be|it['’]s|\bto|pour|par|:)\s+"
    r"(?:(?:plut[ôo]t|maintenant|actually|really|now|rather)\b ?:?\s*)?+"
    # "My name is spelled wrong" and "change the name to my president's" tell no new name.
    r"(?!(?:pas|not|mal|wrong|incorrect\w*|erron\w+|faux|fausse|missp\w+|spelled|[ée]crite?|avec|with"
    r"|missing|bonn?e?|mauvaise?|right|correct\w*|corriger|chang\w+|modif\w+|fix|edit|update|add"
    r"|mon|ma|mes|my|our|notre|nos|celui|celle|le nom|the name|un|une|an?)\b)"
    # Tried only where the line goes to the end, or each "not" would be tried for each start.
    r"(?=.*$)"
    # "Roy, not Ray"
    r"(?P<value>.+?)(?:,? (?:et non|pas|not|instead of|au lieu de|plut[ôo]t que|rather than) .*)?$",
    re.IGNORECASE,
)
BUT = re.compile(
    r"(?:oui|yes|ok|yeah),? (?:mais|but|sauf|except)\b|.*\b(?:sauf|except)\b", re.IGNORECASE
)
ANNOUNCES = re.compile(
    r"(?:oups|oops|non|no|erreur|sorry|d[ée]sol[ée]e?|pardon|wait|attends|attendez|actually|en fait"
    r"|finalement|hold on|correction)\b[ ,:]",
    re.IGNORECASE,
)
QUITE_LIKELY = 0.4
# A short message that names an answer, at the summary, says which one is wrong.
MAX_WORDS_TO_NAME = 8
# Their values are recognised wherever they stand in a sentence; two cannot be taken for another.
TELLS_ITS_VALUE = frozenset(
    {"email", "phone", "region", "deadline", "organisation_kind", "member_standing"}
)
ANY_TIME = frozenset({"email", "phone"})


def read_correction(turn: Turn, requested: str, slots: dict[str, Any]) -> dict[str, Any] | None:
    """The slots that a correction sets; a slot set to None is asked again.

    None when the message corrects nothing that was asked before.
    """
    if turn.choice and turn.choice.startswith("fix_"):
        return _ask_again(turn.choice.removeprefix("fix_"))
    if not (announces_correction(turn) or (requested == "summary" and _names_an_answer(turn))):
        return None
    if requested == "description" and not turn.is_intent("correct"):
        return None
    named = _slots_named(turn)
    # An answer that names its own question, such as "no budget for this service", corrects nothing.
    if requested in named and not (find_email(turn.text) and requested != "email"):
        return None
    corrections = (_new_value(slot, turn, slots) for slot in named if slot != requested)
    return next((correction for correction in corrections if correction), None)


def announces_correction(turn: Turn) -> bool:
    if not turn.is_typed:
        return False
    likely = turn.is_intent("correct", at_least=QUITE_LIKELY)
    return likely or _says_so(turn)


def _says_so(turn: Turn) -> bool:
    return says_but(turn) or bool(ANNOUNCES.match(turn.text))


def says_but(turn: Turn) -> bool:
    """Whether a *yes* comes with a reserve."""
    return turn.is_typed and bool(BUT.match(turn.text))


def _names_an_answer(turn: Turn) -> bool:
    short = len(turn.text.split()) <= MAX_WORDS_TO_NAME
    says_else = is_question(turn) or turn.is_intent("affirm") or is_another_need(turn)
    return turn.is_typed and short and not says_else


def _slots_named(turn: Turn) -> list[str]:
    folded = fold(turn.text)
    named = [slot for slot, words in CORRECTABLE.items() if re.search(words, folded)]
    # "Oops, it's marie@coop.ca" names it without a word; "Marie Roy, marie@coop.ca" is an answer.
    return named or (["email"] if find_email(turn.text) and _says_so(turn) else [])


def _new_value(slot: str, turn: Turn, slots: dict[str, Any]) -> dict[str, Any] | None:
    """The corrected slot; none where nothing was answered that could be corrected."""
    if slot not in ANY_TIME and slots.get(slot) is None:
        return None
    if slot in NAMES:
        found = NEW_VALUE.search(turn.text)
        reading = read_answer(slot, replace(turn, text=found["value"])) if found else None
    else:
        # "No, we are members" says yes.
        told = replace(turn, text=ANNOUNCES.sub("", turn.text, count=1).strip())
        reading = read_answer(slot, told) if slot in TELLS_ITS_VALUE else None
    if isinstance(reading, Accepted) and reading.slots[slot] != SKIPPED:
        return reading.slots
    return None if slots.get(slot) is None else _ask_again(slot)


def _ask_again(slot: str) -> dict[str, Any]:
    beside = {"routing": {"routing_step": "list"}, "deadline": {"deadline_words": None}}
    return {slot: None, **beside.get(slot, {})}
