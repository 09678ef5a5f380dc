"""The training messages outside Rasa's graph: read, drawn from, and judged by folds."""

from collections import Counter
from pathlib import Path

import pytest

from bot.cross_validation import cross_validate, doubtful
from bot.evaluation_set import Labelled
from bot.learning import Example
from bot.learning_curve import sample
from bot.measures import Judged
from bot.tests.messages import as_nlu_yaml
from bot.training_set import Analysis, TrainingMessage, read_training_set


@pytest.fixture(scope="module")
def messages(tmp_path_factory: pytest.TempPathFactory) -> list[TrainingMessage]:
    root = tmp_path_factory.mktemp("nlu")
    (root / "fr").mkdir()
    (root / "fr" / "all.yml").write_text(as_nlu_yaml(), encoding="utf-8")
    return read_training_set(Analysis(), Path(root))


def test_messages_are_read_as_the_pipeline_reads_them(
    messages: list[TrainingMessage], examples: list[Example]
) -> None:
    assert {message.language for message in messages} == {"fr"}
    by_text = {example.document.text: example for example in examples}
    assert len(messages) == len(examples)
    for message in messages:
        expected = by_text[message.example.document.text]
        assert message.example.document.lemmas == expected.document.lemmas
        assert (message.example.intent, message.example.fields, message.example.held_out) == (
            expected.intent,
            expected.fields,
            expected.held_out,
        )


def test_a_share_is_drawn_within_each_label_and_held_out_ones_stay(
    examples: list[Example],
) -> None:
    half = sample(examples, 0.5)
    assert sample(examples, 0.5) == half

    def counted(chosen: list[Example], held_out: bool) -> Counter:
        return Counter((e.intent, e.fields) for e in chosen if e.held_out == held_out)

    assert counted(half, True) == counted(examples, True)
    whole, drawn = counted(examples, False), counted(half, False)
    assert {label: max(1, round(count / 2)) for label, count in whole.items()} == drawn
    assert len(sample(examples, 1.0)) == len(examples)


def test_each_message_is_judged_once_and_no_held_out_one(messages: list[TrainingMessage]) -> None:
    judged = cross_validate(messages)
    learnt = [message.text for message in messages if not message.example.held_out]
    assert Counter(j.label.text for j in judged) == Counter(learnt)
    fields = {m.text: m.example.fields for m in messages}
    assert all(j.label.fields == fields[j.label.text] for j in judged)


def test_the_labels_most_in_doubt_come_first() -> None:
    def judged(fields: tuple[str, ...], named: str, surely: float) -> Judged:
        ranking = {named: surely, "training": 1 - surely}
        label = Labelled(f"{fields} {named}", "fr", "plain", "need", fields)
        return Judged(label, {"intent": "need", "ranking": ranking, "outcome": "route"})

    told = doubtful(
        [
            judged(("accounting",), "accounting", 0.99),
            judged(("accounting", "governance"), "governance", 0.99),
            judged(("accounting",), "governance", 0.7),
            judged(("accounting",), "recruitment", 0.9),
        ]
    )
    assert [line.split("\t")[:3] for line in told] == [
        ["accounting", "recruitment", "0.900"],
        ["accounting", "governance", "0.700"],
    ]
