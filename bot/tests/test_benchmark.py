"""What is measured beside the bot, and how."""

import pytest

from bot.benchmark.__main__ import _interval
from bot.benchmark.candidates import CANDIDATES
from bot.benchmark.messages import Labelling, label_of, read_measured, read_training
from bot.evaluation_set import SEVERAL, Labelled
from bot.tests.messages import MESSAGES

# The others differ from these by a pipeline of Rasa's own, and take minutes.
QUICK = ("aiguilleur", "spaCy textcat", "TF-IDF + logistic regression")


@pytest.fixture(scope="module")
def training() -> list[Labelling]:
    return [
        Labelling(text, "fr", label, held_out)
        for label, batch in MESSAGES.items()
        for texts, held_out in ((batch.learnt, False), (batch.held_out, True))
        for text in texts
    ]


@pytest.mark.parametrize("name", QUICK)
def test_a_candidate_names_what_it_learnt(name: str, training: list[Labelling]) -> None:
    classify = CANDIDATES[name](training)
    learnt = [message for message in training if not message.held_out]
    right = [classify(message.text, "fr") == message.label for message in learnt]
    assert sum(right) > 0.8 * len(right)


def test_the_same_share_of_each_label_is_drawn_each_time() -> None:
    drawn = read_training(0.002)
    assert drawn == read_training(0.002)
    assert {message.language for message in drawn} == {"fr", "en"}
    labels = {message.label for message in drawn}
    assert len([label for label in labels if label.startswith("need/")]) == 20
    assert {"thanks", "greet"} < labels


def test_messages_of_several_needs_have_no_one_right_label() -> None:
    assert SEVERAL not in {labelled.kind for labelled in read_measured()}


def test_a_peer_knows_one_label_a_message() -> None:
    assert Labelling("x", "fr", "need/accounting+training", False).label == "need/accounting"
    assert label_of(Labelled("x", "fr", "plain", "need", ("training",))) == "need/training"
    assert label_of(Labelled("x", "fr", "none", "thanks", ())) == "thanks"


def test_an_interval_holds_the_share_and_narrows_with_messages() -> None:
    needs = [Labelled("x", "fr", "plain", "need", ("training",))]
    few = _interval(needs * 10, [True] * 8 + [False] * 2, "fr", "needs")
    many = _interval(needs * 1000, [True] * 800 + [False] * 200, "fr", "needs")
    assert few["accuracy"] == many["accuracy"] == 0.8
    assert few["low"] < many["low"] < 0.8 < many["high"] < few["high"]
