"""Reviewed messages as training messages: chosen, shown as a diff, written to their files."""

import difflib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml
from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from catalog.anonymize import MARKS
from catalog.demo.marks import demo_interpretations
from catalog.interpretations import text_key
from catalog.models import Interpretation, Review
from catalog.places import fold
from catalog.reviews import NEED, Queue

TRAINING = Path("data/nlu")
EVALUATION = Path("evaluation")
BULLET = "    - "
GRAM = 5
# The build refuses messages as alike as this (`bot/tests/test_training_data.py`).
NEAR_COPY = 0.6
# Brackets and braces mark entities for Rasa, a backslash escapes; YAML holds none of the others.
REFUSED = re.compile(r"[\[\]{}\\\x00-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]")

REMOVED = re.compile(
    "|".join(re.escape(mark) for marks in MARKS.values() for mark in marks.values())
)


@dataclass(frozen=True)
class Lesson:
    """A message to learn: its words, language, and label as training files write it."""

    text: str
    language: str
    label: str

    @property
    def file(self) -> Path:
        """Where it belongs, in the folder of the training messages."""
        name = self.label.partition("+")[0].replace("/", "_")
        return Path(self.language) / f"{name}.yml"


def lessons(
    session: Session, training: Path = TRAINING, evaluation: Path = EVALUATION
) -> list[Lesson]:
    """What reviewers taught that the files do not hold yet, nor anything nearly the same.

    Not words that reviewers call differently, that are flagged, nor that were drawn at random,
    which measures the models. Never what the evaluation sets hold, nor a near copy of it.
    """
    known = [*written_messages(training), *written_messages(evaluation)]
    met = {text_key(text) for text in known}
    new = [lesson for lesson in _taught(session) if text_key(lesson.text) not in met]
    return _without_near_copies(new, known)


def proposed(lessons: Iterable[Lesson], training: Path = TRAINING) -> dict[Path, str]:
    """The text of each file of `training` once it holds its lessons."""
    by_file: dict[Path, list[Lesson]] = defaultdict(list)
    for lesson in lessons:
        by_file[training / lesson.file].append(lesson)
    return {path: _with(path.read_text("utf-8"), added) for path, added in by_file.items()}


def difference(files: dict[Path, str]) -> str:
    """What writing `files` would change, as a unified diff."""
    return "".join(
        line
        for path, after in sorted(files.items())
        for line in difflib.unified_diff(
            path.read_text("utf-8").splitlines(keepends=True),
            after.splitlines(keepends=True),
            str(path),
            str(path),
            n=0,
        )
    )


def training_keys(folder: Path = TRAINING) -> frozenset[str]:
    """The `text_key` of every training message; read again only once a file has changed."""
    changed = max((path.stat().st_mtime_ns for path in folder.glob("*/*.yml")), default=0)
    return _keys(folder, changed)


@lru_cache(maxsize=1)
def _keys(folder: Path, _changed: int) -> frozenset[str]:
    return frozenset(map(text_key, written_messages(folder)))


def written_messages(folder: Path) -> Iterator[str]:
    """The text of every message in a folder of Rasa's NLU files."""
    for path in sorted(folder.glob("*/*.yml")):
        for block in yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader)["nlu"]:
            for line in block["examples"].splitlines():
                yield line.strip().removeprefix("- ")


def _taught(session: Session) -> Iterator[Lesson]:
    query = (
        select(Interpretation)
        .join(Interpretation.reviews)
        .where(~demo_interpretations())
        .options(contains_eager(Interpretation.reviews))
        .order_by(Interpretation.id, Review.reviewed_at)
    )
    alike: dict[str, list[Interpretation]] = defaultdict(list)
    for interpretation in session.scalars(query).unique():
        alike[text_key(learnable(interpretation.text))].append(interpretation)
    for first, *others in alike.values():
        reviews = [review for one in (first, *others) for review in one.reviews]
        labels = {_label(review) for review in reviews}
        kept_apart = any(review.flagged or review.queue == Queue.SAMPLE for review in reviews)
        text = learnable(first.text)
        if len(labels) == 1 and not kept_apart and text:
            yield Lesson(text, first.language, labels.pop())


def _label(review: Review) -> str:
    return f"{NEED}/{'+'.join(review.fields)}" if review.intent == NEED else review.intent


def learnable(text: str) -> str:
    """`text` on one line, without the marks of what was taken out of it."""
    return " ".join(REFUSED.sub(" ", REMOVED.sub(" ", text)).split())


def _without_near_copies(new: list[Lesson], known: list[str]) -> list[Lesson]:
    """Those that nothing known is nearly the same as, nor any before them."""
    index: dict[str, list[int]] = defaultdict(list)
    sizes = []
    for number, lesson in enumerate(new):
        grams = _grams(lesson.text)
        sizes.append(len(grams))
        for gram in grams:
            index[gram].append(number)

    def alike(text: str) -> Iterator[int]:
        grams = _grams(text)
        shared = Counter(number for gram in grams for number in index.get(gram, ()))
        for number, count in shared.items():
            if count >= NEAR_COPY * (sizes[number] + len(grams) - count):
                yield number

    copies = {number for text in known for number in alike(text)}
    kept = []
    for number, lesson in enumerate(new):
        if number not in copies:
            kept.append(lesson)
            copies.update(alike(lesson.text))
    return kept


def _grams(text: str) -> set[str]:
    normal = f" {fold(text)} ".ljust(GRAM)
    return {normal[start : start + GRAM] for start in range(len(normal) - GRAM + 1)}


def _with(text: str, added: list[Lesson]) -> str:
    """A file's text with each lesson at the end of its label's block, made where there is none."""
    lines = text.splitlines()
    by_label: dict[str, list[str]] = defaultdict(list)
    for lesson in added:
        by_label[lesson.label].append(f"{BULLET}{lesson.text}")
    for label, bullets in by_label.items():
        end = _end_of_block(lines, label)
        if end is None:
            lines += [f"- intent: {label}", "  examples: |", *bullets]
        else:
            lines[end:end] = bullets
    return "\n".join(lines) + "\n"


def _end_of_block(lines: list[str], label: str) -> int | None:
    is_inside, end = False, None
    for number, line in enumerate(lines):
        if line.startswith("- intent:"):
            is_inside = line.removeprefix("- intent:").strip() == label
        elif is_inside and line.startswith(BULLET):
            end = number + 1
    return end
