"""Who writes in a demo: invented organisations, each with two people."""

import random
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import yaml

from catalog.models import Language, MemberStanding, OrganisationKind
from catalog.places import fold

ORGANISATIONS = Path(__file__).with_name("organisations.yml")
IN_FRENCH = 0.7
THROUGH_A_POLE = 0.5
WITH_PHONE = 0.6
PEOPLE = 2


@dataclass(frozen=True)
class Member:
    """A person who writes for an organisation."""

    organisation: str
    kind: OrganisationKind
    standing: MemberStanding
    language: Language
    region_code: str | None
    outside_quebec: bool
    # By the widget of one of them, if not by the Consortium's own page.
    poles: tuple[str, ...]
    name: str
    email: str
    phone: str | None


class Members:
    """All who may write; some do far more often than others."""

    def __init__(self, rng: random.Random, poles: Iterable[tuple[str, str | None]]) -> None:
        """`poles` are the slug and the region of each pôle that is served."""
        self._rng = rng
        self._people: dict[Language, list[Member]] = defaultdict(list)
        written = yaml.safe_load(ORGANISATIONS.read_text(encoding="utf-8"))
        poles = list(poles)
        for organisation in written["organisations"]:
            for _ in range(PEOPLE):
                member = self._member(organisation, written, poles)
                self._people[member.language].append(member)
        for people in self._people.values():
            rng.shuffle(people)

    def draw(self) -> Member:
        is_french = self._rng.random() < IN_FRENCH
        people = self._people[Language.FR if is_french else Language.EN]
        return self._rng.choices(people, [1 / (rank + 4) ** 0.5 for rank in range(len(people))])[0]

    def draw_pole(self, member: Member) -> str | None:
        through = member.poles and self._rng.random() < THROUGH_A_POLE
        return self._rng.choice(member.poles) if through else None

    def _member(self, organisation: dict, written: dict, poles: list) -> Member:
        language = Language(organisation.get("language", "fr"))
        people, region = written["people"][language], organisation.get("region")
        first, last = (self._rng.choice(people[part]) for part in ("first", "last"))
        known = [slug for slug, of_region in poles if region and of_region == region]
        if organisation.get("pole") in dict(poles):
            known = [organisation["pole"]]
        return Member(
            organisation=organisation["name"],
            kind=OrganisationKind(organisation["kind"]),
            standing=MemberStanding(organisation.get("standing", "member")),
            language=language,
            region_code=region,
            outside_quebec=organisation.get("outside", False),
            poles=tuple(known),
            name=f"{first} {last}",
            email=f"{_name(first)}.{_name(last)}@{_name(organisation['name'])}.example",
            phone=self._phone(written["area_codes"].get(region)),
        )

    def _phone(self, area_code: int | None) -> str | None:
        """From the numbers kept for fiction."""
        if area_code is None or self._rng.random() > WITH_PHONE:
            return None
        return f"{area_code} 555-01{self._rng.randrange(100):02d}"


def _name(words: str) -> str:
    """As an address writes it."""
    return re.sub(r"\s", "-", fold(words))[:50].strip("-")
