"""The process of the synthetic participants: told by one line on standard input whom to play, until that is closed."""

from __future__ import annotations

import asyncio
import logging
import signal
import ssl
import sys
from collections.abc import Callable

import msgspec

from vdxmedia.demo.clips import LOOP_S, Clips, make_clips
from vdxmedia.demo.launch import Assignment
from vdxmedia.demo.participant import Participant
from vdxmedia.demo.picture import LOOKS

logger = logging.getLogger(__name__)

REJOIN_S = 2.0


def has_the_word(person: int, people: int) -> Callable[[float], bool]:
    """People speak one after another; every fourth turn nobody does."""

    def is_speaking(at_s: float) -> bool:
        turn = int(at_s / LOOP_S)
        return turn % 4 != 3 and (turn - turn // 4) % people == person

    return is_speaking


async def play(assignment: Assignment) -> None:
    """Until cancelled."""
    trust = ssl.create_default_context(cafile=assignment.certificate) if assignment.certificate else None
    made: dict[int, Clips] = {}
    async with asyncio.TaskGroup() as group:
        for person, token in enumerate(assignment.tokens):
            look = person % len(LOOKS)
            if look not in made:
                made[look] = await asyncio.to_thread(make_clips, look)
            word = has_the_word(person, len(assignment.tokens))
            group.create_task(_stay(assignment.url, token, made[look], word, trust), name=f"demo {person}")


async def _stay(
    url: str, token: str, clips: Clips, is_speaking: Callable[[float], bool], trust: ssl.SSLContext | None
) -> None:
    """Comes back when the connection was lost, as a person would."""
    while True:
        try:
            async with Participant(url, token, clips, is_speaking, trust) as participant:
                await participant.ended.wait()
        except Exception as error:  # noqa: BLE001  (a task's root: the others go on)
            logger.warning("demo_participant_left reason=%s", type(error).__name__)
        await asyncio.sleep(REJOIN_S)


async def main() -> None:
    """Ends when standard input does: the server that started this process is gone then, too."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    assignment = msgspec.json.decode(await reader.readline(), type=Assignment)
    async with asyncio.TaskGroup() as group:
        playing = group.create_task(play(assignment), name="demo")
        await reader.read()
        playing.cancel()


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server; it closes our standard input
    asyncio.run(main())
