//! Loss on both sides: NACKs to publishers, retransmissions to subscribers; without sockets.

use crate::common;

use common::camera::{Stamp, film};
use common::stage::{SLOT, VIEWER, call, unbroken};
use common::{Packet, World};
use vdx_relay::wire::rtcp::{NtpTime, ReportBlock, write_nack, write_receiver_report};
use vdx_relay::wire_api::{Command, SlotKind};

#[test]
fn nack_across_a_switch_is_answered_unless_permission_went() {
    let (mut world, mut cameras) = call();
    world.bind(VIEWER, SlotKind::Video, 0, 11, 2);
    film(&mut world, &mut cameras, 600);
    let before = world.take_rtp(VIEWER);
    world.bind(VIEWER, SlotKind::Video, 0, 22, 2);
    film(&mut world, &mut cameras, 600);
    let after = world.take_rtp(VIEWER);
    assert_eq!(after.last().expect("packets").csrcs, [22]);
    let ask = |world: &mut World, sequence: u16| {
        let mut plain = [0; 64];
        let len = write_nack(&mut plain, 1, SLOT, &[sequence]).expect("room");
        world.send_rtcp(VIEWER, &plain[..len]);
        world.take_rtp(VIEWER)
    };
    for original in [&before[before.len() - 2], &after[after.len() - 2]] {
        let again = ask(&mut world, original.sequence);
        assert_eq!(again.len(), 1);
        let again = &again[0];
        assert_eq!((again.ssrc, again.payload_type), (2000, 97));
        assert_eq!(again.payload[..2], original.sequence.to_be_bytes());
        assert_eq!(again.payload[2..], original.payload);
        assert_eq!((again.timestamp, &again.csrcs), (original.timestamp, &original.csrcs));
        assert_eq!(again.is_marked, original.is_marked);
        assert!(ask(&mut world, original.sequence).is_empty(), "not again within 20 ms");
    }
    world.gate(11, 1, false);
    world.run_ms(200);
    assert!(ask(&mut world, before[before.len() - 3].sequence).is_empty(), "gated since");
    assert!(ask(&mut world, after[0].sequence.wrapping_add(20_000)).is_empty(), "never sent");
}

#[test]
fn nothing_is_sent_again_to_a_slot_that_shows_nobody_or_lost_its_permission() {
    for cause in ["unbound", "class of the source", "classes of the viewer", "gate", "gate and back"] {
        let (mut world, mut cameras) = call();
        world.bind(VIEWER, SlotKind::Video, 0, 11, 2);
        film(&mut world, &mut cameras, 600);
        let before = world.take_rtp(VIEWER);
        assert!(before.len() > 20);
        match cause {
            "unbound" => world.bind(VIEWER, SlotKind::Video, 0, 0, 2),
            "class of the source" => {
                world.command(Command::SetSourceClasses { room: common::ROOM, source: 11, classes: 2 });
            }
            "classes of the viewer" => world.command(Command::SetHears { peer: VIEWER, classes: 2 }),
            _ => world.gate(11, 2, false),
        }
        if cause == "gate and back" {
            world.gate(11, 2, true);
        }
        let mut plain = [0; 256];
        let sequences: Vec<u16> = before.iter().rev().take(20).map(|packet| packet.sequence).collect();
        let len = write_nack(&mut plain, 1, SLOT, &sequences).expect("room");
        world.send_rtcp(VIEWER, &plain[..len]);
        assert!(world.take_rtp(VIEWER).is_empty(), "{cause}");
        assert!(world.forwarder.counters().nacks_unanswered >= 20, "{cause}");
    }
}

#[test]
fn packet_is_sent_again_to_one_far_away_only_after_most_of_a_round_trip() {
    let (mut world, mut cameras) = call();
    world.bind(VIEWER, SlotKind::Video, 0, 11, 2);
    film(&mut world, &mut cameras, 600);
    let original = world.take_rtp(VIEWER).pop().expect("packets").sequence;
    // Half a second of way there and back.
    let sent =
        NtpTime::from_unix_us(1_800_000_000_000_000).plus_us(i64::try_from(world.now_us).expect("small") - 500_000);
    let block = ReportBlock {
        ssrc: SLOT,
        fraction_lost: 0,
        cumulative_lost: 0,
        highest_sequence: u32::from(original),
        jitter: 0,
        last_sender_report: sent.compact(),
        delay_since_last: 0,
    };
    let mut plain = [0; 64];
    let len = write_receiver_report(&mut plain, 1, &[block]).expect("room");
    world.send_rtcp(VIEWER, &plain[..len]);
    let mut answered_ms = Vec::new();
    for ms in (0..700).step_by(50) {
        let len = write_nack(&mut plain, 1, SLOT, &[original]).expect("room");
        world.send_rtcp(VIEWER, &plain[..len]);
        if !world.take_rtp(VIEWER).is_empty() {
            answered_ms.push(ms);
        }
        world.run_ms(50);
    }
    assert_eq!(answered_ms, [0, 300, 600], "three quarters of at most 400 ms");
}

