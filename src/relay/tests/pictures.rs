//! Pictures through the whole forwarder: simulcast, switches, permissions; without sockets.

use crate::common;

use common::camera::{Camera, Stamp, film};
use common::stage::{ANNA, RIDS, SLOT, VIEWER, call, of_slot, unbroken};
use common::{World, camera, slots};
use vdx_relay::wire::rtcp::{ReportBlock, write_picture_loss, write_receiver_report};
use vdx_relay::wire_api::{Command, Event, SlotKind};

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
    // No keyframe comes: the other layer that is wanted is asked for soon, and the same one again after the window.
    world.run_ms(290);
    assert!(world.take_plis(ANNA).is_empty());
    world.run_ms(15);
    assert_eq!(world.take_plis(ANNA), [5001]);
    world.run_ms(290);
    assert!(world.take_plis(ANNA).is_empty());
    world.run_ms(510);
    assert!((1..=2).contains(&world.take_plis(ANNA).len()));
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
            2 => world.command(Command::SetSourceClasses { room: common::ROOM, source: 11, classes: 2 }),
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
fn dead_layer_falls_down_and_comes_back() {
    let (mut world, mut cameras) = call();
    world.bind(VIEWER, SlotKind::Video, 0, 11, 2);
    film(&mut world, &mut cameras, 500);
    world.take_rtp(VIEWER);
    cameras[0].active = 0b011;
    film(&mut world, &mut cameras, 650);
    let stamp = Stamp::read(&world.take_rtp(VIEWER).last().expect("packets").payload);
    assert_eq!(stamp.layer, 1);
    cameras[0].active = 0b111;
    film(&mut world, &mut cameras, 1_000);
    let stamp = Stamp::read(&world.take_rtp(VIEWER).last().expect("packets").payload);
    assert_eq!(stamp.layer, 2);
}

#[test]
fn still_picture_of_one_frame_a_second_keeps_its_layer() {
    let (mut world, mut cameras) = call();
    world.bind(VIEWER, SlotKind::Video, 0, 11, 2);
    film(&mut world, &mut cameras, 500);
    world.take_rtp(VIEWER);
    let switches = world.forwarder.counters().switches;
    for second in 0..20 {
        cameras[0].react(&mut world);
        // The layers of a frame come one after the other, with a timer between them.
        cameras[0].frame(&mut world, |world, client, packet, index| {
            world.send(client, &packet, index);
            world.run_ms(5 + second % 7);
        });
        world.run_ms(950);
    }
    assert_eq!(world.forwarder.counters().switches, switches);
    assert_eq!(world.take_rtp(VIEWER).len(), 60);
}

#[test]
fn keyframe_is_asked_for_when_the_keys_are_there() {
    let (mut world, mut cameras) = call();
    film(&mut world, &mut cameras, 1_000);
    let late = World::add_peer(6, Vec::new(), slots(1));
    world.command(Command::AddPeer(Box::new(late)));
    world.command(Command::SetHears { peer: 6, classes: 1 });
    world.bind(6, SlotKind::Video, 0, 11, 2);
    film(&mut world, &mut cameras[1..], 1_000);
    assert!(world.take_plis(ANNA).is_empty(), "not yet: it would come too early");
    let again = World::add_peer(6, Vec::new(), slots(1));
    world.connect_as(again);
    assert_eq!(world.take_plis(ANNA).len(), 1, "now, at once");
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
fn slot_that_cannot_decode_what_its_source_changes_to_is_told() {
    let mut world = World::new();
    let mut line = camera("1", 111, &[]);
    line.ssrc = 7000;
    world.connect(10, vec![line], Vec::new());
    let mut viewer = World::add_peer(12, Vec::new(), slots(1));
    viewer.payloads.h264 = 0;
    world.connect_as(viewer);
    world.allow(111);
    world.bind(12, SlotKind::Video, 0, 111, 2);
    let mut packet = common::sound(7000, 1, None);
    (packet.payload_type, packet.payload) = (96, vec![0x90, 0xE0, 0x80, 1, 1, 0, 0, 1, 2, 3]);
    world.send(10, &packet, 1);
    assert_eq!(world.take_rtp(12).len(), 1);
    // A STAP-A of SPS, PPS and IDR.
    (packet.payload_type, packet.payload) =
        (102, vec![0x78, 0, 4, 0x67, 0x42, 0xE0, 0x1F, 0, 4, 0x68, 0xCE, 0x3C, 0x80, 0, 2, 0x65, 0x88]);
    world.take_events();
    world.send(10, &packet, 2);
    world.send(10, &packet, 3);
    assert!(world.take_rtp(12).is_empty());
    let told = Event::CannotDecode { peer: 12, index: 0, source: 111 };
    assert_eq!(world.take_events().iter().filter(|event| **event == told).count(), 1);
    (packet.payload_type, packet.payload) = (96, vec![0x90, 0xE0, 0x80, 2, 2, 0, 0, 1, 2, 3]);
    world.send(10, &packet, 4);
    assert_eq!(world.take_rtp(12).len(), 1, "and back");
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
