"""Keeping and forgetting filters of the inbox."""

import asyncio
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette_admin.flash import flash
from starlette_admin.routing import route
from starlette_admin.views import CustomView

from catalog.saved_views import SavedViewError, forget_view, save_view
from web.console.authentication import account_of, has_role
from web.console.requests_view import RequestsView
from web.console.texts import text

# What of an inbox's address tells which requests it shows, and in what order.
KEPT = ("q", "filter", "sort")


class SavedViewsView(CustomView):
    path = "/views"
    add_to_menu = False
    # It has no page of its own; one would take the place of the console’s first.
    index = None

    def is_accessible(self, request: Request) -> bool:
        return has_role(request, *RequestsView.roles)

    @route("/save", methods=["POST"], name="save-view")
    async def save(self, request: Request) -> Response:
        form = await request.form()
        kept = [(name, str(value)) for name in KEPT for value in form.getlist(name) if value]
        query = urlencode(kept)
        name = str(form.get("name") or "")
        try:
            await asyncio.to_thread(
                save_view, request.state.session, account_of(request), name, query
            )
        except SavedViewError as error:
            flash(request, text(error.code), "error")
        else:
            flash(request, text("view_saved", name=name), "success")
        return _inbox(request, query)

    @route("/{pk:int}/forget", methods=["POST"], name="forget-view")
    async def forget(self, request: Request) -> Response:
        pk = request.path_params["pk"]
        await asyncio.to_thread(forget_view, request.state.session, account_of(request), pk)
        flash(request, text("view_forgotten"), "success")
        return _inbox(request, "")


def _inbox(request: Request, query: str) -> Response:
    url = request.url_for("console:list", key=RequestsView.key).replace(query=query)
    return RedirectResponse(url, 303)
