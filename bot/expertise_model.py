"""The model behind the expertise classifier: what it says of a message, and how it is stored."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bot.calibration import Logistic, Pooling
from bot.decision import NEED, Interpretation, Thresholds, decide
from bot.documents import Document
from bot.features import DocumentFeatures
from bot.heads import Heads, LinearHead

ARRAYS, SETTINGS = "model.npz", "model.json"
# Marks, in the settings, the place of an array.
ARRAY = "$array"


@dataclass(frozen=True)
class Calibration:
    """How evidence becomes probabilities, and the thresholds on them."""

    intents: Pooling
    need: Logistic
    fields: Pooling
    present: Logistic
    thresholds: Thresholds


class ExpertiseModel:
    """Three heads over the same features: which intent, which fields, and whether several."""

    def __init__(self, features: DocumentFeatures, heads: Heads, calibration: Calibration) -> None:
        self.features = features
        self.heads = heads
        self.calibration = calibration

    def interpret(
        self, documents: Sequence[Document], languages: Sequence[str]
    ) -> list[tuple[Interpretation, dict[str, float]]]:
        """Each message's interpretation, with its intents' probabilities, best first."""
        calibration, heads = self.calibration, self.heads
        parts, owners = parts_of(documents)
        # All at once: a call of the vectorizers costs more than a message does.
        every_row = self.features.transform([*documents, *parts])
        rows, part_rows = every_row[: len(documents)], every_row[len(documents) :]
        claims = heads.fields.evidence(rows)
        intents = calibration.intents.probabilities(heads.intents.evidence(rows))
        needs = calibration.need.probability(
            need_evidence(documents, intents, heads.intents, claims[..., 0])
        )
        rankings = calibration.fields.probabilities(claims)
        part_rankings = calibration.fields.probabilities(heads.fields.evidence(part_rows))
        presence = presence_evidence(
            claims[..., 0], heads.several.margins(rows), rankings, part_rankings, owners
        )
        presents = calibration.present.probability(presence)
        return [
            self._interpretation(*message)
            for message in zip(languages, needs, intents, rankings, presents, strict=True)
        ]

    def _interpretation(
        self,
        language: str,
        need: float,
        intents: np.ndarray,
        ranking: np.ndarray,
        present: np.ndarray,
    ) -> tuple[Interpretation, dict[str, float]]:
        by_intent = _best_first(self.heads.intents.classes, intents)
        by_field = _best_first(self.heads.fields.classes, ranking)
        outcome, fields = decide(
            float(need),
            by_field,
            dict(zip(self.heads.fields.classes, present.tolist(), strict=True)),
            self.calibration.thresholds,
        )
        # The need's own curve overrules its place among thirty intents.
        others = {intent: p for intent, p in by_intent.items() if intent != NEED}
        share = (1 - float(need)) / (sum(others.values()) or 1.0)
        shares = {NEED: float(need), **{intent: p * share for intent, p in others.items()}}
        intent = NEED if fields else next(iter(others))
        ranked = {intent: shares.pop(intent), **_best_first(list(shares), list(shares.values()))}
        return Interpretation(language, intent, outcome, fields, by_field), ranked

    def save(self, folder: Path) -> None:
        """Store the model as JSON and arrays: nothing in it can run."""
        state = {
            "features": self.features.state(),
            "heads": self.heads.state(),
            "calibration": asdict(self.calibration),
        }
        arrays: dict[str, np.ndarray] = {}
        settings = _set_arrays_aside(state, arrays, "")
        (folder / SETTINGS).write_text(json.dumps(settings), encoding="utf-8")
        # Rasa compresses the archive too, ten times slower, but not what is compressed already.
        np.savez_compressed(folder / ARRAYS, **arrays)

    @classmethod
    def load(cls, folder: Path) -> "ExpertiseModel":
        settings = json.loads((folder / SETTINGS).read_text(encoding="utf-8"))
        with np.load(folder / ARRAYS, allow_pickle=False) as arrays:
            state = _put_arrays_back(settings, arrays)
        calibration = state["calibration"]
        return cls(
            DocumentFeatures.load(state["features"]),
            Heads.load(state["heads"]),
            Calibration(
                intents=Pooling(**calibration["intents"]),
                need=Logistic(**calibration["need"]),
                fields=Pooling(**calibration["fields"]),
                present=Logistic(**calibration["present"]),
                thresholds=Thresholds(**calibration["thresholds"]),
            ),
        )


def need_evidence(
    documents: Sequence[Document],
    probabilities: np.ndarray,
    intents: LinearHead,
    margins: np.ndarray,
) -> np.ndarray:
    """What tells that a message is a need, shape (messages, 3).

    How far the need is above the next intent in logarithmic probability, the margin of the field
    that claims the message most, and the logarithm of its length in words.
    """
    need = intents.classes.index(NEED)
    others = np.delete(probabilities, need, axis=1).max(axis=1)
    lengths = [max(len(document.words), 1) for document in documents]
    return np.column_stack(
        [_log(probabilities[:, need]) - _log(others), margins.max(axis=1), np.log(lengths)]
    )


def presence_evidence(
    margins: np.ndarray,
    several: np.ndarray,
    rankings: np.ndarray,
    part_rankings: np.ndarray,
    owners: np.ndarray,
) -> np.ndarray:
    """What tells that a field is asked for at all, shape (messages, fields, 5).

    The field's margin, its logarithmic probability in the whole message and in the part of the
    message (`owners` gives each part's message) which speaks of it most, the margin of `several`
    needs in the message, and whether the field is the likeliest.
    """
    strongest = rankings.copy()
    in_parts = np.unique(owners)
    strongest[in_parts] = 0
    np.maximum.at(strongest, owners, part_rankings)
    likeliest = rankings == rankings.max(axis=1, keepdims=True)
    everywhere = np.broadcast_to(several, rankings.shape)
    return np.stack([margins, _log(rankings), _log(strongest), everywhere, likeliest], axis=-1)


def parts_of(documents: Sequence[Document]) -> tuple[list[Document], np.ndarray]:
    """The parts of all documents, and the index of the document that each comes from."""
    parts = [part for document in documents for part in document.parts]
    owners = [index for index, document in enumerate(documents) for _ in document.parts]
    return parts, np.array(owners, dtype=int)


def _log(probabilities: np.ndarray) -> np.ndarray:
    return np.log(np.clip(probabilities, 1e-6, None))


def _best_first(names: Sequence[str], values: Sequence[float]) -> dict[str, float]:
    pairs = sorted(zip(names, values, strict=True), key=lambda pair: -pair[1])
    return {name: float(value) for name, value in pairs}


def _set_arrays_aside(state: Any, arrays: dict[str, np.ndarray], path: str) -> Any:
    """`state` with each array moved into `arrays` and named by its path."""
    if isinstance(state, np.ndarray):
        arrays[path] = state
        return {ARRAY: path}
    if isinstance(state, dict):
        return {key: _set_arrays_aside(v, arrays, f"{path}/{key}") for key, v in state.items()}
    return state


def _put_arrays_back(state: Any, arrays: Mapping[str, np.ndarray]) -> Any:
    if isinstance(state, dict):
        if ARRAY in state:
            return arrays[state[ARRAY]]
        return {key: _put_arrays_back(value, arrays) for key, value in state.items()}
    return state
