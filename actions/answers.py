"""Read one answer: what a message says to the question that was just asked."""

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from actions.deadlines import read_deadline, says_when
from actions.digressions import TAKES_ANY_WORDS
from actions.turn import Turn
from catalog.contact_details import find_email, find_phone
from catalog.models import MemberStanding, OrganisationKind
from catalog.places import fold, read_region
from catalog.requests import MAX_BUDGET, MAX_NAME, local_today

NAMES = frozenset({"organisation", "contact_name"})
# Asked and left unanswered: a slot that is None would be asked again.
SKIPPED = "skipped"
OUTSIDE_QUEBEC = "outside"
CAPITALE_NATIONALE = "03"
MAX_WORDS_TO_SKIP = 6

KIND_WORDS = {
    OrganisationKind.COOPERATIVE: r"\bco ?op|\beesad\b|\bcaisse\b",
    OrganisationKind.MUTUAL: r"\bmutuel|\bmutual",
    OrganisationKind.NON_PROFIT: r"\bobnl\b|\bosbl\b|\bonl\b|non profit|nonprofit|\bnpo\b|\bnfp\b"
    r"|not for profit|but (?:non )?lucratif|association|organisme|charit|\bcpe\b|fondation"
    r"|foundation",
    OrganisationKind.OTHER: r"\bautre|\bother|entreprise privee|private|compagnie|\bcompany|\binc\b"
    r"|sais pas|aucune idee|pas (?:certain|sur)|don t know|not sure|no idea",
}
NOT_THAT_KIND = re.compile(
    r"\b(?:pas|not|t)(?: une?| an?) [\w ]+?(?=$|\b(?:mais|but|on est|we|an?|une?)\b)"
)
STANDING_WORDS = {
    MemberStanding.UNKNOWN: r"sais pas|aucune idee|pas (?:certain|sur)|don t know|not sure|no idea",
    MemberStanding.THROUGH_FEDERATION: r"federation|regroupement|reseau|network",
    MemberStanding.NON_MEMBER: r"^non\b|^no\b|^nope|\bnon membre|pas encore|not yet"
    r"|\b(?:pas|plus|jamais)\b.{0,20}\bmembre|\b(?:not|t|longer|never|former)\b.{0,20}\bmember",
    MemberStanding.MEMBER: r"^oui|^yes|^yep|^ouais|^ok|membre|member",
}
STANDING_INTENTS = {
    "affirm": MemberStanding.MEMBER,
    "deny": MemberStanding.NON_MEMBER,
    "skip": MemberStanding.UNKNOWN,
}
NOTHING = re.compile(r"(?!)")
LEAD_IN = re.compile(
    r"^(?:c['’]est|ici|je m['’]appelle|mon nom (?:est|c['’]est)|moi,? c['’]est|je suis|nous sommes"
    r"|on est|notre organisation (?:est|c['’]est|s['’]appelle)|it['’]?s|this is|my name is|i am"
    r"|i['’]m|we are|we['’]re|our organi[sz]ation is|the name is)\s+(?-i:la |le |les |l['’]|the )?",
    re.IGNORECASE,
)
NO_DEADLINE = re.compile(
    r"\b(?:pas d|pas de|aucune?|sans|no|none|nothing|n importe quand|whenever|pas press|not urgent"
    r"|pas urgent|any ?time|flexible|rien ne presse|presse pas"
    r"|quand vous (?:pouvez|pourrez|voulez))\b"
)
# What is left of "Marie Tremblay, marie@coop.ca, 418 555-0123" is a name. A numbered company's
# name, such as 9123-4567 Québec inc., has fewer digits than a telephone number.
CONTACT_DETAILS = re.compile(
    r"\S+@\S+|(?:\b(?:t[ée]l\w*|phone|cell\w*)\b[ .:]*)?"
    r"\(?\+?\d(?:[ ().-]*\d){9,}(?:[ ,]*(?:poste|ext\.?|x|#) ?\d+)?",
    re.IGNORECASE,
)
# The punctuation that stood around them.
LOOSE_MARKS = re.compile(r"\s*[,;:|/(][\s,;:|/(]*(?=[,;:|/)]|$)")
NO_NAME = re.compile(
    r"(?:(?:a|c est|to|it s|just)? ?(?:moi|moi meme|me|myself|nous|us)|bonjour|bonsoir|salut|allo"
    r"|hello|hi|merci|thanks|thank you|ok|okay|oui|yes)"
)
EVERYWHERE = re.compile(
    r"\b(?:partout|tout le quebec|toute la province|provincial|province wide|all over"
    r"|all of quebec|everywhere|across (?:the province|quebec)|throughout)\b"
)
OUTSIDE = re.compile(
    r"\b(?:hors|exterieur|outside|out of)\b.*\b(?:quebec|province)"
    r"|\b(?:ontario|ottawa|toronto|nouveau brunswick|new brunswick|moncton|alberta|manitoba)\b"
)


@dataclass(frozen=True)
class Accepted:
    """Slots to set, by name."""

    slots: dict[str, Any]


@dataclass(frozen=True)
class Refused:
    """The answer cannot be used; `response` names the text that says what to do."""

    response: str


Reading = Accepted | Refused


def read_answer(slot: str, turn: Turn) -> Reading:
    """What `turn` answers to the question of `slot`."""
    if slot in TAKES_ANY_WORDS and _says_skip(turn, slot):
        return skipped(slot) if slot in OPTIONAL else Refused("utter_required")
    reading = READERS[slot](turn)
    if isinstance(reading, Refused) and (turn.choice == "skip" or _declines(turn)):
        return skipped(slot) if slot in OPTIONAL else Refused("utter_required")
    return reading


