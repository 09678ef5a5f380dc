"""What reviewers teach: which messages become training messages, and where they are written."""

import json
import subprocess
from collections import Counter
from pathlib import Path

import pytest
import yaml

from catalog.lessons import (
    Lesson,
    difference,
    lessons,
    proposed,
    written_messages,
)
from catalog.models import Account, Field, Language, Role
from catalog.reviews import Queue, known_intents
from tests.catalog.processes import ROOT
from tests.catalog.test_reviews import Desk, need

GREET = """version: "3.1"

nlu:
- intent: greet
  examples: |
    - bonjour
    - Est-ce qu'il y a quelqu'un ?
"""
ACCOUNTING = """version: "3.1"
nlu:
- intent: need/accounting
  examples: |
    - nos livres sont en retard depuis avril
- intent: need/accounting+training
  examples: |
    - tenir les livres, puis apprendre à le faire

- intent: need/accounting+governance
  examples: |
    - les livres et le conseil
"""
JUDGED = """nlu:
- intent: need/accounting
  examples: |
    - personne ne paie nos factures cet été
"""
FILES = {
    "data/nlu/fr/greet.yml": GREET,
    "data/nlu/en/greet.yml": GREET.replace("bonjour", "hello").replace("Est-ce", "Is it"),
    "data/nlu/fr/need_accounting.yml": ACCOUNTING,
    "data/nlu/en/need_accounting.yml": ACCOUNTING.replace("nos", "our"),
    "evaluation/fr/plain.yml": JUDGED,
}
# Rasa's own reading of files, as JSON: [intent, text, entities] of each message.
RASA = """
import json, sys
from pathlib import Path
from rasa.shared.nlu.training_data.formats import RasaYAMLReader
read = [
    [message.get_full_intent(), message.get("text"), message.get("entities", [])]
    for path in sys.argv[1:]
    for message in RasaYAMLReader().reads(Path(path).read_text("utf-8")).training_examples
]
print(json.dumps(read))
"""


@pytest.fixture(autouse=True)
def folders(always_plain_settings: None) -> None:
    """A project of a few messages, in the current folder."""
    for name, text in FILES.items():
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


@pytest.fixture
def desk(sessions) -> Desk:
    return Desk(sessions)


@pytest.fixture
def reviewers(sessions) -> list[Account]:
    pair = [Account(email=f"{n}@c.example", name=n, role=Role.REVIEWER) for n in ("anne", "bill")]
    with sessions.begin() as session:
        session.add_all(pair)
    return pair


@pytest.fixture
def anne(reviewers) -> Account:
    return reviewers[0]


@pytest.fixture
def bill(reviewers) -> Account:
    return reviewers[1]


@pytest.fixture
def teach(desk: Desk, anne: Account):
    """A function that reviews a message of these words."""

    def taught(text: str, *verdict, **understood) -> int:
        interpretation_id = desk.add(text, **understood)
        desk.review(anne, interpretation_id, *(verdict or need("accounting")), Queue.UNCERTAIN)
        return interpretation_id

    return taught


def learnt(desk: Desk, **folders: Path) -> list[Lesson]:
    with desk.sessions.begin() as session:
        return lessons(session, **folders)


def texts(desk: Desk) -> list[str]:
    return [lesson.text for lesson in learnt(desk)]


# What becomes a lesson


@pytest.mark.parametrize(
    ("verdict", "language", "label", "file"),
    [
        (need("accounting"), "fr", "need/accounting", "fr/need_accounting.yml"),
        (need("accounting"), "en", "need/accounting", "en/need_accounting.yml"),
        (need("training", "governance"), "fr", "need/training+governance", "fr/need_training.yml"),
        (("ask_price", []), "en", "ask_price", "en/ask_price.yml"),
    ],
)
def test_a_verdict_teaches_the_words_with_their_language_and_label(
    desk, teach, verdict, language: str, label: str, file: str
) -> None:
    teach("Combien pour un chiffrier ?", *verdict, language=Language(language))
    [lesson] = learnt(desk)
    assert lesson == Lesson("Combien pour un chiffrier ?", language, label)
    assert lesson.file == Path(file)


def test_what_no_one_reviewed_teaches_nothing(desk) -> None:
    desk.add("on cherche un comptable")
    assert learnt(desk) == []


def test_two_who_agree_teach_one_lesson(desk, teach, bill) -> None:
    desk.review(bill, teach("on cherche un comptable"), *need("accounting"), Queue.ALL)
    teach("On cherche un COMPTABLE !")
    assert texts(desk) == ["on cherche un comptable"]


@pytest.mark.parametrize("same_message", [True, False])
@pytest.mark.parametrize(
    "other",
    [
        {"verdict": need("training")},
        {"verdict": need("accounting", "training")},
        {"verdict": ("greet", [])},
        {"flagged": True},
        {"queue": Queue.SAMPLE},
    ],
    ids=str,
)
def test_words_in_doubt_or_drawn_at_random_teach_nothing(
    desk, teach, bill, other: dict, same_message: bool
) -> None:
    first = teach("on cherche un comptable")
    met = first if same_message else desk.add("On cherche un comptable.")
    verdict = other.get("verdict", need("accounting"))
    desk.review(bill, met, *verdict, other.get("queue", Queue.ALL), other.get("flagged", False))
    assert learnt(desk) == []


