"""Which origins a list of CSP sources names, and who may therefore lead a call in a frame or join it from elsewhere."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from vdxmedia.api.embedders import Embedders, is_named
from vdxmedia.api.ratelimit import RateLimit
from vdxmedia.clock import ManualClock


@pytest.mark.parametrize(
    ("source", "origin"),
    [
        ("https://portal.example.dk", "https://portal.example.dk"),
        ("https://Portal.example.dk/", "https://portal.example.dk"),
        ("portal.example.dk", "https://portal.example.dk"),
        ("https://*.example.dk", "https://a.b.example.dk"),
        ("https://portal.example.dk:8443", "https://portal.example.dk:8443"),
        ("https://portal.example.dk:*", "https://portal.example.dk:9000"),
        ("http://127.0.0.1:5173", "http://127.0.0.1:5173"),
        ("http://portal.example.dk", "https://portal.example.dk"),
        ("http://[::1]:5173", "http://[::1]:5173"),
    ],
)
def test_source_names_the_origins_of_its_host(source: str, origin: str) -> None:
    assert is_named(origin, ["'self'", source])


@pytest.mark.parametrize(
    ("source", "origin"),
    [
        ("*", "https://portal.example.dk"),
        ("https:", "https://portal.example.dk"),
        ("https://*", "https://portal.example.dk"),
        ("'self'", "https://portal.example.dk"),
        ("'none'", "https://portal.example.dk"),
        ("https://portal.example.dk", "http://portal.example.dk"),
        ("https://portal.example.dk", "https://portal.example.dk.evil.example"),
        ("https://portal.example.dk", "https://evil.example/https://portal.example.dk"),
        ("https://portal.example.dk", "https://portal.example.dk@evil.example"),
        ("https://portal.example.dk", "https://a@portal.example.dk"),
        ("https://portal.example.dk", "https://portal.example.dk:8443"),
        ("https://portal.example.dk", "https://portal.example.dk/path"),
        ("https://portal.example.dk", "https://portal.example.dk:99999"),
        ("https://*.example.dk", "https://example.dk"),
        ("https://*.example.dk", "https://evilexample.dk"),
        ("portal.example.dk", "http://portal.example.dk"),
        ("https://portal.example.dk", "null"),
        ("https://portal.example.dk", ""),
        ("https://portal.example.dk", "https://["),
        ("https://portal.example.dk", "file://portal.example.dk"),
    ],
)
def test_source_names_nobody_else(source: str, origin: str) -> None:
    assert not is_named(origin, [source])


async def test_organisation_adds_to_the_list_for_its_own_pages_only() -> None:
    async def allowed_by(organisation: str) -> Sequence[str]:
        return ["https://intranet.aarhus.example"] if organisation == "aarhus" else []

    requests = RateLimit(per_second=1.0, burst=1.0, clock=ManualClock())
    embedders = Embedders(["https://portal.example.dk"], requests, allowed_by)
    assert await embedders.may_command("https://portal.example.dk", "")
    assert await embedders.may_command("https://portal.example.dk", "odense")
    assert await embedders.may_command("https://intranet.aarhus.example", "aarhus")
    assert not await embedders.may_command("https://intranet.aarhus.example", "odense")
    assert not await embedders.may_command("https://intranet.aarhus.example", "")
