//! What one peer may cost, and what a re-offer may change.

use crate::common;

use common::camera::film;
use common::stage::{ANNA, SLOT, VIEWER, call};
use common::{World, camera, microphone, slots, sound};
use vdx_relay::wire::rtcp::{
    RtcpPackets, write_full_intra_request, write_nack, write_picture_loss, write_receiver_report, write_remb,
};
use vdx_relay::wire_api::{Command, Event, SlotKind};

#[test]
fn storm_of_rtcp_is_cut_and_asks_for_no_more_keyframes_than_one_viewer() {
    let (mut world, mut cameras) = call();
    world.bind(VIEWER, SlotKind::Video, 0, 11, 2);
    film(&mut world, &mut cameras, 1_000);
    cameras[0].plis.clear();
    let mut compound = vec![0; 1_200];
    let mut len = 0;
    while len + 40 < compound.len() {
        len += write_picture_loss(&mut compound[len..], 1, SLOT).expect("room");
        len += write_full_intra_request(&mut compound[len..], 1, SLOT, len as u8).expect("room");
    }
    compound.truncate(len);
    assert!(RtcpPackets::new(&compound).count() > 60);
    for _ in 0..20 {
        for _ in 0..10 {
            world.send_rtcp(VIEWER, &compound);
        }
        film(&mut world, &mut cameras, 50);
    }
    let counters = *world.forwarder.counters();
    assert!(counters.dropped_rtcp_budget > 50, "{}", counters.dropped_rtcp_budget);
    assert!(counters.pli_in <= 2_100, "{}", counters.pli_in);
    assert!((2..=3).contains(&cameras[0].plis.len()), "{} in a second", cameras[0].plis.len());
}

#[test]
fn publisher_at_fifty_times_his_rate_is_cut_and_the_others_lose_nothing() {
    let mut world = World::new();
    world.connect(ANNA, vec![microphone("0", 11, 5010)], Vec::new());
    world.connect(6, vec![microphone("0", 22, 6010)], Vec::new());
    world.connect(VIEWER, Vec::new(), slots(0));
    world.allow(11);
    world.allow(22);
    let (mut index, mut calm) = (0, 0);
    // 350 packets a second, fifty times as many; the other speaks as always.
    for tick in 0..1_000 {
        for _ in 0..350 * 50 / 200 {
            index += 1;
            world.send(ANNA, &sound(5010, index, Some(20)), index);
        }
        if tick % 4 == 0 {
            calm += 1;
            world.send(6, &sound(6010, calm, Some(30)), calm);
        }
        world.run_ms(5);
    }
    let packets = world.take_rtp(VIEWER);
    let of = |source: u32| packets.iter().filter(|packet| packet.csrcs == [source]).count() as u64;
    assert_eq!(of(22), calm, "not one is lost");
    assert!(of(11) <= 6_000 * 5 + 3_000, "{} of {index}", of(11));
    assert_eq!(world.forwarder.counters().dropped_media_budget, index - of(11));
}

#[test]
fn feedback_that_is_of_no_use_yet_is_counted() {
    let (mut world, _) = call();
    let mut plain = [0; 64];
    let len = write_remb(&mut plain, 1, 1_000_000, &[SLOT]).expect("room");
    world.send_rtcp(VIEWER, &plain[..len]);
    let len = write_receiver_report(&mut plain, 1, &[]).expect("room");
    world.send_rtcp(VIEWER, &plain[..len]);
    let counters = *world.forwarder.counters();
    assert_eq!((counters.remb_in, counters.rr_in, counters.rtcp_packets_in), (1, 1, 2));
}

#[test]
fn nack_to_a_slot_without_retransmissions_is_answered_with_a_keyframe() {
    let (mut world, mut cameras) = call();
    let mut bare = slots(1);
    for slot in &mut bare {
        slot.rtx_ssrc = 0;
    }
    world.connect(6, Vec::new(), bare);
    world.bind(6, SlotKind::Video, 0, 11, 2);
    film(&mut world, &mut cameras, 1_000);
    let sequence = world.take_rtp(6).last().expect("packets").sequence;
    world.take_plis(ANNA);
    let mut plain = [0; 64];
    let len = write_nack(&mut plain, 1, SLOT, &[sequence]).expect("room");
    world.send_rtcp(6, &plain[..len]);
    assert_eq!(world.take_plis(ANNA).len(), 1);
    assert!(world.take_rtp(6).is_empty(), "nothing is sent twice");
}

#[test]
fn re_offer_adds_slots_and_m_lines_and_leaves_what_is_there() {
    let (mut world, mut cameras) = call();
    world.bind(VIEWER, SlotKind::Video, 0, 11, 2);
    film(&mut world, &mut cameras, 500);
    let before = world.take_rtp(VIEWER).last().expect("packets").sequence;
    let mut more = slots(4);
    // An SSRC that is in use is never given to a second stream of the association.
    more[6].ssrc = SLOT;
    let mut update = World::update_peer(VIEWER, vec![microphone("9", 44, 4400)], more);
    update.payloads.vp8 = 99;
    world.command(Command::UpdatePeer(Box::new(update)));
    world.bind(VIEWER, SlotKind::Video, 2, 22, 0);
    world.bind(VIEWER, SlotKind::Video, 3, 22, 0);
    film(&mut world, &mut cameras, 700);
    let packets = world.take_rtp(VIEWER);
    let first = packets.iter().find(|packet| packet.ssrc == SLOT).expect("goes on");
    assert_eq!((first.sequence, first.payload_type), (before.wrapping_add(1), 96));
    assert!(packets.iter().any(|packet| packet.ssrc == SLOT + 2 && packet.csrcs == [22]));
    assert!(!packets.iter().any(|packet| packet.ssrc == SLOT + 3));
    world.allow(44);
    world.connect(8, Vec::new(), slots(0));
    world.send(VIEWER, &sound(4400, 1, Some(20)), 1);
    assert_eq!(world.take_rtp(8).len(), 1);
}

#[test]
fn commands_about_those_who_left_are_ignored() {
    let mut world = World::new();
    world.command(Command::RemovePeer { peer: 5 });
    world.command(Command::SetHears { peer: 5, classes: 1 });
    world.command(Command::SendDtls { peer: 5, datagram: vec![22] });
    world.command(Command::SetKeys { peer: 5, profile: 7, receive: vec![0; 28], send: vec![0; 28] });
    world.command(Command::CloseRoom { room: 9 });
    world.bind(5, SlotKind::Video, 0, 1, 0);
    let update = World::update_peer(5, vec![camera("0", 1, &["q"])], slots(1));
    world.command(Command::UpdatePeer(Box::new(update)));
    world.connect(6, Vec::new(), slots(0));
    world.bind(6, SlotKind::Video, 0, 1, 0);
    let counters = *world.forwarder.counters();
    assert_eq!(counters.commands_ignored, 8);
    assert!(!world.take_events().iter().any(|event| matches!(event, Event::SlotSwitched { .. })));
}

#[test]
fn gates_of_sources_that_never_come_are_forgotten_at_last() {
    let mut world = World::new();
    for source in 1..=20_000 {
        world.gate(source, 1, false);
    }
    assert!(world.forwarder.counters().sources <= 8_192);
    world.connect(10, vec![microphone("0", 20_000, 5010)], Vec::new());
    world.connect(12, Vec::new(), slots(0));
    world.allow(20_000);
    world.send(10, &sound(5010, 1, Some(20)), 1);
    assert!(world.take_rtp(12).is_empty(), "the newest are kept");
}
