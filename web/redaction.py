"""Take out of a text the numbers that must never be kept: SIN/NAS and payment cards."""

import re
from collections.abc import Iterator
from pathlib import Path

from stdnum import luhn
from stdnum.ca import sin

from catalog.texts import Texts

TEXTS = Texts(Path(__file__).with_name("texts.yml"))

# Spaces, dashes and invisible characters, as keyboards and copied pages write them.
SEPARATOR = r"[ \t\u00a0\u00ad\u2000-\u2015\u202f\u2060\u2212\ufeff-]{1,3}"
GROUP = re.compile(r"\d+")
NUMBER = re.compile(rf"(?<![\d+])\d+(?:{SEPARATOR}\d+)*")
# A SIN may follow a lone c, and begin with 20.
REFERENCE = re.compile(r"\bC-?20[2-9]\d[\s-]*\d{1,6}\b", re.IGNORECASE)
# A business number has the length and the check digit of a SIN, and a programme after it.
BUSINESS_PROGRAMME = re.compile(r"\s*R[A-Z]\s*\d{4}\b", re.IGNORECASE)

SIN_GROUPS = {(9,), (3, 3, 3), (3, 6), (6, 3)}
CARD = re.compile(
    r"4\d{12}(?:\d{3}){0,2}"  # Visa
    r"|(?:5[1-5]\d\d|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d{12}"  # Mastercard
    r"|3[47]\d{13}"  # American Express
    r"|3(?:0[0-5]|[689]\d)\d{11,16}"  # Diners Club
    r"|35(?:2[89]|[3-8]\d)\d{12,15}"  # JCB
    r"|(?:6\d|5[06-9])\d{14,17}"  # Discover, UnionPay, Maestro, debit cards
)
SHORTEST_CARD_GROUP = 4
MOST_GROUPS = 5


def redact(text: str, language: str) -> str:
    """`text` with a mark, in `language`, in place of each number that must not be kept."""
    references = [match.span() for match in REFERENCE.finditer(text)]
    kept, position = [], 0
    for start, end, mark in _forbidden(text):
        if any(first <= start and end <= last for first, last in references):
            continue
        kept += [text[position:start], TEXTS.get(mark, language)]
        position = end
    return "".join([*kept, text[position:]])


def _forbidden(text: str) -> Iterator[tuple[int, int, str]]:
    """Start, end and mark of each number to take out, in order and apart from each other."""
    for number in NUMBER.finditer(text):
        groups = [match.span() for match in GROUP.finditer(text, *number.span())]
        first = 0
        while first < len(groups):
            last, mark = _longest_forbidden(text, groups[first : first + MOST_GROUPS])
            if mark:
                yield groups[first][0], groups[first + last][1], mark
            first += last + 1


def _longest_forbidden(text: str, groups: list[tuple[int, int]]) -> tuple[int, str | None]:
    """Index of the last group, and mark, of the forbidden number that `groups` begin with."""
    for last in reversed(range(len(groups))):
        parts = [_ascii(text[start:end]) for start, end in groups[: last + 1]]
        if _is_card(parts):
            return last, "card_removed"
        if _is_sin(parts) and not BUSINESS_PROGRAMME.match(text, groups[last][1]):
            return last, "sin_removed"
    return 0, None


def _ascii(digits: str) -> str:
    return "".join(str(int(digit)) for digit in digits)


def _is_sin(parts: list[str]) -> bool:
    # Other groupings of nine digits are dates and references.
    if tuple(map(len, parts)) not in SIN_GROUPS:
        return False
    number = "".join(parts)
    # The tax number of who has no SIN begins with 0, and bears the same check digit.
    return sin.is_valid(number) or (number.startswith("0") and luhn.is_valid(number))


def _is_card(parts: list[str]) -> bool:
    # Telephone numbers and dates come in shorter groups.
    if any(len(part) < SHORTEST_CARD_GROUP for part in parts[:-1]):
        return False
    number = "".join(parts)
    return CARD.fullmatch(number) is not None and luhn.is_valid(number)
