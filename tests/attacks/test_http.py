"""A13, A14, A15, A16, A17, A20: over HTTP and by links, tokens, names and telephone numbers."""

from __future__ import annotations

import base64
import json
import os
import re
import secrets
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import socketio
from cryptography.hazmat.primitives import hashes, hmac
from joserfc import jws

from tests.attacks.patched import patched
from tests.attacks.process import Victim
from tests.attacks.raw import tcp, websocket
from tests.attacks.scenes import call
from vdxmedia.api.tokens import SigningKey
from vdxmedia.assembly import development
from vdxmedia.credentials import for_development

SOURCE = Path(__file__).parents[2] / "src" / "vdxmedia"
SECOND = b"GET /api/v1/rooms HTTP/1.1\r\nHost: localhost\r\n\r\n"
"""What is smuggled: had it been taken for a request, there would be a second answer."""
UPGRADING = (
    b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
)
SOCKET = b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: localhost\r\n"
POST = b"POST /livez HTTP/1.1\r\nHost: localhost\r\n"
AMBIGUOUS = {
    "length and chunks": POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "unknown coding": POST + b"Transfer-Encoding: xchunked\r\nContent-Length: 4\r\n\r\nABCD",
    "two codings": POST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
    "space before the colon": POST + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
    "two lengths": POST + b"Content-Length: 0\r\nContent-Length: 44\r\n\r\n",
    "length with a sign": POST + b"Content-Length: +5\r\n\r\nABCDE",
    "folded": POST + b"Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n",
    "bare line feeds": b"GET /livez HTTP/1.1\nHost: localhost\n\n",
    "bare carriage return": b"GET /livez HTTP/1.1\r\nHost: localhost\rX: y\r\n\r\n",
    "chunk's extension": POST + b"Transfer-Encoding: chunked\r\n\r\n0;\nfoo\r\n\r\n",
    "negative chunk": POST + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n",
    "chunk with 0x": POST + b"Transfer-Encoding: chunked\r\n\r\n0x5\r\nABCDE\r\n0\r\n\r\n",
    "chunk too long": POST + b"Transfer-Encoding: chunked\r\n\r\n5\r\nABCDEXX0\r\n\r\n",
}
REFUSED_UPGRADES = {
    "version": SOCKET + UPGRADING.replace(b": 13", b": 777") + b"\r\n",
    "key": SOCKET + UPGRADING.replace(b"AAAA==", b"") + b"\r\n",
    "origin": SOCKET + b"Origin: https://evil.example\r\n" + UPGRADING + b"\r\n",
    "polling": SOCKET.replace(b"=websocket", b"=polling") + UPGRADING + b"\r\n",
    "another method": SOCKET.replace(b"GET", b"POST") + UPGRADING + b"Content-Length: 0\r\n\r\n",
    "a page": b"GET /livez HTTP/1.1\r\nHost: localhost\r\n" + UPGRADING + b"\r\n",
}
"""A proxy that takes them for upgraded passes all that follows, unseen."""


def statuses(came: bytes) -> list[bytes]:
    return re.findall(rb"^HTTP/1\.[01] (\d+)", came, re.MULTILINE)


@pytest.mark.parametrize("shape", AMBIGUOUS)
async def test_a13_ambiguous_requests_are_refused_and_nothing_behind_them_is_read(victim: Victim, shape: str) -> None:
    async with tcp(victim) as mallory:
        await mallory.send(AMBIGUOUS[shape] + SECOND)
        assert statuses(await mallory.until_end()) == [b"400"]


@pytest.mark.parametrize("shape", REFUSED_UPGRADES)
async def test_a13_upgrade_that_is_refused_ends_the_connection(victim: Victim, shape: str) -> None:
    async with tcp(victim) as mallory:
        await mallory.send(REFUSED_UPGRADES[shape] + SECOND)
        assert len(statuses(await mallory.until_end())) == 1


async def test_a13_body_of_an_upgrade_is_no_request(victim: Victim) -> None:
    async with tcp(victim) as mallory:
        await mallory.send(SOCKET + UPGRADING + b"Content-Length: %d\r\n\r\n" % len(SECOND) + SECOND)
        assert statuses(await mallory.until_quiet()) in ([b"101"], [b"400"])


# ── A14: not applicable ───────────────────────────────────────────────────────────────────────────────────────────

BUSES = {"redis", "aioredis", "kombu", "aio_pika", "pika", "zmq", "aiokafka", "kafka", "nats", "valkey"}
IMPORT = re.compile(r"^\s*(?:import|from)\s+(\w+)", re.MULTILINE)
UNPICKLERS = {"pickle", "cPickle", "dill", "cloudpickle", "shelve", "marshal", "jsonpickle"}


