//! One packet's way: what is rewritten, what is passed on, and that nothing is allocated for it.

use crate::common;

use std::collections::{BTreeSet, HashMap};

use common::camera::{Camera, Stamp};
use common::stage::{BO, RIDS, SLOT, VIEWER, call};
use common::{Dice, Packet, World, camera, measured_slots, microphone, slots, sound};
use vdx_relay::sink::Sink;
use vdx_relay::socket::Route;
use vdx_relay::wire::rtcp::write_nack;
use vdx_relay::wire::stun::{BindingRequest, IntegrityKey, Role, write_request};
use vdx_relay::wire_api::{Event, Extensions, Payloads, Receive, SlotKind};

/// H.264 (RFC 6184): an access unit's packets.
fn h264(sequence: u64, timestamp: u32, payload: &[u8]) -> Packet {
    let mut packet = sound(5000, sequence, None);
    packet.payload_type = 102;
    packet.timestamp = timestamp;
    packet.payload = payload.to_vec();
    packet
}

#[test]
fn payload_types_and_extension_ids_are_those_of_each_peer() {
    let mut world = World::new();
    let mut firefox = World::add_peer(2, vec![microphone("0", 110, 5010)], Vec::new());
    firefox.payloads = Payloads { opus: 109, vp8: 120, vp8_rtx: 124, h264: 126, h264_rtx: 127, ..Payloads::default() };
    firefox.extensions =
        Extensions { audio_level: 9, mid: 3, playout_delay: 12, orientation: 11, ..Extensions::default() };
    world.connect_as(firefox);
    let mut other = World::add_peer(4, Vec::new(), measured_slots(0));
    other.extensions = Extensions { mid: 14, audio_level: 20, transport_cc: 2, ..Extensions::default() };
    world.connect_as(other);
    world.connect(6, Vec::new(), slots(0));
    world.allow(110);
    let mut packet = sound(5010, 1, None);
    packet.payload_type = 109;
    packet.extensions = HashMap::from([(9, vec![0x85]), (11, vec![1]), (12, vec![1, 2, 3])]);
    packet.csrcs = vec![0xDEAD];
    world.send(2, &packet, 1);
    let to_two_byte = world.take_rtp(4).remove(0);
    assert_eq!(to_two_byte.payload_type, 111);
    assert_eq!(to_two_byte.extensions, HashMap::from([(14, b"s0".to_vec()), (20, vec![0x85]), (2, vec![0, 0])]));
    let to_chrome = world.take_rtp(6).remove(0);
    assert_eq!(to_chrome.csrcs, [110], "the publisher's own CSRCs are gone");
    assert_eq!(to_chrome.extensions[&common::MID], b"s0");
    assert_eq!(to_chrome.extensions[&common::LEVEL], [0x85]);
    assert_eq!((&to_chrome.extensions[&7][..], &to_chrome.extensions[&8][..]), (&[1][..], &[1, 2, 3][..]));
}

