//! Statistics on request: what a room's snapshot says of its sources and slots, and that it says nothing of others'.

#![allow(clippy::cast_possible_wrap, clippy::float_cmp)] // Test times are small; zero is zero.

use crate::call::Call;
use crate::common;
use crate::network::link::Conditions;

use common::camera::{Camera, film};
use common::stage::{BO, SLOT, VIEWER, call};
use common::{Packet, World, camera, measured_slots, microphone, slots, sound};
use vdx_relay::statistics::{PeerStatistics, SlotStatistics, SourceStatistics};
use vdx_relay::wire::rtcp::{
    NtpTime, ReportBlock, Rtcp, RtcpPackets, compact_from_us, write_nack, write_picture_loss, write_receiver_report,
    write_remb,
};
use vdx_relay::wire_api::{Command, Event, Receive, SlotKind};

fn snapshot(world: &mut World, room: u64) -> (Vec<PeerStatistics>, Vec<SourceStatistics>) {
    world.command(Command::TakeSnapshot { id: 77, room });
    let found = world.events.iter().rev().find_map(|event| match event {
        Event::Snapshot { id: 77, peers, sources } => Some((peers.clone(), sources.clone())),
        _ => None,
    });
    found.expect("an answer")
}

#[test]
fn snapshot_tells_layers_and_slots_of_its_room_only() {
    let mut world = World::new();
    world.connect(2, vec![camera("1", 111, &["q", "h"])], Vec::new());
    world.connect(4, Vec::new(), slots(2));
    world.allow(111);
    world.bind(4, SlotKind::Video, 1, 111, 0);
    let mut cameras = [Camera::new(2, 111, "1", &["q", "h"], 6000)];
    film(&mut world, &mut cameras, 3_000);
    let mut loss = [0; 12];
    let len = write_picture_loss(&mut loss, 1, 1001).expect("room");
    world.send_rtcp(4, &loss[..len]);
    let (peers, sources) = snapshot(&mut world, 1);
    assert_eq!(peers.iter().map(|peer| peer.peer).collect::<Vec<_>>(), [2, 4]);
    let [slot] = peers[1].slots.as_slice() else { panic!("one slot is used: {:?}", peers[1].slots) };
    assert_eq!((slot.kind, slot.index, slot.source, slot.layer), (SlotKind::Video, 1, 111, 0));
    assert!(slot.packets > 40 && slot.bps > 0 && slot.freezes == 0, "{slot:?}");
    let [source] = sources.as_slice() else { panic!("{sources:?}") };
    assert_eq!((source.source, source.peer, source.layers.len()), (111, 2, 2));
    assert!(source.layers.iter().all(|layer| layer.is_live && layer.bps > 0 && layer.fps >= 18), "{source:?}");
    assert!(source.layers[0].is_wanted && !source.layers[1].is_wanted);
    assert_eq!(
        (slot.keyframe_requests, source.layers[0].keyframe_requests, source.layers[1].keyframe_requests),
        (1, 1, 0)
    );
    assert_eq!(snapshot(&mut world, 2), (Vec::new(), Vec::new()), "another room");
}

/// Of the viewer's first slot of pictures.
fn slot(world: &mut World) -> SlotStatistics {
    let (peers, _) = snapshot(world, 1);
    let viewer = peers.iter().find(|peer| peer.peer == VIEWER).expect("there");
    viewer.slots.iter().find(|slot| slot.kind == SlotKind::Video).expect("used").clone()
}

#[test]
fn slot_that_waits_for_a_keyframe_of_a_layer_that_lives_freezes_once_and_for_so_long() {
    // The publisher's numbers leap; or the slot was empty.
    for cause in ["leap", "begin"] {
        let (mut world, mut cameras) = call();
        film(&mut world, &mut cameras, 1_000);
        if cause == "leap" {
            world.bind(VIEWER, SlotKind::Video, 0, 11, 0);
            film(&mut world, &mut cameras, 3_000);
            assert_eq!((slot(&mut world).freezes, slot(&mut world).frozen_ms), (0, 0));
            cameras[0].leap(5_000);
        } else {
            world.bind(VIEWER, SlotKind::Video, 0, 11, 0);
        }
        world.take_rtp(VIEWER);
        // Five seconds without a keyframe, however often one is asked for.
        for _ in 0..100 {
            cameras[0].frame(&mut world, |world, client, packet, index| world.send(client, &packet, index));
            world.run_ms(50);
        }
        assert!(world.take_rtp(VIEWER).is_empty(), "{cause}");
        let frozen = slot(&mut world);
        assert_eq!(frozen.freezes, 1, "{cause}");
        assert!((3_000..=5_000).contains(&frozen.frozen_ms), "{cause}: whole seconds: {}", frozen.frozen_ms);
        film(&mut world, &mut cameras, 3_000);
        let after = slot(&mut world);
        assert!(!world.take_rtp(VIEWER).is_empty());
        assert_eq!(after.freezes, 1, "{cause}: it is over");
        assert!(after.frozen_ms <= frozen.frozen_ms + 1_000, "{cause}");
    }
}

