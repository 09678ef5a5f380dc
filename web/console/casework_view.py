"""The changes that staff make from the page of a request."""

import asyncio
from collections.abc import Callable, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request as HttpRequest
from starlette.responses import RedirectResponse, Response
from starlette_admin.flash import flash
from starlette_admin.helpers import detail_url
from starlette_admin.routing import route
from starlette_admin.types import RequestAction
from starlette_admin.views import CustomView

from catalog.casework import (
    CaseworkError,
    add_note,
    answer,
    assign,
    check_version,
    merge,
    set_fields,
    set_status,
)
from catalog.models import Account, Request, RequestStatus
from web.console.authentication import account_of, has_role
from web.console.request_page import HANDLES, Typed
from web.console.requests_view import RequestsView
from web.console.texts import text
from web.console.views import is_key

Change = Callable[[Session, Request, FormData, Account], None]


def _assign(session: Session, request: Request, form: FormData, by: Account) -> None:
    chosen = _said(form, "assignee")
    assignee = session.get(Account, int(chosen)) if is_key(chosen) else None
    if chosen and assignee is None:
        raise CaseworkError("not_a_handler")
    assign(session, request, assignee, by)


def _take(session: Session, request: Request, _form: FormData, by: Account) -> None:
    assign(session, request, by, by)


def _set_status(session: Session, request: Request, form: FormData, by: Account) -> None:
    chosen = _said(form, "status")
    if chosen not in list(RequestStatus):
        raise CaseworkError("status_unknown")
    set_status(session, request, RequestStatus(chosen), by)


def _set_fields(session: Session, request: Request, form: FormData, by: Account) -> None:
    set_fields(session, request, [slug for slug in form.getlist("field") if slug], by)


def _add_note(session: Session, request: Request, form: FormData, by: Account) -> None:
    add_note(session, request, _said(form, "note"), by)


def _answer(session: Session, request: Request, form: FormData, by: Account) -> None:
    answer(session, request, _said(form, "subject"), _said(form, "body"), by)


def _merge(session: Session, request: Request, form: FormData, by: Account) -> None:
    reference = _said(form, "reference").strip().upper()
    kept = session.scalar(select(Request).where(Request.reference == reference))
    if kept is None:
        raise CaseworkError("reference_unknown")
    merge(session, request, kept, by)


CHANGES: Mapping[str, Change] = {
    "assign": _assign,
    "take": _take,
    "status": _set_status,
    "fields": _set_fields,
    "note": _add_note,
    "answer": _answer,
    "merge": _merge,
}


class CaseworkView(CustomView):
    path = "/casework"
    add_to_menu = False
    # It has no page of its own; one would take the place of the console’s first.
    index = None

    def __init__(self, requests: RequestsView) -> None:
        super().__init__()
        self._requests = requests

    def is_accessible(self, request: HttpRequest) -> bool:
        return has_role(request, *HANDLES)

    @route("/{pk:int}/{change}", methods=["POST"], name="casework")
    async def change(self, http: HttpRequest) -> Response:
        """Make one change to one request, or show its page again with what was typed."""
        http.state.action = RequestAction.DETAIL
        change = CHANGES.get(http.path_params["change"])
        request = await self._requests.find_by_pk(http, str(http.path_params["pk"]))
        if change is None or request is None:
            raise HTTPException(404)
        form = await http.form()
        try:
            await asyncio.to_thread(self._make, http, change, request, form)
        except CaseworkError as error:
            return await self._shown_again(http, request, form, error.code)
        except StaleDataError:
            return await self._shown_again(http, request, form, "changed_meanwhile")
        flash(http, text("change_done"), "success")
        return RedirectResponse(detail_url(http, self._requests.key, request.id), 303)

    def _make(self, http: HttpRequest, change: Change, request: Request, form: FormData) -> None:
        seen = _said(form, "version")
        check_version(request, int(seen) if is_key(seen) else 0)
        change(http.state.session, request, form, account_of(http))
        http.state.session.flush()

    async def _shown_again(
        self, http: HttpRequest, request: Request, form: FormData, code: str
    ) -> Response:
        """The page as the request is now: what was typed may be sent again with eyes open."""
        pk = request.id
        await asyncio.to_thread(http.state.session.rollback)
        values = {name: str(value) for name, value in form.items()}
        typed = Typed(http.path_params["change"], text(f"casework_{code}"), values)
        return await self._requests.shown_again(http, pk, typed)


def _said(form: FormData, name: str) -> str:
    return str(form.get(name) or "")
