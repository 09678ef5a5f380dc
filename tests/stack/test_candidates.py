"""A candidate's folder, how it takes the place of the model, and how that is taken back."""

import json
from pathlib import Path

import pytest

from stack import candidates, model
from stack.candidates import CANDIDATE, PREVIOUS, Workshop
from stack.errors import StackError
from stack.model import MODEL, MODELS, STAMP, inputs_digest, train_if_needed

GREET, DENY = Path("data/nlu/fr/greet.yml"), Path("data/nlu/fr/deny.yml")
RULES, PRICE = Path("data/rules.yml"), Path("data/nlu/en/ask_price.yml")
FILES = {
    "config.yml": "language: fr",
    "domain.yml": "intents: []",
    "data/rules.yml": "rules: []",
    "data/nlu/fr/greet.yml": "bonjour\n",
    "data/nlu/fr/deny.yml": "non\n",
    "bot/heads.py": "",
}
LESSONS = {GREET: "bonjour\nallô\n"}
SAMPLE = [{"text": "Été\u2028?", "language": "fr", "intent": "greet", "fields": []}]


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A project whose model is up to date, and where training again would fail."""
    monkeypatch.chdir(tmp_path)
    for name, text in FILES.items():
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    MODELS.mkdir()
    MODEL.write_text("the model")
    STAMP.write_text(inputs_digest())
    monkeypatch.setattr(model, "RASA", Path("no-rasa"))


@pytest.fixture
def workshop() -> Workshop:
    """One whose candidate is trained."""
    workshop = Workshop(Path("var/learning/1"))
    workshop.prepare(LESSONS, SAMPLE)
    CANDIDATE.write_text("the candidate")
    return workshop


def program(path: str, *lines: str) -> Path:
    script = Path(path).absolute()
    script.write_text("#!/bin/sh\n" + "\n".join(lines) + "\n")
    script.chmod(0o755)
    return script


def models() -> dict[str, str]:
    return {path.name: path.read_text() for path in MODELS.glob("*.tar.gz")}


def is_up_to_date() -> bool:
    """Whether starting would leave the model alone."""
    try:
        train_if_needed(Path("var/log/train.log"))
    except OSError:
        return False
    return True


def messages() -> dict[str, str]:
    return {str(path): path.read_text("utf-8") for path in Path("data").rglob("*.yml")}


def test_it_is_made_beside_the_project_which_stays_as_it_is(workshop: Workshop) -> None:
    assert messages() == {name: text for name, text in FILES.items() if name.startswith("data/")}
    assert (workshop.data / "nlu/fr/greet.yml").read_text("utf-8") == LESSONS[GREET]
    assert (workshop.data / "nlu/fr/deny.yml").read_text("utf-8") == "non\n"
    assert (workshop.data / "rules.yml").read_text("utf-8") == "rules: []"
    [line] = workshop.sample.read_text("utf-8").split("\n")[:-1]
    assert json.loads(line) == SAMPLE[0]
    assert is_up_to_date()


def test_nothing_stays_of_a_folder_of_the_same_number(workshop: Workshop) -> None:
    """A database made anew counts from one."""
    workshop.prepare({DENY: "non merci\n"}, [])
    assert (workshop.data / "nlu/fr/greet.yml").read_text("utf-8") == FILES[str(GREET)]
    assert workshop.sample.read_text() == ""
    CANDIDATE.write_text("the candidate")
    workshop.promote()
    assert GREET.read_text("utf-8") == FILES[str(GREET)]


def test_it_is_trained_on_its_own_data(workshop: Workshop, monkeypatch) -> None:
    CANDIDATE.unlink()
    rasa = program("rasa", 'echo "$@" > asked', 'cat "$6/nlu/fr/greet.yml" > "models/$4.tar.gz"')
    monkeypatch.setattr(model, "RASA", rasa)
    workshop.train(lambda: None)
    assert models() == {MODEL.name: "the model", CANDIDATE.name: LESSONS[GREET]}
    asked = Path("asked").read_text().split()
    assert asked[asked.index("--data") + 1] == str(workshop.data)
    assert asked[asked.index("--fixed-model-name") + 1] == "candidate"


def test_a_training_that_fails_tells_why(workshop: Workshop, monkeypatch) -> None:
    monkeypatch.setattr(model, "RASA", program("rasa", "echo no data was found >&2", "exit 1"))
    with pytest.raises(StackError, match="no data was found"):
        workshop.train(lambda: None)
    assert MODEL.read_text() == "the model"


def test_it_is_compared_with_the_model_on_the_sample(workshop: Workshop, monkeypatch) -> None:
    found = '{"groups": {}, "falls": ["fr"], "messages": []}'
    python = program("python", 'echo "$@" > asked', f"echo '{found}' > {workshop.report}")
    monkeypatch.setattr(candidates, "BOT_PYTHON", python)
    assert workshop.compare() == json.loads(found)
    assert Path("asked").read_text().split() == [
        *("-m", "bot.compare", str(MODEL), str(CANDIDATE)),
        *("--sample", str(workshop.sample), "--output", str(workshop.report)),
    ]


def test_a_comparison_that_fails_tells_why(workshop: Workshop, monkeypatch) -> None:
    python = program("python", "seq 1 40 >&2", "echo out of memory >&2", "exit 137")
    monkeypatch.setattr(candidates, "BOT_PYTHON", python)
    with pytest.raises(StackError, match="40\nout of memory") as failure:
        workshop.compare()
    assert "\n20\n" not in str(failure.value), "the end of what it said is enough"


def test_promoted_it_serves_and_its_lessons_join_the_messages(workshop: Workshop) -> None:
    before = messages()
    workshop.promote()
    assert models() == {MODEL.name: "the candidate", PREVIOUS.name: "the model"}
    assert messages() == {**before, str(GREET): LESSONS[GREET]}
    assert is_up_to_date(), "the next start must not train it again"


def test_taken_back_all_is_as_it_was(workshop: Workshop) -> None:
    before, stamp = messages(), STAMP.read_text()
    workshop.promote()
    workshop.roll_back()
    assert models() == {MODEL.name: "the model", CANDIDATE.name: "the candidate"}
    assert (messages(), STAMP.read_text()) == (before, stamp)
    assert is_up_to_date()


def test_taken_back_it_can_be_promoted_again(workshop: Workshop) -> None:
    workshop.promote()
    workshop.roll_back()
    workshop.promote()
    assert models() == {MODEL.name: "the candidate", PREVIOUS.name: "the model"}
    assert GREET.read_text("utf-8") == LESSONS[GREET]


@pytest.mark.parametrize("stamp", ["of other files", None])
def test_taken_back_a_model_that_was_not_up_to_date_is_not_taken_for_it(
    workshop: Workshop, stamp: str | None
) -> None:
    STAMP.unlink()
    if stamp:
        STAMP.write_text(stamp)
    workshop.promote()
    assert is_up_to_date()
    workshop.roll_back()
    assert not is_up_to_date()


def test_taken_back_after_another_change_the_model_is_trained_at_the_next_start(
    workshop: Workshop,
) -> None:
    workshop.promote()
    DENY.write_text("non\njamais\n", "utf-8")
    workshop.roll_back()
    assert DENY.read_text("utf-8") == "non\njamais\n"
    assert not is_up_to_date()


@pytest.mark.parametrize("path", [GREET, DENY, RULES, PRICE, Path("config.yml"), Path("bot/a.py")])
def test_it_is_not_promoted_once_what_it_is_made_from_has_changed(
    workshop: Workshop, path: Path
) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("another text", "utf-8")
    before = messages(), models(), STAMP.read_text()
    with pytest.raises(StackError, match="has changed since it was trained"):
        workshop.promote()
    assert (messages(), models(), STAMP.read_text()) == before


def test_it_is_not_promoted_once_a_file_is_gone(workshop: Workshop) -> None:
    DENY.unlink()
    with pytest.raises(StackError, match="has changed since it was trained"):
        workshop.promote()
    assert GREET.read_text("utf-8") == FILES[str(GREET)]


def test_without_a_candidate_nothing_is_promoted(workshop: Workshop) -> None:
    CANDIDATE.unlink()
    with pytest.raises(StackError, match=r"no models/candidate\.tar\.gz"):
        workshop.promote()
    assert models() == {MODEL.name: "the model"}
    assert GREET.read_text("utf-8") == FILES[str(GREET)]


def test_with_nothing_to_go_back_to_nothing_is_taken_back(workshop: Workshop) -> None:
    workshop.promote()
    PREVIOUS.unlink()
    with pytest.raises(StackError, match="to go back to"):
        workshop.roll_back()
    assert models() == {MODEL.name: "the candidate"}
    assert GREET.read_text("utf-8") == LESSONS[GREET]
