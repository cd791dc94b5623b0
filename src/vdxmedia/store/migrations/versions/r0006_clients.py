"""Clients of the built-in issuer, and invitations of administrators."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "clients",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("certificate", sa.String(64), nullable=True, unique=True),
        sa.Column("certificate_subject", sa.String(500), nullable=True, unique=True),
        sa.Column("document", sa.Text, nullable=False),
    )
    op.create_table(
        "staff_links",
        sa.Column("token_hash", sa.String(64), primary_key=True),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("organisation", sa.String(250), nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_staff_links_expires_at", "staff_links", ["expires_at"])
