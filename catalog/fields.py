"""The fields of expertise that the Consortium serves."""

from sqlalchemy import select

from catalog.database import SessionFactory
from catalog.models import Field


def load_active_fields(sessions: SessionFactory) -> dict[str, Field]:
    """The fields in service, by slug, in the catalog's order."""
    query = select(Field).where(Field.active).order_by(Field.position)
    with sessions.begin() as session:
        return {field.slug: field for field in session.scalars(query)}
