"""Clients of the built-in issuer: their secrets over time, and what is refused."""

from __future__ import annotations

import msgspec
import pytest

from tests.fakes.issuers import FakeClientStore
from vdxmedia.booking.callers import CallerRole
from vdxmedia.booking.clients import Client, ClientSecret
from vdxmedia.clock import ManualClock
from vdxmedia.errors import BadField
from vdxmedia.hub.clients import CACHE_S, MAX_CACHED, MAX_SECRET_CHARS, Clients, secret_hash

NOW = 1_800_000_000
NEXUS = Client(
    name="nexus",
    roles=(CallerRole.PLANNER,),
    organisation="region",
    secrets=(ClientSecret(hash=secret_hash("first"), created_at=NOW),),
)


def test_rotation_keeps_the_newest_until_now_for_the_overlap() -> None:
    rotated = NEXUS.rotated(secret_hash("second"), NOW + 10, 3600)
    assert rotated.working_hashes(NOW + 10) == (secret_hash("second"), secret_hash("first"))
    assert rotated.working_hashes(NOW + 10 + 3600) == (secret_hash("second"),)


def test_second_rotation_ends_the_oldest_secret_at_once() -> None:
    twice = NEXUS.rotated(secret_hash("second"), NOW, 3600).rotated(secret_hash("third"), NOW + 1, 3600)
    assert twice.working_hashes(NOW + 1) == (secret_hash("third"), secret_hash("second"))
    twice.validate()


def test_rotation_without_overlap_ends_all_others() -> None:
    assert NEXUS.rotated(secret_hash("second"), NOW, 0).working_hashes(NOW) == (secret_hash("second"),)


def test_rotation_does_not_prolong_a_secret_that_was_to_expire() -> None:
    expiring = msgspec.structs.replace(
        NEXUS, secrets=(ClientSecret(hash=secret_hash("first"), created_at=NOW, expires_at=NOW + 60),)
    )
    rotated = expiring.rotated(secret_hash("second"), NOW, 3600)
    assert rotated.working_hashes(NOW + 60) == (secret_hash("second"),)
    assert expiring.rotated(secret_hash("second"), NOW + 61, 3600).secrets[1:] == ()


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "Nexus"},
        {"name": "-nexus"},
        {"name": "n" * 65},
        {"name": "nexus:x"},
        {"roles": ()},
        {"organisation": ""},
        {"email": "x" * 255},
        {"email": "a\nb"},
        {"certificate": "ab"},
        {"certificate": "AB" * 32},
        {"certificate_subject": "x" * 501},
        {"secrets": NEXUS.secrets * 3},
    ],
)
def test_client_that_is_wrong_is_refused(wrong: dict[str, object]) -> None:
    NEXUS.validate()
    with pytest.raises(BadField):
        msgspec.structs.replace(NEXUS, **wrong).validate()


def test_client_that_is_bound_is_held_by_its_certificate_only() -> None:
    bound = msgspec.structs.replace(NEXUS, certificate="ab" * 32, certificate_subject="CN=nexus")
    assert bound.is_held_by("ab" * 32, "")
    assert not bound.is_held_by("cd" * 32, "CN=nexus")
    named = msgspec.structs.replace(NEXUS, certificate_subject="CN=nexus")
    assert named.is_held_by("", "CN=nexus")
    assert not named.is_held_by("", "CN=nexus,O=x")
    assert NEXUS.is_held_by("", "")


async def test_secret_is_asked_of_the_store_at_most_once_in_a_while() -> None:
    store, clock = FakeClientStore(NEXUS), ManualClock(NOW)
    desk = Clients(store, clock)
    for _ in range(3):
        assert await desk.with_secret("nexus", "first") == NEXUS
        assert await desk.with_secret("nexus", "wrong") is None
        assert await desk.with_secret("nobody", "first") is None
    assert store.asked == 2
    clock.advance(CACHE_S)
    assert await desk.with_secret("nexus", "first")
    assert store.asked == 3


async def test_secrets_that_are_empty_or_long_are_refused() -> None:
    without = msgspec.structs.replace(NEXUS, name="without", secrets=())
    desk = Clients(FakeClientStore(NEXUS, without), ManualClock(NOW))
    for secret in ("", "nobody", "x" * (MAX_SECRET_CHARS + 1)):
        assert await desk.with_secret("nexus", secret) is None
        assert await desk.with_secret("without", secret) is None


async def test_names_that_strangers_try_are_forgotten() -> None:
    store = FakeClientStore()
    desk = Clients(store, ManualClock(NOW))
    for number in range(MAX_CACHED + 5):
        assert await desk.find(f"x{number}") is None
    assert await desk.find("x0") is None
    assert store.asked == MAX_CACHED + 6
