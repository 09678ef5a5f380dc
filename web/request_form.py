"""The form that files a request as the chat does, without a script."""

import asyncio
import logging
import math
import re
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.exc import SQLAlchemyError
from starlette.datastructures import FormData

from catalog.consents import consent_text, consent_version
from catalog.fields import load_active_fields
from catalog.metrics import FILING_FAILURES, FORM
from catalog.models import (
    ConsentPurpose,
    Field,
    Language,
    MemberStanding,
    OrganisationKind,
    Urgency,
    Widget,
)
from catalog.person_links import PATHS
from catalog.places import known_regions, region_name
from catalog.requests import RequestDraft, file_requests, local_today
from catalog.seed import written_fields
from catalog.texts import Texts, load_texts
from catalog.widgets import KEY
from web.chat import client_address
from web.limits import RateLimited
from web.metrics import OPENINGS
from web.pages import FORM_PATHS, PRIVACY_PATHS, TEMPLATES, form_url
from web.request_fields import Answers, Mistake, check, make_draft, read_answers
from web.security_headers import page_policy

TEXTS = Texts(Path(__file__).with_name("form_texts.yml"))
FILING_KEY = re.compile(r"[0-9a-f]{32}")
# A browser gives the words back to who returns to the page only if it may keep the page.
MAY_COME_BACK = {"Cache-Control": "private, no-cache"}

logger = logging.getLogger(__name__)
router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Page:
    """The form as a member meets it."""

    request: Request
    language: Language
    key: str
    widget: Widget | None
    fields: dict[str, Field]
    catalog_is_up: bool

    def render(
        self, template: str, status: int, headers: dict[str, str], **context: Any
    ) -> Response:
        other = Language.EN if self.language == Language.FR else Language.FR
        texts = {key: text[self.language] for key, text in load_texts(TEXTS.path).items()}
        settings = self.request.app.state.settings
        return TEMPLATES.TemplateResponse(
            self.request,
            template,
            {
                "language": self.language.value,
                "other_language": other.value,
                "url": form_url(self.language, self.key),
                "other_url": form_url(other, self.key),
                "texts": texts,
                "pole": self.widget and self.widget.pole.name,
                "privacy_email": settings.privacy_email,
                "intake_email": settings.intake_email,
                "request_days": settings.request_days,
                "privacy_url": PRIVACY_PATHS[self.language],
                "person_url": PATHS[self.language],
                **context,
            },
            status_code=status,
            headers={"Content-Security-Policy": page_policy(), **headers},
        )

    def text(self, key: str, **values: object) -> str:
        return TEXTS.get(key, self.language, **values)


@router.get(FORM_PATHS[Language.FR])
@router.get(FORM_PATHS[Language.EN])
async def open_form(request: Request, key: str = "") -> Response:
    """The form, empty."""
    OPENINGS.labels(FORM).inc()
    page = await _page(request, key)
    answers = read_answers(FormData(), page.language)
    return _show(page, answers, _new_filing_key(), headers=MAY_COME_BACK)


@router.post(FORM_PATHS[Language.FR])
@router.post(FORM_PATHS[Language.EN])
async def send_form(request: Request, key: str = "") -> Response:
    """File what the form holds; with `step=prefill`, only show it."""
    page = await _page(request, key)
    async with request.form() as form:
        answers = read_answers(form, page.language)
        filing_key, step = str(form.get("filing_key")), form.get("step")
    is_known = FILING_KEY.fullmatch(filing_key) is not None
    if not is_known:
        filing_key = _new_filing_key()
    if step == "prefill":
        return _show(page, answers, filing_key)
    read, mistakes = check(answers)
    if mistakes:
        return _show(page, answers, filing_key, 422, mistakes=mistakes)
    if not is_known:
        return _show(page, answers, filing_key, 422, "outdated")
    fields = [slug for slug in page.fields if slug in answers.fields]
    pole_slug = page.widget and page.widget.pole_slug
    draft = make_draft(answers, read, fields, page.language, pole_slug, filing_key)
    return await _file(page, answers, filing_key, draft)


