"""What reviewers said of messages drawn at random, to measure models by."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.demo.marks import demo_interpretations
from catalog.models import Interpretation, Review
from catalog.reviews import Queue


def reviewed_sample(session: Session) -> list[dict[str, Any]]:
    """Text, language, intent and fields of each message drawn, by its latest verdict."""
    query = (
        select(Interpretation, Review)
        .join(Review, Review.interpretation_id == Interpretation.id)
        .where(Review.queue == Queue.SAMPLE, ~demo_interpretations())
        .order_by(Review.reviewed_at)
    )
    latest = {
        interpretation.id: (interpretation, review)
        for interpretation, review in session.execute(query)
    }
    return [
        {
            "text": interpretation.text,
            "language": interpretation.language,
            "intent": review.intent,
            "fields": review.fields,
        }
        for interpretation, review in latest.values()
    ]
