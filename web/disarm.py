"""Make what a member typed plain words: nothing in it commands Rasa or hides in it."""

import unicodedata

SLASH = "/"
# Rasa writes this before events that no person said; typed, it would forge its log.
EXTERNAL = "EXTERNAL:"
# Characters that show nothing although Unicode calls them letters, marks or symbols.
BLANKS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
KEPT_CONTROLS = frozenset("\n\t")
# They turn the order of what follows around, so that staff would read other words than were sent.
# No keyboard types them: the letters of a script tell its direction.
TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def plain_words(typed: str) -> str:
    """`typed` normalised, without control characters, and never a command of Rasa.

    Rasa strips a message, then reads it as a command if it starts with a slash
    (`YAMLStoryReader.unpack_regex_message`).
    """
    return _without_command(clean(typed)).rstrip()


def clean(typed: str) -> str:
    lines = unicodedata.normalize("NFC", typed).replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in lines if c in KEPT_CONTROLS or not _is_unseen(c))


def _is_unseen(character: str) -> bool:
    return character in TURNING or unicodedata.category(character) == "Cc"


def _without_command(text: str) -> str:
    start = 0
    while start < len(text):
        if text.startswith(EXTERNAL, start):
            start += len(EXTERNAL)
        elif _shows_nothing(text[start]) or _is_slash(text[start]):
            start += 1
        else:
            break
    return text[start:]


def _shows_nothing(character: str) -> bool:
    # A combining mark with nothing before it has nothing to mark.
    return (
        character.isspace()
        or character in BLANKS
        or unicodedata.category(character) in ("Cf", "Mn", "Me")
    )


def _is_slash(character: str) -> bool:
    # Whatever normalises what Rasa hears would turn a full-width slash into a slash.
    return unicodedata.normalize("NFKC", character) == SLASH
