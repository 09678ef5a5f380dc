"""The console's own texts, as a page in a language shows them."""

from pathlib import Path

import web
from catalog.texts import Texts

FOLDER = Path(web.__file__).parent
CONSOLE, DASHBOARD, LEARNING, REVIEW = (
    Texts(FOLDER / f"{name}_texts.yml") for name in ("console", "dashboard", "learning", "review")
)


def say(key: str, language: str, texts: Texts = CONSOLE, **values: object) -> str:
    return texts.get(key, language, **values)
