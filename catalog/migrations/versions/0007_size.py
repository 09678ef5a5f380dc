"""Indexes for a catalog of a million requests, and messages to look at again told beforehand"""

import logging

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

DRAW = (
    "((id * 2862933555 % 2147483647)"
    " * (id * 2862933555 % 2147483647) % 2147483647"
    " * (id * 2862933555 % 2147483647) % 2147483647)"
)
INDEXES = {
    "ix_requests_status": ("requests", ["status", "id"]),
    "ix_requests_status_newest": ("requests", ["status", sa.text("id DESC")]),
    "ix_requests_pole_slug": ("requests", ["pole_slug", "created_at"]),
    "ix_requests_organisation_name": ("requests", ["organisation_name"]),
    "ix_requests_same_person": ("requests", [sa.text("lower(contact_email)")]),
    "ix_requests_same_organisation": ("requests", [sa.text("lower(organisation_name)")]),
    "ix_request_fields_field_slug": ("request_fields", ["field_slug", "request_id"]),
    "ix_chat_turns_created_at": ("chat_turns", ["created_at"]),
    "ix_interpretations_draw": ("interpretations", [sa.text(DRAW), "id"]),
}
# What the dashboard counts.
COUNTED = (
    "id",
    "merged_into_id",
    "language",
    "status",
    "pole_slug",
    "answer_due_at",
    "first_answered_at",
)
PARTIAL = {
    "ix_interpretations_recheck": ("interpretations", "id", "recheck"),
    "ix_reviews_flagged": ("reviews", "interpretation_id", "flagged"),
    "ix_outbox_messages_kept": ("outbox_messages", "sent_at", "body <> ''"),
}
# As `catalog.rechecks` tells it.
TELL_RECHECKS = """
    UPDATE interpretations SET recheck = true WHERE id IN (
        SELECT later.id FROM interpretations AS later
        JOIN (
            SELECT judged.text_key, judged.model_version, min(judged.id) AS first_id,
                   CAST(judged.fields AS VARCHAR) AS understood,
                   CAST(reviews.fields AS VARCHAR) AS truth
            FROM reviews JOIN interpretations AS judged ON judged.id = reviews.interpretation_id
            GROUP BY judged.text_key, judged.model_version, CAST(judged.fields AS VARCHAR),
                     CAST(reviews.fields AS VARCHAR)
        ) AS verdicts ON verdicts.text_key = later.text_key
        WHERE later.id > verdicts.first_id AND later.model_version <> verdicts.model_version
          AND CAST(later.fields AS VARCHAR) NOT IN (verdicts.understood, verdicts.truth)
    )
"""

logger = logging.getLogger(__name__)


def upgrade() -> None:
    op.add_column(
        "interpretations",
        sa.Column("recheck", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    op.execute(TELL_RECHECKS)
    for name in ("status", "created_at"):
        op.drop_index(f"ix_requests_{name}", "requests")
    op.create_index(
        "ix_requests_created_at", "requests", ["created_at"], postgresql_include=COUNTED
    )
    op.create_index(
        "ix_request_fields_main",
        "request_fields",
        ["request_id"],
        postgresql_include=["field_slug"],
        postgresql_where=sa.text("rank = 1"),
        sqlite_where=sa.text("rank = 1"),
    )
    for name, (table, columns) in INDEXES.items():
        op.create_index(name, table, columns)
    for name, (table, column, condition) in PARTIAL.items():
        where = sa.text(condition)
        op.create_index(name, table, [column], postgresql_where=where, sqlite_where=where)
    if op.get_bind().dialect.name == "postgresql":
        _index_words()


def downgrade() -> None:
    op.execute("DROP INDEX IF EXISTS ix_requests_search_text")
    for name, (table, *_) in {**INDEXES, **PARTIAL}.items():
        op.drop_index(name, table)
    op.drop_index("ix_request_fields_main", "request_fields")
    op.drop_index("ix_requests_created_at", "requests")
    for name in ("status", "created_at"):
        op.create_index(f"ix_requests_{name}", "requests", [name])
    op.drop_column("interpretations", "recheck")


def _index_words() -> None:
    """Index what is searched by its groups of three letters, where PostgreSQL has what it takes."""
    try:
        with op.get_bind().begin_nested():
            op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
            op.execute("SET LOCAL maintenance_work_mem = '256MB'")
            op.create_index(
                "ix_requests_search_text",
                "requests",
                ["search_text"],
                postgresql_using="gin",
                postgresql_ops={"search_text": "gin_trgm_ops"},
                # Else one filing of many would wait for all that was put off by the others.
                postgresql_with={"fastupdate": "off"},
            )
    except sa.exc.DBAPIError:
        logger.warning("without the extension pg_trgm, a search reads every request")
