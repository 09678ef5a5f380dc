"""What `make bench` measures with does what it says, for each way of serving our model."""

from pathlib import Path

import pytest

from stack.model import MODEL
from tests.benchmarks.assistant.load import measure_level, median_figures
from tests.benchmarks.assistant.projects import AIGUILLEUR, ASSISTANTS, Assistant
from tests.benchmarks.assistant.serving import serving

OURS = [assistant for assistant in ASSISTANTS if assistant.config == AIGUILLEUR]


@pytest.mark.parametrize("assistant", OURS, ids=lambda assistant: assistant.name)
def test_each_conversation_files_and_each_millisecond_is_somewhere(
    assistant: Assistant, tmp_path: Path
) -> None:
    with serving(assistant, MODEL, tmp_path) as served:
        measured = measure_level(served, 2)
    assert measured["requests_filed"] == measured["conversations"]
    stages = measured["milliseconds_by_stage"]
    assert {"tracker_store", "policies", "actions", "channel"} <= stages.keys()
    assert all(milliseconds >= 0 for milliseconds in stages.values())
    assert sum(stages.values()) >= measured["median_ms"] / 2


def test_what_fell_on_one_round_is_left_out() -> None:
    rounds = [{"p95_ms": p95, "by_stage": {"actions": p95 / 2}} for p95 in (300.0, 2000.0, 310.0)]
    assert median_figures(rounds) == {"p95_ms": 310.0, "by_stage": {"actions": 155.0}}
