"""What the console's lists of records have in common."""

import asyncio
import datetime as dt
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, func, literal, select
from starlette.requests import Request
from starlette_admin import BaseField, ComputedField, DateTimeField
from starlette_admin.contrib.sqla import ModelView
from starlette_admin.contrib.sqla.filters import (
    DateInFutureFilter,
    DateInPastFilter,
    DateTimeBetweenFilter,
    DateTimeEqualFilter,
    IsNotNullFilter,
    IsNullFilter,
    SqlaFilterRegistry,
)
from starlette_admin.export import BaseExporter
from starlette_admin.filters import (
    BaseFilter,
    FilterDataType,
    FilterGroup,
    FilterRegistry,
    FilterRule,
    filters,
)

from catalog.models import Role
from web.console.authentication import has_role
from web.console.csv_export import SpreadsheetExporter
from web.console.numbers import number
from web.console.texts import label, text

MAX_KEY_DIGITS = 18
# To count a million rows takes longer than to show a page of them.
MOST_COUNTED = 20_000


class AtLeast(int):
    """A count that went no further; it is shown as such."""

    def __str__(self) -> str:
        return text("at_least", count=number(int(self)))


class AwareEqual(DateTimeEqualFilter):
    """The library gives an instant without its zone, which our columns take for the machine's."""

    def parse_value(self, raw: Any) -> dt.datetime:
        return super().parse_value(raw).replace(tzinfo=dt.UTC)


class AwareBetween(DateTimeBetweenFilter):
    def parse_value(self, raw: Any) -> dt.datetime:
        return super().parse_value(raw).replace(tzinfo=dt.UTC)


class Filters(SqlaFilterRegistry):
    @filters(DateTimeField)
    def datetime_filters(self, field: BaseField) -> list[type[BaseFilter]]:
        return [
            AwareEqual,
            AwareBetween,
            DateInPastFilter,
            DateInFutureFilter,
            IsNullFilter,
            IsNotNullFilter,
        ]


class ReadOnlyView(ModelView):
    """A list to search, filter and export; what it shows is changed elsewhere or never."""

    roles: Sequence[Role] = (Role.ADMINISTRATOR,)
    exporters: Sequence[BaseExporter] = (SpreadsheetExporter(),)
    actions: Sequence[str] = ("export",)
    row_actions: Sequence[str] = ("view",)
    # Its button needs a script within a tag, which our policy refuses.
    column_visibility = False
    page_size = 25

    def __init__(self, model: type[Any]) -> None:
        super().__init__(model)
        for field in self._all_fields:
            # The library would filter and sort by a column that does not exist.
            if isinstance(field, ComputedField) or field.name not in self._columns:
                field.searchable = bool(field.filters)
                field.orderable = field.name in self.sortable_field_mapping

    async def find_by_pk(self, request: Request, pk: Any) -> Any:
        return await super().find_by_pk(request, pk) if is_key(pk) else None

    async def find_by_pks(self, request: Request, pks: list[Any]) -> Sequence[Any]:
        return await super().find_by_pks(request, [pk for pk in pks if is_key(pk)])

    async def count(
        self, request: Request, q: str | None = None, filters: FilterGroup | None = None
    ) -> int:
        """How many rows there are, or that there are `MOST_COUNTED` at least."""
        query = self.get_count_query(request).with_only_columns(
            literal(1).label("one"), maintain_column_froms=True
        )
        query = await self._apply_search_and_filters(request, query, q, filters)
        counted = select(func.count()).select_from(query.limit(MOST_COUNTED).subquery())
        found = await asyncio.to_thread(request.state.session.scalar, counted)
        return found if found < MOST_COUNTED else AtLeast(found)

    def build_order_clauses(
        self, request: Request, sorts: Sequence[tuple[str, str]], stmt: Select
    ) -> Select:
        # Rows that are alike stay in one order, or a page could show again what was on another.
        return super().build_order_clauses(request, sorts, stmt).order_by(self._pk_column.desc())

    def get_filter_registry(self) -> Filters:
        return Filters()

    @staticmethod
    def _build_filter_rule(
        node: dict[str, Any], fields_by_name: dict[str, BaseField], registry: FilterRegistry
    ) -> FilterRule:
        # The library takes words with a comma for several, which a filter of words cannot hold.
        field, values = fields_by_name.get(node.get("field", "")), node.get("value")
        if field is not None and isinstance(values, list):
            found = registry.get_filter(field, node["filter"])
            if found is not None and found.data_type == FilterDataType.STRING:
                node = {**node, "value": ",".join(values)}
        return ModelView._build_filter_rule(node, fields_by_name, registry)

    def is_accessible(self, request: Request) -> bool:
        return has_role(request, *self.roles)

    def can_create(self, request: Request) -> bool:
        return False

    def can_edit(self, request: Request) -> bool:
        return False

    def can_delete(self, request: Request) -> bool:
        return False

    def can_import(self, request: Request) -> bool:
        return False


def is_key(pk: Any) -> bool:
    """Whether it may be the number of a row: Python reads none of thousands of digits."""
    return str(pk).isdecimal() and len(str(pk)) <= MAX_KEY_DIGITS


def choices(kind: str, values: Iterable[StrEnum]) -> list[tuple[str, str]]:
    """Values of an enum with their labels, whose keys are `kind` and the value."""
    return [(value.value, label(f"{kind}_{value.value}")) for value in values]
