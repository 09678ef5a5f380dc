"""`make benchmark-nlu`: each candidate in a process of its own, on the same messages.

Writes `docs/evaluation/benchmark.json`. With a candidate's name, measures that one and prints its
figures as JSON.
"""

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bot.benchmark.candidates import CANDIDATES
from bot.benchmark.messages import label_of, read_measured, read_training
from bot.evaluation_set import NONE, Labelled
from bot.logs import log_warnings_alone

OUTPUT = Path("docs/evaluation/benchmark.json")
SHARE = 0.01
TIMED = 500
RESAMPLES = 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("candidate", nargs="?", choices=CANDIDATES)
    parser.add_argument("--share", type=float, default=SHARE, help="of the training messages")
    arguments = parser.parse_args()
    if arguments.candidate:
        print(json.dumps(measure(arguments.candidate, arguments.share)))
        return
    results = {}
    for name in CANDIDATES:
        results[name] = _in_its_own_process(name, arguments.share)
        print(_line(name, results[name]), flush=True)
    report = {
        "training_messages": len(read_training(arguments.share)),
        "share": arguments.share,
        "measured_messages": len(read_measured()),
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
        "candidates": results,
    }
    OUTPUT.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


def measure(name: str, share: float) -> dict[str, Any]:
    """Accuracy by language with its interval, seconds to learn, milliseconds a message, memory.

    Seconds are those of the processor, which other work on the machine does not stretch.
    """
    log_warnings_alone()
    training, measured = read_training(share), read_measured()
    start = _processor_seconds()
    classify = CANDIDATES[name](training)
    seconds = _processor_seconds() - start
    right = [classify(label.text, label.language) == label_of(label) for label in measured]
    return {
        **{
            f"{language} {group}": _interval(measured, right, language, group)
            for language in ("fr", "en")
            for group in ("needs", "others")
        },
        "training_seconds": round(seconds, 1),
        "milliseconds": round(_milliseconds(classify, measured), 2),
        "memory_megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def _interval(
    measured: Sequence[Labelled], right: Sequence[bool], language: str, group: str
) -> dict[str, float]:
    """The share right, and between what bounds 95 % of resamples fall."""
    chosen = np.array(
        [
            is_right
            for label, is_right in zip(measured, right, strict=True)
            if label.language == language and (label.kind == NONE) == (group == "others")
        ]
    )
    resampled = np.random.default_rng(0).choice(chosen, (RESAMPLES, len(chosen))).mean(axis=1)
    low, high = np.percentile(resampled, [2.5, 97.5])
    return {"accuracy": chosen.mean().round(4), "low": low.round(4), "high": high.round(4)}


def _milliseconds(classify: Any, measured: Sequence[Labelled]) -> float:
    """Of a message, on the mean."""
    timed = measured[:: max(1, len(measured) // TIMED)]
    start = _processor_seconds()
    for label in timed:
        classify(label.text, label.language)
    return 1000 * (_processor_seconds() - start) / len(timed)


def _processor_seconds() -> float:
    """Of this process and of those it has waited for."""
    return sum(os.times()[:4])


def _in_its_own_process(name: str, share: float) -> dict[str, Any]:
    command = [sys.executable, "-m", "bot.benchmark", name, "--share", str(share)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def _line(name: str, result: dict[str, Any]) -> str:
    accuracies = "  ".join(
        f"{group} {result[group]['accuracy']:.1%}" for group in result if " " in group
    )
    return (
        f"{name:34} {accuracies}  {result['training_seconds']} s"
        f"  {result['milliseconds']} ms  {result['memory_megabytes']} MB"
    )


if __name__ == "__main__":
    main()
