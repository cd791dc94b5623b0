"""Drives Debian's Firefox over WebDriver BiDi (W3C), without a driver binary.

Firefox speaks BiDi itself on `--remote-debugging-port`; this is the small part of it that the tests need: open a page,
evaluate an expression, take a picture. The profile grants camera and microphone and replaces them by Firefox's own
fake devices.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import re
import socket
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any

import aiohttp

from tests.patience import PATIENCE_S

PREFERENCES = {
    "media.navigator.permission.disabled": True,
    "media.navigator.streams.fake": True,
    "media.autoplay.default": 0,
    "media.peerconnection.ice.loopback": True,
    "media.gmp-manager.updateEnabled": False,
    "app.update.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.homepage_override.mstone": "ignore",
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.systemAddon.update.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "remote.active-protocols": 1,
    "services.settings.server": "http://127.0.0.1:9",
    "toolkit.telemetry.enabled": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
}


class Firefox:
    """One headless browser; made by `run_firefox`."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._next_id = 0

    async def read(self) -> None:
        """Hands answers to their callers until the socket closes."""
        async for message in self._socket:
            answer = json.loads(message.data)
            waiting = self._answers.pop(answer.get("id", -1), None)
            if waiting is not None and not waiting.done():
                waiting.set_result(answer)

    async def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._next_id += 1
        identity = self._next_id
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._answers[identity] = answer
        await self._socket.send_json({"id": identity, "method": method, "params": parameters})
        async with asyncio.timeout(PATIENCE_S):
            got = await answer
        if got["type"] == "error":
            raise RuntimeError(f"{method}: {got['error']}: {got['message']}")
        result: dict[str, Any] = got["result"]
        return result

    async def open(self, url: str, *, before: str = "", wait: str = "complete") -> FirefoxPage:
        """A new tab at `url`; `before` runs in it ahead of the page's own scripts. `wait`: for how much of it, in the
        words of `browsingContext.ReadinessState`."""
        context = (await self.call("browsingContext.create", type="tab"))["context"]
        if before:
            await self.call("script.addPreloadScript", functionDeclaration=f"() => {{ {before} }}", contexts=[context])
        await self.call("browsingContext.navigate", context=context, url=url, wait=wait)
        return FirefoxPage(self, context)


class FirefoxPage:
    """One tab."""

    def __init__(self, browser: Firefox, context: str) -> None:
        self._browser = browser
        self._context = context

    async def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression (promises awaited), as plain JSON."""
        got = await self._browser.call(
            "script.evaluate",
            expression=f"(async () => JSON.stringify(await ({expression})))()",
            target={"context": self._context},
            awaitPromise=True,
            userActivation=True,
        )
        if got["type"] == "exception":
            raise RuntimeError(got["exceptionDetails"]["text"])
        value = got["result"].get("value")
        return None if value is None else json.loads(value)

    async def tap(self, x: float, y: float) -> None:
        """A press of the mouse at a point of the window, as a person's: the page is told that it is trusted."""
        at = {"type": "pointerMove", "x": round(x), "y": round(y)}
        press = [at, {"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}]
        await self._perform({"type": "pointer", "id": "mouse", "actions": press})

    async def type(self, text: str) -> None:
        """Where the focus is, key by key."""
        keys = [{"type": kind, "value": key} for key in text for kind in ("keyDown", "keyUp")]
        await self._perform({"type": "key", "id": "keys", "actions": keys})

    async def _perform(self, source: dict[str, Any]) -> None:
        await self._browser.call("input.performActions", context=self._context, actions=[source])

    async def screenshot(self, path: Path) -> None:
        got = await self._browser.call("browsingContext.captureScreenshot", context=self._context)
        await asyncio.to_thread(path.write_bytes, base64.b64decode(got["data"]))

    async def resize(self, width: int, height: int) -> None:
        await self._browser.call(
            "browsingContext.setViewport", context=self._context, viewport={"width": width, "height": height}
        )


@contextlib.asynccontextmanager
async def run_firefox(
    binary: str = "/usr/bin/firefox-esr",
    *,
    open_socket: Callable[[Any], socket.socket] | None = None,
    preferences: Mapping[str, bool | int | str] | None = None,
) -> AsyncIterator[Firefox]:
    """Starts a headless Firefox with a fresh profile and ends it afterwards.

    `open_socket`: the way to one that runs in a network namespace. `preferences`: other than PREFERENCES say. Any
    certificate is taken.
    """
    with tempfile.TemporaryDirectory(prefix="vdx-firefox-", ignore_cleanup_errors=True) as profile:
        lines = [
            f"user_pref({json.dumps(name)}, {json.dumps(value)});"
            for name, value in {**PREFERENCES, **(preferences or {})}.items()
        ]
        await asyncio.to_thread(Path(profile, "user.js").write_text, "\n".join(lines))
        process = await asyncio.create_subprocess_exec(
            binary, "--headless", "--no-remote", "--profile", profile, "--remote-debugging-port", "0",
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        try:
            async with asyncio.timeout(PATIENCE_S):
                address = await _announced_address(process)
            drain = asyncio.create_task(_drain(process), name="firefox-stderr")
            async with (
                aiohttp.ClientSession(connector=aiohttp.TCPConnector(socket_factory=open_socket)) as http,
                http.ws_connect(f"{address}/session", max_msg_size=0) as control,
            ):
                browser = Firefox(control)
                reader = asyncio.create_task(browser.read(), name="firefox-reader")
                await browser.call("session.new", capabilities={"alwaysMatch": {"acceptInsecureCerts": True}})
                yield browser
                with contextlib.suppress(Exception):
                    await browser.call("browser.close")
                reader.cancel()
            drain.cancel()
            await asyncio.gather(reader, drain, return_exceptions=True)
        finally:
            if process.returncode is None:
                process.terminate()
                try:
                    async with asyncio.timeout(10):
                        await process.wait()
                except TimeoutError:
                    process.kill()
                    await process.wait()


async def _announced_address(process: asyncio.subprocess.Process) -> str:
    assert process.stderr is not None
    async for line in process.stderr:
        found = re.search(rb"WebDriver BiDi listening on (ws://\S+)", line)
        if found:
            return found.group(1).decode()
    raise RuntimeError("Firefox ended before it announced its address")


async def _drain(process: asyncio.subprocess.Process) -> None:
    assert process.stderr is not None
    async for _ in process.stderr:
        pass
