"""Learn the expertise model from examples."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from bot.calibration import Logistic, Pooling, learn_thresholds
from bot.decision import NEED, SEVERAL
from bot.documents import Document
from bot.expertise_model import (
    Calibration,
    ExpertiseModel,
    need_evidence,
    parts_of,
    presence_evidence,
)
from bot.features import DocumentFeatures
from bot.heads import Heads, LinearHead


@dataclass(frozen=True)
class Example:
    """A training message; `fields` come most important first, and are empty for no need.

    `held_out` ones were written as a sample of what members send: the heads never learn from
    them, and what they say of them sets the probabilities and thresholds.
    """

    document: Document
    intent: str
    fields: tuple[str, ...]
    held_out: bool = False


def learn(examples: Sequence[Example]) -> ExpertiseModel:
    """Learn the heads, then their calibration from the held-out examples.

    Raises:
        ValueError: needs of one field, needs of several, or other messages are missing among
            those that are held out or those that are not.
    """
    learnt = [example for example in examples if not example.held_out]
    held_out = [example for example in examples if example.held_out]
    _check(learnt, "write")
    _check(held_out, "hold out (`held_out: true`)")
    features, rows = DocumentFeatures.fit([example.document for example in learnt])
    heads = _fit_heads(rows, learnt)
    return ExpertiseModel(features, heads, _calibrate(features, heads, held_out))


def _check(examples: Sequence[Example], what_to_do: str) -> None:
    numbers = {min(len(example.fields), 2) for example in examples}
    if numbers != {0, 1, 2}:
        raise ValueError(
            f"{what_to_do} needs of one field, needs of several, and messages that are no need"
        )


def _fit_heads(rows: sparse.csr_matrix, examples: Sequence[Example]) -> Heads:
    needs = [index for index, example in enumerate(examples) if example.fields]
    fields_asked = [examples[index].fields for index in needs]
    how_many = [(SEVERAL,) if len(fields) > 1 else () for fields in fields_asked]
    return Heads(
        # Bayes measured no gain for intents, of which one has twenty times the others' examples.
        intents=LinearHead.fit(rows, [(e.intent,) for e in examples], with_bayes=False),
        fields=LinearHead.fit(rows[needs], fields_asked, with_bayes=True),
        several=LinearHead.fit(rows[needs], how_many, with_bayes=False),
    )


def _calibrate(
    features: DocumentFeatures, heads: Heads, examples: Sequence[Example]
) -> Calibration:
    """Fit curves and thresholds to what heads say of `examples`, which they did not learn from."""
    is_need = np.array([example.intent == NEED for example in examples])
    needs = [example for example in examples if example.fields]
    truth = np.array([[field in e.fields for field in heads.fields.classes] for e in needs])
    main = np.array([heads.fields.classes.index(e.fields[0]) for e in needs])
    intent = np.array([heads.intents.classes.index(e.intent) for e in examples])

    documents = [example.document for example in examples]
    rows = features.transform(documents)
    intent_evidence = heads.intents.evidence(rows)
    intent_pooling = Pooling.fit(intent_evidence, intent)
    intent_probabilities = intent_pooling.probabilities(intent_evidence)
    claims = heads.fields.evidence(rows)
    evidence_of_need = need_evidence(documents, intent_probabilities, heads.intents, claims[..., 0])
    need = Logistic.fit(evidence_of_need, is_need)

    claims = claims[is_need]
    single = truth.sum(axis=1) == 1
    field_pooling = Pooling.fit(claims[single], main[single])
    rankings = field_pooling.probabilities(claims)
    parts, owners = parts_of([example.document for example in needs])
    part_evidence = heads.fields.evidence(features.transform(parts))
    part_rankings = field_pooling.probabilities(part_evidence)
    presence = presence_evidence(
        claims[..., 0], heads.several.margins(rows[is_need]), rankings, part_rankings, owners
    )
    present = Logistic.fit(presence.reshape(-1, presence.shape[-1]), truth.ravel())
    return Calibration(
        intents=intent_pooling,
        need=need,
        fields=field_pooling,
        present=present,
        thresholds=learn_thresholds(
            need.probability(evidence_of_need),
            is_need,
            rankings,
            present.probability(presence),
            truth,
        ),
    )
