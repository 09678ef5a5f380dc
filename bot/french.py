"""Import spaCy's French in a third of its time.

Its tokenizer knows words with hyphens by one expression, in which the class of all letters stands
some four hundred times; Python 3.10's `re` works each of them out anew.
"""

import importlib
import sre_compile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

FRENCH = "spacy.lang.fr"


def import_french() -> None:
    """Import it, before spaCy does so by itself."""
    with character_classes_worked_out_once():
        importlib.import_module(FRENCH)


@contextmanager
def character_classes_worked_out_once() -> Iterator[None]:
    """Have `re` remember meanwhile what it made of each class of characters."""
    work_out = sre_compile._optimize_charset
    known: dict[tuple, Any] = {}

    def work_out_once(charset: list[tuple], *how: Any) -> Any:
        # What tells how is functions and tables, the same objects at each call.
        key = (tuple(charset), *map(id, how))
        if key not in known:
            known[key] = work_out(charset, *how)
        return known[key]

    sre_compile._optimize_charset = work_out_once
    try:
        yield
    finally:
        sre_compile._optimize_charset = work_out