/// 3GPP TS 26.114 §7.4.5: how a receiver turns a picture that a telephone sends as its camera lies.
#[test]
fn orientation_of_a_picture_goes_with_it_when_it_is_sent_again_and_changes_with_its_source() {
    const ORIENTATION: u8 = 7;
    let (mut world, mut cameras) = call();
    let film = |world: &mut World, cameras: &mut [Camera; 2]| {
        for _ in 0..12 {
            for (camera, turned) in cameras.iter_mut().zip([Some(1), None]) {
                camera.react(world);
                camera.frame(world, |world, client, mut packet, index| {
                    packet.extensions.extend(turned.map(|turned| (ORIENTATION, vec![turned])));
                    world.send(client, &packet, index);
                });
            }
            world.run_ms(50);
        }
        world.take_rtp(VIEWER)
    };
    let again = |world: &mut World, original: &Packet| {
        let mut plain = [0; 64];
        let len = write_nack(&mut plain, 1, SLOT, &[original.sequence]).expect("room");
        world.send_rtcp(VIEWER, &plain[..len]);
        let [again] = &world.take_rtp(VIEWER)[..] else { panic!("one answer") };
        assert_eq!((again.ssrc, again.payload_type), (SLOT + 1_000, 97));
        again.extensions.get(&ORIENTATION).cloned()
    };
    world.bind(VIEWER, SlotKind::Video, 0, 11, 2);
    let before = film(&mut world, &mut cameras);
    assert!(before.len() > 20 && before.iter().all(|packet| packet.extensions[&ORIENTATION] == [1]));
    assert_eq!(again(&mut world, before.last().expect("packets")), Some(vec![1]));
    world.bind(VIEWER, SlotKind::Video, 0, 22, 2);
    let after: Vec<Packet> = film(&mut world, &mut cameras).into_iter().filter(|it| it.csrcs == [22]).collect();
    assert!(after.len() > 20 && after.iter().all(|packet| !packet.extensions.contains_key(&ORIENTATION)));
    assert_eq!(again(&mut world, before.last().expect("packets")), Some(vec![1]), "as it was sent");
    assert_eq!(again(&mut world, after.last().expect("packets")), None);
    // A packet that the publisher sends again has it too.
    let mut line = camera("9", 33, &RIDS[..1]);
    (line.ssrc, line.rtx_ssrc) = (9_000, 9_010);
    world.command(vdx_relay::wire_api::Command::UpdatePeer(Box::new(World::update_peer(BO, vec![line], Vec::new()))));
    world.allow(33);
    world.bind(VIEWER, SlotKind::Video, 0, 33, 2);
    let mut picture = sound(9_000, 1, None);
    picture.payload_type = 96;
    picture.extensions.insert(ORIENTATION, vec![2]);
    for sequence in [1_u64, 3] {
        (picture.payload, picture.timestamp) =
            (vec![0x90, 0xE0, 0x80, sequence as u8, 1, 0, u8::from(sequence > 1), 9], 1);
        world.send(BO, &picture, sequence);
    }
    world.take_rtp(VIEWER);
    (picture.ssrc, picture.payload_type) = (9_010, 97);
    picture.payload = vec![0, 2, 0x90, 0xE0, 0x80, 2, 1, 0, 1, 9];
    world.send(BO, &picture, 1);
    let [repaired] = &world.take_rtp(VIEWER)[..] else { panic!("one packet") };
    assert_eq!((repaired.ssrc, &repaired.extensions[&ORIENTATION][..]), (SLOT, &[2][..]));
}

#[test]
fn packets_carry_only_what_their_m_line_negotiated() {
    let mut world = World::new();
    world.connect(2, vec![microphone("0", 110, 5010)], Vec::new());
    // As Firefox offers: its sound has neither abs-send-time nor orientation nor playout delay.
    let mut places = measured_slots(0);
    for slot in &mut places {
        slot.extensions =
            Some(Extensions { mid: common::MID, transport_cc: common::TRANSPORT, ..Extensions::default() });
    }
    places[1].transport_cc = false;
    world.connect(4, Vec::new(), places);
    world.allow(110);
    let mut packet = sound(5010, 1, Some(20));
    packet.extensions.extend([(7, vec![1]), (8, vec![1, 2, 3])]);
    world.send(2, &packet, 1);
    let carried = world.take_rtp(4).remove(0).extensions;
    assert_eq!(carried, HashMap::from([(common::MID, b"s0".to_vec()), (common::TRANSPORT, vec![0, 0])]));
    world.bind(4, SlotKind::Speaker, 1, 110, 0);
    world.send(2, &sound(5010, 2, Some(20)), 2);
    let carried = world.take_rtp(4).remove(0).extensions;
    assert_eq!(carried, HashMap::from([(common::MID, b"s1".to_vec())]));
}

