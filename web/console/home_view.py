"""The console's first page: where each role begins its day."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette_admin.routing import route
from starlette_admin.views import CustomView

from catalog.models import Role
from web.console.authentication import has_role


class HomeView(CustomView):
    path = "/"
    route_name = "index"
    add_to_menu = False

    @route("")
    async def index(self, request: Request) -> Response:
        if has_role(request, Role.REVIEWER):
            return RedirectResponse(request.url_for("console:review"), 303)
        return RedirectResponse(request.url_for("console:list", key="request"), 303)
