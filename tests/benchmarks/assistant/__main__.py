"""`make bench`: train, serve and load each assistant, in turns, on the same messages.

Writes `docs/benchmarks/assistant.json`. The share of the messages is small because what
`rasa init` gives takes five minutes to train on a few hundred.
"""

import argparse
import json
import os
import resource
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks.assistant.load import measure
from tests.benchmarks.assistant.projects import (
    AIGUILLEUR,
    ASSISTANTS,
    RASA_INIT,
    draw_messages,
    train,
)
from tests.benchmarks.assistant.ratios import ratios
from tests.benchmarks.assistant.serving import serving

OUTPUT = Path("docs/benchmarks/assistant.json")
SHARE = 0.002


@dataclass(frozen=True)
class Trained:
    path: Path
    figures: dict[str, float]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--share", type=float, default=SHARE, help="of the training messages")
    share = parser.parse_args().share
    with tempfile.TemporaryDirectory() as name:
        report = run(Path(name), share)
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    OUTPUT.write_text(json.dumps(report, indent=2) + "\n", "utf-8")
    print(json.dumps(report["ratios"], indent=2))


def run(folder: Path, share: float) -> dict[str, Any]:
    """Every figure of every assistant, and their ratios."""
    load_before = round(os.getloadavg()[0], 1)
    messages = draw_messages(folder / "data", share)
    trained = {config: _train(config, folder) for config in (AIGUILLEUR, RASA_INIT)}
    with ExitStack() as stack:
        served = {
            assistant.name: stack.enter_context(
                serving(assistant, trained[assistant.config].path, folder)
            )
            for assistant in ASSISTANTS
        }
        measured = measure(served)
        figures = {
            assistant.name: {
                **trained[assistant.config].figures,
                "seconds_to_ready": served[assistant.name].seconds_to_ready,
                **measured[assistant.name],
            }
            for assistant in ASSISTANTS
        }
    return {
        "training_messages": messages,
        "load_before": load_before,
        "assistants": figures,
        "ratios": ratios(figures),
    }


def _train(config: Path, folder: Path) -> Trained:
    used, started = _children_seconds(), time.monotonic()
    path = train(config, folder / "data", folder / "models")
    figures = {
        "training_seconds": round(time.monotonic() - started, 1),
        "training_processor_seconds": round(_children_seconds() - used, 1),
        "model_megabytes": round(path.stat().st_size / 1e6, 1),
    }
    print(f"{config.stem}: {figures}", flush=True)
    return Trained(path, figures)


def _children_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main()
