"""Who has been let into a room and who is kept out."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("rooms", sa.Column("admissions", sa.Text, nullable=False, server_default="{}"))
