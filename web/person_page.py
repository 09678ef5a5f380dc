"""Where a person sees, obtains, corrects or erases what is kept of them, without a script.

Who gives a reference and its address is e-mailed a link; the token in it is also what no page of
another site knows, so that none can act in the person's place.
"""

import asyncio
import logging
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from catalog import models
from catalog.contact_details import find_email, find_reference
from catalog.erasures import erase
from catalog.models import Language
from catalog.person import correct, news_consent, person_requests, send_link, withdraw_news
from catalog.person_export import export, readable
from catalog.person_links import PATHS, PersonLinks
from catalog.settings import Settings
from catalog.texts import Texts, load_texts
from web.chat import client_address
from web.limits import RateLimited
from web.pages import PRIVACY_PATHS, TEMPLATES
from web.person_fields import DETAILS, read_correction
from web.request_fields import Mistake
from web.request_form import TEXTS as FORM_TEXTS
from web.security_headers import page_policy

TEXTS = Texts(Path(__file__).with_name("person_texts.yml"))
THROUGH = "link"

logger = logging.getLogger(__name__)
router = APIRouter(include_in_schema=False)

T = TypeVar("T")
# What a link does with the requests of the person who holds it.
Work = Callable[[Session, list[models.Request]], T]


@dataclass(frozen=True)
class Page:
    """One of these pages as a person meets it."""

    request: Request
    token: str = ""

    @property
    def language(self) -> Language:
        path = self.request.url.path
        return Language.EN if path.startswith(PATHS[Language.EN]) else Language.FR

    @property
    def settings(self) -> Settings:
        return self.request.app.state.settings

    def render(self, template: str, status: int = 200, **context: Any) -> Response:
        other = Language.EN if self.language == Language.FR else Language.FR
        texts = {
            key: text[self.language]
            for source in (FORM_TEXTS, TEXTS)
            for key, text in load_texts(source.path).items()
        }
        return TEMPLATES.TemplateResponse(
            self.request,
            f"person_{template}.html",
            {
                "language": self.language.value,
                "other_language": other.value,
                "url": self._url(self.language),
                "ask_url": PATHS[self.language],
                "other_url": self._url(other),
                "privacy_url": PRIVACY_PATHS[self.language],
                "privacy_email": self.settings.privacy_email,
                "texts": texts,
                **context,
            },
            status_code=status,
            headers={"Content-Security-Policy": page_policy()},
        )

    async def with_requests(self, work: Work[T]) -> T | None:
        """What `work` makes of the requests that the link opens; None if it opens none."""
        return await asyncio.to_thread(self._with_requests, work)

    def _with_requests(self, work: Work[T]) -> T | None:
        links = PersonLinks(self.settings.secret_key.get_secret_value(), self.settings.browser_url)
        with self.request.app.state.database_sessions.begin() as session:
            request = links.open(session, self.token)
            return work(session, person_requests(session, request)) if request else None

    def text(self, key: str, **values: object) -> str:
        return TEXTS.get(key, self.language, **values)

    def _url(self, language: Language) -> str:
        return f"{PATHS[language]}/{self.token}" if self.token else PATHS[language]


@router.get(PATHS[Language.FR])
@router.get(PATHS[Language.EN])
async def ask(request: Request) -> Response:
    """The form that asks for a link."""
    return _ask(Page(request))


@router.post(PATHS[Language.FR])
@router.post(PATHS[Language.EN])
async def send(request: Request) -> Response:
    """E-mail the link; the answer is the same whether or not a request bears both."""
    page, state = Page(request), request.app.state
    async with request.form() as form:
        words = {name: str(form.get(name) or "").strip() for name in ("reference", "email")}
    reference, email = find_reference(words["reference"]), find_email(words["email"])
    found = {"reference": reference, "email": email}
    mistakes = {name: page.text(f"{name}_wrong") for name, value in found.items() if not value}
    if mistakes:
        return _ask(page, words, 422, mistakes=mistakes)
    try:
        await state.limits.count_person_link(await client_address(request))
        await asyncio.to_thread(
            _send_link, state.database_sessions, reference, email, page.language
        )
    except RateLimited as limited:
        minutes = math.ceil(limited.seconds / 60)
        response = _ask(page, words, 429, problem=page.text("busy", minutes=minutes))
        response.headers["Retry-After"] = str(limited.seconds)
        return response
    except SQLAlchemyError as error:
        logger.error("a link cannot be sent: %s", type(error).__name__)
        return _ask(page, words, 503, problem=page.text("unavailable"))
    return page.render("asked")