def test_a14_there_is_no_bus_to_write_to(victim: Victim) -> None:
    """The process has sockets for HTTP and for media and no others; its code reads no pickles."""
    assert sockets_of(victim) - {victim.media_port, int(victim.base_url.rpartition(":")[2])} == set()
    imported = {name for path in SOURCE.rglob("*.py") for name in IMPORT.findall(path.read_text(encoding="utf-8"))}
    assert "aiohttp" in imported
    assert imported & (BUSES | UNPICKLERS) == set()


def sockets_of(victim: Victim) -> set[int]:
    """The numbers of all ports that the process has at its own end."""
    own = {os.readlink(link.path) for link in os.scandir(f"/proc/{victim.pid}/fd")}
    ports = set()
    for name in ("tcp", "tcp6", "udp", "udp6"):
        with open(f"/proc/{victim.pid}/net/{name}", encoding="ascii") as rows:
            fields = [row.split() for row in list(rows)[1:]]
        ports.update(int(field[1].rpartition(":")[2], 16) for field in fields if f"socket:[{field[9]}]" in own)
    return ports


# ── A15: tokens ───────────────────────────────────────────────────────────────────────────────────────────────────


def part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def forged_tokens(link: str) -> dict[str, str]:
    """Of a good one. The server's key is known here (it is the development key), so that only one thing is wrong."""
    good = link.partition("#t=")[2]
    head, body, signature = good.split(".")
    key = for_development().signing
    header = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))

    def signed(changed: dict[str, Any], by: SigningKey = key, **headers: object) -> str:
        made = header | {"kid": by.id, "alg": by.algorithm} | headers
        return jws.serialize_compact(made, json.dumps(claims | changed), by.key, algorithms=[by.algorithm])

    def without(name: str) -> str:
        left = {field: value for field, value in claims.items() if field != name}
        return jws.serialize_compact(header, json.dumps(left), key.key, algorithms=[key.algorithm])

    public = key.key.as_dict(private=False)
    symmetric = hmac.HMAC(base64.urlsafe_b64decode(public["x"] + "=="), hashes.SHA256())
    confused = f"{part(header | {'alg': 'HS256'})}.{body}"
    symmetric.update(confused.encode())
    confused += "." + base64.urlsafe_b64encode(symmetric.finalize()).rstrip(b"=").decode()
    stranger = SigningKey.generate()
    now = time.time()
    host = claims["vdx"] | {"role": "host"}
    return {
        "alg none": f"{part({'alg': 'none', 'typ': 'JWT', 'kid': key.id})}.{part(claims | {'vdx': host})}.",
        "alg none with a signature": f"{part(header | {'alg': 'none'})}.{body}.{signature}",
        "public key as a secret": confused,
        "claims changed": f"{head}.{part(claims | {'vdx': host})}.{signature}",
        "signature of zeros": f"{head}.{body}.{'A' * len(signature)}",
        "another's key": signed({}, stranger),
        "another's key under our name": signed({}, stranger, kid=key.id),
        "its own key in the header": signed({}, stranger, kid=key.id, jwk=stranger.key.as_dict(private=False)),
        "key's path": f"{part(header | {'kid': '../../../../dev/null'})}.{body}.{signature}",
        "key's address": f"{part(header | {'jku': 'https://evil.example/keys'})}.{body}.{signature}",
        "critical unknown": f"{part(header | {'crit': ['exp']})}.{body}.{signature}",
        "type of an access token": signed({}, typ="at+jwt"),
        "over": signed({"iat": now - 7200, "nbf": now - 7200, "exp": now - 1,
                        "vdx": claims["vdx"] | {"untilRoomCloses": False}}),
        "not yet": signed({"nbf": now + 600, "exp": now + 1200}),
        "without an end": without("exp"),
        "for ten years": signed({"exp": now + 10 * 366 * 86_400}),
        "for another service": signed({"aud": "another"}),
        "by another service": signed({"iss": "another"}),
        "for no room": signed({"video": claims["video"] | {"room": "nosuchroom23"}}),
        "that may not join": signed({"video": claims["video"] | {"roomJoin": False}}),
        "with a role of its own": signed({"vdx": claims["vdx"] | {"role": "operator"}}),
        "empty": "",
        "too long": good + "A" * 5_000,
    }  # fmt: skip


