"""The relay behind its plane, and the players of films that join over it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from vdxmedia import config
from vdxmedia.addresses import announced_addresses, format_bind, media_sockets, usable
from vdxmedia.assembly.listening import Address, taken
from vdxmedia.config import Media, Settings, media_workers, parse_bind
from vdxmedia.errors import Misconfigured
from vdxmedia.hub.counters import Counters
from vdxmedia.hub.overload import Marks, Scale
from vdxmedia.integrations.clip_library import ClipLibrary
from vdxmedia.integrations.films import FilmAccess, FilmProcesses
from vdxmedia.sfu import border
from vdxmedia.sfu.plane import RelayPlane
from vdxmedia.sfu.relay_port import RelayPort

MakeRelay = Callable[[Sequence[str], Media], RelayPort]


def make_relay(binds: Sequence[str], media: Media) -> RelayPort:
    """The native relay on these addresses. Raises: OSError, Misconfigured."""
    try:
        # Here and not above: looking at keys and configuration must not need a built relay.
        from vdxmedia import _relay
    except ImportError as error:
        raise Misconfigured("the native relay is not built: run `make relay`") from error
    border.check(_relay)
    return _relay.Relay(list(binds), media.socket_buffer_bytes, media.local_only, media.tcp, media_workers(media))


def make_plane(
    settings: Settings, make_relay: MakeRelay, is_turn: Callable[[str], bool]
) -> tuple[RelayPlane, list[Address]]:
    """The plane, which is the caller's to open, and where it takes media. `is_turn`: of an address that packets come
    from. Raises: Misconfigured."""
    media = settings.media
    wanted = usable(media_sockets(media.binds))
    try:
        relay = make_relay([format_bind(host, port) for host, port in wanted], media)
    except OSError as error:
        host, port = wanted[0]
        raise taken("media", host, port, error) from error
    bound = [[parse_bind(address, key="media.binds") for address in addresses] for addresses in relay.worker_addresses]
    announced = [announced_addresses(addresses, media.announced) for addresses in bound]
    plane = RelayPlane(relay, announced=announced, full=settings.overload.relay_full, is_turn=is_turn)
    return plane, [address for addresses in bound for address in addresses]


def marks_of(overload: config.Overload) -> Marks:
    """When things are given up."""
    return Marks(
        relay=Scale.of_relay(overload.relay_levels, overload.relay_lasts_s),
        loop=Scale.of_loop(overload.loop_levels_s, overload.loop_lasts_s),
        hold_s=overload.hold_s,
        retry_s=overload.retry_s,
    )


def make_films(
    settings: Settings,
    counters: Counters,
    *,
    http: Address,
    media: Sequence[Address],
    certificate_file: str,
) -> FilmProcesses:
    """The players come by the machine's own way, whatever stands between the server and the world.

    `certificate_file`: empty where the pages are served without TLS.
    """
    film = settings.film
    host, port = http
    reached = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    scheme = "https" if certificate_file else "http"
    library = ClipLibrary(
        Path(film.library) if film.library else None, max_file_bytes=film.max_file_bytes, counters=counters
    )
    return FilmProcesses(
        library,
        FilmAccess(
            f"{scheme}://{format_bind(reached, port)}",
            certificate_file or None,
            tuple({host: None for host, _ in media}) if settings.media.announced else (),
        ),
        maximum=film.maximum,
        per_organisation=film.per_organisation,
        max_file_bytes=film.max_file_bytes,
        counters=counters,
    )
