"""The learning loop: what reviews taught, what a new model would change, and a person's choice."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette_admin.flash import flash
from starlette_admin.i18n import get_locale
from starlette_admin.routing import route
from starlette_admin.views import CustomView

from catalog.learning import (
    UNDER_WAY,
    LearningError,
    ask_promotion,
    ask_rollback,
    ask_training,
    runs,
)
from catalog.models import Account, LearningRun, LearningState, Role
from catalog.texts import Texts
from web.console.authentication import account_of, has_role
from web.console.numbers import instant
from web.console.request_filters import field_choices
from web.console.texts import label

TEXTS = Texts(Path(__file__).parents[1] / "learning_texts.yml")
SHOWN = 10
PROMOTED = LearningState.PROMOTED

Ask = Callable[[Session, LearningRun, Account], None]
DECISIONS: dict[str, Ask] = {"promote": ask_promotion, "roll-back": ask_rollback}


class LearningView(CustomView):
    path = "/learning"
    icon = "fa-solid fa-graduation-cap"
    menu_label = label("menu_learning")

    def is_accessible(self, request: Request) -> bool:
        return has_role(request, Role.REVIEWER, Role.ADMINISTRATOR)

    @route("", name="learning")
    async def index(self, request: Request) -> Response:
        latest = await asyncio.to_thread(runs, request.state.session, SHOWN)
        context = {
            "title": _text("title"),
            "say": _text,
            "runs": latest,
            "is_under_way": any(run.state in UNDER_WAY for run in latest),
            "may_decide": has_role(request, Role.ADMINISTRATOR),
            # Of those that were promoted, the latest.
            "serving": next((run.id for run in latest if run.state is PROMOTED), None),
            "names": dict(field_choices(request)),
            "instant": instant,
        }
        return self._admin._template_response(request, "learning.html", context)

    @route("/train", methods=["POST"], name="learning-train")
    async def train(self, request: Request) -> Response:
        return await self._asked(request, lambda session, by: ask_training(session, by))

    @route("/{pk:int}/{decision}", methods=["POST"], name="learning-decide")
    async def decide(self, request: Request) -> Response:
        """Promote the candidate of a run, or take that back."""
        if not has_role(request, Role.ADMINISTRATOR):
            raise HTTPException(403)
        ask = DECISIONS.get(request.path_params["decision"])
        latest = await asyncio.to_thread(runs, request.state.session, SHOWN)
        run = next((run for run in latest if run.id == request.path_params["pk"]), None)
        if ask is None or run is None:
            raise HTTPException(404)
        return await self._asked(request, lambda session, by: ask(session, run, by))

    async def _asked(self, request: Request, ask: Callable[[Session, Account], object]) -> Response:
        try:
            await asyncio.to_thread(ask, request.state.session, account_of(request))
        except LearningError as error:
            flash(request, _text(f"refused_{error.code}"), "error")
        else:
            flash(request, _text("asked"), "success")
        return RedirectResponse(request.url_for("console:learning"), 303)


def _text(key: str, **values: object) -> str:
    return TEXTS.get(key, get_locale(), **values)
