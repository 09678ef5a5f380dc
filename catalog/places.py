"""Tell the administrative region from what a member writes."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml
from rapidfuzz import fuzz, process

# Below this, "Estrie" would also be found in "Estelle".
TYPO_SCORE = 88
MIN_TYPO_LENGTH = 6


@dataclass(frozen=True)
class KnownRegion:
    code: str
    name: str


def find_region(text: str) -> KnownRegion | None:
    """The region that `text` names, itself or by one of its towns, if it names only one."""
    folded = _fold_place(text)
    spans: list[tuple[int, int, KnownRegion]] = []
    for name, region in _names().items():
        for match in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", folded):
            spans.append((*match.span(), region))
    # "Montréal-Nord" is not "Nord", and "Ville de Québec" not "Québec".
    longest = [
        (start, end, region)
        for start, end, region in spans
        if not any(s <= start and end <= e and (s, e) != (start, end) for s, e, _ in spans)
    ]
    regions = {region for _, _, region in longest}
    return regions.pop() if len(regions) == 1 else None


def read_region(answer: str) -> KnownRegion | None:
    """The region that an answer to “which region?” names, a typing mistake allowed."""
    folded = _fold_place(answer)
    found = find_region(answer) or _names("answers").get(folded)
    if found or len(folded) < MIN_TYPO_LENGTH:
        return found
    best = process.extractOne(folded, list(_names()), scorer=fuzz.ratio)
    return _names()[best[0]] if best and best[1] >= TYPO_SCORE else None


def fold(text: str) -> str:
    """`text` without accents, case or the many kinds of dash and apostrophe."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " ".join(re.sub(r"[\W_]+", " ", plain).split())


def _fold_place(text: str) -> str:
    return re.sub(r"\bst(e?)\b", r"saint\1", fold(text))


@cache
def _names(kind: str = "places") -> dict[str, KnownRegion]:
    names = {}
    for entry in _entries():
        region = KnownRegion(entry["code"], entry["name"])
        for name in [entry["name"], *entry.get(kind, [])]:
            names[_fold_place(name)] = region
    return names


@cache
def _entries() -> list[dict]:
    path = Path(__file__).with_name("regions.yml")
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def known_regions() -> list[KnownRegion]:
    """Every region, in alphabetical order."""
    regions = [KnownRegion(entry["code"], entry["name"]) for entry in _entries()]
    return sorted(regions, key=lambda region: fold(region.name))


def region_name(code: str) -> str:
    return next(region.name for region in known_regions() if region.code == code)
