from pathlib import Path

import pytest
from rasa.shared.importers.importer import TrainingDataImporter
from rasa.shared.importers.rasa import RasaFileImporter

from bot.tests.corpus import ROOT

MESSAGES = """
version: "3.1"
nlu:
- intent: greet
  examples: |
    - bonjour
    - hello
"""


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    path = tmp_path / "greet.yml"
    path.write_text(MESSAGES, encoding="utf-8")
    return [str(path)]


def test_training_reads_the_messages_once(
    files: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    readings = []
    read = RasaFileImporter.get_nlu_data

    def counted(importer: RasaFileImporter, language: str | None = "en"):
        readings.append(language)
        return read(importer, language)

    monkeypatch.setattr(RasaFileImporter, "get_nlu_data", counted)
    importer = TrainingDataImporter.load_from_config(str(ROOT / "config.yml"), None, files)
    for language in ("fr", "en"):
        examples = importer.get_nlu_data(language).intent_examples
        assert [example.get("text") for example in examples] == ["bonjour", "hello"]
    assert len(readings) == 1
