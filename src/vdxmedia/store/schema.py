"""The tables as they are now; `migrations` says how they came to be so, and a test compares both.

Times are Unix seconds. Room and participant ids are texts of 12 characters; nothing here points at a person but the
names in `attendance` and `call_stays`, what a conference's state holds, and the organisers' and callers' e-mails.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    false,
)

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

CODE = String(250)
"""Of an organisation."""
UUID_TEXT = String(36)
NUMBER = BigInteger().with_variant(Integer, "sqlite")
"""SQLite counts up only what is declared INTEGER."""

organisations = Table(
    "organisations",
    metadata,
    Column("group_id", NUMBER, primary_key=True, autoincrement=True),
    Column("code", CODE, nullable=False, unique=True),
    Column("parent", CODE, nullable=False),
    Column("history_api_key_hash", String(64), nullable=True, unique=True),
    Column("document", Text, nullable=False),
)
"""`document`: `booking.organisations.Organisation` as JSON, the webhook's key sealed (context `webhook` and the code);
columns win over it."""

clients = Table(
    "clients",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("certificate", String(64), nullable=True, unique=True),
    Column("certificate_subject", String(500), nullable=True, unique=True),
    Column("document", Text, nullable=False),
)
"""`document`: `booking.clients.Client` as JSON, the whole of it; of secrets only hashes."""

staff_links = Table(
    "staff_links",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("email", String(254), nullable=False),
    Column("organisation", CODE, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False, index=True),
)
"""Invitations of administrators: each works once, until it expires."""

staff_accounts = Table(
    "staff_accounts",
    metadata,
    Column("person", String(64), primary_key=True),
    Column("email", Text, nullable=False),
    Column("organisation", CODE, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
)
"""Administrators who sign in with a password. `person`: a keyed digest of the e-mail; `email`: sealed."""

templates = Table(
    "templates",
    metadata,
    Column("template_id", NUMBER, primary_key=True, autoincrement=True),
    Column("organisation", CODE, nullable=False, index=True),
    Column("is_deleted", Boolean, nullable=False),
    Column("document", Text, nullable=False),
)

meetings = Table(
    "meetings",
    metadata,
    Column("uuid", UUID_TEXT, primary_key=True),
    Column("organisation", CODE, nullable=False),
    Column("starts_at", BigInteger, nullable=False),
    Column("ends_at", BigInteger, nullable=False),
    Column("short_id", String(12), nullable=False, unique=True),
    Column("external_id", String(200), nullable=True),
    Column("subject", Text, nullable=False),
    Column("organized_by", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("search_text", Text, nullable=False),
    Column("document", Text, nullable=False),
    Index("meetings_by_start", "organisation", "starts_at", "uuid"),
    Index("meetings_by_organiser", "organisation", "organized_by", "starts_at", "uuid"),
    Index("meetings_by_subject", "organisation", "subject", "starts_at", "uuid"),
    Index("meetings_by_external_id", "organisation", "external_id", unique=True),
    Index("meetings_by_end", "ends_at"),
)
"""`document`: `booking.meetings.Meeting`, the whole of it; the other columns are copies to search by, always written
with it. `organized_by`: the e-mail in lower case. `search_text`: all that a search looks through, in lower case."""

meeting_labels = Table(
    "meeting_labels",
    metadata,
    Column("organisation", CODE, primary_key=True),
    Column("label", String(200), primary_key=True),
    Column("uuid", UUID_TEXT, primary_key=True),
    Column("starts_at", BigInteger, nullable=False, server_default="0"),
    Index("meeting_labels_by_meeting", "uuid"),
    Index("meeting_labels_by_start", "organisation", "label", "starts_at", "uuid"),
)
"""`starts_at`: the meeting's, always written with it."""

booked_rooms = Table(
    "booked_rooms",
    metadata,
    Column("uuid", UUID_TEXT, primary_key=True),
    Column("organisation", CODE, nullable=False),
    Column("status", String(32), nullable=False),
    Column("is_pool", Boolean, nullable=False),
    Column("has_meeting", Boolean, nullable=False),
    Column("reserved_by", UUID_TEXT, nullable=True, unique=True),
    Column("uri", String(200), nullable=True, unique=True),
    Column("uri_without_domain", String(100), nullable=True),
    Column("room_id", String(64), nullable=False, unique=True),
    Column("starts_at", BigInteger, nullable=False),
    Column("ends_at", BigInteger, nullable=False),
    Column("status_at", BigInteger, nullable=True),
    Column("document", Text, nullable=False),
    Index("booked_rooms_by_status", "status", "starts_at"),
    Index("booked_rooms_by_end", "status", "ends_at"),
    Index("booked_rooms_by_uri", "uri_without_domain"),
    Index("booked_rooms_of_organisation", "organisation", "status", "starts_at"),
    Index("booked_rooms_of_organisation_by_end", "organisation", "status", "ends_at"),
)
"""`uri`: with its domain, unique while the room has it. `document`: `booking.meetings.BookedRoom`, the whole of it,
with its PINs sealed (context `pin` and the uuid); the other columns are copies."""

