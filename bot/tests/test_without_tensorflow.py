"""What serves does so without TensorFlow, and with the stores it was told of."""

import subprocess
import sys
from pathlib import Path

import yaml
from rasa.shared.utils.common import class_from_module_path

LIST_MODULES = """
import sys
import bot.serving.__main__
import bot.expertise, bot.analyzer, bot.language
print(*(name for name, module in sys.modules.items() if module is not None))
"""


def test_serving_imports_no_tensorflow() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", LIST_MODULES],
        capture_output=True,
        text=True,
        check=True,
    )
    packages = {name.partition(".")[0] for name in done.stdout.split()}
    assert "rasa" in packages
    assert not {"tensorflow", "keras", "tensorflow_hub"} & packages


def test_the_stores_that_are_named_exist() -> None:
    # Where one does not, Rasa warns and keeps conversations in memory.
    endpoints = yaml.safe_load(Path("endpoints.yml").read_text("utf-8"))
    for endpoint in ("tracker_store", "nlg"):
        assert class_from_module_path(endpoints[endpoint]["type"])