#[test]
fn retransmissions_stay_within_their_budget() {
    let (mut world, mut cameras) = call();
    cameras[0].bulk = 1_000;
    world.bind(VIEWER, SlotKind::Video, 0, 11, 2);
    film(&mut world, &mut cameras, 1_000);
    let sequences: Vec<u16> = world.take_rtp(VIEWER).iter().map(|packet| packet.sequence).collect();
    for _ in 0..40 {
        for chunk in sequences.chunks(30) {
            let mut plain = [0; 512];
            let len = write_nack(&mut plain, 1, SLOT, chunk).expect("room");
            world.send_rtcp(VIEWER, &plain[..len]);
        }
        world.run_ms(25);
    }
    let counters = *world.forwarder.counters();
    assert!(counters.nacks_over_budget > 0);
    assert!(counters.rtx_packets_out <= 1_600, "{}", counters.rtx_packets_out);
}

#[test]
fn requests_of_one_who_asks_without_end_stay_within_their_budget_even_where_none_is_answered() {
    let (mut world, mut cameras) = call();
    world.bind(VIEWER, SlotKind::Video, 0, 11, 2);
    film(&mut world, &mut cameras, 500);
    let first = world.take_rtp(VIEWER)[0].sequence;
    // Numbers that were never sent, 100,000 a second.
    let never: Vec<u16> = (1..=100).map(|behind: u16| first.wrapping_sub(1_000 + behind)).collect();
    for _ in 0..1_000 {
        let mut plain = [0; 512];
        let len = write_nack(&mut plain, 1, SLOT, &never).expect("room");
        world.send_rtcp(VIEWER, &plain[..len]);
        world.now_us += 1_000;
    }
    let counters = *world.forwarder.counters();
    assert_eq!((counters.rtx_packets_out, counters.packets_out_of_span), (0, 0));
    assert!((1_000..6_000).contains(&counters.nacks_unanswered), "{} were looked for", counters.nacks_unanswered);
    assert!(counters.nacks_over_budget > 500, "{} were not", counters.nacks_over_budget);
}

#[test]
fn lost_and_reordered_packets_are_repaired_on_both_sides() {
    let (mut world, mut cameras) = call();
    let mut dice = common::Dice(0x1234_5678_9ABC_DEF1);
    world.bind(VIEWER, SlotKind::Video, 0, 11, 2);
    let mut held: Vec<(u64, Packet, u64)> = Vec::new();
    let mut got: std::collections::BTreeMap<u16, Stamp> = std::collections::BTreeMap::new();
    let mut first = None;
    let mut newest: u16 = 0;
    for _ in 0..400 {
        let camera = &mut cameras[0];
        camera.react(&mut world);
        camera.frame(&mut world, |world, client, packet, index| {
            match dice.below(20) {
                0 => {} // lost on the way to the relay
                1 => held.push((client, packet, index)),
                _ => world.send(client, &packet, index),
            }
        });
        for (client, packet, index) in held.drain(..) {
            world.send(client, &packet, index); // late by a frame
        }
        for _ in 0..5 {
            world.run_ms(10);
            cameras[0].react(&mut world);
            let mut missing = Vec::new();
            for packet in world.take_rtp(VIEWER) {
                let (sequence, payload) = match packet.ssrc {
                    2000 => (u16::from_be_bytes([packet.payload[0], packet.payload[1]]), &packet.payload[2..]),
                    _ if dice.percent(5) => continue, // lost on the way to the viewer
                    _ => (packet.sequence, packet.payload.as_slice()),
                };
                let stamp = Stamp::read(payload);
                assert_eq!(packet.csrcs, [stamp.source]);
                first.get_or_insert(sequence);
                if got.is_empty() || sequence.wrapping_sub(newest) < 0x8000 {
                    newest = sequence;
                }
                got.insert(sequence, stamp);
            }
            let Some(first) = first else { continue };
            for back in 1..60 {
                let sequence = newest.wrapping_sub(back);
                if sequence.wrapping_sub(first) < 0x8000 && !got.contains_key(&sequence) {
                    missing.push(sequence);
                }
            }
            missing.reverse();
            if !missing.is_empty() {
                let mut plain = [0; 512];
                let len = write_nack(&mut plain, 1, SLOT, &missing).expect("room");
                world.send_rtcp(VIEWER, &plain[..len]);
            }
        }
    }
    let counters = *world.forwarder.counters();
    assert!(counters.recovered_packets > 20, "{} recovered", counters.recovered_packets);
    assert!(counters.rtx_packets_out > 20, "{} resent", counters.rtx_packets_out);
    let first = first.expect("packets");
    let total = newest.wrapping_sub(first) - 60;
    let missing = (0..total).filter(|step| !got.contains_key(&first.wrapping_add(*step))).count();
    assert_eq!(missing, 0, "every gap was filled, of {total}");
}

