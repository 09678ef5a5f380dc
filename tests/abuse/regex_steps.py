"""How much a regular expression may have to try: Python's own matcher, counted step by step."""

import itertools
import re
import sys
from collections.abc import Callable, Iterator
from re import _constants as op
from re import _parser

# Each alternative of a part is tried as an attack, up to so many.
MOST_SAMPLES = 4
LONG = 20
CATEGORIES = {
    op.CATEGORY_DIGIT: r"\d",
    op.CATEGORY_NOT_DIGIT: r"\D",
    op.CATEGORY_SPACE: r"\s",
    op.CATEGORY_NOT_SPACE: r"\S",
    op.CATEGORY_WORD: r"\w",
    op.CATEGORY_NOT_WORD: r"\W",
}
CANDIDATES = "a1 ,;(.-'x@/éA\n"
REPEATS = (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT)
CHARACTERS = (op.LITERAL, op.NOT_LITERAL, op.ANY, op.IN)

Parsed = tuple[object, object]
Then = Callable[[int], bool]


class TooManySteps(Exception):
    """The count went over what was allowed."""


class Matcher:
    """Matches as `re` does, by backtracking, and counts the characters looked at."""

    def __init__(self, pattern: str, flags: int, most: int) -> None:
        self._parsed = list(_parser.parse(pattern, flags))
        self._ignores_case = bool(flags & re.IGNORECASE)
        self._most = most
        self.steps = 0

    def search_all(self, text: str) -> int:
        """The steps that finding every match in `text` takes.

        Raises:
            TooManySteps: more than was allowed.
        """
        self._text, self.steps, start = text, 0, 0
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(100_000)
        try:
            while start <= len(text):
                end = self._end_from(start)
                start = max(end, start + 1) if end is not None else start + 1
        finally:
            sys.setrecursionlimit(limit)
        return self.steps

    def _end_from(self, start: int) -> int | None:
        found: list[int] = []

        def done(end: int) -> bool:
            found.append(end)
            return True

        return found[0] if self._all(self._parsed, 0, start, done) else None

    def _count(self) -> None:
        self.steps += 1
        if self.steps > self._most:
            raise TooManySteps

    def _all(self, parts: list[Parsed], first: int, at: int, then: Then) -> bool:
        if first == len(parts):
            return then(at)
        kind, value = parts[first]
        return self._one(kind, value, at, lambda end: self._all(parts, first + 1, end, then))

    def _one(self, kind: object, value: object, at: int, then: Then) -> bool:
        self._count()
        if kind in CHARACTERS:
            return self._fits(kind, value, at) and then(at + 1)
        if kind in REPEATS:
            return self._repeat(kind, *value, at, then)
        if kind is op.BRANCH:
            return any(self._all(list(branch), 0, at, then) for branch in value[1])
        if kind is op.SUBPATTERN:
            return self._all(list(value[-1]), 0, at, then)
        if kind is op.ATOMIC_GROUP:
            end = self._alone(list(value), at)
            return end is not None and then(end)
        if kind in (op.ASSERT, op.ASSERT_NOT):
            direction, inner = value
            start = at - inner.getwidth()[0] if direction < 0 else at
            holds = start >= 0 and self._alone(list(inner), start) is not None
            return holds is (kind is op.ASSERT) and then(at)
        if kind is op.AT:
            return self._is_at(value, at) and then(at)
        assert kind is op.FAILURE, kind
        return False

    def _alone(self, parts: list[Parsed], at: int) -> int | None:
        found: list[int] = []
        matched = self._all(parts, 0, at, lambda end: found.append(end) or True)
        return found[0] if matched else None

    def _repeat(
        self, kind: object, least: int, most: int, inner: object, at: int, then: Then
    ) -> bool:
        parts = list(inner)
        if kind is op.POSSESSIVE_REPEAT:
            return self._possessive(parts, least, most, at, then)
        if len(parts) == 1 and parts[0][0] in CHARACTERS:
            return self._run(kind, least, most, parts[0], at, then)

        def more(count: int, start: int) -> bool:
            def again(end: int) -> bool:
                return end > start and more(count + 1, end)

            may_stop = count >= least
            if kind is op.MIN_REPEAT and may_stop and then(start):
                return True
            if count < most and self._all(parts, 0, start, again):
                return True
            return kind is op.MAX_REPEAT and may_stop and then(start)

        return more(0, at)

    def _run(self, kind: object, least: int, most: int, part: Parsed, at: int, then: Then) -> bool:
        if kind is op.MIN_REPEAT:
            for count in itertools.count():
                if count >= least and then(at + count):
                    return True
                if count == most or not self._fits(*part, at + count):
                    return False
        longest = 0
        while longest < most and self._fits(*part, at + longest):
            longest += 1
        return any(then(at + count) for count in range(longest, least - 1, -1))

    def _possessive(self, parts: list, least: int, most: int, at: int, then: Then) -> bool:
        count = 0
        while count < most and (end := self._alone(parts, at)) is not None and end > at:
            at, count = end, count + 1
        return count >= least and then(at)

    def _is_at(self, place: object, at: int) -> bool:
        if place in (op.AT_BEGINNING, op.AT_BEGINNING_STRING):
            return at == 0
        if place is op.AT_END:
            return at == len(self._text) or (at == len(self._text) - 1 and self._text[at] == "\n")
        if place is op.AT_END_STRING:
            return at == len(self._text)
        sides = [self._text[i : i + 1] for i in (at - 1, at) if i >= 0]
        words = [bool(re.match(r"\w", side)) for side in sides]
        is_boundary = sum(words) == 1
        return is_boundary is (place is op.AT_BOUNDARY)

    def _fits(self, kind: object, value: object, at: int) -> bool:
        self._count()
        return at < len(self._text) and fits(kind, value, self._text[at], self._ignores_case)


