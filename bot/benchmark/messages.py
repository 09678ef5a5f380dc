"""The messages that every candidate learns from and is measured on."""

import random
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from rasa.shared.nlu.training_data.formats import RasaYAMLReader

from bot.decision import NEED
from bot.evaluation_set import SEVERAL, Labelled, read_evaluation_set
from bot.expertise import HELD_OUT

TRAINING = Path("data/nlu")
WORDS = 20


@dataclass(frozen=True)
class Labelling:
    """A training message: its full intent as Rasa reads it, and its one label for a peer."""

    text: str
    language: str
    full_intent: str
    held_out: bool

    @property
    def label(self) -> str:
        """The intent, or for a need its main field: a peer knows one label a message."""
        return self.full_intent.partition("+")[0]


def read_training(share: float) -> list[Labelling]:
    """A share of the short messages of each label, drawn at random, one at least.

    Short, as DIET learns in a time that grows with the longest message of a batch.
    """
    by_label = defaultdict(list)
    for path in sorted(TRAINING.glob("*/*.yml")):
        for message in RasaYAMLReader().reads(path.read_text(encoding="utf-8")).training_examples:
            marks = (message.get("metadata") or {}).get("intent") or {}
            held_out = bool(marks.get(HELD_OUT))
            language, full_intent = path.parent.name, message.get_full_intent()
            labelling = Labelling(message.get("text"), language, full_intent, held_out)
            if len(labelling.text.split()) > WORDS:
                continue
            by_label[language, full_intent, held_out].append(labelling)
    chance = random.Random(0)
    drawn = []
    for alike in by_label.values():
        drawn += chance.sample(alike, max(1, round(share * len(alike))))
    return drawn


def read_measured() -> list[Labelled]:
    """The evaluation messages that have one right label: single needs, and what is no need."""
    return [labelled for labelled in read_evaluation_set() if labelled.kind != SEVERAL]


def label_of(labelled: Labelled) -> str:
    return f"{NEED}/{labelled.fields[0]}" if labelled.fields else labelled.intent
