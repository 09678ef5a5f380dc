"""Interpretations of what members said, and their reviews"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "interpretations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.String(length=64), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("pole_slug", sa.String(length=64), nullable=True),
        sa.Column("language", sa.String(length=32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("text_key", sa.String(length=64), nullable=False),
        sa.Column("intent", sa.String(length=64), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("ranking", sa.JSON(), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("model_version", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["pole_slug"], ["poles.slug"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("event_id"),
    )
    op.create_index("ix_interpretations_confidence", "interpretations", ["confidence", "id"])
    op.create_index("ix_interpretations_conversation_id", "interpretations", ["conversation_id"])
    op.create_index("ix_interpretations_said_at", "interpretations", ["said_at"])
    op.create_index("ix_interpretations_text_key", "interpretations", ["text_key"])
    op.create_table(
        "interpretation_days",
        sa.Column("pole_slug", sa.String(length=64), nullable=False),
        sa.Column("field_slug", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("language", sa.String(length=32), nullable=False),
        sa.Column("route", sa.Integer(), nullable=False),
        sa.Column("several", sa.Integer(), nullable=False),
        sa.Column("clarify", sa.Integer(), nullable=False),
        sa.Column("unsure", sa.Integer(), nullable=False),
        sa.Column("other", sa.Integer(), nullable=False),
        sa.Column("confidence_sum", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("pole_slug", "field_slug", "day", "language"),
    )
    op.create_table(
        "reviews",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("interpretation_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("intent", sa.String(length=64), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("flagged", sa.Boolean(), nullable=False),
        sa.Column("queue", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"]),
        sa.ForeignKeyConstraint(["interpretation_id"], ["interpretations.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("interpretation_id", "account_id"),
    )
    op.create_index("ix_reviews_account_id", "reviews", ["account_id"])
    op.create_index("ix_reviews_reviewed_at", "reviews", ["reviewed_at"])


def downgrade() -> None:
    op.drop_table("reviews")
    op.drop_table("interpretation_days")
    op.drop_table("interpretations")
