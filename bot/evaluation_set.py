"""The hand-written evaluation messages: `evaluation/<language>/<kind>.yml`."""

from dataclasses import dataclass
from pathlib import Path

from rasa.shared.nlu.training_data.formats import RasaYAMLReader

ROOT = Path("evaluation")
# Kinds of single needs by how much they tell, as the measures group them.
SINGLE, HARD = ("plain", "colloquial", "long", "real"), ("indirect", "border")
SEVERAL, NONE = "several", "none"
KINDS = (*SINGLE, *HARD, SEVERAL, NONE)


@dataclass(frozen=True)
class Labelled:
    """A message with what a careful reader says of it; `fields` come most important first."""

    text: str
    language: str
    kind: str
    intent: str
    fields: tuple[str, ...]


def read_evaluation_set(root: Path = ROOT) -> list[Labelled]:
    return [
        labelled
        for path in sorted(root.glob("*/*.yml"))
        for labelled in read_messages(path, path.parent.name, path.stem)
    ]


def read_messages(path: Path, language: str, kind: str) -> list[Labelled]:
    """The messages of one Rasa NLU file."""
    data = RasaYAMLReader().reads(path.read_text(encoding="utf-8"))
    return [
        Labelled(
            text=message.get("text"),
            language=language,
            kind=kind,
            intent=message.get("intent"),
            fields=_fields(message.get_full_intent()),
        )
        for message in data.training_examples
    ]


def _fields(full_intent: str) -> tuple[str, ...]:
    _, _, fields = full_intent.partition("/")
    return tuple(fields.split("+")) if fields else ()
