//! Who is heard by whom: the loudest three, audience classes, gates, pins, and publishers that lie.

use crate::common;

use std::collections::BTreeSet;

use common::{LEVEL, Packet, SILENCE, World, camera, microphone, slots, sound};
use vdx_relay::wire_api::{Command, Event, Receive, SlotKind};

/// Peers 10, 11, ... with sources 110, 111, ... speaking on SSRC 5000 + id; each has three speaker slots.
fn room(count: u64) -> World {
    let mut world = World::new();
    for id in 10..10 + count {
        world.connect(id, vec![microphone("0", source_of(id), 5000 + id as u32)], slots(0));
        world.allow(source_of(id));
    }
    world
}

fn source_of(id: u64) -> u32 {
    100 + id as u32
}

/// Everyone of `voices` sends a packet with a level, every 20 ms.
struct Talk {
    sequence: u64,
}

impl Talk {
    fn for_ms(&mut self, world: &mut World, voices: &[(u64, u8)], ms: u64) {
        for step in 0..ms / 20 {
            self.sequence += 1;
            for (id, level) in voices {
                // Real levels move a little.
                let level = if *level < 120 { level + (step % 3) as u8 } else { *level };
                let packet = sound(5000 + *id as u32, self.sequence, Some(level));
                world.send(*id, &packet, self.sequence);
            }
            world.run_ms(20);
        }
    }
}

fn heard(packets: &[Packet]) -> BTreeSet<u32> {
    packets.iter().flat_map(|packet| packet.csrcs.clone()).collect()
}

#[test]
fn loudest_three_others_are_heard_in_slots_that_stay() {
    let mut world = room(6);
    let mut talk = Talk { sequence: 65_000 };
    talk.for_ms(&mut world, &[(10, 20), (11, 30), (12, 40)], 1_000);
    for id in 10..16 {
        let others: BTreeSet<u32> = (10..13).filter(|it| *it != id).map(source_of).collect();
        assert_eq!(heard(&world.take_rtp(id)), others, "by {id}");
    }
    // A fourth, as loud as the third, does not get in; a much louder one does, in the slot of the third.
    talk.for_ms(&mut world, &[(10, 20), (11, 30), (12, 40), (13, 40)], 1_000);
    let packets = world.take_rtp(15);
    assert_eq!(heard(&packets), BTreeSet::from([110, 111, 112]));
    let slot_of = |packets: &[Packet], source: u32| -> BTreeSet<u32> {
        packets.iter().filter(|packet| packet.csrcs == [source]).map(|packet| packet.ssrc).collect()
    };
    let before: Vec<BTreeSet<u32>> = [110, 111, 112].iter().map(|it| slot_of(&packets, *it)).collect();
    assert!(before.iter().all(|slots| slots.len() == 1));
    talk.for_ms(&mut world, &[(10, 20), (11, 30), (12, 40), (13, 10)], 1_000);
    world.take_rtp(15);
    talk.for_ms(&mut world, &[(10, 20), (11, 30), (12, 40), (13, 10)], 500);
    let packets = world.take_rtp(15);
    assert_eq!(heard(&packets), BTreeSet::from([110, 111, 113]));
    assert_eq!(slot_of(&packets, 110), before[0]);
    assert_eq!(slot_of(&packets, 111), before[1]);
    assert_eq!(slot_of(&packets, 113), before[2]);
}

#[test]
fn first_voiced_packet_of_a_new_speaker_is_forwarded_itself() {
    let mut world = room(6);
    let mut talk = Talk { sequence: 100 };
    talk.for_ms(&mut world, &[(10, 20), (11, 25), (12, 30), (13, 127), (14, 127)], 1_000);
    // The three fall silent; half a second later a fourth begins.
    talk.for_ms(&mut world, &[(10, 127), (11, 127), (12, 127), (13, 127), (14, 127)], 500);
    world.take_rtp(15);
    world.send(13, &sound(5013, 5_000, Some(35)), 5_000);
    let packets = world.take_rtp(15);
    assert_eq!(heard(&packets), BTreeSet::from([113]));
    assert!(packets[0].is_marked, "a talk spurt begins");
    assert_eq!(packets[0].payload, 5_000_u64.to_be_bytes());
}

