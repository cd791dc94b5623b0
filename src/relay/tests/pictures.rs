//! Pictures through the whole forwarder: simulcast, switches, permissions, retransmissions; without sockets.

mod common;

use common::camera::{Camera, Stamp, film};
use common::{Packet, World, camera, slots};
use vdx_relay::wire::rtcp::{ReportBlock, write_nack, write_picture_loss, write_receiver_report};
use vdx_relay::wire_api::{Command, Event, SlotKind};

const ANNA: u64 = 1;
const BO: u64 = 2;
const VIEWER: u64 = 4;
const SLOT: u32 = 1000;
const RIDS: [&str; 3] = ["q", "h", "f"];

/// Anna and Bo publish three layers each, a viewer has two slots.
fn call() -> (World, [Camera; 2]) {
    let mut world = World::new();
    world.connect(ANNA, vec![camera("0", 11, &RIDS)], Vec::new());
    world.connect(BO, vec![camera("0", 22, &RIDS)], Vec::new());
    world.connect(VIEWER, Vec::new(), slots(2));
    world.allow(11);
    world.allow(22);
    (world, [Camera::new(ANNA, 11, "0", &RIDS, 5000), Camera::new(BO, 22, "0", &RIDS, 6000)])
}

/// Checks that one slot's packets are one unbroken stream and answers their stamps.
fn unbroken(packets: &[Packet], last: &mut Option<(Packet, Stamp)>) -> Vec<Stamp> {
    let mut stamps = Vec::new();
    for packet in packets {
        let stamp = Stamp::read(&packet.payload);
        assert_eq!(packet.csrcs, [stamp.source], "a picture under another's name");
        if let Some((before, before_stamp)) = last {
            assert_eq!(packet.sequence, before.sequence.wrapping_add(1), "sequence");
            let is_same_frame = (stamp.source, stamp.layer, stamp.frame)
                == (before_stamp.source, before_stamp.layer, before_stamp.frame);
            let ticks = packet.timestamp.wrapping_sub(before.timestamp);
            let pictures = stamp.picture_id.wrapping_sub(before_stamp.picture_id) & 0x7FFF;
            let tl0 = stamp.tl0.wrapping_sub(before_stamp.tl0);
            if is_same_frame {
                assert_eq!((ticks, pictures, tl0), (0, 0, 0), "one frame");
            } else {
                assert!((1..90_000).contains(&ticks), "timestamp went on by {ticks}");
                assert_eq!((pictures, tl0), (1, 1), "picture id and TL0PICIDX");
                if (stamp.source, stamp.layer) != (before_stamp.source, before_stamp.layer) {
                    assert!(stamp.is_keyframe && stamp.is_start, "a switch begins with a keyframe");
                }
            }
        } else {
            assert!(stamp.is_keyframe && stamp.is_start, "the first packet is a keyframe's");
        }
        *last = Some((packet.clone(), stamp));
        stamps.push(stamp);
    }
    stamps
}

fn of_slot(packets: Vec<Packet>, ssrc: u32) -> Vec<Packet> {
    packets.into_iter().filter(|packet| packet.ssrc == ssrc).collect()
}

#[test]
fn hundreds_of_switches_keep_one_unbroken_stream_over_rollovers() {
    let (mut world, mut cameras) = call();
    let mut last = None;
    let mut seen = std::collections::HashSet::new();
    let mut switches = 0;
    let mut packets = 0_u64;
    // 20 frames a second, most packets on the layer that is shown, until the outgoing numbers have wrapped.
    for turn in 0..400_u32 {
        let (source, layer) = (if turn % 5 < 2 { 11 } else { 22 }, turn % 3);
        for camera in &mut cameras {
            camera.parts = [1; 3];
            camera.parts[layer as usize] = if camera.source == source { 18 } else { 1 };
        }
        world.bind(VIEWER, SlotKind::Video, 0, source, layer as u8);
        film(&mut world, &mut cameras, 550);
        if turn % 4 == 0 {
            world.live_ms(1);
        }
        let received = of_slot(world.take_rtp(VIEWER), SLOT);
        packets += received.len() as u64;
        for stamp in unbroken(&received, &mut last) {
            seen.insert((stamp.source, stamp.layer));
        }
        let (_, newest) = last.as_ref().expect("packets");
        assert_eq!((newest.source, u32::from(newest.layer)), (source, layer), "what is shown is what was bound");
        switches += world.take_events().iter().filter(|it| matches!(it, Event::SlotSwitched { .. })).count();
    }
    assert!(switches >= 300, "{switches} switches");
    assert!(packets > 70_000, "{packets} packets");
    assert_eq!(seen.len(), 6);
    assert_eq!(world.forwarder.counters().dropped_seal, 0);
}