#[test]
fn publisher_that_stalls_freezes_a_slot_for_no_longer_than_its_layer_is_held_to_live() {
    let (mut world, mut cameras) = call();
    world.bind(VIEWER, SlotKind::Video, 0, 22, 2);
    film(&mut world, &mut cameras, 3_000);
    for _ in 0..10 {
        world.check(BO, true);
        film(&mut world, &mut cameras[..1], 1_000);
    }
    let stalled = slot(&mut world);
    assert!(stalled.freezes <= 1 && stalled.frozen_ms <= 2_000, "{stalled:?}");
    let (_, sources) = snapshot(&mut world, 1);
    let of_bo = sources.iter().find(|source| source.source == 22).expect("there");
    assert!(of_bo.layers.iter().all(|layer| !layer.is_live), "that says it");
}

/// A camera of which each fifth packet is lost, a microphone whose packets are 0 and 5 ms late in turn, and a viewer who
/// reports a quarter lost after 40 ms of way there and back.
#[test]
fn figures_are_those_of_what_was_lost_late_asked_for_and_sent_again() {
    let mut world = World::new();
    world.connect(2, vec![camera("0", 11, &["q"]), microphone("1", 12, 7_000)], Vec::new());
    world.connect(VIEWER, Vec::new(), slots(1));
    world.allow(11);
    world.allow(12);
    world.bind(VIEWER, SlotKind::Video, 0, 11, 2);
    let mut film = Camera::new(2, 11, "0", &["q"], 5_000);
    film.parts = [1; 3];
    let (mut asked, mut reported, mut shown) = (0, 0, Vec::<Packet>::new());
    for frame in 0..200_u64 {
        film.frame(&mut world, |world, client, packet, index| {
            if frame % 5 != 4 {
                world.send(client, &packet, index);
            }
        });
        for step in 0..2 {
            let sequence = frame * 2 + step;
            let packet = sound(7_000, sequence, Some(20));
            let late_ms = sequence % 2 * 5;
            world.run_ms(late_ms);
            world.send(2, &Packet { timestamp: sequence as u32 * 25 * 48, ..packet }, sequence);
            world.run_ms(25 - late_ms);
        }
        for compound in world.clients.get_mut(&2).expect("there").take_rtcp() {
            for packet in RtcpPackets::new(&compound) {
                if let Rtcp::Nack(nack) = packet.expect("well-formed") {
                    assert_eq!(nack.media_ssrc, 5_000);
                    asked += nack.sequences().count();
                }
            }
        }
        shown.extend(world.take_rtp(VIEWER).into_iter().filter(|packet| packet.ssrc == SLOT));
        if frame % 20 == 19 {
            reported += 100;
            let ntp = NtpTime::from_unix_us(1_800_000_000_000_000).plus_us(world.now_us as i64);
            let block = ReportBlock {
                ssrc: SLOT,
                fraction_lost: 64,
                cumulative_lost: 25,
                highest_sequence: reported,
                jitter: 0,
                last_sender_report: ntp.plus_us(-100_000).compact(),
                delay_since_last: compact_from_us(60_000),
            };
            let mut plain = [0; 64];
            let len = write_receiver_report(&mut plain, 1, &[block]).expect("room");
            world.send_rtcp(VIEWER, &plain[..len]);
        }
    }
    let three: Vec<u16> = shown[shown.len() - 3..].iter().map(|packet| packet.sequence).collect();
    for _ in 0..2 {
        let mut plain = [0; 64];
        let len = write_nack(&mut plain, 1, SLOT, &three).expect("room");
        world.send_rtcp(VIEWER, &plain[..len]);
    }
    assert_eq!(world.take_rtp(VIEWER).len(), 3, "the second time comes too soon");
    let slot = slot(&mut world);
    assert_eq!((slot.nacks, slot.resent), (6, 3));
    assert_eq!(slot.packets as usize, shown.len());
    assert!((slot.loss - 0.25).abs() < 0.001, "{}", slot.loss);
    let (peers, sources) = snapshot(&mut world, 1);
    let viewer = peers.iter().find(|peer| peer.peer == VIEWER).expect("there");
    assert!((viewer.rtt_ms - 40.0).abs() < 1.0, "{} ms", viewer.rtt_ms);
    let layer = |id: u32| sources.iter().find(|source| source.source == id).expect("there").layers[0].clone();
    let (picture, voice) = (layer(11), layer(12));
    assert!((picture.loss - 0.2).abs() <= 0.05, "{}", picture.loss);
    assert!(asked >= 40 && picture.nacks as usize == asked, "{} told, {asked} came", picture.nacks);
    assert!((voice.jitter_ms - 5.0).abs() < 0.3 && voice.loss == 0.0, "{} ms, {}", voice.jitter_ms, voice.loss);
    assert_eq!(voice.nacks, 0);
}