async def refusal_of(victim: Victim, token: str, **more: str) -> str:
    client = socketio.AsyncClient(reconnection=False)
    refused: list[dict[str, Any]] = []
    client.on("connect_error", refused.append)
    try:
        auth = {"protocol": 1, "token": token, **more}
        await client.connect(victim.base_url, auth=auth, transports=["websocket"])
    except socketio.exceptions.ConnectionError:
        return str(refused[0].get("data", refused[0])["code"] if refused else "cut")
    finally:
        await client.disconnect()
    return ""


async def test_a15_forged_tokens_open_neither_a_room_nor_the_api(victim: Victim) -> None:
    room, other = await victim.create_room(), await victim.create_room()
    opened = {}
    async with aiohttp.ClientSession() as http:
        for name, token in forged_tokens(room["guestUrl"]).items():
            opened[name] = await refusal_of(victim, token) == ""
            for path in ("/api/v1/invitation", "/api/v1/rooms/" + room["roomId"], "/api/v1/attendance"):
                headers = {"Authorization": f"Bearer {token}"}
                async with http.get(victim.base_url + path, headers=headers) as answer:
                    opened[name] |= answer.status < 400
    assert [name for name, was_opened in opened.items() if was_opened] == []
    good = room["guestUrl"].partition("#t=")[2]
    assert await refusal_of(victim, good, room=other["roomId"]) == "token_invalid", "of another room"
    assert await refusal_of(victim, good) == "", "the one that all were made of"


async def test_a15_token_of_a_link_is_in_no_log_and_no_referrer(victim: Victim) -> None:
    async with call(victim) as talk:
        assert all("#t=" in talk.room[name] for name in ("hostUrl", "guestUrl")), "the fragment stays in the browser"
        tokens = [talk.room[name].partition("#t=")[2] for name in ("hostUrl", "guestUrl")]
    async with aiohttp.ClientSession() as http:
        async with http.get(talk.room["guestUrl"].partition("#")[0], headers={"Host": "localhost"}) as answer:
            assert answer.headers["Referrer-Policy"] == "no-referrer"
        for token in tokens:  # somebody has it in the query all the same
            async with http.get(f"{victim.base_url}/r/x?t={token}"):
                pass
    said = victim.said()
    assert [token for token in tokens if token.rpartition(".")[2] in said] == []


# ── A16: links that are guessed, telephone numbers that cost ──────────────────────────────────────────────────────

PROXIED = "203.0.113."


async def entered(http: aiohttp.ClientSession, victim: Victim, **asked: str) -> tuple[int, str]:
    async with http.post(f"{victim.base_url}/api/v1/entrances", json=asked) as answer:
        told = await answer.json(content_type=None)
        return answer.status, str(told.get("state", told.get("code")))


async def test_a16_guessing_links_is_stopped_and_keeps_no_citizen_out(victim: Victim) -> None:
    now = datetime.now(UTC)
    times = {"startTime": now.isoformat(), "endTime": (now + timedelta(hours=1)).isoformat()}
    body = {"organisation": development.ORGANISATION, "subject": "Samtale", **times}
    async with victim.http() as http, http.post(f"{victim.base_url}/api/v1/meetings", json=body) as answer:
        meeting = await answer.json()
        assert answer.status == 201, meeting
    for name in ("hostUrl", "guestUrl"):
        assert len(base64.urlsafe_b64decode(meeting[name].partition("#")[2] + "==")) >= 16, "128 bits"
    short = meeting["shortUrl"].rpartition("/")[2]
    connector = aiohttp.TCPConnector(local_addr=("127.0.0.81", 0))
    async with aiohttp.ClientSession(connector=connector) as http:
        answers = [await entered(http, victim, shortId=secrets.token_hex(6)) for _ in range(20)]
        assert answers[0] == (200, "unknown")
        assert answers[-5:] == [(429, "rate_limited")] * 5
        assert (await entered(http, victim, shortId=short))[0] == 429, "nor does a right one tell him anything"
    async with aiohttp.ClientSession() as http:
        status, state = await entered(http, victim, shortId=short)
        assert (status, state) in [(200, "open"), (200, "notYet")], "the citizen, from his own address"


NUMBERS = {
    "premium": "90 12 34 56",
    "premium abroad": "+44 909 8790000",
    "satellite": "+870 773 123 456",
    "short": "1204",
    "emergency": "112",
    "two at once": "20123456,20123457",
    "an address": "a@example.dk",
}


