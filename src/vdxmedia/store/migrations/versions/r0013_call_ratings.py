"""What people answer to the one question after a call, as sums."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.add_column("call_stays", sa.Column("has_rated", sa.Boolean, nullable=False, server_default=sa.false()))
    op.create_table(
        "call_ratings",
        sa.Column("call_id", sa.String(36), primary_key=True),
        sa.Column("score", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("answers", sa.Integer, nullable=False),
        sa.Column("sound", sa.Integer, nullable=False),
        sa.Column("picture", sa.Integer, nullable=False),
        sa.Column("other", sa.Integer, nullable=False),
    )
