"""An outbox in a process of its own, to be killed: `STORE_URL GATEWAY_URL reports|silent hold|go|calm`.

Its clock runs fast, so that waiting for a report costs no minute. With `hold` it stops for ever between the gateway's
answer and writing it down, and says `answered`. With `calm` the clock runs as it should until SIGUSR1: what is to
happen before, does so on any machine.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from uuid import UUID

from tests.contract.places import SEALER, StorePlace
from tests.sms_gateway import description
from vdxmedia.booking.messages.message import Message
from vdxmedia.booking.messages.wording import Facts
from vdxmedia.clock import SystemClock
from vdxmedia.hub.callbacks import Callbacks
from vdxmedia.hub.counters import Counters
from vdxmedia.hub.messages_port import Step
from vdxmedia.hub.outbox_worker import OutboxWorker
from vdxmedia.hub.tasks import TaskScope
from vdxmedia.integrations.sms.asking import Asking
from vdxmedia.integrations.sms.generic import GenericGateway
from vdxmedia.store.messages import Messages

SPEED = 200.0
LOOK_S = 0.02


class FastClock(SystemClock):
    def __init__(self, speed: float) -> None:
        self._speed = speed
        self._began = self._said = super().unix_s()

    def unix_s(self) -> float:
        return self._said + (super().unix_s() - self._began) * self._speed

    def hurry(self) -> None:
        self._said, self._began, self._speed = self.unix_s(), super().unix_s(), SPEED


class HeldOutbox(Messages):
    async def change(self, reference: str, step: Step) -> Message | None:
        os.write(1, b"answered\n")
        await asyncio.Event().wait()
        return None


class Nobody:
    async def facts(self, meeting: UUID) -> Facts | None:
        return None

    async def tell(self, url: str) -> bool:
        return True


async def _no_url(_organisation: str) -> str:
    return ""


async def main(store_url: str, gateway_url: str, reports: str, hold: str) -> None:
    async with StorePlace(store_url, "").units() as units, Asking() as asking, TaskScope("test") as scope:
        outbox = (HeldOutbox if hold == "hold" else Messages)(units, SEALER)
        gateway = GenericGateway(description("first", gateway_url, reports=reports == "reports"), asking)
        clock, counters = FastClock(1.0 if hold == "calm" else SPEED), Counters()
        asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, clock.hurry)
        worker = OutboxWorker(
            outbox,
            [gateway],
            Nobody(),
            Callbacks(outbox, Nobody(), _no_url, clock, counters=counters, wake=lambda: None),
            clock,
            counters=counters,
            sender="Kommunen",
            report_url=lambda name, reference: f"http://127.0.0.1/{name}/{reference}",
        )
        scope.start(worker.run(), "outbox")
        while True:
            await asyncio.sleep(LOOK_S)
            worker.wake()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
