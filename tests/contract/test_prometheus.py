"""A real Prometheus of Debian's package: our rules, and every panel of the board, against a real server with a call."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import shutil
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from loadtests import native
from loadtests.participant import MICROPHONE, camera, join
from tests.patience import PATIENCE_S
from tests.server import Server, free_port, run_server

ROOT = Path(__file__).resolve().parents[2]
ALERTS = ROOT / "deploy" / "prometheus" / "alerts.yml"
BOARD = ROOT / "deploy" / "grafana" / "vdxmedia.json"
UNIT = Path(__file__).parent / "prometheus" / "alerts_test.yml"
NAMES = ("Karoline Testesen", "Bodil Prøvesen")
RUNBOOK = ROOT / "docs" / "operations.md"


@pytest.fixture(scope="module", autouse=True)
def _built() -> None:
    native.build()


async def promtool(*arguments: str | Path) -> str:
    """What it says. Fails when it is not content."""
    process = await asyncio.create_subprocess_exec(
        "promtool", *map(str, arguments), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await process.communicate()
    assert process.returncode == 0, said.decode()
    return said.decode()


@contextlib.asynccontextmanager
async def prometheus(directory: Path, target: str) -> AsyncIterator[str]:
    """With the configuration that we give away, but for the target and the pace; the address it answers at."""
    shipped = (ROOT / "deploy" / "prometheus" / "prometheus.yml").read_text()
    shutil.copy(ALERTS, directory / "alerts.yml")
    ours = shipped.replace("127.0.0.1:7880", target).replace("15s", "1s")
    assert ours.count("1s") == 2
    assert target in ours
    (directory / "prometheus.yml").write_text(ours)
    await promtool("check", "config", directory / "prometheus.yml")
    port = free_port(socket.SOCK_STREAM)
    process = await asyncio.create_subprocess_exec(
        "prometheus",
        f"--config.file={directory}/prometheus.yml",
        f"--storage.tsdb.path={directory}/data",
        f"--web.listen-address=127.0.0.1:{port}",
        "--log.level=error",
    )
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        await process.wait()


async def ask(http: aiohttp.ClientSession, address: str, path: str, **query: str) -> Any:
    async with http.get(f"{address}/api/v1/{path}", params=query) as answer:
        told = await answer.json()
        assert told["status"] == "success", told
        return told["data"]


async def values(http: aiohttp.ClientSession, address: str, expression: str) -> list[float]:
    return [float(one["value"][1]) for one in (await ask(http, address, "query", query=expression))["result"]]


def queries_of_the_board() -> dict[str, str]:
    """Panel and letter to expression, as Grafana fills it in."""
    board = json.loads(BOARD.read_text())
    return {
        f"{panel['title']} {target['refId']}": target["expr"]
        .replace("$__rate_interval", "10s")
        .replace("$instance", ".*")
        for panel in board["panels"]
        for target in panel.get("targets", [])
    }


@contextlib.asynccontextmanager
async def call(server: Server) -> AsyncIterator[None]:
    """Two people with sound and picture."""
    room = await server.create_room()
    async with contextlib.AsyncExitStack() as stack:
        generator = await stack.enter_async_context(native.run_generator())
        for name, link in zip(NAMES, (room["hostUrl"], room["guestUrl"]), strict=True):
            one = await stack.enter_async_context(join(generator, server.base_url, link, name))
            await one.connect_media(microphone=MICROPHONE, picture=camera(300_000))
            await one.publish()
        yield


async def test_rules_are_sound_and_each_fires_when_it_should_and_only_then() -> None:
    assert "15 rules found" in await promtool("check", "rules", ALERTS)
    await promtool("test", "rules", UNIT)


def test_every_alert_has_a_runbook_and_a_test() -> None:
    names = re.findall(r"- alert: (\w+)", ALERTS.read_text())
    headings = {heading.lower() for heading in re.findall(r"^#+ (.+)$", RUNBOOK.read_text(), re.MULTILINE)}
    tested = UNIT.read_text()
    for name in names:
        assert name.lower() in headings, f"{name} has no runbook"
        assert f'alertname="{name}"' in tested
    anchors = re.findall(r"runbook: docs/operations\.md#(\w+)", ALERTS.read_text())
    assert anchors == [name.lower() for name in names]


async def test_every_panel_has_data_and_no_rule_fails_while_a_call_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VDX_LOG_LEVEL", "info")
    monkeypatch.setenv("VDX_LOG_FORMAT", "json")
    async with run_server() as server, aiohttp.ClientSession() as http:
        target = server.base_url.removeprefix("http://")
        async with prometheus(tmp_path, target) as address, call(server):
            wanted = queries_of_the_board()
            assert len(wanted) > 30
            empty = dict(wanted)
            async with asyncio.timeout(PATIENCE_S):
                while empty:
                    await asyncio.sleep(0.5)
                    with contextlib.suppress(aiohttp.ClientConnectionError):
                        empty = {name: each for name, each in empty.items() if not await values(http, address, each)}
            for expression in (
                'sum(vdx_participants{transport="udp"}) == 2',
                'sum(rate(vdx_rtp_packets_total{direction="in",kind="audio"}[10s])) > 0',
                'sum(vdx_tracks{direction="in"}) == 4',
                'vdx_join_seconds_count{phase="first_media"} == 2',
            ):
                async with asyncio.timeout(PATIENCE_S):
                    while not await values(http, address, expression):
                        await asyncio.sleep(0.2)
            groups = (await ask(http, address, "rules"))["groups"]
            rules = [rule for group in groups for rule in group["rules"]]
            assert len(rules) == 15
            assert {rule["name"]: rule["health"] for rule in rules if rule["health"] != "ok"} == {}
            assert [rule["name"] for rule in rules if rule["state"] == "firing"] == []
        async with asyncio.timeout(PATIENCE_S):
            while len(ended := [line for line in server.output if '"call_ended"' in line]) < 2:
                await asyncio.sleep(0.1)
        told = [json.loads(line) for line in ended]
        assert [(one["role"], one["path"], one["reason"]) for one in told] == [
            ("guest", "udp", "left"),
            ("host", "udp", "left"),
        ]
        said = "".join(server.output)
        assert not any(name in said for name in NAMES), "ids and roles only"
