"""Widgets of the pôles, and conversations"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "widgets",
        sa.Column("pole_slug", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("origins", sa.JSON(), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("color", sa.String(length=7), nullable=True),
        sa.Column("side", sa.String(length=32), nullable=False),
        sa.Column("opens_at_start", sa.Boolean(), nullable=False),
        sa.Column("greeting_fr", sa.String(length=500), nullable=True),
        sa.Column("greeting_en", sa.String(length=500), nullable=True),
        sa.Column("identity_secret", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["pole_slug"], ["poles.slug"]),
        sa.PrimaryKeyConstraint("pole_slug"),
        sa.UniqueConstraint("key"),
    )
    op.create_table(
        "conversations",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("language", sa.String(length=32), nullable=False),
        sa.Column("pole_slug", sa.String(length=64), nullable=True),
        sa.Column("identity_nonce", sa.String(length=64), nullable=True),
        sa.Column("member_id", sa.String(length=100), nullable=True),
        sa.ForeignKeyConstraint(["pole_slug"], ["poles.slug"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("pole_slug", "identity_nonce"),
    )
    op.create_index("ix_conversations_opened_at", "conversations", ["opened_at"])
    op.create_index("ix_conversations_pole_slug", "conversations", ["pole_slug"])


def downgrade() -> None:
    op.drop_table("conversations")
    op.drop_table("widgets")
