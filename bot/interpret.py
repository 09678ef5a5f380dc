"""Interpret JSON lines: `{"id", "text", "language"?}` in, one interpretation a line out.

make interpret < messages.jsonl > interpretations.jsonl
"""

import json
import sys
from contextlib import redirect_stdout
from typing import Any

from bot.interpreter import Interpreter
from bot.language import ENGLISH, FRENCH
from bot.logs import log_warnings_alone


def main() -> int:
    answers = sys.stdout
    # Rasa and its libraries print; standard output is for answers alone.
    with redirect_stdout(sys.stderr):
        log_warnings_alone()
        try:
            interpreter = Interpreter()
        except FileNotFoundError as error:
            print(f"interpret: {error}", file=sys.stderr)
            return 1
        for line in sys.stdin.buffer:
            if line.strip():
                answer = answer_line(interpreter, line)
                answers.write(json.dumps(answer) + "\n")
                answers.flush()
    return 0


def answer_line(interpreter: Interpreter, line: bytes) -> dict[str, Any]:
    """The answer to one line; a bad line gets its `id`, if it has one, and an `error`."""
    try:
        question = json.loads(line)
    except (ValueError, RecursionError):
        return {"error": "not a line of JSON in UTF-8"}
    if not isinstance(question, dict):
        return {"error": 'not an object {"id", "text"}'}
    identity = {"id": question["id"]} if "id" in question else {}
    try:
        _check(question)
        interpretation = interpreter.interpret(question["text"], question.get("language"))
    except ValueError as error:
        return {**identity, "error": str(error)}
    return {**identity, **interpretation}


def _check(question: dict[str, Any]) -> None:
    if "id" not in question:
        raise ValueError("id is missing")
    if not isinstance(question.get("text"), str):
        raise ValueError("text is missing or is not a string")
    if question.get("language") not in (None, FRENCH, ENGLISH):
        raise ValueError("language is neither fr nor en")


if __name__ == "__main__":
    sys.exit(main())