async def test_a16_sms_go_to_no_number_that_costs_and_to_nobody_without_end(victim: Victim) -> None:
    url = f"{victim.base_url}/api/v1/calls"
    body = {"organisation": development.ORGANISATION}
    async with victim.http() as http:
        for name, number in NUMBERS.items():
            async with http.post(url, json=body | {"to": number}) as answer:
                assert answer.status in (400, 422), (name, answer.status)
        codes = []
        for _ in range(22):
            async with http.post(url, json=body | {"to": "20 98 76 54"}) as answer:
                codes.append((await answer.json(content_type=None)).get("code", ""))
        assert codes[-1] == "sms_quota_spent", codes
    async with aiohttp.ClientSession() as http, http.post(url, json=body | {"to": "20 98 76 55"}) as answer:
        assert answer.status == 401


# ── A17: names, frames, messages of other pages ───────────────────────────────────────────────────────────────────

SCRIPT = "<img src=x onerror=alert(1)>"


async def test_a17_names_are_text_and_no_page_of_others_may_frame_or_connect(victim: Victim) -> None:
    room = await victim.create_room(subject=SCRIPT, organisation=SCRIPT)
    async with patched(victim, room["hostUrl"], SCRIPT + "\n\u202e") as mallory:
        name = next(one["name"] for one in mallory.joined["participants"] if one["id"] == mallory.participant)
        assert name == SCRIPT, "one line, and as text: pages show it so"
        await mallory.send({"type": "writeChat", "to": "all", "text": SCRIPT})
    async with aiohttp.ClientSession() as http:
        for path in ("/", f"/r/{room['roomId']}", "/staff", "/test"):
            async with http.get(victim.base_url + path) as answer:
                text = await answer.text()
                policy = answer.headers["Content-Security-Policy"]
            assert SCRIPT not in text
            assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>\s*\S", text), "inline script"
            assert not re.search(r"\son\w+=", text), "handler in an attribute"
            assert "'unsafe" not in policy
            assert re.search(r"frame-ancestors '(self|none)'", policy)
        for origin in ("https://evil.example", "null", f"{victim.base_url}.evil.example"):
            query = {"origin": origin}
            async with http.get(f"{victim.base_url}/api/v1/embedding", params=query) as answer:
                assert not (await answer.json()).get("mayCommand"), origin
    for origin in ("https://evil.example", "null", f"{victim.base_url}.evil.example"):
        async with tcp(victim) as page:
            await page.send(SOCKET + f"Origin: {origin}\r\n".encode() + UPGRADING + b"\r\n")
            assert statuses(await page.until_end()) == [b"400"], origin
    async with websocket(victim):
        pass


# ── A20: what others learn of one ─────────────────────────────────────────────────────────────────────────────────


async def test_a20_nobody_learns_anothers_address(victim: Victim) -> None:
    """Neither the people in the call, nor the log, nor the metrics."""
    room = await victim.create_room(subject="Psykiatrisk samtale")
    here, there = "127.0.0.91", "127.0.0.92"
    async with (
        patched(victim, room["hostUrl"], "Annagret", source=here) as anna,
        patched(victim, room["guestUrl"], "Bentemand", source=there) as bent,
    ):
        host = "a=candidate:1 1 udp 2113937151 192.0.2.77 50000 typ host\r\n"
        hidden = "a=candidate:2 1 udp 2113937151 0f3c1a2b-1111-4222-8333-444455556666.local 50001 typ host\r\n"
        await anna.connect("microphone", change=lambda sdp: sdp + host + hidden)
        await bent.connect("microphone")
        await bent.hears(await anna.speak(10, every_s=0.005))
        own = {f"127.0.0.1 {victim.media_port}"}
        for one in (anna, bent):
            named = re.findall(r"^a=candidate:\S+ \d \w+ \d+ (\S+ \d+) typ host", one.answer_sdp, re.MULTILINE)
            assert len(named) > 0
            assert own <= set(named)
            assert all(port == str(victim.media_port) for _, port in (name.split() for name in named))
        told = json.dumps([one.joined for one in (anna, bent)] + [one.events for one in (anna, bent)])
        ports = [str(one.udp.getsockname()[1]) for one in (anna, bent)]
        for secret in (here, there, "192.0.2.77", "0f3c1a2b", anna.ufrag, bent.ufrag, anna.pwd, *ports):
            assert not re.search(rf"\b{re.escape(secret)}\b", told + anna.answer_sdp + bent.answer_sdp), secret
        async with victim.http() as http, http.get(f"{victim.base_url}/metrics") as answer:
            metrics = await answer.text()
    for secret in (here, there, "192.0.2.77", anna.pwd, "Annagret", "Bentemand", "Psykiatrisk"):
        assert secret not in victim.said(), secret
        assert secret not in metrics, secret
    assert room["roomId"] not in metrics
