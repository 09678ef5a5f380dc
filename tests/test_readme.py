"""What the README says that can be checked."""

import json
import re
from functools import reduce
from pathlib import Path

import pytest

from catalog.settings import Settings

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
FIGURES = json.loads((ROOT / "docs/evaluation/figures.json").read_text(encoding="utf-8"))
BENCHMARK = json.loads((ROOT / "docs/evaluation/benchmark.json").read_text(encoding="utf-8"))
PEERS = {
    "aiguilleur": ("Aiguilleur", "Aiguilleur"),
    "rasa init (DIET)": ("`rasa init` (DIET, 100 époques)", "`rasa init` (DIET, 100 epochs)"),
    "Rasa LogisticRegressionClassifier": (
        "`LogisticRegressionClassifier` de Rasa",
        "Rasa’s `LogisticRegressionClassifier`",
    ),
    "spaCy textcat": ("`textcat` de spaCy", "spaCy’s `textcat`"),
    "TF-IDF + logistic regression": (
        "TF-IDF et régression logistique",
        "TF-IDF and logistic regression",
    ),
}
SERVICE = json.loads((ROOT / "docs/benchmarks/assistant.json").read_text(encoding="utf-8"))
# What is told of both assistants in service, and how many decimals.
SERVICE_MEASURES = {
    ("apprentissage (s de processeur)", "training (s of processor)"): (
        ("training_processor_seconds",),
        0,
    ),
    ("prêt à répondre (s)", "ready to answer (s)"): (("seconds_to_ready",), 1),
    ("mémoire (Mo)", "memory (MB)"): (("memory_megabytes",), 0),
    ("une conversation : réponse médiane (ms)", "one conversation: median answer (ms)"): (
        ("conversations_at_once", "1", "median_ms"),
        0,
    ),
    ("32 conversations : messages par seconde", "32 conversations: messages a second"): (
        ("conversations_at_once", "32", "messages_a_second"),
        1,
    ),
    ("32 conversations : 95 % des réponses (ms)", "32 conversations: 95 % of answers (ms)"): (
        ("conversations_at_once", "32", "p95_ms"),
        0,
    ),
    ("300ᵉ message d’une conversation (ms)", "300th message of a conversation (ms)"): (
        ("milliseconds_at_turn", "300"),
        0,
    ),
}
MEASURES = {
    "premier champ juste : besoins simples": ("single", "first"),
    "premier champ juste : indirects et limites": ("indirect_and_border", "first"),
    "parmi les trois premiers : besoins simples": ("single", "among_three"),
    "plusieurs besoins : F1 des champs nommés": ("several_f1",),
    "besoins entendus comme tels": ("needs_kept",),
    "autres messages laissés": ("others_not_routed",),
    "dirigés sans question": ("routed_without_question",),
    "… dont à tort": ("routed_without_question_errors",),
    "erreur de calibration": ("calibration_error",),
    "first field right: single needs": ("single", "first"),
    "first field right: indirect and border": ("indirect_and_border", "first"),
    "among the first three: single needs": ("single", "among_three"),
    "several needs: F1 of the fields named": ("several_f1",),
    "needs heard as such": ("needs_kept",),
    "other messages left": ("others_not_routed",),
    "routed without a question": ("routed_without_question",),
    "… of which wrongly": ("routed_without_question_errors",),
    "calibration error": ("calibration_error",),
}


def figure_at(report, path):
    return reduce(lambda inner, key: inner[key], path, report)


@pytest.mark.parametrize("measure", MEASURES)
def test_the_figures_are_those_measured(measure):
    measured = []
    for language in ("fr", "en"):
        figure = figure_at(FIGURES[language], MEASURES[measure])
        measured.append(f"{100 * figure:.1f}")
    told = re.search(rf"^\| {re.escape(measure)} \| (\S+)\s% \| (\S+)\s% \|$", README, re.MULTILINE)
    assert [number.replace(",", ".") for number in told.groups()] == measured


@pytest.mark.parametrize("peer", BENCHMARK["candidates"])
def test_the_benchmark_is_what_was_measured(peer):
    measured = BENCHMARK["candidates"][peer]
    figures = [
        f"{100 * measured[f'{language} needs'][bound]:.1f}"
        for language in ("fr", "en")
        for bound in ("accuracy", "low", "high")
    ]
    figures += [f"{measured['training_seconds']:.0f}", f"{measured['milliseconds']:.1f}"]
    figures.append(str(measured["memory_megabytes"]))
    names = "|".join(map(re.escape, PEERS[peer]))
    rows = re.findall(rf"^\| (?:{names}) \|(.*)$", README, re.MULTILINE)
    told = [re.findall(r"[\d.]+", row.replace(",", ".")) for row in rows]
    assert told == [figures, figures]


@pytest.mark.parametrize("names", SERVICE_MEASURES)
def test_the_service_is_told_as_it_was_measured(names):
    path, decimals = SERVICE_MEASURES[names]
    figures = []
    for assistant in ("aiguilleur", "rasa_init"):
        figure = figure_at(SERVICE["assistants"][assistant], path)
        figures.append(f"{figure:.{decimals}f}")
    for name in names:
        row = re.search(rf"^\| {re.escape(name)} \|(.*)$", README, re.MULTILINE)
        assert re.findall(r"[\d.]+", row[1].replace(",", ".")) == figures


def test_what_several_processes_carry_is_told_as_it_was_measured():
    running = (ROOT / "docs/running.md").read_text(encoding="utf-8")
    scale = json.loads((ROOT / "docs/benchmarks/scale.json").read_text(encoding="utf-8"))
    measured = []
    for run in scale["runs"]:
        busy = run["conversations_at_once"]["32"]
        measured.append(
            f"| {run['rasa_workers']} | {run['gateways']} | {busy['messages_a_second']:.1f} "
            f"| {busy['p95_ms']:,.0f} | {busy['processor_ms_a_message']:.0f} |"
        )
    assert "\n".join(measured) in running


def test_every_file_that_is_named_exists():
    for path in re.findall(r"\]\(((?:docs|catalog|web)/[^)#]+)\)", README):
        assert (ROOT / path).exists(), path


def test_every_setting_is_in_the_example():
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    for name in Settings.model_fields:
        assert re.search(rf"^#?{name.upper()}=", example, re.MULTILINE), name
