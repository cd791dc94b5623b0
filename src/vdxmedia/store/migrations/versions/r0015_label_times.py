"""Meetings of a label are found in the order of time by an index alone."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.add_column("meeting_labels", sa.Column("starts_at", sa.BigInteger, nullable=False, server_default="0"))
    op.execute(
        "UPDATE meeting_labels SET starts_at = COALESCE("
        "(SELECT meetings.starts_at FROM meetings WHERE meetings.uuid = meeting_labels.uuid), 0)"
    )
    op.create_index("meeting_labels_by_start", "meeting_labels", ["organisation", "label", "starts_at", "uuid"])
