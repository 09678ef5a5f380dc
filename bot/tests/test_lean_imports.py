"""What serves does so without what it does not use, and with the stores it was told of."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from rasa.shared.utils.common import class_from_module_path

from bot.interpreter import MODEL, Interpreter
from bot.serving.lean_imports import ABSENT, EMPTY

LIST_MODULES = """
import sys
import bot.serving.__main__
import bot.expertise, bot.analyzer, bot.language
print(*(name for name, module in sys.modules.items() if getattr(module, "__file__", None)))
"""


INTERPRET = """
import json, sys
import bot.serving.__main__
from bot.interpreter import Interpreter
interpreter = Interpreter(__import__("pathlib").Path(sys.argv[1]))
print(json.dumps([interpreter.interpret(text) for text in sys.argv[2:]]))
"""
TEXTS = ["Nos livres sont en retard", "our server is down", "aujourd'hui, l'avant-dernier", "👍"]


def run(program: str, *arguments: str | Path) -> str:
    command = [sys.executable, "-W", "ignore", "-c", program, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_serving_imports_neither_tensorflow_nor_what_others_use() -> None:
    modules = set(run(LIST_MODULES).split())
    packages = {name.partition(".")[0] for name in modules}
    assert "rasa" in packages
    assert not {"keras", "tensorflow_hub", *ABSENT, *EMPTY} & (packages | modules)


def test_it_understands_the_same(interpreter: Interpreter, project: Path) -> None:
    understood = json.loads(run(INTERPRET, project / MODEL, *TEXTS).splitlines()[-1])
    assert understood == [interpreter.interpret(text) for text in TEXTS]


@pytest.mark.parametrize("name", sorted(ABSENT | EMPTY))
def test_what_is_kept_out_is_what_is_installed(name: str) -> None:
    # A name that moved would be kept out in vain.
    assert importlib.util.find_spec(name)


def test_the_stores_that_are_named_exist() -> None:
    # Where one does not, Rasa warns and keeps conversations in memory.
    endpoints = yaml.safe_load(Path("endpoints.yml").read_text("utf-8"))
    for endpoint in ("tracker_store", "nlg"):
        assert class_from_module_path(endpoints[endpoint]["type"])