#[test]
fn picture_that_stops_while_its_layer_lives_is_counted_as_frozen_for_all_slots_together() {
    let mut world = World::new();
    world.connect(2, vec![camera("1", 111, &["q", "h"])], Vec::new());
    world.connect(4, Vec::new(), slots(2));
    world.connect(6, Vec::new(), slots(2));
    world.allow(111);
    world.bind(4, SlotKind::Video, 1, 111, 0);
    world.bind(6, SlotKind::Video, 1, 111, 0);
    let mut cameras = [Camera::new(2, 111, "1", &["q", "h"], 6000)];
    film(&mut world, &mut cameras, 3_000);
    assert_eq!((world.forwarder.counters().pictures_frozen, world.forwarder.counters().pictures_frozen_us), (0, 0));
    world.run_ms(10_000);
    let freezes: Vec<_> = snapshot(&mut world, 1).0.into_iter().flat_map(|peer| peer.slots).collect();
    let counted = (world.forwarder.counters().pictures_frozen, world.forwarder.counters().pictures_frozen_us);
    assert_eq!(counted.0, freezes.iter().map(|slot| u64::from(slot.freezes)).sum::<u64>());
    assert!(counted.0 == 2 && counted.1 >= 2_000_000, "{counted:?} {freezes:?}");
}

#[test]
fn snapshot_tells_what_a_way_carries_and_which_picture_waits_for_it() {
    let mut world = World::new();
    for (peer, source, base) in [(1, 11, 5_000), (BO, 22, 6_000)] {
        world.connect(peer, vec![Receive { ssrc: base, ..camera("0", source, &[]) }], Vec::new());
        world.allow(source);
    }
    world.connect(VIEWER, Vec::new(), measured_slots(2));
    let mut cameras = [Camera::new(1, 11, "0", &["-"], 5_000), Camera::new(BO, 22, "0", &["-"], 6_000)];
    for camera in &mut cameras {
        camera.parts = [10; 3];
    }
    let tell_bps = |world: &mut World, bps: u64| {
        let mut plain = [0; 64];
        let len = write_remb(&mut plain, 1, bps, &[SLOT]).expect("room");
        world.send_rtcp(VIEWER, &plain[..len]);
    };
    for (index, source, priority) in [(0, 11, 0), (1, 22, 2)] {
        let (peer, kind) = (VIEWER, SlotKind::Video);
        world.command(Command::BindSlot { peer, kind, index, source, max_layer: 2, priority });
    }
    for (bps, paused) in [(180_000, vec![11]), (40_000, vec![11, 22]), (2_000_000, vec![])] {
        for _ in 0..3 {
            tell_bps(&mut world, bps);
            film(&mut world, &mut cameras, 1_600);
        }
        let (peers, _) = snapshot(&mut world, 1);
        let viewer = peers.iter().find(|peer| peer.peer == VIEWER).expect("there");
        assert_eq!(viewer.estimate_bps, bps);
        assert!(peers.iter().all(|peer| peer.peer == VIEWER || peer.estimate_bps == 0), "nothing is sent to them");
        let told: Vec<u32> = viewer.slots.iter().filter(|slot| slot.is_paused).map(|slot| slot.source).collect();
        assert_eq!((told, viewer.slots.len()), (paused, 2), "{bps}");
    }
}

#[test]
fn snapshot_tells_how_many_of_the_frames_are_sent() {
    let narrow = Conditions { rate_bps: 150_000, ..Conditions::default() };
    let mut call = Call::new(1, 1, Conditions::default(), narrow, 2);
    let level = |call: &mut Call| {
        call.run_s(10.0);
        let (to_us, viewer) = (call.world.now_us, &call.viewers[0].0);
        let fps = viewer.fps(to_us - 2_000_000, to_us);
        let id = viewer.client;
        let (peers, _) = snapshot(&mut call.world, 1);
        let peer = peers.iter().find(|peer| peer.peer == id).expect("there");
        let slot = peer.slots.iter().find(|slot| slot.kind == SlotKind::Video).expect("used");
        println!("{fps:.1} fps, {slot:?}");
        (slot.temporal_level, fps)
    };
    // 30 frames a second on three levels: 7.5 and 15 up to the lower ones.
    let (low, fps) = level(&mut call);
    assert!(low <= 1 && fps < 16.0, "level {low}, {fps} fps");
    call.viewers[0].1.down.conditions.rate_bps = 5_000_000;
    let (whole, fps) = level(&mut call);
    assert!(whole >= 2 && fps > 28.0, "level {whole}, {fps} fps");
}
