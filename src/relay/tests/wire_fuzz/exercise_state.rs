//! What is asked of the parts that remember: they survive any sequence of what one may send, whether a stranger sends it or
//! a participant with the right keys, and what goes out to others is whole. As `exercise.rs`, shared by both runs.
//!
//! Inputs are scripts: a byte that says what to do, one with a length, and as many bytes for it.

use vdx_relay::congestion::{MAX_BPS, MAX_SENT, MIN_BPS, SendSide};
use vdx_relay::forwarder::Forwarder;
use vdx_relay::srtp::{Inbound, Outbound, Profile, SendGuard};
use vdx_relay::wire::dependency_descriptor::MAX_DESCRIPTOR_LEN;
use vdx_relay::wire::framing::{HEAD_LEN, next_frame, whole_frames};
use vdx_relay::wire::rtcp::{NtpTime, Rtcp, RtcpPackets};
use vdx_relay::wire::rtp::RtpHeader;
use vdx_relay::wire_api::{Command, SlotKind};

use crate::common::camera::Camera;
use crate::common::described::{DESCRIPTOR, with_codecs};
use crate::common::{List, World, camera, microphone, slots};

/// Actions of one input at most: more would be slow, and find nothing else.
const MAX_ACTIONS: usize = 64;
const MAX_FRAME_LEN: usize = 2048;

/// Splits a script into its actions.
struct Script<'a>(&'a [u8]);

impl<'a> Iterator for Script<'a> {
    type Item = (u8, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (&[action, len], rest) = self.0.split_first_chunk()?;
        let (bytes, next) = rest.split_at(rest.len().min(usize::from(len)));
        self.0 = next;
        Some((action, bytes))
    }
}

/// A stream of bytes as it comes by TCP, in two pieces.
pub fn framing(stream: &[u8]) {
    let cut = stream.first().map_or(0, |byte| usize::from(*byte).min(stream.len()));
    for came in [stream, &stream[..cut], &stream[cut..]] {
        let Some(whole) = whole_frames(came, MAX_FRAME_LEN) else { continue };
        assert!(whole <= came.len());
        let (mut from, mut read) = (0, 0);
        while let Some(frame) = next_frame(came, &mut from, whole) {
            assert!(frame.end <= whole && frame.len() <= MAX_FRAME_LEN);
            read += HEAD_LEN + frame.len();
        }
        assert_eq!((read, from), (whole, whole));
        let rest = &came[whole..];
        assert!(rest.len() < HEAD_LEN + MAX_FRAME_LEN, "a begin of a frame has its bound");
        assert_eq!(whole_frames(rest, MAX_FRAME_LEN), Some(0));
    }
}

/// One command from Python, and the same again, to a forwarder that knows nobody.
pub fn command(message: &[u8]) {
    let Ok(command) = Command::decode(message) else { return };
    assert_eq!(Command::decode(&command.encode()).as_ref(), Ok(&command));
    let mut forwarder = Forwarder::new(NtpTime(0), 1);
    let mut sink = List::default();
    forwarder.handle_command(command.clone(), &mut sink, 0);
    forwarder.handle_command(command, &mut sink, 1_000);
    forwarder.handle_timeout(&mut sink, 5_000);
}

/// Feedback as the send side of one way hears it, between packets that left.
pub fn feedback(script: &[u8]) {
    let mut send_side = SendSide::new(0);
    let (mut sequence, mut now_us) = (0_u16, 0_u64);
    for (action, bytes) in Script(script).take(MAX_ACTIONS) {
        match action % 8 {
            0..=3 => {
                for packet in RtcpPackets::new(bytes).flatten() {
                    match packet {
                        Rtcp::TransportFeedback(feedback) => send_side.on_feedback(&feedback, now_us),
                        Rtcp::Remb(remb) => send_side.on_remb(remb.bitrate_bps, now_us),
                        _ => {}
                    }
                }
            }
            4 => now_us += bytes.iter().map(|byte| u64::from(*byte) * 1_000).sum::<u64>(),
            5 => send_side.set_wish_bps(bytes.iter().fold(0, |wish, byte| wish << 8 | u64::from(*byte))),
            6 => send_side.on_round_trip(bytes.iter().fold(0, |long, byte| long << 8 | u64::from(*byte))),
            _ => {
                for byte in bytes {
                    send_side.on_sent(sequence, u32::from(*byte) * 8, now_us, None);
                    sequence = sequence.wrapping_add(if *byte == 0xFF { 0x4000 } else { 1 });
                }
            }
        }
        now_us += 1_000;
        send_side.on_time(now_us);
        if let Some(probe) = send_side.probe(now_us) {
            assert!(probe.bps <= MAX_BPS * 3);
            send_side.on_sent(sequence, 250, now_us, Some(probe.id));
            sequence = sequence.wrapping_add(1);
        }
        assert!((MIN_BPS..=MAX_BPS).contains(&send_side.estimate_bps()));
        assert!((0.0..=1.0).contains(&send_side.loss()));
        assert!(send_side.memory() <= MAX_SENT * 8);
    }
}