#[test]
fn picture_whose_first_packet_was_lost_on_the_way_up_begins_whole_when_it_comes_again() {
    let (mut world, mut cameras) = call();
    let camera = &mut cameras[0];
    camera.active = 1;
    camera.parts = [6; 3];
    film(&mut world, std::slice::from_mut(camera), 300);
    world.bind(VIEWER, SlotKind::Video, 0, 11, 2);
    camera.frame(&mut world, |world, client, packet, index| world.send(client, &packet, index));
    world.run_ms(10);
    assert!(world.take_rtp(VIEWER).is_empty(), "nothing to begin with yet");
    camera.react(&mut world);
    let mut is_first = true;
    camera.frame(&mut world, |world, client, packet, index| {
        if !std::mem::take(&mut is_first) {
            world.send(client, &packet, index);
        }
    });
    world.run_ms(1);
    camera.frame(&mut world, |world, client, packet, index| world.send(client, &packet, index));
    world.run_ms(10);
    assert!(world.take_rtp(VIEWER).is_empty(), "it cannot begin in the middle");
    film(&mut world, std::slice::from_mut(camera), 300);
    let packets = world.take_rtp(VIEWER);
    assert!(packets.len() >= 2 * 6 + 5 * 6, "{}", packets.len());
    unbroken(&packets, &mut None);
    assert_eq!(world.forwarder.counters().recovered_packets, 1);
    assert_eq!(world.forwarder.counters().dropped_seal, 0);
}

#[test]
fn number_of_a_packet_that_came_too_late_for_its_picture_is_sent_empty_when_the_next_picture_begins() {
    let (mut world, mut cameras) = call();
    world.bind(VIEWER, SlotKind::Video, 0, 11, 2);
    film(&mut world, &mut cameras, 600);
    cameras[0].retransmits = false;
    let mut lost = 0;
    cameras[0].frame(&mut world, |world, client, packet, index| {
        // The first of three packets of each layer.
        let is_first = Stamp::read(&packet.payload).part == 0;
        lost += usize::from(is_first);
        if !is_first {
            world.send(client, &packet, index);
        }
    });
    assert_eq!(lost, 3);
    world.bind(VIEWER, SlotKind::Video, 0, 22, 2);
    film(&mut world, &mut cameras, 600);
    let packets = world.take_rtp(VIEWER);
    assert_eq!(packets.last().expect("packets").csrcs, [22]);
    assert!(packets.windows(2).any(|pair| pair[1].payload.is_empty() && pair[1].sequence < pair[0].sequence));
    let mut sequences: Vec<u16> = packets.iter().map(|packet| packet.sequence).collect();
    sequences.sort_unstable();
    assert!(sequences.windows(2).all(|pair| pair[1] == pair[0] + 1), "every number once: {sequences:?}");
    let empty: Vec<_> = packets.iter().filter(|packet| packet.payload.is_empty()).collect();
    assert_eq!((empty.len(), world.forwarder.counters().fillers_out), (1, 1), "of the layer that was shown");
    let next = packets.iter().find(|packet| packet.csrcs == [22] && !packet.payload.is_empty()).expect("a picture");
    assert_eq!(next.timestamp.wrapping_sub(empty[0].timestamp), 1, "it is no part of the next picture");
    assert_eq!(world.forwarder.counters().dropped_seal, 0);
}
