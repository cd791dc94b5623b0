"""`vdxmedia config` and `vdxmedia ports`: looks at a configuration without starting anything.

What was asked for goes to standard output, so that it can be a file; warnings and errors go to standard error.
"""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from vdxmedia import config, config_reference, credentials, network_ports
from vdxmedia.config import Settings
from vdxmedia.errors import Misconfigured
from vdxmedia.network_ports import NetworkPort
from vdxmedia.store import database as store

EXIT_MISCONFIGURED = 2

config_app = typer.Typer(no_args_is_help=True, help="Look at the configuration.")

ConfigOption = Annotated[
    Path | None, typer.Option("--config", envvar="VDXMEDIA_CONFIG", help="TOML file; see vdxmedia.example.toml.")
]
SetOption = Annotated[
    list[str] | None, typer.Option("--set", metavar="SECTION.KEY=VALUE", help="Overrides file and environment.")
]


class PortsForm(StrEnum):
    TABLE = "table"
    NFTABLES = "nftables"
    JSON = "json"


FormOption = Annotated[PortsForm, typer.Option("--form", help="nftables: rules for the chain that guards the way in.")]


def flags(pairs: list[str] | None) -> dict[str, str]:
    """`--set` as keys to text. Raises: Misconfigured."""
    found = {}
    for pair in pairs or []:
        key, separator, value = pair.partition("=")
        if not separator:
            raise Misconfigured(f"--set {pair}: must be section.key=value")
        found[key.strip()] = value
    return found


def stopped(error: Misconfigured) -> typer.Exit:
    """To raise: says what is wrong and ends with the exit code of a wrong configuration."""
    typer.echo(f"vdxmedia: {error.text}", err=True)
    return typer.Exit(EXIT_MISCONFIGURED)


@config_app.command("check")
def check_config(config_file: ConfigOption = None, settings: SetOption = None) -> None:
    """Check everything that `serve` would, and print what is in force; secrets are only file names."""
    try:
        effective = config.load(config_file, os.environ, flags(settings))
        config.check_production(effective)
        secrets = credentials.from_files(effective)
        warnings = [*credentials.warnings(effective)]
        found = store.check(effective.store.url, secrets.store_password)
    except Misconfigured as error:
        raise stopped(error) from None
    for text in (*warnings, *([f"store.url: {found}"] if found else [])):
        typer.echo(f"vdxmedia: {text}", err=True)
    typer.echo(config.as_toml(effective), nl=False)


@config_app.command("reference")
def show_reference() -> None:
    """Print every key with its type, bounds, default and use, as the page docs/reference/configuration.md."""
    typer.echo(config_reference.reference(), nl=False)


def show_ports(
    config_file: ConfigOption = None, settings: SetOption = None, form: FormOption = PortsForm.TABLE
) -> None:
    """Print every port that must be open and every one that is asked elsewhere, without starting anything."""
    try:
        effective = config.load(config_file, os.environ, flags(settings))
    except Misconfigured as error:
        raise stopped(error) from None
    ports = network_ports.network_ports(effective, config.media_workers(effective.media))
    match form:
        case PortsForm.TABLE:
            typer.echo(_table(effective, ports))
        case PortsForm.NFTABLES:
            typer.echo("\n".join(network_ports.nftables(ports)))
        case PortsForm.JSON:
            typer.echo(msgspec.json.format(msgspec.json.encode(ports), indent=1).decode())


def _table(settings: Settings, ports: list[NetworkPort]) -> str:
    rows = [("Way", "Protocol", "Port", "Address", "From or to", "For")]
    rows += [(one.direction, one.protocol, one.ports, one.address, one.peer, one.purpose) for one in ports]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]) - 1)]
    lines = [
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1]]) for row in rows
    ]
    if settings.media.announced:
        lines += [f"Outside, media is at {', '.join(settings.media.announced)}, with the same port numbers."]
    return "\n".join(lines)
