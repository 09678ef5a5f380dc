"""`make learn`: what it prints, and how it ends."""

from collections.abc import Callable
from typing import Any

import pytest

from catalog.learning import runs
from catalog.models import LearningRun, LearningState
from catalog.settings import Settings, SettingsError
from stack import learn

pytestmark = pytest.mark.usefixtures("plain_settings")

GROUPS = {
    "fr": {"messages": 1234, "before": 1000, "after": 1010, "gained": 12, "lost": 2},
    "en accounting": {"messages": 40, "before": 39, "after": 30, "gained": 0, "lost": 9},
}
DIFF = "--- data/nlu/fr/greet.yml\n+++ data/nlu/fr/greet.yml\n@@ -7,0 +8 @@\n+    - allô\n"
READY = {
    "state": LearningState.READY,
    "diff": DIFF,
    "comparison": {"groups": GROUPS, "falls": [], "messages": []},
}
WORSE = {
    "state": LearningState.WORSE,
    "diff": DIFF,
    "comparison": {"groups": GROUPS, "falls": ["en", "en accounting"], "messages": []},
}
TABLE = [
    *DIFF.splitlines(),
    f"{'en accounting':40}    39 →    30 of    40  +0 -9",
    f"{'fr':40}  1000 →  1010 of  1234  +12 -2",
]


@pytest.fixture
def backend() -> str:
    """Its words are the same whichever engine holds the runs."""
    return "sqlite"


@pytest.fixture
def add(sessions) -> Callable[..., int]:
    """A function that adds a run."""

    def added(**values: Any) -> int:
        with sessions.begin() as session:
            run = LearningRun(**values)
            session.add(run)
        return run.id

    return added


@pytest.fixture
def command(
    sessions, database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, list[str], str]]:
    """A function that runs the command, whose learner makes `outcome` of what is asked.

    It gives the exit code, the lines printed after the first, and the errors.
    """

    def ran(*arguments: str, **outcome: Any) -> tuple[int, list[str], str]:
        class FakeLearner:
            def __init__(self, *_: Any) -> None:
                pass

            def do_next(self) -> None:
                with sessions.begin() as session:
                    asked = (LearningState.ASKED, LearningState.PROMOTION_ASKED)
                    asked += (LearningState.ROLLBACK_ASKED,)
                    [run] = [run for run in runs(session) if run.state in asked]
                    for name, value in outcome.items():
                        setattr(run, name, value)

        monkeypatch.setattr(learn, "Learner", FakeLearner)
        monkeypatch.setattr(learn, "get_settings", lambda: Settings(database_url=database_url))
        monkeypatch.setattr("sys.argv", ["learn", *arguments])
        code = learn.main()
        out, err = capsys.readouterr()
        return code, out.splitlines()[1:], err

    return ran


def states(sessions) -> list[LearningState]:
    with sessions() as session:
        return [run.state for run in runs(session)]


def test_a_candidate_that_is_no_worse_ends_well_with_what_it_adds_and_changes(command) -> None:
    assert command(**READY) == (0, [*TABLE, "Run 1: ready."], "")


def test_a_candidate_that_falls_ends_ill_and_names_where(command) -> None:
    last = "Worse, beyond the noise: en, en accounting."
    assert command(**WORSE) == (1, [*TABLE, last], "")


def test_a_training_that_fails_ends_ill_and_says_why(command) -> None:
    outcome = {"state": LearningState.FAILED, "error": "training failed, see log:\nno data"}
    assert command(**outcome) == (1, [], "learn: training failed, see log:\nno data\n")


def test_the_last_candidate_is_promoted_then_taken_back(command, add, sessions) -> None:
    add(**READY)
    assert command("--promote", state=LearningState.PROMOTED) == (0, ["Run 1: promoted."], "")
    rolled_back = command("--roll-back", state=LearningState.ROLLED_BACK)
    assert rolled_back == (0, ["Run 1: rolled_back."], "")
    assert states(sessions) == [LearningState.ROLLED_BACK]


def test_what_serves_is_taken_back_whatever_was_trained_since(command, add, sessions) -> None:
    add(state=LearningState.PROMOTED)
    add(**WORSE)
    assert command("--roll-back", state=LearningState.ROLLED_BACK)[0] == 0
    assert states(sessions) == [LearningState.WORSE, LearningState.ROLLED_BACK]


@pytest.mark.parametrize(
    ("given", "arguments", "reason"),
    [
        ([LearningState.TRAINING], [], "under_way"),
        ([LearningState.ASKED], ["--promote"], "under_way"),
        ([LearningState.PROMOTED, LearningState.COMPARING], ["--roll-back"], "under_way"),
        ([], ["--promote"], "not_ready"),
        ([LearningState.READY, LearningState.FAILED], ["--promote"], "not_ready"),
        ([LearningState.WORSE], ["--promote"], "not_ready"),
        ([], ["--roll-back"], "not_promoted"),
        ([LearningState.READY, LearningState.ROLLED_BACK], ["--roll-back"], "not_promoted"),
    ],
)
def test_what_cannot_be_asked_is_told_in_a_line_and_changes_nothing(
    command, add, sessions, given: list[LearningState], arguments: list[str], reason: str
) -> None:
    for state in given:
        add(state=state)
    assert command(*arguments) == (1, [], f"learn: {learn.REASONS[reason]}\n")
    assert states(sessions) == given[::-1]


def test_a_wrong_setting_is_told_in_a_line(monkeypatch, capsys) -> None:
    def refuse() -> Settings:
        raise SettingsError("DATABASE_URL: write another")

    monkeypatch.setattr(learn, "get_settings", refuse)
    monkeypatch.setattr("sys.argv", ["learn"])
    assert learn.main() == 1
    assert capsys.readouterr().err == "learn: DATABASE_URL: write another\n"


@pytest.mark.parametrize("arguments", [["--promote", "--roll-back"], ["now"]])
def test_what_it_does_not_know_is_refused(command, sessions, arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as refusal:
        command(*arguments)
    assert refusal.value.code == 2
    assert states(sessions) == []
