"""The inbox: requests to list, search, filter, change by the lot and export."""

import asyncio
import html
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, Select, func, select, true
from sqlalchemy.orm import Session, joinedload, selectinload
from sqlalchemy.orm.exc import StaleDataError
from starlette.datastructures import FormData
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette_admin import ComputedField, DateField, DateTimeField, EnumField, StringField
from starlette_admin.actions import ActionSelection, action
from starlette_admin.exceptions import ActionFailed
from starlette_admin.flash import flash
from starlette_admin.i18n import get_locale

from catalog.casework import CaseworkError, assign, set_status
from catalog.models import (
    Account,
    Language,
    Request,
    RequestField,
    RequestStatus,
    Role,
    SavedView,
    Urgency,
    utc_now,
)
from catalog.saved_views import saved_views
from web.console.authentication import account_of, has_role
from web.console.request_filters import (
    AssigneeFilter,
    HasFieldFilter,
    LateFilter,
    NoneFilter,
    PoleFilter,
    RequestFilters,
    SomeFilter,
    assignee_choices,
    has_words,
)
from web.console.request_page import HANDLES, Typed, request_context
from web.console.texts import label, text
from web.console.time_left import time_left
from web.console.views import ReadOnlyView, choices, is_key

NO_ONE = ""

Change = Callable[[Request], None]


def status_form(_request: HttpRequest) -> str:
    return _select_form("status", text("field_status"), choices("status", RequestStatus))


def assignee_form(request: HttpRequest) -> str:
    people = [(NO_ONE, text("no_one")), *assignee_choices(request)]
    return _select_form("assignee", text("field_assignee"), people)