audit_days = Table(
    "audit_days",
    metadata,
    Column("organisation", CODE, primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("entries", Integer, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("head", String(64), nullable=False),
    Column("seal", String(64), nullable=False),
    Column("is_dropped", Boolean, nullable=False),
    Index("audit_days_by_day", "is_dropped", "day"),
)
"""`booking.audit.DayHead`: outlives the entries."""

audit_entries = Table(
    "audit_entries",
    metadata,
    Column("organisation", CODE, primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("person", String(64), nullable=True, index=True),
    Column("email", Text, nullable=True),
    Column("hash", String(64), nullable=False),
    Column("document", Text, nullable=False),
)
"""`person`: a keyed digest of the e-mail; `email`: sealed, NULL when erased. `document`: the rest of
`booking.audit.AuditEntry`."""

messages = Table(
    "messages",
    metadata,
    Column("reference", String(32), primary_key=True),
    Column("meeting", UUID_TEXT, nullable=False),
    Column("organisation", CODE, nullable=False),
    Column("number_digest", String(43), nullable=False),
    Column("state", String(16), nullable=False),
    Column("urgency", Integer, nullable=False),
    Column("due_at", BigInteger, nullable=True),
    Column("callback_due_at", BigInteger, nullable=True),
    Column("starts_at", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("document", Text, nullable=False),
    Index("messages_by_due", "urgency", "due_at"),
    Index("messages_by_callback", "callback_due_at"),
    Index("messages_by_state", "state"),
    Index("messages_by_meeting", "meeting", "created_at"),
    Index("messages_by_number", "number_digest", "created_at"),
    Index("messages_by_creation", "created_at"),
)
"""`document`: `booking.messages.message.Message`, the whole of it, with number and text sealed (context `sms number` or
`sms text` and the reference); the other columns are copies. `number_digest`: keyed, of the number in E.164."""

message_days = Table(
    "message_days",
    metadata,
    Column("organisation", CODE, primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("segments", Integer, nullable=False),
)
"""SMS that an organisation has sent or has waiting, by Danish date."""

calls = Table(
    "calls",
    metadata,
    Column("call_id", UUID_TEXT, primary_key=True),
    Column("room_id", ROOM_ID, nullable=False),
    Column("organisation", CODE, nullable=True),
    Column("meeting", UUID_TEXT, nullable=True, index=True),
    Column("uri", String(200), nullable=True),
    Column("starts_at", Double, nullable=False),
    Column("seen_at", Double, nullable=False),
    Column("is_over", Boolean, nullable=False),
    Index("calls_by_start", "organisation", "starts_at", "call_id"),
    Index("calls_by_end", "is_over", "seen_at"),
)
"""`organisation`, `meeting` and `uri`: of the booked room, as it was when the call was first written, a second after it
began; NULL without a booking, `uri` also when the room was taken down by then."""

call_stays = Table(
    "call_stays",
    metadata,
    Column("call_id", UUID_TEXT, primary_key=True),
    Column("participant_id", PARTICIPANT_ID, primary_key=True),
    Column("role", String(16), nullable=False),
    Column("name", Text, nullable=True),
    Column("starts_at", Double, nullable=False),
    Column("ends_at", Double, nullable=True),
    Column("has_rated", Boolean, nullable=False, server_default=false()),
)
"""`has_rated`: that the question after the call was answered, not how."""

call_ratings = Table(
    "call_ratings",
    metadata,
    Column("call_id", UUID_TEXT, primary_key=True),
    Column("score", Integer, primary_key=True, autoincrement=False),
    Column("answers", Integer, nullable=False),
    Column("sound", Integer, nullable=False),
    Column("picture", Integer, nullable=False),
    Column("other", Integer, nullable=False),
)
"""How often a call was given each score, and what was wrong then. Sums: nothing says who answered what, or when."""

brandings = Table(
    "brandings",
    metadata,
    Column("organisation", CODE, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("made_at", BigInteger, nullable=False),
    Column("document", Text, nullable=False),
)
"""`document`: `booking.branding.Branding`. The highest version is in force."""

job_runs = Table(
    "job_runs",
    metadata,
    Column("job", String(64), primary_key=True),
    Column("ran_at", Double, nullable=False),
)
"""When a job that runs once a day was last done to its end."""

invitations = Table(
    "invitations",
    metadata,
    Column("meeting", UUID_TEXT, primary_key=True),
    Column("invitation_id", String(32), primary_key=True),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("sealed_token", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("document", Text, nullable=False),
    Column("last_test", Text, nullable=True),
)
"""`document`: the rest of `booking.invitations.Invitation`; `last_test`: `booking.connection_tests.ConnectionTest`."""

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("caller", String(64), primary_key=True),
    Column("key_hash", String(64), primary_key=True),
    Column("request_digest", String(64), nullable=False),
    Column("resource", UUID_TEXT, nullable=False),
    Column("is_made", Boolean, nullable=False),
    Column("created_at", BigInteger, nullable=False, index=True),
)
"""What a repeated request is known by; `caller` is a digest too."""

call_records = Table(
    "call_records",
    metadata,
    Column("record_id", String(16), primary_key=True),
    Column("room_id", ROOM_ID, nullable=False),
    Column("began_at", Double, nullable=False),
    Column("document", Text, nullable=False),
    Index("call_records_by_room", "room_id", "began_at"),
    Index("call_records_by_time", "began_at"),
)
"""`document`: `hub.ports.CallRecord`."""

diagnoses = Table(
    "diagnoses",
    metadata,
    Column("code", String(8), primary_key=True),
    Column("made_at", BigInteger, nullable=False, index=True),
    Column("document", Text, nullable=False),
)
"""`document`: `hub.diagnoses.Diagnosis`."""
