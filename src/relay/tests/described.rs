//! VP9 and AV1 through the whole forwarder: keyframes told by the dependency descriptor or the payload, numbers that go
//! on over a switch, both forms of header extensions; without sockets.

mod common;

use common::described::{AV1, DESCRIPTOR, KEYFRAME, VP9, frame, keyframe, with_codecs};
use common::{Packet, World, camera, slots, sound};
use vdx_relay::wire::rtcp::write_nack;
use vdx_relay::wire_api::{Event, SlotKind};

const ANNA: u64 = 1;
const BENT: u64 = 2;
const VIEWER: u64 = 9;
/// Two cameras without simulcast, and one who watches in one slot.
fn call() -> World {
    let mut world = World::new();
    for (id, source) in [(ANNA, 11), (BENT, 22)] {
        let mut line = camera("0", source, &[]);
        line.ssrc = source * 100;
        world.connect_as(with_codecs(World::add_peer(id, vec![line], Vec::new())));
        world.allow(source);
    }
    world.connect_as(with_codecs(World::add_peer(VIEWER, Vec::new(), slots(1))));
    world
}

/// A packet of Anna's or Bent's; `descriptor` empty: without.
fn picture(client: u64, payload_type: u8, index: u64, descriptor: &[u8], payload: &[u8]) -> Packet {
    let mut packet = sound(if client == ANNA { 1_100 } else { 2_200 }, index, None);
    (packet.payload_type, packet.payload, packet.is_marked) = (payload_type, payload.to_vec(), true);
    packet.timestamp = index as u32 * 3_000;
    if !descriptor.is_empty() {
        packet.extensions.insert(DESCRIPTOR, descriptor.to_vec());
    }
    packet
}

fn number_of(packet: &Packet) -> u16 {
    let bytes = &packet.extensions[&DESCRIPTOR];
    u16::from_be_bytes([bytes[1], bytes[2]])
}

#[test]
fn av1_switches_at_keyframes_that_only_the_descriptor_tells_and_its_frame_numbers_go_on() {
    let mut world = call();
    // As if encrypted: nothing in the payload says what it is.
    let secret = [0x5A; 40];
    world.bind(VIEWER, SlotKind::Video, 0, 11, 2);
    world.send(ANNA, &picture(ANNA, AV1, 10, &frame(1, 65_533), &secret), 10);
    assert!(world.take_rtp(VIEWER).is_empty(), "nothing to start with");
    world.send(ANNA, &picture(ANNA, AV1, 11, &keyframe(65_534), &secret), 11);
    world.send(ANNA, &picture(ANNA, AV1, 12, &frame(3, 65_535), &secret), 12);
    world.send(ANNA, &picture(ANNA, AV1, 13, &frame(2, 0), &secret), 13);
    let first = world.take_rtp(VIEWER);
    assert_eq!(first.len(), 3);
    assert_eq!(first[0].extensions[&DESCRIPTOR].len(), KEYFRAME.len(), "in the two-byte form");
    assert_eq!(first[0].extensions[&DESCRIPTOR][3..], KEYFRAME[3..]);
    let numbers: Vec<u16> = first.iter().map(number_of).collect();
    assert_eq!(numbers, [numbers[0], numbers[0].wrapping_add(1), numbers[0].wrapping_add(2)]);

    world.bind(VIEWER, SlotKind::Video, 0, 22, 2);
    world.send(BENT, &picture(BENT, AV1, 500, &keyframe(40_000), &secret), 500);
    world.send(BENT, &picture(BENT, AV1, 501, &frame(3, 40_001), &secret), 501);
    let after = world.take_rtp(VIEWER);
    assert_eq!(after.iter().map(|packet| packet.csrcs[0]).collect::<Vec<_>>(), [22, 22]);
    assert_eq!(number_of(&after[0]), numbers[2].wrapping_add(1));
    assert_eq!(number_of(&after[1]), numbers[2].wrapping_add(2));
    assert_eq!(after[0].sequence, first[2].sequence.wrapping_add(1));

    let mut plain = [0; 64];
    let len = write_nack(&mut plain, 1, common::stage::SLOT, &[after[0].sequence]).expect("room");
    world.send_rtcp(VIEWER, &plain[..len]);
    let again = world.take_rtp(VIEWER);
    assert_eq!(again.len(), 1);
    assert_eq!(again[0].extensions[&DESCRIPTOR], after[0].extensions[&DESCRIPTOR]);
    assert_eq!((again[0].payload_type, &again[0].payload[2..]), (AV1 + 1, &secret[..]));
}