/// The promise: first voiced packet to first forwarded packet in 60 ms, unless three others speak in that moment.
#[test]
fn new_speaker_need_not_wait_for_the_pauses_of_those_in_the_slots() {
    for silent_ms in (0..=500).step_by(20) {
        let mut world = room(7);
        let mut talk = Talk { sequence: 100 };
        talk.for_ms(&mut world, &[(10, 15), (11, 15), (12, 15), (13, 127), (14, 127)], 1_000);
        talk.for_ms(&mut world, &[(10, 127), (11, 127), (12, 127), (13, 127), (14, 127)], silent_ms);
        world.take_rtp(15);
        let began_us = world.now_us;
        talk.for_ms(&mut world, &[(10, 127), (11, 127), (12, 127), (13, 50), (14, 127)], 1_000);
        let packets = world.take_rtp(15);
        let first = packets.iter().find(|packet| packet.csrcs == [113]).expect("heard");
        assert!(first.at_us - began_us <= 60_000, "{} us after {silent_ms} ms", first.at_us - began_us);
        let count = packets.iter().filter(|packet| packet.csrcs == [113]).count();
        assert!(count >= 47, "and stays: {count} of 50 after {silent_ms} ms");
        // Who paused comes back as fast.
        let began_us = world.now_us;
        talk.for_ms(&mut world, &[(10, 15), (11, 127), (12, 127), (13, 50), (14, 127)], 200);
        let packets = world.take_rtp(15);
        let first = packets.iter().find(|packet| packet.csrcs == [110]).expect("heard");
        assert!(first.at_us - began_us <= 60_000);
        assert!(packets.iter().filter(|packet| packet.csrcs == [113]).count() == 10, "beside the other");
    }
}

#[test]
fn numbers_of_a_speaker_slot_never_break() {
    let mut world = room(5);
    let mut talk = Talk { sequence: 65_400 };
    let mut last: std::collections::HashMap<u32, Packet> = std::collections::HashMap::new();
    for turn in 0..40_u64 {
        let speaker = 10 + turn % 4;
        let voices: Vec<(u64, u8)> = (10..14).map(|id| (id, if id == speaker { 20 } else { 127 })).collect();
        talk.for_ms(&mut world, &voices, 600);
        if turn % 4 == 0 {
            world.live_ms(1);
        }
        for packet in world.take_rtp(14) {
            if let Some(before) = last.get(&packet.ssrc) {
                assert_eq!(packet.sequence, before.sequence.wrapping_add(1));
                let ticks = packet.timestamp.wrapping_sub(before.timestamp);
                let elapsed = (packet.at_us - before.at_us) * 48 / 1_000;
                assert!(u64::from(ticks).abs_diff(elapsed) <= 960 * 2, "{ticks} ticks in {elapsed}");
                assert_eq!(packet.is_marked, packet.csrcs != before.csrcs);
            }
            last.insert(packet.ssrc, packet);
        }
    }
    assert_eq!(last.len(), 3);
}

