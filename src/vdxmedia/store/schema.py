"""The tables as they are now; `migrations` says how they came to be so, and a test compares both.

Times are Unix seconds. Room and participant ids are texts of 12 characters; nothing here points at a person but the
name in `attendance`, and what a conference's state holds.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Double, Index, Integer, LargeBinary, MetaData, String, Table, Text

metadata = MetaData()

ROOM_ID = String(64)
PARTICIPANT_ID = String(64)

rooms = Table(
    "rooms",
    metadata,
    Column("room_id", ROOM_ID, primary_key=True),
    Column("settings_version", Integer, nullable=False),
    Column("settings", Text, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("idle_since", Double, nullable=False),
    Column("admissions", Text, nullable=False, server_default="{}"),
)

conferences = Table(
    "conferences",
    metadata,
    Column("room_id", ROOM_ID, primary_key=True),
    Column("state", LargeBinary, nullable=False),
    Column("written_at", Double, nullable=False),
)

attendance = Table(
    "attendance",
    metadata,
    Column("room_id", ROOM_ID, primary_key=True),
    Column("participant_id", PARTICIPANT_ID, primary_key=True),
    Column("name", Text, nullable=False),
    Column("role", String(16), nullable=False),
    Column("organisation", Text, nullable=False),
    Column("first_seen", Double, nullable=False),
    Column("last_seen", Double, nullable=False),
    Column("is_recognised", Boolean, nullable=False),
    Index("attendance_by_last_seen", "last_seen"),
)
