"""spaCy's French is the same, however it was imported."""

import sre_compile
from typing import Any

import pytest
from spacy.lang.fr.tokenizer_exceptions import TOKEN_MATCH

from bot.french import character_classes_worked_out_once

# Of some four hundred: a class that is not found again is worked out each time.
FEW = 50


def test_the_expression_of_hyphenated_words_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    expression = TOKEN_MATCH.__self__
    work_out, worked_out = sre_compile._optimize_charset, []

    def count(*arguments: Any) -> Any:
        worked_out.append(arguments)
        return work_out(*arguments)

    monkeypatch.setattr(sre_compile, "_optimize_charset", count)
    with character_classes_worked_out_once():
        # Patterns are equal where what they were compiled to is.
        assert sre_compile.compile(expression.pattern, 0) == expression
    assert len(worked_out) < FEW
    assert sre_compile._optimize_charset is count
