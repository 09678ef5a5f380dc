"""When background jobs last ended well, and e-mails that are parked"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0007"
branch_labels = None
depends_on = None

IS_PARKED = sa.text("parked_at IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "last_runs",
        sa.Column("job", sa.String(length=32), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("job"),
    )
    op.create_index(
        "ix_outbox_messages_parked",
        "outbox_messages",
        ["parked_at"],
        postgresql_where=IS_PARKED,
        sqlite_where=IS_PARKED,
    )


def downgrade() -> None:
    op.drop_index("ix_outbox_messages_parked", "outbox_messages")
    op.drop_table("last_runs")
