"""What one participant's client is told about bandwidth: one state, told whole whenever it has changed.

The relay says which pictures do not fit on the way to him and which of his layers anybody takes; from the figures of
his own way to the server comes the advice to switch the camera off. Owned by the seat; lives as long as one media
connection.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from vdxmedia.conference.kinds import SourceKind
from vdxmedia.conference.quality import UplinkAdviser
from vdxmedia.hub.client import BandwidthChanged


@dataclass(slots=True)
class Bandwidth:
    paused: set[int] = field(default_factory=set)
    """Video slots."""
    given_up: set[int] = field(default_factory=set)
    """Those of them whose picture the server has given up because it has too much to do."""
    layers: dict[SourceKind, tuple[int, ...]] = field(default_factory=dict)
    """Those that anybody takes, lowest first; a source that is not named: all."""
    fixed: Mapping[SourceKind, tuple[int, ...]] | None = None
    """Told instead of `layers`, to who must not learn by them how many others hosts have on their screens."""
    adviser: UplinkAdviser = field(default_factory=UplinkAdviser)

    def pause(self, index: int, *, is_paused: bool, is_given_up: bool = False) -> bool:
        """True when that changed anything."""
        if (is_paused, is_given_up) == (index in self.paused, index in self.given_up):
            return False
        (self.paused.add if is_paused else self.paused.discard)(index)
        (self.given_up.add if is_given_up else self.given_up.discard)(index)
        return True

    def want(self, kind: SourceKind, layers: tuple[int, ...]) -> bool:
        """True when that changed anything."""
        changed = self.layers.get(kind) != layers
        self.layers[kind] = layers
        return changed and self.fixed is None

    def fix(self, layers: Mapping[SourceKind, tuple[int, ...]] | None) -> bool:
        """The same; None: what is wanted is told."""
        before, self.fixed = self._told_layers, layers
        return self._told_layers != before

    def read_uplink(self, loss: float, bps: int | None, *, is_camera_on: bool, period_s: float = 1.0) -> bool:
        """True when the advice has changed."""
        is_sending = is_camera_on and self.layers.get(SourceKind.CAMERA) != ()
        return self.adviser.read(loss, bps, is_sending_camera=is_sending, period_s=period_s)

    @property
    def is_plain(self) -> bool:
        """Nothing that a client would not assume."""
        return not self.paused and not self._told_layers and not self.adviser.advises_camera_off

    @property
    def _told_layers(self) -> Mapping[SourceKind, tuple[int, ...]]:
        return self.layers if self.fixed is None else self.fixed

    def told(self) -> BandwidthChanged:
        return BandwidthChanged(
            tuple(sorted(self.paused)),
            dict(self._told_layers),
            self.adviser.advises_camera_off,
            given_up=tuple(sorted(self.given_up)),
        )
