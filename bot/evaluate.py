"""Measure the trained model on the evaluation set: a table, figures as JSON, and pictures.

Exit code 1 if a figure is behind `evaluation/floors.yml`.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from bot.evaluation_set import read_evaluation_set
from bot.floors import FLOORS, behind, read_floors
from bot.interpreter import Interpreter
from bot.logs import log_warnings_alone
from bot.measures import Judged, confusions, measure
from bot.pictures import draw_confusion, draw_reliability, draw_risk_coverage

LANGUAGES = ("fr", "en")
CONFUSIONS_SHOWN = 12


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=Path("docs/evaluation"))
    output: Path = parser.parse_args().output
    log_warnings_alone()
    interpreter = Interpreter()
    judged = [
        Judged(labelled, interpreter.interpret(labelled.text)) for labelled in read_evaluation_set()
    ]
    figures = {
        language: measure([j for j in judged if j.label.language == language])
        for language in LANGUAGES
    }
    output.mkdir(parents=True, exist_ok=True)
    (output / "figures.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    draw_confusion(judged, output / "confusion.png")
    draw_risk_coverage(judged, output / "risk-coverage.png")
    draw_reliability(judged, output / "reliability.png")
    print(table(figures))
    print("\nTaken for one another (right field → field named):")
    for right, named, count in confusions(judged, CONFUSIONS_SHOWN):
        print(f"  {right} → {named}: {count}")
    print(f"\nFigures and pictures: {output}/")
    fallen = behind(figures, read_floors())
    for line in fallen:
        print(f"behind {FLOORS}: {line}")
    return 1 if fallen else 0


def table(figures: dict[str, dict[str, Any]]) -> str:
    """The figures as lines of text, French beside English."""
    french, english = figures["fr"], figures["en"]
    lines = [f"{'':38}{'French':>16}{'English':>16}", f"{'first / among first three':38}"]
    groups = {
        **{kind: (french["by_kind"][kind], english["by_kind"][kind]) for kind in french["by_kind"]},
        "single needs": (french["single"], english["single"]),
        "indirect and border": (french["indirect_and_border"], english["indirect_and_border"]),
        "all needs": (french["all_needs"], english["all_needs"]),
    }
    for name, pair in groups.items():
        cells = [f"{a['first']:.1%} / {a['among_three']:.1%}".rjust(16) for a in pair]
        lines.append(f"  {name:36}{''.join(cells)}")
    for name in (k for k, v in french.items() if isinstance(v, float)):
        lines.append(f"{name.replace('_', ' '):38}{french[name]:>16.1%}{english[name]:>16.1%}")
    gap = french["all_needs"]["first"] - english["all_needs"]["first"]
    lines.append(f"{'French minus English, first field':38}{gap:>+16.1%}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
