"""Train the model when there is none, or when what it is made from has changed."""

import hashlib
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from stack.errors import StackError

MODELS = Path("models")
MODEL_NAME = "aiguilleur"
DATA = Path("data")
MODEL = MODELS / f"{MODEL_NAME}.tar.gz"
# What MODEL was made from, as `inputs_digest` says it.
STAMP = MODELS / f"{MODEL_NAME}.inputs"
INPUTS = ("config.yml", "domain.yml", "data", "bot")
# Of `bot`, what does not go into the model.
NOT_INPUTS = {".venv", "benchmark", "serving", "tests"}
RASA = Path("bot/.venv/bin/rasa")
BOT_PYTHON = Path("bot/.venv/bin/python")
PROGRESS_SECONDS = 10
LOG_LINES_SHOWN = 15


def rasa_environment() -> dict[str, str]:
    """Rasa sends usage reports to its makers unless told not to."""
    return {
        **os.environ,
        "RASA_TELEMETRY_ENABLED": "false",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        "PYTHONWARNINGS": "ignore",
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }


def train_if_needed(log: Path) -> None:
    """Bring the model up to date, saying how long it takes.

    Raises:
        StackError: training failed; the message holds the end of its log.
    """
    digest = inputs_digest()
    if MODEL.exists() and STAMP.exists() and STAMP.read_text() == digest:
        return
    started = time.monotonic()
    print("Training the model, two to four minutes on two cores:", flush=True)
    _train(log, started)
    STAMP.write_text(digest)
    print(f"  trained in {time.monotonic() - started:.0f} s", flush=True)


def _train(log: Path, started: float) -> None:
    train_model(
        MODEL_NAME, DATA, log, lambda: print(f"  {time.monotonic() - started:.0f} s", flush=True)
    )


def train_model(name: str, data: Path, log: Path, tick: Callable[[], None]) -> None:
    """Train `models/<name>.tar.gz` on the messages in `data`; `tick` is called while it lasts.

    Raises:
        StackError: training failed; the message holds the end of its log.
    """
    # `make validate` checks the project; doing it again here would take half a minute.
    command = [RASA, "train", "--skip-validation", "--fixed-model-name", name, "--data", data]
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w") as stream:
        training = subprocess.Popen(
            command, stdout=stream, stderr=subprocess.STDOUT, env=rasa_environment()
        )
        try:
            while training.poll() is None:
                _wait(training)
                tick()
        except BaseException:
            training.terminate()
            training.wait()
            raise
    if training.returncode:
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-LOG_LINES_SHOWN:])
        raise StackError(f"training failed, see {log}:\n{tail}")


def _wait(training: subprocess.Popen) -> None:
    try:
        training.wait(PROGRESS_SECONDS)
    except subprocess.TimeoutExpired:
        return


def inputs_digest() -> str:
    """Changes when any file that the model is made from changes."""
    digest = hashlib.sha256()
    for path in _input_files():
        digest.update(str(path).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _input_files() -> Iterator[Path]:
    for name in INPUTS:
        path = Path(name)
        inside = [path] if path.is_file() else sorted(path.rglob("*"))
        yield from (
            file
            for file in inside
            if file.suffix in {".yml", ".py", ".lock"} and not NOT_INPUTS & set(file.parts)
        )
