"""Tell a question or an aside from an answer to what the form asked."""

import re

from actions.turn import Turn
from catalog.places import fold

# Each has an answer of its own, after which the form asks again (data/rules.yml).
DIGRESSIONS = frozenset(
    {
        "abuse",
        "ask_bot",
        "ask_human",
        "ask_membership",
        "ask_offer",
        "ask_price",
        "ask_privacy",
        "goodbye",
        "greet",
        "individual_dispute",
        "job_seeker",
        "out_of_scope",
        "press_or_student",
        "prompt_injection",
        "start_cooperative",
        "supplier",
        "thanks",
    }
)
# Change the course of the form: obeyed whatever was asked.
COMMANDS = frozenset({"ask_status", "cancel", "start_over", "retry", "switch_language"})
TAKES_ANY_WORDS = frozenset({"description", "organisation", "contact_name", "budget"})
PLAIN = 0.7
NEED_IS_CERTAIN = 0.8
# A town or a person's name is easily taken for a need.
MIN_WORDS_OF_NEED = 4
# An organisation may be called “Nouveau Départ” or “Stop Suicide”: a command there is made of
# nothing but words of command, or speaks to the assistant.
COMMAND_WORDS = re.compile(
    r"(?:(?:non|no|ok|bon|tout|ca|ce|it|this|all|everything|la|le|l|the|en|in|over|again|encore|from"
    r"|scratch|zero|a|au|du|de|debut|faire|faites|tomber|fait"
    r"|annul\w*|cancel|stop|arret\w*|laiss\w*|oubli\w*|forget|never|mind|nevermind|quit\w*|exit"
    r"|sortir|abandon\w*|recommenc\w*|repart\w*|start|restart|reset|retry|try|reessay\w*|essay\w*"
    r"|francais|french|anglais|english|status|statut|suivi)(?: |$))+"
)
SPEAKS_TO_US = re.compile(
    r"\b(?:je|j|i|vous|tu|you|me|moi|ma|mon|my|svp|stp|s il (?:vous|te) plait|please|pls"
    r"|demandes?|requests?|formulaire|form|questionnaire)\b"
)
QUESTION = re.compile(
    r"\?|^(?:c['’]est quoi|combien|comment|qui|quel|quelle|est[- ]ce|pourquoi|avez[- ]vous"
    r"|what|how|who|which|why|do you|does|is it|are you|can i|puis-je)\b",
    re.IGNORECASE,
)


def is_question(turn: Turn) -> bool:
    return bool(QUESTION.search(turn.text))


def is_another_need(turn: Turn) -> bool:
    """Whether `turn` surely tells a need, where something else was asked."""
    long_enough = len(turn.text.split()) >= MIN_WORDS_OF_NEED
    return turn.is_typed and long_enough and turn.is_intent("need", at_least=NEED_IS_CERTAIN)


def is_digression(turn: Turn, requested: str) -> bool:
    """Whether `turn` leaves the question of `requested` aside."""
    if turn.choice is not None:
        return False
    if turn.text.startswith("/"):
        return True
    # A name may hold any word: where one is asked, only what is said plainly leaves the question.
    asks = requested not in TAKES_ANY_WORDS or is_question(turn)
    if turn.is_intent(*COMMANDS):
        return asks or (turn.confidence >= PLAIN and _may_command(turn, requested))
    if turn.intent == "out_of_scope" and not is_question(turn):
        # So seems an answer that the assistant does not know, such as a foreign town.
        return False
    return asks and turn.is_intent(*DIGRESSIONS)


def _may_command(turn: Turn, requested: str) -> bool:
    folded = fold(turn.text)
    return requested != "organisation" or bool(
        COMMAND_WORDS.fullmatch(folded) or SPEAKS_TO_US.search(folded)
    )
