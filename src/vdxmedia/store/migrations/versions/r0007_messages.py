"""Messages to telephones, and what organisations send a day."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "messages",
        sa.Column("reference", sa.String(32), primary_key=True),
        sa.Column("meeting", sa.String(36), nullable=False),
        sa.Column("organisation", sa.String(250), nullable=False),
        sa.Column("number_digest", sa.String(43), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("urgency", sa.Integer, nullable=False),
        sa.Column("due_at", sa.BigInteger, nullable=True),
        sa.Column("callback_due_at", sa.BigInteger, nullable=True),
        sa.Column("starts_at", sa.BigInteger, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
    )
    op.create_index("messages_by_due", "messages", ["urgency", "due_at"])
    op.create_index("messages_by_callback", "messages", ["callback_due_at"])
    op.create_index("messages_by_state", "messages", ["state"])
    op.create_index("messages_by_meeting", "messages", ["meeting", "created_at"])
    op.create_index("messages_by_number", "messages", ["number_digest", "created_at"])
    op.create_index("messages_by_creation", "messages", ["created_at"])
    op.create_table(
        "message_days",
        sa.Column("organisation", sa.String(250), primary_key=True),
        sa.Column("day", sa.String(10), primary_key=True),
        sa.Column("segments", sa.Integer, nullable=False),
    )
