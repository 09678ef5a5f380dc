"""Serve without what serving does not use: it is most of Rasa's start and of its memory.

Rasa 3.6.21 imports TensorFlow by way of three modules that only training uses, and the libraries of
all its channels, stores and commands. The model names one of these modules in its training graph,
which serving reads and does not run.
"""

import itertools
import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

TRAINING_ALONE = frozenset(
    {
        "rasa.utils.tensorflow.callback",
        "rasa.utils.tensorflow.data_generator",
        "rasa.graph_components.validators.default_recipe_validator",
    }
)
OTHER_CHANNELS = frozenset(
    {
        "aiogram",
        "engineio",
        "fbmessenger",
        "jwt",
        "mattermostwrapper",
        "rocketchat_API",
        "slack_sdk",
        "socketio",
        "twilio",
        "webexteamssdk",
    }
)
OTHER_STORES = frozenset(
    {"aio_pika", "boto3", "botocore", "bson", "google", "portalocker.redis", "pymongo", "redis"}
)
OTHER_COMMANDS = frozenset({"PIL", "matplotlib", "prompt_toolkit", "questionary", "spacy.cli"})
# Of what Rasa's makers are told, which is nothing.
TELEMETRY = frozenset({"requests", "sentry_sdk"})
# scikit-learn imports them for what it does not do here.
STATISTICS = frozenset({"scipy.stats"})
EMPTY = TRAINING_ALONE | OTHER_CHANNELS | OTHER_STORES | OTHER_COMMANDS | TELEMETRY | STATISTICS
# Whoever imports these does without where it must.
ABSENT = frozenset({"h5py", "rich", "tensorflow"})


def import_what_serves_alone() -> None:
    """Keep the rest out of this process; call before anything of Rasa is imported."""
    sys.modules.update(dict.fromkeys(ABSENT))  # type: ignore[arg-type]
    sys.meta_path.insert(0, _EmptyModules())


class _EmptyModules(MetaPathFinder, Loader):
    """Finds the modules of `EMPTY`, with nothing in them."""

    def find_spec(self, name: str, path: Any, target: Any = None) -> ModuleSpec | None:
        packages = itertools.accumulate(name.split("."), "{}.{}".format)
        return ModuleSpec(name, self, is_package=True) if EMPTY.intersection(packages) else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _EmptyModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        pass


class _EmptyModule(ModuleType):
    """Holds an empty class of whatever name it is asked for."""

    def __getattr__(self, name: str) -> type:
        if name.startswith("__"):
            raise AttributeError(name)
        empty = type(name, (), {"__module__": self.__name__})
        setattr(self, name, empty)
        return empty
