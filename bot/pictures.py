"""Pictures of an evaluation."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
from sklearn.metrics import confusion_matrix

from bot.evaluation_set import HARD, SINGLE
from bot.measures import Judged


def draw_confusion(judged: Sequence[Judged], path: Path) -> None:
    """Right field by row, field named by column, both languages."""
    single = [j for j in judged if j.label.kind in (*SINGLE, *HARD)]
    names = sorted({j.label.fields[0] for j in single})
    counts = confusion_matrix(
        [j.label.fields[0] for j in single], [j.first for j in single], labels=names
    )
    figure, axes = plt.subplots(figsize=(11, 10))
    axes.imshow(counts / counts.sum(axis=1, keepdims=True), cmap="Blues", vmin=0, vmax=1)
    axes.set_xticks(range(len(names)), names, rotation=90)
    axes.set_yticks(range(len(names)), names)
    axes.set_xlabel("field named")
    axes.set_ylabel("right field")
    for row, column in np.argwhere(counts > 0):
        dark = counts[row, column] > counts[row].sum() / 2
        colour = "white" if dark else "black"
        axes.text(column, row, counts[row, column], ha="center", va="center", color=colour)
    _save(figure, path)


def draw_risk_coverage(judged: Sequence[Judged], path: Path) -> None:
    """Share of wrong first fields among the surest messages, by language."""
    figure, axes = plt.subplots(figsize=(7, 5))
    for language in ("fr", "en"):
        single = [
            j for j in judged if j.label.language == language and j.label.kind in (*SINGLE, *HARD)
        ]
        surest = sorted(single, key=lambda j: -j.confidence)
        share = np.arange(1, len(surest) + 1) / len(surest)
        axes.plot(share, np.cumsum([not j.first_right for j in surest]) / (share * len(surest)))
    axes.axhline(0.03, linestyle=":", color="grey")
    axes.legend(["fr", "en", "3 %"])
    axes.set_xlabel("share of messages routed, surest first")
    axes.set_ylabel("share of them wrong")
    _save(figure, path)


def draw_reliability(judged: Sequence[Judged], path: Path) -> None:
    """How often the first field is right, by the probability given to it."""
    single = [j for j in judged if j.label.kind in (*SINGLE, *HARD) and j.taken_as_need]
    confidence = np.array([j.confidence for j in single])
    right = np.array([j.first_right for j in single])
    bins = np.minimum((confidence * 10).astype(int), 9)
    used = np.unique(bins)
    figure, axes = plt.subplots(figsize=(6, 6))
    axes.plot([0, 1], [0, 1], linestyle=":", color="grey")
    axes.plot(
        [confidence[bins == b].mean() for b in used],
        [right[bins == b].mean() for b in used],
        marker="o",
    )
    axes.set_xlabel("probability given to the first field")
    axes.set_ylabel("share right")
    _save(figure, path)


def draw_learning_curve(points: Sequence[dict[str, Any]], path: Path) -> None:
    """The share of first fields right, by the number of training messages."""
    figure, axes = plt.subplots(figsize=(7, 5))
    messages = [point["messages"] for point in points]
    for language, line in (("fr", "-"), ("en", "--")):
        for kind in ("single", "indirect_and_border"):
            values = [point[language][kind] for point in points]
            label = f"{language}, {kind.replace('_', ' ')}"
            axes.plot(messages, values, line, marker="o", label=label)
    axes.legend()
    axes.set_xlabel("training messages")
    axes.set_ylabel("first field right")
    _save(figure, path)


def _save(figure: plt.Figure, path: Path) -> None:
    figure.tight_layout()
    figure.savefig(path, dpi=80)
    plt.close(figure)
