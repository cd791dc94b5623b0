//! Reports through the whole forwarder: lips and sound together, receiver reports, transport feedback, quality.

#![allow(clippy::cast_possible_wrap, clippy::cast_sign_loss)] // Test times are small.

use crate::common;

use common::camera::Camera;
use common::{Packet, World, camera, microphone, slots, sound};
use vdx_relay::wire::rtcp::{
    NtpTime, ReportBlock, Rtcp, RtcpPackets, SenderInfo, compact_from_us, write_receiver_report, write_sender_report,
};
use vdx_relay::wire_api::{Event, SlotKind};

/// A sender report of a publisher whose wall clock is `skew_us` off ours, about what it captured `delay_us` ago.
fn publisher_report(world: &World, ssrc: u32, rtp_timestamp: u32, skew_us: i64, delay_us: i64) -> Vec<u8> {
    let ours = NtpTime::from_unix_us(1_800_000_000_000_000).plus_us(world.now_us as i64);
    let info = SenderInfo { ntp: ours.plus_us(skew_us - delay_us), rtp_timestamp, packet_count: 1, octet_count: 1 };
    let mut plain = vec![0; 64];
    let len = write_sender_report(&mut plain, ssrc, &info, &[]).expect("room");
    plain.truncate(len);
    plain
}

/// The reports about a stream that a client got: (NTP, RTP timestamp).
fn reports(compounds: &[Vec<u8>], ssrc: u32) -> Vec<(NtpTime, u32)> {
    let mut found = Vec::new();
    for compound in compounds {
        for packet in RtcpPackets::new(compound) {
            match packet.expect("well-formed") {
                Rtcp::SenderReport(report) if report.ssrc == ssrc => {
                    found.push((report.info.ntp, report.info.rtp_timestamp));
                }
                Rtcp::SourceDescription(description) => {
                    assert!(description.cnames().all(|(_, cname)| cname == b"cname"));
                }
                _ => {}
            }
        }
    }
    found
}

#[test]
fn sound_and_picture_captured_together_are_reported_together() {
    let mut world = World::new();
    world.connect(2, vec![microphone("0", 110, 5010), camera("1", 111, &["q"])], Vec::new());
    world.connect(4, Vec::new(), slots(1));
    world.allow(110);
    world.allow(111);
    world.bind(4, SlotKind::Video, 0, 111, 0);
    world.bind(4, SlotKind::Speaker, 0, 110, 0);
    let mut cameras = [Camera::new(2, 111, "1", &["q"], 6000)];
    // The publisher's clock is an hour off; its picture is captured 80 ms before it comes, its sound 20 ms.
    let skew_us = 3_600_000_000;
    let (mut sequence, mut pairs) = (0_u64, Vec::new());
    for round in 0..60_u32 {
        for _ in 0..5 {
            sequence += 1;
            let mut packet = sound(5010, sequence, Some(20));
            packet.timestamp = (world.now_us * 48 / 1_000) as u32;
            world.send(2, &packet, sequence);
            world.run_ms(10);
        }
        cameras[0].show(&mut world);
        if round % 20 == 3 {
            let sound_now = (world.now_us * 48 / 1_000) as u32;
            let plain = publisher_report(&world, 5010, sound_now, skew_us, 20_000);
            world.send_rtcp(2, &plain);
            let picture_now = cameras[0].timestamp(0, world.now_us);
            let plain = publisher_report(&world, 6000, picture_now, skew_us, 80_000);
            world.send_rtcp(2, &plain);
        }
        let sounds: Vec<Packet> = world.clients[&4].rtp.iter().filter(|it| it.ssrc == 100).cloned().collect();
        let pictures: Vec<Packet> = world.clients[&4].rtp.iter().filter(|it| it.ssrc == 1000).cloned().collect();
        if let (Some(sound), Some(picture)) = (sounds.last(), pictures.last()) {
            pairs.push((world.now_us, sound.clone(), picture.clone()));
        }
    }
    let compounds = world.clients.get_mut(&4).expect("there").take_rtcp();
    let (sound_reports, picture_reports) = (reports(&compounds, 100), reports(&compounds, 1000));
    assert!((3..=8).contains(&sound_reports.len()), "about one a second, one at once: {}", sound_reports.len());
    let captured = |(ntp, at): (NtpTime, u32), timestamp: u32, rate: i64| {
        ntp.plus_us(i64::from(timestamp.wrapping_sub(at) as i32) * 1_000_000 / rate)
    };
    let (_, sound, picture) = pairs.last().expect("pairs");
    let sound_at = captured(*sound_reports.last().expect("reports"), sound.timestamp, 48_000);
    let picture_at = captured(*picture_reports.last().expect("reports"), picture.timestamp, 90_000);
    // Sent at the same time: the picture was captured 60 ms earlier than the sound, less 10 ms between their sending.
    let apart = sound_at.us_since(picture_at) - (sound.at_us as i64 - picture.at_us as i64);
    assert!((apart - 60_000).abs() < 3_000, "{apart} us apart");
}

