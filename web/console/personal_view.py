"""What an administrator does for a person who exercises their rights on a request."""

import asyncio

from starlette.exceptions import HTTPException
from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette_admin.flash import flash
from starlette_admin.helpers import detail_url
from starlette_admin.routing import route
from starlette_admin.types import RequestAction
from starlette_admin.views import CustomView

from catalog.erasures import erase
from catalog.models import Request, Role
from catalog.person import person_requests
from catalog.person_export import export
from catalog.settings import Settings
from web.console.authentication import account_of, has_role
from web.console.request_page import Typed
from web.console.requests_view import RequestsView
from web.console.texts import text

ERASE = "erase"


class PersonalView(CustomView):
    path = "/personal"
    add_to_menu = False
    # It has no page of its own; one would take the place of the console’s first.
    index = None

    def __init__(self, requests: RequestsView, settings: Settings) -> None:
        super().__init__()
        self._requests = requests
        self._var_dir = settings.var_dir

    def is_accessible(self, request: HttpRequest) -> bool:
        return has_role(request, Role.ADMINISTRATOR)

    @route("/{pk:int}/export", methods=["GET"], name="personal_export")
    async def export(self, http: HttpRequest) -> Response:
        """All that is kept of the person who made the request, notes of staff among it."""
        request = await self._request(http)
        kept = await asyncio.to_thread(self._kept, http, request)
        name = f"{request.reference}.json"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return JSONResponse(kept, headers=headers)

    @route("/{pk:int}/erase", methods=["POST"], name="personal_erase")
    async def erase(self, http: HttpRequest) -> Response:
        """Erase all that came from the address of the request, once its reference is typed."""
        request = await self._request(http)
        form = await http.form()
        if str(form.get("reference") or "").strip().upper() != request.reference:
            typed = Typed(ERASE, text("casework_erase_reference"), {})
            return await self._requests.shown_again(http, request.id, typed)
        await asyncio.to_thread(self._erase, http, request)
        flash(http, text("change_done"), "success")
        return RedirectResponse(detail_url(http, self._requests.key, request.id), 303)

    async def _request(self, http: HttpRequest) -> Request:
        http.state.action = RequestAction.DETAIL
        request = await self._requests.find_by_pk(http, str(http.path_params["pk"]))
        if request is None or request.erased_at:
            raise HTTPException(404)
        return request

    def _kept(self, http: HttpRequest, request: Request) -> dict:
        session = http.state.session
        return export(session, person_requests(session, request), notes=True)

    def _erase(self, http: HttpRequest, request: Request) -> None:
        session = http.state.session
        erase(session, person_requests(session, request), self._var_dir, by=account_of(http))
        session.flush()
