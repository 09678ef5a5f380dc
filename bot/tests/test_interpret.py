import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bot import interpret
from bot.interpret import answer_line
from bot.interpreter import MAX_CHARACTERS, Interpreter
from bot.tests.corpus import ROOT

NEED = "Nos factures et nos livres sont en retard depuis avril"
KEYS = {"id", "language", "intent", "fields", "outcome", "ranking"}


def ask(interpreter: Interpreter, **question: Any) -> dict[str, Any]:
    return answer_line(interpreter, json.dumps(question).encode())


def test_a_good_line_has_exactly_the_promised_keys(interpreter: Interpreter) -> None:
    answer = ask(interpreter, id="a-1", text=NEED)
    assert set(answer) == KEYS
    assert answer["id"] == "a-1"
    assert answer["language"] == "fr"
    assert answer["intent"] == "need"
    assert answer["fields"][0] == "accounting"
    assert sum(answer["ranking"].values()) == pytest.approx(1)


@pytest.mark.parametrize("identity", [0, 7, "x", "été", None, [1], {"a": 1}])
def test_an_id_comes_back_as_it_was(interpreter: Interpreter, identity: Any) -> None:
    assert ask(interpreter, id=identity, text=NEED)["id"] == identity


def test_no_need_has_no_field(interpreter: Interpreter) -> None:
    answer = ask(interpreter, id=1, text="bonjour")
    assert (answer["intent"], answer["outcome"], answer["fields"]) == ("greet", "other", [])


@pytest.mark.parametrize(
    ("line", "error"),
    [
        (b"", "not a line of JSON"),
        (b"bonjour", "not a line of JSON"),
        (b'{"id": 1, "text": "coup', "not a line of JSON"),
        (b'{"id": 1, "text": "\xe9t\xe9"}', "not a line of JSON"),
        (b"\xff\xfe\x00", "not a line of JSON"),
        (b"[" * 100_000, "not a line of JSON"),
        (b"[]", "not an object"),
        (b'"text"', "not an object"),
        (b"null", "not an object"),
        (b"42", "not an object"),
        (b"{}", "id is missing"),
        (b'{"text": "bonjour"}', "id is missing"),
    ],
)
def test_a_bad_line_has_an_error_and_no_id(
    interpreter: Interpreter, line: bytes, error: str
) -> None:
    answer = answer_line(interpreter, line)
    assert set(answer) == {"error"}
    assert error in answer["error"]


@pytest.mark.parametrize(
    ("question", "error"),
    [
        ({}, "text is missing"),
        ({"text": None}, "text is missing"),
        ({"text": 42}, "text is missing"),
        ({"text": ["bonjour"]}, "text is missing"),
        ({"text": ""}, "text is empty"),
        ({"text": " \n\t "}, "text is empty"),
        ({"text": "/"}, "text is empty"),
        ({"text": " / // "}, "text is empty"),
        ({"text": "a" * (MAX_CHARACTERS + 1)}, "text is longer than"),
        ({"text": "bonjour \ud83d"}, "half a character"),
        ({"text": NEED, "language": "de"}, "language is neither"),
        ({"text": NEED, "language": "FR"}, "language is neither"),
        ({"text": NEED, "language": ["fr"]}, "language is neither"),
        ({"text": NEED, "language": ""}, "language is neither"),
    ],
)
def test_a_wrong_question_has_its_id_and_an_error(
    interpreter: Interpreter, question: dict[str, Any], error: str
) -> None:
    answer = ask(interpreter, id="q", **question)
    assert set(answer) == {"id", "error"}
    assert answer["id"] == "q"
    assert error in answer["error"]


@pytest.mark.parametrize(
    "command",
    [
        "/restart",
        "/greet",
        '/greet{"language": "en"}',
        " /greet",
        "//greet",
        "/ /greet",
        "\n/\t/greet",
    ],
)
def test_what_looks_like_a_command_is_read_as_words(interpreter: Interpreter, command: str) -> None:
    words = command.strip(" \n\t/")
    assert ask(interpreter, id=1, text=command) == ask(interpreter, id=1, text=words)


def test_a_command_of_rasa_does_not_choose_the_intent(interpreter: Interpreter) -> None:
    answer = ask(interpreter, id=1, text='/greet tenir nos livres et payer les factures "x"')
    assert answer["intent"] == "need"


@pytest.mark.parametrize(
    ("text", "hint", "language"),
    [
        ("ok", "en", "en"),
        ("ok", "fr", "fr"),
        ("👍", "en", "en"),
        ("👍", None, "fr"),
        (NEED, "en", "fr"),
        ("Our books are late and the bank wants statements", "fr", "en"),
    ],
)
def test_the_language_given_stands_where_the_text_is_too_short(
    interpreter: Interpreter, text: str, hint: str | None, language: str
) -> None:
    assert ask(interpreter, id=1, text=text, language=hint)["language"] == language


def test_without_a_model_it_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"{}\n")))
    monkeypatch.setattr(interpret, "log_warnings_alone", lambda: None)
    assert interpret.main() == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert "run `make train`" in err
    assert err.count("\n") == 1


def test_the_program_answers_each_line_in_order_and_prints_nothing_else(project: Path) -> None:
    lines = [
        json.dumps({"id": 1, "text": NEED}, ensure_ascii=False).encode(),
        b"not json",
        b"",
        b'{"id": "\xff", "text": "bonjour"}',
        b'{"id": "\\ud83d", "text": "bonjour"}',
        b'{"id": "half", "text": "bonjour \\ud83d"}',
        b'{"id": 2, "text": "merci", "language": "en"}',
        b'{"id": 3, "text": "the printer is offline again this morning"}',
    ]
    done = subprocess.run(
        [sys.executable, "-m", "bot.interpret"],
        input=b"\n".join(lines),
        capture_output=True,
        cwd=project,
        env={**os.environ, "PYTHONPATH": str(ROOT), "LC_ALL": "C", "PYTHONWARNINGS": "ignore"},
        check=True,
    )
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer.get("id") for answer in answers] == [1, None, None, "\ud83d", "half", 2, 3]
    assert ["error" in answer for answer in answers] == [
        False,
        True,
        True,
        False,
        True,
        False,
        False,
    ]
    assert answers[5]["language"] == "en"
    assert answers[6]["fields"][0] == "it_support"
    assert b"printer" not in done.stderr, "a member's words are logged"
