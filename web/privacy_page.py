"""What is kept of people, why and for how long, as the settings have it."""

from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import Response

from catalog.models import Language
from catalog.person_links import PATHS
from catalog.settings import Settings
from catalog.texts import Texts, load_texts
from web.pages import FORM_PATHS, PRIVACY_PATHS, TEMPLATES
from web.security_headers import page_policy

TEXTS = Texts(Path(__file__).with_name("privacy_texts.yml"))
# Each has a title, and one line or several of text.
SECTIONS = (
    "machine",
    "collected",
    "purposes",
    "access",
    "kept",
    "place",
    "browser",
    "rights",
    "complaint",
)
TERMS = (
    "conversation_days",
    "request_days",
    "outbox_days",
    "sign_in_days",
    "log_days",
    "backup_days",
)
NO_BREAK_SPACE = "\u00a0"

router = APIRouter(include_in_schema=False)


@router.get(PRIVACY_PATHS[Language.FR])
@router.get(PRIVACY_PATHS[Language.EN])
async def privacy(request: Request) -> Response:
    """The page in the language of its address."""
    is_english = request.url.path == PRIVACY_PATHS[Language.EN]
    language, other = (Language.EN, Language.FR) if is_english else (Language.FR, Language.EN)
    settings: Settings = request.app.state.settings
    texts = {key: text[language] for key, text in load_texts(TEXTS.path).items()}
    values = {name: _number(getattr(settings, name), language) for name in TERMS}
    context = {
        "language": language.value,
        "other_language": other.value,
        "other_url": PRIVACY_PATHS[other],
        "texts": texts,
        "sections": [
            (name, texts[f"{name}_title"], texts[name].format(**values).splitlines())
            for name in SECTIONS
        ],
        "privacy_email": settings.privacy_email,
        "person_url": PATHS[language],
        "form_url": FORM_PATHS[language],
    }
    policy = {"Content-Security-Policy": page_policy()}
    return TEMPLATES.TemplateResponse(request, "privacy.html", context, headers=policy)


def _number(days: int, language: Language) -> str:
    """As it is written in Québec in that language."""
    return f"{days:,}".replace(",", NO_BREAK_SPACE if language is Language.FR else ",")
