"""Does more data still pay? Learn from 25, 50, 75 and 100 % of the training messages.

Each share is drawn at random within each label; the held-out messages stay whole. Writes
`docs/evaluation/learning-curve.json` and its picture.
"""

import json
import random
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bot.evaluation_set import read_evaluation_set
from bot.judging import judge
from bot.learning import Example, learn
from bot.measures import Judged, measure
from bot.pictures import draw_learning_curve
from bot.training_set import Analysis, read_training_set

OUTPUT = Path("docs/evaluation")
SHARES = (0.25, 0.5, 0.75, 1.0)
LANGUAGES = ("fr", "en")


def main() -> None:
    analysis = Analysis()
    examples = [message.example for message in read_training_set(analysis)]
    labelled = read_evaluation_set()
    documents = [analysis.document(label.text) for label in labelled]
    points = []
    for share in SHARES:
        drawn = sample(examples, share)
        judged = judge(learn(drawn), labelled, documents)
        points.append(_point(share, len(drawn), judged))
        print(_line(points[-1]), flush=True)
    (OUTPUT / "learning-curve.json").write_text(json.dumps(points, indent=2) + "\n", "utf-8")
    draw_learning_curve(points, OUTPUT / "learning-curve.png")


def sample(examples: Sequence[Example], share: float) -> list[Example]:
    """A share of the examples of each label, and every held-out one."""
    by_label = defaultdict(list)
    for example in examples:
        if not example.held_out:
            by_label[example.intent, example.fields].append(example)
    chance = random.Random(0)
    drawn = [example for example in examples if example.held_out]
    for alike in by_label.values():
        drawn += chance.sample(alike, max(1, round(share * len(alike))))
    return drawn


def _point(share: float, messages: int, judged: Sequence[Judged]) -> dict[str, Any]:
    point: dict[str, Any] = {"share": share, "messages": messages}
    for language in LANGUAGES:
        figures = measure([j for j in judged if j.label.language == language])
        point[language] = {
            "single": figures["single"]["first"],
            "indirect_and_border": figures["indirect_and_border"]["first"],
            "needs_kept": figures["needs_kept"],
        }
    return point


def _line(point: dict[str, Any]) -> str:
    cells = (f"{language} {_percents(point[language])}" for language in LANGUAGES)
    return f"{point['share']:4.0%}  {point['messages']:6}  {'   '.join(cells)}"


def _percents(figures: dict[str, float]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {value:.1%}" for name, value in figures.items())


if __name__ == "__main__":
    main()