async def _page(request: Request, key: str) -> Page:
    language = Language.EN if request.url.path.endswith(FORM_PATHS[Language.EN]) else Language.FR
    key = key if KEY.fullmatch(key) else ""
    state = request.app.state
    try:
        widget = await state.conversations.widget(key)
        fields = await asyncio.to_thread(load_active_fields, state.database_sessions)
    except SQLAlchemyError as error:
        logger.error("the form cannot read the catalog: %s", type(error).__name__)
        # Words can be written and sent again until the database is back.
        fields = {field.slug: field for field in written_fields() if field.active}
        return Page(request, language, key, None, fields, catalog_is_up=False)
    return Page(request, language, key, widget, fields, catalog_is_up=True)


async def _file(page: Page, answers: Answers, filing_key: str, draft: RequestDraft) -> Response:
    if not page.catalog_is_up:
        return _unavailable(page, answers, filing_key)
    state = page.request.app.state
    try:
        await state.limits.count_conversation(await client_address(page.request), None)
        [filed] = await asyncio.to_thread(file_requests, state.database_sessions, [draft])
    except RateLimited as limited:
        headers = {"Retry-After": str(limited.seconds)}
        minutes = math.ceil(limited.seconds / 60)
        return _show(page, answers, filing_key, 429, "busy", headers=headers, minutes=minutes)
    except SQLAlchemyError as error:
        logger.error("filing from the form failed: %s", type(error).__name__)
        return _unavailable(page, answers, filing_key)
    return page.render(
        "request_filed.html",
        200,
        {},
        reference=filed.reference,
        filed_next=page.text("filed_next", email=draft.contact_email),
        is_urgent=draft.urgency == Urgency.URGENT,
        rows=_recap(page, draft),
    )


def _unavailable(page: Page, answers: Answers, filing_key: str) -> Response:
    FILING_FAILURES.labels(FORM).inc()
    email = page.request.app.state.settings.intake_email
    return _show(page, answers, filing_key, 503, "unavailable", email=email)


def _show(
    page: Page,
    answers: Answers,
    filing_key: str,
    status: int = 200,
    problem: str | None = None,
    *,
    mistakes: dict[str, Mistake] | None = None,
    headers: dict[str, str] | None = None,
    **values: object,
) -> Response:
    """The form with `answers` in it, what is wrong with them, or why it could not be filed."""
    wrong = (mistakes or {}).items()
    return page.render(
        "request_form.html",
        status,
        headers or {},
        words=answers.words,
        chosen=answers.fields,
        filing_key=filing_key,
        mistakes={name: page.text(mistake.text, **mistake.values) for name, mistake in wrong},
        problem=problem and page.text(f"{problem}_title"),
        problem_text=problem and page.text(f"{problem}_text", **values),
        fields=page.fields.values(),
        kinds=list(OrganisationKind),
        standings=list(MemberStanding),
        regions=known_regions(),
        consents=[
            (purpose.value, consent_text(purpose, page.language), consent_version(purpose))
            for purpose in (ConsentPurpose.CONTACT, ConsentPurpose.NEWS)
        ],
        today=local_today().isoformat(),
    )


def _recap(page: Page, draft: RequestDraft) -> list[tuple[str, str]]:
    """What was filed, as label and value, in the order of the form."""
    names = [page.fields[choice.slug].name(page.language) for choice in draft.fields]
    wants_news = any(c.granted for c in draft.consents if c.purpose == ConsentPurpose.NEWS)
    region = draft.region_code and region_name(draft.region_code)
    rows = {
        "description": draft.description,
        "fields": ", ".join(names) or page.text("to_choose"),
        "deadline": draft.deadline and draft.deadline.isoformat(),
        "budget": draft.budget,
        "organisation": draft.organisation_name,
        "organisation_kind": page.text(f"organisation_kind_{draft.organisation_kind}"),
        "member_standing": page.text(f"member_standing_{draft.member_standing}"),
        "region": page.text("region_outside") if draft.outside_quebec else region,
        "contact_name": draft.contact_name,
        "email": draft.contact_email,
        "phone": draft.contact_phone,
        "news": page.text("yes" if wants_news else "no"),
    }
    return [(page.text(label), value) for label, value in rows.items() if value]


def _new_filing_key() -> str:
    return uuid.uuid4().hex
