"""Rows for the tables of any revision of the schema, as a database of then would hold them.

They are made from the tables that are there, never from the models, which know the last revision
alone.
"""

import datetime as dt
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Float,
    Integer,
    MetaData,
    String,
    Table,
    select,
)

ROWS = 2
NOON = dt.datetime(2026, 3, 4, 17, tzinfo=dt.UTC)

# The two values of each column that not any value suits, by its table and name, or by its name.
VALUES: dict[str | tuple[str, str], tuple[Any, Any]] = {
    ("audit_entries", "after"): ({"active": True}, {}),
    ("audit_entries", "before"): ({"active": False}, {}),
    ("fields", "slug"): ("accounting", "governance"),
    ("interpretations", "fields"): (["accounting"], ["governance"]),
    ("interpretations", "ranking"): ({"accounting": 0.9}, {"governance": 0.8}),
    ("interpretation_days", "field_slug"): ("*", "accounting"),
    ("interpretation_days", "pole_slug"): ("*", ""),
    ("last_runs", "job"): ("work", "purge"),
    ("learning_runs", "comparison"): ({"worse": []}, None),
    ("learning_runs", "state"): ("promoted", "failed"),
    ("outbox_messages", "kind"): ("team", "member"),
    ("purges", "kind"): ("conversations", "logs"),
    ("reference_sequences", "last_number"): (7, 2),
    ("reference_sequences", "year"): (2025, 2026),
    ("regions", "code"): ("01", "05"),
    ("requests", "merged_into_id"): (None, 1),
    ("requests", "organisation_name"): ("Coopérative des Érables", "Mutuelle du Fleuve"),
    ("requests", "reference"): ("C-2026-00001", "C-2026-00002"),
    ("requests", "search_text"): ("cooperative des erables", "mutuelle du fleuve"),
    ("reviews", "fields"): (["accounting"], []),
    ("reviews", "queue"): ("unsure", "sample"),
    "color": ("#aa5500", "#0055aa"),
    "contact_email": ("zoe@erables.example", "luc@fleuve.example"),
    "from_fields": (["accounting"], []),
    "from_status": (None, "received"),
    "language": ("fr", "en"),
    "languages": (["fr"], ["fr", "en"]),
    "member_standing": ("member", "unknown"),
    "messages": ([{"text": "Bonjour !"}], None),
    "organisation_kind": ("cooperative", "mutual"),
    "origins": (["https://a.example"], []),
    "outcome": ("route", "unsure"),
    "purpose": ("contact", "news"),
    "role": ("agent", "administrator"),
    "set_by": ("bot", "staff"),
    "side": ("left", "right"),
    "status": ("received", "in_progress"),
    "to_fields": (["governance"], ["training"]),
    "to_status": ("received", "in_progress"),
    "urgency": ("normal", "urgent"),
}


def reflected(connection: Connection) -> list[Table]:
    """The tables that are there, those that others refer to first."""
    metadata = MetaData()
    metadata.reflect(connection)
    return [table for table in metadata.sorted_tables if table.name != "alembic_version"]


def fill(connection: Connection, tables: list[Table]) -> None:
    """Put `ROWS` rows in each table, a value in each of their columns."""
    rows: dict[Table, list[dict[str, Any]]] = {}
    for table in tables:
        rows[table] = []
        for number in range(ROWS):
            row = {
                column.name: _value(column, number, rows)
                for column in table.columns
                if not _is_numbered(column)
            }
            done = connection.execute(table.insert().values(row))
            keys = dict(
                zip(table.primary_key.columns.keys(), done.inserted_primary_key, strict=True)
            )
            rows[table].append(row | keys)


def read(connection: Connection, table: Table) -> list[tuple[Any, ...]]:
    query = select(table).order_by(*table.primary_key)
    return [tuple(row) for row in connection.execute(query)]


def _is_numbered(column: Column) -> bool:
    """Whether the database numbers the rows by itself."""
    return column is column.table.autoincrement_column and column.name == "id"


def _value(column: Column, number: int, rows: dict[Table, list[dict[str, Any]]]) -> Any:
    table, name = column.table, column.name
    for key in ((table.name, name), name):
        if key in VALUES:
            return VALUES[key][number]
    for reference in column.foreign_keys:
        return rows[reference.column.table][number][reference.column.name]
    return _any_value(column, number)


def _any_value(column: Column, number: int) -> Any:
    match column.type:
        case JSON():
            return []
        case Boolean():
            return not number
        case DateTime():
            return NOON + dt.timedelta(hours=number)
        case Date():
            return NOON.date()
        case Float():
            return 0.5 + number / 10
        case Integer():
            return number + 1
        case String() as kind:
            return f"{column.name} {number} é"[-(kind.length or 100) :]
    raise TypeError(f"no value is known for {column}: give two in VALUES")