def test_what_is_like_a_message_drawn_at_random_is_not_learnt_by_its_twins(desk, anne) -> None:
    drawn, _ = desk.add("on cherche un comptable"), desk.add("on cherche un comptable")
    assert len(desk.review_alike(anne, drawn, *need("accounting"), Queue.SAMPLE)) == 2
    assert learnt(desk) == []


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize(
    "text",
    [
        "bonjour",
        "BONJOUR !",
        "Nos livres sont en retard depuis avril.",
        "nos livres étaient en retard depuis avril",
        "Personne ne paie nos factures cet été",
        "personne ne paie nos factures cet hiver",
    ],
)
def test_what_the_files_hold_or_nearly_is_not_learnt(
    desk, teach, text: str, language: Language
) -> None:
    teach(text, language=language)
    assert learnt(desk) == []


@pytest.mark.parametrize(
    ("text", "is_new"),
    [
        # Of 5-grams, " abcdefghij " has 8: 6 of 10 in common, 7 of 11, 7 of 12, 5 of 11.
        ("abcdefghiz", False),
        ("abcdefghijkl", False),
        ("abcdefghijklm", True),
        ("abcdefghzj", True),
    ],
)
def test_a_near_copy_has_six_tenths_of_its_letters_in_fives_in_common(
    desk, teach, text: str, is_new: bool
) -> None:
    known = Path("data/nlu/fr/greet.yml")
    known.write_text(GREET + "    - abcdefghij\n", "utf-8")
    teach(text)
    assert texts(desk) == [text] * is_new


def test_of_two_lessons_alike_the_first_is_learnt(desk, teach) -> None:
    teach("qui peut fermer notre année financière")
    teach("qui peut fermer notre année financière svp")
    teach("Who can close our year?", language=Language.EN)
    assert texts(desk) == ["qui peut fermer notre année financière", "Who can close our year?"]


# How it is written


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("je suis [nom retiré] (trésorier) au CA", "je suis (trésorier) au CA"),
        ("mon [nom retiré](voir le bail) svp", "mon (voir le bail) svp"),
        ('appeler [moi]{"entity": "x"} ici', 'appeler moi "entity": "x" ici'),
        ('un [a][{"entity": "x"}] deux', 'un a "entity": "x" deux'),
        ("une ligne\r\nune autre\n\n\tla dernière", "une ligne une autre la dernière"),
        ("avant\x0bau\x0cmilieu\x1eet\x85encore\u2028après", "avant au milieu et encore après"),
        ("C:\\temp \\u00e9 ${HOME}", "C: temp u00e9 $ HOME"),
        ("ma cloche\x07 sonne\x9f\uffff", "ma cloche sonne"),
        ("- intent: greet", "- intent: greet"),
        ("# pas un commentaire", "# pas un commentaire"),
        ("“qui”: 'moi' & *toi | nous > eux %", "“qui”: 'moi' & *toi | nous > eux %"),
        ("une famille 👩‍👧 en français", "une famille 👩‍👧 en français"),
    ],
)
def test_no_word_reads_as_anything_but_itself(desk, teach, said: str, written: str) -> None:
    teach(said)
    [lesson] = learnt(desk)
    assert lesson.text == written
    [[path, text]] = proposed([lesson]).items()
    path.write_text(text, "utf-8")
    assert written in list(written_messages(Path("data/nlu")))
    assert learnt(desk) == [], "and it is known then"


@pytest.mark.parametrize("said", ["[]", " {\n} ", "\\"])
def test_what_holds_no_word_is_not_learnt(desk, teach, said: str) -> None:
    teach(said)
    assert learnt(desk) == []


def test_every_character_can_be_learnt_and_read_again(desk, teach) -> None:
    characters = [chr(code) for code in range(1, 0x1_0400) if not 0xD800 <= code < 0xE000]
    teach("x".join(characters))
    [lesson] = learnt(desk)
    [text] = proposed([lesson]).values()
    [block, *_] = yaml.load(text, Loader=yaml.CSafeLoader)["nlu"]
    assert block["examples"].split("\n")[1:] == [f"- {lesson.text}", ""]
    refused = [code for code in map(ord, characters) if chr(code) not in lesson.text]
    assert bytes(code for code in refused if 32 < code < 127) == rb"[\]{}"


