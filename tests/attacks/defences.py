"""What holds each attack, as text that can be taken out: with it gone, the attack's test must fail.

`tests.attacks.unguarded` does that in a copy of the checkout. A row is one defence and the tests that stand for it;
`test_complete` sees to it that every test of the page has a row, and that what a row takes out is there. Where several
defences hold the same attack, a row takes out all of them. The relay's are behind a switch that only the copy has, so
that it is built once.
"""

from __future__ import annotations

from tests.attacks.defence import Defence, Edit
from tests.attacks.relay_defences import IN_THE_RELAY

API, SIGNALLING, SFU, SDP = (f"src/vdxmedia/{name}" for name in ("api", "signalling", "sfu", "sdp"))
COTURN = "deploy/coturn/turnserver.conf"
NGINX = "deploy/nginx/vdxmedia.conf"

LENIENT_HTTP = Edit(
    f"{API}/server.py",
    "KNOWN_METHODS = frozenset({",
    "from aiohttp import http_parser, web_protocol\n\n"
    "http_parser.HttpRequestParserPy.lax = True\n"
    "web_protocol.HttpRequestParser = http_parser.HttpRequestParserPy\n"
    "KNOWN_METHODS = frozenset({",
)

CONNECTING = (
    Defence(
        "32 handshakes at a time, each from its beginning to its end",
        ("test_a06_handshakes_that_are_left_half_done_make_nobody_wait",),
        (
            Edit(
                f"{SFU}/handshakes.py",
                "            return await session.handshake(self._rounds.turn)\n",
                "            async with _GATE:\n                return await session.handshake(self._rounds.turn)\n",
            ),
            Edit(
                f"{SFU}/handshakes.py", "class Handshakes:\n", "_GATE = asyncio.Semaphore(32)\n\n\nclass Handshakes:\n"
            ),
        ),
    ),
    Defence(
        "the DTLS key is written to a file",
        ("test_v17_2_1_dtls_key_is_made_by_each_process_and_kept_in_its_memory",),
        (
            Edit(
                f"{SFU}/dtls.py",
                "        self._certificate = _Certificate.generateCertificate()\n",
                "        self._certificate = _Certificate.generateCertificate()\n"
                "        import os, pathlib\n"
                "        from cryptography.hazmat.primitives import serialization as form\n"
                "        key = self._certificate._key.private_bytes(\n"
                "            form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption())\n"
                "        pathlib.Path(os.environ.get('TMPDIR', '/tmp'), 'dtls.pem').write_bytes(key)\n",
            ),
        ),
    ),
    Defence(
        "every cipher suite that OpenSSL has",
        ("test_v17_2_2_weak_cipher_suites_are_refused",),
        (
            Edit(
                f"{SFU}/dtls.py",
                'b"ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305"',
                'b"ALL:COMPLEMENTOFALL:@SECLEVEL=0"',
            ),
        ),
    ),
    Defence(
        "DTLS 1.0 will do",
        ("test_v17_2_2_old_versions_and_weak_profiles_are_refused_and_the_strong_agreed",),
        (
            Edit(
                f"{SFU}/dtls.py",
                "context.set_min_proto_version(_DTLS_1_2)\n",
                "context.set_min_proto_version(0xFEFF)\n",
            ),
            Edit(
                f"{SFU}/dtls.py",
                'b"ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305"',
                'b"ALL:COMPLEMENTOFALL:@SECLEVEL=0"',
            ),
        ),
    ),
    Defence(
        "the certificate is not compared with the fingerprint",
        ("test_v17_2_8_certificate_that_is_not_the_offers_ends_the_connection",),
        (Edit(f"{SFU}/dtls.py", "        super()._validate_peer_identity(remoteParameters)\n", "        pass\n"),),
    ),
)

MEDIA = (
    Defence(
        "a guest may do what a host may",
        ("test_a18_patched_guest_is_not_heard_without_the_floor",),
        (
            Edit(
                "src/vdxmedia/conference/rights.py",
                "    if asking.role is not Role.HOST or asking.is_film:\n",
                "    if asking.is_film:\n",
            ),
        ),
    ),
    Defence(
        "a file with what came as media",
        ("test_v17_2_7_there_is_no_recording_that_a_flood_could_stop",),
        (
            Edit(
                f"{SFU}/handshakes.py",
                "class Handshakes:\n",
                """import os, pathlib

pathlib.Path(os.environ.get("TMPDIR", "/tmp"), "recording.webm").write_bytes(b"")


class Handshakes:
""",
            ),
        ),
    ),
)

