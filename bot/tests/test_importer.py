import copy
from pathlib import Path

import pytest
from rasa.nlu.tokenizers.tokenizer import Token
from rasa.shared.importers.importer import TrainingDataImporter
from rasa.shared.importers.rasa import RasaFileImporter

from bot.importer import TrainingMessage
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


def test_messages_are_copied_and_compared_by_what_they_say() -> None:
    message = TrainingMessage(data={"text": "bonjour", "intent": "greet"})
    copied = copy.deepcopy(message)
    assert copied == message and hash(copied) == hash(message)
    copied.set("text_tokens", [Token("bonjour", 0)])
    assert copied != message and message.get("text_tokens") is None
    otherwise = copy.deepcopy(message)
    otherwise.set("text_tokens", [Token("bonjour", 0, lemma="salut")])
    assert otherwise != copied
