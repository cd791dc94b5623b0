"""`vdxmedia drain`: asks a running server to take nobody new, or to serve again. The key is never an argument."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Annotated, Any

import typer

PATH = "/api/v1/admin/drain"
TIMEOUT_S = 15.0
"""An undo waits for calls that are just being cut off."""
EXIT_REFUSED = 2
EXIT_UNAVAILABLE = 1


def drain(
    url: Annotated[str, typer.Option(help="Of the server, as https://video.example.org.")],
    key: Annotated[
        str, typer.Option(envvar="VDXMEDIA_KEY", prompt="API key", hide_input=True, help="Better not on the line.")
    ],
    deadline: Annotated[
        float | None,
        typer.Option(min=0, max=86_400, help="Seconds from now; the server's stop.deadline_s if left out."),
    ] = None,
    undo: Annotated[bool, typer.Option("--undo", help="Serve again.")] = False,
    show: Annotated[bool, typer.Option("--show", help="Only tell what is so.")] = False,
) -> None:
    """Let a running server take no new rooms and nobody new, and cut calls off at a deadline; or undo that."""
    if undo + show + (deadline is not None) > 1:
        raise typer.BadParameter("one of --deadline, --undo and --show")
    method = "DELETE" if undo else "GET" if show else "POST"
    body = {} if deadline is None else {"deadlineS": deadline}
    said = _ask(url.rstrip("/") + PATH, method, key.strip(), body)
    if said["state"] == "serving":
        typer.echo(f"serving: {_count(said)}")
    else:
        typer.echo(f"draining since {said['since']} until {said['deadline']} ({said['reason']}): {_count(said)}")


def add_to(app: typer.Typer) -> None:
    app.command("drain")(drain)


def _count(said: dict[str, Any]) -> str:
    return f"{said['calls']} calls with {said['participants']} people"


def _ask(url: str, method: str, key: str, body: dict[str, float]) -> dict[str, Any]:
    if not url.startswith(("https://", "http://")):
        raise typer.BadParameter("begins with https:// or http://", param_hint="--url")
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    asked = urllib.request.Request(  # the scheme has been looked at
        url, json.dumps(body).encode() if method == "POST" else None, headers, method=method
    )
    try:
        with urllib.request.urlopen(asked, timeout=TIMEOUT_S) as answer:
            said: dict[str, Any] = json.load(answer)
            return said
    except urllib.error.HTTPError as refused:
        typer.echo(f"vdxmedia: {_problem(refused)}", err=True)
        raise typer.Exit(EXIT_REFUSED) from None
    except (OSError, ValueError) as error:
        typer.echo(f"vdxmedia: {url}: {error}", err=True)
        raise typer.Exit(EXIT_UNAVAILABLE) from None


def _problem(refused: urllib.error.HTTPError) -> str:
    try:
        problem = json.load(refused)
        return f"{problem['code']}: {problem.get('detail') or problem['title']}"
    except (ValueError, KeyError, TypeError):
        return f"{refused.code} {refused.reason}"
