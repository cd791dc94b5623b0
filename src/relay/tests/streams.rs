//! Streams that change, collide, end, or are abused by one who has keys: the others see nothing of it.

use crate::common;

use std::collections::{BTreeSet, HashMap};

use common::camera::{Camera, Stamp, film};
use common::described::{AV1, DESCRIPTOR, KEYFRAME, VP9, frame, keyframe, with_codecs};
use common::stage::{ANNA, BO, RIDS, SLOT, VIEWER, call, of_slot, unbroken};
use common::{Dice, Packet, World, camera, microphone, slots, sound};
use vdx_relay::wire::rtcp::{Rtcp, RtcpPackets, write_nack};
use vdx_relay::wire_api::{Command, SlotKind};

/// What a client's goodbyes name, since it last looked.
fn goodbyes(world: &mut World, id: u64) -> BTreeSet<u32> {
    let mut named = BTreeSet::new();
    for compound in world.clients.get_mut(&id).expect("a client").take_rtcp() {
        for packet in RtcpPackets::new(&compound) {
            if let Rtcp::Goodbye(goodbye) = packet.expect("well-formed") {
                assert!(matches!(RtcpPackets::new(&compound).next(), Some(Ok(Rtcp::ReceiverReport(_)))), "a compound");
                named.extend(goodbye.ssrcs());
            }
        }
    }
    named
}

#[test]
fn who_is_removed_is_told_goodbye_by_every_stream_that_was_used() {
    let (mut world, mut cameras) = call();
    world.bind(VIEWER, SlotKind::Video, 0, 11, 2);
    film(&mut world, &mut cameras, 500);
    world.command(Command::RemovePeer { peer: ANNA });
    world.run_ms(2_000);
    assert_eq!(goodbyes(&mut world, VIEWER), BTreeSet::new(), "its slot has another source soon");
    assert_eq!(goodbyes(&mut world, ANNA), BTreeSet::new(), "nothing was sent to her");
    world.command(Command::RemovePeer { peer: VIEWER });
    assert_eq!(goodbyes(&mut world, VIEWER), BTreeSet::from([SLOT]));
}

#[test]
fn many_slots_are_named_in_several_goodbyes_and_who_lost_consent_is_told_nothing() {
    for loses_consent in [false, true] {
        let (mut world, mut cameras) = call();
        world.connect(6, Vec::new(), slots(60));
        for index in 0..60 {
            world.bind(6, SlotKind::Video, index, 11, 0);
        }
        film(&mut world, &mut cameras, 500);
        world.clients.get_mut(&6).expect("a client").take_rtcp();
        if loses_consent {
            world.run_ms(31_000);
        }
        world.command(Command::CloseRoom { room: common::ROOM });
        let named = goodbyes(&mut world, 6);
        assert_eq!(named.len(), if loses_consent { 0 } else { 60 }, "{named:?}");
    }
}

#[test]
fn publisher_that_changes_its_ssrc_goes_on_in_one_unbroken_stream() {
    let (mut world, [mut before, _]) = call();
    world.bind(VIEWER, SlotKind::Video, 0, 11, 2);
    let mut last = None;
    for base in [7_000, 8_000, 9_000] {
        film(&mut world, std::slice::from_mut(&mut before), 1_000);
        let shown = unbroken(&of_slot(world.take_rtp(VIEWER), SLOT), &mut last);
        assert!(shown.last().is_some_and(|stamp| stamp.layer == 2), "the highest layer");
        let mut after = Camera::new(ANNA, 11, "0", &RIDS, base);
        film(&mut world, std::slice::from_mut(&mut after), 1_000);
        // What still comes of the old streams is nobody's.
        let known = world.forwarder.counters().dropped_unknown_ssrc;
        before.active = 0b100;
        before.frame(&mut world, |world, id, packet, index| world.send(id, &packet, index));
        assert_eq!(world.forwarder.counters().dropped_unknown_ssrc, known + 3);
        // The camera's own count of frames began anew; the stream's numbers did not.
        let received = of_slot(world.take_rtp(VIEWER), SLOT);
        assert!(received.windows(2).all(|pair| pair[1].sequence == pair[0].sequence.wrapping_add(1)));
        assert!(received.windows(2).all(|pair| pair[1].timestamp.wrapping_sub(pair[0].timestamp) < 90_000));
        assert!(received.len() > 40, "{} packets", received.len());
        last = received.last().map(|packet| (packet.clone(), Stamp::read(&packet.payload)));
        before = after;
    }
    assert_eq!(world.forwarder.counters().dropped_seal, 0);
}

