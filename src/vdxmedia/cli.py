"""The command line: `vdxmedia dev` to try, `vdxmedia serve` to run, `keys new` to prepare.

Parses, prints and chooses an exit code; everything else is in `app`, `config` and `credentials`. What a script may
read (`Host:`, `Guest:`, `API:`, `Key:`) goes to standard output, one per line; logs and questions go to standard error.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import tempfile
import time
import webbrowser
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Annotated

import msgspec
import segno
import typer
import uvloop

from vdxmedia import __version__, allocator, cli_drain, cli_store, config, credentials, kernel_limits
from vdxmedia.addresses import format_bind, interface_addresses, lan_address
from vdxmedia.api.oauth import GRANT, TOKEN_PATH
from vdxmedia.api.resources import RoomCreated, TokenRequest
from vdxmedia.app import Server
from vdxmedia.assembly import development
from vdxmedia.cli_configuration import ConfigOption, SetOption, config_app, flags, show_ports, stopped
from vdxmedia.cli_organisations import admin_app, client_app, organisation_app
from vdxmedia.conference.kinds import SourceKind
from vdxmedia.conference.settings import RoomSettings
from vdxmedia.config import Settings
from vdxmedia.credentials import Credentials
from vdxmedia.demo.launch import NAMES, Assignment, demo_participants
from vdxmedia.errors import Misconfigured, Refused
from vdxmedia.observability import configure_logging
from vdxmedia.sealing import new_key as new_sealing_key

logger = logging.getLogger(__name__)

EXIT_UNAVAILABLE = 1
LOOPBACK = ["127.0.0.1", "::1"]
DEVELOPMENT_STOP_S = "1.0"
"""Ctrl-C in development should not wait for those who are in a call."""

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
keys_app = typer.Typer(no_args_is_help=True, help="Make keys.")
app.add_typer(config_app, name="config")
app.add_typer(keys_app, name="keys")
app.add_typer(organisation_app, name="organisation")
app.add_typer(client_app, name="client")
app.add_typer(admin_app, name="admin")
app.command("ports")(show_ports)
cli_store.add_to(app)
cli_drain.add_to(app)


def _show_version(is_wanted: bool) -> None:
    if is_wanted:
        typer.echo(f"vdxmedia {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Open, self-hosted video meetings for the public sector."""


# ── dev ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@app.command()
def dev(
    http_port: Annotated[int, typer.Option(min=0, max=65535, help="Pages, REST and signalling (0: any free).")] = 7880,
    media_port: Annotated[int, typer.Option(min=0, max=65535, help="Sound and pictures, UDP (0: any free).")] = 7882,
    bind: Annotated[list[str] | None, typer.Option(help="Address to listen on; loopback only.")] = None,
    demo: Annotated[int, typer.Option(min=0, max=len(NAMES), help="Synthetic participants to put into the room.")] = 0,
    open_browser: Annotated[bool, typer.Option("--open", help="Open the host's link in a browser.")] = False,
    lan: Annotated[bool, typer.Option("--lan", help="Listen on the network too: fresh key, own certificate.")] = False,
) -> None:
    """Start a server on this machine with everything built in, and print its links."""
    with tempfile.TemporaryDirectory(prefix="vdxmedia-") as directory:
        try:
            if lan:
                if bind:
                    raise Misconfigured("--lan finds the address itself; leave --bind out")
                address = lan_address()
                settings = _development_settings([address, "127.0.0.1"], http_port, media_port, Path(directory))
                secrets = credentials.for_lan(address, Path(directory))
                host = f"[{address}]" if ":" in address else address
            else:
                settings = _development_settings(
                    bind or LOOPBACK, http_port, media_port, Path(directory), own_addresses=not bind
                )
                _refuse_other_machines(settings)
                secrets = credentials.for_development()
                host = "localhost"
            secrets = credentials.with_secrets(secrets, settings)
        except Misconfigured as error:
            raise stopped(error) from None

        async def started(server: Server, stack: AsyncExitStack) -> None:
            await server.seed(development.ORGANISATIONS)
            room = await server.rooms.open_room(RoomSettings(subject="Prøvemøde", organisation="vdxmedia"))
            secret = credentials.new_api_key()
            await development.add_client(server.database.units, secrets.sealer, secret, int(time.time()))
            _print_links(server, room, next(iter(secrets.api_keys.values())))
            if settings.oauth.built_in:
                _print_token_line(server, secret, is_own_certificate=lan)
            if server.messages.inbox is not None:
                typer.echo(f"SMS:    {server.public_url}/dev/sms")
            if lan:
                _print_lan_advice(room)
            if open_browser:
                await asyncio.to_thread(webbrowser.open, room.host_url)
            if demo:
                certificate = str(Path(directory) / credentials.LAN_CERTIFICATE) if lan else None
                tokens = [server.rooms.mint(room.room_id, _demo_person(name)).token for name in NAMES[:demo]]
                await stack.enter_async_context(demo_participants(Assignment(server.public_url, tokens, certificate)))

        _run(settings, secrets, public_host=host, started=started)


