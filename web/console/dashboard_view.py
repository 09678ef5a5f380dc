"""The dashboard: how much is asked, how it is answered, how well the bot understands."""

import asyncio
from typing import Any

from babel.support import LazyProxy
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette_admin.i18n import get_locale
from starlette_admin.routing import route
from starlette_admin.views import CustomView

from catalog.dashboard import dashboard
from catalog.models import Field, Pole, Role, utc_now
from catalog.promises import DAY, QUEBEC
from web.console.authentication import account_of, has_role
from web.console.dashboard_page import make_page, period_name, say
from web.console.dashboard_query import DATES, LAST, QueryError, read_query

TYPED = ("from", "to", "pole", "field")


class DashboardView(CustomView):
    path = "/dashboard"
    route_name = "dashboard"
    icon = "fa-solid fa-chart-column"
    menu_label = LazyProxy(say, "title", enable_cache=False)

    def is_accessible(self, request: Request) -> bool:
        return has_role(request, *Role)

    @route("")
    async def index(self, request: Request) -> Response:
        context = await asyncio.to_thread(_context, request)
        status = 400 if context["error"] else 200
        return self._admin._template_response(request, "dashboard.html", context, status)


def _context(request: Request) -> dict[str, Any]:
    """What the template shows, by name; a pôle's people see what came by their pôle alone."""
    session: Session = request.state.session
    account = account_of(request)
    field_names = _field_names(session)
    pole_names = dict(session.execute(select(Pole.slug, Pole.name).order_by(Pole.name)).all())
    now = utc_now()
    today = now.astimezone(QUEBEC).date()
    typed = {name: request.query_params.get(name, "") for name in TYPED}
    typed["period"] = request.query_params.get("period", "")
    if account.role is Role.POLE:
        typed["pole"] = account.pole_slug
    shared = {
        "say": say,
        "title": say("title"),
        "last": LAST,
        "dates": DATES,
        "today": today,
        "pole_names": pole_names,
        "field_names": field_names,
        "has_own_pole": account.role is Role.POLE,
        "typed": typed,
        "error": None,
    }
    try:
        query = read_query(typed, today, pole_names, field_names)
    except QueryError as error:
        return {**shared, "error": say(f"error_{error.code}"), "page": None}
    figures = dashboard(session, query.period, now, query.pole_slug, query.field_slug)
    typed |= {
        "period": query.chosen,
        "from": query.period.since.isoformat(),
        "to": (query.period.until - DAY).isoformat(),
    }
    return {
        **shared,
        "period_name": period_name(query.period),
        "page": make_page(figures, query.period, field_names, pole_names),
    }


def _field_names(session: Session) -> dict[str, str]:
    """Of all fields, retired ones too, by slug."""
    fields = session.scalars(select(Field).order_by(Field.position))
    return {field.slug: field.name(get_locale()) for field in fields}
