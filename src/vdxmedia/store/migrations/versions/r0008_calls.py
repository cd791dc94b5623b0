"""The history of calls, brandings, and when jobs ran."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "calls",
        sa.Column("call_id", sa.String(36), primary_key=True),
        sa.Column("room_id", sa.String(64), nullable=False),
        sa.Column("organisation", sa.String(250), nullable=True),
        sa.Column("meeting", sa.String(36), nullable=True),
        sa.Column("uri", sa.String(200), nullable=True),
        sa.Column("starts_at", sa.Double, nullable=False),
        sa.Column("seen_at", sa.Double, nullable=False),
        sa.Column("is_over", sa.Boolean, nullable=False),
    )
    op.create_index("ix_calls_meeting", "calls", ["meeting"])
    op.create_index("calls_by_start", "calls", ["organisation", "starts_at", "call_id"])
    op.create_index("calls_by_end", "calls", ["is_over", "seen_at"])
    op.create_table(
        "call_stays",
        sa.Column("call_id", sa.String(36), primary_key=True),
        sa.Column("participant_id", sa.String(64), primary_key=True),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("name", sa.Text, nullable=True),
        sa.Column("starts_at", sa.Double, nullable=False),
        sa.Column("ends_at", sa.Double, nullable=True),
    )
    op.create_table(
        "brandings",
        sa.Column("organisation", sa.String(250), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
    )
    op.create_table(
        "job_runs",
        sa.Column("job", sa.String(64), primary_key=True),
        sa.Column("ran_at", sa.Double, nullable=False),
    )
