"""Filters of the inbox over what a request points at: fields, assignee, pôle."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, select
from starlette.requests import Request as HttpRequest
from starlette_admin import BaseField, StringField
from starlette_admin.contrib.sqla.filters import (
    ContainsFilter,
    EndsWithFilter,
    EqualFilter,
    InFilter,
    IsNotNullFilter,
    IsNullFilter,
    StartsWithFilter,
)
from starlette_admin.filters import BaseFilter, FilterApplyContext, FilterDataType, filters
from starlette_admin.i18n import get_locale

from catalog.casework import HANDLERS
from catalog.models import Account, Field, Pole, Request, RequestField, utc_now
from catalog.places import fold
from catalog.requests import SEARCHED
from web.console.authentication import account_of
from web.console.texts import label, text
from web.console.time_left import late_at
from web.console.views import Filters, is_key

ME = "me"
# The index of what is searched holds letters by three.
INDEXED_LETTERS = 3

Choices = Sequence[tuple[str, str]]


class HasFieldFilter(InFilter):
    """Routed to one of the fields, as the main one or not."""

    def get_choices(self, request: HttpRequest) -> Choices:
        return field_choices(request)

    def apply(self, ctx: FilterApplyContext) -> ColumnElement[bool]:
        return Request.fields.any(RequestField.field_slug.in_(ctx.value))


class AssigneeFilter(InFilter):
    def get_choices(self, request: HttpRequest) -> Choices:
        return [(ME, text("assigned_to_me")), *assignee_choices(request)]

    def apply(self, ctx: FilterApplyContext) -> ColumnElement[bool]:
        me = str(account_of(ctx.request).id)
        ids = [me if value == ME else value for value in ctx.value]
        return Request.assignee_id.in_([int(value) for value in ids if is_key(value)])


class PoleFilter(InFilter):
    def get_choices(self, request: HttpRequest) -> Choices:
        return pole_choices(request)

    def apply(self, ctx: FilterApplyContext) -> ColumnElement[bool]:
        return Request.pole_slug.in_(ctx.value)


class LateFilter(BaseFilter):
    name = "is_late"
    label = label("is_late")
    data_type = FilterDataType.NONE

    def apply(self, ctx: FilterApplyContext) -> ColumnElement[bool]:
        return late_at(utc_now())


class NoneFilter(IsNullFilter):
    """Nobody, or no pôle: the column behind the field is empty."""

    def apply(self, ctx: FilterApplyContext) -> ColumnElement[bool]:
        return _column(ctx).is_(None)


class SomeFilter(IsNotNullFilter):
    def apply(self, ctx: FilterApplyContext) -> ColumnElement[bool]:
        return _column(ctx).is_not(None)


def has_words(written: str) -> ColumnElement[bool]:
    """Each word of `written`, without accents or case, anywhere in what is searched.

    Two letters are those that begin a word: with the space before, the index finds them.
    """
    words = fold(written).split()
    return and_(
        True, *(_has(f" {word}" if len(word) == INDEXED_LETTERS - 1 else word) for word in words)
    )


def _has(letters: str) -> ColumnElement[bool]:
    return Request.search_text.contains(letters, autoescape=True)


class Searched(BaseFilter):
    """Over words that the search holds as well: its index finds what may meet the filter."""

    def apply(self, ctx: FilterApplyContext) -> ColumnElement[bool]:
        exactly = super().apply(ctx)
        if ctx.field_name not in SEARCHED:
            return exactly
        # A short one may end a word, of which the index knows nothing.
        words = [word for word in fold(ctx.value or "").split() if len(word) >= INDEXED_LETTERS]
        return and_(*map(_has, words), exactly)


class SearchedContains(Searched, ContainsFilter):
    pass


class SearchedStartsWith(Searched, StartsWithFilter):
    pass


class SearchedEndsWith(Searched, EndsWithFilter):
    pass


class SearchedEqual(Searched, EqualFilter):
    pass


FASTER: Mapping[type[BaseFilter], type[BaseFilter]] = {
    ContainsFilter: SearchedContains,
    StartsWithFilter: SearchedStartsWith,
    EndsWithFilter: SearchedEndsWith,
    EqualFilter: SearchedEqual,
}


class RequestFilters(Filters):
    @filters(StringField)
    def string_filters(self, field: BaseField) -> list[type[BaseFilter]]:
        return [FASTER.get(slow, slow) for slow in super().string_filters(field)]


def field_choices(request: HttpRequest) -> Choices:
    """The fields served, in the catalog's order, by their names in the page's language."""
    query = select(Field).where(Field.active).order_by(Field.position)
    language = get_locale()
    return [(field.slug, field.name(language)) for field in request.state.session.scalars(query)]


def pole_choices(request: HttpRequest) -> Choices:
    poles = request.state.session.scalars(select(Pole).order_by(Pole.name))
    return [(pole.slug, pole.name) for pole in poles]


def assignee_choices(request: HttpRequest) -> Choices:
    """Those who may be given a request."""
    query = select(Account).where(Account.active, Account.role.in_(HANDLERS)).order_by(Account.name)
    return [(str(account.id), account.name) for account in request.state.session.scalars(query)]


def _column(ctx: FilterApplyContext) -> Any:
    return {"assignee": Request.assignee_id, "pole": Request.pole_slug}[ctx.field_name]
