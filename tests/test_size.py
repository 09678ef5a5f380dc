"""What the documentation says of the catalog at size is what was measured."""

import json
from pathlib import Path

from tests.benchmarks.catalog.table import REPORT, table

RUNNING = Path(__file__).parents[1] / "docs/running.md"


def test_the_table_is_made_from_what_was_measured() -> None:
    assert table(json.loads(REPORT.read_text("utf-8"))) in RUNNING.read_text("utf-8")
