//! The seed corpus: made by our writers and by hand, kept as files so that libFuzzer starts from the same.

use vdx_relay::wire::extension::Extension;
use vdx_relay::wire::red::{self, Redundant};
use vdx_relay::wire::rtcp::{self, FeedbackHead, NtpTime, ReportBlock, SenderInfo};
use vdx_relay::wire::rtp::HeaderWriter;
use vdx_relay::wire::stun::{self, BindingRequest, ErrorCode, IntegrityKey, Role};
use vdx_relay::wire_api::{Command, SlotKind};

use super::exercise::PASSWORD;
use crate::common::described::{AV1, DESCRIPTOR, VP9};

/// One file of the corpus.
pub struct Seed {
    /// The directory, and the name of the function in `exercise`.
    pub target: &'static str,
    /// The file without `.bin`.
    pub name: &'static str,
    pub bytes: Vec<u8>,
}

/// Every seed that is made here; captured ones are only files.
pub fn made() -> Vec<Seed> {
    let mut seeds = Vec::new();
    let mut add = |target, name, bytes| seeds.push(Seed { target, name, bytes });
    stun_seeds(&mut add);
    rtp_seeds(&mut add);
    rtcp_seeds(&mut add);
    add("extension", "one_byte", vec![0x10, 0x9E, 0x21, 0xB0, 0xB1, 0, 0, 0x32, 1, 2, 3, 0x40, b'h', 0xF0]);
    add("extension", "two_byte", vec![1, 0, 2, 1, 0xBB, 0, 3, 3, 1, 2, 3, 16, 1, b'q', 0, 0]);
    add("vp8", "keyframe_browser", vec![0x90, 0xE0, 0x92, 0x34, 0x56, 0x20, 0x10, 0x02, 0, 0x9D, 0x01, 0x2A]);
    add("vp8", "delta_key_index", vec![0x80, 0xF0, 0x7F, 0x56, 0x67, 0x31, 0xFF]);
    add("vp8", "smallest", vec![0x10, 0x00]);
    add("vp8", "no_reference_partition_3", vec![0xA3, 0x20, 0x80, 0x55]);
    add("h264", "stap_a", vec![0x78, 0, 4, 0x67, 0x42, 0xE0, 0x1F, 0, 4, 0x68, 0xCE, 0x3C, 0x80, 0, 2, 0x65, 0x88]);
    add("h264", "fu_a_start", vec![0x7C, 0x85, 0x88, 0x84]);
    add("h264", "fu_a_end", vec![0x7C, 0x45, 0x88, 0x84]);
    add("h264", "single_idr", vec![0x65, 0x88, 0x84]);
    let block = |offset, payload| Redundant { payload_type: 111, offset, payload };
    let red = |blocks: &[Redundant<'_>]| written(|out| red::write(out, blocks, 111, b"primary"));
    add("red", "chromium", red(&[block(960, b"before")]));
    add("red", "two_blocks", red(&[block(1_920, b"first"), block(960, b"second")]));
    add("red", "primary_alone", red(&[]));
    add("red", "most_blocks", red(&[block(960, b"x"); red::MAX_REDUNDANT]));
    add("red", "empty_block_and_largest_offset", red(&[block(red::OFFSET_END - 1, b"")]));
    add(
        "vp9",
        "keyframe_structure",
        vec![0xAA, 0x92, 0x34, 0x10, 0x56, 0x38, 1, 64, 0, 180, 2, 128, 1, 104, 1, 4, 1, 0x82],
    );
    add("vp9", "flexible_delta", vec![0xFC, 0x7F, 0x53, 0x03, 0x04, 0x99]);
    add("vp9", "smallest", vec![0x08, 0x82]);
    // Three temporal levels (appendix A.6.1) with a keyframe, then one frame of each template, then one of its own.
    let mut elements = vec![L1T3_KEYFRAME.len() as u8];
    elements.extend(L1T3_KEYFRAME);
    for template in 1..=4 {
        elements.extend([3, 0xC0 | template, 0xFF, 0xFE + (template & 1)]);
    }
    elements.extend([9, 0xC3, 1, 2, 0x7E, 0x53, 0x40, 0x32, 0x19, 0x00]);
    add("dependency_descriptor", "l1t3", elements);
    let mut keyframe = vec![L1T3_KEYFRAME.len() as u8];
    keyframe.extend(L1T3_KEYFRAME);
    add("dependency_descriptor", "keyframe", keyframe);
    // References and chains of its own, as Chromium sends them; then a bitmask of its own.
    let mut captured = Vec::new();
    for element in [&CAPTURED_KEYFRAME[..], &[0xC3, 0, 4, 0x1A, 0x20, 0x10], &[0xC1, 0, 6, 0x4E, 0x32], &[0x40, 0, 6]] {
        captured.push(element.len() as u8);
        captured.extend(element);
    }
    add("dependency_descriptor", "captured", captured);
    control_seeds(&mut add);
    state_seeds(&mut add);
    described_seeds(&mut add);
    seeds
}

/// Ancillary data as Linux has it on 64 bits, little end first: length, level, type, data, each item from a multiple of 8.
fn control_seeds(add: &mut impl FnMut(&'static str, &'static str, Vec<u8>)) {
    let item = |len: u64, level: u32, kind: u32, content: &[u8]| {
        let mut item = [&len.to_le_bytes()[..], &level.to_le_bytes(), &kind.to_le_bytes(), content].concat();
        item.resize(item.len().next_multiple_of(8), 0);
        item
    };
    let ipv4 = item(28, 0, 8, &[1, 0, 0, 0, 127, 0, 0, 1, 192, 0, 2, 7]);
    let ipv6 = item(36, 41, 50, &[0x20, 1, 0xD, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9, 2, 0, 0, 0]);
    let segments = item(20, 17, 104, &[0xB0, 4, 0, 0]);
    add("control", "ipv4", ipv4.clone());
    add("control", "ipv6", ipv6.clone());
    add("control", "behind_another", [&segments[..], &ipv6].concat());
    add("control", "cut", [&segments[..], &segments, &ipv4[..16]].concat());
    add("control", "longer_than_all", item(u64::MAX - 40, 17, 104, &ipv4));
}

/// Actions of a script, each with the length of what it is given.
fn script(actions: &[(u8, &[u8])]) -> Vec<u8> {
    actions.iter().flat_map(|(action, bytes)| [&[*action, bytes.len() as u8], *bytes].concat()).collect()
}

fn state_seeds(add: &mut impl FnMut(&'static str, &'static str, Vec<u8>)) {
    add("framing", "two_and_a_begin", vec![0, 3, 1, 2, 3, 0, 1, 9, 0, 200, 7]);
    add("framing", "empty_frames", vec![0, 0, 0, 0, 0, 2, 8, 0]);
    add("framing", "too_long", vec![0, 1, 5, 8, 1, 0]);
    let join = crate::common::World::add_peer(
        1,
        vec![crate::common::camera("0", 11, &["q", "h", "f"]), crate::common::microphone("1", 12, 5)],
        crate::common::measured_slots(1),
    );
    let commands = [
        ("add_peer", Command::AddPeer(Box::new(join))),
        ("set_keys", Command::SetKeys { peer: 1, profile: 7, receive: vec![1; 28], send: vec![2; 28] }),
        ("send_dtls", Command::SendDtls { peer: 1, datagram: vec![22; 20] }),
        (
            "bind_slot",
            Command::BindSlot { peer: 1, kind: SlotKind::Video, index: 0, source: 11, max_layer: 2, priority: 1 },
        ),
        ("set_gate", Command::SetGate { room: 1, source: 11, gate: 1, open: true }),
        ("close_room", Command::CloseRoom { room: 1 }),
    ];
    for (name, command) in commands {
        add("command", name, command.encode());
    }
    let head = FeedbackHead { sender_ssrc: 1, media_ssrc: 2, base_sequence: 0, feedback_count: 0 };
    let of = |arrivals: &[Option<u64>]| {
        written(|out| Some(rtcp::write_transport_feedback(out, &head, arrivals.iter().copied())?.len))
    };
    let steady = of(&[Some(64_000), Some(66_000), None, Some(70_000), Some(71_000)]);
    let late = of(&[Some(64_000), Some(164_000), Some(364_000), None, None, None]);
    let remb = written(|out| rtcp::write_remb(out, 1, 900_000, &[2]));
    add("feedback", "steady", script(&[(7, &[150; 5]), (4, &[50]), (0, &steady), (7, &[150; 5]), (4, &[255; 8])]));
    add("feedback", "late_and_remb", script(&[(7, &[150; 6]), (4, &[99]), (0, &late), (0, &remb), (6, &[0, 90, 0])]));
    for (name, profile) in [("gcm", 0), ("cm", 1)] {
        let whole =
            script(&[(0, &[0x80; 40]), (1, b"first"), (0xFD, b"far"), (2, b"report"), (3, b"stranger"), (1, b"")]);
        add("srtp", name, [&[profile], &whole[..]].concat());
    }
    // Hostile RTP with an extension block, a redundant sound, retransmissions; RTCP storms; time, gates, bindings.
    let mut rtp =
        vec![1, 0x90, 96, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0xBE, 0xDE, 0, 2, 0x10, b'0', 0x20, b'q', 0x40, 0x9E, 0, 0];
    rtp.extend([0x90, 0xE0, 0x92, 0x34, 0x56, 0x20, 0x10, 0x02, 0, 0x9D, 0x01, 0x2A]);
    let sound = [0, 0x80, 111, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 1, 2, 3, 4];
    let redundant = [0, 0x80, 63, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0xEF, 0x0F, 0, 2, 111, 1, 2, 3];
    let padded = [0, 0xA0, 111, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 1, 2, 3, 200];
    let nack = written(|out| rtcp::write_nack(out, 1, 1000, &[1, 2, 3, 900]));
    let loss = written(|out| rtcp::write_picture_loss(out, 1, 1000));
    add(
        "call",
        "publisher",
        script(&[(2, &rtp), (0x0F, b""), (3, &sound), (4, &redundant), (2, &padded), (9, &[50]), (0x1F, b"")]),
    );
    add(
        "call",
        "viewer",
        script(&[(0x26, &nack), (0x26, &loss), (0x0F, b""), (9, &[200, 200]), (0x26, &remb), (0x2B, &[1])]),
    );
    add(
        "call",
        "stranger",
        script(&[(0, &[0x80, 96, 0, 1]), (1, &[0, 1, 0, 0]), (0x10, &[22; 40]), (13, &[2]), (9, &[255; 8])]),
    );
}

/// A call in which a picture is described: AV1 with its descriptor in the two-byte form, VP9 with and without one.
fn described_seeds(add: &mut impl FnMut(&'static str, &'static str, Vec<u8>)) {
    let rtp = |payload_type: u8, descriptor: &[u8], payload: &[u8]| {
        let mut block = vec![1, 1, b'0', 2, 1, b'f', DESCRIPTOR, descriptor.len() as u8];
        block.extend(descriptor);
        block.resize(block.len().next_multiple_of(4), 0);
        let head = [1, 0x90, payload_type, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0x10, 0, 0, (block.len() / 4) as u8];
        [&head[..], &block, payload].concat()
    };
    let delta = [0xC3, 0xFF, 0xFF];
    let (key, more) = (rtp(AV1, &L1T3_KEYFRAME, &[0x18, 0x0A, 1]), rtp(AV1, &delta, &[0x10, 0x32, 1]));
    let own = rtp(AV1, &[0xC3, 1, 2, 0x7E, 0x53, 0x40, 0x32, 0x19, 0x00], &[0x10, 0x32, 1]);
    let vp9 = [0xAA, 0x92, 0x34, 0x10, 0x56, 0x38, 1, 64, 0, 180, 2, 128, 1, 104, 1, 4, 1, 0x82];
    let (plain, both) = (rtp(VP9, &[], &vp9), rtp(VP9, &L1T3_KEYFRAME, &vp9));
    let flexible = rtp(VP9, &delta, &[0xFC, 0x7F, 0x53, 0x03, 0x04, 0x99]);
    add("call", "av1", script(&[(2, &key), (3, &more), (2, &own), (9, &[50]), (2, &more), (2, &key)]));
    add("call", "vp9", script(&[(2, &plain), (3, &flexible), (2, &both), (9, &[50]), (2, &flexible), (2, &key)]));
}

/// `tests/data/descriptors/README.md` says where it is from.
const CAPTURED_KEYFRAME: [u8; 20] = [
    0xC0, 0x00, 0x02, 0x80, 0x02, 0x14, 0xEA, 0xA8, 0x60, 0x41, 0x4D, 0x14, 0x10, 0x20, 0x84, 0x27, 0x02, 0x7F, 0x01,
    0x67,
];

/// By hand from appendix A of the AV1 payload format.
const L1T3_KEYFRAME: [u8; 21] = [
    0x80, 0xFF, 0xFE, 0x80, 0x02, 0x14, 0xEA, 0xAA, 0x44, 0x10, 0x4D, 0x14, 0x10, 0x20, 0x10, 0x84, 0xE0, 0x9F, 0xE0,
    0x59, 0xE0,
];

fn written(write: impl FnOnce(&mut [u8]) -> Option<usize>) -> Vec<u8> {
    let mut out = vec![0; 1200];
    let len = write(&mut out).expect("a seed fits 1200 bytes");
    out.truncate(len);
    out
}

fn stun_seeds(add: &mut impl FnMut(&'static str, &'static str, Vec<u8>)) {
    let key = IntegrityKey::new(PASSWORD);
    let id = *b"transaction1";
    let check = BindingRequest {
        remote_ufrag: b"ours",
        local_ufrag: b"theirs",
        priority: 0x6E00_1EFF,
        role: Role::Controlling(0x0123_4567_89AB_CDEF),
        use_candidate: true,
    };
    let conflict = BindingRequest { role: Role::Controlled(1), use_candidate: false, ..check };
    add("stun", "check", written(|out| stun::write_request(out, &id, &check, &key)));
    add("stun", "check_in_conflict", written(|out| stun::write_request(out, &id, &conflict, &key)));
    for (name, address) in [("success_ipv4", "192.0.2.1:32853"), ("success_ipv6", "[2001:db8::1]:443")] {
        let address = address.parse().expect("an address");
        add("stun", name, written(|out| stun::write_success(out, &id, address, &key)));
    }
    let code = ErrorCode::UnknownAttribute;
    add("stun", "error_420", written(|out| stun::write_error(out, &id, code, &[0x7777], Some(&key))));
    add("stun", "error_401", written(|out| stun::write_error(out, &id, ErrorCode::Unauthenticated, &[], None)));
    // Without integrity and fingerprint mutations get deep: ICE attributes, and one unknown that is required.
    let plain = b"\x00\x01\x00\x30\x21\x12\xA4\x42transaction1\
        \x00\x06\x00\x03a:b\x00\x00\x25\x00\x00\x00\x24\x00\x04\x6E\x00\x01\xFF\x80\x2A\x00\x08\x01\x02\x03\x04\x05\x06\x07\x08\
        \x77\x77\x00\x02xy\x00\x00\xC0\x57\x00\x00";
    add("stun", "plain", plain.to_vec());
}

fn rtp_seeds(add: &mut impl FnMut(&'static str, &'static str, Vec<u8>)) {
    let fields = HeaderWriter {
        is_marked: true,
        has_padding: false,
        payload_type: 96,
        sequence: 0xFFFE,
        timestamp: 0x1234_5678,
        ssrc: 0xDEAD_BEEF,
        source: 7,
    };
    let short =
        [Extension { id: 4, data: b"12" }, Extension { id: 3, data: &[0, 1] }, Extension { id: 1, data: &[0x9E] }];
    let long = [Extension { id: 16, data: b"h" }, Extension { id: 2, data: &[] }];
    let with_payload = |extensions: &[Extension<'_>]| {
        written(|out| {
            let len = fields.write(out, extensions)?;
            out.get_mut(len..len + 8)?.copy_from_slice(&[0x90, 0xE0, 0x92, 0x34, 0x56, 0x20, 0x10, 0x02]);
            Some(len + 8)
        })
    };
    add("rtp", "plain", with_payload(&[]));
    add("rtp", "one_byte_extensions", with_payload(&short));
    add("rtp", "two_byte_extensions", with_payload(&long));
    add(
        "rtp",
        "probe",
        written(|out| {
            let len = HeaderWriter { has_padding: true, source: 0, ..fields }.write(out, &short)?;
            *out.get_mut(len + 199)? = 200;
            Some(len + 200)
        }),
    );
}

fn rtcp_seeds(add: &mut impl FnMut(&'static str, &'static str, Vec<u8>)) {
    let info = SenderInfo { ntp: NtpTime(1 << 40), rtp_timestamp: 90_000, packet_count: 3, octet_count: 3000 };
    let block = ReportBlock {
        ssrc: 2,
        fraction_lost: 25,
        cumulative_lost: -1,
        highest_sequence: 0x1_0005,
        jitter: 90,
        last_sender_report: 0xB705_2000,
        delay_since_last: 0x5_4000,
    };
    let compound = |out: &mut [u8]| {
        let mut len = rtcp::write_sender_report(out, 1, &info, &[block])?;
        len += rtcp::write_source_description(out.get_mut(len..)?, 1, "someone")?;
        len += rtcp::write_nack(out.get_mut(len..)?, 1, 2, &[0xFFFE, 1, 40])?;
        len += rtcp::write_picture_loss(out.get_mut(len..)?, 1, 2)?;
        len += rtcp::write_full_intra_request(out.get_mut(len..)?, 1, 2, 3)?;
        Some(len + rtcp::write_goodbye(out.get_mut(len..)?, &[1])?)
    };
    add("rtcp", "compound", written(compound));
    add("rtcp", "receiver_report", written(|out| rtcp::write_receiver_report(out, 1, &[block, block])));
    add("rtcp", "nack", written(|out| rtcp::write_nack(out, 1, 2, &[0xFFF0, 0xFFFF, 0, 9, 100])));
    add("rtcp", "remb", written(|out| rtcp::write_remb(out, 1, 1_500_000, &[2, 3])));
    let head = FeedbackHead { sender_ssrc: 1, media_ssrc: 2, base_sequence: 0xFFF8, feedback_count: 3 };
    let steady = (0..40).map(|index| Some(1_000_000 + index * 5_000));
    let lossy = (0..60_u64).map(|index| (index % 3 != 0).then_some(9_000_000 + index * index * 1_000));
    let burst = (0..14_u64).map(|index| (index % 2 == 0).then_some(640_000));
    for (name, feedback) in [
        ("transport_run", written(|out| Some(rtcp::write_transport_feedback(out, &head, steady)?.len))),
        ("transport_two_bit", written(|out| Some(rtcp::write_transport_feedback(out, &head, lossy)?.len))),
        ("transport_one_bit", written(|out| Some(rtcp::write_transport_feedback(out, &head, burst)?.len))),
    ] {
        add("rtcp", name, feedback);
    }
}
