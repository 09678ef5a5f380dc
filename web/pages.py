"""The pages of the chat: our own, the direct link of a pôle, and the frame in its pages."""

import json
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, Response
from fastapi.templating import Jinja2Templates

from catalog.models import Language, Widget
from catalog.settings import Settings
from catalog.texts import load_texts
from catalog.widgets import origin, snippet
from web.errors import TEXTS, accepted_language
from web.schemas import MAX_TEXT
from web.security_headers import page_policy

HERE = Path(__file__).parent
STATIC = HERE / "static"
TEMPLATES = Jinja2Templates(HERE / "templates")
WIDGET_TEXTS = HERE / "widget_texts.yml"
LOADER_SECONDS = 300
FORM_PATHS = {Language.FR: "/demande", Language.EN: "/request"}
PRIVACY_PATHS = {Language.FR: "/confidentialite", Language.EN: "/privacy"}

router = APIRouter(include_in_schema=False)


@router.get("/")
async def home(request: Request, language: Language | None = None) -> Response:
    """The chat on a page of its own."""
    return _chat_page(request, language, widget=None)


@router.get("/chat/{key}")
async def direct(request: Request, key: str, language: Language | None = None) -> Response:
    """The chat of a pôle on a page of its own, for a newsletter or a QR code."""
    widget = await request.app.state.conversations.widget(key)
    if widget is None:
        return _nothing_here(request)
    return _chat_page(request, language, widget)


@router.get("/frame/{key}")
async def frame(
    request: Request, key: str, parent: str = "", language: Language | None = None
) -> Response:
    """The chat inside a page of `parent`, which must be one of the pôle's origins.

    An unknown or paused key and another origin get the same answer, so that keys can't be probed.
    """
    widget = await request.app.state.conversations.widget(key)
    if widget is None or not _may_embed(request, widget, parent):
        return _nothing_here(request)
    return _chat_page(request, language, widget, parent_origin=origin(parent))


@router.get("/preview/{key}")
async def preview(request: Request, key: str, language: Language | None = None) -> Response:
    """A page like a pôle's, with the line to copy and the widget that it makes."""
    widget = await request.app.state.conversations.widget(key)
    if widget is None:
        return _nothing_here(request)
    shown_in = _language(request, language, widget)
    context = {
        "language": shown_in.value,
        "text": lambda name: TEXTS.get(name, shown_in),
        "widget": widget,
        "snippet": snippet(widget, request.app.state.settings.browser_url),
    }
    policy = {"Content-Security-Policy": page_policy()}
    return TEMPLATES.TemplateResponse(request, "preview.html", context, headers=policy)


@router.get("/widget.js")
async def loader() -> Response:
    """The script that a pôle's page loads: a button, and the frame behind it."""
    return FileResponse(
        STATIC / "widget.js",
        media_type="text/javascript",
        headers={
            "Cache-Control": f"public, max-age={LOADER_SECONDS}",
            "Cross-Origin-Resource-Policy": "cross-origin",
        },
    )


def _may_embed(request: Request, widget: Widget, parent: str) -> bool:
    """Whether the page says that it is of the pôle's; its browser is held to the same list."""
    referrer = request.headers.get("referer")
    try:
        claimed = origin(parent)
        # Where the browser tells which page it is, that must be the same.
        told = origin("/".join(referrer.split("/")[:3])) if referrer else claimed
    except ValueError:
        return False
    return claimed == told and claimed in [
        *widget.origins,
        request.app.state.settings.browser_url,
    ]


def _chat_page(
    request: Request,
    asked: Language | None,
    widget: Widget | None,
    parent_origin: str | None = None,
) -> Response:
    language = _language(request, asked, widget)
    ancestors = ["'self'", *widget.origins] if widget and parent_origin else []
    context = {
        "language": language.value,
        "texts": {key: text[language] for key, text in load_texts(WIDGET_TEXTS).items()},
        "name": widget and widget.pole.name,
        "form_url": form_url(language, widget and widget.key),
        "privacy_url": PRIVACY_PATHS[language],
        "privacy": _privacy(request.app.state.settings),
        "config": _json(_config(request, language, widget, parent_origin)),
    }
    policy = {"Content-Security-Policy": page_policy(*ancestors)}
    return TEMPLATES.TemplateResponse(request, "frame.html", context, headers=policy)


def _config(
    request: Request, language: Language, widget: Widget | None, parent_origin: str | None
) -> dict[str, Any]:
    """What the scripts of the page start from."""
    settings: Settings = request.app.state.settings
    texts = load_texts(WIDGET_TEXTS)
    return {
        "key": widget and widget.key,
        "grant": widget and request.app.state.grants.issue(widget.key),
        "parent_origin": parent_origin,
        "language": language.value,
        "languages": widget.languages if widget else list(Language),
        "color": widget and widget.color,
        "side": widget and widget.side,
        "greeting": {
            Language.FR: widget and widget.greeting_fr,
            Language.EN: widget and widget.greeting_en,
        },
        "name": widget and widget.pole.name,
        "texts": {name: {key: text[name] for key, text in texts.items()} for name in Language},
        "form_url": {name: form_url(name, widget and widget.key) for name in Language},
        "privacy_url": PRIVACY_PATHS,
        "privacy": _privacy(settings),
        "session_hours": settings.session_hours,
        "max_text": MAX_TEXT,
    }


def form_url(language: str, key: str | None) -> str:
    """Where the form is, for the pôle whose widget bears `key` if there is one."""
    return f"{FORM_PATHS[language]}?key={key}" if key else FORM_PATHS[language]


def _privacy(settings: Settings) -> dict[str, Any]:
    return {
        "days": settings.conversation_days,
        "request_days": settings.request_days,
        "officer_email": settings.privacy_email,
        "person_email": settings.intake_email,
    }


def _json(value: Any) -> str:
    """JSON that a page may hold: no `<` in it can end the element around it."""
    return json.dumps(value, ensure_ascii=False).replace("<", "\\u003c")


def _language(request: Request, asked: Language | None, widget: Widget | None) -> Language:
    """The language asked for, else the browser's, among those that the widget offers."""
    offered = widget.languages if widget else list(Language)
    wanted = asked or accepted_language(request.headers.get("accept-language", ""))
    return wanted if wanted in offered else Language(offered[0])


def _nothing_here(request: Request) -> Response:
    first = accepted_language(request.headers.get("accept-language", ""))
    languages = [first, *(language for language in Language if language != first)]
    context = {"languages": [language.value for language in languages], "text": TEXTS.get}
    # Any page may frame it: a refused frame would show the browser's own alarming words.
    policy = {"Content-Security-Policy": page_policy("*")}
    return TEMPLATES.TemplateResponse(
        request, "nothing_here.html", context, status_code=404, headers=policy
    )
