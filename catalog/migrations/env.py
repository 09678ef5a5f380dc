"""Alembic's entry: run the migrations over the URL that the caller gives."""

from alembic import context

from catalog.database import make_engine
from catalog.models import Base
from catalog.settings import get_settings


def belongs_to_catalog(_object, name, kind, _reflected, _compare_to) -> bool:
    """Leave Rasa's own tables, which share the database, alone."""
    return kind != "table" or name in Base.metadata.tables


def run() -> None:
    url = context.config.attributes.get("database_url") or get_settings().database_url
    engine = make_engine(url)
    try:
        with engine.connect() as connection:
            context.configure(
                connection=connection,
                target_metadata=Base.metadata,
                include_object=belongs_to_catalog,
                render_as_batch=True,
            )
            with context.begin_transaction():
                context.run_migrations()
    finally:
        engine.dispose()


run()