/// An SSRC keeps its medium: sound under a camera's SSRC would come out of picture slots as sound, and be ranked.
#[test]
fn payload_type_of_another_medium_on_a_known_stream_is_dropped() {
    let mut world = World::new();
    let mut picture = camera("1", 121, &[]);
    picture.ssrc = 7000;
    world.connect(20, vec![microphone("0", 120, 6000), picture], Vec::new());
    world.connect(22, Vec::new(), slots(1));
    world.allow(120);
    world.allow(121);
    world.bind(22, SlotKind::Video, 0, 121, 2);
    let keyframe = |ssrc: u32, sequence: u64| {
        let mut packet = sound(ssrc, sequence, None);
        packet.payload_type = 96;
        packet.payload = vec![0x90, 0xE0, 0x80, 1, 1, 0, 0, 1, 2, 3];
        packet
    };
    world.send(20, &keyframe(7000, 1), 1);
    world.send(20, &sound(6000, 1, Some(10)), 1);
    assert_eq!(world.take_rtp(22).len(), 2);
    for sequence in 2..10 {
        world.send(20, &sound(7000, sequence, Some(1)), sequence);
        world.send(20, &keyframe(6000, sequence), sequence);
    }
    assert!(world.take_rtp(22).is_empty());
    assert_eq!(world.forwarder.counters().dropped_unknown_ssrc, 16);
    world.send(20, &keyframe(7000, 10), 10);
    world.send(20, &sound(6000, 10, Some(10)), 10);
    assert_eq!(world.take_rtp(22).iter().map(|packet| packet.payload_type).collect::<Vec<_>>(), [96, 111]);
    world.run_ms(500);
    let is_picture =
        |event: &Event| matches!(event, Event::Speakers { speakers, .. } if speakers.iter().any(|it| it.0 == 121));
    assert!(!world.take_events().iter().any(is_picture));
}

/// Units of 2^-18 s, of which 24 bits are told (`http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time`).
#[test]
fn every_packet_tells_when_it_left() {
    const SEND_TIME: u8 = 6;
    let mut world = World::new();
    world.connect(2, vec![Receive { ssrc: 5000, ..camera("0", 11, &[]) }, microphone("1", 12, 7000)], Vec::new());
    world.connect(4, Vec::new(), measured_slots(1));
    world.allow(11);
    world.allow(12);
    world.bind(4, SlotKind::Video, 0, 11, 2);
    let mut film = Camera::new(2, 11, "0", &["-"], 5000);
    let mut packets = Vec::new();
    // Over the wrap at 64 s.
    world.live_ms(61_500);
    for frame in 0..100 {
        film.show(&mut world);
        world.send(2, &sound(7000, frame, Some(20)), frame);
        world.run_ms(37);
        packets.extend(world.take_rtp(4));
        if frame == 50 {
            let mut plain = [0; 64];
            let shown = packets.iter().rfind(|packet| packet.ssrc == 1000).expect("a picture");
            let len = write_nack(&mut plain, 1, 1000, &[shown.sequence]).expect("room");
            world.send_rtcp(4, &plain[..len]);
        }
    }
    let ssrcs: BTreeSet<u32> = packets.iter().map(|packet| packet.ssrc).collect();
    assert_eq!(ssrcs, [100, 1000, 2000].into(), "sound, picture, what is sent again or is a probe");
    assert!(packets.iter().any(|packet| packet.payload.is_empty()), "a probe");
    assert!(packets[0].at_us < 64_000_000 && packets[packets.len() - 1].at_us > 64_000_000);
    for packet in &packets {
        let told = &packet.extensions[&SEND_TIME];
        let told = u64::from(told[0]) << 16 | u64::from(told[1]) << 8 | u64::from(told[2]);
        let expected = packet.at_us % 64_000_000 * (1 << 18) / 1_000_000;
        assert_eq!(told, expected, "{} at {} us", packet.ssrc, packet.at_us);
    }
}

