"""What somebody found out with a link about his connection."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("invitations", sa.Column("last_test", sa.Text(), nullable=True))
