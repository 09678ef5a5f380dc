"""Texts that people read, kept in YAML files as `key: {fr: …, en: …}`."""

from functools import cache
from pathlib import Path

import yaml


@cache
def load_texts(path: Path) -> dict[str, dict[str, str]]:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


class Texts:
    """The texts of one file, by key and language."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def get(self, key: str, language: str, /, **values: object) -> str:
        return load_texts(self.path)[key][language].rstrip("\n").format(**values)
