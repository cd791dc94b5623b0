"""What somebody found out with a link about his connection."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.add_column("invitations", sa.Column("last_test", sa.Text(), nullable=True))
