"""The audit log: its days and their entries."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "audit_days",
        sa.Column("organisation", sa.String(250), primary_key=True),
        sa.Column("day", sa.String(10), primary_key=True),
        sa.Column("entries", sa.Integer, nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("head", sa.String(64), nullable=False),
        sa.Column("seal", sa.String(64), nullable=False),
        sa.Column("is_dropped", sa.Boolean, nullable=False),
    )
    op.create_index("audit_days_by_day", "audit_days", ["is_dropped", "day"])
    op.create_table(
        "audit_entries",
        sa.Column("organisation", sa.String(250), primary_key=True),
        sa.Column("day", sa.String(10), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("person", sa.String(64), nullable=True),
        sa.Column("email", sa.Text, nullable=True),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("document", sa.Text, nullable=False),
    )
    op.create_index("ix_audit_entries_person", "audit_entries", ["person"])
