"""Lists of one organisation's rooms by status and time, and of its meetings in the order in which they are told."""

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    for name, column in (("meetings_by_organiser", "organized_by"), ("meetings_by_subject", "subject")):
        op.drop_index(name, "meetings")
        op.create_index(name, "meetings", ["organisation", column, "starts_at", "uuid"])
    op.drop_index("booked_rooms_of_organisation", "booked_rooms")
    op.create_index("booked_rooms_of_organisation", "booked_rooms", ["organisation", "status", "starts_at"])
    op.create_index("booked_rooms_of_organisation_by_end", "booked_rooms", ["organisation", "status", "ends_at"])