#[test]
fn ssrcs_that_collide_between_participants_or_with_a_slots_own_harm_nobody() {
    let (mut world, _) = call();
    // Both publish under the SSRCs 1000.., which are the viewer's slots' too.
    let mut cameras = [Camera::new(ANNA, 11, "0", &RIDS, SLOT), Camera::new(BO, 22, "0", &RIDS, SLOT)];
    world.bind(VIEWER, SlotKind::Video, 0, 11, 2);
    world.bind(VIEWER, SlotKind::Video, 1, 22, 2);
    film(&mut world, &mut cameras, 2_000);
    let received = world.take_rtp(VIEWER);
    for (ssrc, source) in [(SLOT, 11), (SLOT + 1, 22)] {
        let stamps = unbroken(&of_slot(received.clone(), ssrc), &mut None);
        assert!(stamps.len() > 100 && stamps.iter().all(|stamp| stamp.source == source), "{}", stamps.len());
    }
}

#[test]
fn odd_headers_of_one_with_keys_reach_nobody_as_they_are_and_cost_the_others_nothing() {
    let mut world = World::new();
    world.connect(ANNA, vec![microphone("0", 11, 5010)], Vec::new());
    world.connect(BO, vec![microphone("0", 22, 6010)], Vec::new());
    world.connect(VIEWER, Vec::new(), slots(1));
    world.allow(11);
    world.allow(22);
    let fixed = |first: u8, payload_type: u8| [&[first, payload_type], &[0; 10][..]].concat();
    let csrcs = [fixed(0x8F, 111), 22_u32.to_be_bytes().repeat(15), b"voice".to_vec()].concat();
    let extension = |profile: u16, block: &[u8]| {
        let words = (block.len() / 4) as u16;
        [&fixed(0x90, 111), &profile.to_be_bytes()[..], &words.to_be_bytes(), block, b"voice"].concat()
    };
    let odd = [
        csrcs,
        // A level that says it has 16 bytes and ends; ids twice; the reserved one; another's mid; two-byte form.
        extension(0xBEDE, &[0x4F, 0x80, 0, 0]),
        extension(0xBEDE, &[0x40, 0x94, 0x40, 0x81, 0x40, 0xFF, 0, 0]),
        extension(0xBEDE, &[0xFF, 1, 2, 3]),
        extension(0x1000, &[4, 255, 0x80, 0]),
        extension(0x100F, &[4, 0, 0, 0, 4, 1, 0x94, 0]),
        extension(0xABCD, &[0x40; 400]),
        extension(0xBEDE, &[0; 1_000]),
        // Padding: of nothing, of more than there is, of all.
        [fixed(0xA0, 111), vec![1, 2, 0]].concat(),
        [fixed(0xA0, 111), vec![1, 2, 200]].concat(),
        [fixed(0xA0, 111), vec![0, 0, 3]].concat(),
        fixed(0xA0, 111),
        // No payload; redundancy that is none.
        fixed(0x80, 111),
        [fixed(0x80, 63), vec![0xEF, 0xFF, 0xFF, 0xFF]].concat(),
    ];
    let (mut index, mut calm) = (0, 0);
    for _ in 0..20 {
        for plain in &odd {
            index += 1;
            world.send_plain(ANNA, plain, 5010, index);
            calm += 1;
            world.send(BO, &sound(6010, calm, Some(30)), calm);
            world.run_ms(20);
        }
    }
    let received = world.take_rtp(VIEWER);
    let of_bo: Vec<_> = received.iter().filter(|packet| packet.csrcs == [22]).collect();
    assert_eq!(of_bo.len() as u64, calm, "not one of the other's is lost");
    assert!(of_bo.windows(2).all(|pair| pair[1].sequence == pair[0].sequence.wrapping_add(1)));
    for packet in received.iter().filter(|packet| packet.csrcs != [22]) {
        assert_eq!(packet.csrcs, [11], "his own name, whatever he wrote");
        assert!(packet.payload.is_empty() || packet.payload == b"voice", "{:?}", packet.payload);
        assert!(packet.extensions.keys().all(|id| (1..=8).contains(id)) && packet.extensions.len() <= 3);
    }
    assert!(world.forwarder.counters().dropped_malformed >= 60);
}

