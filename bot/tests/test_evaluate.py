"""The evaluation messages, the table and the pictures."""

from pathlib import Path

import pytest

from bot.evaluate import table
from bot.evaluation_set import KINDS, Labelled, read_evaluation_set
from bot.measures import measure
from bot.pictures import draw_confusion, draw_reliability, draw_risk_coverage
from bot.tests.corpus import ROOT, read_messages
from bot.tests.test_measures import SEVERAL, judged, lost, other

PNG = b"\x89PNG"


def test_messages_are_read_with_kind_language_and_fields(tmp_path: Path) -> None:
    (tmp_path / "fr").mkdir()
    (tmp_path / "fr" / "several.yml").write_text(
        'version: "3.1"\n'
        "nlu:\n"
        "- intent: need/accounting+training\n"
        "  examples: |\n"
        "    - Été : deux besoins\n"
        "- intent: greet\n"
        "  examples: |\n"
        "    - Bonjour\n",
        "utf-8",
    )
    assert read_evaluation_set(tmp_path) == [
        Labelled("Été : deux besoins", "fr", "several", "need", ("accounting", "training")),
        Labelled("Bonjour", "fr", "several", "greet", ()),
    ]


def test_every_evaluation_message_is_read_as_it_is_written() -> None:
    read = read_evaluation_set(ROOT / "evaluation")
    written = read_messages("evaluation")
    assert [(m.text, m.language, m.intent, m.fields) for m in read] == [
        (m.text, m.language, m.intent, m.fields) for m in written
    ]
    assert {message.kind for message in read} == set(KINDS)


def test_the_table_has_a_line_for_each_kind_and_figure() -> None:
    french = measure([judged("a", "a"), judged("b", "b"), *SEVERAL, other("greet")])
    english = measure([judged("a", "a"), judged("b", "a"), *SEVERAL, other("need")])
    lines = table({"fr": french, "en": english}).splitlines()
    cells = {line[:38].strip(): line[38:].split() for line in lines[2:]}
    assert cells["plain"] == ["100.0%", "/", "100.0%", "50.0%", "/", "100.0%"]
    assert cells["others not routed"] == ["100.0%", "0.0%"]
    assert cells["French minus English, first field"] == ["+33.3%"]
    assert len({len(line) for line in lines[2:-1]}) == 1


@pytest.mark.parametrize("draw", [draw_confusion, draw_reliability, draw_risk_coverage])
def test_pictures_are_drawn(draw, tmp_path: Path) -> None:
    english = judged("a", "b", 0.9)
    messages = [judged("a", "a"), judged("b", "a", 0.4), lost("b", "b"), english, *SEVERAL]
    draw(messages, tmp_path / "picture.png")
    assert (tmp_path / "picture.png").read_bytes().startswith(PNG)
