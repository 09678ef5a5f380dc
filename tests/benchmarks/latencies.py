"""How long answers took, in figures."""

import statistics
from collections.abc import Sequence


def latency_figures(milliseconds: Sequence[float], seconds: float) -> dict[str, float]:
    """Of answers that took so many milliseconds each, and so many seconds together."""
    return {
        "messages": len(milliseconds),
        "messages_a_second": round(len(milliseconds) / seconds, 1),
        "median_ms": round(statistics.median(milliseconds), 1),
        "p95_ms": round(statistics.quantiles(milliseconds, n=20)[-1], 1),
    }