class RequestsView(ReadOnlyView):
    key = "request"
    icon = "fa-solid fa-inbox"
    menu_label = label("menu_requests")
    display_name = label("menu_requests")
    roles = (Role.AGENT, Role.ADMINISTRATOR, Role.POLE)
    detail_template = "request.html"
    list_template = "requests.html"
    fields = (
        StringField("reference", label=label("field_reference")),
        EnumField("status", label=label("field_status"), choices=choices("status", RequestStatus)),
        ComputedField(
            "fields",
            label=label("field_fields"),
            getter=lambda _request, row: _fields_of(row),
            filters=[HasFieldFilter],
        ),
        StringField("organisation_name", label=label("field_organisation")),
        EnumField("urgency", label=label("field_urgency"), choices=choices("urgency", Urgency)),
        ComputedField(
            "time_left",
            label=label("field_time_left"),
            getter=lambda _request, row: time_left(row, utc_now()),
            filters=[LateFilter],
        ),
        ComputedField(
            "assignee",
            label=label("field_assignee"),
            getter=lambda _request, row: row.assignee and row.assignee.name,
            filters=[AssigneeFilter, NoneFilter, SomeFilter],
        ),
        EnumField("language", label=label("field_language"), choices=choices("language", Language)),
        DateTimeField("created_at", label=label("field_created_at")),
        ComputedField(
            "pole",
            label=label("field_pole"),
            getter=lambda _request, row: row.pole and row.pole.name,
            filters=[PoleFilter, NoneFilter, SomeFilter],
        ),
        DateTimeField("answer_due_at", label=label("field_answer_due_at"), exclude_from_list=True),
        DateField("deadline", label=label("field_deadline"), exclude_from_list=True),
        StringField("contact_name", label=label("field_contact_name"), exclude_from_list=True),
        StringField("contact_email", label=label("field_contact_email"), exclude_from_list=True),
        StringField("contact_phone", label=label("field_contact_phone"), exclude_from_list=True),
        StringField("description", label=label("field_description"), exclude_from_list=True),
    )
    actions = ("assign", "set_status", "export")
    row_actions = ()
    sortable_fields = ("reference", "status", "organisation_name", "time_left", "created_at")
    sortable_field_mapping: ClassVar = {"time_left": Request.answer_due_at}
    fields_default_sort = (("created_at", True),)
    # A year of a busy Consortium, at once.
    action_select_all_limit = 10_000

    def get_list_query(self, request: HttpRequest) -> Select:
        return select(Request).where(self._visible(request)).options(*_shown())

    def get_count_query(self, request: HttpRequest) -> Select:
        return select(func.count()).select_from(Request).where(self._visible(request))

    def get_search_query(self, request: HttpRequest, term: str) -> ColumnElement[bool]:
        return has_words(term)

    def get_filter_registry(self) -> RequestFilters:
        return RequestFilters()

    async def is_action_allowed(self, request: HttpRequest, name: str) -> bool:
        # The library has actions that no list of ours names: deletion.
        is_known = await super().is_action_allowed(request, name)
        return is_known and (name == "export" or has_role(request, *HANDLES))

    @action(
        name="assign",
        text=label("action_assign"),
        confirmation=label("action_assign_confirm"),
        submit_btn_text=label("apply"),
        form=assignee_form,
    )
    async def assign_action(self, request: HttpRequest, selection: ActionSelection) -> None:
        chosen = _chosen(await request.form(), "assignee")
        assignee = request.state.session.get(Account, int(chosen)) if is_key(chosen) else None
        if chosen != NO_ONE and assignee is None:
            raise ActionFailed(text("casework_not_a_handler"))

        def change(row: Request) -> None:
            assign(request.state.session, row, assignee, account_of(request))

        await _change_all(request, selection, change)

    @action(
        name="set_status",
        text=label("action_set_status"),
        confirmation=label("action_set_status_confirm"),
        submit_btn_text=label("apply"),
        form=status_form,
    )
    async def set_status_action(self, request: HttpRequest, selection: ActionSelection) -> None:
        chosen = _chosen(await request.form(), "status")
        if chosen not in list(RequestStatus):
            raise ActionFailed(text("casework_status_unknown"))

        def change(row: Request) -> None:
            set_status(request.state.session, row, RequestStatus(chosen), account_of(request))

        await _change_all(request, selection, change)

    def saved_views(self, http: HttpRequest) -> list[SavedView]:
        return saved_views(http.state.session, account_of(http))

    def page_context(
        self, http: HttpRequest, request: Request, typed: Typed | None
    ) -> dict[str, Any]:
        """What the template of a request's page shows."""
        return request_context(http, request, typed, self._visible(http))

    async def shown_again(self, http: HttpRequest, pk: int, typed: Typed) -> Response:
        """The page of a request, with a form that was refused and why."""
        request = await self.find_by_pk(http, str(pk))
        context = {
            "view": self,
            "title": request.reference,
            "raw_obj": request,
            "typed": typed,
        }
        return self._admin._template_response(http, self.detail_template, context, 409)

    def _visible(self, request: HttpRequest) -> ColumnElement[bool]:
        """A pôle's people see what came by their pôle."""
        account = account_of(request)
        return Request.pole_slug == account.pole_slug if account.role is Role.POLE else true()


async def _change_all(request: HttpRequest, selection: ActionSelection, change: Change) -> None:
    rows = await selection.rows()
    await asyncio.to_thread(_change_each, request.state.session, rows, change)
    flash(request, text("changed_count", count=len(rows)), "success")


def _change_each(session: Session, rows: Sequence[Request], change: Change) -> None:
    """Change all of `rows`; the transaction of one that is refused is rolled back."""
    try:
        for row in rows:
            change(row)
        session.flush()
    except CaseworkError as error:
        reason = text(f"casework_{error.code}")
        raise ActionFailed(f"{row.reference}{text('colon')} {reason}") from None
    except StaleDataError:
        raise ActionFailed(text("bulk_changed_meanwhile")) from None


def _shown() -> list:
    return [
        selectinload(Request.fields).joinedload(RequestField.field),
        joinedload(Request.assignee),
        joinedload(Request.pole),
    ]


def _fields_of(request: Request) -> str:
    return ", ".join(row.field.name(get_locale()) for row in request.fields)


def _chosen(form: FormData, name: str) -> str:
    return str(form.get(name) or "")


def _select_form(name: str, title: str, options: list[tuple[str, Any]]) -> str:
    """A form of one choice, as the library's dialogue takes it."""
    rows = "".join(
        f'<option value="{html.escape(str(value))}">{html.escape(str(words))}</option>'
        for value, words in options
    )
    return (
        f'<form><label class="form-label" for="bulk-{name}">{html.escape(title)}</label>'
        f'<select class="form-select" id="bulk-{name}" name="{name}">{rows}</select></form>'
    )