#[test]
fn h264_begins_at_parameter_sets_and_never_in_the_middle() {
    let mut world = World::with_picture();
    let sps = [0x67, 0x42, 0xE0, 0x1F];
    let pps = [0x68, 0xCE, 0x3C, 0x80];
    let idr_start = [0x7C, 0x85, 1, 2, 3];
    let idr_end = [0x7C, 0x45, 4, 5, 6];
    let delta = [0x61, 9, 9];
    let units: [(&[u8], u32); 8] = [
        (&delta, 0),
        (&idr_start, 3_000),
        (&idr_end, 3_000),
        (&sps, 6_000),
        (&pps, 6_000),
        (&idr_start, 6_000),
        (&idr_end, 6_000),
        (&delta, 9_000),
    ];
    for (place, (payload, timestamp)) in units.into_iter().enumerate() {
        world.send(2, &h264(place as u64 + 1, timestamp, payload), place as u64 + 1);
    }
    let packets = world.take_rtp(4);
    let payloads: Vec<&[u8]> = packets.iter().map(|packet| packet.payload.as_slice()).collect();
    assert_eq!(payloads, [&sps[..], &pps, &idr_start, &idr_end, &delta], "from the SPS on, unchanged");
    assert!(packets.iter().all(|packet| packet.payload_type == 102));
    // The codec may change, but only with a keyframe of the new one.
    let vp8_delta = [0x90, 0xE0, 0x80, 1, 1, 0, 1, 7];
    let vp8_key = [0x90, 0xE0, 0x80, 2, 2, 0, 0, 7];
    for (place, payload) in [(9, &vp8_delta), (10, &vp8_key), (11, &vp8_delta)] {
        let mut packet = h264(place, 12_000 + place as u32 * 3_000, payload);
        packet.payload_type = 96;
        world.send(2, &packet, place);
    }
    let changed = world.take_rtp(4);
    assert_eq!(changed.iter().map(|packet| packet.payload_type).collect::<Vec<_>>(), [96, 96]);
    assert_eq!(changed[0].sequence, packets[4].sequence.wrapping_add(1));
    assert_eq!(changed[0].payload[6] & 1, 0);
}

#[test]
fn padding_keeps_the_sequence_complete_and_short_picture_ids_are_widened() {
    let mut world = World::with_picture();
    for sequence in 1..=300_u64 {
        let mut packet = h264(sequence, sequence as u32 * 3_000, &[]);
        packet.payload_type = 96;
        if sequence % 5 != 0 {
            let is_delta = u8::from(sequence != 1);
            packet.payload = vec![0x90, 0x80, (sequence & 0x7F) as u8, is_delta, 1];
        }
        world.send(2, &packet, sequence);
    }
    let packets = world.take_rtp(4);
    assert_eq!(packets.len(), 300);
    assert!(packets.windows(2).all(|pair| pair[1].sequence == pair[0].sequence.wrapping_add(1)));
    assert!(packets.iter().filter(|packet| packet.payload.is_empty()).count() == 60);
    assert!(packets.iter().filter(|it| !it.payload.is_empty()).all(|it| it.payload[2] & 0x80 != 0), "15 bits");
    assert!(world.take_events().contains(&Event::SourceStarted { source: 11 }));
}

#[test]
fn noise_from_everywhere_changes_nothing() {
    let mut world = World::new();
    world.connect(2, vec![microphone("0", 110, 5010)], Vec::new());
    world.connect(4, Vec::new(), slots(0));
    world.allow(110);
    let mut dice = Dice(0xABCD_EF01_2345_6789);
    let mut sequence = 0;
    for round in 0..3_000_u64 {
        let mut noise: Vec<u8> = (0..dice.below(120)).map(|_| dice.next() as u8).collect();
        if let Some(first) = noise.first_mut().filter(|_| round % 3 == 0) {
            *first = 0x80;
        }
        // From strangers, from the publisher's own address, and a good packet with one bit changed.
        world.datagram(World::route_of(dice.below(6)), noise);
        if round % 10 == 0 {
            sequence += 1;
            let (route, mut sealed) = world.seal(2, &sound(5010, sequence, Some(20)), sequence);
            let bit = dice.below(sealed.len() as u64 * 8) as usize;
            sealed[bit / 8] ^= 1 << (bit % 8);
            world.datagram(route, sealed.clone());
            sealed[bit / 8] ^= 1 << (bit % 8);
            world.datagram(route, sealed.clone());
            world.datagram(route, sealed);
        }
    }
    assert_eq!(world.take_rtp(4).len() as u64, sequence, "each good packet, once");
    let counters = *world.forwarder.counters();
    assert!(counters.dropped_replay >= sequence, "the copies, and numbers that were changed into old ones");
    assert!(counters.dropped_auth > 200 && counters.dropped_unknown_address > 200);
}