#[test]
fn keyframe_is_asked_for_at_once_then_at_most_twice_a_second() {
    let (mut world, mut cameras) = call();
    film(&mut world, &mut cameras, 1_000);
    cameras[0].plis.clear();
    world.bind(VIEWER, SlotKind::Video, 0, 11, 0);
    assert_eq!(world.take_plis(ANNA), [5000], "asked for in the same step");
    let mut plain = [0; 12];
    for slot in [1, 2, 1] {
        world.bind(VIEWER, SlotKind::Video, 1, 11, slot);
    }
    assert!(world.take_plis(ANNA).is_empty());
    // No keyframe comes: asked again after the window, for the other layers first.
    world.run_ms(490);
    assert!(world.take_plis(ANNA).is_empty());
    world.run_ms(15);
    assert_eq!(world.take_plis(ANNA).len(), 1);
    world.run_ms(510);
    assert_eq!(world.take_plis(ANNA).len(), 1);
    film(&mut world, &mut cameras[..1], 1_000);
    cameras[0].plis.clear();
    for _ in 0..20 {
        let len = write_picture_loss(&mut plain, 1, SLOT).expect("room");
        world.send_rtcp(VIEWER, &plain[..len]);
        film(&mut world, &mut cameras[..1], 50);
    }
    let asked = cameras[0].plis.len();
    assert!((1..=3).contains(&asked), "{asked} requests in a second");
}

#[test]
fn one_keyframe_burst_serves_slots_on_all_layers() {
    let (mut world, mut cameras) = call();
    film(&mut world, &mut cameras, 200);
    cameras[0].plis.clear();
    world.bind(VIEWER, SlotKind::Video, 0, 11, 0);
    world.bind(VIEWER, SlotKind::Video, 1, 11, 2);
    film(&mut world, &mut cameras, 1_200);
    assert_eq!(cameras[0].plis.len(), 1);
    let packets = world.take_rtp(VIEWER);
    assert!(!of_slot(packets.clone(), SLOT).is_empty());
    assert!(!of_slot(packets, SLOT + 1).is_empty());
}

#[test]
fn binding_to_nobody_and_loss_of_permission_stop_the_very_next_packet() {
    for way in 0..4 {
        let (mut world, mut cameras) = call();
        world.bind(VIEWER, SlotKind::Video, 0, 11, 2);
        film(&mut world, &mut cameras, 300);
        assert!(!world.take_rtp(VIEWER).is_empty());
        match way {
            0 => world.bind(VIEWER, SlotKind::Video, 0, 0, 2),
            1 => world.gate(11, 2, false),
            2 => world.command(Command::SetSourceClasses { source: 11, classes: 2 }),
            _ => world.command(Command::SetHears { peer: VIEWER, classes: 2 }),
        }
        film(&mut world, &mut cameras, 300);
        assert!(world.take_rtp(VIEWER).is_empty(), "way {way}");
        match way {
            0 => world.bind(VIEWER, SlotKind::Video, 0, 11, 2),
            1 => world.gate(11, 2, true),
            2 => world.allow(11),
            _ => world.command(Command::SetHears { peer: VIEWER, classes: 1 }),
        }
        film(&mut world, &mut cameras, 600);
        let packets = world.take_rtp(VIEWER);
        assert!(!packets.is_empty(), "way {way}");
        assert!(Stamp::read(&packets[0].payload).is_keyframe);
    }
}

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
fn dead_layer_falls_down_and_comes_back() {
    let (mut world, mut cameras) = call();
    world.bind(VIEWER, SlotKind::Video, 0, 11, 2);
    film(&mut world, &mut cameras, 500);
    world.take_rtp(VIEWER);
    cameras[0].active = 0b011;
    film(&mut world, &mut cameras, 2_000);
    let stamp = Stamp::read(&world.take_rtp(VIEWER).last().expect("packets").payload);
    assert_eq!(stamp.layer, 1);
    cameras[0].active = 0b111;
    film(&mut world, &mut cameras, 1_000);
    let stamp = Stamp::read(&world.take_rtp(VIEWER).last().expect("packets").payload);
    assert_eq!(stamp.layer, 2);
}

