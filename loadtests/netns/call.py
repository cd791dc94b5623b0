"""A call over a bad network: the server in its namespace, and people in Chromium or Firefox, each in a namespace of
their own.

The server is `vdxmedia dev --lan` on port 443 (its own certificate, so that pages are in a secure context). DevTools
speaks over inherited pipes, which know nothing of namespaces, and Firefox is spoken to on its own namespace's
loopback: there is no control network, and nothing of the test's is on the wire.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import tempfile
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from playwright.async_api import Page, Playwright, ViewportSize, async_playwright

from loadtests.netns.camera import HEIGHT, WIDTH, write_camera_film
from loadtests.netns.conditions import Conditions
from loadtests.netns.namespace import chromium_binary, firefox_binary
from loadtests.netns.network import Client, Network, network
from loadtests.netns.readings import Recording
from tests.browser.firefox import FirefoxPage, run_firefox
from tests.browser.pages import CHROMIUM_FLAGS, OBSERVE, eventually
from tests.machine import Machine, watched
from tests.patience import PATIENCE_S
from tests.server import Server, run_server

HTTPS_PORT, MEDIA_PORT = 443, 7882
PAGE_SCRIPT = (Path(__file__).with_name("page.js")).read_text()
SAMPLE_MS = 250
PUBLISHING = {"width": WIDTH, "height": HEIGHT, "frameRate": 30}
WATCHING = {"width": 160, "height": 90, "frameRate": 5}
"""The camera of one who only watches: as cheap as can be."""
PAGE, SMALL_PAGE = ViewportSize(width=1280, height=720), ViewportSize(width=480, height=360)
"""Of one who watches, and of one who publishes: painting costs more than decoding."""
JOIN_TIMEOUT_S = PATIENCE_S
FIREFOX_PREFERENCES: dict[str, bool | int | str] = {"media.peerconnection.ice.loopback": False}
"""Its loopback carries only what it is asked."""


class Evaluates(Protocol):
    """A page, of whichever browser."""

    async def evaluate(self, expression: str, arg: Any = None) -> Any: ...


@dataclass
class Viewer:
    """A participant in a browser of their own."""

    name: str
    page: Evaluates
    client: Client
    _watching: contextlib.AbstractAsyncContextManager[Machine] | None = None
    _machine: Machine = field(default_factory=Machine)

    async def time_to_picture_s(self, *, within_s: float = JOIN_TIMEOUT_S) -> float:
        """From the start of the page's load to the first frame of another on the screen."""
        seen: float = await eventually(
            lambda: self.page.evaluate("recorder.firstPicture()"), lambda at: at is not None, within_s=within_s
        )
        return seen

    async def sample(self) -> dict[str, Any]:
        seen: dict[str, Any] = await self.page.evaluate("recorder.sample()")
        return seen

    async def start(self) -> float:
        """Starts to record; gives the page's time in seconds, the clock of the recording."""
        self._watching = watched()
        self._machine = await self._watching.__aenter__()
        at: float = await self.page.evaluate("every => recorder.start(every)", SAMPLE_MS)
        return at

    async def now(self) -> float:
        at: float = await self.page.evaluate("recorder.now()")
        return at

    async def stop(self) -> Recording:
        told = await self.page.evaluate("recorder.stop()")
        assert self._watching is not None, "it was not started"
        await self._watching.__aexit__(None, None, None)
        return Recording(**told, machine=self._machine)

    async def record(self, window_s: float) -> Recording:
        await self.start()
        await asyncio.sleep(window_s)
        return await self.stop()


@dataclass
class Person(Viewer):
    """In Chromium."""

    page: Page
    _link: str = ""

    async def load_again(self) -> None:
        """From nothing, as one who comes in anew. Returns when the page begins to load."""
        await self.page.goto("about:blank")
        await self.page.goto(self._link, wait_until="commit")

    async def leave(self) -> None:
        """The browser ends."""
        browser = self.page.context.browser
        assert browser is not None
        await browser.close()


class _AskedFirefox:
    """Asks as Playwright does: a function is called with the argument."""

    def __init__(self, page: FirefoxPage) -> None:
        self._page = page

    async def evaluate(self, expression: str, arg: Any = None) -> Any:
        return await self._page.evaluate(expression if arg is None else f"({expression})({json.dumps(arg)})")