#[test]
fn audience_classes_decide_who_hears_exactly() {
    let mut world = room(4);
    world.command(Command::SetSourceClasses { room: common::ROOM, source: 110, classes: 0b10 });
    world.command(Command::SetHears { peer: 12, classes: 0b11 });
    world.command(Command::SetHears { peer: 13, classes: 0b100 });
    let mut talk = Talk { sequence: 100 };
    talk.for_ms(&mut world, &[(10, 20), (11, 30)], 400);
    assert_eq!(heard(&world.take_rtp(10)), BTreeSet::from([111]));
    assert!(world.take_rtp(11).is_empty());
    assert_eq!(heard(&world.take_rtp(12)), BTreeSet::from([110, 111]));
    assert!(world.take_rtp(13).is_empty());
    world.command(Command::SetSourceClasses { room: common::ROOM, source: 110, classes: 0 });
    world.take_events();
    talk.for_ms(&mut world, &[(10, 20), (11, 30)], 400);
    assert_eq!(heard(&world.take_rtp(12)), BTreeSet::from([111]));
    let told: Vec<u32> = world
        .take_events()
        .into_iter()
        .filter_map(|event| match event {
            Event::Speakers { speakers, .. } => Some(speakers.into_iter().map(|(id, _)| id).collect::<Vec<_>>()),
            _ => None,
        })
        .flatten()
        .collect();
    assert!(!told.contains(&110) && told.contains(&111), "nobody is told of whom nobody may hear");
}

#[test]
fn every_gate_must_be_open() {
    let mut world = room(2);
    let mut talk = Talk { sequence: 100 };
    talk.for_ms(&mut world, &[(10, 20)], 100);
    assert!(!world.take_rtp(11).is_empty());
    world.gate(110, 1, false);
    world.gate(110, 2, false);
    world.gate(110, 1, true);
    talk.for_ms(&mut world, &[(10, 20)], 100);
    assert!(world.take_rtp(11).is_empty());
    world.gate(110, 2, true);
    talk.for_ms(&mut world, &[(10, 20)], 100);
    assert_eq!(world.take_rtp(11).len(), 5, "from the first packet on");
    assert_eq!(world.forwarder.counters().dropped_gate, 5);
}

/// Whom the room's events name, since the last look.
fn told(world: &mut World) -> Vec<BTreeSet<u32>> {
    let events = world.take_events().into_iter().filter_map(|event| match event {
        Event::Speakers { speakers, .. } => Some(speakers.into_iter().map(|(id, _)| id).collect()),
        _ => None,
    });
    events.collect()
}

#[test]
fn loudest_that_is_silenced_leaves_its_slot_to_the_fourth_and_is_not_told() {
    const VOICES: [(u64, u8); 4] = [(10, 10), (11, 20), (12, 30), (13, 40)];
    for way in ["gate", "classes", "gone"] {
        let mut world = room(6);
        let mut talk = Talk { sequence: 100 };
        talk.for_ms(&mut world, &VOICES, 1_000);
        assert_eq!(heard(&world.take_rtp(15)), BTreeSet::from([110, 111, 112]));
        assert!(told(&mut world).last().is_some_and(|last| last.contains(&110) && last.contains(&113)));
        match way {
            "gate" => world.gate(110, 1, false),
            "classes" => world.command(Command::SetSourceClasses { room: common::ROOM, source: 110, classes: 0 }),
            _ => world.command(Command::RemovePeer { peer: 10 }),
        }
        // It goes on, as loud as before: who is muted by others sends all the same.
        let voices = if way == "gone" { &VOICES[1..] } else { &VOICES };
        talk.for_ms(&mut world, voices, 100);
        assert_eq!(heard(&world.take_rtp(15)), BTreeSet::from([111, 112, 113]), "{way}: within 100 ms");
        talk.for_ms(&mut world, voices, 900);
        let packets = world.take_rtp(15);
        assert_eq!(packets.iter().filter(|packet| packet.csrcs == [113]).count(), 45, "{way}: all of it");
        assert!(packets.iter().all(|packet| packet.csrcs != [110]));
        let told_since = told(&mut world);
        assert!(!told_since.is_empty() && told_since.iter().all(|told| !told.contains(&110)), "{way}: {told_since:?}");
        if way == "gone" {
            continue;
        }
        world.gate(110, 1, true);
        world.allow(110);
        talk.for_ms(&mut world, &VOICES, 1_000);
        world.take_rtp(15);
        talk.for_ms(&mut world, &VOICES, 200);
        assert_eq!(heard(&world.take_rtp(15)), BTreeSet::from([110, 111, 112]), "{way}: and back");
        assert!(told(&mut world).iter().any(|told| told.contains(&110)), "{way}: and is told again");
    }
}

