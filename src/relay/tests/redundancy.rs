//! Sound with redundancy (RFC 2198): passed to who negotiated it, unwrapped for the others, and what was lost on the
//! way to the relay recovered from it.

#![allow(clippy::cast_precision_loss)] // Shares of thousands.

use crate::common;

use common::{Dice, Packet, World, microphone, redundant_sound, slots, sound};
use vdx_relay::wire::red::{MAX_REDUNDANT, Red};
use vdx_relay::wire_api::{Command, Payloads, Slot};

const TALKER: u64 = 10;
const PLAIN: u64 = 11;
const RED: u64 = 12;
const SOURCE: u32 = 110;
const SSRC: u32 = 5010;
/// Of the subscriber with redundancy: none of them is the talker's.
const OPUS_TYPE: u8 = 109;
const RED_TYPE: u8 = 122;

fn red_slots() -> Vec<Slot> {
    slots(0).into_iter().map(|slot| Slot { red: true, ..slot }).collect()
}

/// One who talks, one who hears plain Opus, one who hears redundancy.
fn call() -> World {
    let mut world = World::new();
    world.connect(TALKER, vec![microphone("0", SOURCE, SSRC)], slots(0));
    world.connect(PLAIN, Vec::new(), slots(0));
    let mut add = World::add_peer(RED, Vec::new(), red_slots());
    add.payloads = Payloads { opus: OPUS_TYPE, red: RED_TYPE, ..add.payloads };
    world.connect_as(add);
    world.allow(SOURCE);
    world
}

/// Sends the packets of `sequences` with `depth` earlier payloads in each, 20 ms apart; those in `lost` never come.
fn talk(world: &mut World, sequences: std::ops::Range<u64>, depth: u64, lost: &[u64]) {
    for sequence in sequences {
        if !lost.contains(&sequence) {
            world.send(TALKER, &redundant_sound(SSRC, sequence, Some(20 + (sequence % 3) as u8), depth), sequence);
        }
        world.run_ms(20);
    }
}

/// Which of the talker's packets these are, when they are plain.
fn told(packets: &[Packet]) -> Vec<u64> {
    packets.iter().map(|packet| u64::from_be_bytes(*packet.payload.first_chunk().expect("a stamp"))).collect()
}

fn stamp(payload: &[u8]) -> u64 {
    u64::from_be_bytes(payload.try_into().expect("a stamp"))
}

#[test]
fn redundancy_reaches_who_negotiated_it_with_his_own_payload_types() {
    let mut world = call();
    talk(&mut world, 100..110, 2, &[]);
    let packets = world.take_rtp(RED);
    assert_eq!(packets.len(), 10);
    // The first two reach back to before the slot began: they go plain.
    assert!(packets[..2].iter().all(|packet| packet.payload_type == OPUS_TYPE));
    for (packet, sequence) in packets[2..].iter().zip(102..) {
        assert_eq!(packet.payload_type, RED_TYPE);
        let red = Red::parse(&packet.payload).expect("redundancy");
        assert!(red.is_all(OPUS_TYPE));
        assert_eq!(stamp(red.primary()), sequence);
        let blocks: Vec<(u16, u64)> = red.redundant().map(|it| (it.offset, stamp(it.payload))).collect();
        assert_eq!(blocks, [(1_920, sequence - 2), (960, sequence - 1)]);
    }
    let counters = *world.forwarder.counters();
    assert_eq!((counters.red_packets_in, counters.red_packets_out, counters.red_recovered), (10, 8, 0));
}

#[test]
fn redundancy_is_unwrapped_for_who_did_not_negotiate_it() {
    let mut world = call();
    talk(&mut world, 100..110, 1, &[]);
    let packets = world.take_rtp(PLAIN);
    assert!(packets.iter().all(|packet| packet.payload_type == 111 && packet.payload.len() == 8));
    assert_eq!(told(&packets), (100..110).collect::<Vec<_>>());
    assert!(packets.iter().all(|packet| packet.extensions.contains_key(&common::LEVEL)));
}

#[test]
fn plain_sound_stays_plain_for_who_negotiated_redundancy() {
    let mut world = call();
    for sequence in 100..105 {
        world.send(TALKER, &sound(SSRC, sequence, Some(20)), sequence);
    }
    let packets = world.take_rtp(RED);
    assert!(packets.iter().all(|packet| packet.payload_type == OPUS_TYPE));
    assert_eq!(told(&packets), (100..105).collect::<Vec<_>>());
}

