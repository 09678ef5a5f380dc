"""Agree with the member on the field or fields of a request."""

import re
from typing import Any

from actions.answers import Accepted, Reading, Refused
from actions.fields import active_fields, find_by_name
from actions.turn import Turn
from catalog.models import SetBy
from catalog.places import fold

WORDS_FOR_BUTTONS = {
    "several": {
        "one_request": r"\b(?:une? seule?|la meme|ensemble|single|one request|just one|only one"
        r"|together|the same|une demande pour (?:les deux|le tout|tout))\b",
        "separate_requests": r"\b(?:chacune?|separe\w*|distinct\w*|differentes|deux demandes|each"
        r"|separate\w*|two requests|different requests)\b",
    },
    "clarify": {
        "both": r"^(?:c est |it s |un peu |a bit of )?(?:les deux|both|l un et l autre)\b",
    },
}
ORDINALS = (
    r".*\b(?:premiere?|first)(?: one| option| choix)?",
    r".*\b(?:deuxieme|seconde?|second)(?: one| option| choix)?",
    r".*\b(?:troisieme|third)(?: one| option| choix)?",
)
MAX_WORDS_FOR_BUTTON = 8
CONFIRMED = "confirmed"
LIST = {"routing": None, "routing_step": "list"}
MAX_FIELDS = 4


def open_routing(turn: Turn) -> dict[str, Any]:
    """The routing slots when a request begins with `turn`."""
    if turn.intent == "need":
        return {"routing": None, **_propose(turn)}
    if turn.intent == "choose_field" and turn.choice:
        return _confirm([_by_member(turn.choice, turn)])
    if turn.intent == "resume":
        return LIST
    return to_a_person()


async def read_routing(turn: Turn, slots: dict[str, Any]) -> Reading:
    """What `turn` answers to the routing question."""
    step, proposed = slots["routing_step"], slots["fields"] or []
    if turn.chose("human") or turn.is_intent("ask_human"):
        return Accepted(to_a_person())
    choice = turn.choice or _choice_in_words(turn, step, proposed)
    if choice == "other" or (turn.is_typed and choice is None and turn.is_intent("deny")):
        none_fits = step == "list" or not proposed
        return Accepted(to_a_person() if none_fits else LIST)
    if choice in ("one_request", "both", "separate_requests"):
        separate = choice == "separate_requests"
        return Accepted({**_confirm(proposed), "separate_requests": separate})
    if turn.is_typed and choice is None and turn.is_intent("skip"):
        return Accepted(to_a_person())
    if turn.chose("yes") or (turn.is_typed and turn.is_intent("affirm") and step == "route"):
        return Accepted(_confirm(proposed))
    fields = await _fields_or_none()
    if choice in fields:
        return Accepted(_confirm([_by_member(choice, turn, slots["ranking"])]))
    return _read_words(turn, fields)


def _choice_in_words(turn: Turn, step: str | None, proposed: list[dict[str, Any]]) -> str | None:
    """The button that a short answer stands for."""
    folded = fold(turn.text)
    if not turn.is_typed or len(folded.split()) > MAX_WORDS_FOR_BUTTON:
        return None
    for choice, words in WORDS_FOR_BUTTONS.get(step, {}).items():
        if re.search(words, folded):
            return choice
    for rank, words in enumerate(ORDINALS[: len(proposed)]):
        if step in ("clarify", "unsure") and re.fullmatch(words, folded):
            return proposed[rank]["slug"]
    return None


def _read_words(turn: Turn, fields: dict) -> Reading:
    named = find_by_name(turn.text, fields) if turn.is_typed else None
    if named:
        return Accepted(_confirm([_by_member(named, turn)]))
    if turn.is_typed and turn.intent == "need":
        return Accepted({"routing": None, **_propose(turn)})
    return Refused("utter_route_not_understood")


async def _fields_or_none() -> dict:
    try:
        return await active_fields()
    except Exception:
        # The question that follows reads the catalog too, and tells the member that it is down.
        return {}


def proposed_fields(turn: Turn) -> list[dict[str, Any]]:
    """The fields that the bot would act on, as a request keeps them."""
    return [
        {"slug": slug, "confidence": turn.ranking.get(slug), "set_by": SetBy.BOT.value}
        for slug in turn.fields[:MAX_FIELDS]
    ]


def _propose(turn: Turn) -> dict[str, Any]:
    return {
        "routing_step": turn.outcome,
        "fields": proposed_fields(turn),
        "ranking": turn.ranking,
    }


def _confirm(fields: list[dict[str, Any]]) -> dict[str, Any]:
    return {"routing": CONFIRMED, "fields": fields, "separate_requests": False}


def to_a_person() -> dict[str, Any]:
    return {**_confirm([]), "routing_step": "human"}


def _by_member(slug: str, turn: Turn, ranking: dict[str, float] | None = None) -> dict[str, Any]:
    confidence = (ranking or turn.ranking).get(slug)
    return {"slug": slug, "confidence": confidence, "set_by": SetBy.MEMBER.value}