def _demo_person(name: str) -> TokenRequest:
    return TokenRequest(
        name=name,
        organisation="Demo",
        can_publish_sources=[SourceKind.MICROPHONE, SourceKind.CAMERA],
        can_subscribe=False,
    )


def _development_settings(
    addresses: list[str], http_port: int, media_port: int, directory: Path, *, own_addresses: bool = False
) -> Settings:
    """Development's defaults, with the environment in between for what it names.

    `directory`: where the store is; it goes with the process. `VDX_STORE_URL` names one that stays.
    `own_addresses`: media listens on the machine's own IPv4 addresses too, for this machine only. Firefox pairs no
    loopback candidates, so it could not join a call on 127.0.0.1 (seen in ESR 153).
    """
    own_addresses = own_addresses and config.variable_of("media.binds") not in os.environ
    media_addresses = [*addresses, *interface_addresses(4)] if own_addresses else addresses
    defaults = {
        "http.binds": ",".join(format_bind(address, http_port) for address in addresses),
        "media.binds": ",".join(format_bind(address, media_port) for address in media_addresses),
        "media.local_only": str(own_addresses).lower(),
        "log.format": "text",
        "log.level": "warning",
        "stop.deadline_s": DEVELOPMENT_STOP_S,
        "store.url": f"sqlite:///{directory}/vdxmedia.db",
        "store.upgrade_at_start": "true",
        "api.requests_per_second": "200",
    }
    flags = {key: value for key, value in defaults.items() if config.variable_of(key) not in os.environ}
    return config.load(None, os.environ, flags)


def _refuse_other_machines(settings: Settings) -> None:
    if not config.is_loopback(settings):
        raise Misconfigured(
            "`vdxmedia dev` uses a key that everyone knows, so it listens on loopback (127.0.0.1, ::1) only. "
            "For your own network: `vdxmedia dev --lan`. For others: `vdxmedia serve --config FILE`."
        )


def _print_links(server: Server, room: RoomCreated, key: str) -> None:
    typer.echo(f"Host:   {room.host_url}")
    typer.echo(f"Guest:  {room.guest_url}")
    typer.echo(f"API:    {server.public_url}/api/v1")
    typer.echo(f"Key:    {key}")


def _print_token_line(server: Server, secret: str, *, is_own_certificate: bool) -> None:
    """A command that gets an access token for the booking APIs."""
    url = server.public_url + TOKEN_PATH
    insecure = " -k" if is_own_certificate else ""
    typer.echo(f"Token:  curl -s{insecure} -u {development.CLIENT}:{secret} -d grant_type={GRANT} {url}")


def _print_lan_advice(room: RoomCreated) -> None:
    """A phone reads the guest's link from the screen; its browser will ask about the certificate once."""
    segno.make(room.guest_url, error="l").terminal(compact=True)
    typer.echo("The certificate is this server's own: let the browser continue to the page when it warns.")


