"""Accounts with a password, for the staff page of a server that no other login is connected to."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.create_table(
        "staff_accounts",
        sa.Column("person", sa.String(64), primary_key=True),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("organisation", sa.String(250), nullable=False),
        sa.Column("password_hash", sa.Text, nullable=False),
        sa.Column("changed_at", sa.BigInteger, nullable=False),
    )