/// Datagrams to one who has keys: forged ones never open and change nothing, genuine ones open once, whatever came
/// between.
pub fn srtp(script: &[u8]) {
    let Some((first, script)) = script.split_first() else { return };
    let profile = if first & 1 == 0 { Profile::AeadAes128Gcm } else { Profile::Aes128CmSha1_80 };
    let master = [0x5A; 30];
    let mut outbound = Outbound::new(profile, &master[..profile.master_len()]).unwrap();
    let mut inbound = Inbound::new(profile, &master[..profile.master_len()]).unwrap();
    let mut guard = SendGuard::new(7);
    let mut index = 1_u64;
    for (action, bytes) in Script(script).take(MAX_ACTIONS) {
        let mut datagram = vec![0; bytes.len() + 64];
        match action % 4 {
            0 => {
                assert!(inbound.open_rtp(&mut bytes.to_vec()).is_err(), "forged");
                assert!(inbound.open_rtcp(&mut bytes.to_vec()).is_err(), "forged");
            }
            1 => {
                // The sequence number goes on by up to 2^14 (RFC 3711 §3.3.1 follows up to 2^15).
                index += 1 + u64::from(action >> 2) * 256;
                let mut plain = [&[0x80, 96, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7], bytes].concat();
                plain[2..4].copy_from_slice(&(index as u16).to_be_bytes());
                let len = outbound
                    .seal_from(&plain[..12], &[], &plain[12..], &mut datagram, guard.claim(index).unwrap())
                    .unwrap();
                if let Some(at) = bytes.first().map(|byte| usize::from(*byte) % len) {
                    let mut forged = datagram[..len].to_vec();
                    forged[at] ^= 0x20;
                    assert!(inbound.open_rtp(&mut forged).is_err(), "changed at {at}");
                }
                let again = datagram[..len].to_vec();
                let opened = inbound.open_rtp(&mut datagram[..len]).unwrap();
                assert_eq!((opened.index, &datagram[..opened.len]), (index, &plain[..]));
                assert!(inbound.open_rtp(&mut again.clone()).is_err(), "replayed");
            }
            2 => {
                let plain = [&[0x80, 201, 0, 1, 0, 0, 0, 7], bytes].concat();
                datagram[..plain.len()].copy_from_slice(&plain);
                let len = outbound.seal_rtcp(&mut datagram, plain.len()).unwrap();
                let again = datagram[..len].to_vec();
                assert_eq!(inbound.open_rtcp(&mut datagram[..len]), Ok(plain.len()));
                assert_eq!(datagram[..plain.len()], plain);
                assert!(inbound.open_rtcp(&mut again.clone()).is_err(), "replayed");
            }
            _ => {
                // As another SSRC, cut off.
                let mut stranger = SendGuard::new(u32::from(action));
                let header = [0x80, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, action];
                let claim = stranger.claim(1).unwrap();
                let len = outbound.seal_from(&header, &[], bytes, &mut datagram, claim).unwrap();
                assert!(inbound.open_rtp(&mut datagram[..len - 1]).is_err(), "cut");
            }
        }
    }
}

const PUBLISHERS: [u64; 2] = [1, 2];
const VIEWER: u64 = 4;
const RIDS: [&str; 3] = ["q", "h", "f"];

