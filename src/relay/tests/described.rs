//! VP9 and AV1 through the whole forwarder: keyframes told by the dependency descriptor or the payload, numbers that go
//! on over a switch, both forms of header extensions; without sockets.

use crate::common;

use common::described::{AV1, DESCRIPTOR, KEYFRAME, VP9, frame, keyframe, with_codecs};
use common::{Packet, World, camera, measured_slots, slots, sound};
use vdx_relay::wire::dependency_descriptor::{Described, Structure};
use vdx_relay::wire::rtcp::{write_nack, write_remb};
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

/// Forty frames a second in three temporal levels, each in one packet of a thousand bytes; keyframes on request.
struct Film {
    index: u64,
    frame: u64,
}

impl Film {
    fn show(&mut self, world: &mut World, frames: u64) {
        for _ in 0..frames {
            if !world.take_plis(ANNA).is_empty() {
                self.frame = 0;
            }
            self.index += 1;
            let descriptor = match self.frame % 4 {
                _ if self.frame == 0 => keyframe(self.index as u16),
                0 => frame(1, self.index as u16),
                2 => frame(2, self.index as u16),
                place => frame(3 + u8::from(place == 3), self.index as u16),
            };
            self.frame += 1;
            let mut packet = picture(ANNA, AV1, self.index, &descriptor, &[0x5A; 1_000]);
            packet.timestamp = self.index as u32 * 2_250;
            world.send(ANNA, &packet, self.index);
            world.run_ms(25);
        }
    }
}

/// What a receiver that knows only what it got makes of the descriptors: temporal level and active targets of each.
fn told(packets: &[Packet], structure: &mut Option<Box<Structure>>) -> Vec<(u8, u32)> {
    let read = |packet: &Packet| {
        let read = Described::read(&packet.extensions[&DESCRIPTOR], structure).expect("a descriptor");
        (read.temporal, read.targets.active)
    };
    packets.iter().map(read).collect()
}

/// AV1 payload format, A.4.4: a forwarder that leaves out decode targets says which are left, and when they are back.
#[test]
fn receiver_is_told_which_decode_targets_are_left_when_frames_are_left_out_and_when_all_are_back() {
    let mut world = World::new();
    let mut line = camera("0", 11, &[]);
    line.ssrc = 1_100;
    world.connect_as(with_codecs(World::add_peer(ANNA, vec![line], Vec::new())));
    world.allow(11);
    world.connect_as(with_codecs(World::add_peer(VIEWER, Vec::new(), measured_slots(1))));
    let tell_bps = |world: &mut World, bps: u64| {
        let mut plain = [0; 64];
        let len = write_remb(&mut plain, 1, bps, &[common::stage::SLOT]).expect("room");
        world.send_rtcp(VIEWER, &plain[..len]);
    };
    let pictures = |world: &mut World| -> Vec<Packet> {
        world.take_rtp(VIEWER).into_iter().filter(|packet| packet.ssrc == common::stage::SLOT).collect()
    };
    tell_bps(&mut world, 1_000_000);
    world.bind(VIEWER, SlotKind::Video, 0, 11, 2);
    let (mut film, mut structure) = (Film { index: 100, frame: 0 }, None);
    film.show(&mut world, 60);
    let all = pictures(&mut world);
    assert!(all.len() >= 50 && told(&all, &mut structure).iter().all(|it| it.1 == 0b111));
    assert!(all.iter().skip(1).all(|packet| packet.extensions[&DESCRIPTOR].len() == 3), "as they came");
    for (bps, level, left) in [(230_000, 1, 0b110), (130_000, 0, 0b100)] {
        tell_bps(&mut world, bps);
        film.show(&mut world, 40);
        let settling = pictures(&mut world);
        told(&settling, &mut structure);
        film.show(&mut world, 40);
        let fewer = pictures(&mut world);
        let said = told(&fewer, &mut structure);
        assert!((8..=22).contains(&fewer.len()), "{} of 40 frames", fewer.len());
        assert!(said.iter().all(|it| it.0 <= level && it.1 == left), "{said:?}");
        let mut plain = [0; 64];
        let last = fewer.last().expect("packets");
        let len = write_nack(&mut plain, 1, common::stage::SLOT, &[last.sequence]).expect("room");
        world.send_rtcp(VIEWER, &plain[..len]);
        let again: Vec<Packet> = world.take_rtp(VIEWER).into_iter().filter(|it| it.payload.len() > 900).collect();
        assert_eq!(again[0].extensions[&DESCRIPTOR], last.extensions[&DESCRIPTOR]);
    }
    for _ in 0..10 {
        tell_bps(&mut world, 1_000_000);
        film.show(&mut world, 40);
    }
    let back = pictures(&mut world);
    let said = told(&back, &mut structure);
    for (temporal, active) in &said {
        assert!(active >> (2 - temporal) & 1 == 1, "a frame whose target is not sent: {said:?}");
    }
    assert!(said[said.len() - 40..].iter().all(|it| it.1 == 0b111), "{said:?}");
}
