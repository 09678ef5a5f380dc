"""What a console holds after some days: requests, conversations, how they were understood."""

import datetime as dt
import uuid
from collections.abc import Sequence
from itertools import cycle, islice
from typing import Any

from sqlalchemy import func, select, update

from catalog.casework import add_note, answer, assign, set_status
from catalog.database import SessionFactory
from catalog.interpretation_days import count_interpretations
from catalog.interpretations import text_key
from catalog.models import (
    Account,
    ChatTurn,
    Interpretation,
    Language,
    LearningRun,
    LearningState,
    Outcome,
    Request,
    RequestStatus,
    utc_now,
)
from catalog.requests import file_requests
from tests.catalog.drafts import draft

MODEL = "b6f1c0de42"
# Words, language, fields, probability of the first.
NEEDS: tuple[tuple[str, str, tuple[str, ...], float], ...] = (
    (
        "Notre trésorière est partie avec les papiers et le vérificateur veut les livres avant le"
        " 15 mars",
        "fr",
        ("accounting",),
        0.91,
    ),
    (
        "On veut refaire notre site web, l’inscription des bénévoles ne marche plus sur cellulaire",
        "fr",
        ("web_development",),
        0.88,
    ),
    (
        "Le syndicat a déposé un grief pis la convention est échue depuis un an",
        "fr",
        ("labour_relations",),
        0.93,
    ),
    (
        "On cherche une nouvelle direction générale, l’affichage n’a rien donné",
        "fr",
        ("recruitment",),
        0.86,
    ),
    (
        "Notre CA ne s’entend plus sur les rôles, il faudrait revoir nos règlements",
        "fr",
        ("governance", "legal_services"),
        0.58,
    ),
    (
        "On aimerait un logo et une affiche pour nos vingt-cinq ans, et quelqu’un pour la fête",
        "fr",
        ("graphic_design", "event_management"),
        0.52,
    ),
    (
        "Y a-tu moyen de savoir si on est corrects avec la loi 25 ?",
        "fr",
        ("cybersecurity_privacy",),
        0.81,
    ),
    (
        "Une employée s’est blessée au dos, on ne sait pas quoi faire avec la CNESST",
        "fr",
        ("occupational_health_safety",),
        0.9,
    ),
    (
        "Il nous faudrait un montage financier pour agrandir l’entrepôt",
        "fr",
        ("finance_funding",),
        0.84,
    ),
    (
        "Nobody has done the books since our treasurer quit, and the auditor wants them",
        "en",
        ("accounting",),
        0.89,
    ),
    ("Our board needs training on its legal duties", "en", ("training", "governance"), 0.49),
    (
        "We keep losing staff and our employee handbook dates from 1998",
        "en",
        ("hr_management",),
        0.83,
    ),
    ("The server room flooded and we have no backups", "en", ("it_support",), 0.87),
    (
        "We want to sell our cheese outside the region and need a marketing plan",
        "en",
        ("marketing_business_development",),
        0.92,
    ),
)
ORGANISATIONS = (
    ("Coopérative forestière de la Matawinie", "cooperative", "lanaudiere"),
    ("Fromagerie coopérative du Haut-Richelieu", "cooperative", "monteregie-est"),
    ("Centre de la petite enfance Les Lucioles", "non_profit", "estrie"),
    ("Mutuelle d’entraide de la Basse-Côte", "mutual", "cote-nord"),
    ("Radio communautaire de la Vallée", "non_profit", None),
    ("Coop de santé de Saint-Élie", "cooperative", "estrie"),
    ("Ressourcerie du Bas-du-Fleuve", "non_profit", "bas-saint-laurent"),
)
PLACES = ("Granby", "Joliette", "Rimouski", "Alma", "Val-d’Or", "Lévis")
PEOPLE = (
    ("Maude Gagnon", "maude.gagnon"),
    ("Éloi Lafrenière", "eloi.lafreniere"),
    ("Sarah Whitmore", "sarah.whitmore"),
    ("Nadia Benali", "nadia.benali"),
    ("Réjean Ouellet", "rejean.ouellet"),
)
STATUSES = (
    RequestStatus.RECEIVED,
    RequestStatus.RECEIVED,
    RequestStatus.IN_PROGRESS,
    RequestStatus.ANSWERED,
    RequestStatus.RECEIVED,
    RequestStatus.CLOSED,
)
COMPARISON: dict[str, Any] = {
    "falls": [],
    "groups": {
        "fr": {"messages": 640, "before": 561, "after": 577, "gained": 24, "lost": 8},
        "en": {"messages": 410, "before": 365, "after": 371, "gained": 11, "lost": 5},
        "fr sample": {"messages": 60, "before": 51, "after": 54, "gained": 4, "lost": 1},
        "fr field accounting": {"messages": 32, "before": 27, "after": 29, "gained": 3, "lost": 1},
    },
    "messages": [
        {
            "text": "la personne qui tenait nos livres a quitté",
            "language": "fr",
            "before": ["recruitment"],
            "after": ["accounting"],
            "right": ["accounting"],
            "gained": True,
        },
        {
            "text": "we want a poster",
            "language": "en",
            "before": ["graphic_design"],
            "after": ["event_management"],
            "right": ["graphic_design"],
            "gained": False,
        },
    ],
}
DIFF = """--- data/nlu/fr/need.yml
+++ data/nlu/fr/need.yml
@@ -12,2 +12,3 @@
   - accounting: notre comptable prend sa retraite
+  - accounting: la personne qui tenait nos livres a quitté
"""


