"""What REST tells of a running call: who sends what, who is shown what, and how it goes."""

from __future__ import annotations

from typing import Any

from tests.browser.pages import eventually
from tests.media.client import join
from tests.server import Server, run_server


async def connections(server: Server, room: str) -> list[dict[str, Any]]:
    async with server.http() as http, http.get(f"{server.base_url}/api/v1/rooms/{room}/statistics") as answer:
        told = await answer.json()
        assert answer.status == 200, told
        found: list[dict[str, Any]] = told["connections"]
        return found


async def test_statistics_tell_per_source_and_slot_how_a_call_is_doing() -> None:
    async with run_server() as server:
        room = await server.create_room()
        assert await connections(server, room["roomId"]) == []
        async with (
            join(server.base_url, room["hostUrl"], "Anna", luma=200, tone=440) as anna,
            join(server.base_url, room["guestUrl"], "Bent") as bent,
        ):
            await bent.pictures(1)

            def flows(told: list[dict[str, Any]]) -> bool:
                sent = [layer for one in told for source in one["sources"] for layer in source["layers"]]
                shown = [slot for one in told for slot in one["slots"] if slot["kind"] == "video"]
                return bool(sent) and all(layer["bps"] for layer in sent) and any(slot["bps"] for slot in shown)

            told = await eventually(lambda: connections(server, room["roomId"]), flows)
            names = {anna.participant_id: "Anna", bent.participant_id: "Bent"}
            by_name = {names[one["participant"]]: one for one in told}
            assert sorted(source["kind"] for source in by_name["Anna"]["sources"] if source["layers"]) == [
                "camera",
                "microphone",
            ]
            camera = next(source for source in by_name["Anna"]["sources"] if source["kind"] == "camera")["layers"][0]
            assert camera["isLive"]
            assert camera["isWanted"]
            assert camera["fps"] > 5
            (picture,) = [slot for slot in by_name["Bent"]["slots"] if slot["kind"] == "video"]
            assert (picture["participant"], picture["sourceKind"], picture["layer"]) == (
                anna.participant_id,
                "camera",
                0,
            )
            assert picture["packets"] > 0
            assert not picture["isPaused"]
            assert "Anna" not in str(told)


async def test_statistics_of_an_unknown_room_are_not_found() -> None:
    async with (
        run_server() as server,
        server.http() as http,
        http.get(f"{server.base_url}/api/v1/rooms/nowhere/statistics") as answer,
    ):
        assert answer.status == 404
        assert (await answer.json())["code"] == "room_unknown"
