"""How each participant's call went."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_table(
        "call_records",
        sa.Column("record_id", sa.String(16), primary_key=True),
        sa.Column("room_id", sa.String(64), nullable=False),
        sa.Column("began_at", sa.Double, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
    )
    op.create_index("call_records_by_room", "call_records", ["room_id", "began_at"])
    op.create_index("call_records_by_time", "call_records", ["began_at"])
