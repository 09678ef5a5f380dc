"""What the learner does of what is asked, and what it tells when it cannot."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from socketserver import UnixStreamServer
from typing import Any
from xmlrpc.client import Fault
from xmlrpc.server import SimpleXMLRPCDispatcher, SimpleXMLRPCRequestHandler

import pytest
from sqlalchemy.exc import OperationalError
from supervisor.xmlrpc import Faults

from catalog.learning import ask_promotion, ask_rollback, ask_training, runs
from catalog.models import Account, LearningRun, LearningState, Role
from catalog.reviews import Queue
from catalog.settings import Settings
from stack import candidates, learner, model
from stack.candidates import CANDIDATE, PREVIOUS, Workshop
from stack.errors import StackError
from stack.learner import INTERRUPTED, MAX_ERROR, Learner, restart_bot
from stack.model import MODEL, MODELS, STAMP, inputs_digest, train_if_needed
from stack.supervision import SOCKET_VARIABLE
from tests.catalog.test_reviews import Desk, need
from tests.stack.test_candidates import models, program

GREET, ACCOUNTING = Path("data/nlu/fr/greet.yml"), Path("data/nlu/fr/need_accounting.yml")
NLU = "nlu:\n- intent: {}\n  examples: |\n    - {}\n"
LEARNT = "    - qui peut tenir nos livres\n"
COMPARISON: dict[str, Any] = {"groups": {}, "falls": [], "messages": []}


@pytest.fixture
def backend() -> str:
    """What it does to files is the same whichever engine holds its runs."""
    return "sqlite"


@pytest.fixture(autouse=True)
def project(plain_settings: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A project whose trainings write what they were asked to."""
    for path, intent, text in (
        (GREET, "greet", "bonjour"),
        (ACCOUNTING, "need/accounting", "la paie est en retard"),
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(NLU.format(intent, text), "utf-8")
    MODELS.mkdir()
    MODEL.write_text("the model")
    STAMP.write_text(inputs_digest())
    monkeypatch.setattr(model, "RASA", program("rasa", 'echo the candidate > "models/$4.tar.gz"'))
    monkeypatch.delenv(SOCKET_VARIABLE, raising=False)


@pytest.fixture(autouse=True)
def found(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """A function that sets what comparisons find."""

    def finds(**report: Any) -> None:
        line = json.dumps(COMPARISON | report)
        monkeypatch.setattr(
            candidates, "BOT_PYTHON", program("python", 'cat "$6" > sampled', f"echo '{line}' > $8")
        )

    finds()
    return finds


@pytest.fixture
def settings(database_url: str) -> Settings:
    return Settings(database_url=database_url)


@pytest.fixture
def working(sessions, settings: Settings) -> Learner:
    return Learner(sessions, settings)


@pytest.fixture
def anne(sessions) -> Account:
    account = Account(email="anne@c.example", name="Anne", role=Role.REVIEWER)
    with sessions.begin() as session:
        session.add(account)
    return account


@pytest.fixture
def desk(sessions) -> Desk:
    return Desk(sessions)


@pytest.fixture
def taught(desk: Desk, anne: Account) -> None:
    """A lesson, and a message drawn at random."""
    said = desk.add("qui peut tenir nos livres")
    desk.review(anne, said, *need("accounting"), Queue.UNCERTAIN)
    desk.review(anne, desk.add("Bonsoir, l’été"), "greet", [], Queue.SAMPLE)


@pytest.fixture
def ask(sessions, working: Learner) -> Callable[..., LearningRun]:
    """A function that asks for a training, or something of the latest run, and has it done."""

    def asked(of_latest: Callable[..., None] | None = None) -> LearningRun:
        with sessions.begin() as session:
            if of_latest:
                of_latest(session, runs(session)[0], by=None)
            else:
                ask_training(session, by=None)
        working.do_next()
        return latest(sessions)

    return asked


@pytest.fixture
def restarts(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What each restart of the bot found to serve."""
    found: list[str] = []
    monkeypatch.setattr(learner, "restart_bot", lambda: found.append(MODEL.read_text().strip()))
    return found


def latest(sessions) -> LearningRun:
    with sessions() as session:
        return runs(session)[0]


def messages() -> str:
    return "".join(path.read_text("utf-8") for path in sorted(Path("data").rglob("*.yml")))


def starts_as_it_is() -> bool:
    """Whether the next start would train nothing."""
    before = models()
    train_if_needed(Path("var/log/train.log"))
    return models() == before


# A run


def test_a_candidate_is_trained_and_compared_and_waits_for_a_person(ask, taught, restarts) -> None:
    before = messages()
    run = ask()
    assert (run.state, run.lessons, run.error) == (LearningState.READY, 1, None)
    assert run.comparison == COMPARISON
    assert run.diff.endswith(f"+{LEARNT}") and str(ACCOUNTING) in run.diff
    assert models() == {MODEL.name: "the model", CANDIDATE.name: "the candidate\n"}
    assert (messages(), restarts) == (before, [])
    row = {"text": "Bonsoir, l’été", "language": "fr", "intent": "greet", "fields": []}
    assert [json.loads(line) for line in Path("sampled").read_text("utf-8").splitlines()] == [row]


def test_a_candidate_that_falls_somewhere_cannot_serve(ask, taught, found) -> None:
    found(falls=["fr accounting"])
    assert ask().state is LearningState.WORSE


def test_without_a_lesson_it_is_trained_all_the_same(ask) -> None:
    run = ask()
    assert (run.state, run.lessons, run.diff) == (LearningState.READY, 0, "")


def test_each_step_is_told_as_it_begins_with_what_it_adds(
    ask, taught, sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = []

    def tell(_workshop: Workshop, *_: Any) -> dict[str, Any]:
        run = latest(sessions)
        told.append((run.state, run.lessons))
        return COMPARISON

    monkeypatch.setattr(Workshop, "train", tell)
    monkeypatch.setattr(Workshop, "compare", tell)
    ask()
    assert told == [(LearningState.TRAINING, 1), (LearningState.COMPARING, 1)]


def test_promoted_it_serves_with_its_lessons_and_is_not_trained_again(
    ask, taught, restarts
) -> None:
    before = messages()
    ask()
    assert ask(ask_promotion).state is LearningState.PROMOTED
    assert models() == {MODEL.name: "the candidate\n", PREVIOUS.name: "the model"}
    assert messages() == before.replace("en retard\n", f"en retard\n{LEARNT}")
    assert restarts == ["the candidate"]
    assert starts_as_it_is()


def test_taken_back_all_is_as_it_was(ask, taught, restarts) -> None:
    before = messages()
    ask()
    ask(ask_promotion)
    assert ask(ask_rollback).state is LearningState.ROLLED_BACK
    assert (messages(), MODEL.read_text()) == (before, "the model")
    assert restarts == ["the candidate", "the model"]
    assert starts_as_it_is()


def test_what_was_promoted_is_not_learnt_twice(ask, taught) -> None:
    ask()
    ask(ask_promotion)
    assert ask().lessons == 0


def test_what_was_asked_first_is_done_first_and_then_nothing(sessions, working) -> None:
    with sessions.begin() as session:
        session.add_all([LearningRun(), LearningRun()])
    assert [run and run.id for run in (working.do_next() for _ in range(3))] == [1, 2, None]


def test_two_learners_do_not_train_at_once(sessions, settings, monkeypatch) -> None:
    """`make learn`, while the service runs."""
    trained: list[str] = []

    def train(_workshop: Workshop, *_: Any) -> None:
        # Long enough for the other to find the same run.
        time.sleep(0.5)
        trained.append(latest(sessions).state)

    monkeypatch.setattr(Workshop, "train", train)
    with sessions.begin() as session:
        ask_training(session, by=None)
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda _: Learner(sessions, settings).do_next(), range(2)))
    assert trained == [LearningState.TRAINING]
    assert [run.state for run in done if run] == [LearningState.READY]


def test_a_learner_that_starts_fails_nothing_that_another_is_doing(
    sessions, settings, working, monkeypatch
) -> None:
    is_training, pool = threading.Event(), ThreadPoolExecutor(1)

    def train(_workshop: Workshop, *_: Any) -> None:
        is_training.set()
        with pytest.raises(TimeoutError):
            starting.result(0.5)

    monkeypatch.setattr(Workshop, "train", train)
    with sessions.begin() as session:
        ask_training(session, by=None)

    def start() -> None:
        is_training.wait(10)
        Learner(sessions, settings).fail_interrupted()

    with pool:
        starting = pool.submit(start)
        working.do_next()
    assert latest(sessions).state is LearningState.READY


# What goes wrong


def test_a_training_that_fails_is_told_and_the_model_serves_on(
    ask, taught, restarts, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = messages()
    monkeypatch.setattr(model, "RASA", program("rasa", "echo no data was found >&2", "exit 1"))
    run = ask()
    assert run.state is LearningState.FAILED and "no data was found" in run.error
    assert (models(), messages(), restarts) == ({MODEL.name: "the model"}, before, [])
    assert run.diff, "what it was trained on stays to be seen"


def test_a_comparison_that_fails_is_told(ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(candidates, "BOT_PYTHON", program("python", "echo killed >&2", "exit 1"))
    run = ask()
    assert run.state is LearningState.FAILED and "killed" in run.error
    assert MODEL.read_text() == "the model"


def test_of_a_long_error_the_end_is_kept(ask, monkeypatch: pytest.MonkeyPatch) -> None:
    script = program("rasa", "seq 1000 1400", "echo the end", "exit 1")
    monkeypatch.setattr(model, "RASA", script)
    monkeypatch.setattr(model, "LOG_LINES_SHOWN", 400)
    run = ask()
    assert len(run.error) == MAX_ERROR and run.error.endswith("the end")


def test_a_program_that_is_not_there_is_told(ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model, "RASA", Path("no-such-rasa"))
    run = ask()
    assert run.state is LearningState.FAILED and "no-such-rasa" in run.error


def test_messages_that_changed_meanwhile_are_not_written_over(ask, taught, restarts) -> None:
    ask()
    ACCOUNTING.write_text(NLU.format("need/accounting", "une autre main"), "utf-8")
    before = messages()
    run = ask(ask_promotion)
    assert run.state is LearningState.FAILED and "has changed" in run.error
    assert (messages(), MODEL.read_text(), restarts) == (before, "the model", [])


def test_after_a_failure_another_can_be_asked(ask, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(model, "RASA", program("failing", "exit 1"))
        ask()
    assert ask().state is LearningState.READY


@pytest.mark.parametrize("state", LearningState)
def test_a_run_that_a_fallen_learner_left_is_told_at_the_next_start(
    sessions, working, state: LearningState
) -> None:
    """What was only asked is still to be done."""
    with sessions.begin() as session:
        session.add(LearningRun(state=state))
    working.fail_interrupted()
    run = latest(sessions)
    if state in (LearningState.TRAINING, LearningState.COMPARING):
        assert (run.state, run.error) == (LearningState.FAILED, INTERRUPTED)
        assert run.state_since > run.asked_at
    else:
        assert (run.state, run.error) == (state, None)


@pytest.mark.parametrize("moment", ["lessons", "proposed", "Workshop"])
def test_whatever_makes_it_fall_is_not_tried_again_at_each_start(
    ask, working, sessions, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    def fall(*_: Any) -> None:
        raise MemoryError

    monkeypatch.setattr(learner, moment, fall)
    with pytest.raises(MemoryError):
        ask()
    working.fail_interrupted()
    assert working.do_next() is None
    assert latest(sessions).error == INTERRUPTED


# The bot's restart


class Supervisor(SimpleXMLRPCDispatcher, UnixStreamServer):
    """Answers on a Unix socket as supervisord does, of a bot alone."""

    def __init__(self, path: Path) -> None:
        class Handler(SimpleXMLRPCRequestHandler):
            rpc_paths = ("/RPC2",)
            disable_nagle_algorithm = False

            def log_request(self, *_: Any) -> None:
                pass

        SimpleXMLRPCDispatcher.__init__(self)
        UnixStreamServer.__init__(self, str(path), Handler)
        self.heard: list[tuple[str, ...]] = []
        self.fault: Fault | None = None
        self.statuses = {"bot-5005": Faults.SUCCESS, "bot-5006": Faults.SUCCESS}

    def _dispatch(self, method: str, arguments: tuple[str, ...]) -> list[dict[str, Any]]:
        self.heard.append((method, *arguments))
        if self.fault:
            raise self.fault
        return [
            {"name": name, "group": "bot", "status": status, "description": str(status)}
            for name, status in self.statuses.items()
        ]


@pytest.fixture
def supervisor(monkeypatch: pytest.MonkeyPatch) -> Iterator[Supervisor]:
    with Supervisor(Path("supervisor")) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        monkeypatch.setenv(SOCKET_VARIABLE, "supervisor")
        yield server
        server.shutdown()
        thread.join()


STOP, START = ("supervisor.stopProcessGroup", "bot"), ("supervisor.startProcessGroup", "bot")


def test_the_bot_is_stopped_and_started_by_its_supervisor(supervisor: Supervisor) -> None:
    restart_bot()
    assert supervisor.heard == [STOP, START]


def test_where_no_supervisor_runs_there_is_nothing_to_restart(
    supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(SOCKET_VARIABLE)
    restart_bot()
    assert supervisor.heard == []


def test_a_bot_of_which_one_process_does_not_start_is_told(supervisor: Supervisor) -> None:
    supervisor.statuses["bot-5006"] = Faults.SPAWN_ERROR
    with pytest.raises(StackError, match="bot-5006 does not start"):
        restart_bot()


def test_a_supervisor_that_knows_no_bot_is_told(supervisor: Supervisor) -> None:
    supervisor.fault = Fault(Faults.BAD_NAME, "BAD_NAME: bot")
    with pytest.raises(StackError, match="BAD_NAME: bot"):
        restart_bot()


@pytest.mark.parametrize("trouble", ["fault", "gone"])
def test_a_promotion_whose_bot_does_not_start_is_told(
    ask, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    supervisor.statuses["bot-5005"] = Faults.SPAWN_ERROR
    if trouble == "gone":
        monkeypatch.setenv(SOCKET_VARIABLE, "nowhere")
    ask()
    run = ask(ask_promotion)
    assert run.state is LearningState.FAILED and run.error


# The program


def test_it_goes_on_once_a_database_that_was_gone_answers(
    settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What it was doing when the database went is told as interrupted."""
    gone = OperationalError("select secret", {}, Exception("gone"))
    done, troubles = [], [None, gone, None, None]

    class Watched:
        def __init__(self, *_: Any) -> None:
            pass

        def fail_interrupted(self) -> None:
            done.append("failed")

        def do_next(self) -> None:
            done.append("did")
            if trouble := troubles.pop(0):
                raise trouble

    def sleep(_seconds: float) -> None:
        if not troubles:
            raise KeyboardInterrupt

    monkeypatch.setattr(learner, "configure_logs", lambda: None)
    monkeypatch.setattr(learner, "Learner", Watched)
    monkeypatch.setattr(learner, "get_settings", lambda: settings)
    monkeypatch.setattr(learner.time, "sleep", sleep)
    with pytest.raises(KeyboardInterrupt):
        learner.main()
    assert done == ["failed", "did", "did", "failed", "did", "did"]
    assert caplog.messages == ["the database does not answer: OperationalError"]
