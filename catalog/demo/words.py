"""What members of a demo write: needs, what goes around them, and what is no need."""

import random
from functools import cache
from pathlib import Path
from typing import Any

import yaml

MESSAGES = Path(__file__).with_name("messages.yml")
# Needs of those who prepare an annual meeting.
IN_SPRING = {"governance": 2.2, "event_management": 2.0, "accounting": 1.5, "graphic_design": 1.5}
SPRING = (3, 4, 5)


@cache
def messages() -> dict[str, Any]:
    return yaml.safe_load(MESSAGES.read_text(encoding="utf-8"))


def bot_text(key: str, language: str, **values: object) -> str:
    return messages()["bot"][key][language].format(**values)


def neighbour(slug: str) -> str:
    """The field that `slug` is most easily taken for."""
    return messages()["fields"][slug]["neighbour"]


def draw_field(rng: random.Random, month: int) -> str:
    shares = {
        slug: field["share"] * (IN_SPRING.get(slug, 1) if month in SPRING else 1)
        for slug, field in messages()["fields"].items()
    }
    return rng.choices(list(shares), list(shares.values()))[0]


def draw(rng: random.Random, kind: str, language: str) -> str:
    """One of the `kind` of small texts, such as `budgets`."""
    return rng.choice(messages()[kind][language])


def draw_need(rng: random.Random, fields: list[str], language: str) -> str:
    """A need of `fields`, as a member would write it."""
    needs = [rng.choice(messages()["fields"][slug][language]) for slug in fields]
    words = draw(rng, "joins", language).join(needs)
    closer = draw(rng, "closers", language).format(number=rng.randint(3, 48))
    return f"{draw(rng, 'openers', language)}{words}{closer}"


def draw_other(rng: random.Random, language: str, *intents: str) -> tuple[str, str]:
    """What a message that is no need says, and its intent: one of `intents`, if given."""
    others = messages()["others"][language]
    chosen = rng.choice([other for other in others if not intents or other["intent"] in intents])
    return chosen["text"], chosen["intent"]
