"""What serves does so without what it does not use, and with the stores it was told of."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from rasa.shared.utils.common import class_from_module_path

from bot.serving.lean_imports import EMPTY

LIST_MODULES = """
import sys
import bot.serving.__main__
import bot.expertise, bot.analyzer, bot.language
print(*(name for name, module in sys.modules.items() if getattr(module, "__file__", None)))
"""


def test_serving_imports_neither_tensorflow_nor_what_others_use() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", LIST_MODULES],
        capture_output=True,
        text=True,
        check=True,
    )
    modules = set(done.stdout.split())
    packages = {name.partition(".")[0] for name in modules}
    assert "rasa" in packages
    assert not {"tensorflow", "keras", "tensorflow_hub", *EMPTY} & (packages | modules)


@pytest.mark.parametrize("name", sorted(EMPTY))
def test_what_is_kept_out_is_what_is_installed(name: str) -> None:
    # A name that moved would be kept out in vain.
    assert importlib.util.find_spec(name)


def test_the_stores_that_are_named_exist() -> None:
    # Where one does not, Rasa warns and keeps conversations in memory.
    endpoints = yaml.safe_load(Path("endpoints.yml").read_text("utf-8"))
    for endpoint in ("tracker_store", "nlg"):
        assert class_from_module_path(endpoints[endpoint]["type"])