def fits(kind: object, value: object, character: str, ignores_case: bool) -> bool:
    """Whether a part that stands for one character stands for this one."""
    if kind is op.ANY:
        return character != "\n"
    if kind is op.LITERAL:
        same = character == chr(value)
        return same or (ignores_case and character.lower() == chr(value).lower())
    if kind is op.NOT_LITERAL:
        return not fits(op.LITERAL, value, character, ignores_case)
    negated = value[0][0] is op.NEGATE
    items = value[1:] if negated else value
    return negated is not any(_holds(item, character, ignores_case) for item in items)


def _holds(item: Parsed, character: str, ignores_case: bool) -> bool:
    kind, value = item
    if kind is op.RANGE:
        first, last = value
        cases = {character, *((character.lower(), character.upper()) if ignores_case else ())}
        return any(len(one) == 1 and first <= ord(one) <= last for one in cases)
    if kind is op.CATEGORY:
        return re.match(CATEGORIES[value], character) is not None
    return fits(kind, value, character, ignores_case)


def attacks(pattern: str, flags: int) -> set[tuple[str, str]]:
    """Pairs of a start and a unit that, repeated after it, may have the pattern try most."""
    parsed = list(_parser.parse(pattern, flags))
    found = set(_pumps(parsed, ""))
    found |= {("", sample) for sample in _samples(parsed)}
    return {(start, unit) for start, unit in found if unit}


def _pumps(parts: list[Parsed], start: str) -> Iterator[tuple[str, str]]:
    for kind, value in parts:
        if kind in REPEATS and value[1] >= LONG:
            inner = _repeated(list(value[2]))
            yield from (
                (start, unit) for unit in (*inner, *map("".join, itertools.pairwise(inner)))
            )
        for inner in _inner(kind, value):
            yield from _pumps(inner, start)
        start += next(iter(_samples([(kind, value)])), "")


def _repeated(parts: list[Parsed]) -> list[str]:
    """What a repetition may repeat: of one character, every kind."""
    if len(parts) == 1 and parts[0][0] in CHARACTERS and parts[0][0] is not op.LITERAL:
        return [c for c in CANDIDATES if fits(*parts[0], c, False)]
    return _samples(parts)


def _inner(kind: object, value: object) -> list[list[Parsed]]:
    if kind is op.BRANCH:
        return [list(branch) for branch in value[1]]
    if kind is op.SUBPATTERN:
        return [list(value[-1])]
    if kind in REPEATS:
        return [list(value[2])]
    return [list(value)] if kind is op.ATOMIC_GROUP else []


def _samples(parts: list[Parsed]) -> list[str]:
    """Some of the shortest texts that the parts match, lookarounds aside."""
    found = [""]
    for kind, value in parts:
        own = _own_samples(kind, value)
        found = [f"{a}{b}" for b in own for a in found][:MOST_SAMPLES]
    return found


def _own_samples(kind: object, value: object) -> list[str]:
    if kind in CHARACTERS:
        if kind is op.LITERAL:
            return [chr(value)]
        return [c for c in CANDIDATES if fits(kind, value, c, False)][:2] or [""]
    branches = [_samples(parts) for parts in _inner(kind, value)]
    # The first of each, then the second: branches are unlike, samples of one are alike.
    rounds = itertools.zip_longest(*branches)
    inner = [sample for samples in rounds for sample in samples if sample is not None]
    inner = inner[:MOST_SAMPLES]
    if kind in REPEATS:
        least = min(max(1, value[0]), LONG)
        return [sample * least for sample in inner]
    return inner or [""]
