"""The training messages outside Rasa's graph, as the classifier learns from them."""

from dataclasses import dataclass
from pathlib import Path

from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.formats import RasaYAMLReader
from rasa.shared.nlu.training_data.message import Message

from bot.analyzer import SpacyAnalyzer
from bot.documents import TOKENS, Document
from bot.evaluation_set import Labelled
from bot.expertise import as_example
from bot.language import LanguageDetector
from bot.learning import Example

ROOT = Path("data/nlu")


@dataclass(frozen=True)
class TrainingMessage:
    """A message of `data/nlu`, analysed; `language` is that of its folder."""

    text: str
    language: str
    example: Example


class Analysis:
    """What the pipeline does to a text before the classifier reads it."""

    def __init__(self) -> None:
        self._languages = LanguageDetector()
        self._analyzer = SpacyAnalyzer(SpacyAnalyzer.get_default_config())

    def apply(self, message: Message) -> Message:
        self._languages.process([message])
        message.set(TOKENS, self._analyzer.tokenize(message, TEXT))
        return message

    def document(self, text: str) -> Document:
        return Document.of(self.apply(Message(data={TEXT: text})))


def read_training_set(analysis: Analysis, root: Path = ROOT) -> list[TrainingMessage]:
    return [
        TrainingMessage(message.get(TEXT), path.parent.name, as_example(analysis.apply(message)))
        for path in sorted(root.glob("*/*.yml"))
        for message in RasaYAMLReader().reads(path.read_text(encoding="utf-8")).training_examples
    ]


def as_labelled(message: TrainingMessage, kind: str) -> Labelled:
    """A training message as one to be judged."""
    example = message.example
    return Labelled(message.text, message.language, kind, example.intent, example.fields)
