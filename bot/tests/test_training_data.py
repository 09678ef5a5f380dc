"""The rules that the hand-written messages keep."""

import re
from collections import Counter, defaultdict

import pytest

from bot.documents import fold
from bot.tests.corpus import ROOT, Written, read_messages, read_yaml
from bot.tests.near_copies import near_copies

LANGUAGES = ("fr", "en")
SINGLE_NEEDS = 150
OTHERS = 60
EVALUATION_NEEDS = 40
NEAR_COPY = 0.6
# "oui", "start over", "are you hiring": the bot must know them, and everyone writes them so.
FORMULA_WORDS = 3
OPENING_SHARE = 0.03
# Distinct words: fewer would mean few voices, or one sentence with its nouns changed.
VOCABULARY = 2500
WORD = re.compile(r"[^\W\d_]{3,}")
# Rasa reads (words)[entity] and [words]{"entity": …} in an example as annotations.
ANNOTATION = re.compile(r"[\[\]{}]")
EMAIL = re.compile(r"[\w.+-]+@(?P<domain>[\w-]+(?:\.[\w-]+)+)")
RESERVED_DOMAINS = re.compile(r"(?:^|\.)ex[ae]mple(?:\.\w+)?$")
TELEPHONE = re.compile(r"(?<![\d-])\(?\d{3}\)?[ .-]{0,2}(?P<local>\d{3}[ .-]?\d{4})(?![\d-])")
# Numbers 555-0100 to 555-0199 ring nowhere.
FICTIONAL = re.compile(r"555[ .-]?01\d\d")

FIELDS = {field["slug"] for field in read_yaml(ROOT / "catalog/fields.yml")}


@pytest.fixture(scope="module")
def training() -> list[Written]:
    return read_messages("data/nlu")


@pytest.fixture(scope="module")
def evaluation() -> list[Written]:
    return read_messages("evaluation")


@pytest.fixture(scope="module")
def everything(training: list[Written], evaluation: list[Written]) -> list[Written]:
    return training + evaluation


def is_formula(message: Written) -> bool:
    return not message.fields and len(message.text.split()) <= FORMULA_WORDS


def test_every_line_is_a_message() -> None:
    for folder in ("data/nlu", "evaluation"):
        for path in (ROOT / folder).glob("*/*.yml"):
            for block in read_yaml(path)["nlu"]:
                for line in block["examples"].splitlines():
                    assert re.match(r"- \S", line), f"{path}: {line}"


def test_the_fields_are_those_of_the_catalog(
    training: list[Written], evaluation: list[Written]
) -> None:
    for messages in (training, evaluation):
        assert {field for message in messages for field in message.fields} == FIELDS


def test_a_need_names_its_fields_once_each_and_nothing_else_does(everything: list[Written]) -> None:
    for message in everything:
        assert (message.intent == "need") == bool(message.fields), str(message)
        assert len(set(message.fields)) == len(message.fields), str(message)


def test_every_intent_is_one_of_the_domain(everything: list[Written]) -> None:
    intents = {
        name
        for intent in read_yaml(ROOT / "domain.yml")["intents"]
        for name in ([intent] if isinstance(intent, str) else intent)
    }
    assert {message.intent for message in everything} <= intents


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_field_has_enough_training_messages(training: list[Written], language: str) -> None:
    counts = Counter(
        message.fields[0]
        for message in training
        if message.language == language and len(message.fields) == 1 and not message.held_out
    )
    assert {field: counts[field] for field in FIELDS if counts[field] < SINGLE_NEEDS} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_field_has_a_wide_vocabulary(training: list[Written], language: str) -> None:
    words = defaultdict(set)
    for message in training:
        if message.language == language and message.fields:
            words[message.fields[0]].update(WORD.findall(fold(message.text)))
    sizes = {field: len(words[field]) for field in FIELDS}
    assert {field: size for field, size in sizes.items() if size < VOCABULARY} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_other_intent_has_enough_training_messages(
    training: list[Written], language: str
) -> None:
    counts = Counter(
        message.intent
        for message in training
        if message.language == language and not message.fields and not message.held_out
    )
    intents = {message.intent for message in training if not message.fields}
    assert {"retry", "resume", "switch_language"} <= intents
    assert {intent: counts[intent] for intent in intents if counts[intent] < OTHERS} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_field_has_enough_evaluation_messages(
    evaluation: list[Written], language: str
) -> None:
    counts = Counter(
        message.fields[0]
        for message in evaluation
        if message.language == language and message.fields
    )
    assert {field: counts[field] for field in FIELDS if counts[field] < EVALUATION_NEEDS} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_intent_is_held_out_too(training: list[Written], language: str) -> None:
    here = [message for message in training if message.language == language]
    learnt = {name for m in here if not m.held_out for name in (m.intent, *m.fields)}
    assert {name for m in here if m.held_out for name in (m.intent, *m.fields)} == learnt


def test_no_training_message_has_two_labels(training: list[Written]) -> None:
    labels = defaultdict(set)
    for message in training:
        labels[message.text.casefold()].add(message.label)
    assert {text: found for text, found in labels.items() if len(found) > 1} == {}


def test_no_evaluation_message_nor_a_near_copy_is_in_training(
    training: list[Written], evaluation: list[Written]
) -> None:
    pairs = near_copies([m.text for m in evaluation], [m.text for m in training], NEAR_COPY)
    copied = [
        f"{training[copy]}  ←  {evaluation[original]}"
        for original, copy in pairs
        if not is_formula(training[copy])
    ]
    assert copied == []


def test_no_two_training_messages_of_one_label_are_near_copies(training: list[Written]) -> None:
    texts = [message.text for message in training]
    copied = [
        f"{training[one]}  ≈  {training[other]}"
        for one, other in near_copies(texts, texts, NEAR_COPY)
        if one < other
        and training[one].label == training[other].label
        and not is_formula(training[one])
    ]
    assert copied == []


def test_no_two_words_open_too_many_messages_of_a_field(training: list[Written]) -> None:
    openings = defaultdict(Counter)
    for message in training:
        if message.fields:
            words = re.findall(r"[\w'-]+", fold(message.text))
            openings[message.language, message.file][" ".join(words[:2])] += 1
    shares = {
        (*file, opening): count / counts.total()
        for file, counts in openings.items()
        for opening, count in counts.most_common(1)
    }
    assert {key: share for key, share in shares.items() if share > OPENING_SHARE} == {}


def test_no_message_holds_what_rasa_would_read_as_an_annotation(everything: list[Written]) -> None:
    assert [str(message) for message in everything if ANNOTATION.search(message.text)] == []


def test_no_message_holds_the_address_or_number_of_a_person(everything: list[Written]) -> None:
    addresses = [
        str(message)
        for message in everything
        for found in EMAIL.finditer(message.text)
        if not RESERVED_DOMAINS.search(found["domain"])
    ]
    numbers = [
        str(message)
        for message in everything
        for found in TELEPHONE.finditer(message.text)
        if not FICTIONAL.fullmatch(found["local"])
    ]
    assert addresses + numbers == []
