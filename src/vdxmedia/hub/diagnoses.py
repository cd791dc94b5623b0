"""What a page tells of its connection when somebody needs help: kept a week under a short code that can be said aloud.

    page → the figures and words below → a code as `K7PX` → said on the telephone → `vdxmedia diagnosis K7PX`

There is no place in it for a name, an address, an id or any other free text: all of it is numbers within bounds and
words of closed lists. Room and participant are left out, so that nothing ties it to a meeting. Full: the oldest go.
"""

from __future__ import annotations

import secrets
from enum import StrEnum
from typing import Annotated, Protocol

import msgspec
from msgspec import Meta

from vdxmedia.clock import Clock
from vdxmedia.errors import BadInput, NotFound, Refused
from vdxmedia.hub.counters import Counters
from vdxmedia.hub.devices import Browser, DeviceKind

CODE_SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Without those that are taken for one another (0 and O, 1 and I)."""
CODE_CHARS = 4
"""A million codes; who reads one must have an API key, so they need not be hard to guess."""
KEPT_S = 7 * 24 * 3600
MAX_KEPT = 20_000
"""At once: some 20 MB."""
TRIES = 8
"""Codes drawn before it is given up; with all places full, 1 of 52 drawn is taken."""


class System(StrEnum):
    WINDOWS = "windows"
    MAC = "mac"
    LINUX = "linux"
    CHROME_OS = "chromeos"
    ANDROID = "android"
    IOS = "ios"
    OTHER = "other"


class Way(StrEnum):
    """How packets reach the server."""

    UDP = "udp"
    TCP = "tcp"
    RELAY_UDP = "relayUdp"
    RELAY_TCP = "relayTcp"
    RELAY_TLS = "relayTls"
    NONE = "none"


class Codec(StrEnum):
    OPUS = "opus"
    VP8 = "VP8"
    VP9 = "VP9"
    H264 = "H264"
    AV1 = "AV1"
    OTHER = "other"
    NONE = "none"


class Limit(StrEnum):
    """What keeps the own picture from being better (W3C webrtc-stats, `qualityLimitationReason`)."""

    NONE = "none"
    CPU = "cpu"
    BANDWIDTH = "bandwidth"
    OTHER = "other"


class Trouble(StrEnum):
    """Why a camera or microphone could not be had."""

    PERMISSION_DENIED = "permissionDenied"
    NO_ACCESS = "noCameraAccess"
    NO_DEVICE = "noDevice"
    BUSY = "deviceBusy"
    INTERRUPTED = "interrupted"
    UNKNOWN = "unknown"


class MediaStanding(StrEnum):
    NONE = "none"
    CONNECTING = "connecting"
    CONNECTED = "connected"
    RECONNECTING = "reconnecting"


Count = Annotated[int, Meta(ge=0, le=99)]
Milliseconds = Annotated[int, Meta(ge=0, le=60_000)]
Kilobits = Annotated[int, Meta(ge=0, le=1_000_000)]
Ratio = Annotated[float, Meta(ge=0, le=1)]
Pixels = Annotated[int, Meta(ge=0, le=10_000)]
Frames = Annotated[int, Meta(ge=0, le=240)]


class Diagnosis(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """Null: not known."""

    browser: Browser
    browser_version: Annotated[int, Meta(ge=0, le=9999)]
    system: System
    device: DeviceKind
    is_embedded: bool
    """In a frame of another page."""
    in_call_s: Annotated[int, Meta(ge=0, le=10**6)]
    media: MediaStanding
    is_signalling_lost: bool
    is_audio_blocked: bool
    way: Way
    round_trip_ms: Milliseconds | None
    jitter_ms: Milliseconds | None
    loss_down: Ratio | None
    loss_up: Ratio | None
    send_kbps: Kilobits | None
    receive_kbps: Kilobits | None
    available_kbps: Kilobits | None
    """To the server, as the browser estimates."""
    audio_codec: Codec
    video_codec: Codec
    """Of the own camera."""
    sent_width: Pixels | None
    sent_height: Pixels | None
    sent_fps: Frames | None
    limited_by: Limit
    cameras: Count
    microphones: Count
    speakers: Count
    is_camera_on: bool
    is_microphone_on: bool
    camera_trouble: Trouble | None
    microphone_trouble: Trouble | None


class StoredDiagnosis(msgspec.Struct, frozen=True, kw_only=True):
    code: str
    made_at: int
    """Unix seconds."""
    diagnosis: Diagnosis


class DiagnosisStore(Protocol):
    """Implemented by `store.diagnoses`. All raise Refused `store_unavailable`."""

    async def add(self, one: StoredDiagnosis, *, made_before: int, most: int) -> bool:
        """Deletes those that were made before, and the oldest beyond `most`. False: the code is taken."""
        ...

    async def by_code(self, code: str) -> StoredDiagnosis | None: ...


class Diagnoses:
    """Event loop only. Raises, all: Refused `store_unavailable`."""

    def __init__(self, store: DiagnosisStore, clock: Clock, counters: Counters) -> None:
        self._store = store
        self._clock = clock
        self._counters = counters

    async def keep(self, diagnosis: Diagnosis) -> StoredDiagnosis:
        """Raises: Refused `server_busy` when no code is free."""
        now = int(self._clock.unix_s())
        for _ in range(TRIES):
            one = StoredDiagnosis(code=new_code(), made_at=now, diagnosis=diagnosis)
            if await self._store.add(one, made_before=now - KEPT_S, most=MAX_KEPT):
                self._counters.add("diagnoses_kept")
                return one
        self._counters.add("diagnoses_without_code")
        raise Refused("no code is free", code="server_busy", retry_after_s=1.0)

    async def find(self, code: str) -> StoredDiagnosis:
        """Raises: NotFound `diagnosis_unknown`: never made, or its week is over."""
        found = await self._store.by_code(plain_code(code))
        if found is None or found.made_at < self._clock.unix_s() - KEPT_S:
            raise NotFound("there is no such diagnosis, or it is older than 7 days", code="diagnosis_unknown")
        return found


def new_code() -> str:
    return "".join(secrets.choice(CODE_SIGNS) for _ in range(CODE_CHARS))


def plain_code(said: str) -> str:
    """As it was heard: in any case, with spaces. Raises: BadInput."""
    code = "".join(said.split()).replace("-", "").upper()
    if len(code) != CODE_CHARS or any(sign not in CODE_SIGNS for sign in code):
        raise BadInput(f"a code has {CODE_CHARS} letters and digits, as K7PX", code="validation_failed")
    return code
