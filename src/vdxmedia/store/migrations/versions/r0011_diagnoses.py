"""What pages told of their connections, under short codes."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "diagnoses",
        sa.Column("code", sa.String(8), primary_key=True),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
    )
    op.create_index("ix_diagnoses_made_at", "diagnoses", ["made_at"])
