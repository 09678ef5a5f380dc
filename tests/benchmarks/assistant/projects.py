"""The Rasa projects that are compared: one domain, one set of messages, other configurations."""

import random
import shutil
import subprocess
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from stack.model import DATA, RASA, rasa_environment
from tests.benchmarks.assistant.conversations import TYPED

RULES = DATA / "rules.yml"
DOMAIN = Path("domain.yml")
LEAST = 2
WORDS = 20
AIGUILLEUR = Path("config.yml")
RASA_INIT = Path(__file__).with_name("rasa_init.yml")


@dataclass(frozen=True)
class Assistant:
    """A configuration, and the module, with its first arguments, that serves its model."""

    name: str
    config: Path
    serve: tuple[str, ...]
    # With Rasa's own stores and channel, in place of those of endpoints.yml and credentials.yml.
    is_default: bool = False


ASSISTANTS = (
    Assistant("aiguilleur", AIGUILLEUR, ("bot.serving.__main__",)),
    Assistant("floor", AIGUILLEUR, ("bot.benchmark.floor",)),
    Assistant(
        "rasa_init",
        RASA_INIT,
        ("rasa.__main__", "run", "--interface", "127.0.0.1"),
        is_default=True,
    ),
)


def draw_messages(folder: Path, share: float) -> int:
    """Write a share of the short messages, and two at least of each label; how many they are.

    Short, as what `rasa init` gives learns in a time that grows with its longest message.
    """
    chance = random.Random(0)
    drawn = 0
    for path in sorted(DATA.glob("nlu/*/*.yml")):
        content = yaml.safe_load(path.read_text("utf-8"))
        by_label = defaultdict(list)
        for block in content["nlu"]:
            # Needs of several fields are one label here, as each set of fields is rare.
            label = "+" if "+" in block["intent"] else block["intent"]
            lines = block.pop("examples").splitlines(keepends=True)
            by_label[label] += [(block, line) for line in lines if len(line.split()) <= WORDS]
        for alike in by_label.values():
            count = min(len(alike), max(LEAST, round(share * len(alike))))
            for block, line in chance.sample(alike, count):
                block["examples"] = block.get("examples", "") + line
            drawn += count
        content["nlu"] = [block for block in content["nlu"] if "examples" in block]
        write_yaml(folder / path.relative_to(DATA), content)
    write_yaml(folder / "nlu" / "conversations.yml", _understood())
    shutil.copy(RULES, folder)
    return drawn


def _understood() -> dict[str, Any]:
    """What the conversations say in words: so few messages would not teach it."""
    by_label = defaultdict(list)
    for text, label in TYPED:
        by_label[label].append(text)
    blocks = [
        {"intent": label, "examples": "".join(f"- {text}\n" for text in texts)}
        for label, texts in by_label.items()
    ]
    return {"version": "3.1", "nlu": blocks}


def train(config: Path, messages: Path, models: Path) -> Path:
    """The model that Rasa makes of `config` and `messages`."""
    command = [RASA, "train", "--skip-validation", "--config", config, "--domain", DOMAIN]
    command += ["--data", messages, "--out", models, "--fixed-model-name", config.stem]
    # Its own, and empty: Rasa trains nothing that it has kept from another time.
    cache = {"RASA_CACHE_DIRECTORY": str(models.with_name(f"{config.stem}-cache"))}
    with models.with_name(f"{config.stem}.log").open("w") as log:
        environment = {**rasa_environment(), **cache}
        subprocess.run(command, check=True, env=environment, stdout=log, stderr=log)
    return models / f"{config.stem}.tar.gz"


def write_configuration(
    assistant: Assistant, folder: Path, actions_url: str, database_url: str
) -> tuple[Path, Path]:
    """The endpoints and the credentials that `assistant` is served with."""
    endpoints = yaml.safe_load(Path("endpoints.yml").read_text("utf-8"))
    credentials = yaml.safe_load(Path("credentials.yml").read_text("utf-8"))
    endpoints["action_endpoint"]["url"] = f"{actions_url}/webhook"
    endpoints["tracker_store"]["url"] = database_url
    for channel in credentials.values():
        channel["database_url"] = database_url
    if assistant.is_default:
        endpoints = {"action_endpoint": {"url": endpoints["action_endpoint"]["url"]}}
        credentials = {"rest": None}
    paths = (
        folder / f"{assistant.name}-endpoints.yml",
        folder / f"{assistant.name}-credentials.yml",
    )
    for path, content in zip(paths, (endpoints, credentials), strict=True):
        write_yaml(path, content)
    return paths


def write_yaml(path: Path, content: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")