TURN = (
    Defence(
        "TURN relays to every address",
        ("test_a08_turn_brings_no_datagram_into_the_house", "test_v17_1_1_special_purpose_addresses_are_refused"),
        (Edit(COTURN, "\ndenied-peer-ip=", "\n#", everywhere=True), Edit(COTURN, "\nno-multicast-peers", "\n#")),
    ),
    Defence(
        "TURN has no quota for one participant",
        ("test_v17_1_2_one_participant_cannot_use_up_the_ports",),
        (Edit(COTURN, "\nuser-quota=24", "\nuser-quota=1000"),),
    ),
)

OVER_HTTP = (
    Defence(
        "a request is read as leniently as an answer may be",
        ("test_a13_ambiguous_requests_are_refused_and_nothing_behind_them_is_read",),
        (LENIENT_HTTP,),
    ),
    Defence(
        "a refused upgrade leaves the connection open",
        ("test_a13_upgrade_that_is_refused_ends_the_connection",),
        (Edit(f"{API}/server.py", "            response.force_close()  #", "            pass  #"),),
    ),
    Defence(
        "a module of a bus is imported",
        ("test_a14_there_is_no_bus_to_write_to",),
        (
            Edit(
                "src/vdxmedia/clock.py",
                "from __future__ import annotations\n",
                "from __future__ import annotations\n\nimport pickle\n",
            ),
        ),
    ),
    Defence(
        "a token's signature is not looked at",
        ("test_a15_forged_tokens_open_neither_a_room_nor_the_api",),
        (
            Edit(
                f"{API}/tokens.py",
                "    payload = jws.deserialize_compact(token, key, algorithms=[algorithm]).payload\n",
                "    payload = jws.extract_compact(token.encode()).payload\n",
            ),
        ),
    ),
    Defence(
        "a Referer is sent",
        ("test_a15_token_of_a_link_is_in_no_log_and_no_referrer",),
        (Edit(f"{API}/pages.py", '"Referrer-Policy": "no-referrer"', '"Referrer-Policy": "unsafe-url"'),),
    ),
    Defence(
        "wrong names are not counted",
        ("test_a16_guessing_links_is_stopped_and_keeps_no_citizen_out",),
        (
            Edit(
                "src/vdxmedia/hub/guesses.py",
                "        known = self._addresses.get(address)\n",
                "        known = None\n",
            ),
        ),
    ),
    Defence(
        "SMS go to every kind of number",
        ("test_a16_sms_go_to_no_number_that_costs_and_to_nobody_without_end",),
        (
            Edit(
                "src/vdxmedia/booking/messages/numbers.py",
                "        or phonenumbers.number_type(number) in NO_SMS\n",
                "",
            ),
        ),
    ),
    Defence(
        "SMS to one number have no end",
        ("test_a16_sms_go_to_no_number_that_costs_and_to_nobody_without_end",),
        (
            Edit(
                "src/vdxmedia/store/messages.py",
                "            if there + sum(message.to == number for message in new) > quota.per_number:\n",
                "            if there < 0:\n",
            ),
        ),
    ),
    Defence(
        "every page may frame ours",
        ("test_a17_names_are_text_and_no_page_of_others_may_frame_or_connect",),
        (Edit(f"{API}/pages.py", "or chr(39) + 'none' + chr(39)", "or '*'"),),
    ),
    Defence(
        "a WebSocket may come from every page",
        ("test_a17_names_are_text_and_no_page_of_others_may_frame_or_connect",),
        (
            Edit(
                f"{SIGNALLING}/server.py",
                '        host = str(environ.get("HTTP_HOST", ""))\n',
                '        return True\n        host = str(environ.get("HTTP_HOST", ""))\n',
            ),
        ),
    ),
    Defence(
        "the log says who connects",
        ("test_a20_nobody_learns_anothers_address",),
        (
            Edit(
                f"{SIGNALLING}/engine.py",
                "            await self._websocket.prepare(self._request)\n",
                "            await self._websocket.prepare(self._request)\n"
                "            logger.info('socket_open %s', self._request.remote)\n",
            ),
        ),
    ),
)

