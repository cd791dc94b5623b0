//! What leaves to a narrow way, and when: shares that follow the estimate, probes, bursts.

use crate::common;

use common::camera::{Camera, Stamp};
use common::link::{Link, film_over};
use common::stage::{ANNA, RIDS, SLOT, VIEWER, unbroken};
use common::{Packet, World, camera, measured_slots};
use vdx_relay::wire::rtcp::write_nack;
use vdx_relay::wire_api::{Command, Event, SlotKind};

/// Anna publishes about 150, 460 and 1550 kbit/s; one slot looks at her over a link.
fn call(bps: u64) -> (World, [Camera; 1], Link) {
    let mut world = World::new();
    world.connect(ANNA, vec![camera("0", 11, &RIDS)], Vec::new());
    world.connect(VIEWER, Vec::new(), measured_slots(1));
    world.allow(11);
    let (peer, kind) = (VIEWER, SlotKind::Video);
    world.command(Command::BindSlot { peer, kind, index: 0, source: 11, max_layer: 2, priority: 2 });
    let mut camera = Camera::new(ANNA, 11, "0", &RIDS, 5000);
    (camera.parts, camera.bulk) = ([8, 5, 9], 1_000);
    (world, [camera], Link::new(VIEWER, bps))
}

fn estimate_bps(world: &mut World) -> u64 {
    let mut told = world.take_events().into_iter().filter_map(|event| match event {
        Event::PeerQuality { peer: VIEWER, estimate_bps, .. } => Some(estimate_bps),
        _ => None,
    });
    told.next_back().expect("told every second")
}

fn last_layer(link: &mut Link) -> Option<u8> {
    link.take(SLOT).last().map(|packet| Stamp::read(&packet.payload).layer)
}

#[test]
fn wide_way_is_found_by_probes_and_the_highest_layer_shown_within_seconds() {
    let (mut world, mut cameras, mut link) = call(20_000_000);
    film_over(&mut world, &mut cameras, &mut link, 4_000);
    assert!(!link.take(SLOT + 1_000).is_empty(), "padding under the SSRC of retransmissions");
    let mut last = None;
    let stamps = unbroken(&link.take(SLOT), &mut last);
    assert_eq!(stamps.last().map(|stamp| stamp.layer), Some(2));
    let counters = *world.forwarder.counters();
    assert!(
        counters.probes >= 2 && counters.padding_bytes_out < 60_000,
        "{} {}",
        counters.probes,
        counters.padding_bytes_out
    );
    // All that is wanted fits: no more probes.
    film_over(&mut world, &mut cameras, &mut link, 5_000);
    assert_eq!(world.forwarder.counters().probes, counters.probes);
    assert_eq!(link.lost, 0);
}

#[test]
fn narrowed_way_is_followed_down_within_three_seconds_and_up_within_ten() {
    let (mut world, mut cameras, mut link) = call(1_000_000);
    film_over(&mut world, &mut cameras, &mut link, 10_000);
    assert_eq!(last_layer(&mut link), Some(1), "460 kbit/s of 1000");
    link.bps = 300_000;
    film_over(&mut world, &mut cameras, &mut link, 3_000);
    assert_eq!(last_layer(&mut link), Some(0));
    link.longest_queue_us = 0;
    link.lost = 0;
    film_over(&mut world, &mut cameras, &mut link, 10_000);
    assert_eq!(last_layer(&mut link), Some(0), "at {} bit/s", estimate_bps(&mut world));
    assert!(link.longest_queue_us < 200_000, "{} us", link.longest_queue_us);
    link.bps = 1_000_000;
    film_over(&mut world, &mut cameras, &mut link, 10_000);
    assert_eq!(last_layer(&mut link), Some(1), "at {} bit/s", estimate_bps(&mut world));
    assert!(world.take_events().iter().all(|event| !matches!(event, Event::SlotPaused { .. })));
}