#[test]
fn retransmissions_are_of_the_packets_asked_for_across_rollovers_and_switches() {
    let (mut world, mut cameras) = call();
    let mut dice = Dice(0x0BAD_5EED_0BAD_5EED);
    let (mut packets, mut asked, mut repeated) = (0_u64, 0_u64, 0_u64);
    let (mut rtx_before, mut wraps) = (None::<u16>, BTreeSet::new());
    for turn in 0..110_u32 {
        let (source, layer) = (if turn % 5 < 2 { 11 } else { 22 }, turn % 3);
        for camera in &mut cameras {
            camera.parts = [1; 3];
            camera.parts[layer as usize] = if camera.source == source { 60 } else { 1 };
        }
        world.bind(VIEWER, SlotKind::Video, 0, source, layer as u8);
        for _ in 0..11 {
            film(&mut world, &mut cameras, 50);
            let mut lost = HashMap::new();
            for packet in of_slot(world.take_rtp(VIEWER), SLOT) {
                packets += 1;
                wraps.insert(packet.sequence >> 12);
                if dice.percent(2) {
                    lost.insert(packet.sequence, (Stamp::read(&packet.payload), packet.timestamp));
                }
            }
            let mut sequences: Vec<u16> = lost.keys().copied().collect();
            sequences.sort_unstable();
            let mut plain = [0; 512];
            if let Some(len) = write_nack(&mut plain, 1, SLOT, &sequences).filter(|_| !sequences.is_empty()) {
                world.send_rtcp(VIEWER, &plain[..len]);
            }
            asked += sequences.len() as u64;
            for packet in of_slot(world.take_rtp(VIEWER), SLOT + 1_000) {
                let original = u16::from_be_bytes([packet.payload[0], packet.payload[1]]);
                let stamp = Stamp::read(&packet.payload[2..]);
                assert_eq!(lost.remove(&original), Some((stamp, packet.timestamp)), "what {original} was");
                assert_eq!(packet.csrcs, [stamp.source]);
                assert!(rtx_before.is_none_or(|before| packet.sequence == before.wrapping_add(1)));
                rtx_before = Some(packet.sequence);
                repeated += 1;
            }
        }
        if turn % 4 == 0 {
            world.live_ms(1);
        }
    }
    assert!(packets > 65_536 && wraps.len() == 16, "the numbers went round: {packets}");
    assert!(asked > 500 && repeated * 20 >= asked * 19, "{repeated} of {asked}");
    assert_eq!(world.forwarder.counters().dropped_seal, 0);
}

/// A packet of a camera without simulcast; `descriptor` empty: without.
fn described(ssrc: u32, payload_type: u8, index: u64, descriptor: &[u8], payload: &[u8]) -> Packet {
    let mut packet = sound(ssrc, index, None);
    (packet.payload_type, packet.payload, packet.timestamp) = (payload_type, payload.to_vec(), index as u32 * 3_000);
    if !descriptor.is_empty() {
        packet.extensions.insert(DESCRIPTOR, descriptor.to_vec());
    }
    packet
}

/// Anna and Bo have a camera each (SSRCs 1100, 2200) and all codecs; the viewer shows both.
fn described_call() -> World {
    let mut world = World::new();
    for (id, source) in [(ANNA, 11), (BO, 22)] {
        let mut line = camera("0", source, &[]);
        line.ssrc = source * 100;
        world.connect_as(with_codecs(World::add_peer(id, vec![line], Vec::new())));
        world.allow(source);
    }
    world.connect_as(with_codecs(World::add_peer(VIEWER, Vec::new(), slots(2))));
    world.bind(VIEWER, SlotKind::Video, 0, 11, 2);
    world.bind(VIEWER, SlotKind::Video, 1, 22, 2);
    world
}

/// Dependency descriptors that say nothing one can use: cut, endless, too deep, too long.
fn odd_descriptors() -> Vec<Vec<u8>> {
    let mut odd: Vec<Vec<u8>> = (1..KEYFRAME.len()).map(|len| KEYFRAME[..len].to_vec()).collect();
    for len in [4, 16, 128, 129, 250] {
        // Templates without end, levels without end, references and chains without end.
        odd.push([&[0x80, 0, 1, 0x80][..], &vec![0x00; len]].concat());
        odd.push([&[0x80, 0, 1, 0x81][..], &vec![0x55; len]].concat());
        odd.push([&[0x80, 0, 1, 0x9F][..], &vec![0xAA; len]].concat());
        odd.push([&[0xC3, 0, 1, 0x1F][..], &vec![0xFF; len]].concat());
        odd.push(vec![0xFF; len]);
    }
    odd.retain(|descriptor| descriptor.len() <= 255);
    odd
}

