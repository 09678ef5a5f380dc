"""Whether a candidate is better, told message by message, and where it is worse beyond chance."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot import compare as compare_module
from bot.compare import MOST_MESSAGES, compare, falls, main, read_sample, right
from bot.evaluation_set import Labelled
from bot.interpreter import MODEL
from bot.measures import Judged
from bot.tests import conftest
from bot.tests.messages import ACCOUNTING, MESSAGES, RECRUITMENT, as_nlu_yaml
from bot.tests.test_measures import judged, lost, other

NO_CHANGE = {"gained": 0, "lost": 0}


@pytest.mark.parametrize(
    ("message", "is_right"),
    [
        (judged("a", "a"), True),
        (judged("a", "a", outcome="unsure", fields="abc"), True),
        (judged("a", "b"), False),
        (judged("a", "b", outcome="clarify", fields="ba"), False),
        (lost("a", "a"), False),
    ],
)
def test_a_need_is_right_by_its_main_field(message: Judged, is_right: bool) -> None:
    assert right(message) is is_right


@pytest.mark.parametrize(
    ("named", "is_right"), [("ab", True), ("a", False), ("abc", False), ("ac", False)]
)
def test_several_needs_are_right_all_together(named: str, is_right: bool) -> None:
    assert right(judged("ab", "a", kind="several", outcome="several", fields=named)) is is_right


def test_several_needs_are_right_with_the_main_one_first_and_the_others_in_any_order() -> None:
    assert not right(judged("ab", "b", kind="several", outcome="several", fields="ba"))
    assert right(judged("abc", "a", kind="several", outcome="several", fields="acb"))


@pytest.mark.parametrize(
    ("intent", "is_right"), [("greet", True), ("thanks", False), ("need", False)]
)
def test_what_is_no_need_is_right_by_its_intent(intent: str, is_right: bool) -> None:
    assert right(other(intent, true_intent="greet")) is is_right


def test_each_group_counts_its_messages_what_is_right_and_what_changes() -> None:
    pairs = [
        (judged("a", "a"), judged("a", "a")),
        (judged("a", "b"), judged("a", "a", kind="plain")),
        (judged("b", "b"), judged("b", "a")),
        (judged("b", "a"), judged("b", "c")),
        (sampled(judged("a", "b")), sampled(judged("a", "a"))),
        (sampled(other("need")), sampled(other("greet"))),
        (other("greet"), other("need")),
        (in_english(judged("a", "a")), in_english(judged("a", "a"))),
    ]
    report = compare(*map(list, zip(*pairs, strict=True)))
    assert report["groups"] == {
        "fr": {"messages": 7, "before": 3, "after": 4, "gained": 3, "lost": 2},
        "fr a": {"messages": 3, "before": 1, "after": 3, "gained": 2, "lost": 0},
        "fr b": {"messages": 2, "before": 1, "after": 0, "gained": 0, "lost": 1},
        "fr sample": {"messages": 2, "before": 0, "after": 2, "gained": 2, "lost": 0},
        "en": {"messages": 1, "before": 1, "after": 1, **NO_CHANGE},
        "en a": {"messages": 1, "before": 1, "after": 1, **NO_CHANGE},
    }
    assert report["falls"] == []


def sampled(message: Judged) -> Judged:
    return replace(message, label=replace(message.label, kind="sample"))


def in_english(message: Judged) -> Judged:
    return replace(message, label=replace(message.label, language="en"))


def test_a_message_that_changes_is_told_with_both_answers() -> None:
    before = [judged("ab", "a", kind="several", fields="a"), other("greet"), judged("c", "c")]
    after = [judged("ab", "a", kind="several", fields="ab"), other("thanks"), judged("c", "c")]
    gain, loss = compare(before, after)["messages"]
    assert gain == {
        "text": "…",
        "language": "fr",
        "set": "several",
        "right": ["a", "b"],
        "before": ["a"],
        "after": ["a", "b"],
        "gained": True,
    }
    assert (loss["right"], loss["before"], loss["after"]) == (["greet"], ["greet"], ["thanks"])
    assert loss["gained"] is False


def test_no_more_messages_are_told_than_a_page_can_show_but_all_are_counted() -> None:
    count = MOST_MESSAGES + 3
    report = compare([judged("a", "b")] * count, [judged("a", "a")] * count)
    assert len(report["messages"]) == MOST_MESSAGES
    assert report["groups"]["fr"]["gained"] == count


@pytest.mark.parametrize(
    ("lost_ones", "gained", "is_fall"),
    [
        (0, 0, False),
        (0, 9, False),
        (5, 5, False),
        (4, 0, False),  # 1 / 16
        (5, 0, True),  # 1 / 32
        (6, 1, False),  # 8 / 128
        (7, 1, True),  # 9 / 256
        (8, 2, False),  # 56 / 1,024
        (9, 2, True),  # 67 / 2,048
        (9, 3, False),  # 299 / 4,096
        (10, 3, True),  # 378 / 8,192
    ],
)
def test_it_falls_where_chance_would_lose_so_many_less_than_once_in_twenty(
    lost_ones: int, gained: int, is_fall: bool
) -> None:
    assert falls({"lost": lost_ones, "gained": gained}) is is_fall


def test_a_field_that_falls_is_named_though_its_language_gains() -> None:
    before = [judged("a", "a")] * 5 + [judged("b", "a")] * 9
    after = [judged("a", "b")] * 5 + [judged("b", "b")] * 9
    assert compare(before, after)["falls"] == ["fr a"]


def test_a_sample_is_read_a_message_a_line_whatever_its_characters(tmp_path: Path) -> None:
    path = tmp_path / "sample.jsonl"
    texts = ["Été\u2028deux\x85trois\nquatre", "bonjour"]
    rows = [
        {"text": texts[0], "language": "fr", "intent": "need", "fields": ["a", "b"]},
        {"text": texts[1], "language": "en", "intent": "greet", "fields": []},
    ]
    lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    path.write_text("".join(lines), "utf-8")
    assert read_sample(path) == [
        Labelled(texts[0], "fr", "sample", "need", ("a", "b")),
        Labelled(texts[1], "en", "sample", "greet", ()),
    ]


def test_without_a_review_the_sample_is_empty(tmp_path: Path) -> None:
    path = tmp_path / "sample.jsonl"
    path.touch()
    assert read_sample(path) == []


@pytest.fixture(scope="module")
def confused(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that was taught to take accounting for recruitment, and the reverse."""
    swapped = as_nlu_yaml()
    for one, other_one in ((ACCOUNTING, "…"), (RECRUITMENT, ACCOUNTING), ("…", RECRUITMENT)):
        swapped = swapped.replace(f"need/{one}\n", f"need/{other_one}\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(conftest, "as_nlu_yaml", lambda: swapped)
        folder = conftest.train(tmp_path_factory.mktemp("confused"), {"fr": None, "en": None})
    return folder / MODEL


@pytest.fixture
def report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, Any]]:
    """A function that runs the program on two models, in a project with messages to judge by."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(compare_module, "log_warnings_alone", lambda: None)
    texts = "\n".join(f"    - {text}" for text in MESSAGES["need/accounting"].learnt[:5])
    Path("evaluation/fr").mkdir(parents=True)
    Path("evaluation/fr/plain.yml").write_text(
        f"nlu:\n- intent: need/accounting\n  examples: |\n{texts}\n", "utf-8"
    )
    sample = [
        {"text": "bonjour", "language": "fr", "intent": "greet", "fields": []},
        {
            "text": "Nobody applies to our job posting",
            "language": "en",
            "intent": "need",
            "fields": ["recruitment"],
        },
    ]
    Path("sample.jsonl").write_text("".join(json.dumps(row) + "\n" for row in sample), "utf-8")

    def compared(current: Path, candidate: Path) -> dict[str, Any]:
        command = f"compare {current} {candidate} --sample sample.jsonl --output report.json"
        monkeypatch.setattr("sys.argv", command.split())
        main()
        return json.loads(Path("report.json").read_text("utf-8"))

    return compared


def test_a_candidate_that_confuses_two_fields_falls(report, project: Path, confused: Path) -> None:
    told = report(project / MODEL, confused)
    assert told["groups"] == {
        "fr": {"messages": 6, "before": 6, "after": 1, "gained": 0, "lost": 5},
        "fr accounting": {"messages": 5, "before": 5, "after": 0, "gained": 0, "lost": 5},
        "fr sample": {"messages": 1, "before": 1, "after": 1, **NO_CHANGE},
        "en": {"messages": 1, "before": 1, "after": 0, "gained": 0, "lost": 1},
        "en recruitment": {"messages": 1, "before": 1, "after": 0, "gained": 0, "lost": 1},
        "en sample": {"messages": 1, "before": 1, "after": 0, "gained": 0, "lost": 1},
    }
    assert told["falls"] == ["fr", "fr accounting"]
    assert len(told["messages"]) == 6
    assert {message["after"][0] for message in told["messages"]} == {ACCOUNTING, RECRUITMENT}


def test_the_same_model_neither_gains_nor_falls(report, project: Path) -> None:
    told = report(project / MODEL, project / MODEL)
    assert (told["falls"], told["messages"]) == ([], [])
    assert told["groups"]["fr"] == {"messages": 6, "before": 6, "after": 6, **NO_CHANGE}
