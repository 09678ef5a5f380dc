"""The candidates: each learns from messages and gives a function from a text to its label."""

import asyncio
import random
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import spacy
import yaml
from rasa.core.agent import Agent
from rasa.model_training import train_nlu
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from spacy.training import Example as SpacyExample

from bot.benchmark.messages import Labelling
from bot.decision import NEED
from bot.learning import Example, learn
from bot.training_set import Analysis

Classify = Callable[[str, str], str]
Learn = Callable[[Sequence[Labelling]], Classify]

FEATURES = [
    {"name": "WhitespaceTokenizer"},
    {"name": "RegexFeaturizer"},
    {"name": "LexicalSyntacticFeaturizer"},
    {"name": "CountVectorsFeaturizer"},
    {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
]
# What `rasa init` writes, without what only serves entities, responses and fallback.
RASA_INIT = [
    *FEATURES,
    {
        "name": "DIETClassifier",
        "epochs": 100,
        "constrain_similarities": True,
        "entity_recognition": False,
    },
]
RASA_LOGISTIC = [*FEATURES, {"name": "LogisticRegressionClassifier"}]
TEXTCAT_EPOCHS = 10


def aiguilleur(messages: Sequence[Labelling]) -> Classify:
    """This bot."""
    analysis = Analysis()
    model = learn([_example(analysis, message) for message in messages])

    def classify(text: str, language: str) -> str:
        [(interpretation, _)] = model.interpret([analysis.document(text)], [language])
        if interpretation.intent != NEED:
            return interpretation.intent
        return f"{NEED}/{next(iter(interpretation.ranking))}"

    return classify


def rasa_init(messages: Sequence[Labelling]) -> Classify:
    """What `rasa init` gives: DIET, 100 epochs."""
    return _rasa(messages, RASA_INIT)


def rasa_logistic(messages: Sequence[Labelling]) -> Classify:
    """Rasa's logistic regression over the same features."""
    return _rasa(messages, RASA_LOGISTIC)


def spacy_textcat(messages: Sequence[Labelling]) -> Classify:
    """spaCy's text categorizer, one per language."""
    by_language = {
        language: _textcat(language, [m for m in messages if m.language == language])
        for language in {m.language for m in messages}
    }

    def classify(text: str, language: str) -> str:
        scores = by_language[language](text).cats
        return max(scores, key=scores.get)

    return classify


def tfidf_logistic(messages: Sequence[Labelling]) -> Classify:
    """TF-IDF and logistic regression, outside Rasa."""
    model = make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True),
        LogisticRegression(C=10, max_iter=300),
    )
    model.fit([m.text for m in messages], [m.label for m in messages])
    return lambda text, language: str(model.predict([text])[0])


CANDIDATES: dict[str, Learn] = {
    "aiguilleur": aiguilleur,
    "rasa init (DIET)": rasa_init,
    "Rasa LogisticRegressionClassifier": rasa_logistic,
    "spaCy textcat": spacy_textcat,
    "TF-IDF + logistic regression": tfidf_logistic,
}


def _example(analysis: Analysis, message: Labelling) -> Example:
    document = analysis.document(message.text)
    intent, _, fields = message.full_intent.partition("/")
    names = tuple(fields.split("+")) if fields else ()
    return Example(document, intent, names, held_out=message.held_out)


def _rasa(messages: Sequence[Labelling], pipeline: list[dict[str, Any]]) -> Classify:
    folder = Path(tempfile.mkdtemp())
    by_label: dict[str, list[str]] = {}
    for message in messages:
        # Rasa would read what follows the slash as a response to retrieve.
        by_label.setdefault(message.label.replace("/", "."), []).append(message.text)
    nlu = [
        {"intent": label, "examples": "".join(f"- {text}\n" for text in texts)}
        for label, texts in by_label.items()
    ]
    (folder / "nlu.yml").write_text(yaml.safe_dump({"version": "3.1", "nlu": nlu}), "utf-8")
    config = {"recipe": "default.v1", "language": "fr", "pipeline": pipeline, "assistant_id": "x"}
    (folder / "config.yml").write_text(yaml.safe_dump(config), "utf-8")
    path = train_nlu(str(folder / "config.yml"), str(folder / "nlu.yml"), str(folder))
    agent = Agent.load(path)

    def classify(text: str, language: str) -> str:
        parsed = asyncio.run(agent.parse_message(text))
        return parsed["intent"]["name"].replace(".", "/")

    return classify


def _textcat(language: str, messages: Sequence[Labelling]) -> spacy.Language:
    nlp = spacy.blank(language)
    textcat = nlp.add_pipe("textcat")
    labels = sorted({message.label for message in messages})
    for label in labels:
        textcat.add_label(label)
    examples = [
        SpacyExample.from_dict(
            nlp.make_doc(message.text),
            {"cats": {label: float(label == message.label) for label in labels}},
        )
        for message in messages
    ]
    optimizer = nlp.initialize(lambda: examples)
    chance = random.Random(0)
    for _ in range(TEXTCAT_EPOCHS):
        chance.shuffle(examples)
        for batch in spacy.util.minibatch(examples, 128):
            nlp.update(batch, sgd=optimizer)
    return nlp
