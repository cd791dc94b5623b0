//! Packets of a picture that leave together get one length by padding, which is no part of what they carry.

use crate::common;

use common::{Packet, World, slots, sound};
use vdx_relay::wire::rtcp::write_nack;

const PUBLISHER: u64 = 2;
const VIEWER: u64 = 4;
const SLOT: u32 = 1000;
const RTX_SLOT: u32 = 2000;

/// A slice of H.264 (RFC 6184) of this length, or a parameter set, with which a decoder can begin.
fn picture(number: u64, len: usize) -> Packet {
    let mut packet = sound(5000, number, None);
    packet.payload_type = 102;
    packet.timestamp = 3_000;
    packet.payload = vec![number as u8; len];
    packet.payload[0] = if number == 1 { 0x67 } else { 0x61 };
    packet
}

fn world() -> World {
    let mut world = World::with_picture();
    world.send(PUBLISHER, &picture(1, 20), 1);
    world.take_rtp(VIEWER);
    world
}

/// Sends packets of these lengths in one batch; what the viewer gets.
fn send_together(world: &mut World, first: u64, lengths: &[usize]) -> Vec<Packet> {
    for (number, len) in (first..).zip(lengths) {
        let (route, mut sealed) = world.seal(PUBLISHER, &picture(number, *len), number);
        world.forwarder.gather_datagram(route, &mut sealed, &mut world.sink, world.now_us);
    }
    world.forwarder.fan_out_run(&mut world.sink, world.now_us);
    world.deliver();
    world.take_rtp(VIEWER)
}

fn wire_lengths(packets: &[Packet]) -> Vec<usize> {
    packets.iter().map(|packet| packet.wire_len).collect()
}

#[test]
fn packets_that_leave_together_are_as_long_as_the_longest_and_carry_what_they_did() {
    let mut world = world();
    let sent = [999, 999, 1_000, 990];
    let packets = send_together(&mut world, 2, &sent);
    let lengths = wire_lengths(&packets);
    assert_eq!(lengths[..3], [lengths[2]; 3]);
    assert_eq!(lengths[3], lengths[2] - 10, "the last may be shorter");
    let carried: Vec<Vec<u8>> = packets.into_iter().map(|packet| packet.payload).collect();
    let expected: Vec<Vec<u8>> = (2..).zip(sent).map(|(number, len)| picture(number, len).payload).collect();
    assert_eq!(carried, expected);
    assert_eq!(world.forwarder.counters().equalised_packets_out, 2);
}

#[test]
fn packets_that_lack_much_stay_as_they_are() {
    let mut world = world();
    let lengths = wire_lengths(&send_together(&mut world, 2, &[500, 983, 1_000, 1_000]));
    assert_eq!([lengths[0], lengths[1]], [lengths[2] - 500, lengths[2] - 17]);
    assert_eq!(world.forwarder.counters().equalised_packets_out, 0);
}

#[test]
fn padding_lies_before_no_later_run_and_is_not_sent_again() {
    let mut world = world();
    let padded = send_together(&mut world, 2, &[999, 1_000]);
    assert_eq!(world.forwarder.counters().equalised_packets_out, 1);
    let plain = send_together(&mut world, 4, &[999, 999]);
    assert_eq!(wire_lengths(&plain), [padded[0].wire_len - 1; 2]);
    world.run_ms(100);
    let mut nack = [0; 64];
    let len = write_nack(&mut nack, 1, SLOT, &[padded[0].sequence]).expect("room");
    world.send_rtcp(VIEWER, &nack[..len]);
    let again = world.take_rtp(VIEWER).into_iter().find(|packet| packet.ssrc == RTX_SLOT).expect("a retransmission");
    assert_eq!(again.payload[..2], padded[0].sequence.to_be_bytes());
    assert_eq!(again.payload[2..], padded[0].payload);
    assert_eq!(again.wire_len, padded[0].wire_len - 1 + 2);
    assert_eq!(world.forwarder.counters().equalised_packets_out, 1);
}

#[test]
fn sound_is_never_padded() {
    let mut world = World::new();
    world.connect(PUBLISHER, vec![common::microphone("0", 10, 5010)], Vec::new());
    world.connect(VIEWER, Vec::new(), slots(0));
    world.allow(10);
    world.send(PUBLISHER, &sound(5010, 1, Some(10)), 1);
    let before = world.take_rtp(VIEWER).remove(0);
    for (number, len) in [(2, 100), (3, 101)] {
        let mut packet = sound(5010, number, Some(10));
        packet.payload = vec![1; len];
        let (route, mut sealed) = world.seal(PUBLISHER, &packet, number);
        world.forwarder.gather_datagram(route, &mut sealed, &mut world.sink, world.now_us);
    }
    world.forwarder.fan_out_run(&mut world.sink, world.now_us);
    world.deliver();
    let overhead = before.wire_len - before.payload.len();
    assert_eq!(wire_lengths(&world.take_rtp(VIEWER)), [overhead + 100, overhead + 101]);
}
