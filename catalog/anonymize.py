"""Take out of a member's message what tells who wrote it, so that staff can read and keep it."""

import re

import phonenumbers

from catalog.contact_details import HOME_COUNTRY, HOME_NUMBER, SHORTEST_NUMBER
from catalog.models import Language

MARKS = {
    "email": {Language.FR: "[courriel retiré]", Language.EN: "[e-mail removed]"},
    "phone": {Language.FR: "[téléphone retiré]", Language.EN: "[phone removed]"},
    "name": {Language.FR: "[nom retiré]", Language.EN: "[name removed]"},
}

AROUND_ADDRESS = r"\s<>(),;:\"«»“”‘’…\[\]/@"
# Tried where a word starts alone, or a long one would be read again from each of its letters.
EMAIL = re.compile(rf"(?<![^{AROUND_ADDRESS}])[^{AROUND_ADDRESS}]+@[^{AROUND_ADDRESS}]*\w")
# A local number without its area code, which the library leaves; amounts have no dash.
SHORT_PHONE = re.compile(r"(?<![\d-])[2-9]\d\d[-.]\d{4}(?![\d-]|\s?\$)")
# Words that follow "my name is" where no name does, or that end a name written in lower case.
NO_NAME = (
    r"et|on|nous|je|j|moi|du|de|des|d|la|le|les|l|pour|avec|dans|sur|pas|mal|bien|en|est|sont"
    r"|écrit|and|we|i|the|a|an|from|of|for|with|in|at|on|my|our|not|is|spelled|misspelled|wrong"
)
WORD = r"[^\W\d_]+(?:[-'’.][^\W\d_]+)*"
CAPITALISED = r"(?:[A-ZÀ-ÖØ-Þ][^\W\d_]*\.?(?:[-'’.][^\W\d_]+)*)"
PARTICLE = r"(?:de la|de|du|des|le|la|van|von|di|el|ben)"
ONE_WORD_MORE = rf"[ \t]+(?!(?i:{NO_NAME})\b){WORD}"
CAPITALISED_MORE = rf"(?:[ \t]+(?:{PARTICLE}[ \t]+)?{CAPITALISED}){{0,3}}"
INTRODUCED = re.compile(
    r"(?P<before>\b(?i:je m['’ ]?appel\w*|j'?m['’]appel\w*|je me nomme"
    r"|mon nom(?: complet)?,? (?:est|c['’]est)|my (?:full )?name(?: is|['’]?s))"
    # Kept once taken, or a run of spaces would be shared out in every way.
    r"(?:[ \t]*+:)?[ \t]++)"
    rf"(?P<name>{CAPITALISED}{CAPITALISED_MORE}|(?!(?i:{NO_NAME})\b){WORD}(?:{ONE_WORD_MORE})?)"
)
# These are followed by anything: only a word written as a name is one, and "DG" is not.
SAID_OF_ONESELF = re.compile(
    r"(?P<before>\b(?i:je suis|moi,? c['’]est|ici|i['’]?m|i am|this is)[ \t]+)"
    rf"(?P<name>[A-ZÀ-ÖØ-Þ][^\W\d_A-ZÀ-ÖØ-Þ]+(?:[-'’][^\W\d_]+)*{CAPITALISED_MORE})"
)


def anonymize(text: str, language: str) -> str:
    """`text` with a mark, in `language`, in place of each address, number and member's name.

    Names are taken out where they are introduced ("my name is …"); any other stays. Numbers that
    must never be kept are out already, before Rasa hears the message (`web.redaction`).
    """
    text = EMAIL.sub(_mark("email", language), text)
    text = _without_phones(text, _mark("phone", language))
    for introduction in (INTRODUCED, SAID_OF_ONESELF):
        text = introduction.sub(rf"\g<before>{_mark('name', language)}", text)
    return text


def _mark(kind: str, language: str) -> str:
    return MARKS[kind][Language(language)]


def _without_phones(text: str, mark: str) -> str:
    kept, position = [], 0
    leniency = phonenumbers.Leniency.POSSIBLE
    for match in phonenumbers.PhoneNumberMatcher(text, HOME_COUNTRY, leniency=leniency):
        if _is_phone(match.number):
            kept += [text[position : match.start], mark]
            position = match.end
    return SHORT_PHONE.sub(mark, "".join([*kept, text[position:]]))


def _is_phone(number: phonenumbers.PhoneNumber) -> bool:
    digits = str(number.national_number)
    is_home = number.country_code == phonenumbers.country_code_for_region(HOME_COUNTRY)
    return len(digits) >= SHORTEST_NUMBER and (not is_home or bool(HOME_NUMBER.fullmatch(digits)))
