"""A candidate model: trained on the messages and the lessons, compared, promoted, taken back."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from stack.errors import StackError
from stack.model import (
    BOT_PYTHON,
    DATA,
    INPUTS,
    MODEL,
    MODELS,
    STAMP,
    inputs_digest,
    rasa_environment,
    train_model,
)

CANDIDATE_NAME = "candidate"
CANDIDATE = MODELS / f"{CANDIDATE_NAME}.tar.gz"
PREVIOUS = MODELS / "previous.tar.gz"
LOG_LINES_SHOWN = 15


class Workshop:
    """Where one run of the learning loop is made: `folder` holds its data, its log and its report.

    Files are named by their path within the project.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.former = folder / "former"
        # What the project was when the candidate was trained, as `inputs_digest` says it.
        self.inputs = folder / "inputs"
        self.former_stamp = folder / "stamp"
        self.log = folder / "train.log"
        self.sample = folder / "sample.jsonl"
        self.report = folder / "report.json"

    def prepare(self, files: dict[Path, str], sample: list[dict[str, Any]]) -> None:
        """Copy the project's data with `files` in place, and what reviewers said of a sample."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self.inputs.write_text(inputs_digest())
        shutil.copytree(DATA, self.data)
        for path, text in files.items():
            kept = self.former / path
            kept.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, kept)
            (self.data / path.relative_to(DATA)).write_text(text, "utf-8")
        lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in sample)
        self.sample.write_text("".join(lines), "utf-8")

    def train(self, tick: Callable[[], None]) -> None:
        """Train the candidate.

        Raises:
            StackError: training failed.
        """
        train_model(CANDIDATE_NAME, self.data, self.log, tick)

    def compare(self) -> dict[str, Any]:
        """What `bot.compare` finds of the candidate beside the model that serves.

        Raises:
            StackError: it failed.
        """
        command = [BOT_PYTHON, "-m", "bot.compare", MODEL, CANDIDATE]
        command += ["--sample", self.sample, "--output", self.report]
        done = subprocess.run(command, env=rasa_environment(), capture_output=True, text=True)
        if done.returncode:
            tail = "\n".join(done.stderr.splitlines()[-LOG_LINES_SHOWN:])
            raise StackError(f"the comparison failed:\n{tail}")
        return json.loads(self.report.read_text("utf-8"))

    def promote(self) -> None:
        """Have the candidate take the place of the model, and its lessons join the messages.

        Raises:
            StackError: it is gone, or what it is made from has changed since it was trained.
        """
        if not CANDIDATE.exists():
            raise StackError(f"there is no {CANDIDATE}: train one")
        if inputs_digest() != self.inputs.read_text():
            inputs = ", ".join(INPUTS)
            raise StackError(f"one of {inputs} has changed since it was trained: train again")
        self.former_stamp.write_text(STAMP.read_text() if STAMP.exists() else "")
        for kept in self._changed():
            path = kept.relative_to(self.former)
            shutil.copy(self.data / path.relative_to(DATA), path)
        MODEL.replace(PREVIOUS)
        CANDIDATE.replace(MODEL)
        STAMP.write_text(inputs_digest())

    def roll_back(self) -> None:
        """Put back the model that was promoted over, and the messages it was trained on.

        Raises:
            StackError: it is no longer there.
        """
        if not PREVIOUS.exists():
            raise StackError(f"there is no {PREVIOUS} to go back to")
        for kept in self._changed():
            shutil.copy(kept, kept.relative_to(self.former))
        MODEL.replace(CANDIDATE)
        PREVIOUS.replace(MODEL)
        shutil.copy(self.former_stamp, STAMP)

    def _changed(self) -> list[Path]:
        """What the files that lessons changed were before, in `former`."""
        return sorted(self.former.rglob("*.yml"))
