import pytest
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.language import (
    LANGUAGE,
    LANGUAGE_IS_CERTAIN,
    LanguageDetector,
    named_language,
    other_language,
)

FRENCH_SENTENCES = [
    "Notre trésorière est partie et personne ne sait tenir les livres.",
    "salut on a recu une mise en demeure koi faire",
    "Le serveur est tombé ce matin, pouvez-vous nous aider?",
    "jai besoin kon maide a rentrer les facture",
    "AIDEZ-NOUS À PRÉPARER NOTRE ASSEMBLÉE GÉNÉRALE",
]
ENGLISH_SENTENCES = [
    "Our treasurer left and nobody knows how to keep the books.",
    "hi we got a letter from a lawyer what do we do",
    "The server went down this morning, can you help us?",
    "need someone to hire a cook asap pls",
    "HELP US GET READY FOR OUR ANNUAL MEETING",
]
TOO_SHORT = [
    "",
    "   ",
    "?",
    "👍",
    "👍🎉😀 🙏 💪",
    "ok",
    "merci",
    "thanks",
    "logo",
    "site web",
    "WordPress",
    "Marie Tremblay",
    "manager@example.coop",
    "my.name.is.long@the-english-co-op.example",
    "https://www.example.coop/about-our-services",
    "418 555-0134",
    "C-2026-00042",
    "42",
]


@pytest.mark.parametrize("text", FRENCH_SENTENCES)
def test_a_french_sentence_is_surely_french(detector: LanguageDetector, text: str) -> None:
    assert detector.detect(text) == ("fr", True)


@pytest.mark.parametrize("text", ENGLISH_SENTENCES)
def test_an_english_sentence_is_surely_english(detector: LanguageDetector, text: str) -> None:
    assert detector.detect(text) == ("en", True)


@pytest.mark.parametrize("text", TOO_SHORT)
def test_what_is_too_short_never_switches_the_language(
    detector: LanguageDetector, text: str
) -> None:
    language, certain = detector.detect(text)
    assert language in ("fr", "en")
    assert not certain


@pytest.mark.parametrize("text", ["", "👍", "42 000 $"])
def test_what_holds_no_word_is_taken_for_french(detector: LanguageDetector, text: str) -> None:
    assert detector.detect(text) == ("fr", False)


def test_messages_and_training_examples_are_tagged(detector: LanguageDetector) -> None:
    messages = [Message({TEXT: FRENCH_SENTENCES[0]}), Message({TEXT: "ok"}), Message({})]
    detector.process(messages)
    assert messages[0].get(LANGUAGE) == "fr"
    assert [message.get(LANGUAGE_IS_CERTAIN) for message in messages] == [True, False, False]

    data = TrainingData([Message({TEXT: ENGLISH_SENTENCES[0]})])
    assert detector.process_training_data(data).training_examples[0].get(LANGUAGE) == "en"


def test_the_language_stays_out_of_what_is_parsed(detector: LanguageDetector) -> None:
    message = Message({TEXT: FRENCH_SENTENCES[0]})
    detector.process([message])
    assert LANGUAGE not in message.as_dict(only_output_properties=True)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("en anglais svp", "en"),
        ("Anglais", "en"),
        ("Pouvez-vous continuer en ANGLAIS?", "en"),
        ("la version anglaise s'il vous plaît", "en"),
        ("English please", "en"),
        ("can we speak english", "en"),
        ("switch to English!", "en"),
        ("parlez-vous français?", "fr"),
        ("en francais svp", "fr"),
        ("FRANÇAIS", "fr"),
        ("la version française", "fr"),
        ("in French, please", "fr"),
        ("I don't speak French, English please", "en"),
        ("Je ne parle pas anglais, français svp", "fr"),
        ("pourquoi tu me réponds en anglais? en français svp", "fr"),
        ("switch from English to French", "fr"),
        ("changer de langue", None),
        ("change language", None),
        ("les Anglaises de la franglaiserie", None),
        ("", None),
    ],
)
def test_the_language_asked_for_is_the_last_one_named(text: str, language: str | None) -> None:
    assert named_language(text) == language


def test_the_other_language() -> None:
    assert other_language("fr") == "en"
    assert other_language("en") == "fr"
