//! A subscriber's way is narrow: who is sent, who is paused, and how both come back.

use crate::common;

use common::camera::{Camera, Stamp, film};
use common::stage::{ANNA, BO, RIDS, SLOT, VIEWER, of_slot, unbroken};
use common::{Packet, World, camera, measured_slots, microphone, redundant_sound, sound};
use vdx_relay::wire::rtcp::write_remb;
use vdx_relay::wire_api::{Command, Event, Slot, SlotKind};

/// Anna and Bo publish, the viewer has two slots and tells what its way carries.
fn narrow_call(bps: u64) -> (World, [Camera; 2]) {
    let mut world = World::new();
    world.connect(ANNA, vec![camera("0", 11, &RIDS)], Vec::new());
    world.connect(BO, vec![camera("0", 22, &RIDS)], Vec::new());
    world.connect(VIEWER, Vec::new(), measured_slots(2));
    world.allow(11);
    world.allow(22);
    tell_bps(&mut world, bps);
    let mut cameras = [Camera::new(ANNA, 11, "0", &RIDS, 5000), Camera::new(BO, 22, "0", &RIDS, 6000)];
    for camera in &mut cameras {
        camera.parts = [10, 12, 14];
        camera.bulk = 500;
    }
    (world, cameras)
}

fn tell_bps(world: &mut World, bps: u64) {
    let mut plain = [0; 64];
    let len = write_remb(&mut plain, 1, bps, &[SLOT]).expect("room");
    world.send_rtcp(VIEWER, &plain[..len]);
}

/// What came but for padding.
fn pictures(world: &mut World) -> Vec<Packet> {
    world.take_rtp(VIEWER).into_iter().filter(|packet| packet.ssrc < SLOT + 1_000).collect()
}

fn bind(world: &mut World, index: u16, source: u32, priority: u8) {
    let (peer, kind) = (VIEWER, SlotKind::Video);
    world.command(Command::BindSlot { peer, kind, index, source, max_layer: 2, priority });
}

fn pauses(world: &mut World) -> Vec<(u16, u32, bool)> {
    let told = world.take_events().into_iter().filter_map(|event| match event {
        Event::SlotPaused { peer: VIEWER, kind: SlotKind::Video, index, source, paused } => {
            Some((index, source, paused))
        }
        _ => None,
    });
    told.collect()
}

#[test]
fn picture_that_does_not_fit_is_paused_and_told_and_comes_back_with_a_keyframe() {
    let (mut world, mut cameras) = narrow_call(300_000);
    bind(&mut world, 0, 11, 0);
    film(&mut world, &mut cameras, 2_000);
    let mut last = None;
    assert!(!unbroken(&of_slot(pictures(&mut world), SLOT), &mut last).is_empty());
    assert_eq!(pauses(&mut world), []);
    tell_bps(&mut world, 50_000);
    film(&mut world, &mut cameras, 1_600);
    pictures(&mut world);
    tell_bps(&mut world, 50_000);
    film(&mut world, &mut cameras, 3_000);
    assert!(pictures(&mut world).is_empty());
    assert_eq!(pauses(&mut world), [(0, 11, true)]);
    assert_eq!(world.forwarder.counters().pictures_paused, 1);
    cameras[0].plis.clear();
    tell_bps(&mut world, 300_000);
    film(&mut world, &mut cameras, 1_900);
    assert!(pictures(&mut world).is_empty(), "not at once");
    film(&mut world, &mut cameras, 1_000);
    let packets = pictures(&mut world);
    let first = Stamp::read(&packets.first().expect("it came back").payload);
    assert!(first.is_keyframe && first.is_start && first.source == 11);
    assert_eq!(cameras[0].plis.len(), 1);
    assert_eq!(pauses(&mut world), [(0, 11, false)]);
}

#[test]
fn spotlight_is_sent_and_the_other_waits() {
    let (mut world, mut cameras) = narrow_call(200_000);
    bind(&mut world, 0, 11, 0);
    bind(&mut world, 1, 22, 2);
    film(&mut world, &mut cameras, 1_500);
    pictures(&mut world);
    film(&mut world, &mut cameras, 1_000);
    let packets = pictures(&mut world);
    assert!(!packets.is_empty() && packets.iter().all(|packet| packet.csrcs == [22]));
    assert_eq!(pauses(&mut world).last(), Some(&(0, 11, true)));
    // The other is the spotlight now.
    bind(&mut world, 1, 22, 0);
    bind(&mut world, 0, 11, 2);
    film(&mut world, &mut cameras, 1_000);
    pictures(&mut world);
    film(&mut world, &mut cameras, 1_000);
    let packets = pictures(&mut world);
    assert!(!packets.is_empty() && packets.iter().all(|packet| packet.csrcs == [11]));
}

#[test]
fn slot_that_was_paused_shows_the_next_one_without_waiting() {
    let (mut world, mut cameras) = narrow_call(50_000);
    bind(&mut world, 0, 11, 0);
    film(&mut world, &mut cameras, 1_000);
    assert_eq!(pauses(&mut world), [(0, 11, true)]);
    tell_bps(&mut world, 300_000);
    bind(&mut world, 0, 22, 0);
    film(&mut world, &mut cameras, 500);
    assert!(pictures(&mut world).iter().any(|packet| packet.csrcs == [22]));
    assert_eq!(pauses(&mut world), []);
}