#[test]
fn large_keyframe_is_spread_in_order_and_numbered_as_it_leaves() {
    let (mut world, mut cameras, mut link) = call(3_000_000);
    film_over(&mut world, &mut cameras, &mut link, 6_000);
    let before = world.forwarder.counters().packets_paced;
    let mut last = None;
    unbroken(&link.take(SLOT), &mut last);
    // A frame of 100 packets: 110 kB, a third of a second of the link.
    let parts = std::mem::replace(&mut cameras[0].parts, [8, 5, 100]);
    film_over(&mut world, &mut cameras, &mut link, 50);
    cameras[0].parts = parts;
    let begun_us = world.now_us;
    film_over(&mut world, &mut cameras, &mut link, 500);
    let counters = *world.forwarder.counters();
    assert!(counters.packets_paced - before > 50, "{}", counters.packets_paced - before);
    assert_eq!((counters.paced_lost, counters.dropped_seal, counters.pictures_shed), (0, 0, 0));
    let packets = link.take(SLOT);
    let stamps = unbroken(&packets, &mut last);
    let large: Vec<_> = stamps.iter().zip(&packets).filter(|(stamp, _)| stamp.part >= 9).collect();
    assert_eq!(large.len(), 91);
    assert!(large.last().expect("some").1.at_us > begun_us, "the end of it waited");
    let dense = link.left.windows(2).all(|pair| pair[1] == pair[0].wrapping_add(1));
    assert!(dense, "transport-wide numbers in the order of leaving");
}

#[test]
fn packet_that_came_late_leaves_before_those_that_wait_behind_it_and_only_once() {
    let (mut world, mut cameras, mut link) = call(3_000_000);
    film_over(&mut world, &mut cameras, &mut link, 6_000);
    link.take(SLOT);
    link.take(SLOT + 1_000);
    cameras[0].react(&mut world);
    cameras[0].parts = [8, 5, 60];
    let mut late = None;
    cameras[0].frame(&mut world, |world, client, packet, index| {
        let stamp = Stamp::read(&packet.payload);
        match (stamp.layer, stamp.part) {
            (2, 3) => late = Some((client, packet, index)),
            _ => world.send(client, &packet, index),
        }
    });
    let (client, packet, index) = late.expect("60 parts");
    world.send(client, &packet, index);
    let left: Vec<_> = world.clients[&VIEWER].rtp.iter().filter(|packet| packet.ssrc == SLOT).cloned().collect();
    let parts: Vec<u8> = left.iter().map(|packet| Stamp::read(&packet.payload).part).collect();
    assert!(parts.starts_with(&[0, 1, 2, 4]) && parts.len() < 40, "{parts:?}");
    let mut plain = [0; 64];
    let len = write_nack(&mut plain, 1, SLOT, &[left[2].sequence.wrapping_add(1)]).expect("room");
    world.send_rtcp(VIEWER, &plain[..len]);
    film_over(&mut world, &mut [], &mut link, 500);
    let parts: Vec<u8> = link.take(SLOT).iter().map(|packet| Stamp::read(&packet.payload).part).collect();
    assert_eq!((parts.len(), parts[left.len()]), (60, 3), "{parts:?}");
    assert!(link.take(SLOT + 1_000).iter().all(|packet| packet.payload.is_empty()), "it is not sent again");
    assert_eq!(world.forwarder.counters().nacks_repeated, 1);
}

/// Elsewhere tests take padding out of what they look at: so they would not see any that leaves without a reason.
#[test]
fn padding_leaves_within_probes_and_where_nothing_else_does() {
    for bps in [20_000_000, 1_000_000, 300_000, 100_000] {
        let (mut world, mut cameras, mut link) = call(bps);
        film_over(&mut world, &mut cameras, &mut link, 15_000);
        let padding = link.take(SLOT + 1_000).into_iter().filter(|packet| packet.payload.is_empty());
        let mut clusters: Vec<Vec<Packet>> = Vec::new();
        for packet in padding {
            match clusters.last_mut() {
                Some(cluster) if packet.at_us < cluster[0].at_us + 60_000 => cluster.push(packet),
                _ => clusters.push(vec![packet]),
            }
        }
        let counters = *world.forwarder.counters();
        let (signs, probes): (Vec<_>, Vec<_>) = clusters.into_iter().partition(|cluster| cluster.len() == 1);
        assert!(!probes.is_empty() && probes.len() as u64 <= counters.probes, "{bps}: {} clusters", probes.len());
        for probe in &probes {
            let bytes: usize = probe.iter().map(|packet| packet.wire_len).sum();
            assert!(bytes <= 10_000_000 / 8 / 50, "{bps}: {bytes} B in one probe");
            assert!(probe[probe.len() - 1].at_us - probe[0].at_us <= 40_000, "{bps}: a probe lasts 20 ms");
        }
        println!("{bps}: {} probes of {}, {} signs", probes.len(), counters.probes, signs.len());
        let apart = signs.windows(2).all(|pair| pair[1][0].at_us >= pair[0][0].at_us + 100_000);
        assert!(apart && (signs.is_empty() || bps <= 100_000), "{bps}: {} single packets", signs.len());
    }
}

