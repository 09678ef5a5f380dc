"""When the model is trained again."""

from pathlib import Path

import pytest

from stack import model
from stack.errors import StackError


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose training takes no time and writes what it was asked to."""
    monkeypatch.chdir(tmp_path)
    for path, text in {
        "config.yml": "language: fr",
        "domain.yml": "intents: []",
        "data/nlu/fr/greet.yml": "nlu: []",
        "bot/heads.py": "",
        "bot/serving/nlg.py": "",
        "bot/tests/test_heads.py": "",
        "bot/.venv/lib/other.py": "",
    }.items():
        file = Path(path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    model.MODELS.mkdir()
    return tmp_path


@pytest.fixture
def trainings(project: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    made: list[Path] = []

    def train(log: Path, started: float) -> None:
        model.MODEL.write_text("a model")
        made.append(log)

    monkeypatch.setattr(model, "_train", train)
    model.train_if_needed(project / "train.log")
    assert len(made) == 1
    return made


@pytest.mark.parametrize(
    "changed", ["config.yml", "domain.yml", "data/nlu/fr/greet.yml", "bot/heads.py"]
)
def test_a_change_of_what_it_is_made_from_trains_again(
    project: Path, trainings: list[Path], changed: str
) -> None:
    (project / changed).write_text("another text")
    model.train_if_needed(project / "train.log")
    assert len(trainings) == 2


@pytest.mark.parametrize(
    "changed", ["bot/serving/nlg.py", "bot/tests/test_heads.py", "bot/.venv/lib/other.py"]
)
def test_any_other_change_does_not(project: Path, trainings: list[Path], changed: str) -> None:
    (project / changed).write_text("another text")
    model.train_if_needed(project / "train.log")
    assert len(trainings) == 1


def test_a_model_that_is_gone_is_trained_again(project: Path, trainings: list[Path]) -> None:
    model.MODEL.unlink()
    model.train_if_needed(project / "train.log")
    assert len(trainings) == 2


def test_a_training_that_fails_tells_why_and_is_not_remembered(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rasa = project / "rasa"
    rasa.write_text("#!/bin/sh\necho 'no data was found' >&2\nexit 1\n")
    rasa.chmod(0o755)
    monkeypatch.setattr(model, "RASA", rasa)
    with pytest.raises(StackError, match="no data was found"):
        model.train_if_needed(project / "log" / "train.log")
    assert not model.STAMP.exists()