#[test]
fn only_the_loudest_is_heard_where_there_is_room_for_one() {
    let mut world = World::new();
    for (id, ssrc) in [(10, 5010), (20, 5020), (30, 5030)] {
        world.connect(id, vec![microphone("0", id as u32 * 11, ssrc)], Vec::new());
        world.allow(id as u32 * 11);
    }
    world.connect(VIEWER, Vec::new(), measured_slots(0));
    tell_bps(&mut world, 1_000_000);
    let mut index = 0;
    let mut talk = |world: &mut World, levels: [u8; 3], packets: u64| {
        for _ in 0..packets {
            index += 1;
            for ((id, ssrc), level) in [(10, 5010), (20, 5020), (30, 5030)].into_iter().zip(levels) {
                world.send(id, &sound(ssrc, index, Some(level + (index % 2) as u8)), index);
            }
            world.run_ms(20);
        }
        let mut heard: Vec<u32> = world.take_rtp(VIEWER).iter().map(|packet| packet.csrcs[0]).collect();
        heard.sort_unstable();
        heard.dedup();
        heard
    };
    assert_eq!(talk(&mut world, [40, 20, 50], 50), [110, 220, 330]);
    tell_bps(&mut world, 200_000);
    talk(&mut world, [40, 20, 50], 10);
    assert_eq!(talk(&mut world, [40, 20, 50], 50), [220]);
    tell_bps(&mut world, 200_000);
    talk(&mut world, [40, 50, 20], 150);
    assert_eq!(talk(&mut world, [40, 50, 20], 50), [330], "who is the loudest now");
    tell_bps(&mut world, 1_000_000);
    talk(&mut world, [40, 50, 20], 10);
    assert_eq!(talk(&mut world, [40, 50, 20], 50), [110, 220, 330]);
    assert_eq!(world.forwarder.counters().sounds_paused, 3);
}

#[test]
fn redundancy_of_sound_goes_only_where_the_way_has_room_for_it() {
    let mut world = World::new();
    world.connect(10, vec![microphone("0", 110, 5010)], Vec::new());
    world.allow(110);
    world.connect(VIEWER, Vec::new(), measured_slots(0).into_iter().map(|slot| Slot { red: true, ..slot }).collect());
    let mut index = 0;
    for (bps, is_redundant) in [(1_000_000, true), (200_000, false), (1_000_000, true)] {
        tell_bps(&mut world, bps);
        let mut types = Vec::new();
        for _ in 0..50 {
            index += 1;
            world.send(10, &redundant_sound(5010, index, Some(20 + (index % 2) as u8), 1), index);
            world.run_ms(20);
            types.extend(world.take_rtp(VIEWER).iter().map(|packet| packet.payload_type));
        }
        assert_eq!(types.len(), 50, "{bps}: the voice itself");
        let late = &types[10..];
        assert!(late.iter().all(|number| *number == if is_redundant { 63 } else { 111 }), "{bps}: {types:?}");
    }
}

#[test]
fn way_that_never_answers_is_not_limited_for_long() {
    let mut world = World::new();
    world.connect(ANNA, vec![camera("0", 11, &RIDS)], Vec::new());
    world.connect(VIEWER, Vec::new(), measured_slots(1));
    world.allow(11);
    let mut cameras = [Camera::new(ANNA, 11, "0", &RIDS, 5000)];
    cameras[0].parts = [10, 30, 30];
    cameras[0].bulk = 1_000;
    bind(&mut world, 0, 11, 0);
    film(&mut world, &mut cameras, 800);
    let layers = |world: &mut World| -> Vec<u8> {
        let packets = pictures(world);
        packets.iter().map(|packet| Stamp::read(&packet.payload).layer).collect()
    };
    let begun = layers(&mut world);
    assert!(!begun.is_empty() && begun.iter().all(|layer| *layer == 0), "{begun:?}");
    film(&mut world, &mut cameras, 1_500);
    assert_eq!(layers(&mut world).last(), Some(&2));
    let mut told = world.take_events().into_iter().filter_map(|event| match event {
        Event::PeerQuality { peer: VIEWER, estimate_bps, .. } => Some(estimate_bps),
        _ => None,
    });
    assert_eq!((told.next(), told.next_back()), (Some(300_000), Some(0)));
}

#[test]
fn what_comes_from_a_publisher_is_told_in_bits_per_second() {
    let (mut world, mut cameras) = narrow_call(300_000);
    film(&mut world, &mut cameras, 3_000);
    let told = world.take_events().into_iter().filter_map(|event| match event {
        Event::PeerQuality { peer: ANNA, uplink_bps, .. } => Some(uplink_bps),
        _ => None,
    });
    // 36 packets of about 300 bytes 20 times a second.
    let told: Vec<u64> = told.collect();
    assert!(told.last().is_some_and(|bps| (1_500_000..2_500_000).contains(bps)), "{told:?}");
}
