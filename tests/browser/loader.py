"""What the loader says and how long it waits, as its source has it."""

import re

from web.pages import STATIC

SOURCE = (STATIC / "widget.js").read_text(encoding="utf-8")
WAITS_MS = int(re.search(r"READY_MS = (\d+)", SOURCE)[1])


def loader_text(key: str, language: str) -> str:
    texts = re.search(rf"\b{language}: {{(.*?)\n    }}", SOURCE, re.DOTALL)[1]
    return re.search(rf'\b{key}: "(.*)"', texts)[1].replace("\\u00a0", "\u00a0")
