"""No text that anyone writes has a regular expression of ours try without end.

Counted, not timed: twice the text may take four times the steps of a quadratic search, never
eight. What is read is a few thousand characters at most, which that bounds.
"""

import pytest

from tests.abuse.effort import LONG
from tests.abuse.patterns import patterns
from tests.abuse.regex_steps import Matcher, TooManySteps, attacks

CHARACTERS = 24
LONGER = 96
FEWEST_UNITS = 4
MOST_STEPS = 150_000
# Of a quadratic search 4, of a cubic one 8, less what short texts hide.
MOST_GROWTH = 4.6
# Of the short form, for one pattern.
MOST_ATTACKS = 20
ENDS = ("\0", "\n\0")
PATTERNS = patterns()


def worst_growth(pattern: str, flags: int) -> tuple[float, str, int]:
    """How much more steps twice the worst text takes, that text's unit, and texts tried."""
    worst, tried = (0.0, ""), 0
    found = sorted(attacks(pattern, flags))
    for start, unit in found[:: 1 if LONG else max(1, len(found) // MOST_ATTACKS)]:
        for end in ENDS:
            tried += 1
            worst = max(worst, (_lasting_growth(pattern, flags, (start, unit, end)), unit))
        if worst[0] > MOST_GROWTH:
            break
    return *worst, tried


def _lasting_growth(pattern: str, flags: int, text: tuple[str, str, str]) -> float:
    grown = _growth(pattern, flags, text, CHARACTERS)
    # Past the end of a bounded repetition it grows no more.
    return grown if grown <= MOST_GROWTH else min(grown, _growth(pattern, flags, text, LONGER))


def _growth(pattern: str, flags: int, text: tuple[str, str, str], characters: int) -> float:
    start, unit, end = text
    units = max(FEWEST_UNITS, characters // len(unit))
    matcher = Matcher(pattern, flags, MOST_STEPS)
    try:
        once = matcher.search_all(start + unit * units + end)
        twice = matcher.search_all(start + unit * 2 * units + end)
    except TooManySteps:
        return float("inf")
    return twice / once


@pytest.mark.parametrize("place", PATTERNS)
def test_no_pattern_tries_without_end(place: str, tried) -> None:
    _, pattern, flags = PATTERNS[place]
    grown, unit, texts = worst_growth(pattern, flags)
    tried("regular expressions: texts that grow", texts)
    assert grown <= MOST_GROWTH, (pattern, unit, grown)


def test_there_are_many() -> None:
    assert len(PATTERNS) > 60
    assert {module.partition(".")[0] for module, *_ in PATTERNS.values()} == {
        "actions",
        "bot",
        "catalog",
        "web",
    }


@pytest.mark.parametrize(
    "endless",
    [
        r"(?:a|a)*b",
        r"(?:\s*[,;:|/(]+)+\s*(?=[,;:|/)]|$)",
        r"(?:(?:la|l|a|annul\w*) ?)+!",
        r"pour\s+.+?(?:,? (?:pas|not) .*)?$",
        r"(?:\w+\s?)*;",
    ],
)
def test_the_count_finds_what_is_endless(endless: str) -> None:
    assert worst_growth(endless, 0)[0] > MOST_GROWTH