/// A call of two who publish and one who looks, in which anyone with keys may send anything: the relay survives it, and
/// what reaches the viewer opens, has one CSRC, which is of a source that he may see, and one of his slots' SSRCs.
pub fn call(script: &[u8]) {
    let mut world = World::new();
    for id in PUBLISHERS {
        let source = id as u32;
        let lines = vec![camera("0", 10 + source, &RIDS), microphone("1", 20 + source, 70 + source)];
        world.connect_as(with_codecs(World::add_peer(id, lines, slots(1))));
        world.allow(10 + source);
        world.allow(20 + source);
    }
    world.connect_as(with_codecs(World::add_peer(VIEWER, vec![camera("0", 14, &RIDS)], slots(2))));
    let mut cameras = PUBLISHERS.map(|id| Camera::new(id, 10 + id as u32, "0", &RIDS, 5_000 * id as u32));
    world.bind(VIEWER, SlotKind::Video, 0, 11, 2);
    world.bind(VIEWER, SlotKind::Video, 1, 12, 1);
    for camera in &mut cameras {
        camera.frame(&mut world, |world, id, packet, index| world.send(id, &packet, index));
    }
    // Indices of hostile streams; those of the cameras go on beside them.
    let mut indices = [[100_u64; 8]; 5];
    for (action, bytes) in Script(script).take(MAX_ACTIONS) {
        let id = [1, 2, VIEWER][usize::from(action >> 4) % 3];
        match action & 0x0F {
            0 => world.datagram(World::route_of(id), bytes.to_vec()),
            1 => world.datagram(World::route_of(99), bytes.to_vec()),
            2..=5 => hostile_rtp(&mut world, id, bytes, &mut indices[id as usize]),
            6..=8 if bytes.len() >= 8 => world.send_rtcp(id, bytes),
            9 => world.run_ms(bytes.iter().map(|byte| u64::from(*byte)).sum::<u64>().min(2_000)),
            10 => world.check(id, action & 0x40 == 0),
            11 => {
                let source = [0, 11, 12, 14, 21, 999][usize::from(bytes.first().copied().unwrap_or(0)) % 6];
                world.bind(VIEWER, SlotKind::Video, u16::from(action >> 6), source, action >> 6);
            }
            12 => world.gate(u32::from(bytes.first().copied().unwrap_or(0)) % 16, 1, action & 0x40 == 0),
            13 if bytes.first() == Some(&1) => world.command(Command::SetHears { peer: VIEWER, classes: 1 }),
            13 if bytes.first() == Some(&2) => world.command(Command::RemovePeer { peer: 2 }),
            _ => {
                let camera = &mut cameras[usize::from(action >> 4) % 2];
                if world.clients.contains_key(&camera.client) {
                    camera.react(&mut world);
                    camera.frame(&mut world, |world, id, packet, index| world.send(id, &packet, index));
                }
            }
        }
    }
    world.run_ms(100);
    for packet in world.take_rtp(VIEWER) {
        assert!(matches!(packet.ssrc, 100..=102 | 1_000..=1_001 | 2_000..=2_001), "{}", packet.ssrc);
        assert!(matches!(packet.csrcs[..], [11 | 12 | 21 | 22]), "{:?}", packet.csrcs);
        assert!(packet.extensions.get(&DESCRIPTOR).is_none_or(|data| (3..=MAX_DESCRIPTOR_LEN).contains(&data.len())));
    }
    assert_eq!(world.forwarder.counters().panics, 0);
    assert_eq!(world.forwarder.counters().dropped_seal, 0, "an index twice");
}

/// Plain RTP of any form, sealed with the right keys: the first byte chooses the stream, and how its number goes on.
fn hostile_rtp(world: &mut World, id: u64, bytes: &[u8], indices: &mut [u64; 8]) {
    let Some((&first, rest)) = bytes.split_first() else { return };
    let mut plain = rest.to_vec();
    plain.resize(plain.len().max(12), 0);
    let place = usize::from(first & 7);
    let steps = [1, 2, 20, 1_000, 30_000, 65_536, 1, 1];
    indices[place] += steps[usize::from(first >> 3) & 7];
    let index = indices[place];
    let declared = 70 + id as u32;
    let ssrc = [declared, 9_001, 9_002, 9_003, 9_004, 9_005, 9_006, 9_007][place];
    plain[0] = plain[0] & 0x3F | 0x80;
    if RtpHeader::parse(&plain).is_ok() {
        world.send_plain(id, &plain, ssrc, index);
    }
}
