import unicodedata

import pytest

from web.disarm import plain_words


@pytest.mark.parametrize(
    "typed",
    [
        "/restart",
        "  /restart",
        "///restart",
        "/ /restart",
        "\u00a0/restart",
        "\u200b/restart",
        "\ufeff/\u200b/restart",
        "\u2060\u202e/restart",
        "\x00/restart",
        "\x1c/restart",
        "\n/restart",
        "／restart",
        "\u3164/restart",
        "/\u0338/restart",
        "EXTERNAL: restart",
        "EXTERNAL: /restart",
        "/EXTERNAL:/restart",
    ],
)
def test_a_command_becomes_words(typed: str) -> None:
    assert plain_words(typed) == "restart"


def test_a_command_with_entities_becomes_words() -> None:
    assert plain_words('/choose@1.0{"choice":"yes"}') == 'choose@1.0{"choice":"yes"}'


@pytest.mark.parametrize(
    "typed", ["et/ou", "24/7 svp", "1/2 journée", "Un site https://exemple.coop/", "External: ok"]
)
def test_other_slashes_stay(typed: str) -> None:
    assert plain_words(typed) == typed


@pytest.mark.parametrize("typed", ["", " ", "/", " / / ", "\u200b", "\x00\x07", "EXTERNAL:"])
def test_what_holds_no_word_is_empty(typed: str) -> None:
    assert plain_words(typed) == ""


def test_control_characters_go_and_lines_stay() -> None:
    assert plain_words("un\x00 de\x07ux\r\ntrois\rquatre\x9b\n") == "un deux\ntrois\nquatre"


def test_text_is_composed() -> None:
    decomposed = unicodedata.normalize("NFD", "Échéance à Québec")
    assert plain_words(decomposed) == "Échéance à Québec"


def test_joined_emoji_stay_whole() -> None:
    assert plain_words("merci 👩‍🌾") == "merci 👩‍🌾"