#[test]
fn lost_packets_are_recovered_in_their_places() {
    for (depth, lost, still_lost) in
        [(1, vec![105], vec![]), (1, vec![105, 106], vec![105]), (2, vec![105, 106], vec![])]
    {
        let mut world = call();
        talk(&mut world, 100..110, depth, &lost);
        let expected: Vec<u64> = (100..110).filter(|sequence| !still_lost.contains(sequence)).collect();
        let packets = world.take_rtp(PLAIN);
        assert_eq!(told(&packets), expected, "{lost:?} with {depth}");
        for packet in &packets {
            let step = told(std::slice::from_ref(packet))[0] - 100;
            assert_eq!(packet.sequence, packets[0].sequence.wrapping_add(step as u16), "its own number");
            assert_eq!(packet.timestamp, packets[0].timestamp.wrapping_add(step as u32 * 960), "its own time");
        }
        assert_eq!(world.forwarder.counters().red_recovered as usize, lost.len() - still_lost.len());
        // Who has redundancy gets what was recovered too: his way loses packets as well, and his reports tell of his
        // own way only.
        let sequences: Vec<u16> = world.take_rtp(RED).iter().map(|packet| packet.sequence).collect();
        assert_eq!(sequences.len(), expected.len());
    }
}

#[test]
fn packet_that_comes_after_it_was_recovered_is_not_sent_again() {
    let mut world = call();
    talk(&mut world, 100..110, 1, &[105]);
    world.take_rtp(PLAIN);
    world.take_rtp(RED);
    world.send(TALKER, &redundant_sound(SSRC, 105, Some(20), 1), 105);
    assert!(world.take_rtp(PLAIN).is_empty() && world.take_rtp(RED).is_empty());
    assert_eq!(world.forwarder.counters().packets_duplicate, 1);
    assert_eq!(world.forwarder.counters().dropped_seal, 0);
}

#[test]
fn nothing_that_was_said_behind_a_closed_gate_is_heard() {
    let mut world = call();
    talk(&mut world, 100..110, 2, &[]);
    world.gate(SOURCE, 1, false);
    talk(&mut world, 110..120, 2, &[118, 119]);
    world.take_rtp(PLAIN);
    world.take_rtp(RED);
    world.gate(SOURCE, 1, true);
    talk(&mut world, 120..125, 2, &[]);
    assert_eq!(told(&world.take_rtp(PLAIN)), (120..125).collect::<Vec<_>>());
    for packet in world.take_rtp(RED) {
        let heard: Vec<u64> = match Red::parse(&packet.payload).filter(|_| packet.payload_type == RED_TYPE) {
            Some(red) => red.redundant().map(|it| stamp(it.payload)).chain([stamp(red.primary())]).collect(),
            None => told(&[packet]),
        };
        assert!(heard.iter().all(|sequence| *sequence >= 120), "{heard:?}");
    }
    // The same for one whose permission came while the talker talked.
    world.command(Command::SetHears { peer: RED, classes: 2 });
    world.command(Command::SetHears { peer: PLAIN, classes: 2 });
    talk(&mut world, 125..130, 2, &[129]);
    assert!(world.take_rtp(PLAIN).is_empty() && world.take_rtp(RED).is_empty());
    world.command(Command::SetHears { peer: RED, classes: 1 });
    world.command(Command::SetHears { peer: PLAIN, classes: 1 });
    talk(&mut world, 130..131, 2, &[]);
    assert_eq!(told(&world.take_rtp(PLAIN)), [130]);
    assert_eq!(told(&world.take_rtp(RED)), [130]);
}

#[test]
fn gap_that_is_filled_behind_a_closed_gate_leaks_nothing() {
    let mut world = call();
    talk(&mut world, 100..110, 1, &[109]);
    world.take_rtp(PLAIN);
    world.take_rtp(RED);
    world.gate(SOURCE, 2, false);
    talk(&mut world, 110..115, 1, &[112]);
    assert!(world.take_rtp(PLAIN).is_empty() && world.take_rtp(RED).is_empty());
}

#[test]
fn forged_redundancy_is_dropped_whole() {
    let mut world = call();
    talk(&mut world, 100..103, 1, &[]);
    world.take_rtp(PLAIN);
    world.take_rtp(RED);
    let mut too_many = [0xEF, 0x0F, 0x00, 0x00].repeat(MAX_REDUNDANT + 1);
    too_many.push(0x6F);
    let forged: [&[u8]; 5] = [
        &[0x80],
        &[0xEF, 0x0F, 0x03, 0xFF, 0x6F, 1, 2, 3],
        &[0x60, 1, 2, 3],                         // the primary is a picture's payload type
        &[0x8D, 0x0F, 0x00, 0x01, 0x6F, 1, 2, 3], // the redundant block is comfort noise of another codec
        &too_many,
    ];
    for (payload, sequence) in forged.iter().zip(103..) {
        let packet = Packet { payload: payload.to_vec(), ..redundant_sound(SSRC, sequence, Some(20), 1) };
        world.send(TALKER, &packet, sequence);
    }
    assert!(world.take_rtp(PLAIN).is_empty() && world.take_rtp(RED).is_empty());
    assert_eq!(world.forwarder.counters().dropped_malformed, 5);
}