/// Payloads whose descriptors are cut, contradict themselves, or promise what does not follow.
fn odd_payloads() -> Vec<(u8, Vec<u8>)> {
    let vp8 = [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x9D];
    let vp9 = [0xBA, 0x92, 0x34, 0x10, 0x56, 0x01, 0xFF, 1, 64, 0, 180, 2, 128, 1, 104, 255, 4, 1, 0x82];
    let mut odd = Vec::new();
    for (payload_type, whole) in [(96, &vp8[..]), (VP9, &vp9[..]), (AV1, &[0x98, 0x0A, 1][..])] {
        odd.extend((1..=whole.len()).map(|len| (payload_type, whole[..len].to_vec())));
    }
    // References without end, a structure of 255 pictures, the highest levels; numbers that leap by half their circle.
    odd.extend([
        (VP9, vec![0xFE; 9]),
        (VP9, vec![0x0A, 0x08, 0xFF, 0x0C, 0, 0]),
        (VP9, vec![0xEC, 0xC0, 0, 0xFF, 0, 1]),
    ]);
    odd.extend([
        (96, vec![0x90, 0xE0, 0xC0, 0, 0x80, 0xFF, 1, 2]),
        (96, vec![0x97, 0x00, 0x00]),
        (96, vec![0x80, 0x0F, 1]),
    ]);
    odd
}

#[test]
fn odd_descriptors_of_one_with_keys_start_nothing_cost_the_others_nothing_and_hold_no_memory() {
    let mut world = described_call();
    let (mut index, mut calm) = (0_u64, 0_u64);
    let delta = [0x10, 0x32, 1];
    // Before a keyframe nothing of it reaches the slot.
    for descriptor in odd_descriptors() {
        for payload_type in [AV1, VP9] {
            let payload = if payload_type == AV1 { &delta[..] } else { &[0xEC, 0x01, 0x10, 1, 0x82, 7] };
            index += 1;
            world.send(ANNA, &described(1_100, payload_type, index, &descriptor, payload), index);
        }
    }
    assert!(world.take_rtp(VIEWER).is_empty(), "nothing starts here");
    let mut round = |world: &mut World| {
        let mut last: HashMap<u32, Packet> = HashMap::new();
        let mut of_bo = 0;
        let before = calm;
        let hostile: Vec<(u8, Vec<u8>, Vec<u8>)> = [(AV1, keyframe(7), delta.to_vec())]
            .into_iter()
            .chain(odd_descriptors().into_iter().map(|odd| (AV1, odd, delta.to_vec())))
            .chain(odd_payloads().into_iter().map(|(payload_type, odd)| (payload_type, Vec::new(), odd)))
            .chain(odd_payloads().into_iter().map(|(payload_type, odd)| (payload_type, keyframe(0x8000), odd)))
            .collect();
        for (payload_type, descriptor, payload) in &hostile {
            index += 1;
            world.send(ANNA, &described(1_100, *payload_type, index, descriptor, payload), index);
            calm += 1;
            let steady = if calm % 50 == 1 { keyframe(calm as u16) } else { frame(3, calm as u16) };
            world.send(BO, &described(2_200, AV1, calm, &steady, &delta), calm);
            world.run_ms(20);
            for packet in world.take_rtp(VIEWER) {
                assert_eq!(packet.csrcs, [if packet.ssrc == SLOT { 11 } else { 22 }]);
                if packet.ssrc == SLOT {
                    let told = packet.extensions.get(&DESCRIPTOR).map_or(&[][..], Vec::as_slice);
                    let is_sent =
                        |odd: &[u8]| odd.len() == told.len() && odd[..1] == told[..1] && odd[3..] == told[3..];
                    assert!(told.is_empty() || (told.len() <= 128 && is_sent(descriptor)), "{told:?}");
                    assert!(packet.payload.len() <= payload.len() + 2, "{:?}", packet.payload);
                } else {
                    of_bo += 1;
                    assert_eq!(packet.payload, delta);
                }
                if packet.payload.is_empty() {
                    continue; // The number of what was no picture, when the next one began.
                }
                if let Some(before) = last.insert(packet.ssrc, packet.clone()) {
                    // What of the hostile one's was no picture is missing; it is his loss.
                    let step = packet.sequence.wrapping_sub(before.sequence);
                    assert!(step == 1 || (packet.ssrc == SLOT && step < 100), "{step}");
                }
            }
        }
        assert_eq!(of_bo, calm - before, "not one of the other's is lost");
        world.check_all();
        world.take_events();
        for id in [ANNA, BO, VIEWER] {
            let client = world.clients.get_mut(&id).expect("there");
            (client.rtcp, client.other) = (Vec::new(), Vec::new());
        }
    };
    for _ in 0..4 {
        round(&mut world);
    }
    let held = allocation_counter::measure(|| (0..4).for_each(|_| round(&mut world))).bytes_current;
    assert!(held <= 4_096, "{held} bytes more");
    let counters = world.forwarder.counters();
    assert!(counters.dropped_malformed > 50, "{}", counters.dropped_malformed);
    assert_eq!((counters.panics, counters.dropped_seal), (0, 0));
}
