import pytest

from bot.tests.near_copies import near_copies

MESSAGES = [
    "Notre trésorière est partie et personne ne sait tenir les livres",
    "Le serveur de fichiers est tombé ce matin, aidez-nous",
    "oui",
    "",
]


@pytest.mark.parametrize(
    ("text", "original"),
    [
        ("NOTRE TRESORIERE est partie et  personne ne sait tenir les livres!", 0),
        ("Notre trésorière est partie et personne ne peut tenir les livres", 0),
        ("Le serveur de fichiers est tombé ce midi, aidez-nous", 1),
        ("Oui", 2),
    ],
)
def test_a_near_copy_is_found(text: str, original: int) -> None:
    assert near_copies([text], MESSAGES, 0.6) == [(0, original)]


@pytest.mark.parametrize(
    "text",
    [
        "Personne ne tient nos livres depuis que la trésorière est partie",
        "Le serveur du restaurant est tombé malade ce matin",
        "non",
        "oui, et alors?",
    ],
)
def test_another_message_is_not(text: str) -> None:
    assert near_copies([text], MESSAGES, 0.6) == []


def test_each_message_is_a_copy_of_itself() -> None:
    found = near_copies(MESSAGES, MESSAGES, 1.0)
    assert sorted(found) == [(index, index) for index in range(len(MESSAGES))]
