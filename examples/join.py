"""Joins a call from the command line, without our web client: python-socketio for signalling, aiortc for media.

    pip install "python-socketio[asyncio_client]" aiortc
    python join.py 'https://moede.example.dk/r/…#t=…' --name Robot --seconds 20

Sends a grey picture and a tone, counts the pictures of everyone else every second, and says what happens. It reads
docs/protocol.md aloud, so to speak: nothing here is known from elsewhere.
"""

import argparse
import asyncio
import fractions

import aiortc
import av
import numpy as np
import socketio


class GreyPicture(aiortc.VideoStreamTrack):
    async def recv(self) -> av.VideoFrame:
        pts, time_base = await self.next_timestamp()
        frame = av.VideoFrame.from_ndarray(np.full((180, 320, 3), 90, dtype=np.uint8), format="rgb24")
        frame.pts, frame.time_base = pts, time_base
        return frame


class Tone(aiortc.mediastreams.AudioStreamTrack):
    async def recv(self) -> av.AudioFrame:
        silence = await super().recv()  # keeps the time
        at = silence.pts + np.arange(silence.samples)
        wave = (8000 * np.sin(2 * np.pi * 440 * at / silence.sample_rate)).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(wave.reshape(1, -1), format="s16", layout="mono")
        frame.pts, frame.sample_rate = silence.pts, silence.sample_rate
        frame.time_base = fractions.Fraction(1, silence.sample_rate)
        return frame


class Call:
    """One connection to one room."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.socket = socketio.AsyncClient(reconnection=False, handle_sigint=False)
        self.pc = aiortc.RTCPeerConnection(aiortc.RTCConfiguration(bundlePolicy=aiortc.RTCBundlePolicy.MAX_BUNDLE))
        self.people: dict[str, str] = {}
        self.shown: dict[int, str] = {}
        self.frames: dict[str, int] = {}
        self.tasks: list[asyncio.Task[None]] = []

    async def join(self, link: str) -> None:
        address, _, token = link.partition("#t=")
        server = "/".join(address.split("/")[:3])
        self.socket.on("events", self.take_events)  # returning acknowledges the list
        auth = {"protocol": 1, "token": token}
        await self.socket.connect(server, auth=auth, transports=["websocket"], wait_timeout=10)
        joined = await self.command(type="join", name=self.name, videoSlots=4, knowsWhoSees="all")
        for participant in joined["participants"]:
            self.people[participant["id"]] = participant["name"]
        self.take_bindings(joined["bindings"])
        await self.connect_media(joined["media"]["slots"])
        for source in ("microphone", "camera"):  # everything starts muted
            await self.command(type="setSource", source=source, active=True)

    async def command(self, **message: object) -> dict:
        answer = await self.socket.call("command", message, timeout=10)
        if answer["type"] == "error":
            raise SystemExit(f"{message['type']}: {answer['code']}: {answer['text']}")
        return answer

    async def connect_media(self, slots: dict) -> None:
        microphone = self.pc.addTransceiver(Tone(), direction="sendonly")
        camera = self.pc.addTransceiver(GreyPicture(), direction="sendonly")
        for _ in range(slots["speaker"] + slots["programme"]):
            self.pc.addTransceiver("audio", direction="recvonly")
        for _ in range(slots["video"]):
            self.pc.addTransceiver("video", direction="recvonly")
        await self.pc.setLocalDescription(await self.pc.createOffer())
        answer = await self.command(
            type="offer",
            sdp=self.pc.localDescription.sdp,
            sources={microphone.mid: "microphone", camera.mid: "camera"},
        )
        await self.pc.setRemoteDescription(aiortc.RTCSessionDescription(answer["sdp"], "answer"))
        by_mid = {transceiver.mid: transceiver for transceiver in self.pc.getTransceivers()}
        for slot in answer["slots"]:
            track = by_mid[slot["mid"]].receiver.track
            index = slot["index"] if slot["kind"] == "video" else None
            self.tasks.append(asyncio.create_task(self.play(track, index)))

    async def play(self, track: aiortc.MediaStreamTrack, video_slot: int | None) -> None:
        """A player would show the picture in the tile of `self.shown[video_slot]`, if the packet's CSRC agrees."""
        try:
            while True:
                await track.recv()
                if video_slot in self.shown:
                    name = self.shown[video_slot]
                    self.frames[name] = self.frames.get(name, 0) + 1
        except aiortc.mediastreams.MediaStreamError:
            return

    async def take_events(self, events: list[dict]) -> None:
        for event in events:
            match event["type"]:
                case "participantJoined" | "participantChanged":
                    participant = event["participant"]
                    self.people[participant["id"]] = participant["name"]
                    print(participant["name"], participant["connection"], flush=True)
                case "participantLeft":
                    print(self.people.pop(event["participantId"], "?"), "left", flush=True)
                case "bindings":
                    self.take_bindings(event["bindings"])
                case "ended":
                    print("ended:", event["reason"], flush=True)

    def take_bindings(self, bindings: list[dict]) -> None:
        self.shown = {
            binding["index"]: self.people.get(binding["participantId"], "?")
            for binding in bindings
            if binding["kind"] == "video" and binding["source"] != 0
        }

    def tell(self) -> None:
        for name, frames in sorted(self.frames.items()):
            print(f"{name}: {frames} pictures", flush=True)

    async def leave(self) -> None:
        await self.command(type="leave")
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        await self.pc.close()
        await self.socket.disconnect()


async def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("link", help="a host's or guest's link, with its #t=…")
    parser.add_argument("--name", default="Robot")
    parser.add_argument("--seconds", type=int, default=20, help="Ctrl-C leaves earlier")
    arguments = parser.parse_args()
    call = Call(arguments.name)
    await call.join(arguments.link)
    try:
        for _ in range(arguments.seconds):
            await asyncio.sleep(1)
            call.tell()
    except asyncio.CancelledError:
        print("leaving", flush=True)
    await call.leave()


if __name__ == "__main__":
    asyncio.run(main())