# ── serve ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@app.command()
def serve(config_file: ConfigOption = None, settings: SetOption = None) -> None:
    """Start a production server; flags over environment (VDX_…) over the file over defaults."""
    try:
        effective = config.load(config_file, os.environ, flags(settings))
        config.check_production(effective)
        secrets = credentials.from_files(effective)
        warnings = [*credentials.warnings(effective), *kernel_limits.warnings(effective)]
    except Misconfigured as error:
        raise stopped(error) from None

    async def started(server: Server, stack: AsyncExitStack) -> None:
        for text in warnings:
            logger.warning(text)

    _run(effective, secrets, public_host=None, started=started)


@keys_app.command("new")
def new_keys(
    directory: Annotated[Path, typer.Option(help="Where to write the files.")] = Path(),
    name: Annotated[str, typer.Option(help="Whose API key it is.")] = "default",
) -> None:
    """Make a signing key, an API key, a sealing key and a TURN secret as files that only you can read."""
    signing, keys, turn = directory / "signing-key.pem", directory / "api-keys.txt", directory / "turn-secret.txt"
    sealing = directory / "sealing-keys.txt"
    if not name.isprintable() or ":" in name or not name.strip() or name.startswith("#"):
        raise stopped(Misconfigured("--name: letters, digits and dashes"))
    try:
        for path in (signing, keys, sealing, turn):
            if path.exists():
                raise Misconfigured(f"{path}: is there already; keys are never overwritten")
        credentials.write_private(signing, credentials.new_signing_key(), exist_ok=False)
        credentials.write_private(keys, f"{name}: {credentials.new_api_key()}\n".encode(), exist_ok=False)
        credentials.write_private(sealing, f"{new_sealing_key()}\n".encode(), exist_ok=False)
        credentials.write_private(turn, f"{credentials.new_api_key()}\n".encode(), exist_ok=False)
    except OSError as error:
        raise stopped(Misconfigured(f"{error.filename}: {error.strerror}")) from None
    except Misconfigured as error:
        raise stopped(error) from None
    typer.echo(f"[tokens]\nsigning_key_file = {_quoted(signing)}\n\n[api]\nkeys_file = {_quoted(keys)}")
    typer.echo(f"\n[store]\nsealing_key_file = {_quoted(sealing)}")
    typer.echo(f"\n# With a TURN server (docs/turn.md):\n# [turn]\n# urls = []\n# secret_file = {_quoted(turn)}")


def _quoted(path: Path) -> str:
    """A TOML string; JSON's are that too."""
    return msgspec.json.encode(str(path.resolve())).decode()


# ── both ──────────────────────────────────────────────────────────────────────────────────────────────────────────


GARBAGE_THRESHOLDS = (2_000, 10, 10)
"""Objects made and not freed, and collections of them. A join makes some 200 that stay, so with Python's own 700 a rush
of 350 into one room was gone through twice in full, a tenth of what a join took (measured). What is garbage in circles
waits for longer: at most what some thousand joins leave."""


def _run(
    settings: Settings,
    secrets: Credentials,
    *,
    public_host: str | None,
    started: Callable[[Server, AsyncExitStack], Awaitable[None]],
) -> None:
    """Serves until a signal; `started` is told when all works, and may put on the stack what must end first."""
    configure_logging(settings.log.level, settings.log.format)
    allocator.bound()

    async def run() -> None:
        async with AsyncExitStack() as stack:
            server = await stack.enter_async_context(Server(settings, secrets, public_host=public_host))
            await started(server, stack)
            # What the start has made stays: a full collection need not go through it (13 instead of 45 ms, measured).
            gc.collect()
            gc.freeze()
            gc.set_threshold(*GARBAGE_THRESHOLDS)
            await server.serve_until_signalled()

    try:
        uvloop.run(run())
    except Misconfigured as error:
        raise stopped(error) from None
    except Refused as error:
        # Not there now, but perhaps in a while: unlike after a wrong configuration, a restart may help.
        typer.echo(f"vdxmedia: store.url: the store cannot be opened ({error.text})", err=True)
        raise typer.Exit(EXIT_UNAVAILABLE) from None


def main() -> None:
    app()
