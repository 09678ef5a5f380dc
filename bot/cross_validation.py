"""Judge each training message by a model that did not learn from it, in five folds.

Writes `docs/evaluation/cross-validation.json`, and the messages that the models are surest to
call otherwise than their label, for a person to read, to `var/doubtful-labels.tsv`.
"""

import json
import random
from collections.abc import Sequence
from pathlib import Path

from bot.evaluation_set import NONE, SEVERAL, Labelled
from bot.judging import judge
from bot.learning import learn
from bot.measures import Judged, measure
from bot.training_set import Analysis, TrainingMessage, as_labelled, read_training_set

FIGURES = Path("docs/evaluation/cross-validation.json")
DOUBTFUL = Path("var/doubtful-labels.tsv")
FOLDS = 5
# No training message says how hard it is: all that hold one need count as one kind.
ONE_NEED = "plain"


def main() -> None:
    messages = read_training_set(Analysis())
    judged = cross_validate(messages)
    figures = {
        language: _figures([j for j in judged if j.label.language == language])
        for language in ("fr", "en")
    }
    FIGURES.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    DOUBTFUL.write_text("\n".join(doubtful(judged)) + "\n", encoding="utf-8")
    print(json.dumps(figures, indent=2))


def cross_validate(messages: Sequence[TrainingMessage]) -> list[Judged]:
    """Every message that is not held out, judged by the model of the other folds."""
    held_out = [m.example for m in messages if m.example.held_out]
    learnt = [m for m in messages if not m.example.held_out]
    random.Random(0).shuffle(learnt)
    judged = []
    for fold in range(FOLDS):
        kept = learnt[fold::FOLDS]
        rest = [m.example for index, m in enumerate(learnt) if index % FOLDS != fold]
        model = learn([*rest, *held_out])
        judged += judge(model, [_labelled(m) for m in kept], [m.example.document for m in kept])
    return judged


def doubtful(judged: Sequence[Judged]) -> list[str]:
    """Label, what the model says, how surely, and the message; the surest first."""
    wrong = [
        j for j in judged if j.label.fields and j.taken_as_need and j.first not in j.label.fields
    ]
    return [
        f"{'+'.join(j.label.fields)}\t{j.first}\t{j.confidence:.3f}\t{j.label.text}"
        for j in sorted(wrong, key=lambda j: -j.confidence)
    ]


def _labelled(message: TrainingMessage) -> Labelled:
    fields = message.example.fields
    kind = NONE if not fields else SEVERAL if len(fields) > 1 else ONE_NEED
    return as_labelled(message, kind)


def _figures(judged: Sequence[Judged]) -> dict[str, float]:
    figures = measure(judged)
    return {
        "messages": figures["messages"],
        "single_first": figures["single"]["first"],
        "single_among_three": figures["single"]["among_three"],
        "several_f1": figures["several_f1"],
        "needs_kept": figures["needs_kept"],
        "others_not_routed": figures["others_not_routed"],
        "macro_f1": figures["macro_f1"],
    }


if __name__ == "__main__":
    main()
