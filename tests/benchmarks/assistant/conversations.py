"""What is said to each assistant: whole conversations, from the opening to a filed request."""


def _choose(choice: str) -> str:
    return f'/choose{{"choice":"{choice}"}}'


# What is typed, and the payloads of the buttons pressed. A need is told in words, then its field is
# chosen, as assistants that learnt little propose what they will.
CONVERSATIONS = (
    (
        '/start{"requested_language":"fr"}',
        "Bonsoir",
        "Notre tenue de livres a six mois de retard et le vérificateur arrive dans deux semaines",
        _choose("accounting"),
        "Coopérative d’habitation du Vieux-Moulin",
        _choose("cooperative"),
        _choose("member"),
        "Marie Tremblay, marie@exemple.coop, 418 555-0123",
        "c'est quoi vos tarifs?",
        "Trois-Rivières",
        _choose("skip"),
        _choose("skip"),
        _choose("yes"),
        _choose("no"),
        _choose("yes"),
        "merci beaucoup",
    ),
    (
        '/start{"requested_language":"en"}',
        "hi there",
        "We need a new logo before camp registration opens in March",
        _choose("communications"),
        "Townships Outdoor Co-op",
        _choose("cooperative"),
        "I don't know",
        "Priya Shah, priya@example.coop, 819 555-0142",
        "Sherbrooke",
        _choose("skip"),
        _choose("skip"),
        _choose("yes"),
        _choose("no"),
        _choose("yes"),
        "thanks",
    ),
)
# Each of their words, and what it is to be understood as.
TYPED = (
    ("Bonsoir", "greet"),
    ("hi there", "greet"),
    (CONVERSATIONS[0][2], "need/accounting"),
    (CONVERSATIONS[1][2], "need/communications"),
    ("c'est quoi vos tarifs?", "ask_price"),
    ("I don't know", "skip"),
    ("merci beaucoup", "thanks"),
    ("thanks", "thanks"),
    ("merci", "thanks"),
)
SMALL_TALK = "merci"