/// Takes datagrams and forgets all but where they went.
struct Void {
    buffer: [u8; 2048],
    sent: u64,
    last: usize,
    /// To another destination than the datagram before.
    turns: u64,
}

impl Void {
    fn new() -> Self {
        Self { buffer: [0; 2048], sent: 0, last: usize::MAX, turns: 0 }
    }
}

impl Sink for Void {
    fn set_route(&mut self, _: usize, _: Route) {}
    fn remove(&mut self, _: usize) {}
    fn reserve(&mut self, destination: usize, len: usize) -> &mut [u8] {
        self.turns += u64::from(std::mem::replace(&mut self.last, destination) != destination);
        &mut self.buffer[..len]
    }
    fn commit(&mut self, _: usize) {
        self.sent += 1;
    }
    fn send_now(&mut self, _: &Route, _: &[u8]) {}
}

/// A camera, a microphone and ten who look, after the first frame.
fn watched_call() -> (World, Camera) {
    let mut world = World::new();
    world.connect(2, vec![camera("0", 11, &["q"]), microphone("1", 12, 7000)], Vec::new());
    for id in (20..40).step_by(2) {
        world.connect(id, Vec::new(), slots(1));
        world.bind(id, SlotKind::Video, 0, 11, 2);
    }
    world.allow(11);
    world.allow(12);
    let mut film = Camera::new(2, 11, "0", &["q"], 5000);
    film.show(&mut world);
    (20..40).step_by(2).for_each(|id| drop(world.take_rtp(id)));
    (world, film)
}

#[test]
fn batch_goes_out_subscriber_by_subscriber() {
    let (mut world, mut film) = watched_call();
    let mut sealed = Vec::new();
    for _ in 0..2 {
        film.frame(&mut world, |world, client, packet, index| sealed.push(world.seal(client, &packet, index)));
    }
    let mut void = Void::new();
    for (route, datagram) in &mut sealed {
        world.forwarder.gather_datagram(*route, datagram, &mut void, world.now_us);
    }
    assert_eq!(void.sent, 0, "they wait for the end of the batch");
    world.forwarder.fan_out_run(&mut void, world.now_us);
    assert_eq!((void.sent, void.turns), (10 * sealed.len() as u64, 10));
    world.forwarder.fan_out_run(&mut void, world.now_us);
    assert_eq!(void.sent, 10 * sealed.len() as u64, "once");
}

#[test]
fn batch_of_picture_and_sound_and_more_than_a_run_holds_arrives_whole_and_in_order() {
    let (mut world, mut film) = watched_call();
    film.bulk = 1_300;
    let mut sealed = Vec::new();
    for sequence in 1..=60_u64 {
        film.frame(&mut world, |world, client, packet, index| sealed.push(world.seal(client, &packet, index)));
        if sequence % 20 == 0 {
            sealed.push(world.seal(2, &sound(7000, sequence, Some(20)), sequence));
        }
    }
    for (route, mut datagram) in sealed {
        world.forwarder.gather_datagram(route, &mut datagram, &mut world.sink, world.now_us);
    }
    // An answer to a check, in the middle of it: what came before leaves before.
    world.check(20, true);
    for id in (20..40).step_by(2) {
        let packets = world.take_rtp(id);
        let (pictures, sounds): (Vec<_>, Vec<_>) = packets.into_iter().partition(|packet| packet.ssrc >= 1000);
        assert_eq!((pictures.len(), sounds.len()), (180, 3), "peer {id}");
        assert!(pictures.windows(2).all(|pair| pair[1].sequence == pair[0].sequence.wrapping_add(1)));
        let frames: Vec<u32> = pictures.iter().map(|packet| Stamp::read(&packet.payload).frame).collect();
        assert!(frames.is_sorted() && frames[179] - frames[0] == 59);
    }
}

