"""What a room decides about a source, as the relay's command: who may hear it, and what of it goes first."""

from __future__ import annotations

from typing import Final, assert_never

from vdxmedia.hub.ports import Gate, SetGate, SetShedding, SetSourceClasses
from vdxmedia.ids import ConferenceKey
from vdxmedia.sfu import relay_wire

_GATE_BITS: Final = {Gate.MUTE: 1, Gate.FLOOR: 2}


def source_command(room: ConferenceKey, change: SetGate | SetSourceClasses | SetShedding) -> relay_wire.Command:
    match change:
        case SetGate():
            return relay_wire.SetGate(
                room=room, source=change.source, gate=_GATE_BITS[change.gate], open=change.is_open
            )
        case SetSourceClasses():
            return relay_wire.SetSourceClasses(room=room, source=change.source, classes=change.classes)
        case SetShedding():
            first = "size" if change.is_size_first else "rate"
            return relay_wire.SetShedding(room=room, source=change.source, first=first)
        case _:
            assert_never(change)
