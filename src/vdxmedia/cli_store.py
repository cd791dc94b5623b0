"""`vdxmedia store`, `backup`, `restore`, `audit`, `diagnosis`, `explain` and `person`: what an operator does with what
is stored.

A server may be running, but for `store upgrade` and `restore`. What was asked for goes to standard output; all else to
standard error. No command prints a secret.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

import msgspec
import phonenumbers
import typer

from vdxmedia import config, credentials
from vdxmedia.booking.audit import AuditOperation, ChainCheck, note_of
from vdxmedia.clock import SystemClock
from vdxmedia.config import Settings
from vdxmedia.errors import BadField, Misconfigured, NotFound, VdxError
from vdxmedia.hub.call_story import story
from vdxmedia.hub.counters import Counters
from vdxmedia.hub.diagnoses import Diagnoses, StoredDiagnosis
from vdxmedia.hub.ports import CallRecord
from vdxmedia.sealing import Sealer
from vdxmedia.store import backup as copies
from vdxmedia.store import database
from vdxmedia.store.administration import open_beside_server
from vdxmedia.store.audit import AuditLog
from vdxmedia.store.call_records import CallRecordRows
from vdxmedia.store.diagnoses import DiagnosisRows
from vdxmedia.store.persons import Persons
from vdxmedia.store.units import Units

EXIT_REFUSED = 2
EXIT_UNAVAILABLE = 1
T = TypeVar("T")
Work = Callable[[Units, Sealer, int], Awaitable[T]]
"""With the store, the sealer and now."""
_DAY = re.compile(r"\d{4}-\d\d-\d\d")

store_app = typer.Typer(no_args_is_help=True, help="The store's version.")
audit_app = typer.Typer(no_args_is_help=True, help="The audit log.")
person_app = typer.Typer(no_args_is_help=True, help="What is stored about one person (GDPR articles 15 and 17).")

ConfigOption = Annotated[
    Path | None, typer.Option("--config", envvar="VDXMEDIA_CONFIG", help="The server's TOML file.")
]
ForceOption = Annotated[bool, typer.Option("--force", help="Replace what is there.")]
PhoneOption = Annotated[str, typer.Option(help="A telephone number; Danish without a country code.")]
EmailOption = Annotated[str, typer.Option(help="An organiser's or caller's e-mail.")]


def add_to(app: typer.Typer) -> None:
    """All commands of this module."""
    app.add_typer(store_app, name="store")
    app.add_typer(audit_app, name="audit")
    app.add_typer(person_app, name="person")
    app.command("backup")(backup)
    app.command("restore")(restore)
    app.command("diagnosis")(show_diagnosis)
    app.command("explain")(explain)


# ── the store ─────────────────────────────────────────────────────────────────────────────────────────────────────


@store_app.command("upgrade")
def upgrade(config_file: ConfigOption = None) -> None:
    """Bring the store to this version, while no server uses it. Make a backup before."""
    settings = _settings(config_file)
    try:
        before, after = database.upgrade(settings.store.url, _password(settings))
    except VdxError as error:
        _stop(error)
    typer.echo(f"from {before or 'nothing'} to {after}" if before != after else f"is at {after} already")


def backup(
    to: Annotated[Path, typer.Argument(metavar="FILE", help="Where to write it; must not be there.")],
    config_file: ConfigOption = None,
) -> None:
    """Copy the whole store into one file, while the server runs. The sealing keys are not in it."""
    settings = _settings(config_file)
    made_at = datetime.now(UTC).isoformat(timespec="seconds")
    try:
        rows = asyncio.run(copies.backup(settings.store.url, _password(settings), to, made_at))
    except VdxError as error:
        _stop(error)
    typer.echo(f"{to}: {sum(rows.values())} rows of {len(rows)} tables")


def restore(
    source: Annotated[Path, typer.Argument(metavar="FILE", help="Made by `vdxmedia backup`.")],
    config_file: ConfigOption = None,
    force: ForceOption = False,
) -> None:
    """Make the store what it was, while no server uses it. Nothing is touched when the file is not whole."""
    settings = _settings(config_file)
    try:
        restored = asyncio.run(copies.restore(settings.store.url, _password(settings), source, force=force))
    except VdxError as error:
        _stop(error)
    typer.echo(f"{sum(restored.rows.values())} rows of {len(restored.rows)} tables, made {restored.header.made_at}")


# ── the audit log ─────────────────────────────────────────────────────────────────────────────────────────────────


@audit_app.command("export")
def export_audit(
    organisation: Annotated[str, typer.Option(help="Its code; empty: the server's own.")],
    first: Annotated[str, typer.Option("--from", metavar="DAY", help="As 2026-11-01, UTC; included.")] = "0000-00-00",
    last: Annotated[str, typer.Option("--to", metavar="DAY", help="Included.")] = "9999-99-99",
    config_file: ConfigOption = None,
) -> None:
    """Print an organisation's audit log as JSON lines, each day followed by its head, and check the chain meanwhile.

    Exit code 3: the log is not what was written; the last line says where.
    """
    for day in (first, last):
        if not _DAY.fullmatch(day):
            _stop(BadField("a day, as 2026-11-01", field="--from, --to"))

    async def work(units: Units, sealer: Sealer, now: int) -> None:
        log, check = AuditLog(units, sealer), ChainCheck(sealer.digest)
        async for head, has_earlier in log.days(organisation, first, last):
            check.day(head, is_first_asked=has_earlier)
            if not head.is_dropped:
                async for line in log.entries(organisation, head.day, head.entries):
                    check.entry(line.entry, line.email)
                    _print(msgspec.structs.asdict(line.entry) | {"email": line.email})
            check.end_of_day()
            _print({"head": msgspec.structs.asdict(head)})

    try:
        _on_store(config_file, work)
    except _AuditBroken as broken:
        _print({"broken": broken.text})
        raise typer.Exit(3) from None


# ── the help desk ─────────────────────────────────────────────────────────────────────────────────────────────────


def show_diagnosis(
    code: Annotated[str, typer.Argument(help="As it was said on the telephone, as K7PX.")],
    config_file: ConfigOption = None,
) -> None:
    """Print what a page told of its connection under this code, as JSON. Kept 7 days, without personal data."""

    async def work(units: Units, sealer: Sealer, now: int) -> StoredDiagnosis:
        return await Diagnoses(DiagnosisRows(units), SystemClock(), Counters()).find(code)

    _print(_on_store(config_file, work))


# ── one person ────────────────────────────────────────────────────────────────────────────────────────────────────


@person_app.command("export")
def export_person(phone: PhoneOption = "", email: EmailOption = "", config_file: ConfigOption = None) -> None:
    """Print all that is stored about a telephone number or an e-mail, as JSON (GDPR article 15)."""
    number, address = _whom(phone, email)

    async def work(units: Units, sealer: Sealer, now: int) -> dict[str, Any]:
        persons = Persons(units, sealer)
        found = await persons.find(number, address)
        note = note_of("", None, AuditOperation.READ, "person", persons.pseudonym(number, address), now)
        await AuditLog(units, sealer).append([note])
        return found

    _print(_on_store(config_file, work))


@person_app.command("erase")
def erase_person(
    phone: PhoneOption = "",
    email: EmailOption = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    config_file: ConfigOption = None,
) -> None:
    """Erase all that is stored about a telephone number or an e-mail (GDPR article 17). The audit log stays whole."""
    number, address = _whom(phone, email)
    if not yes:
        typer.confirm("Erase all that is stored about this person? It cannot be undone.", abort=True, err=True)

    async def work(units: Units, sealer: Sealer, now: int) -> dict[str, int]:
        persons = Persons(units, sealer)
        note = note_of("", None, AuditOperation.DELETE, "person", persons.pseudonym(number, address), now)
        return await persons.erase(number, address, note)

    _print(_on_store(config_file, work))


def _whom(phone: str, email: str) -> tuple[str, str]:
    """The number in E.164, and the e-mail in lower case."""
    if not phone and not email:
        _stop(BadField("a telephone number or an e-mail is needed", field="--phone, --email"))
    number = ""
    if phone:
        try:
            parsed = phonenumbers.parse(phone, "DK")
        except phonenumbers.NumberParseException:
            _stop(BadField("is no telephone number", field="--phone"))
        number = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    return number, email.strip().lower()


# ── how a meeting went ────────────────────────────────────────────────────────────────────────────────────────────


def explain(
    short_id: Annotated[str, typer.Argument(metavar="SHORTID", help="As a host read it aloud, as k7p2qm.")],
    config_file: ConfigOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="The records themselves, one per line.")] = False,
) -> None:
    """Tell the story of a meeting by ids and roles: who came, who failed to join and why, on what path, how it ended.

    Kept 14 days (`retention.call_records_kept_days`). What happens now is there some 10 seconds later.
    """

    async def work(units: Units, sealer: Sealer, now: int) -> Sequence[CallRecord]:
        return await CallRecordRows(units).of_room(short_id)

    records = _on_store(config_file, work)
    if not records:
        _stop(NotFound("nothing is known of such a meeting", code="room_unknown"))
    if as_json:
        for record in records:
            _print(record)
        return
    for line in story(records):
        typer.echo(line)


# ── all ───────────────────────────────────────────────────────────────────────────────────────────────────────────


class _AuditBroken(Exception):
    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


def _on_store(config_file: Path | None, work: Work[T]) -> T:
    settings = _settings(config_file)

    async def run() -> T:
        password = await asyncio.to_thread(_password, settings)
        sealer = (await asyncio.to_thread(credentials.with_secrets, credentials.for_development(), settings)).sealer
        async with open_beside_server(settings.store.url, password) as units:
            return await work(units, sealer, int(time.time()))

    try:
        return asyncio.run(run())
    except VdxError as error:
        if error.code == "audit_broken":
            raise _AuditBroken(error.text) from error
        _stop(error)


def _settings(config_file: Path | None) -> Settings:
    try:
        return config.load(config_file, os.environ)
    except Misconfigured as error:
        _stop(error)


def _password(settings: Settings) -> str:
    name = settings.store.password_file
    return credentials.read_store_password(Path(name)) if name else ""


def _print(said: object) -> None:
    sys.stdout.write(msgspec.json.encode(said).decode() + "\n")


def _stop(error: VdxError) -> NoReturn:
    where = f"{error.field}: " if isinstance(error, BadField) else ""
    typer.echo(f"vdxmedia: {where}{error.text}", err=True)
    raise typer.Exit(EXIT_UNAVAILABLE if error.code == "store_unavailable" else EXIT_REFUSED)
