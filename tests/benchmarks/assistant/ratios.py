"""What this bot is to the others of the same run, and whether that is what was aimed at."""

from typing import Any

AT_ONCE = "conversations_at_once"
BUSY = 32


def ratios(figures: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Each ratio, its aim and whether it was reached."""
    ours, floor, theirs = (figures[name] for name in ("aiguilleur", "floor", "rasa_init"))
    turns = {int(turn): took for turn, took in ours["milliseconds_at_turn"].items()}

    def busy(figure: str) -> tuple[float, float]:
        return theirs[AT_ONCE][BUSY][figure], ours[AT_ONCE][BUSY][figure]

    return {
        "training_times_faster": _at_least(
            15, theirs["training_processor_seconds"], ours["training_processor_seconds"]
        ),
        "ready_times_sooner": _at_least(4, theirs["seconds_to_ready"], ours["seconds_to_ready"]),
        "memory_times_less": _at_least(4, theirs["memory_megabytes"], ours["memory_megabytes"]),
        "messages_a_second_times_more": _at_least(6, *reversed(busy("messages_a_second"))),
        "p95_times_shorter": _at_least(6, *busy("p95_ms")),
        "turn_300_to_turn_1": _at_most(1.5, turns[max(turns)], turns[min(turns)]),
        "to_the_floor": _at_most(
            1.5, ours[AT_ONCE][1]["median_ms"], floor[AT_ONCE][1]["median_ms"]
        ),
    }


def _at_least(aim: float, one: float, other: float) -> dict[str, Any]:
    ratio = round(one / other, 2)
    return {"ratio": ratio, "at_least": aim, "reached": ratio >= aim}


def _at_most(aim: float, one: float, other: float) -> dict[str, Any]:
    ratio = round(one / other, 2)
    return {"ratio": ratio, "at_most": aim, "reached": ratio <= aim}
