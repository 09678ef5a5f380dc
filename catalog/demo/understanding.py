"""How a made-up bot understands: mostly right, sometimes torn, unsure or wrong."""

import datetime as dt
import random
from dataclasses import dataclass

from catalog.demo.marks import PREFIX
from catalog.demo.words import messages, neighbour
from catalog.models import Outcome
from catalog.reviews import NEED

# Days before the present from which a model served, and the share of needs that it is clear on.
MODELS = ((365, "a", 0.62), (270, "b", 0.68), (160, "c", 0.74), (45, "d", 0.79))
# Of what it is not clear on.
CLARIFIED, UNSURE, WRONG, MISSED = 0.5, 0.24, 0.18, 0.08
SEVERAL_SEEN = 0.75
NO_NEED_TAKEN_FOR_ONE = 0.06
NO_NEED_TAKEN_FOR_ANOTHER = 0.05


@dataclass(frozen=True)
class Understood:
    intent: str
    outcome: Outcome
    fields: tuple[str, ...]
    ranking: dict[str, float]
    confidence: float


def model_at(age: dt.timedelta) -> tuple[str, float]:
    """The version that served `age` ago, and its share of clear needs."""
    serving = [model for model in MODELS if age.days <= model[0]] or MODELS[:1]
    _, name, clear = serving[-1]
    return f"{PREFIX}{name}", clear


def understand_need(rng: random.Random, truth: list[str], clear: float) -> Understood:
    main, near = truth[0], neighbour(truth[0])
    if len(truth) > 1 and rng.random() < SEVERAL_SEEN:
        first = rng.uniform(0.42, 0.6)
        chances = {truth[0]: first, truth[1]: rng.uniform(0.25, 0.4)}
        return _need(Outcome.SEVERAL, tuple(truth), _ranking(rng, chances))
    if rng.random() < clear:
        ranking = _ranking(rng, {main: rng.betavariate(9, 1.4), near: rng.uniform(0.01, 0.05)})
        return _need(Outcome.ROUTE, (main,), ranking)
    kinds = (Outcome.CLARIFY, Outcome.UNSURE, Outcome.ROUTE, Outcome.OTHER)
    outcome = rng.choices(kinds, (CLARIFIED, UNSURE, WRONG, MISSED))[0]
    if outcome is Outcome.OTHER:
        return _other(rng, "out_of_scope", rng.uniform(0.35, 0.6))
    if outcome is Outcome.ROUTE:
        ranking = _ranking(rng, {near: rng.uniform(0.55, 0.8), main: rng.uniform(0.08, 0.2)})
        return _need(outcome, (near,), ranking)
    if outcome is Outcome.CLARIFY:
        ranking = _ranking(rng, {main: rng.uniform(0.3, 0.48), near: rng.uniform(0.28, 0.42)})
        return _need(outcome, tuple(ranking)[:2], ranking)
    # The third is a field like any other.
    ranking = _ranking(rng, {main: rng.uniform(0.1, 0.28), near: rng.uniform(0.1, 0.24)}, 0.06)
    return _need(outcome, tuple(ranking)[:3], ranking)


def understand_other(rng: random.Random, intent: str) -> Understood:
    drawn = rng.random()
    if drawn < NO_NEED_TAKEN_FOR_ONE:
        ranking = _ranking(rng, {}, 0.1)
        return _need(Outcome.UNSURE, tuple(ranking)[:3], ranking)
    if drawn < NO_NEED_TAKEN_FOR_ONE + NO_NEED_TAKEN_FOR_ANOTHER:
        return _other(rng, "out_of_scope", rng.uniform(0.35, 0.6))
    return _other(rng, intent, rng.betavariate(12, 1.2))


def _need(outcome: Outcome, fields: tuple[str, ...], ranking: dict[str, float]) -> Understood:
    return Understood(NEED, outcome, fields, ranking, ranking[fields[0]])


def _other(rng: random.Random, intent: str, confidence: float) -> Understood:
    return Understood(intent, Outcome.OTHER, (), _ranking(rng, {}, 0.1), round(confidence, 4))


def _ranking(
    rng: random.Random, chances: dict[str, float], noise: float = 0.012
) -> dict[str, float]:
    """The probability of every field, best first: those of `chances`, and little for the rest."""
    drawn = {slug: noise * rng.random() for slug in messages()["fields"]} | chances
    total = sum(drawn.values())
    # What is said to be likely stays so; the others share what is left of certainty.
    shares = {slug: chance / max(total, 1) for slug, chance in drawn.items()}
    best_first = sorted(shares, key=lambda slug: -shares[slug])
    return {slug: round(shares[slug], 4) for slug in best_first}
