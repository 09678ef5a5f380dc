"""What docs/privacy.md says that can be checked."""

import re
from pathlib import Path

import pytest

from catalog.models import Base, PurgeKind
from catalog.settings import Settings
from web.privacy_page import TERMS

DOC = (Path(__file__).parents[1] / "docs" / "privacy.md").read_text(encoding="utf-8")
# Only what holds nothing of a member, nor of staff.
IMPERSONAL = {
    *("fields", "regions", "poles", "widgets", "reference_sequences", "interpretation_days"),
    *("request_fields", "fields_changes", "last_runs"),
}


def test_the_terms_are_those_of_the_settings() -> None:
    told = dict(re.findall(r"^\| .* \| `(\w+_DAYS)` \| (\d+) \|", DOC, re.MULTILINE))
    defaults = {name.upper(): str(Settings.model_fields[name].default) for name in TERMS}
    assert told == defaults
    assert set(TERMS) == {name for name in Settings.model_fields if name.endswith("_days")}


@pytest.mark.parametrize("kind", PurgeKind)
def test_each_kind_of_purge_is_told(kind: PurgeKind) -> None:
    assert f"`{kind}`" in DOC


@pytest.mark.parametrize("table", sorted(set(Base.metadata.tables) - IMPERSONAL))
def test_each_table_that_holds_something_of_a_person_is_told(table: str) -> None:
    assert f"`{table}`" in DOC


def test_what_is_held_to_be_impersonal_exists() -> None:
    assert set(Base.metadata.tables) >= IMPERSONAL
