"""Organisations, templates, meetings and their rooms."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "organisations",
        sa.Column("group_id", NUMBER, primary_key=True, autoincrement=True),
        sa.Column("code", sa.String(250), nullable=False, unique=True),
        sa.Column("parent", sa.String(250), nullable=False),
        sa.Column("history_api_key_hash", sa.String(64), nullable=True, unique=True),
        sa.Column("document", sa.Text, nullable=False),
    )
    op.create_table(
        "templates",
        sa.Column("template_id", NUMBER, primary_key=True, autoincrement=True),
        sa.Column("organisation", sa.String(250), nullable=False),
        sa.Column("is_deleted", sa.Boolean, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
    )
    op.create_index("ix_templates_organisation", "templates", ["organisation"])
    op.create_table(
        "meetings",
        sa.Column("uuid", sa.String(36), primary_key=True),
        sa.Column("organisation", sa.String(250), nullable=False),
        sa.Column("starts_at", sa.BigInteger, nullable=False),
        sa.Column("ends_at", sa.BigInteger, nullable=False),
        sa.Column("short_id", sa.String(12), nullable=False, unique=True),
        sa.Column("external_id", sa.String(200), nullable=True),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("organized_by", sa.Text, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("search_text", sa.Text, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
    )
    op.create_index("meetings_by_start", "meetings", ["organisation", "starts_at", "uuid"])
    op.create_index("meetings_by_organiser", "meetings", ["organisation", "organized_by", "starts_at"])
    op.create_index("meetings_by_subject", "meetings", ["organisation", "subject"])
    op.create_index("meetings_by_external_id", "meetings", ["organisation", "external_id"], unique=True)
    op.create_index("meetings_by_end", "meetings", ["ends_at"])
    op.create_table(
        "meeting_labels",
        sa.Column("organisation", sa.String(250), primary_key=True),
        sa.Column("label", sa.String(200), primary_key=True),
        sa.Column("uuid", sa.String(36), primary_key=True),
    )
    op.create_index("meeting_labels_by_meeting", "meeting_labels", ["uuid"])
    op.create_table(
        "booked_rooms",
        sa.Column("uuid", sa.String(36), primary_key=True),
        sa.Column("organisation", sa.String(250), nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("is_pool", sa.Boolean, nullable=False),
        sa.Column("has_meeting", sa.Boolean, nullable=False),
        sa.Column("reserved_by", sa.String(36), nullable=True, unique=True),
        sa.Column("uri", sa.String(200), nullable=True, unique=True),
        sa.Column("uri_without_domain", sa.String(100), nullable=True),
        sa.Column("room_id", sa.String(64), nullable=False, unique=True),
        sa.Column("starts_at", sa.BigInteger, nullable=False),
        sa.Column("ends_at", sa.BigInteger, nullable=False),
        sa.Column("status_at", sa.BigInteger, nullable=True),
        sa.Column("document", sa.Text, nullable=False),
    )
    op.create_index("booked_rooms_by_status", "booked_rooms", ["status", "starts_at"])
    op.create_index("booked_rooms_by_end", "booked_rooms", ["status", "ends_at"])
    op.create_index("booked_rooms_by_uri", "booked_rooms", ["uri_without_domain"])
    op.create_index("booked_rooms_of_organisation", "booked_rooms", ["organisation", "starts_at"])