#[test]
fn forwarding_allocates_nothing() {
    let (mut world, mut film) = watched_call();
    let mut sealed = Vec::new();
    for sequence in 1..=300_u64 {
        film.frame(&mut world, |world, client, packet, index| sealed.push(world.seal(client, &packet, index)));
        sealed.push(world.seal(2, &sound(7000, sequence, Some(20)), sequence));
    }
    let mut void = Void::new();
    let mut now_us = world.now_us;
    let mut feed = |world: &mut World, packets: &mut [(Route, Vec<u8>)]| {
        for (route, datagram) in packets {
            now_us += 1_000;
            world.forwarder.gather_datagram(*route, datagram, &mut void, now_us);
        }
        world.forwarder.fan_out_run(&mut void, now_us);
    };
    let (warm_up, measured) = sealed.split_at_mut(600);
    feed(&mut world, warm_up);
    world.take_events();
    let before = world.forwarder.counters().forwards;
    let count = allocation_counter::measure(|| feed(&mut world, measured)).count_total;
    let forwards = world.forwarder.counters().forwards - before;
    assert_eq!(forwards, measured.len() as u64 * 10);
    // Once in a while the list of arrivals grows for the next transport feedback, which no timer sent here.
    assert!(count <= 2, "{count} allocations for {forwards} packets");
}

/// Beside what the C library does for an HMAC, which keeps nothing.
#[test]
fn strangers_datagrams_allocate_nothing_before_a_check_has_the_right_integrity() {
    let (mut world, _) = watched_call();
    let (ice, stranger) = (World::ice_of(20), World::ice_of(777));
    let check = |ours: &str, theirs: &str, password: &str| {
        let request = BindingRequest {
            remote_ufrag: ours.as_bytes(),
            local_ufrag: theirs.as_bytes(),
            priority: 1,
            role: Role::Controlling(7),
            use_candidate: true,
        };
        let mut datagram = vec![0; 256];
        let len = write_request(&mut datagram, &[7; 12], &request, &IntegrityKey::new(password.as_bytes()));
        datagram.truncate(len.expect("room"));
        datagram
    };
    let whole = check(&ice.local_ufrag, &ice.remote_ufrag, "not the password");
    let hello = [&[22, 0xFE, 0xFD, 0, 0, 0, 0, 0, 0, 0, 0, 0, 200, 1][..], &[7; 199]].concat();
    let (_, srtp) = world.seal(2, &sound(7_000, 999, Some(20)), 999);
    let datagrams = [
        check(&stranger.local_ufrag, &stranger.remote_ufrag, &stranger.local_pwd),
        check(&ice.local_ufrag, &stranger.remote_ufrag, &ice.local_pwd),
        whole[..whole.len() - 8].to_vec(),
        whole[..40].to_vec(),
        whole,
        hello.clone(),
        [22, 0xFE, 0xFD].to_vec(),
        srtp.clone(),
        [&[0x80, 201][..], &srtp[2..]].concat(),
        vec![0x80; 12],
        vec![0xFF; 1_200],
        Vec::new(),
    ];
    let mut sprayed: Vec<(Route, Vec<u8>)> =
        (300..1_300).flat_map(|id| datagrams.iter().map(move |one| (World::route_of(id), one.clone()))).collect();
    let mut void = Void::new();
    let (before, now_us) = (*world.forwarder.counters(), world.now_us);
    let measured = allocation_counter::measure(|| {
        for (route, datagram) in &mut sprayed {
            world.forwarder.handle_datagram(*route, datagram, &mut void, now_us);
        }
    });
    assert_eq!((measured.count_total, void.sent), (0, 0));
    let counters = *world.forwarder.counters();
    assert_eq!(counters.dropped_stun_unknown_user - before.dropped_stun_unknown_user, 2_000);
    assert_eq!(counters.dropped_stun_integrity - before.dropped_stun_integrity, 1_000);
    assert_eq!(counters.dropped_dtls_unvalidated - before.dropped_dtls_unvalidated, 2_000);
    assert_eq!(counters.dropped_unknown_address - before.dropped_unknown_address, 3_000);
    assert!(world.forwarder.take_events().is_empty(), "and Python hears of none");
}
