"""What the plane needs of the native relay, so that a test's twin can stand in for it."""

from __future__ import annotations

from typing import Protocol


class RelayPort(Protocol):
    """The native relay (`vdxmedia._relay.Relay`), or a test's twin."""

    @property
    def event_fd(self) -> int: ...

    @property
    def addresses(self) -> list[str]: ...

    @property
    def tcp_addresses(self) -> list[str]: ...

    @property
    def worker_addresses(self) -> list[list[str]]: ...

    def enqueue(self, messages: list[bytes]) -> None: ...

    def drain(self) -> list[bytes]: ...

    def stats(self) -> bytes: ...

    def worker_stats(self) -> list[tuple[int, int]]: ...

    def close(self) -> None: ...


def split_address(address: str) -> tuple[str, int]:
    """`127.0.0.1:7882` and `[::1]:7882` to host and port."""
    host, _, port = address.rpartition(":")
    return host.removeprefix("[").removesuffix("]"), int(port)
