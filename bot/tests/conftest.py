"""What is slow to make is made once: lemma tables, a model that Rasa trained."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import rasa.model_training
import spacy
import yaml
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.analyzer import SpacyAnalyzer
from bot.documents import Document
from bot.expertise_model import ExpertiseModel
from bot.interpreter import MODEL, Interpreter
from bot.language import LanguageDetector
from bot.learning import Example, learn
from bot.tests.messages import MESSAGES, as_nlu_yaml

VECTOR_SIZE = 4
# Words of one field are neighbours; the last ones stand in no message of `MESSAGES`.
VECTORS = {
    "factures": (1, 0, 0, 0),
    "livres": (0.9, 0.1, 0, 0),
    "invoices": (1, 0, 0.1, 0),
    "books": (0.9, 0, 0, 0),
    "poste": (0, 1, 0, 0),
    "candidatures": (0, 0.9, 0.1, 0),
    "job": (0, 1, 0, 0.1),
    "candidates": (0, 0.9, 0, 0),
    "serveur": (0, 0, 1, 0),
    "réseau": (0, 0, 0.9, -0.1),
    "server": (0, 0, 1, 0),
    "network": (0, 0.1, 0.9, 0),
    "tableur": (1, 0, 0, 0),
    "spreadsheet": (1, 0, 0, 0),
}

Read = Callable[..., Document]


@pytest.fixture(scope="session", autouse=True)
def no_usage_report_to_rasa() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RASA_TELEMETRY_ENABLED", "false")
        yield


@pytest.fixture(scope="session")
def detector() -> LanguageDetector:
    return LanguageDetector()


@pytest.fixture(scope="session")
def analyzer() -> SpacyAnalyzer:
    return SpacyAnalyzer(SpacyAnalyzer.get_default_config())


@pytest.fixture(scope="session")
def vector_models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Paths of spaCy models that have vectors, by language."""
    paths = {}
    for language in ("fr", "en"):
        nlp = spacy.blank(language)
        for word, vector in VECTORS.items():
            nlp.vocab.set_vector(word, np.array(vector, dtype=np.float32))
        paths[language] = str(tmp_path_factory.mktemp("spacy") / f"{language}_vectors")
        nlp.to_disk(paths[language])
    return paths


@pytest.fixture(scope="session")
def vector_analyzer(vector_models: dict[str, str]) -> SpacyAnalyzer:
    return SpacyAnalyzer({**SpacyAnalyzer.get_default_config(), "models": vector_models})


@pytest.fixture(scope="session")
def read(detector: LanguageDetector, analyzer: SpacyAnalyzer) -> Read:
    """Makes a document of a text, as the pipeline does."""

    def document(text: str, analyzer: SpacyAnalyzer = analyzer) -> Document:
        messages = detector.process([Message({TEXT: text})])
        return Document.of(analyzer.process(messages)[0])

    return document


@pytest.fixture(scope="session")
def examples(read: Read) -> list[Example]:
    return as_examples(read)


@pytest.fixture(scope="session")
def model(examples: list[Example]) -> ExpertiseModel:
    return learn(examples)


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `models/`, trained by Rasa, as `bot.interpret` is run in."""
    return train(tmp_path_factory.mktemp("project"), {"fr": None, "en": None})


@pytest.fixture(scope="session")
def interpreter(project: Path) -> Interpreter:
    return Interpreter(project / MODEL)


def as_examples(read: Callable[[str], Document]) -> list[Example]:
    return [
        Example(
            read(text),
            intent=label.partition("/")[0],
            fields=tuple(label.partition("/")[2].split("+")) if "/" in label else (),
            held_out=held_out,
        )
        for label, batch in MESSAGES.items()
        for texts, held_out in ((batch.learnt, False), (batch.held_out, True))
        for text in texts
    ]


def train(folder: Path, spacy_models: dict[str, str | None]) -> Path:
    config = {
        "recipe": "default.v1",
        "language": "fr",
        "assistant_id": "tiny",
        "pipeline": [
            {"name": "bot.language.LanguageDetector"},
            {"name": "bot.analyzer.SpacyAnalyzer", "models": spacy_models},
            {"name": "bot.expertise.ExpertiseClassifier"},
        ],
    }
    (folder / "config.yml").write_text(yaml.safe_dump(config), "utf-8")
    (folder / "nlu.yml").write_text(as_nlu_yaml(), "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        # Else Rasa keeps what it trains, and trains nothing next time, in `.rasa/` of the project.
        patch.setenv("RASA_CACHE_DIRECTORY", str(folder / "cache"))
        rasa.model_training.train_nlu(
            config=str(folder / "config.yml"),
            nlu_data=str(folder / "nlu.yml"),
            output=str(folder / MODEL.parent),
            fixed_model_name=MODEL.name.removesuffix(".tar.gz"),
        )
    return folder