def skipped(slot: str) -> Accepted:
    return Accepted({slot: SKIPPED} | ({"deadline_words": None} if slot == "deadline" else {}))


def _declines(turn: Turn) -> bool:
    return turn.is_typed and turn.is_intent("skip", "deny")


def _says_skip(turn: Turn, slot: str) -> bool:
    """Whether words that could be an answer only decline to give one."""
    short = len(turn.text.split()) <= MAX_WORDS_TO_SKIP
    # "No Borders" and "The Unknown Theatre" are names.
    is_name = slot in NAMES and re.search(r"\s\W*[A-ZÀ-Þ]", turn.text)
    return turn.choice == "skip" or (_declines(turn) and short and not is_name)


def _read_name(slot: str) -> Callable[[Turn], Reading]:
    def read(turn: Turn) -> Reading:
        name = LEAD_IN.sub("", turn.text, count=1)
        name = LOOSE_MARKS.sub("", CONTACT_DETAILS.sub("", name))
        name = " ".join(name.split()).strip(" ,;!-–")
        readable = re.search(r"\w", name) and not NO_NAME.fullmatch(fold(name))
        if not turn.is_typed or len(name) > MAX_NAME or not readable:
            return Refused("utter_invalid_name")
        return Accepted({slot: name})

    return read


def _read_kind(turn: Turn) -> Reading:
    return _read_choice("organisation_kind", turn, KIND_WORDS, NOT_THAT_KIND)


def _read_standing(turn: Turn) -> Reading:
    reading = _read_choice("member_standing", turn, STANDING_WORDS)
    if isinstance(reading, Refused) and turn.is_typed:
        for intent, standing in STANDING_INTENTS.items():
            if turn.is_intent(intent):
                return Accepted({"member_standing": standing.value})
    return reading


def _read_choice(
    slot: str, turn: Turn, words: dict[Any, str], leave_out: re.Pattern = NOTHING
) -> Reading:
    if turn.choice in set(words):
        return Accepted({slot: turn.choice})
    # An address at coop.ca tells no kind.
    said = CONTACT_DETAILS.sub(" ", turn.text)
    folded = leave_out.sub(" ", fold(said)) if turn.is_typed else ""
    for value, pattern in words.items():
        if re.search(pattern, folded):
            return Accepted({slot: value.value})
    return Refused("utter_invalid_choice")


def _read_email(turn: Turn) -> Reading:
    email = find_email(turn.text)
    return Accepted({"email": email}) if email else Refused("utter_invalid_email")


def _read_phone(turn: Turn) -> Reading:
    phone = find_phone(turn.text)
    return Accepted({"phone": phone}) if phone else Refused("utter_invalid_phone")


def _read_region(turn: Turn) -> Reading:
    folded = fold(turn.text)
    if turn.choice == OUTSIDE_QUEBEC or (turn.is_typed and OUTSIDE.search(folded)):
        return Accepted({"region": OUTSIDE_QUEBEC})
    if turn.is_typed and EVERYWHERE.search(folded):
        return skipped("region")
    # “À Québec” is the city, “au Québec” the province.
    if turn.is_typed and turn.language == "fr" and re.fullmatch(r"(?:.*\ba )?quebec", folded):
        return Accepted({"region": CAPITALE_NATIONALE})
    region = read_region(turn.text) if turn.is_typed else None
    return Accepted({"region": region.code}) if region else Refused("utter_invalid_region")


def _read_deadline_answer(turn: Turn) -> Reading:
    found = read_deadline(turn.text, turn.language, local_today()) if turn.is_typed else None
    if found:
        return Accepted(deadline_slots(found.date, found.words))
    if turn.is_typed and says_when(turn.text):
        return Accepted({"deadline": SKIPPED, "deadline_words": turn.text[:MAX_NAME]})
    if turn.is_typed and NO_DEADLINE.search(fold(turn.text)):
        return skipped("deadline")
    return Refused("utter_invalid_deadline")


def deadline_slots(date: dt.date, words: str) -> dict[str, str]:
    return {"deadline": date.isoformat(), "deadline_words": words}


def _read_budget(turn: Turn) -> Reading:
    if turn.is_typed and turn.text:
        return Accepted({"budget": turn.text[:MAX_BUDGET]})
    return Refused("utter_invalid_choice")


def _read_description(turn: Turn) -> Reading:
    says_nothing = NO_NAME.fullmatch(fold(turn.text)) or turn.intent == "gibberish"
    if turn.is_typed and len(turn.text) >= 3 and not says_nothing:
        return Accepted({"description": turn.text})
    return Refused("utter_invalid_description")


def _read_consent_news(turn: Turn) -> Reading:
    yes = False if _declines(turn) else read_yes_no(turn)
    return Refused("utter_invalid_choice") if yes is None else Accepted({"consent_news": yes})


def read_yes_no(turn: Turn) -> bool | None:
    if turn.chose("yes", "no"):
        return turn.choice == "yes"
    if turn.is_typed and turn.is_intent("affirm"):
        return True
    if turn.is_typed and turn.is_intent("deny"):
        return False
    return None


OPTIONAL = frozenset({"phone", "region", "deadline", "budget"})
READERS: dict[str, Callable[[Turn], Reading]] = {
    "description": _read_description,
    "organisation": _read_name("organisation"),
    "organisation_kind": _read_kind,
    "member_standing": _read_standing,
    "contact_name": _read_name("contact_name"),
    "email": _read_email,
    "phone": _read_phone,
    "region": _read_region,
    "deadline": _read_deadline_answer,
    "budget": _read_budget,
    "consent_news": _read_consent_news,
}
