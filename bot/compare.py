"""Compare a candidate model with the one that serves, message by message, as JSON.

python -m bot.compare current.tar.gz candidate.tar.gz --sample reviewed.jsonl --output report.json

`reviewed.jsonl` holds what reviewers said of a random sample: `{"text", "language", "intent",
"fields"}` a line, as the evaluation sets do.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from scipy.stats import binomtest

from bot.evaluation_set import NONE, SEVERAL, Labelled, read_evaluation_set
from bot.interpreter import Interpreter
from bot.logs import log_warnings_alone
from bot.measures import Judged

SAMPLE = "sample"
# So unlikely a fall is no chance, if the models were as good.
SIGNIFICANCE = 0.05
MOST_MESSAGES = 500


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("current", type=Path)
    parser.add_argument("candidate", type=Path)
    parser.add_argument("--sample", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    log_warnings_alone()
    labelled = [*read_evaluation_set(), *read_sample(arguments.sample)]
    before = judge(arguments.current, labelled)
    after = judge(arguments.candidate, labelled)
    report = compare(before, after)
    arguments.output.write_text(json.dumps(report, ensure_ascii=False) + "\n", encoding="utf-8")


def read_sample(path: Path) -> list[Labelled]:
    # Not `splitlines`: it also breaks at characters that JSON leaves as they are.
    with path.open(encoding="utf-8") as lines:
        return [
            Labelled(row["text"], row["language"], SAMPLE, row["intent"], tuple(row["fields"]))
            for row in map(json.loads, lines)
        ]


def judge(model: Path, labelled: Sequence[Labelled]) -> list[Judged]:
    interpreter = Interpreter(model)
    return [Judged(label, interpreter.interpret(label.text, label.language)) for label in labelled]


def compare(before: Sequence[Judged], after: Sequence[Judged]) -> dict[str, Any]:
    """Gains and losses of the same messages, and where the candidate falls beyond the noise.

    `groups` go by language, by language and field, and by language for the random sample; each
    tells how many messages it holds, how many each model has right, and how many were gained and
    lost. `falls` names those whose losses no chance explains.
    """
    groups: dict[str, dict[str, int]] = {}
    for one, other in zip(before, after, strict=True):
        was_right, is_right = right(one), right(other)
        for name in _groups(one.label):
            group = groups.setdefault(
                name, dict.fromkeys(("messages", "before", "after", "gained", "lost"), 0)
            )
            group["messages"] += 1
            group["before"] += was_right
            group["after"] += is_right
            group["gained"] += is_right and not was_right
            group["lost"] += was_right and not is_right
    changed = [
        _told(one, other)
        for one, other in zip(before, after, strict=True)
        if right(one) != right(other)
    ]
    return {
        "groups": groups,
        "falls": sorted(name for name, group in groups.items() if falls(group)),
        "messages": changed[:MOST_MESSAGES],
    }


def right(judged: Judged) -> bool:
    """The main field first for a need, all of them for several, the intent for what is no need."""
    label, interpretation = judged.label, judged.interpretation
    if not label.fields:
        return interpretation["intent"] == label.intent
    if label.kind == SEVERAL:
        return judged.first_right and set(interpretation["fields"]) == set(label.fields)
    return judged.first_right


def falls(group: dict[str, int]) -> bool:
    """Whether more was lost than chance would take from as good a model (sign test)."""
    changed = group["gained"] + group["lost"]
    if not changed:
        return False
    test = binomtest(group["lost"], changed, 0.5, alternative="greater")
    return bool(test.pvalue < SIGNIFICANCE)


def _groups(label: Labelled) -> list[str]:
    names = [label.language]
    if label.kind != NONE and label.fields:
        names.append(f"{label.language} {label.fields[0]}")
    if label.kind == SAMPLE:
        names.append(f"{label.language} {SAMPLE}")
    return names


def _told(before: Judged, after: Judged) -> dict[str, Any]:
    label = before.label
    return {
        "text": label.text,
        "language": label.language,
        "set": label.kind,
        "right": list(label.fields) or [label.intent],
        "before": _named(before),
        "after": _named(after),
        "gained": right(after),
    }


def _named(judged: Judged) -> list[str]:
    return list(judged.interpretation["fields"]) or [judged.interpretation["intent"]]


if __name__ == "__main__":
    main()