#[test]
fn reported_loss_lowers_the_layer_and_its_end_raises_it() {
    let (mut world, mut cameras) = call();
    world.bind(VIEWER, SlotKind::Video, 0, 11, 2);
    let mut highest = 1_000;
    let mut report = |world: &mut World, fraction_lost: u8| {
        highest += 100;
        let block = ReportBlock {
            ssrc: SLOT,
            fraction_lost,
            cumulative_lost: 0,
            highest_sequence: highest,
            jitter: 0,
            last_sender_report: 0,
            delay_since_last: 0,
        };
        let mut plain = [0; 64];
        let len = write_receiver_report(&mut plain, 1, &[block]).expect("room");
        world.send_rtcp(VIEWER, &plain[..len]);
    };
    let layer = |world: &mut World| Stamp::read(&world.take_rtp(VIEWER).last().expect("packets").payload).layer;
    film(&mut world, &mut cameras, 500);
    report(&mut world, 0);
    film(&mut world, &mut cameras, 1_000);
    assert_eq!(layer(&mut world), 2);
    report(&mut world, 64);
    film(&mut world, &mut cameras, 1_000);
    assert_eq!(layer(&mut world), 1);
    for _ in 0..12 {
        report(&mut world, 0);
        world.live_ms(1);
        film(&mut world, &mut cameras, 1_000);
    }
    assert_eq!(layer(&mut world), 2);
}

#[test]
fn publisher_that_comes_back_as_a_new_peer_fills_its_slots_again() {
    let (mut world, mut cameras) = call();
    world.bind(VIEWER, SlotKind::Video, 0, 11, 2);
    film(&mut world, &mut cameras, 500);
    let mut last = None;
    unbroken(&of_slot(world.take_rtp(VIEWER), SLOT), &mut last);
    let mut again = World::add_peer(3, vec![camera("7", 11, &RIDS)], Vec::new());
    again.replaces = ANNA;
    world.connect_as(again);
    let mut cameras = [Camera::new(3, 11, "7", &RIDS, 7000)];
    film(&mut world, &mut cameras, 500);
    let stamps = unbroken(&of_slot(world.take_rtp(VIEWER), SLOT), &mut last);
    assert!(stamps.iter().all(|stamp| stamp.source == 11) && !stamps.is_empty());
    assert!(world.take_events().iter().all(|event| !matches!(event, Event::PeerExpired { .. })));
}

#[test]
fn slot_that_cannot_decode_is_told_once_and_stays_empty() {
    let (mut world, mut cameras) = call();
    let mut add = World::add_peer(6, Vec::new(), slots(1));
    add.payloads.vp8 = 0;
    add.payloads.vp8_rtx = 0;
    world.connect_as(add);
    world.bind(6, SlotKind::Video, 0, 11, 2);
    film(&mut world, &mut cameras, 1_000);
    assert!(world.take_rtp(6).is_empty());
    let told: Vec<Event> =
        world.take_events().into_iter().filter(|it| matches!(it, Event::CannotDecode { .. })).collect();
    assert_eq!(told, [Event::CannotDecode { peer: 6, index: 0, source: 11 }]);
    assert_eq!(world.forwarder.counters().cannot_decode, 1);
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
fn single_encoding_is_told_by_its_declared_ssrc_and_rtx_by_payload_type() {
    let mut world = World::new();
    let mut line = camera("0", 11, &[]);
    (line.ssrc, line.rtx_ssrc) = (5000, 5010);
    world.connect(ANNA, vec![line], Vec::new());
    world.connect(VIEWER, Vec::new(), slots(1));
    world.allow(11);
    world.bind(VIEWER, SlotKind::Video, 0, 11, 2);
    // A probe on the RTX stream before any picture: mid, no rrid, nothing but padding.
    let mut probe = common::sound(5010, 4, None);
    probe.payload_type = 97;
    probe.payload = Vec::new();
    probe.extensions.insert(common::MID, b"0".to_vec());
    world.send(ANNA, &probe, 4);
    let mut cameras = [Camera::new(ANNA, 11, "0", &["-"], 5000)];
    film(&mut world, &mut cameras, 300);
    let mut last = None;
    assert!(!unbroken(&of_slot(world.take_rtp(VIEWER), SLOT), &mut last).is_empty());
    assert_eq!(world.forwarder.counters().dropped_unknown_ssrc, 0);
}
