"""The native data plane. Bytes and integers cross the border, never Python objects; no method takes long."""

from typing import final

@final
class Relay:
    """Owns the worker threads and their sockets. Safe to call from one thread at a time."""

    def __new__(
        cls,
        binds: list[str],
        socket_buffer_bytes: int = ...,
        local_only: bool = False,
        tcp: bool = True,
        workers: int = 1,
    ) -> Relay:
        """Binds (`"127.0.0.1:7882"`, `"[::1]:7882"`, port 0 = any free) and starts the workers, 1 to 32: worker i
        has each port number plus i.

        `local_only` drops datagrams that do not come from this machine (loopback, or an address bound here). `tcp`
        listens on the same numbers by TCP.

        Raises: OSError when an address cannot be bound; ValueError when one does not parse.
        """

    @property
    def event_fd(self) -> int:
        """Readable when `drain()` has something; owned by the relay."""

    @property
    def addresses(self) -> list[str]:
        """What the first worker has bound, in the order of `binds`, with the real ports."""

    @property
    def worker_addresses(self) -> list[list[str]]:
        """What each worker has bound, likewise."""

    @property
    def tcp_addresses(self) -> list[str]:
        """Where the first worker takes TCP, in the order of `binds`; empty without it. The others do as it does."""

    def command(self, message: bytes) -> None:
        """Enqueues one MessagePack command of `vdxmedia.sfu.relay_wire`; applied in order.

        Raises: ValueError when it does not decode or names no worker; BufferError when 65,536 wait.
        """

    def enqueue(self, messages: list[bytes]) -> None:
        """Enqueues several, in order, with one wake-up of their worker. None is enqueued when one does not decode; when
        the queue is full, those before it have been.

        Raises: as `command`.
        """

    def drain(self) -> list[bytes]:
        """All waiting events, each a MessagePack map; clears `event_fd`."""

    def stats(self) -> bytes:
        """A MessagePack map of counters: str to int, totals since the start (names in docs/reference/metrics.md)."""

    def worker_stats(self) -> list[tuple[int, int]]:
        """Of each worker: CPU time since the start in nanoseconds, and live peers. Empty when closed."""

    def close(self) -> None:
        """Stops the threads and closes the sockets. Twice is fine."""

def is_release_build() -> bool: ...
def built_beside() -> int:
    """The checksum (CRC-32) of `relay_wire.py` when this was compiled; 0: it was not there."""