#[test]
fn av1_without_descriptor_starts_where_its_payload_says() {
    let mut world = call();
    world.bind(VIEWER, SlotKind::Video, 0, 11, 2);
    world.send(ANNA, &picture(ANNA, AV1, 10, &[], &[0x10, 0x32, 1]), 10);
    assert!(world.take_rtp(VIEWER).is_empty());
    world.send(ANNA, &picture(ANNA, AV1, 11, &[], &[0x18, 0x0A, 1]), 11);
    world.send(ANNA, &picture(ANNA, AV1, 12, &[], &[0x10, 0x32, 1]), 12);
    assert_eq!(world.take_rtp(VIEWER).len(), 2);
}

#[test]
fn vp9_picture_ids_go_on_over_a_switch_and_over_their_seven_bits() {
    let mut world = call();
    world.bind(VIEWER, SlotKind::Video, 0, 11, 2);
    // 7 bits that wrap: I, L, B, E; TID 0; TL0PICIDX.
    for step in 0..4_u8 {
        let first = if step == 0 { 0xAC } else { 0xEC };
        let payload = [first, (126 + step) & 0x7F, 0x10, 250_u8.wrapping_add(step), 0x82, 7];
        world.send(ANNA, &picture(ANNA, VP9, 10 + u64::from(step), &[], &payload), 10 + u64::from(step));
    }
    world.bind(VIEWER, SlotKind::Video, 0, 22, 2);
    // 15 bits that wrap.
    for step in 0..3_u16 {
        let [high, low] = (0x7FFF_u16.wrapping_add(step) | 0x8000).to_be_bytes();
        let payload = [if step == 0 { 0xAC } else { 0xEC }, high, low, 0x10, step as u8, 0x82, 7];
        world.send(BENT, &picture(BENT, VP9, 70 + u64::from(step), &[], &payload), 70 + u64::from(step));
    }
    let packets = world.take_rtp(VIEWER);
    assert_eq!(packets.len(), 7);
    let id = |packet: &Packet| u16::from_be_bytes([packet.payload[1], packet.payload[2]]) & 0x7FFF;
    for pair in packets.windows(2) {
        assert_eq!(id(&pair[1]).wrapping_sub(id(&pair[0])) & 0x7FFF, 1);
        assert_eq!(pair[1].payload[4].wrapping_sub(pair[0].payload[4]), 1);
        assert_eq!(pair[1].sequence.wrapping_sub(pair[0].sequence), 1);
        assert_eq!(pair[1].payload[5..], [0x82, 7]);
    }
}

#[test]
fn who_did_not_negotiate_the_descriptor_gets_none_and_who_has_no_av1_is_told() {
    let mut world = call();
    let mut plain = with_codecs(World::add_peer(10, Vec::new(), slots(1)));
    plain.extensions.dependency_descriptor = 0;
    world.connect_as(plain);
    world.connect(11, Vec::new(), slots(1));
    for viewer in [VIEWER, 10, 11] {
        world.bind(viewer, SlotKind::Video, 0, 11, 2);
    }
    world.send(ANNA, &picture(ANNA, AV1, 11, &keyframe(5), &[0x18, 0x0A, 1]), 11);
    assert!(world.take_rtp(VIEWER)[0].extensions.contains_key(&DESCRIPTOR));
    assert!(!world.take_rtp(10)[0].extensions.contains_key(&DESCRIPTOR));
    assert!(world.take_rtp(11).is_empty());
    let told = Event::CannotDecode { peer: 11, index: 0, source: 11 };
    assert!(world.take_events().contains(&told));
}