/// Nothing fits, nobody speaks: without a sign nobody would learn that more passes again.
#[test]
fn way_on_which_all_is_paused_gets_a_sign_of_life_ten_times_a_second_and_its_picture_back() {
    let (mut world, mut cameras, mut link) = call(50_000);
    film_over(&mut world, &mut cameras, &mut link, 15_000);
    link.received.clear();
    let probes = world.forwarder.counters().probes;
    film_over(&mut world, &mut cameras, &mut link, 3_000);
    assert!(link.take(SLOT).is_empty(), "it is paused");
    let signs: Vec<u64> = link.take(SLOT + 1_000).iter().map(|packet| packet.at_us).collect();
    println!("{} signs, {} probes", signs.len(), world.forwarder.counters().probes - probes);
    assert!(signs.len() >= 20 && signs.windows(2).all(|pair| pair[1] - pair[0] <= 200_000), "{signs:?}");
    link.bps = 1_000_000;
    film_over(&mut world, &mut cameras, &mut link, 10_000);
    assert!(!link.take(SLOT).is_empty(), "it is back");
}

#[test]
fn what_would_wait_too_long_ends_the_picture_and_begins_on_a_lower_layer() {
    let (mut world, mut cameras, mut link) = call(3_000_000);
    film_over(&mut world, &mut cameras, &mut link, 6_000);
    assert_eq!(last_layer(&mut link), Some(2));
    cameras[0].parts = [8, 5, 250];
    film_over(&mut world, &mut cameras, &mut link, 50);
    cameras[0].parts = [8, 5, 9];
    film_over(&mut world, &mut cameras, &mut link, 1_000);
    assert_eq!(world.forwarder.counters().pictures_shed, 1);
    let packets = link.take(SLOT);
    let lower = packets.iter().find(|packet| Stamp::read(&packet.payload).layer < 2).expect("a lower layer");
    assert!(Stamp::read(&lower.payload).is_keyframe);
    let dense = packets.windows(2).all(|pair| pair[1].sequence == pair[0].sequence.wrapping_add(1));
    assert!(dense, "what was not sent has no number");
    film_over(&mut world, &mut cameras, &mut link, 5_000);
    assert_eq!(last_layer(&mut link), Some(2), "and comes back");
    let counters = *world.forwarder.counters();
    assert_eq!((counters.pictures_shed, counters.dropped_seal), (1, 0));
}

#[test]
fn what_waits_does_not_leave_once_the_gate_is_closed() {
    let (mut world, mut cameras, mut link) = call(3_000_000);
    film_over(&mut world, &mut cameras, &mut link, 6_000);
    cameras[0].parts = [8, 5, 100];
    cameras[0].show(&mut world);
    world.gate(11, 2, false);
    link.carry(&mut world);
    let left = link.left.len();
    for _ in 0..100 {
        world.run_ms(5);
        link.carry(&mut world);
    }
    let padding = world.forwarder.counters().padding_packets_out;
    assert!(world.forwarder.counters().paced_lost > 50);
    assert!(link.left.len() - left <= padding as usize, "only padding leaves");
    assert!(link.take(SLOT).iter().all(|packet| packet.at_us <= world.now_us - 500_000));
}