#[test]
fn publishers_get_receiver_reports_and_transport_feedback_alone() {
    let mut world = World::new();
    world.connect(2, vec![microphone("0", 110, 5010)], Vec::new());
    for sequence in 65_530..65_630_u64 {
        if sequence % 10 != 0 {
            world.send(2, &sound(5010, sequence, Some(20)), sequence);
        }
        world.run_ms(20);
    }
    let mut transport = Vec::new();
    let mut blocks = Vec::new();
    for compound in world.clients.get_mut(&2).expect("there").take_rtcp() {
        let packets: Vec<_> = RtcpPackets::new(&compound).map(|it| it.expect("well-formed")).collect();
        match &packets[..] {
            [Rtcp::TransportFeedback(feedback)] => transport.extend(feedback.statuses()),
            [Rtcp::ReceiverReport(report)] => blocks.extend(report.blocks()),
            other => panic!("{other:?}"),
        }
    }
    // What the publisher numbered is reported once, in order, as received.
    let numbers: Vec<u16> = transport.iter().map(|status| status.sequence).collect();
    assert_eq!(numbers[..], (0..numbers.len() as u16).collect::<Vec<_>>()[..]);
    assert!(numbers.len() >= 85);
    assert!(transport.iter().all(|status| status.arrival_us.is_some()));
    assert!((1..=3).contains(&blocks.len()));
    let block = blocks.last().expect("a report");
    assert_eq!(block.ssrc, 5010);
    assert!((20..=31).contains(&block.fraction_lost), "a tenth of 256: {}", block.fraction_lost);
    assert_eq!(block.jitter, 0);
    assert!(block.highest_sequence > 65_536);
}

#[test]
fn quality_is_told_once_a_second_with_loss_and_round_trip_while_packets_are_lost() {
    let mut world = World::new();
    world.connect(2, vec![microphone("0", 110, 5010)], Vec::new());
    world.connect(4, Vec::new(), slots(0));
    world.allow(110);
    let mut highest = 0;
    for sequence in 1..250_u64 {
        if sequence % 5 != 0 {
            world.send(2, &sound(5010, sequence, Some(20)), sequence);
        }
        world.run_ms(20);
        if sequence % 50 == 0 {
            let compounds = world.clients.get_mut(&4).expect("there").take_rtcp();
            let Some((ntp, _)) = reports(&compounds, 100).last().copied() else { continue };
            let held_us =
                NtpTime::from_unix_us(1_800_000_000_000_000).plus_us(world.now_us as i64).us_since(ntp) - 40_000;
            highest += 40;
            let block = ReportBlock {
                ssrc: 100,
                fraction_lost: 128,
                cumulative_lost: 20,
                highest_sequence: highest,
                jitter: 0,
                last_sender_report: ntp.compact(),
                delay_since_last: compact_from_us(held_us as u64),
            };
            let mut plain = [0; 64];
            let len = write_receiver_report(&mut plain, 1, &[block]).expect("room");
            world.send_rtcp(4, &plain[..len]);
        }
    }
    let quality: Vec<(u64, f32, f32, f32)> = world
        .take_events()
        .into_iter()
        .filter_map(|event| match event {
            Event::PeerQuality { peer, uplink_loss, downlink_loss, rtt_ms, .. } => {
                Some((peer, uplink_loss, downlink_loss, rtt_ms))
            }
            _ => None,
        })
        .collect();
    let of = |peer: u64| quality.iter().filter(|it| it.0 == peer).copied().collect::<Vec<_>>();
    assert!((4..=5).contains(&of(2).len()));
    let (_, uplink, _, rtt) = *of(2).last().expect("told");
    assert!((0.15..0.25).contains(&uplink), "{uplink}");
    assert!(rtt < 0.0, "unknown");
    let (_, _, downlink, rtt) = *of(4).last().expect("told");
    assert!((0.4..0.6).contains(&downlink), "{downlink}");
    assert!((38.0..42.0).contains(&rtt), "{rtt}");
}

