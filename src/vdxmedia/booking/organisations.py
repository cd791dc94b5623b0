"""Organisations as a tree: a region above its hospitals, a municipality above its departments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from vdxmedia.errors import BadField

MAX_CODE_CHARS = 250
MAX_NAME_CHARS = 100
MAX_DEPTH = 16
"""Of the tree; also the end of a walk upwards, should a store hold a circle."""
MAX_POOL = 1_000
"""Rooms that stand ready for one organisation."""


class Organisation(msgspec.Struct, frozen=True, kw_only=True):
    code: str
    """Unique; what `organisation_id` claims name."""
    name: str = ""
    parent: str = ""
    """A code; empty: a root."""
    group_id: int = 0
    """A number of its own, given by the store; the neighbour APIs name organisations by it too."""
    pool_size: int = 0
    """Rooms that stand ready; 0: no ad hoc rooms, and other rules for changes."""
    sms_sender_name: str = ""
    """At most 11 characters, shown as the sender; empty: the server's."""
    sms_callback_url: str = ""
    """Told of each message's fate; `%reference%` and `%status%` are filled in."""
    allow_custom_uri_without_domain: bool = False
    history_api_key_hash: str = ""
    """SHA-256 in hex of the history API's key; empty: none."""
    device_webhook_endpoint: str = ""
    device_webhook_endpoint_key: str = ""
    """Sealed by the store."""
    help_line: str = ""
    """A telephone number for citizens."""
    language: str = "da"
    return_origins: tuple[str, ...] = ()
    """Origins that people may be led to after a call, as `https://portal.example.dk`."""
    frame_origins: tuple[str, ...] = ()
    """Who may show its pages in a frame, as `https://portal.example.dk`; empty: as the one above it says."""
    shows_subject: bool = False
    """The subject is shown to whoever has a link before the call; it may be a health fact."""
    sms_texts: tuple[tuple[str, str, str], ...] = ()
    """Own texts of SMS, as (purpose, language, template); what is not there is taken from above, then from us."""
    overflow: str = ""
    """The organisation whose pool helps out when this one's is empty; empty: none."""

    def validate(self) -> None:
        """Raises: BadField."""
        for name, text, most in (
            ("code", self.code, MAX_CODE_CHARS),
            ("name", self.name, MAX_NAME_CHARS),
            ("smsSenderName", self.sms_sender_name, 11),
            ("smsCallbackUrl", self.sms_callback_url, 100),
            ("deviceWebhookEndpoint", self.device_webhook_endpoint, 100),
            ("deviceWebhookEndpointKey", self.device_webhook_endpoint_key, 100),
        ):
            if len(text) > most:
                raise BadField(f"at most {most} characters", field=f"$.{name}")
        if not self.code or self.code != self.code.strip() or not self.code.isprintable():
            raise BadField("1 to 250 visible characters", field="$.code")
        if not 0 <= self.pool_size <= MAX_POOL:
            raise BadField(f"between 0 and {MAX_POOL}", field="$.poolSize")


class Tree:
    """All organisations at one moment. Immutable; make another after a change."""

    def __init__(self, organisations: Iterable[Organisation]) -> None:
        self._by_code = {one.code: one for one in organisations}
        self._children: dict[str, list[Organisation]] = {}
        for one in self._by_code.values():
            self._children.setdefault(one.parent, []).append(one)

    def __contains__(self, code: str) -> bool:
        return code in self._by_code

    def __len__(self) -> int:
        return len(self._by_code)

    @property
    def by_code(self) -> Mapping[str, Organisation]:
        return self._by_code

    def find(self, code: str) -> Organisation | None:
        return self._by_code.get(code)

    def children(self, code: str) -> Sequence[Organisation]:
        """Directly below; of "" the roots."""
        return self._children.get(code, ())

    def upwards(self, code: str) -> Iterator[Organisation]:
        """The organisation itself, then each above it. Ends at a root, at an unknown code and after `MAX_DEPTH`."""
        for _ in range(MAX_DEPTH):
            one = self._by_code.get(code)
            if one is None:
                return
            yield one
            code = one.parent

    def is_at_or_below(self, code: str, top: str) -> bool:
        return any(one.code == top for one in self.upwards(code))

    def descendants(self, code: str) -> list[Organisation]:
        """All below, nearest first; not itself."""
        found: list[Organisation] = []
        level = list(self.children(code))
        for _ in range(MAX_DEPTH):
            found += level
            level = [child for one in level for child in self.children(one.code)]
        return found