SOCKETS = (
    Defence(
        "an m-line of data channels is passed over",
        ("test_a09_there_are_no_data_channels",),
        (
            Edit(
                f"{SDP}/section.py",
                '        if media not in ("audio", "video"):\n',
                """        if media == "application":
            media, port, self.protocol = "audio", "0", "UDP/TLS/RTP/SAVPF"
            parts = [media, port, self.protocol, "0"]
        if media not in ("audio", "video"):
""",
            ),
        ),
    ),
    Defence(
        "packets and frames that nobody knows are passed over",
        ("test_a12_binary_placeholders_end_the_socket",),
        (
            Edit(
                f"{SIGNALLING}/guard.py",
                '            self._counters.add("packets_malformed")\n            connection.cut()\n',
                '            self._counters.add("packets_malformed")\n',
            ),
            Edit(
                f"{SIGNALLING}/engine.py",
                '                    self._engine.counters.add("frames_malformed")\n                    return\n',
                '                    self._engine.counters.add("frames_malformed")\n',
            ),
            Edit(
                f"{SIGNALLING}/engine.py",
                '        self._engine.counters.add("frames_malformed")\n        return False\n',
                "        return True\n",
            ),
        ),
    ),
    Defence(
        "frames may be compressed",
        ("test_a12_compression_bomb_is_not_unpacked",),
        (Edit(f"{SIGNALLING}/engine.py", "compress=False, autoping=False", "compress=True, autoping=False"),),
    ),
    Defence(
        "a message may be of any length",
        ("test_a12_message_in_tiny_fragments_is_bounded",),
        (Edit(f"{SIGNALLING}/engine.py", "max_msg_size=engine.max_http_buffer_size", "max_msg_size=0"),),
    ),
    Defence(
        "polling is there",
        ("test_a12_polling_is_not_there",),
        (
            Edit(f"{SIGNALLING}/guard.py", 'transports=["websocket"],', 'transports=["polling", "websocket"],'),
            Edit(
                f"{SIGNALLING}/engine.py",
                'if request.method != "GET" or "sid" in request.query or not ',
                "if False and not ",
            ),
            Edit(
                f"{SIGNALLING}/engine.py",
                "        sid = self.generate_id()\n",
                """        if transport == "polling":
            return {"status": "200 OK", "headers": [], "response": b"0"}
        sid = self.generate_id()
""",
            ),
        ),
    ),
    Defence(
        "idle connections have no maximum",
        ("test_a19_crowd_of_half_requests_keeps_no_one_out",),
        (Edit(f"{API}/idle.py", "MAX_IDLE = 1_000", "MAX_IDLE = 100_000"),),
    ),
    Defence(
        "sockets without a seat have no maximum",
        ("test_a19_sockets_that_never_join_keep_no_one_out",),
        (Edit(f"{SIGNALLING}/guard.py", "MAX_STRANGERS = 500", "MAX_STRANGERS = 100_000"),),
    ),
    Defence(
        "rooms have no maximum",
        ("test_a19_rooms_without_end_are_refused",),
        (
            Edit(
                "src/vdxmedia/hub/room_book.py",
                '        if len(self._rooms) >= self._limits.rooms:\n            self._counters.add("rooms_full")\n',
                '        if len(self._rooms) < 0:\n            self._counters.add("rooms_full")\n',
            ),
        ),
    ),
    Defence(
        "frames and commands of a socket are not counted",
        ("test_v17_3_1_signalling_goes_on_during_floods_of_messages_and_connections",),
        (
            Edit(
                f"{SIGNALLING}/engine.py",
                "FRAMES_PER_S, FRAMES_BURST = 100.0, 200.0",
                "FRAMES_PER_S, FRAMES_BURST = 1e9, 1e9",
            ),
        ),
    ),
    Defence(
        "what is no JSON goes on as a fault of ours",
        ("test_v17_3_2_signalling_goes_on_after_malformed_messages",),
        (
            Edit(
                f"{SIGNALLING}/packet.py",
                '            raise Garbage("no JSON, or not what the type needs") from error\n',
                "            raise RuntimeError from error\n",
            ),
        ),
    ),
)

BY_THE_PROXY = (
    Defence(
        "every upgrade is passed on, and a refused one leaves the connection open",
        ("test_a13_upgrade_that_fails_opens_no_tunnel_to_what_the_proxy_hides",),
        (Edit(NGINX, "    location = /metrics {\n        return 404;\n    }\n", ""),),
    ),
)

DEFENCES = (*IN_THE_RELAY, *CONNECTING, *MEDIA, *TURN, *OVER_HTTP, *SOCKETS, *BY_THE_PROXY)

HELD_BY_OTHERS = {
    "test_a13_request_whose_end_two_could_see_in_two_places_is_refused_by_proxy_and_server": "nginx's own reading",
    "test_a13_body_of_an_upgrade_is_no_request": "aiohttp's own reading",
    "test_v17_2_4_call_goes_on_while_somebody_sends_rubbish": "several: a panic in the parser ends its sender alone",
}
"""Tests without a row, and what holds their attack: programs of others, or more than one switch takes out."""
