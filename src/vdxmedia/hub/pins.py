"""Coming in by typing a PIN: who becomes what, and how often somebody may be wrong.

Limits bind only those who type; a personal link is never looked at here. A right PIN while the room's limit is hit has
to wait as well: otherwise a thousand addresses could go on guessing. Times are arguments; not task-safe.
"""

from __future__ import annotations

import hmac
from collections import OrderedDict, deque

from vdxmedia.conference.kinds import Role
from vdxmedia.conference.settings import RoomSettings
from vdxmedia.errors import NotAllowed, Refused
from vdxmedia.ids import RoomId

WINDOW_S = 600.0
WRONG_PER_CLIENT = 5
WRONG_PER_ROOM = 20
MAX_REMEMBERED = 10_000
"""Clients, and rooms; when full the one whose last wrong try is longest ago is forgotten."""
_NEVER = "no PIN has letters"


class WrongTries:
    """By key: wrong tries in the last ten minutes."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._tries: OrderedDict[str, deque[float]] = OrderedDict()

    def wait_s(self, key: str, now_s: float) -> float:
        """How long the next try has to wait; 0: it may come now."""
        tries = self._tries.get(key)
        if tries is None:
            return 0.0
        while tries and tries[0] <= now_s - WINDOW_S:
            tries.popleft()
        return tries[0] + WINDOW_S - now_s if len(tries) >= self._most else 0.0

    def left(self, key: str, now_s: float) -> int:
        """Tries until one has to wait."""
        self.wait_s(key, now_s)
        return self._most - len(self._tries.get(key, ()))

    def count(self, key: str, now_s: float) -> None:
        tries = self._tries.pop(key, None)
        if tries is None:
            tries = deque(maxlen=self._most)
            if len(self._tries) >= MAX_REMEMBERED:
                self._tries.popitem(last=False)
        tries.append(now_s)
        self._tries[key] = tries


class PinDoor:
    """One per server."""

    def __init__(self) -> None:
        self._clients = WrongTries(WRONG_PER_CLIENT)
        self._rooms = WrongTries(WRONG_PER_ROOM)
        self.hits = 0
        """Tries that had to wait."""

    def enter(self, room: RoomId, settings: RoomSettings, pin: str, client: str, now_s: float) -> Role:
        """The role that the PIN gives. `client` is an address as limits count it. Raises: NotAllowed (`token_missing`
        where the room has no PIN, `pin_required` without one, `pin_wrong`), Refused `pin_locked`."""
        if not settings.host_pin and not settings.guest_pin:
            raise NotAllowed("this room is entered by a personal link", code="token_missing")
        wait_s = max(self._clients.wait_s(client, now_s), self._rooms.wait_s(room, now_s))
        if wait_s > 0:
            self.hits += 1
            raise Refused("too many wrong PINs", code="pin_locked", retry_after_s=round(wait_s, 1))
        if not pin:
            raise NotAllowed("type the PIN", code="pin_required")
        # Both are compared, whatever the first says, and each in a time that does not tell how much of it is right.
        is_host = _is_same(pin, settings.host_pin)
        is_guest = _is_same(pin, settings.guest_pin)
        if is_host or is_guest:
            return Role.HOST if is_host else Role.GUEST
        self._clients.count(client, now_s)
        self._rooms.count(room, now_s)
        raise NotAllowed("the PIN is wrong", code="pin_wrong")

    def tries_left(self, room: RoomId, client: str, now_s: float) -> int:
        """Before the client has to wait."""
        return min(self._clients.left(client, now_s), self._rooms.left(room, now_s))


def _is_same(typed: str, pin: str) -> bool:
    """A room without this PIN lets nobody in by it."""
    return hmac.compare_digest(typed.encode(), (pin or _NEVER).encode())
