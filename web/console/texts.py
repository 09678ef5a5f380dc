"""Texts of the console in the language of the page."""

from pathlib import Path

from babel.support import LazyProxy
from starlette_admin.i18n import get_locale

from catalog.texts import Texts

TEXTS = Texts(Path(__file__).parents[1] / "console_texts.yml")


def text(key: str, **values: object) -> str:
    return TEXTS.get(key, get_locale(), **values)


def label(key: str) -> LazyProxy:
    """The text of `key` in the language of each page that shows it."""
    return LazyProxy(text, key, enable_cache=False)