#[test]
fn voice_that_ends_is_followed_by_silence_in_its_stream_and_goes_on_behind_it() {
    let mut world = room(2);
    let mut talk = Talk { sequence: 100 };
    talk.for_ms(&mut world, &[(10, 20)], 100);
    let last = world.take_all_rtp(11).pop().expect("heard");
    world.gate(110, 2, false);
    talk.for_ms(&mut world, &[(10, 20)], 100);
    let silence = world.take_all_rtp(11);
    assert_eq!(silence.len(), 3, "so much, and nothing of what was said");
    for (packet, step) in silence.iter().zip(1..) {
        assert_eq!(packet.payload, SILENCE);
        assert_eq!((packet.ssrc, &packet.csrcs[..]), (last.ssrc, &[][..]), "nobody's");
        assert_eq!(packet.extensions[&LEVEL], [127]);
        assert_eq!(packet.sequence, last.sequence.wrapping_add(step));
        assert_eq!(packet.timestamp, last.timestamp.wrapping_add(960 * u32::from(step)));
    }
    world.gate(110, 2, true);
    talk.for_ms(&mut world, &[(10, 20)], 100);
    let again = world.take_all_rtp(11);
    assert_eq!(again[0].sequence, last.sequence.wrapping_add(4));
    let passed = again[0].timestamp.wrapping_sub(last.timestamp);
    assert!((960 * 5..=960 * 7).contains(&passed), "the time that passed, not more: {passed}");
}

#[test]
fn gates_and_classes_are_kept_for_a_source_that_is_not_there_yet() {
    let mut world = World::new();
    world.gate(110, 1, false);
    world.allow(110);
    world.connect(11, Vec::new(), slots(0));
    world.bind(11, SlotKind::Speaker, 1, 110, 0);
    world.connect(10, vec![microphone("0", 110, 5010)], slots(0));
    let mut talk = Talk { sequence: 100 };
    talk.for_ms(&mut world, &[(10, 20)], 100);
    assert!(world.take_rtp(11).is_empty());
    world.gate(110, 1, true);
    talk.for_ms(&mut world, &[(10, 20)], 100);
    let packets = world.take_rtp(11);
    assert!(!packets.is_empty() && packets.iter().all(|packet| packet.ssrc == 101));
    world.command(Command::CloseRoom { room: common::ROOM });
    let counters = *world.forwarder.counters();
    assert_eq!((counters.peers, counters.sources, counters.rooms), (0, 0, 0));
}

#[test]
fn pinned_speaker_keeps_its_slot_and_is_not_heard_twice() {
    let mut world = room(5);
    world.bind(14, SlotKind::Speaker, 0, 113, 0);
    let mut talk = Talk { sequence: 100 };
    talk.for_ms(&mut world, &[(10, 20), (11, 20), (12, 20), (13, 127)], 400);
    let packets = world.take_rtp(14);
    assert!(packets.iter().all(|packet| (packet.csrcs == [113]) == (packet.ssrc == 100)), "slot 0 is the pinned one's");
    assert_eq!(heard(&packets).len(), 3);
    // Pinned where it was assigned: it moves, and its old slot is free for the next.
    talk.for_ms(&mut world, &[(10, 20), (11, 127), (12, 127), (13, 127)], 600);
    let slot = world.take_rtp(14).iter().find(|it| it.csrcs == [110]).map_or(0, |it| it.ssrc - 100) as u16;
    let other = 3 - slot;
    world.bind(14, SlotKind::Speaker, other, 110, 0);
    talk.for_ms(&mut world, &[(10, 20), (11, 20), (12, 127), (13, 127)], 400);
    let packets = world.take_rtp(14);
    let slots: BTreeSet<u32> = packets.iter().filter(|it| it.csrcs == [110]).map(|it| it.ssrc).collect();
    assert_eq!(slots, BTreeSet::from([100 + u32::from(other)]));
    assert!(heard(&packets).contains(&111));
    // Unpinned, the slot is automatic again.
    world.bind(14, SlotKind::Speaker, other, 0, 0);
    world.bind(14, SlotKind::Speaker, 0, 0, 0);
    talk.for_ms(&mut world, &[(10, 20), (11, 20), (12, 20), (13, 127)], 400);
    assert_eq!(heard(&world.take_rtp(14)), BTreeSet::from([110, 111, 112]));
}