#[test]
fn quality_tells_the_jitter_of_the_least_even_stream_and_none_before_one_comes() {
    let mut world = World::new();
    world.connect(2, vec![microphone("0", 110, 5010)], Vec::new());
    world.run_ms(6_000);
    let told = |world: &mut World| -> Vec<f32> {
        let events = world.take_events().into_iter().filter_map(|event| match event {
            Event::PeerQuality { jitter_ms, .. } => Some(jitter_ms),
            _ => None,
        });
        events.collect()
    };
    let silent = told(&mut world);
    assert!(!silent.is_empty() && silent.iter().all(|jitter_ms| *jitter_ms < 0.0), "{silent:?}");
    for sequence in 1..600_u64 {
        world.send(2, &sound(5010, sequence, Some(20)), sequence);
        world.run_ms(if sequence % 2 == 0 { 10 } else { 30 });
    }
    let uneven = *told(&mut world).last().expect("told");
    assert!((9.0..11.0).contains(&uneven), "10 ms early and late in turn: {uneven}");
}

#[test]
fn quality_of_a_calm_call_is_told_every_five_seconds_and_its_first_packet_at_once() {
    let mut world = World::new();
    world.connect(2, vec![microphone("0", 110, 5010)], Vec::new());
    world.run_ms(2_000);
    let told = |world: &mut World| -> Vec<(u32, u64, bool)> {
        let events = world.take_events().into_iter().filter_map(|event| match event {
            Event::PeerQuality { period_ms, uplink_bps, is_heard, .. } => Some((period_ms, uplink_bps, is_heard)),
            _ => None,
        });
        events.collect()
    };
    let silent = told(&mut world);
    assert!(!silent.is_empty() && silent.iter().all(|(_, bps, is_heard)| *bps == 0 && !is_heard), "{silent:?}");
    let speak = |world: &mut World, sequences: std::ops::Range<u64>| {
        for sequence in sequences {
            world.send(2, &sound(5010, sequence, Some(20)), sequence);
            world.run_ms(20);
        }
    };
    speak(&mut world, 1..75);
    let first = told(&mut world);
    assert!(first.iter().any(|(period_ms, _, is_heard)| *is_heard && *period_ms <= 3_100), "{first:?}");
    speak(&mut world, 75..1_075);
    let calm = told(&mut world);
    assert!((3..=5).contains(&calm.len()), "20 s: {calm:?}");
    assert!(calm.iter().skip(1).all(|(period_ms, ..)| (4_900..=5_100).contains(period_ms)), "{calm:?}");
    assert!(calm.iter().skip(2).all(|(_, bps, _)| *bps == calm[1].1), "a rate, whatever the period: {calm:?}");
}

#[test]
fn silence_ends_with_any_authentic_packet_not_with_checks_alone() {
    let mut world = World::new();
    world.connect(2, vec![microphone("0", 110, 5010)], Vec::new());
    // Eight seconds of sound without one more check: who is heard is not silent.
    for sequence in 1..400_u64 {
        world.send(2, &sound(5010, sequence, Some(20)), sequence);
        world.run_ms(20);
    }
    let longest = |world: &mut World| {
        let told = world.take_events().into_iter().filter_map(|event| match event {
            Event::PeerQuality { silent_ms, .. } => Some(silent_ms),
            _ => None,
        });
        told.max().expect("told")
    };
    assert!(longest(&mut world) <= 20, "heard every 20 ms");
    world.run_ms(8_000);
    assert!(longest(&mut world) >= 7_000, "then nothing came");
}
