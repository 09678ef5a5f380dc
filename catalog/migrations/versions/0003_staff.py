"""Staff: accounts, audit trail, and their work on requests"""

import datetime as dt

import sqlalchemy as sa
from alembic import op

from catalog.places import fold
from catalog.promises import answer_due

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

SEARCHED = ("reference", "organisation_name", "contact_name", "contact_email", "description")
BATCH = 1000


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("pole_slug", sa.String(length=64), nullable=True),
        sa.Column("language", sa.String(length=32), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("openid_subject", sa.String(length=255), nullable=True),
        sa.Column("failed_attempts", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_sign_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["pole_slug"], ["poles.slug"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("email"),
        sa.UniqueConstraint("openid_subject"),
    )
    op.create_table(
        "account_sessions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token_digest"),
    )
    op.create_index("ix_account_sessions_account_id", "account_sessions", ["account_id"])
    op.create_table(
        "audit_entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("subject_id", sa.String(length=64), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_audit_entries_account_id", "audit_entries", ["account_id"])
    op.create_index("ix_audit_entries_at", "audit_entries", ["at"])
    op.create_index("ix_audit_entries_subject", "audit_entries", ["subject", "subject_id"])
    op.create_table(
        "saved_views",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("query", sa.String(length=2000), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("account_id", "name"),
    )
    op.create_index("ix_saved_views_account_id", "saved_views", ["account_id"])
    op.create_table(
        "fields_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("from_fields", sa.JSON(), nullable=False),
        sa.Column("to_fields", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"]),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_fields_changes_request_id", "fields_changes", ["request_id"])
    op.create_table(
        "notes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"]),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_notes_request_id", "notes", ["request_id"])
    _extend_requests()
    _fill_requests()
    _close_audit_trail()


def downgrade() -> None:
    raise NotImplementedError("an audit trail is not taken back")


def _extend_requests() -> None:
    # Written out: Alembic would add the references apart, which SQLite does not know.
    for column in (
        "assignee_id INTEGER REFERENCES accounts (id)",
        "merged_into_id INTEGER REFERENCES requests (id)",
        "search_text TEXT DEFAULT '' NOT NULL",
        "version INTEGER DEFAULT 1 NOT NULL",
    ):
        op.execute(f"ALTER TABLE requests ADD COLUMN {column}")
    for name in ("answer_due_at", "first_answered_at"):
        op.add_column("requests", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    for name in ("assignee_id", "merged_into_id", "answer_due_at"):
        op.create_index(f"ix_requests_{name}", "requests", [name])


def _fill_requests() -> None:
    """What filing has since written beside each request."""
    instant = sa.DateTime(timezone=True)
    requests = sa.table(
        "requests",
        sa.column("id"),
        sa.column("created_at", instant),
        sa.column("answer_due_at", instant),
        *map(sa.column, (*SEARCHED, "search_text")),
    )
    connection = op.get_bind()
    last = 0
    while rows := connection.execute(
        sa.select(requests).where(requests.c.id > last).order_by(requests.c.id).limit(BATCH)
    ).all():
        for row in rows:
            created_at = row.created_at.replace(tzinfo=row.created_at.tzinfo or dt.UTC)
            connection.execute(
                requests.update()
                .where(requests.c.id == row.id)
                .values(
                    search_text=fold(" ".join(getattr(row, name) for name in SEARCHED)),
                    answer_due_at=answer_due(created_at),
                )
            )
        last = rows[-1].id


def _close_audit_trail() -> None:
    """Have the database itself refuse to change or erase an entry."""
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_entries_refuse_{verb.lower()} BEFORE {verb} ON audit_entries"
                " BEGIN SELECT RAISE(ABORT, 'an audit entry stays as it is'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION refuse_to_change_audit() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'an audit entry stays as it is'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_entries_refuse BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entries"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_audit()"
    )
