"""The protocol as real socket.io clients see it, over loopback, with a fake media plane."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import logging
from typing import Any

import pytest
from msgspec.structs import replace

from tests.fakes.signalling_server import Client, Server, connected, signalling_server, until
from tests.patience import PATIENCE_S
from vdxmedia.api.tokens import JwtTokens, SigningKey
from vdxmedia.clock import SystemClock
from vdxmedia.conference.choices import LobbyPolicy
from vdxmedia.conference.kinds import SourceKind
from vdxmedia.hub.limits import HubLimits
from vdxmedia.hub.ports import Grant, MediaLost, MediaQuality, SpeakersChanged
from vdxmedia.signalling.messages import MAX_MESSAGE_BYTES, MAX_SDP_CHARS
from vdxmedia.signalling.session import SessionLimits
from vdxmedia.signalling.turn import TurnServers


def source(client: Client, kind: str) -> int:
    (own,) = (one for one in client.joined["participants"] if one["id"] == client.id)
    return next(int(one["id"]) for one in own["sources"] if one["kind"] == kind)


# ── the way in, the call, the way out ─────────────────────────────────────────────────────────────────────────────


async def test_two_clients_join_offer_and_leave_each_hears_of_the_other(server: Server) -> None:
    room = server.room(subject="Samtale", organisation="Testkommune")
    async with connected(server, server.token(room)) as anna, connected(server, server.token(room)) as bo:
        joined = await anna.join("Anna", videoSlots=4)
        assert joined["type"] == "joined", joined
        assert joined["room"]["subject"] == "Samtale"
        assert joined["media"]["slots"] == {"speaker": 3, "programme": 1, "video": 4}
        assert [layer["rid"] for layer in joined["media"]["camera"]] == ["q", "h", "f"]
        assert [one["name"] for one in joined["participants"]] == ["Anna"]
        assert (await anna.offer())["type"] == "answer"
        assert (await bo.join("Bo"))["type"] == "joined"
        assert (await anna.until_event("participantJoined"))["participant"]["name"] == "Bo"
        assert (await bo.offer())["type"] == "answer"
        assert (await bo.command("setSource", source="camera", active=True)) == {"type": "done"}
        camera = source(bo, "camera")
        assert server.plane.shown(anna.id) == {0: camera}
        await until(lambda: anna.of_type("bindings") and anna.of_type("bindings")[-1]["bindings"][4]["source"])
        assert anna.of_type("bindings")[-1]["bindings"][4] == {
            "kind": "video",
            "index": 0,
            "participantId": bo.id,
            "source": camera,
            "sourceKind": "camera",
        }
        assert (await bo.command("setTiles", tiles=[{"slot": 0, "width": 320, "height": 180}])) == {"type": "done"}
        assert (await bo.command("leave")) == {"type": "done"}
        left = await anna.until_event("participantLeft")
        assert (left["participantId"], left["reason"]) == (bo.id, "left")
        assert (await bo.command("setSource", source="camera", active=True))["code"] == "out_of_order"


async def test_sequence_numbers_rise_above_the_snapshot(server: Server) -> None:
    room = server.room()
    async with connected(server, server.token(room)) as anna, connected(server, server.token(room)) as bo:
        await anna.join("Anna")
        await bo.join("Bo")
        for active in (True, False, True):
            await bo.command("setSource", source="camera", active=active)
        await until(lambda: len(anna.of_type("participantChanged")) == 3)
        numbers = [event["sequence"] for event in anna.events if "sequence" in event]
        assert len(numbers) == 4
        assert numbers == sorted(set(numbers))
        assert numbers[0] > anna.joined["sequence"]


async def test_token_fixes_the_name_and_role(server: Server) -> None:
    room = server.room()
    token = server.token(room, name="Dr. Holm", role="host", organisation="Klinik", function="læge")
    async with connected(server, token) as client:
        await client.join("Somebody else")
        (own,) = client.joined["participants"]
        assert (own["name"], own["role"]) == ("Dr. Holm", "host")
        assert (own["organisation"], own["function"]) == ("Klinik", "læge")


async def test_names_on_pictures_are_the_hosts_and_the_rest_apis_to_take_off_and_all_are_told(server: Server) -> None:
    room = server.room(shows_names=False)
    async with connected(server, server.token(room, role="host")) as anna, connected(server, server.token(room)) as bo:
        assert (await anna.join("Anna"))["room"]["showsNames"] is False
        assert (await bo.join("Bo"))["room"]["showsNames"] is False
        assert (await bo.command("changeRoom", showsNames=True))["code"] == "hosts_only"
        assert (await anna.command("changeRoom", showsNames=True)) == {"type": "done"}
        assert (await bo.until_event("roomChanged"))["room"]["showsNames"] is True
        settings = server.registry.settings_of(room)
        assert settings.shows_names is True
        await server.registry.change_settings(room, replace(settings, shows_names=False))
        await until(lambda: bo.of_type("roomChanged")[-1]["room"]["showsNames"] is False)


async def test_name_is_made_one_printable_line(server: Server) -> None:
    async with connected(server, server.token(server.room())) as client:
        await client.join("  An\u202ena\n\tHolm ")
        assert client.joined["participants"][0]["name"] == "An na Holm"


async def test_media_news_reaches_the_clients(server: Server) -> None:
    room = server.room()
    async with connected(server, server.token(room)) as anna, connected(server, server.token(room)) as bo:
        await anna.join("Anna")
        await bo.join("Bo")
        await anna.offer()
        await anna.command("setSource", source="microphone", active=True)
        server.plane.say(SpeakersChanged([(source(anna, "microphone"), 0.5)]))
        assert (await bo.until_event("speakers"))["speakers"] == [{"participantId": anna.id, "level": 0.5}]
        server.plane.say(MediaQuality(anna.id, 0.0, 0.0, None, is_silent=True))
        assert (await bo.until_event("connectionQuality"))["participants"] == [
            {"participantId": anna.id, "quality": "lost"}
        ]
        server.plane.say(MediaLost(anna.id, "consent"))
        assert (await anna.until_event("mediaLost"))["reason"] == "consent"
        assert not bo.of_type("mediaLost")


async def test_turn_credentials_are_each_participants_own_and_fresh_after_a_cut() -> None:
    turn = TurnServers(urls=("turns:turn.example.dk:443?transport=tcp",), secret=b"s" * 32, lifetime_s=600)
    async with signalling_server(session=SessionLimits(turn=turn)) as server:
        token = server.token(server.room())
        async with connected(server, token) as anna:
            await anna.join("Anna")
            (entry,) = anna.joined["media"]["iceServers"]
            resume = {"session": anna.joined["session"], "sequence": anna.joined["sequence"]}
        expiry, _, person = entry["username"].partition(":")
        assert entry["urls"] == ["turns:turn.example.dk:443?transport=tcp"]
        assert person == anna.id
        assert int(expiry) == pytest.approx(server.clock.unix_s() + 600, abs=5)
        expected = hmac.new(b"s" * 32, entry["username"].encode(), hashlib.sha1).digest()
        assert base64.b64decode(entry["credential"]) == expected
        async with connected(server, token) as again:
            resumed = await again.join("Anna", resume=resume)
            assert resumed["type"] == "resumed", resumed
            assert resumed["iceServers"][0]["username"].endswith(f":{anna.id}")


# ── who may come in ───────────────────────────────────────────────────────────────────────────────────────────────


async def refused(server: Server, token: str, **hello: Any) -> dict[str, Any]:
    async with connected(server, token, **hello) as client:
        assert not client.socket.connected
        data: dict[str, Any] = client.refusal["data"]
        assert data["type"] == "error"
        return data


async def test_connects_that_are_refused_say_why(server: Server) -> None:
    room = server.room()
    clock = SystemClock()
    stranger = JwtTokens(SigningKey.generate(), [], issuer="test", clock=clock)
    forged = stranger.issue(Grant(room, "", "host", None, "", "", frozenset(SourceKind), True, clock.unix_s() + 600))
    good = server.token(room)
    assert (await refused(server, server.token(room, expires_at=clock.unix_s() - 1)))["code"] == "token_expired"
    assert (await refused(server, forged))["code"] == "token_invalid"
    assert (await refused(server, good[:-4] + "AAAA"))["code"] == "token_invalid"
    assert (await refused(server, "garbage"))["code"] == "token_invalid"
    assert (await refused(server, server.token("nosuchroom22")))["code"] == "room_unknown"
    astray = {"protocol": 1, "token": good, "room": "otherroom234"}
    assert (await refused(server, "", auth=astray))["code"] == "token_invalid"
    assert (await refused(server, good, protocol=2))["code"] == "unsupported_protocol"
    assert (await refused(server, "", auth={"protocol": 1}))["code"] == "token_missing"
    assert (await refused(server, "", auth={"hello": "there"}))["code"] == "bad_message"
    assert (await refused(server, "", auth=["protocol", 1]))["code"] == "bad_message"
    assert server.total("connects_refused_token_invalid") == 4


async def test_full_room_refuses_the_join_and_takes_it_later(server: Server) -> None:
    room = server.room(maximum=1)
    async with connected(server, server.token(room)) as anna, connected(server, server.token(room)) as bo:
        await anna.join("Anna")
        assert (await bo.join("Bo"))["code"] == "room_full"
        await anna.command("leave")
        assert (await bo.join("Bo"))["type"] == "joined"


async def test_room_that_opens_later_says_when(server: Server) -> None:
    room = server.room(opens_at=server.clock.unix_s() + 60)
    async with connected(server, server.token(room)) as client:
        answer = await client.join()
        assert answer["code"] == "room_not_open"
        assert 58 < answer["retryAfter"] <= 60


async def test_joins_too_fast_are_refused() -> None:
    async with signalling_server(hub=HubLimits(joins_per_second=0.1, roster_round_s=0.0)) as server:
        room = server.room()
        async with connected(server, server.token(room)) as anna, connected(server, server.token(room)) as bo:
            assert (await anna.join())["type"] == "joined"
            answer = await bo.join()
            assert answer["code"] == "rate_limited"
            assert 0 < answer["retryAfter"] <= 10


async def test_what_is_not_granted_is_denied(server: Server) -> None:
    room = server.room()
    token = server.token(room, can_publish=frozenset({SourceKind.MICROPHONE}), can_subscribe=False)
    async with connected(server, token) as client:
        await client.join()
        assert client.joined["media"]["slots"] == {"speaker": 0, "programme": 0, "video": 0}
        assert client.joined["media"]["camera"] == []
        assert [one["kind"] for one in client.joined["participants"][0]["sources"]] == ["microphone"]
        assert (await client.command("setSource", source="camera", active=True))["code"] == "not_permitted"
        await client.offer()
        assert set(server.plane.seats[client.id].sources) == {SourceKind.MICROPHONE}
        assert server.plane.hears[client.id] == 0


# ── bad input ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_commands_out_of_order_are_refused(server: Server) -> None:
    async with connected(server, server.token(server.room())) as client:
        assert (await client.offer())["code"] == "out_of_order"
        assert (await client.command("leave"))["code"] == "out_of_order"
        assert (await client.command("renewToken"))["type"] == "renewed"  # who typed a PIN has no token yet
        await client.join()
        assert (await client.command("join", name="Again"))["code"] == "out_of_order"
        assert (await client.command("setSource", source="microphone", active=True)) == {"type": "done"}
        assert (await client.command("leave")) == {"type": "done"}
        assert (await client.command("renewToken"))["code"] == "out_of_order"


async def test_bad_messages_are_refused_with_their_code_and_the_call_goes_on(server: Server) -> None:
    async with connected(server, server.token(server.room())) as client:
        await client.join()
        assert (await client.command("dance"))["code"] == "unknown_message"
        assert (await client.command("setSource", source="gun", active=True))["code"] == "bad_message"
        assert (await client.offer("x" * (MAX_SDP_CHARS + 1)))["code"] == "message_too_large"
        assert (await client.offer("garbage"))["code"] == "sdp_invalid"
        twice = await client.command("offer", sdp="v=0", sources={"0": "camera", "1": "camera"})
        assert twice["code"] == "bad_message"
        assert (await client.socket.call("dance", {}, timeout=PATIENCE_S))["code"] == "unknown_message"
        assert (await client.socket.call("command", "join", timeout=PATIENCE_S))["code"] == "bad_message"
        assert (await client.command("setSource", source="camera", active=True)) == {"type": "done"}
        assert server.total("commands_refused_unknown_message") == 1


async def test_message_above_the_limit_closes_the_socket_only_of_its_sender(server: Server) -> None:
    room = server.room()
    async with connected(server, server.token(room)) as anna, connected(server, server.token(room)) as bo:
        await anna.join("Anna")
        await bo.join("Bo")
        await bo.socket.emit("command", {"type": "offer", "sdp": "x" * MAX_MESSAGE_BYTES, "sources": {}})
        await until(lambda: bo.is_closed)
        changed = await anna.until_event("participantChanged")
        assert changed["participant"]["connection"] == "reconnecting"


async def test_too_many_messages_are_refused_with_a_time(server: Server) -> None:
    async with connected(server, server.token(server.room())) as client:
        await client.join()
        answers = [await client.command("renewToken") for _ in range(4)]
        assert [answer["type"] for answer in answers] == ["renewed"] * 3 + ["error"]
        assert answers[3]["code"] == "rate_limited"
        assert 0 < answers[3]["retryAfter"] <= 5
        assert (await client.command("setSource", source="camera", active=True)) == {"type": "done"}


async def test_fault_of_ours_is_said_without_a_trace_and_logged(
    server: Server, expected_errors: list[logging.LogRecord]
) -> None:
    async with connected(server, server.token(server.room())) as client:
        await client.join()

        def broken(*_: object) -> None:
            raise ZeroDivisionError("secret detail")

        server.plane.connect = broken  # type: ignore[method-assign, assignment]
        answer = await client.offer()
        assert answer == {
            "type": "error",
            "code": "internal",
            "text": "a fault of the server; it has been logged",
            "retryAfter": None,
        }
        assert expected_errors[0].exc_info is not None
        assert (await client.command("setSource", source="camera", active=True)) == {"type": "done"}


# ── coming back ───────────────────────────────────────────────────────────────────────────────────────────────────


async def test_cut_client_resumes_its_seat_with_what_it_missed(server: Server) -> None:
    room = server.room()
    async with connected(server, server.token(room)) as bo:
        await bo.join("Bo")
        async with connected(server, server.token(room)) as anna:
            await anna.join("Anna")
            await anna.offer()
            await anna.cut()
        assert (await bo.until_event("participantChanged"))["participant"]["connection"] == "reconnecting"
        assert anna.id in server.plane.seats, "media goes on"
        await bo.command("setSource", source="camera", active=True)
        async with connected(server, anna.joined["token"]) as again:
            resume = {"session": anna.joined["session"], "sequence": anna.joined["sequence"]}
            resumed = await again.join("Anna", resume=resume)
            assert resumed["type"] == "resumed", resumed
            assert resumed["participantId"] == anna.id
            assert resumed["mediaAlive"] is True
            assert [event["type"] for event in resumed["missed"]] == ["participantChanged"] * 3
            assert resumed["missed"][1]["participant"]["sources"][1] == {
                "kind": "camera",
                "id": source(bo, "camera"),
                "active": True,
            }
            assert resumed["sequence"] == resumed["missed"][-1]["sequence"]
            await bo.command("setSource", source="camera", active=False)
            assert (await again.until_event("participantChanged"))["sequence"] > resumed["sequence"]


async def test_client_that_missed_too_much_gets_a_snapshot() -> None:
    async with signalling_server(hub=HubLimits(ring=4, roster_round_s=0.0)) as server:
        room = server.room()
        async with connected(server, server.token(room)) as bo:
            await bo.join("Bo")
            async with connected(server, server.token(room)) as anna:
                await anna.join("Anna")
                await anna.offer()
                await anna.cut()
            for active in (True, False, True, False):
                await bo.command("setSource", source="camera", active=active)
            async with connected(server, anna.joined["token"]) as again:
                resume = {"session": anna.joined["session"], "sequence": anna.joined["sequence"]}
                joined = await again.join("Anna", resume=resume)
                assert joined["type"] == "joined"
                assert (joined["participantId"], joined["session"]) == (anna.id, anna.joined["session"])
                assert joined["mediaAlive"] is True
                assert len(joined["participants"]) == 2


async def test_seat_that_was_given_up_is_a_new_one() -> None:
    async with signalling_server(hub=HubLimits(seat_kept_s=0.05, return_kept_s=0.05, roster_round_s=0.0)) as server:
        room = server.room()
        async with connected(server, server.token(room)) as bo:
            await bo.join("Bo")
            async with connected(server, server.token(room)) as anna:
                await anna.join("Anna")
                await anna.offer()
                await anna.cut()
            left = await bo.until_event("participantLeft")
            assert (left["participantId"], left["reason"]) == (anna.id, "lost")
            assert anna.id not in server.plane.seats
            async with connected(server, anna.joined["token"]) as again:
                resume = {"session": anna.joined["session"], "sequence": 2}
                joined = await again.join("Anna", resume=resume)
                assert joined["type"] == "joined"
                assert joined["participantId"] != anna.id
                assert joined["mediaAlive"] is False


async def test_second_window_of_the_same_seat_replaces_the_first(server: Server) -> None:
    room = server.room()
    async with connected(server, server.token(room)) as first, connected(server, server.token(room)) as second:
        await first.join("Anna")
        resume = {"session": first.joined["session"], "sequence": first.joined["sequence"]}
        assert (await second.join("Anna", resume=resume))["participantId"] == first.id
        ended = await first.until_event("ended")
        assert ended == {"type": "ended", "reason": "replaced", "canRejoin": False}
        await until(lambda: first.is_closed)
        assert (await second.command("setSource", source="camera", active=True)) == {"type": "done"}
        assert server.registry.participants_in(room) == 1


async def test_same_identity_takes_the_seat_from_another_place(server: Server) -> None:
    room = server.room()
    token = server.token(room, identity="kim")
    async with connected(server, token) as first, connected(server, token) as second:
        await first.join("Kim")
        assert (await second.join("Kim"))["participantId"] == first.id
        assert second.joined["mediaAlive"] is False
        assert (await first.until_event("ended"))["reason"] == "replaced"


async def test_tokens_are_renewed_in_the_session_and_work() -> None:
    async with signalling_server(session=SessionLimits(token_lifetime_s=2.0)) as server:
        room = server.room()
        async with connected(server, server.token(room)) as client:
            await client.join()
            assert client.joined["tokenExpiresAt"] == pytest.approx(server.clock.unix_s() + 2, abs=1)
            renewed = await client.command("renewToken")
            assert renewed["type"] == "renewed"
            event = await client.until_event("tokenRenewed")  # at 80 % of two seconds
        async with connected(server, event["token"]) as again:
            assert (await again.join())["type"] == "joined"


# ── the end ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_closed_room_ends_everyones_connection(server: Server) -> None:
    room = server.room()
    async with connected(server, server.token(room)) as anna:
        await anna.join()
        await server.registry.close(room)
        assert await anna.until_event("ended") == {"type": "ended", "reason": "ended", "canRejoin": False}
        await until(lambda: anna.is_closed)


async def test_stopping_server_tells_its_clients_first(server: Server) -> None:
    room = server.room()
    async with connected(server, server.token(room)) as anna:
        await anna.join()
        async with asyncio.TaskGroup() as group:
            group.create_task(server.registry.stop(0.1), name="stop")
            assert (await anna.until_event("stopping"))["reconnectAfter"] > 0
        assert (await anna.until_event("ended"))["canRejoin"] is True


async def test_stopping_server_tells_those_who_wait_too(server: Server) -> None:
    room = server.room(lobby=LobbyPolicy.KNOCK)
    async with connected(server, server.token(room)) as bent:
        assert (await bent.join())["type"] == "waiting"
        async with asyncio.TaskGroup() as group:
            group.create_task(server.registry.stop(0.1), name="stop")
            await bent.until_event("stopping")
        assert (await bent.until_event("ended"))["canRejoin"] is True
        assert [one["type"] for one in bent.events] == ["stopping", "ended"]


# ── slow readers ──────────────────────────────────────────────────────────────────────────────────────────────────


async def test_client_that_acknowledges_nothing_is_dropped_and_the_others_go_on() -> None:
    async with signalling_server(session=SessionLimits(ack_timeout_s=0.2)) as server:
        room = server.room()
        async with connected(server, server.token(room)) as anna, connected(server, server.token(room)) as slow:
            await anna.join("Anna")
            await slow.join("Slow")
            never = asyncio.Event()

            async def stuck(batch: list[dict[str, Any]]) -> None:
                slow.events.extend(batch)
                await never.wait()

            slow.socket.on("events", stuck)
            await anna.command("setSource", source="camera", active=True)
            ended = await slow.until_event("ended")
            assert (ended["reason"], ended["canRejoin"]) == ("tooSlow", True)
            await until(lambda: slow.is_closed)
            never.set()
            changed = await anna.until_event("participantChanged", 2)
            assert changed["participant"]["connection"] == "reconnecting"
            assert server.total("clients_too_slow") == 1


async def test_client_that_reads_nothing_holds_up_nobody() -> None:
    async with signalling_server(session=SessionLimits(ack_timeout_s=0.5, max_queued=64)) as server:
        room = server.room()
        async with connected(server, server.token(room)) as anna, connected(server, server.token(room)) as deaf:
            await anna.join("Anna" * 20)
            await deaf.join("Deaf")
            transport = deaf.socket.eio.ws._response.connection.transport
            transport.pause_reading()
            for turn in range(30):
                answer = await anna.command("setSource", source="camera", active=turn % 2 == 0)
                if answer["type"] == "error":
                    await asyncio.sleep(answer["retryAfter"])
            await until(lambda: server.total("clients_too_slow") == 1)
            await until(lambda: anna.of_type("participantChanged")[-1]["participant"]["id"] == deaf.id)
            assert anna.of_type("participantChanged")[-1]["participant"]["connection"] == "reconnecting"
            transport.resume_reading()
            await until(lambda: deaf.is_closed)
