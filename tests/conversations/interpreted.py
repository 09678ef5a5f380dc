"""Messages by what the model, as trained, does with them: a scenario cannot know it beforehand."""

import json
import os
import subprocess
from functools import cache
from pathlib import Path

import yaml

BOT_PYTHON = Path("bot/.venv/bin/python")
VAGUE = {
    "fr": (
        "On a besoin d'aide pour notre coop, c'est rendu compliqué.",
        "Il faudrait quelqu'un pour nous donner un coup de main avec tout ça.",
        "Ça ne va pas bien dans notre organisme et on ne sait plus quoi faire.",
        "Notre situation est difficile depuis l'été passé, que faire?",
    ),
    "en": (
        "We need help with our co-op, it has become complicated.",
        "Someone should give us a hand with all of this.",
        "Things are not going well in our organisation and we don't know what to do.",
        "Our situation has been difficult since last summer, what can be done?",
    ),
}


def message_with(outcome: str, language: str) -> str:
    """A message in `language` that the model interprets with `outcome`."""
    for message, interpretation in _interpreted(language):
        if (interpretation["outcome"], interpretation["language"]) == (outcome, language):
            return message
    raise AssertionError(f"no message in {language} has the outcome {outcome!r}")


@cache
def _interpreted(language: str) -> list[tuple[str, dict]]:
    files = sorted(Path("evaluation", language).glob("*.yml"))
    messages = [*VAGUE[language], *(message for path in files for message in _messages(path))]
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


def _messages(path: Path) -> list[str]:
    return [
        line.removeprefix("- ").strip()
        for block in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]
        for line in block["examples"].splitlines()
    ]
