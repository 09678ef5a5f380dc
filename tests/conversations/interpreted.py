"""Messages by what the model, as trained, does with them: a scenario cannot know it beforehand."""

import json
import os
import subprocess
from functools import cache
from pathlib import Path

import yaml

BOT_PYTHON = Path("bot/.venv/bin/python")
KINDS = ("border", "several", "indirect")


def message_with(outcome: str, language: str) -> str:
    """An evaluation message in `language` that the model interprets with `outcome`."""
    for message, interpretation in _interpreted(language):
        if (interpretation["outcome"], interpretation["language"]) == (outcome, language):
            return message
    raise AssertionError(f"no evaluation message in {language} has the outcome {outcome!r}")


@cache
def _interpreted(language: str) -> list[tuple[str, dict]]:
    messages = [message for kind in KINDS for message in _messages(language, kind)]
    lines = "\n".join(json.dumps({"id": i, "text": text}) for i, text in enumerate(messages))
    interpret = subprocess.run(
        [BOT_PYTHON, "-m", "bot.interpret"],
        input=lines,
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
    )
    return list(zip(messages, map(json.loads, interpret.stdout.splitlines()), strict=True))


def _messages(language: str, kind: str) -> list[str]:
    written = yaml.safe_load(Path(f"evaluation/{language}/{kind}.yml").read_text(encoding="utf-8"))
    return [
        line.removeprefix("- ").strip()
        for block in written["nlu"]
        for line in block["examples"].splitlines()
    ]