#[test]
fn dice_never_bring_a_packet_twice_or_out_of_its_place() {
    let mut world = call();
    let mut dice = Dice(0x0DD5_EED5);
    let mut held = Vec::new();
    for sequence in 65_000..67_000_u64 {
        let depth = dice.below(4);
        let packet = redundant_sound(SSRC, sequence, Some(20 + (sequence % 3) as u8), depth);
        match dice.below(10) {
            0 => {}
            1 => held.push((packet, sequence)),
            _ => world.send(TALKER, &packet, sequence),
        }
        for (packet, sequence) in held.split_off(held.len().min(dice.below(3) as usize)) {
            world.send(TALKER, &packet, sequence);
        }
        world.run_ms(20);
        if sequence % 100 == 0 {
            world.live_ms(1);
        }
    }
    let packets = world.take_rtp(PLAIN);
    let sequences = told(&packets);
    assert!(sequences.iter().collect::<std::collections::HashSet<_>>().len() == sequences.len(), "one twice");
    for (packet, sequence) in packets.iter().zip(&sequences) {
        let step = sequence.wrapping_sub(sequences[0]);
        assert_eq!(packet.sequence, packets[0].sequence.wrapping_add(step as u16));
        assert_eq!(packet.timestamp, packets[0].timestamp.wrapping_add((step as u32).wrapping_mul(960)));
    }
    assert!(sequences.len() > 1_900, "{}", sequences.len());
    assert_eq!(world.forwarder.counters().dropped_seal, 0);
}

/// What the redundancy is for: the shares that the project promises, with one earlier payload per packet as Chromium
/// sends it, and 5 % lost at random on each of both ways.
#[test]
fn five_percent_lost_on_both_ways_conceals_little() {
    const PACKETS: u64 = 20_000;
    /// A receiver's buffer holds a packet back about this long under loss.
    const IN_TIME_US: u64 = 60_000;
    let mut world = call();
    let mut dice = Dice(0xC0FF_EE11);
    let mut sent_us = std::collections::HashMap::new();
    let mut heard = [PLAIN, RED].map(|peer| (peer, std::collections::HashSet::new(), 0_usize));
    let first = 1_000;
    for sequence in first..first + PACKETS {
        sent_us.insert(sequence, world.now_us);
        if !dice.percent(5) {
            world.send(TALKER, &redundant_sound(SSRC, sequence, Some(20 + (sequence % 3) as u8), 1), sequence);
        }
        for (peer, heard, bytes) in &mut heard {
            for packet in world.take_rtp(*peer) {
                *bytes += packet.payload.len();
                if dice.percent(5) {
                    continue;
                }
                let stamps: Vec<u64> = match Red::parse(&packet.payload).filter(|_| packet.payload_type == RED_TYPE) {
                    Some(red) => red.redundant().map(|it| stamp(it.payload)).chain([stamp(red.primary())]).collect(),
                    None => told(&[packet]),
                };
                heard.extend(stamps.into_iter().filter(|it| world.now_us - sent_us[it] <= IN_TIME_US));
            }
        }
        world.run_ms(20);
        if sequence % 100 == 0 {
            world.live_ms(1);
        }
    }
    let missing = heard.map(|(_, heard, _)| 1.0 - heard.len() as f64 / PACKETS as f64);
    println!("missing: {:.2} % plain, {:.2} % with redundancy", missing[0] * 100.0, missing[1] * 100.0);
    assert!(missing[0] < 0.06, "only his own way loses: {}", missing[0]);
    assert!(missing[1] < 0.01, "{}", missing[1]);
}

#[test]
fn silence_passes_as_it_is_sent() {
    let mut world = call();
    talk(&mut world, 100..105, 1, &[]);
    // DTX (RFC 7587 §3.1.3): a comfort packet every 400 ms, then a talk spurt with the marker.
    let mut expected = Vec::new();
    for (step, payload) in [&[0xF8_u8][..], &[0xF8, 0xFF], &[0xF8, 0xFF, 0xFE]].into_iter().enumerate() {
        world.run_ms(400);
        let timestamp = (105 + 20 * (step as u32 + 1)) * 960;
        let packet = Packet { timestamp, payload: payload.to_vec(), ..sound(SSRC, 105 + step as u64, Some(127)) };
        world.send(TALKER, &packet, 105 + step as u64);
        expected.push((timestamp, payload.to_vec(), false));
    }
    world.run_ms(200);
    let spurt = Packet { timestamp: 175 * 960, is_marked: true, ..sound(SSRC, 108, Some(20)) };
    world.send(TALKER, &spurt, 108);
    expected.push((spurt.timestamp, spurt.payload.clone(), true));
    for peer in [PLAIN, RED] {
        let packets = world.take_all_rtp(peer);
        let (talk, silence) = packets.split_at(5);
        for (packet, (timestamp, payload, is_marked)) in silence.iter().zip(&expected) {
            assert_eq!(packet.timestamp.wrapping_sub(talk[4].timestamp), timestamp - 104 * 960);
            assert_eq!((&packet.payload, packet.is_marked), (payload, *is_marked));
            assert!(packet.extensions.contains_key(&common::LEVEL));
        }
        assert_eq!(silence.len(), 4);
    }
}
