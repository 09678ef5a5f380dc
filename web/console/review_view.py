"""The review desk: each message as it was understood, and a person's verdict by keyboard."""

import asyncio
import json
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic import Field as Bounded
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette_admin.i18n import get_locale
from starlette_admin.routing import route
from starlette_admin.views import CustomView

from catalog.lessons import training_keys
from catalog.models import Account, Interpretation, Language, Role
from catalog.review_measures import Agreement, agreement
from catalog.review_queues import next_in_queue
from catalog.reviews import (
    Queue,
    ReviewError,
    intent_name,
    known_intents,
    review,
    review_alike,
    undo,
)
from catalog.texts import Texts, load_texts
from catalog.transcript import Spoken, conversation
from web.console.authentication import account_of, has_role
from web.console.field_codes import two_letter_codes
from web.console.numbers import number, percent
from web.console.request_filters import field_choices
from web.console.texts import label

TEXTS = Texts(Path(__file__).parents[1] / "review_texts.yml")
# No more than a database's integer holds.
Key = Annotated[int, Bounded(ge=1, lt=2**31)]
# What was said before and after, to understand a message by.
AROUND = 6


class Asked(BaseModel):
    """Which messages a page of the desk asks for."""

    queue: Queue = Queue.UNCERTAIN
    language: Language | None = None
    field: Annotated[str, Bounded(max_length=64, pattern=r"^[a-z_]+$")] | None = None
    after: Key | None = None


class Verdict(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: Key
    queue: Queue
    intent: Annotated[str, Bounded(max_length=64)]
    fields: Annotated[list[str], Bounded(max_length=5)] = []
    flagged: bool = False
    alike: bool = False


class ReviewView(CustomView):
    path = "/review"
    icon = "fa-solid fa-list-check"
    menu_label = label("menu_review")

    def is_accessible(self, request: Request) -> bool:
        return has_role(request, Role.REVIEWER, Role.ADMINISTRATOR)

    @route("", name="review")
    async def index(self, request: Request) -> Response:
        texts = {key: text[get_locale()] for key, text in load_texts(TEXTS.path).items()}
        try:
            asked = _asked(request)
        except ValidationError:
            asked = Asked()
        config = {
            "choices": _choices(request),
            "texts": texts,
            "asked": asked.model_dump(mode="json"),
            "csrf": request.state.csrf_token,
        }
        context = {
            "title": texts["title"],
            "texts": texts,
            "queues": list(Queue),
            "asked": asked,
            "agreement": _agreement(await asyncio.to_thread(agreement, request.state.session)),
            "fields": field_choices(request),
            "config": json.dumps(config, ensure_ascii=False).replace("<", "\\u003c"),
        }
        return self._admin._template_response(request, "review.html", context)

    @route("/messages", name="review-messages")
    async def messages(self, request: Request) -> Response:
        """The next messages of a queue, as JSON."""
        try:
            asked = _asked(request)
        except ValidationError:
            return _refused("asked_wrong")
        return JSONResponse(
            await asyncio.to_thread(_messages, request.state.session, account_of(request), asked)
        )

    @route("/verdict", methods=["POST"], name="review-verdict")
    async def verdict(self, request: Request) -> Response:
        """Take one verdict; answers with the ids of the messages it was given to."""
        try:
            given = Verdict.model_validate_json(await request.body())
            ids = await asyncio.to_thread(_take, request.state.session, account_of(request), given)
        except ValidationError:
            return _refused("verdict_wrong")
        except ReviewError as error:
            return _refused(error.code)
        return JSONResponse({"ids": ids})

    @route("/undo", methods=["POST"], name="review-undo")
    async def undo(self, request: Request) -> Response:
        ids = await asyncio.to_thread(_undo, request.state.session, account_of(request))
        return JSONResponse(ids)


def _agreement(measured: Agreement) -> str:
    """How two reviewers agree, in a sentence."""
    if measured.share is None:
        return TEXTS.get("agreement_none", get_locale())
    return TEXTS.get(
        "agreement",
        get_locale(),
        share=percent(measured.share),
        kappa=number(measured.kappa) if measured.kappa is not None else "–",
        messages=measured.messages,
    )


def _asked(request: Request) -> Asked:
    given = {name: value for name, value in request.query_params.items() if value}
    return Asked.model_validate(given)


def _choices(request: Request) -> list[dict[str, str]]:
    """What a verdict may say: the fields first, then what is no need."""
    language = get_locale()
    fields = dict(field_choices(request))
    intents = {intent: intent_name(intent, language) for intent in known_intents()}
    codes = two_letter_codes({**fields, **intents})
    return [
        {"value": value, "name": name, "code": codes[value], "kind": kind}
        for kind, names in (("field", fields), ("intent", intents))
        for value, name in names.items()
    ]


def _messages(session: Session, account: Account, asked: Asked) -> list[dict[str, Any]]:
    found = next_in_queue(
        session,
        account,
        asked.queue,
        after_id=asked.after,
        language=asked.language,
        field=asked.field,
        known_keys=training_keys() if asked.queue is Queue.UNSEEN else frozenset(),
    )
    return [_shown(session, interpretation) for interpretation in found]


def _shown(session: Session, interpretation: Interpretation) -> dict[str, Any]:
    return {
        "id": interpretation.id,
        "text": interpretation.text,
        "language": interpretation.language,
        "intent": interpretation.intent,
        "outcome": interpretation.outcome,
        "fields": interpretation.fields,
        "ranking": interpretation.ranking,
        "confidence": interpretation.confidence,
        "model": interpretation.model_version,
        "around": [
            {"by_member": spoken.by_member, "words": spoken.words, "language": spoken.language}
            for spoken in _around(session, interpretation)
        ],
    }


def _around(session: Session, interpretation: Interpretation) -> list[Spoken]:
    """What was said near the message, the message itself within."""
    said = conversation(session, interpretation.conversation_id)
    heard = [index for index, spoken in enumerate(said) if spoken.by_member]
    near = min(
        heard,
        key=lambda index: abs(said[index].said_at - interpretation.said_at),
        default=0,
    )
    return said[max(0, near - AROUND) : near + AROUND]


def _take(session: Session, account: Account, given: Verdict) -> list[int]:
    values = (given.id, given.intent, given.fields, given.queue, given.flagged)
    if given.alike:
        return review_alike(session, account, *values)
    return [review(session, account, *values).interpretation_id]


def _undo(session: Session, account: Account) -> list[dict[str, Any]]:
    ids = undo(session, account)
    return [_shown(session, session.get_one(Interpretation, taken_back)) for taken_back in ids[:1]]


def _refused(code: str) -> Response:
    return JSONResponse({"error": code}, 422)
