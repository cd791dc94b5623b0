//! Timestamps that wrap on both sides: pictures, reports and retransmissions go on as if nothing had been; without
//! sockets.

#![allow(clippy::cast_possible_wrap)] // Test times are small.

use crate::common;

use common::camera::{Camera, Stamp, film};
use common::stage::{ANNA, BO, SLOT, VIEWER, call, of_slot, unbroken};
use common::{Packet, World, microphone, slots, sound};
use vdx_relay::wire::rtcp::{NtpTime, Rtcp, RtcpPackets, SenderInfo, write_nack, write_sender_report};
use vdx_relay::wire_api::SlotKind;

/// What is captured comes so much later.
const DELAY_US: u64 = 40_000;

fn wall_clock(now_us: u64) -> NtpTime {
    NtpTime::from_unix_us(1_800_000_000_000_000).plus_us(now_us as i64)
}

/// A publisher's report on the highest layer of its camera.
fn report(world: &mut World, client: u64, ssrc: u32, camera: &Camera) {
    let info = SenderInfo {
        ntp: wall_clock(world.now_us - DELAY_US),
        rtp_timestamp: camera.timestamp(2, world.now_us),
        packet_count: 1,
        octet_count: 1,
    };
    let mut plain = [0; 64];
    let len = write_sender_report(&mut plain, ssrc, &info, &[]).expect("room");
    world.send_rtcp(client, &plain[..len]);
}

/// The viewer's newest report on its slot.
fn told(world: &mut World) -> Option<(NtpTime, u32)> {
    let mut newest = None;
    for compound in world.clients.get_mut(&VIEWER).expect("there").take_rtcp() {
        for packet in RtcpPackets::new(&compound) {
            match packet.expect("well-formed") {
                Rtcp::SenderReport(report) if report.ssrc == SLOT => {
                    newest = Some((report.info.ntp, report.info.rtp_timestamp));
                }
                _ => {}
            }
        }
    }
    newest
}

/// Asks for packets again, and sees that they are what they were.
fn repeated(world: &mut World, originals: &[Packet]) {
    let sequences: Vec<u16> = originals.iter().map(|packet| packet.sequence).collect();
    let mut plain = [0; 256];
    let len = write_nack(&mut plain, 1, SLOT, &sequences).expect("room");
    world.send_rtcp(VIEWER, &plain[..len]);
    let again = of_slot(world.take_rtp(VIEWER), SLOT + 1_000);
    assert_eq!(again.len(), originals.len());
    for (again, original) in again.iter().zip(originals) {
        assert_eq!(again.payload[..2], original.sequence.to_be_bytes());
        assert_eq!((&again.payload[2..], again.timestamp), (&original.payload[..], original.timestamp));
    }
}

/// Switches at 300 ms, when neither side has wrapped; at 700 ms, between the wraps of the two cameras; and at 3 s, after all.
#[test]
fn pictures_reports_and_retransmissions_go_on_over_the_wraps_of_both_sides_and_over_switches() {
    for switch_ms in [300, 700, 3_000] {
        let (mut world, mut cameras) = call();
        world.bind(VIEWER, SlotKind::Video, 0, 11, 2);
        let (mut last, mut received, mut reports) = (None, Vec::<Packet>::new(), Vec::new());
        for round in 0..100 {
            if round * 50 == switch_ms {
                world.bind(VIEWER, SlotKind::Video, 0, 22, 2);
            }
            film(&mut world, &mut cameras, 50);
            if round % 6 == 1 {
                report(&mut world, ANNA, 5002, &cameras[0]);
                report(&mut world, BO, 6002, &cameras[1]);
            }
            reports.extend(told(&mut world));
            let packets = of_slot(world.take_rtp(VIEWER), SLOT);
            unbroken(&packets, &mut last);
            received.extend(packets);
            if round % 6 == 4 {
                // Of before a wrap or a switch too.
                let from = received.len().saturating_sub(20);
                let asked: Vec<Packet> = received[from..].iter().step_by(5).cloned().collect();
                world.run_ms(20);
                repeated(&mut world, &asked);
            }
        }
        let (first, newest) = (&received[0], received.last().expect("packets"));
        assert!(first.timestamp > u32::MAX - 90_000 && newest.timestamp < 90_000 * 6, "the slot's wrapped");
        assert!(cameras.iter().all(|camera| camera.timestamp(2, world.now_us) < 90_000 * 6), "the cameras' wrapped");
        let (sources, frames): (Vec<u32>, Vec<u32>) =
            received.iter().map(|packet| Stamp::read(&packet.payload)).map(|stamp| (stamp.source, stamp.frame)).unzip();
        assert!(frames.is_sorted() && sources.contains(&11) && sources.contains(&22));
        assert!(received.len() > 280, "{} packets", received.len());
        // Every report says of every packet when it was captured, or when it came: before the publisher's first report
        // nobody knows better.
        assert!(reports.len() >= 5, "{} reports", reports.len());
        let mut checked = 0;
        for packet in received.iter().filter(|packet| packet.at_us > 1_300_000) {
            for (ntp, timestamp) in &reports {
                let ticks = i64::from(packet.timestamp.wrapping_sub(*timestamp) as i32);
                let apart = ntp.plus_us(ticks * 1_000_000 / 90_000).us_since(wall_clock(packet.at_us - DELAY_US));
                let bound = 20_000 + DELAY_US as i64;
                assert!(apart.abs() < bound, "{apart} us apart at {} us, {timestamp}", packet.at_us);
                checked += 1;
            }
        }
        assert!(checked > 1_000, "{checked}");
        assert_eq!(world.forwarder.counters().dropped_seal, 0);
    }
}

#[test]
fn sound_goes_on_over_the_wrap_of_both_sides_and_over_another_speaker() {
    let mut world = World::new();
    world.connect(VIEWER, Vec::new(), slots(0));
    for (id, source) in [(ANNA, 11), (BO, 22)] {
        world.connect(id, vec![microphone("0", source, 5_000 + source)], Vec::new());
        world.allow(source);
    }
    let mut received = Vec::new();
    for (turn, source) in [11, 22, 11, 22].into_iter().enumerate() {
        world.bind(VIEWER, SlotKind::Speaker, 0, source, 0);
        for step in 0..30 {
            let sequence = turn as u64 * 30 + step + 1;
            for (id, source) in [(ANNA, 11), (BO, 22)] {
                let mut packet = sound(5_000 + source, sequence, Some(20));
                // One wraps in the first turn, the other in the third.
                packet.timestamp = packet.timestamp.wrapping_sub(source * 2_000);
                world.send(id, &packet, sequence);
            }
            world.run_ms(20);
        }
        received.extend(of_slot(world.take_rtp(VIEWER), 100));
    }
    assert_eq!(received.len(), 120);
    assert!(received[0].timestamp > u32::MAX - 96_000 && received[119].timestamp < 96_000 * 2, "the slot's wrapped");
    for pair in received.windows(2) {
        assert_eq!(pair[1].sequence, pair[0].sequence.wrapping_add(1));
        assert!((1..=1_920).contains(&pair[1].timestamp.wrapping_sub(pair[0].timestamp)));
    }
}