#[test]
fn speakers_are_told_at_most_ten_times_a_second_and_silence_once() {
    let mut world = room(3);
    let mut talk = Talk { sequence: 100 };
    for level in [20, 40, 10, 35, 20] {
        talk.for_ms(&mut world, &[(10, level), (11, 60)], 400);
    }
    let told: Vec<Vec<(u32, u8)>> = world
        .take_events()
        .into_iter()
        .filter_map(|event| match event {
            Event::Speakers { speakers, .. } => Some(speakers),
            _ => None,
        })
        .collect();
    assert!((5..=21).contains(&told.len()), "{} events", told.len());
    let loudest = told.last().expect("told")[0];
    assert_eq!(loudest.0, 110);
    assert!((95..=107).contains(&loudest.1), "127 less 20 to 22, smoothed: {}", loudest.1);
    talk.for_ms(&mut world, &[(10, 127), (11, 127)], 2_000);
    let told: Vec<Event> = world.take_events().into_iter().filter(|it| matches!(it, Event::Speakers { .. })).collect();
    assert_eq!(told.last(), Some(&Event::Speakers { room: common::ROOM, speakers: Vec::new() }));
    talk.for_ms(&mut world, &[(10, 127)], 1_000);
    assert!(!world.take_events().iter().any(|it| matches!(it, Event::Speakers { .. })));
}

#[test]
fn programme_sound_is_never_ranked_and_reaches_its_slot() {
    let mut world = World::new();
    let film = Receive { programme: true, ..microphone("1", 150, 6000) };
    world.connect(10, vec![film], Vec::new());
    let mut with_programme = slots(0);
    with_programme.push(vdx_relay::wire_api::Slot {
        kind: SlotKind::Programme,
        index: 0,
        mid: "p".into(),
        ssrc: 700,
        rtx_ssrc: 0,
        nack: false,
        transport_cc: false,
        red: false,
        extensions: None,
    });
    world.connect(12, Vec::new(), with_programme);
    world.allow(150);
    world.bind(12, SlotKind::Programme, 0, 150, 0);
    for sequence in 1..20 {
        world.send(10, &sound(6000, sequence, Some(5)), sequence);
        world.run_ms(20);
    }
    let packets = world.take_rtp(12);
    assert!(packets.len() >= 18 && packets.iter().all(|packet| packet.ssrc == 700));
    assert!(!packets[0].extensions.contains_key(&common::TRANSPORT), "not negotiated on this m-line");
    assert!(
        !world.take_events().iter().any(|it| matches!(it, Event::Speakers { speakers, .. } if !speakers.is_empty()))
    );
}

#[test]
fn forged_levels_do_not_push_out_those_who_speak() {
    let mut world = room(5);
    let mut sequence = 0;
    let mut step = |world: &mut World, honest: &[(u64, u8)]| {
        sequence += 1;
        // The liar is always at full scale.
        world.send(10, &sound(5010, sequence, Some(0)), sequence);
        for (id, level) in honest {
            world.send(*id, &sound(5000 + *id as u32, sequence, Some(level + (sequence % 4) as u8)), sequence);
        }
        world.run_ms(20);
    };
    for _ in 0..200 {
        step(&mut world, &[]);
    }
    for _ in 0..50 {
        step(&mut world, &[(11, 45), (12, 45), (13, 45)]);
    }
    world.take_rtp(14);
    for _ in 0..10 {
        step(&mut world, &[(11, 45), (12, 45), (13, 45)]);
    }
    assert_eq!(heard(&world.take_rtp(14)), BTreeSet::from([111, 112, 113]));
}