def test_a_lesson_goes_to_the_end_of_its_block_or_to_a_new_one() -> None:
    taught = [
        Lesson("fermer l'année", "fr", "need/accounting"),
        Lesson("les livres et la paie", "fr", "need/accounting+payroll_benefits"),
        Lesson("les livres et la loi", "fr", "need/accounting+training"),
        Lesson("nos comptes et nos payes", "fr", "need/accounting+payroll_benefits"),
        Lesson("hi", "en", "greet"),
    ]
    french, english = Path("data/nlu/fr/need_accounting.yml"), Path("data/nlu/en/greet.yml")
    assert proposed(taught) == {
        french: ACCOUNTING.replace("avril\n", "avril\n    - fermer l'année\n").replace(
            "le faire\n", "le faire\n    - les livres et la loi\n"
        )
        + "- intent: need/accounting+payroll_benefits\n"
        "  examples: |\n"
        "    - les livres et la paie\n"
        "    - nos comptes et nos payes\n",
        english: FILES[str(english)] + "    - hi\n",
    }


def test_a_file_without_a_last_line_break_gets_its_own() -> None:
    path = Path("data/nlu/fr/greet.yml")
    path.write_text(GREET.rstrip("\n"), "utf-8")
    assert proposed([Lesson("allo", "fr", "greet")]) == {path: GREET + "    - allo\n"}


def test_the_difference_tells_what_each_file_gains() -> None:
    taught = [
        Lesson("allo", "fr", "greet"),
        Lesson("bon matin", "fr", "greet"),
        Lesson("hi", "en", "greet"),
    ]
    assert difference(proposed(taught)) == (
        "--- data/nlu/en/greet.yml\n+++ data/nlu/en/greet.yml\n@@ -7,0 +8 @@\n+    - hi\n"
        "--- data/nlu/fr/greet.yml\n+++ data/nlu/fr/greet.yml\n@@ -7,0 +8,2 @@\n"
        "+    - allo\n+    - bon matin\n"
    )
    assert difference({}) == ""


# The real files


def a_lesson_of_each_label(fields: list[str]) -> list[Lesson]:
    labels = [*known_intents(), *(f"need/{one}" for one in fields)]
    labels += [f"need/{one}+{fields[0]}" for one in fields[1:]]
    return [
        Lesson(f"zzz {language} {number}", language, label)
        for language in Language
        for number, label in enumerate(labels)
    ]


@pytest.mark.parametrize("backend", ["sqlite"])
def test_every_label_has_its_file_in_each_language(sessions) -> None:
    with sessions() as session:
        fields = [field.slug for field in session.query(Field).order_by(Field.position)]
    taught = a_lesson_of_each_label(fields)
    training = ROOT / "data/nlu"
    files = proposed(taught, training)
    assert set(files) == {path for path in training.glob("*/*.yml") if path.stem != "held_out"}
    copy = Path("copy")
    for path, text in files.items():
        copied = copy / path.relative_to(training)
        copied.parent.mkdir(parents=True, exist_ok=True)
        copied.write_text(text, "utf-8")
    after = messages_by_label(copy.glob("*/*.yml"))
    after.subtract(messages_by_label(files))
    gained = Counter((lesson.language, lesson.label, lesson.text) for lesson in taught)
    assert +after == gained and -after == Counter()


def messages_by_label(paths) -> Counter:
    return Counter(
        (path.parent.name, block["intent"], line.removeprefix("- "))
        for path in paths
        for block in yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader)["nlu"]
        for line in block["examples"].splitlines()
    )


@pytest.mark.parametrize("backend", ["sqlite"])
def test_rasa_reads_lessons_as_they_were_learnt_and_the_rest_as_before(desk, teach) -> None:
    real = [ROOT / "data/nlu/fr/greet.yml", ROOT / "data/nlu/fr/need_accounting.yml"]
    for path in real:
        Path("data/nlu/fr", path.name).write_bytes(path.read_bytes())
    every = "".join(chr(code) for code in range(1, 0x3000))
    teach(f"tout {every} cela")
    teach("mon [nom retiré](greet) et [toi]{} aussi \\n", *need("accounting", "governance"))
    teach('[a][{"entity": "x"}]\u2028- intent: deny', "greet", [])
    taught = learnt(desk)
    assert len(taught) == 3
    written = []
    for path, text in proposed(taught).items():
        written.append(Path("with_lessons_" + path.name))
        written[-1].write_text(text, "utf-8")
    before, after = read_by_rasa(real), read_by_rasa(sorted(written))
    assert not before - after
    gained = {(lesson.label, lesson.text, "[]") for lesson in taught}
    assert after - before == Counter(gained)


def read_by_rasa(paths: list[Path]) -> Counter:
    command = [ROOT / "bot/.venv/bin/python", "-W", "ignore", "-c", RASA, *paths]
    read = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    return Counter((intent, text, str(entities)) for intent, text, entities in read)


@pytest.mark.parametrize("backend", ["sqlite"])
def test_the_real_messages_are_read(desk, teach) -> None:
    training, evaluation = ROOT / "data/nlu", ROOT / "evaluation"
    known = [*written_messages(training), *written_messages(evaluation)]
    assert len(known) > 60_000 and all(known)
    for text in (known[0], known[-1], "Xylophone zébré qui kiffe un quokka"):
        teach(text)
    [lesson] = learnt(desk, training=training, evaluation=evaluation)
    assert lesson.text.startswith("Xylophone")
