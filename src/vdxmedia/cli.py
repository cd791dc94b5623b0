"""The command line: `vdxmedia dev`, `serve`, `config check`, `keys new`."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer
import uvloop

from vdxmedia import __version__
from vdxmedia.app import Server
from vdxmedia.config import Http, Settings

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


def _show_version(is_wanted: bool) -> None:
    if is_wanted:
        typer.echo(f"vdxmedia {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[bool, typer.Option("--version", callback=_show_version, is_eager=True)] = False,
) -> None:
    """Open, self-hosted video meetings for the public sector."""


@app.command()
def dev(http_port: int = 7880, media_port: int = 7882) -> None:
    """A server on this machine alone, for trying and developing."""
    settings = Settings(http=Http(binds=[f"127.0.0.1:{http_port}", f"[::1]:{http_port}"]))

    async def run() -> None:
        async with Server(settings) as server:
            typer.echo(f"API:    http://localhost:{server.http_addresses[0][1]}/api/v1")
            await server.serve_until_signalled()

    uvloop.run(run())


def main() -> None:
    app()


_ = asyncio
