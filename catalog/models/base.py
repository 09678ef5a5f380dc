"""What every table stands on: the base class, instants in UTC, enums as text."""

import datetime as dt
import enum
from typing import ClassVar

from sqlalchemy import DateTime, Enum
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

from catalog.models import enums


class UtcDateTime(TypeDecorator):
    """An aware instant, kept in UTC by every database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect) -> dt.datetime | None:
        return value and value.astimezone(dt.UTC)

    def process_result_value(self, value: dt.datetime | None, dialect) -> dt.datetime | None:
        return value and value.replace(tzinfo=value.tzinfo or dt.UTC)


def utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def enum_column(kind: type[enum.StrEnum]) -> Enum:
    """Text of the enum's values, so that a new value needs no change of type."""
    return Enum(
        kind,
        native_enum=False,
        create_constraint=False,
        length=32,
        values_callable=lambda members: [member.value for member in members],
    )


class Base(DeclarativeBase):
    type_annotation_map: ClassVar = {
        dt.datetime: UtcDateTime(),
        **{
            kind: enum_column(kind)
            for kind in vars(enums).values()
            if isinstance(kind, type)
            and issubclass(kind, enum.StrEnum)
            and kind is not enum.StrEnum
        },
    }