class Call:
    """One room on a server of its own. Made by `call()`."""

    def __init__(
        self, net: Network, server: Server, room: dict[str, Any], playwright: Playwright, directory: Path
    ) -> None:
        self.network = net
        self.server = server
        self.room = room
        self._playwright = playwright
        self._directory = directory
        self._stack = contextlib.AsyncExitStack()
        self._people = 0
        self.complaints: list[str] = []
        """What pages threw."""

    async def close(self) -> None:
        await self._stack.aclose()

    async def join(
        self,
        name: str,
        *,
        watches_only: bool = False,
        is_small: bool = False,
        up: Conditions | None = None,
        down: Conditions | None = None,
        is_behind_nat: bool = False,
        flags: tuple[str, ...] = (),
        before_load: str = "",
        is_relay_only: bool = False,
        path: str = "",
    ) -> Person:
        """Opens the host's link for the first, the guest's for all others, behind a wire of these conditions.

        `is_small`: the window of one whose picture nobody judges.
        `before_load` is script that runs before the page's own. `is_relay_only`: by the TURN server and no other way.
        `path`: another page of the server instead of the room.
        """
        client = self.network.client(up=up, down=down)
        if is_behind_nat:
            client.put_behind_nat()
        browser = await self._playwright.chromium.launch(
            executable_path=self._wrapper(client, chromium_binary()), args=[*self._flags(), *flags]
        )
        self._stack.push_async_callback(browser.close)
        context = await browser.new_context(
            viewport=PAGE if watches_only and not is_small else SMALL_PAGE,
            permissions=["camera", "microphone"],
            locale="da-DK",
            ignore_https_errors=True,
        )
        await context.add_init_script(self._before_load(watches_only=watches_only, then=before_load))
        page = await context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(f"{name}: {error}"))
        link = f"{self.server.base_url}{path}" if path else self._link(name, is_relay_only=is_relay_only)
        self._people += 1
        await page.goto(link, wait_until="commit")
        return Person(name, page, client, _link=link)

    @contextlib.asynccontextmanager
    async def firefox(
        self, name: str, *, watches_only: bool = False, up: Conditions | None = None, down: Conditions | None = None
    ) -> AsyncIterator[Viewer]:
        """The same in Firefox, with its own fake microphone (a tone), for as long as the block lasts."""
        client = self.network.client(up=up, down=down)
        async with run_firefox(
            str(self._wrapper(client, firefox_binary())),
            open_socket=lambda info: client.namespace.socket(*info[:3]),
            preferences=FIREFOX_PREFERENCES,
        ) as browser:
            link = self._link(name)
            self._people += 1
            page = await browser.open(
                link, before=self._before_load(watches_only=watches_only, has_voice=False), wait="none"
            )
            yield Viewer(name, _AskedFirefox(page), client)

    def _link(self, name: str, *, is_relay_only: bool = False) -> str:
        address, _, token = self.room["guestUrl" if self._people else "hostUrl"].partition("#")
        return f"{address}?join=1&name={name}{'&relay=1' if is_relay_only else ''}#{token}"

    def _before_load(self, *, watches_only: bool, has_voice: bool = True, then: str = "") -> str:
        situation = {
            "pitchHz": 110 + 50 * self._people,
            "camera": WATCHING if watches_only else PUBLISHING,
            "hasVoice": has_voice,
        }
        return f"{OBSERVE}\nwindow.situation = {json.dumps(situation)};\n{PAGE_SCRIPT}\n{then}"

    def _flags(self) -> list[str]:
        return [*CHROMIUM_FLAGS, f"--use-file-for-fake-video-capture={self._directory / 'camera.y4m'}"]

    def _wrapper(self, client: Client, binary: str | None) -> Path:
        """An executable that is this browser in the client's namespace."""
        assert binary is not None, "the browser is missing"
        path = self._directory / f"browser-{client.number}"
        path.write_text(f'#!/bin/sh\nexec {" ".join(client.namespace.command(binary))} "$@"\n')
        path.chmod(0o755)
        return path


@contextlib.asynccontextmanager
async def call(environment: Mapping[str, str] | None = None, **room_settings: Any) -> AsyncIterator[Call]:
    """A network, a server in it, and a room. Raises: Unsuitable; AssertionError when a page threw.

    `environment`: settings of the server, e.g. `VDX_MEDIA_BINDS`.
    """
    async with contextlib.AsyncExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix=f"vdx-netns-{os.getpid()}-")))
        net = stack.enter_context(network())
        await asyncio.to_thread(write_camera_film, directory / "camera.y4m")
        inside = net.server
        server = await stack.enter_async_context(
            run_server(
                "--lan",
                under=inside.command("env", *(f"{name}={value}" for name, value in (environment or {}).items())),
                http_port=HTTPS_PORT,
                media_port=MEDIA_PORT,
                open_socket=lambda info: inside.socket(*info[:3]),
            )
        )
        playwright = await stack.enter_async_context(async_playwright())
        made = Call(net, server, await server.create_room(**room_settings), playwright, directory)
        stack.push_async_callback(made.close)
        yield made
        assert made.complaints == [], made.complaints