def file(sessions: SessionFactory, **changes: Any) -> Request:
    """File a request as the bot does."""
    return file_requests(sessions, [draft(f"key-{uuid.uuid4().hex}", **changes)])[0]


def converse(
    sessions: SessionFactory, said: Sequence[tuple[str, str]], language: str = "fr"
) -> str:
    """Keep a conversation, each turn what the member said and what the bot answered; its id."""
    conversation_id = uuid.uuid4().hex
    with sessions.begin() as session:
        for number, (words, answered) in enumerate(said):
            session.add(
                ChatTurn(
                    conversation_id=conversation_id,
                    message_id=f"m{number}",
                    fingerprint="f",
                    payload=words,
                    language=Language(language),
                    messages=[{"text": answered, "choices": []}],
                )
            )
    return conversation_id


def understand(
    sessions: SessionFactory,
    words: str,
    language: str = "fr",
    fields: Sequence[str] = ("accounting",),
    confidence: float = 0.8,
    **changes: Any,
) -> int:
    """Keep a message as the bot understood it; the id of its interpretation."""
    others = [slug for slug in ("finance_funding", "training") if slug not in fields]
    rest = (1 - confidence) / 3
    with sessions.begin() as session:
        event_id = (session.scalar(select(func.max(Interpretation.event_id))) or 0) + 1
        values = {
            "event_id": event_id,
            "conversation_id": uuid.uuid4().hex,
            "said_at": utc_now(),
            "language": Language(language),
            "text": words,
            "text_key": text_key(words),
            "intent": "need",
            "outcome": Outcome.ROUTE if len(fields) < 2 else Outcome.SEVERAL,
            "fields": list(fields),
            "ranking": {
                fields[0]: confidence,
                **{slug: rest for slug in (*fields[1:], *others)},
            }
            if fields
            else {},
            "confidence": confidence,
            "model_version": MODEL,
        }
        interpretation = Interpretation(**values | changes)
        session.add(interpretation)
        session.flush()
        count_interpretations(session, [interpretation])
        return interpretation.id


def fill(sessions: SessionFactory, agent: Account, requests: int = 40, messages: int = 60) -> None:
    """File requests at various stages, and messages to review."""
    for number, need in enumerate(islice(cycle(NEEDS), max(requests, messages))):
        words, language, fields, confidence = need
        if number >= len(NEEDS):
            words = f"{words} ({number})"
        greeting, question = (
            ("Bonjour !", "Que puis-je faire pour vous ?")
            if language == "fr"
            else ("Hello!", "What can I do for you?")
        )
        conversation_id = converse(
            sessions,
            [(greeting, question), (words, "C’est noté." if language == "fr" else "Noted.")],
            language,
        )
        if number < messages:
            understand(
                sessions, words, language, fields, confidence, conversation_id=conversation_id
            )
        if number < requests:
            _file_one(sessions, agent, number, need, conversation_id)


def add_run(sessions: SessionFactory, state: LearningState, by: Account, **changes: Any) -> None:
    """Keep a run of the learning loop in the place of those before."""
    with sessions.begin() as session:
        for run in session.scalars(select(LearningRun)):
            session.delete(run)
        session.flush()
        is_compared = state not in (
            LearningState.ASKED,
            LearningState.TRAINING,
            LearningState.COMPARING,
            LearningState.FAILED,
        )
        values: dict[str, Any] = {
            "account_id": by.id,
            "state": state,
            "comparison": COMPARISON if is_compared else None,
            "diff": DIFF if is_compared else "",
            "lessons": 1 if is_compared else 0,
        }
        session.add(LearningRun(**values | changes))


def _file_one(
    sessions: SessionFactory,
    agent: Account,
    number: int,
    need: tuple[str, str, tuple[str, ...], float],
    conversation_id: str,
) -> None:
    words, language, fields, confidence = need
    organisation, kind, pole = ORGANISATIONS[number % len(ORGANISATIONS)]
    place = PLACES[number % len(PLACES)]
    person, address = PEOPLE[number % len(PEOPLE)]
    filed = file(
        sessions,
        conversation_id=conversation_id,
        language=language,
        organisation_name=f"{organisation}, {place}",
        organisation_kind=kind,
        contact_name=person,
        contact_email=f"{address}@organisation{number}.example",
        pole_slug=pole,
        description=words,
        urgency="urgent" if number % 9 == 4 else "normal",
        to_qualify=number % 13 == 6,
        fields=[
            {"slug": slug, "confidence": confidence / rank, "set_by": "bot"}
            for rank, slug in enumerate(fields, start=1)
        ],
    )
    with sessions.begin() as session:
        request = session.get_one(Request, filed.id)
        by = session.merge(agent)
        status = STATUSES[number % len(STATUSES)]
        if request.status is RequestStatus.RECEIVED and status is not RequestStatus.RECEIVED:
            assign(session, request, by, by)
            if status is RequestStatus.ANSWERED:
                answer(session, request, "Votre demande", "Bonjour, parlons-en.", by)
                add_note(session, request, "Rappeler jeudi.", by)
            else:
                set_status(session, request, status, by)
        is_done = status in (RequestStatus.ANSWERED, RequestStatus.CLOSED)
        age = dt.timedelta(hours=37 * number % 600 if is_done else 7 * number % 40)
        request.created_at -= age
        request.answer_due_at -= age
        spoken = update(ChatTurn).where(ChatTurn.conversation_id == conversation_id)
        session.execute(spoken.values(created_at=request.created_at - dt.timedelta(minutes=6)))
        if request.first_answered_at:
            request.first_answered_at = request.created_at + age / 20
