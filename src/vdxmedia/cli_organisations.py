"""`vdxmedia organisation`, `client` and `admin`: who may use the booking APIs, written into the store.

A server may be running: it notices within seconds. What a script may read goes to standard output, a secret once and
alone on its line; all else to standard error.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, NoReturn, TypeVar

import msgspec
import typer

from vdxmedia import config, credentials
from vdxmedia.booking.audit import AuditOperation, note_of
from vdxmedia.booking.callers import CallerRole
from vdxmedia.booking.clients import Client, ClientSecret, StaffLink
from vdxmedia.booking.organisations import MAX_DEPTH, Organisation, Tree
from vdxmedia.config import Settings
from vdxmedia.errors import BadField, Misconfigured, NotFound, Refused, VdxError
from vdxmedia.hub.clients import secret_hash
from vdxmedia.sealing import Sealer
from vdxmedia.store.administration import open_beside_server
from vdxmedia.store.audit import append_notes
from vdxmedia.store.booking_rows import Rows
from vdxmedia.store.clients import StoredClients
from vdxmedia.store.staff_accounts import StoredStaffAccounts
from vdxmedia.store.units import UniqueViolated, Units

EXIT_REFUSED = 2
EXIT_UNAVAILABLE = 1
OVERLAP_HOURS = 24.0
INVITATION_HOURS = 72.0
MAX_HOURS = 31 * 24.0
T = TypeVar("T")

organisation_app = typer.Typer(no_args_is_help=True, help="Organisations that meetings belong to.")
client_app = typer.Typer(no_args_is_help=True, help="Systems that call the booking APIs with a name and a secret.")
admin_app = typer.Typer(no_args_is_help=True, help="People who administer an organisation.")

ConfigOption = Annotated[
    Path | None, typer.Option("--config", envvar="VDXMEDIA_CONFIG", help="The server's TOML file.")
]
Work = Callable[[Units, Sealer, int], Awaitable[T]]
"""With the store, the sealer and now."""


# ── organisations ─────────────────────────────────────────────────────────────────────────────────────────────────


@organisation_app.command("add")
def add_organisation(
    code: Annotated[str, typer.Argument(help="What `organisation_id` claims name.")],
    name: Annotated[str, typer.Option(help="For people; the code when left out.")] = "",
    parent: Annotated[str, typer.Option(help="The code of the organisation above it.")] = "",
    config_file: ConfigOption = None,
) -> None:
    """Add an organisation, under another or as a root."""
    organisation = Organisation(code=code, name=name or code[:100], parent=parent)

    async def work(units: Units, sealer: Sealer, now: int) -> None:
        organisation.validate()

        async def add(rows: Rows) -> None:
            tree = Tree(await rows.organisations())
            if parent and len(list(tree.upwards(parent))) not in range(1, MAX_DEPTH):
                raise NotFound(
                    f"there is no organisation {parent!r}, or too many above it", code="organisation_unknown"
                )
            await rows.add_organisation(organisation)
            note = note_of(code, None, AuditOperation.CREATE, "organisation", code, now)
            await append_notes(rows.connection, [note], sealer)

        try:
            await units.write(lambda connection: add(Rows(connection, sealer)))
        except UniqueViolated as error:
            raise Refused(f"there is an organisation {code!r} already", code="organisation_exists") from error

    _on_store(config_file, work)
    typer.echo(code)


@organisation_app.command("list")
def list_organisations(config_file: ConfigOption = None) -> None:
    """Print all organisations as a tree: code, tab, name."""

    async def work(units: Units, sealer: Sealer, now: int) -> Tree:
        return Tree(await units.read(lambda connection: Rows(connection, sealer).organisations()))

    tree = _on_store(config_file, work)
    level = [("", one) for one in reversed(tree.children(""))]
    while level:
        indent, one = level.pop()
        typer.echo(f"{indent}{one.code}\t{one.name}")
        if len(indent) < 2 * MAX_DEPTH:
            level += [(indent + "  ", child) for child in reversed(tree.children(one.code))]


# ── clients ───────────────────────────────────────────────────────────────────────────────────────────────────────


@client_app.command("add")
def add_client(
    name: Annotated[str, typer.Argument(help="Its client_id: a-z, 0-9, and . _ - between them.")],
    role: Annotated[list[CallerRole], typer.Option(help="What it may; repeat it for more.")],
    organisation: Annotated[str, typer.Option(help="A code; a provisioner needs none.")] = "",
    email: Annotated[str, typer.Option(help="Whom it books as.")] = "",
    certificate: Annotated[str, typer.Option(help="SHA-256 of the certificate that it must show, in hex.")] = "",
    certificate_subject: Annotated[str, typer.Option(help="Or the certificate's subject, as the proxy says it.")] = "",
    config_file: ConfigOption = None,
) -> None:
    """Add a client and print its secret, which is shown this once."""
    secret = credentials.new_api_key()

    async def work(units: Units, sealer: Sealer, now: int) -> None:
        client = Client(
            name=name,
            roles=tuple(dict.fromkeys(role)),
            organisation=organisation,
            email=email,
            secrets=(ClientSecret(hash=secret_hash(secret), created_at=now),),
            certificate=certificate.replace(":", "").lower(),
            certificate_subject=certificate_subject,
            created_at=now,
        )
        client.validate()
        if organisation:
            known = Tree(await units.read(lambda connection: Rows(connection, sealer).organisations()))
            if organisation not in known:
                raise NotFound(f"there is no organisation {organisation!r}", code="organisation_unknown")
        note = note_of(organisation, None, AuditOperation.CREATE, "client", name, now)
        await StoredClients(units).add(client, note, sealer)

    _on_store(config_file, work)
    typer.echo(secret)


@client_app.command("rotate")
def rotate_client(
    name: str,
    overlap_hours: Annotated[
        float, typer.Option(min=0, max=MAX_HOURS, help="How long the secret until now works too.")
    ] = OVERLAP_HOURS,
    config_file: ConfigOption = None,
) -> None:
    """Give a client another secret and print it; the one before works for a while too."""
    secret = credentials.new_api_key()

    async def work(units: Units, sealer: Sealer, now: int) -> None:
        client = await _client(units, name)
        rotated = client.rotated(secret_hash(secret), now, int(overlap_hours * 3600))
        note = note_of(client.organisation, None, AuditOperation.UPDATE, "client", name, now, ["secrets"])
        await StoredClients(units).save(rotated, note, sealer)

    _on_store(config_file, work)
    typer.echo(secret)


@client_app.command("disable")
def disable_client(
    name: str,
    again: Annotated[bool, typer.Option("--undo", help="Let it call again.")] = False,
    config_file: ConfigOption = None,
) -> None:
    """Refuse a client within seconds, also with tokens that it has; its name and secrets stay."""

    async def work(units: Units, sealer: Sealer, now: int) -> None:
        client = await _client(units, name)
        note = note_of(client.organisation, None, AuditOperation.UPDATE, "client", name, now, ["isDisabled"])
        await StoredClients(units).save(msgspec.structs.replace(client, is_disabled=not again), note, sealer)

    _on_store(config_file, work)


@client_app.command("list")
def list_clients(config_file: ConfigOption = None) -> None:
    """Print all clients: name, organisation, roles, secrets that work, state; with tabs between."""

    async def work(units: Units, sealer: Sealer, now: int) -> None:
        for client in await StoredClients(units).clients():
            state = "disabled" if client.is_disabled else "enabled"
            works = len(client.working_hashes(now))
            typer.echo("\t".join([client.name, client.organisation, ",".join(client.roles), str(works), state]))

    _on_store(config_file, work)


@client_app.command("remove")
def remove_client(name: str, config_file: ConfigOption = None) -> None:
    """Forget a client; its tokens are refused within seconds."""

    async def work(units: Units, sealer: Sealer, now: int) -> None:
        client = await _client(units, name)
        note = note_of(client.organisation, None, AuditOperation.DELETE, "client", name, now)
        await StoredClients(units).remove(name, note, sealer)

    _on_store(config_file, work)


async def _client(units: Units, name: str) -> Client:
    client = await StoredClients(units).client(name)
    if client is None:
        raise NotFound(f"there is no client {name!r}", code="client_unknown")
    return client


# ── administrators ────────────────────────────────────────────────────────────────────────────────────────────────


@admin_app.command("invite")
def invite(
    email: str,
    organisation: Annotated[str, typer.Option(help="The code of the organisation to administer.")],
    hours: Annotated[float, typer.Option(min=1, max=MAX_HOURS, help="How long the link works.")] = INVITATION_HOURS,
    config_file: ConfigOption = None,
) -> None:
    """Store an invitation of an administrator and print its link, once.

    The link works once. Its holder chooses a password, and signs in with it and the e-mail at the staff page from then
    on, as meeting-admin of the organisation; invited again, he chooses another. Where people sign in by the
    organisation's own login (staff.issuer), the link signs its holder in for one session.
    """
    token = secrets.token_urlsafe(32)

    async def work(units: Units, sealer: Sealer, now: int) -> None:
        known = Tree(await units.read(lambda connection: Rows(connection, sealer).organisations()))
        if organisation not in known:
            raise NotFound(f"there is no organisation {organisation!r}", code="organisation_unknown")
        if not 3 <= len(email) <= 254 or not email.isprintable() or "@" not in email[1:-1] or " " in email:
            raise BadField("is not an e-mail address", field="EMAIL")
        link = StaffLink(
            token_hash=secret_hash(token),
            email=email.lower(),
            organisation=organisation,
            created_at=now,
            expires_at=now + int(hours * 3600),
        )
        note = note_of(organisation, None, AuditOperation.CREATE, "admin-invitation", link.token_hash[:16], now)
        await StoredClients(units).invite(link, note, sealer)

    settings = _settings(config_file)
    _on_store(config_file, work)
    typer.echo(f"{settings.http.public_url.rstrip('/')}/staff#{token}")


@admin_app.command("list")
def list_administrators(config_file: ConfigOption = None) -> None:
    """Print who has a password at the staff page: e-mail, tab, organisation."""

    async def work(units: Units, sealer: Sealer, now: int) -> None:
        for account in await StoredStaffAccounts(units, sealer).all():
            typer.echo(f"{account.email}\t{account.organisation}")

    _on_store(config_file, work)


@admin_app.command("remove")
def remove_administrator(email: str, config_file: ConfigOption = None) -> None:
    """Forget an administrator's password and unused links; who is signed in by it is signed out within seconds."""

    async def work(units: Units, sealer: Sealer, now: int) -> None:
        await StoredStaffAccounts(units, sealer).remove(email, now)

    _on_store(config_file, work)


# ── all ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _on_store(config_file: Path | None, work: Work[T]) -> T:
    settings = _settings(config_file)

    async def run() -> T:
        password, sealer = await asyncio.to_thread(credentials.of_store, settings)
        async with open_beside_server(settings.store.url, password) as units:
            return await work(units, sealer, int(time.time()))

    try:
        return asyncio.run(run())
    except VdxError as error:
        _stop(error)


def _settings(config_file: Path | None) -> Settings:
    try:
        return config.load(config_file, os.environ)
    except Misconfigured as error:
        _stop(error)


def _stop(error: VdxError) -> NoReturn:
    where = f"{error.field}: " if isinstance(error, BadField) else ""
    typer.echo(f"vdxmedia: {where}{error.text}", err=True)
    raise typer.Exit(EXIT_UNAVAILABLE if error.code == "store_unavailable" else EXIT_REFUSED)
