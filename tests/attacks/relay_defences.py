"""The relay's defences (see `defences`): behind a switch that only the copy has, so that it is built once."""

from __future__ import annotations

from tests.attacks.defence import Defence, Edit

RELAY = "src/relay/src"
SWITCH = "UNGUARDED"
"""The variable that names the defence that is off."""


def relay(path: str, old: str, new: str) -> Edit:
    return Edit(f"{RELAY}/{path}", old, new)


IN_THE_RELAY = (
    Defence(
        "DTLS from an address that has passed no check is for whoever came last",
        ("test_a01_strangers_client_hello_does_not_win_the_race",),
        (
            relay(
                "forwarder/datagrams.rs",
                "self.routes.get(&route).and_then(|at| self.peers.get_mut(*at)) else {",
                """self.routes.get(&route).copied().or_else(|| {
            let is_new = |at: &usize| self.peers.get(*at).is_some_and(|peer| peer.inbound.is_none());
            (0..self.peers.end()).rev().find(is_new).filter(|_| crate::is_off("consent"))
        }).and_then(|at| self.peers.get_mut(at)) else {""",
            ),
        ),
        "consent",
    ),
    Defence(
        "MESSAGE-INTEGRITY of a check is not looked at",
        (
            "test_a02_forged_checks_are_dropped_in_silence_and_end_nothing",
            "test_a07_strangers_get_not_a_byte_back",
            "test_v17_2_6_client_hello_behind_a_forged_check_does_not_win_the_race",
        ),
        (
            relay(
                "forwarder/datagrams.rs",
                "if !message.verify_integrity(&credentials.key) {",
                'if !crate::is_off("integrity") && !message.verify_integrity(&credentials.key) {',
            ),
        ),
        "integrity",
    ),
    Defence(
        "media from an unknown address is believed by its SSRC",
        ("test_a03_media_from_another_address_is_neither_taken_nor_answered",),
        (
            relay(
                "forwarder/datagrams.rs",
                """DatagramKind::Rtp => match self.routes.get(&route) {
                Some(&at) => {""",
                """DatagramKind::Rtp => match self.routes.get(&route).copied().or_else(|| {
                let ssrc = u32::from_be_bytes(datagram.get(8..12)?.try_into().ok()?);
                let sends = |at: &usize| {
                    let peer = self.peers.get(*at);
                    peer.is_some_and(|peer| peer.streams.iter().any(|stream| stream.ssrc == ssrc))
                };
                (0..self.peers.end()).find(sends).filter(|_| crate::is_off("address"))
            }) {
                Some(at) => {""",
            ),
        ),
        "address",
    ),
    Defence(
        "each forged packet is told to Python",
        ("test_a04_storm_of_forged_srtp_costs_little_and_no_one_a_packet",),
        (
            relay(
                "forwarder/media.rs",
                """            Err(error) => return self.count_refused(error),
        };
        peer.heard_us = now_us;""",
                """            Err(error) => {
                let peer = peer.id;
                if crate::is_off("storm") {
                    self.tell(Event::ConsentBack { peer });
                }
                return self.count_refused(error);
            }
        };
        peer.heard_us = now_us;""",
            ),
        ),
        "storm",
    ),
    Defence(
        "impossible padding is a panic",
        ("test_a05_misshapen_packets_of_a_participant_stop_nobody",),
        (
            relay(
                "wire/rtp.rs",
                "            return Err(RtpError::Padding);\n",
                '            assert!(!crate::is_off("padding"));\n            return Err(RtpError::Padding);\n',
            ),
        ),
        "padding",
    ),
    Defence(
        "DTLS datagrams of a connection are not counted",
        ("test_a06_dtls_fragments_neither_fill_nor_stop_the_server",),
        (
            relay(
                "forwarder/datagrams.rs",
                "|| !peer.dtls_budget.take(1, now_us)",
                '|| !(crate::is_off("dtls") || peer.dtls_budget.take(1, now_us))',
            ),
        ),
        "dtls",
    ),
    Defence(
        "keyframe requests are passed on as they come",
        ("test_a10_storm_of_feedback_is_not_passed_on",),
        (
            relay(
                "keyframes.rs",
                "let is_within = |sent_us: Option<u64>, us| ",
                'let is_within = |sent_us: Option<u64>, us| !crate::is_off("keyframes") && ',
            ),
        ),
        "keyframes",
    ),
    Defence(
        "a stream that was not offered is the first m-line's",
        ("test_a11_ssrc_mid_and_rid_of_others_move_no_packet_to_another_name",),
        (
            relay(
                "peer.rs",
                "let line = line.filter(|line| line.receive.kind == wanted)?;",
                """let any = self.lines.iter().find(|line| line.receive.kind == wanted);
        let any = any.filter(|_| crate::is_off("streams"));
        let line = line.filter(|line| line.receive.kind == wanted).or(any)?;""",
            ),
        ),
        "streams",
    ),
    Defence(
        "any number of SSRCs",
        ("test_a11_flood_of_tracks_is_cut",),
        (
            relay(
                "srtp/inbound.rs",
                "None if self.windows.len() >= MAX_INBOUND_SSRCS =>",
                'None if self.windows.len() >= MAX_INBOUND_SSRCS && !crate::is_off("ssrcs") =>',
            ),
        ),
        "ssrcs",
    ),
    Defence(
        "the gates stand open",
        ("test_a18_patched_guest_is_not_heard_without_the_floor",),
        (
            relay(
                "forwarder/media.rs",
                "let is_open = source.closed_gates == 0;",
                'let is_open = source.closed_gates == 0 || crate::is_off("gate");',
            ),
            relay(
                "source.rs",
                "&& self.closed_gates == 0 && self.classes & hears != 0",
                '&& (self.closed_gates == 0 || crate::is_off("gate")) && self.classes & hears != 0',
            ),
        ),
        "gate",
    ),
    Defence(
        "a wrong tag is as good as a right one",
        ("test_v17_2_3_what_is_not_authentic_is_neither_forwarded_nor_believed",),
        (
            relay(
                "srtp/inbound.rs",
                "gcm.open(ssrc, index, header, payload)?;",
                """let opened = gcm.open(ssrc, index, header, payload);
                if !crate::is_off("tag") {
                    opened?;
                }""",
            ),
        ),
        "tag",
    ),
    Defence(
        "a packet may come again",
        ("test_v17_2_3_what_is_not_authentic_is_neither_forwarded_nor_believed",),
        (
            relay(
                "srtp/inbound.rs",
                "if !window.is_fresh(index) {",
                'if !window.is_fresh(index) && !crate::is_off("replay") {',
            ),
        ),
        "replay",
    ),
    Defence(
        "a publisher may send what it can",
        ("test_v17_2_5_flood_of_a_participant_costs_the_others_nothing",),
        (
            relay(
                "forwarder/media.rs",
                "if !is_within && self.has_media_budget {",
                'if !is_within && self.has_media_budget && !crate::is_off("budget") {',
            ),
        ),
        "budget",
    ),
)
THE_SWITCH = relay(
    "lib.rs",
    "pub mod allocation;\n",
    """pub mod allocation;
/// Only in a copy whose defences are switched off.
#[allow(missing_docs)]
pub fn is_off(name: &str) -> bool {
    static OFF: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    OFF.get_or_init(|| std::env::var("UNGUARDED").unwrap_or_default()) == name
}
""",
)
