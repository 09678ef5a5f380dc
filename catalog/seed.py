"""Load the editable data (fields, regions, pôles) into the database, as often as wanted."""

from collections.abc import Callable
from pathlib import Path

import yaml
from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.models import Base, Field, Pole, Region

DATA = Path(__file__).parent


class SeedError(Exception):
    """A file of data cannot be used; the message says in one line where."""


def seed(session: Session) -> None:
    """Make the tables say what the files say.

    What a file no longer names is retired, not deleted: requests point at it.

    Raises:
        SeedError: a file is not YAML, or one of its entries lacks a key.
    """
    for region in _rows("regions.yml", _region):
        session.merge(region)
    _merge_and_retire(session, Field, written_fields())
    _merge_and_retire(session, Pole, _rows("poles.yml", _pole))


def written_fields() -> list[Field]:
    """The fields as their file says them, whatever the database holds."""
    return _rows("fields.yml", _field)


def _region(entry: dict, _position: int) -> Region:
    return Region(code=entry["code"], name=entry["name"])


def _field(entry: dict, position: int) -> Field:
    return Field(
        slug=entry["slug"],
        name_fr=entry["name"]["fr"],
        name_en=entry["name"]["en"],
        scope_fr=entry["scope"]["fr"],
        scope_en=entry["scope"]["en"],
        team_email=entry["team_email"],
        active=entry["active"],
        position=position,
    )


def _pole(entry: dict, _position: int) -> Pole:
    return Pole(
        slug=entry["slug"],
        name=entry["name"],
        region_code=entry["region"],
        site=entry["site"],
        active=entry["active"],
    )


def _merge_and_retire(session: Session, model: type[Base], rows: list) -> None:
    for row in rows:
        session.merge(row)
    named = {row.slug for row in rows}
    for stored in session.scalars(select(model)):
        if stored.slug not in named:
            stored.active = False


def _rows(name: str, to_row: Callable[[dict, int], Base]) -> list:
    """The entries of one file as rows, in the file's order."""
    try:
        entries = yaml.safe_load((DATA / name).read_text(encoding="utf-8"))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else "?"
        raise SeedError(f"catalog/{name}, line {line}: {error.problem}") from None
    if not isinstance(entries, list):
        raise SeedError(f"catalog/{name}: entries are expected, each starting with “- ”")
    rows = []
    for position, entry in enumerate(entries, start=1):
        try:
            rows.append(to_row(entry, position))
        except KeyError as error:
            raise SeedError(f"catalog/{name}, entry {position}: {error} is missing") from None
        except TypeError:
            raise SeedError(f"catalog/{name}, entry {position}: write it as key: value") from None
    return rows