#[test]
fn hostile_publisher_reaches_only_its_own_sources() {
    let mut world = room(3);
    world.connect(20, vec![microphone("0", 120, 6000), camera("1", 121, &["q", "h", "f"])], slots(0));
    world.allow(120);
    world.allow(121);
    let mut talk = Talk { sequence: 100 };
    talk.for_ms(&mut world, &[(10, 20)], 100);
    world.take_rtp(11);
    // Another's SSRC and mid mean nothing here: both are looked up among its own.
    world.send(20, &sound(5010, 1, Some(1)), 1);
    let mut spoofed = sound(7001, 1, Some(1));
    spoofed.extensions.insert(common::MID, b"9".to_vec());
    world.send(20, &spoofed, 1);
    // A sound on the picture's m-line, an unknown payload type, a rid that was not offered, a RTX without rrid.
    let mut crossed = sound(7002, 1, Some(1));
    crossed.extensions.insert(common::MID, b"1".to_vec());
    world.send(20, &crossed, 1);
    let mut strange = sound(6000, 1, Some(1));
    strange.payload_type = 77;
    world.send(20, &strange, 1);
    for (ssrc, payload_type) in [(7003, 96), (7004, 97)] {
        let mut layer = sound(ssrc, 1, None);
        layer.payload_type = payload_type;
        layer.extensions.insert(common::MID, b"1".to_vec());
        layer.extensions.insert(common::RID, b"x".to_vec());
        world.send(20, &layer, 1);
    }
    assert!(world.take_rtp(11).is_empty());
    let counters = *world.forwarder.counters();
    assert_eq!(counters.dropped_unknown_ssrc, 5);
    assert_eq!(counters.dropped_unknown_payload, 1);
    // A storm of new SSRCs is bounded; its own source still works.
    for ssrc in 0..200 {
        let mut packet = sound(100_000 + ssrc, 1, Some(1));
        packet.extensions.insert(common::MID, b"0".to_vec());
        world.send(20, &packet, 1);
    }
    assert!(world.forwarder.counters().dropped_too_many_ssrcs > 100);
    talk.for_ms(&mut world, &[(10, 20)], 100);
    assert!(heard(&world.take_rtp(11)).contains(&110));
}

#[test]
fn same_source_of_a_second_peer_moves_to_it_and_another_room_hears_nothing() {
    let mut world = room(2);
    let mut talk = Talk { sequence: 100 };
    talk.for_ms(&mut world, &[(10, 20)], 100);
    world.take_rtp(11);
    let mut add = World::add_peer(30, vec![microphone("0", 110, 9000)], slots(0));
    add.room = 2;
    world.connect_as(add);
    talk.for_ms(&mut world, &[(10, 20)], 100);
    world.send(30, &sound(9000, 1, Some(10)), 1);
    assert!(world.take_rtp(11).is_empty());
    assert_eq!(world.forwarder.counters().dropped_unknown_ssrc, 5);
}

#[test]
fn sources_without_levels_are_heard_while_there_is_room() {
    let mut world = room(5);
    for sequence in 1..30 {
        world.send(10, &sound(5010, sequence, None), sequence);
        world.run_ms(20);
    }
    assert_eq!(heard(&world.take_rtp(14)), BTreeSet::from([110]));
    let mut talk = Talk { sequence: 100 };
    talk.for_ms(&mut world, &[(11, 30), (12, 30), (13, 30)], 1_000);
    world.take_rtp(14);
    for sequence in 30..40 {
        world.send(10, &sound(5010, sequence, None), sequence);
        talk.for_ms(&mut world, &[(11, 30), (12, 30), (13, 30)], 20);
    }
    assert_eq!(heard(&world.take_rtp(14)), BTreeSet::from([111, 112, 113]));
}
