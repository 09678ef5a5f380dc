"""Learn the expertise model from examples."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from bot.calibration import Logistic, Pooling, learn_thresholds
from bot.decision import NEED
from bot.documents import Document
from bot.expertise_model import (
    Calibration,
    ExpertiseModel,
    field_evidence,
    need_evidence,
    parts_of,
    presence_evidence,
)
from bot.features import DocumentFeatures
from bot.heads import LinearHead


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
        ValueError: no need, or nothing else, is held out.
    """
    learnt = [example for example in examples if not example.held_out]
    held_out = [example for example in examples if example.held_out]
    features = DocumentFeatures.fit([example.document for example in learnt])
    rows = features.transform([example.document for example in learnt])
    intents, fields = _fit_heads(rows, learnt)
    return ExpertiseModel(
        features, intents, fields, _calibrate(features, intents, fields, held_out)
    )


def _fit_heads(
    rows: sparse.csr_matrix, examples: Sequence[Example]
) -> tuple[LinearHead, LinearHead]:
    needs = [index for index, example in enumerate(examples) if example.fields]
    with ThreadPoolExecutor() as pool:
        # Bayes measured no gain for intents, of which one has twenty times the others' examples.
        intents = pool.submit(LinearHead.fit, rows, [(e.intent,) for e in examples], False)
        fields = pool.submit(LinearHead.fit, rows[needs], [examples[i].fields for i in needs], True)
        return intents.result(), fields.result()


def _calibrate(
    features: DocumentFeatures,
    intents: LinearHead,
    fields: LinearHead,
    examples: Sequence[Example],
) -> Calibration:
    """Fit curves and thresholds to what heads say of `examples`, which they did not learn from."""
    is_need = np.array([example.intent == NEED for example in examples])
    if is_need.all() or not is_need.any():
        raise ValueError("hold out needs and other messages: mark some `held_out: true`")
    needs = [example for example in examples if example.fields]
    truth = np.array([[field in e.fields for field in fields.classes] for e in needs])
    main = np.array([fields.classes.index(e.fields[0]) for e in needs])
    intent = np.array([intents.classes.index(e.intent) for e in examples])

    rows = features.transform([example.document for example in examples])
    intent_evidence = intents.evidence(rows)
    intent_pooling = Pooling.fit(intent_evidence, intent)
    need_margin = need_evidence(intent_pooling.probabilities(intent_evidence), intents)
    need = Logistic.fit(need_margin, is_need)

    evidence = fields.evidence(rows[is_need])
    single = truth.sum(axis=1) == 1
    field_pooling = Pooling.fit(evidence[single], main[single])
    rankings = field_pooling.probabilities(evidence)
    parts, owners = parts_of([example.document for example in needs])
    presence = presence_evidence(
        fields.margins(rows[is_need]),
        rankings,
        field_pooling.probabilities(field_evidence(features, fields, parts)),
        owners,
    )
    present = Logistic.fit(presence.reshape(-1, presence.shape[-1]), truth.ravel())
    return Calibration(
        intents=intent_pooling,
        need=need,
        fields=field_pooling,
        present=present,
        thresholds=learn_thresholds(
            need.probability(need_margin), is_need, rankings, present.probability(presence), truth
        ),
    )