@router.get(f"{PATHS[Language.FR]}/{{token}}")
@router.get(f"{PATHS[Language.EN]}/{{token}}")
async def show(request: Request, token: str) -> Response:
    """All that is kept of the person, to read."""
    return await _show(Page(request, token))


@router.get(f"{PATHS[Language.FR]}/{{token}}/json")
@router.get(f"{PATHS[Language.EN]}/{{token}}/json")
async def download(request: Request, token: str) -> Response:
    """The same, structured."""
    page = Page(request, token)
    kept = await page.with_requests(lambda session, theirs: export(session, theirs, notes=False))
    if kept is None:
        return _dead(page)
    name = page.text("file_name")
    return JSONResponse(kept, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@router.post(f"{PATHS[Language.FR]}/{{token}}/correct")
@router.post(f"{PATHS[Language.EN]}/{{token}}/correct")
async def put_right(request: Request, token: str) -> Response:
    """Correct the contact details of one of the person's requests."""
    page = Page(request, token)
    async with request.form() as form:
        reference = str(form.get("reference"))
        try:
            correction = read_correction(form, page.language)
        except Mistake as mistake:
            problem = FORM_TEXTS.get(mistake.text, page.language, **mistake.values)
            return await _show(page, 422, problem=problem)

    def work(session: Session, theirs: list[models.Request]) -> bool:
        chosen = [one for one in theirs if one.reference == reference]
        for one in chosen:
            correct(session, one, correction, through=THROUGH)
        return bool(chosen)

    return await _done(page, work, "corrected")


@router.post(f"{PATHS[Language.FR]}/{{token}}/withdraw")
@router.post(f"{PATHS[Language.EN]}/{{token}}/withdraw")
async def withdraw(request: Request, token: str) -> Response:
    """Withdraw the consent to the newsletter."""

    def work(session: Session, theirs: list[models.Request]) -> bool:
        withdraw_news(session, theirs, through=THROUGH)
        return True

    return await _done(Page(request, token), work, "withdrawn")


@router.post(f"{PATHS[Language.FR]}/{{token}}/erase")
@router.post(f"{PATHS[Language.EN]}/{{token}}/erase")
async def erase_all(request: Request, token: str) -> Response:
    """Erase every request of the person."""
    page = Page(request, token)
    async with request.form() as form:
        is_sure = form.get("sure") == "yes"
    if not is_sure:
        return await _show(page, 422, problem=page.text("sure_missing"))

    def work(session: Session, theirs: list[models.Request]) -> bool:
        erase(session, theirs, page.settings.var_dir, through=THROUGH)
        return True

    return await _done(page, work, "erased")


def _send_link(sessions: Any, reference: str, email: str, language: Language) -> None:
    with sessions.begin() as session:
        send_link(session, reference, email, language)


def _ask(
    page: Page,
    words: dict[str, str] | None = None,
    status: int = 200,
    mistakes: dict[str, str] | None = None,
    problem: str | None = None,
) -> Response:
    return page.render("ask", status, words=words or {}, mistakes=mistakes or {}, problem=problem)


async def _show(page: Page, status: int = 200, problem: str | None = None) -> Response:
    def work(session: Session, theirs: list[models.Request]) -> list[dict[str, Any]]:
        kept = readable(export(session, theirs, notes=False), page.language)
        return [
            {
                "reference": request.reference,
                "facts": facts,
                "details": {
                    name: getattr(request, column) or "" for name, column in DETAILS.items()
                },
                "has_news": news_consent(request) is not None,
            }
            for request, facts in zip(theirs, kept, strict=True)
        ]

    try:
        theirs = await page.with_requests(work)
    except SQLAlchemyError as error:
        return _unavailable(page, error)
    if theirs is None:
        return _dead(page)
    return page.render("file", status, requests=theirs, problem=problem)


async def _done(page: Page, work: Work[bool], what: str) -> Response:
    try:
        done = await page.with_requests(work)
    except SQLAlchemyError as error:
        return _unavailable(page, error)
    if not done:
        return _dead(page)
    return page.render("done", what=what)


def _dead(page: Page) -> Response:
    """One answer for a link that is forged, late, of an erased request, or of another's."""
    return page.render("done", 404, what="dead")


def _unavailable(page: Page, error: SQLAlchemyError) -> Response:
    logger.error("a person's information cannot be reached: %s", type(error).__name__)
    return page.render("done", 503, what="down")
