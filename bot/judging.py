"""Judge a model in memory on labelled messages."""

from collections.abc import Sequence

from bot.documents import Document
from bot.evaluation_set import Labelled
from bot.expertise_model import ExpertiseModel
from bot.measures import Judged

# Together, messages cost less than one by one; all at once, too much memory.
BATCH = 200


def judge(
    model: ExpertiseModel, labelled: Sequence[Labelled], documents: Sequence[Document]
) -> list[Judged]:
    """What `model` makes of each message, whose document is at the same place."""
    judged = []
    for start in range(0, len(labelled), BATCH):
        labels = labelled[start : start + BATCH]
        results = model.interpret(
            documents[start : start + BATCH], [label.language for label in labels]
        )
        judged += [
            Judged(label, interpretation.as_dict())
            for label, (interpretation, _) in zip(labels, results, strict=True)
        ]
    return judged
