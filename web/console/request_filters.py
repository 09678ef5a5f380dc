"""Filters of the inbox over what a request points at: fields, assignee, pôle."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, select
from starlette.requests import Request as HttpRequest
from starlette_admin.contrib.sqla.filters import InFilter, IsNotNullFilter, IsNullFilter
from starlette_admin.filters import BaseFilter, FilterApplyContext, FilterDataType
from starlette_admin.i18n import get_locale

from catalog.casework import HANDLERS
from catalog.models import Account, Field, Pole, Request, RequestField, utc_now
from web.console.authentication import account_of
from web.console.texts import label, text
from web.console.time_left import late_at

ME = "me"

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
        return Request.assignee_id.in_([int(value) for value in ids if value.isdecimal()])


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
