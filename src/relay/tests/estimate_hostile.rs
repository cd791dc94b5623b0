//! The send-side estimate under feedback that lies, and clocks that jump: bounded, and no panic.

use crate::network::Seed;
use crate::network::link::Conditions;
use crate::path::Path;
use proptest::prelude::*;
use vdx_relay::congestion::{MAX_BPS, MAX_SENT, MIN_BPS, SendSide};
use vdx_relay::wire::rtcp::{FeedbackHead, Rtcp, RtcpPackets, write_transport_feedback};

const M: u64 = 1_000_000;

fn tell(send_side: &mut SendSide, plain: &[u8], now_us: u64) {
    for packet in RtcpPackets::new(plain).flatten() {
        if let Rtcp::TransportFeedback(feedback) = packet {
            send_side.on_feedback(&feedback, now_us);
        }
    }
}

fn feedback(base_sequence: u16, arrivals: &[Option<u64>]) -> Vec<u8> {
    let mut out = vec![0; 4_000];
    let head = FeedbackHead { sender_ssrc: 1, media_ssrc: 2, base_sequence, feedback_count: 0 };
    let len = write_transport_feedback(&mut out, &head, arrivals.iter().copied()).map_or(0, |written| written.len);
    out.truncate(len);
    out
}

fn assert_sane(send_side: &SendSide) {
    assert!((MIN_BPS..=MAX_BPS).contains(&send_side.estimate_bps()));
    assert!((0.0..=1.0).contains(&send_side.loss()), "{}", send_side.loss());
    assert!(send_side.memory() <= MAX_SENT * 8);
}

#[test]
fn feedback_of_random_bytes_is_bounded_and_harmless() {
    let mut seed = Seed::new(5);
    let mut send_side = SendSide::new(0);
    let mut sequence = 0_u16;
    for round in 0..20_000_u64 {
        let now_us = round * 5_000;
        send_side.set_wish_bps(seed.next());
        for _ in 0..seed.below(20) {
            send_side.on_sent(sequence, seed.below(1 << 18) as u32, now_us, None);
            sequence = sequence.wrapping_add(1 + u16::from(seed.chance(0.001)) * seed.next() as u16);
        }
        let len = 16 + seed.below(60) as usize * 4;
        let mut plain: Vec<u8> = (0..len).map(|_| seed.next() as u8).collect();
        plain[..4].copy_from_slice(&[0x8F, 205, 0, (len / 4 - 1) as u8]);
        if seed.chance(0.9) {
            let near = sequence.wrapping_sub(seed.below(300) as u16);
            plain[12..14].copy_from_slice(&near.to_be_bytes());
            plain[14..16].copy_from_slice(&(seed.below(200) as u16).to_be_bytes());
        }
        tell(&mut send_side, &plain, now_us);
        send_side.on_time(now_us);
        send_side.on_round_trip(seed.next());
        if let Some(probe) = send_side.probe(now_us) {
            assert!(probe.bps <= MAX_BPS * 3 && probe.bytes <= 1_000_000, "{probe:?}");
            send_side.on_sent(sequence, 250, now_us, Some(probe.id));
            sequence = sequence.wrapping_add(1);
        }
        assert_sane(&send_side);
    }
}

#[test]
fn who_says_that_all_came_at_once_gets_no_more_than_he_wishes_and_half_again() {
    let mut send_side = SendSide::new(0);
    send_side.set_wish_bps(2 * M);
    let mut sequence = 0_u16;
    for round in 1..20_000_u64 {
        let now_us = round * 10_000;
        let mut sent = Vec::new();
        let mut leave = |send_side: &mut SendSide, bytes, id| {
            send_side.on_sent(sequence, bytes, now_us, id);
            sent.push(sequence);
            sequence = sequence.wrapping_add(1);
        };
        for _ in 0..=send_side.estimate_bps().min(2 * M) / 960_000 {
            leave(&mut send_side, 1_200, None);
        }
        if let Some(probe) = send_side.probe(now_us) {
            assert!(probe.bps <= 2 * M * 5 / 4, "a quarter beyond the wish at most");
            (0..=probe.bytes / 250).for_each(|_| leave(&mut send_side, 250, Some(probe.id)));
        }
        let plain = feedback(sent[0], &vec![Some(64_000_000); sent.len()]);
        tell(&mut send_side, &plain, now_us);
        assert_sane(&send_side);
    }
    assert!(send_side.estimate_bps() <= 8 * M, "{}", send_side.estimate_bps());
}

#[test]
fn feedback_about_the_same_packets_counts_once() {
    let (mut once, mut often) = (SendSide::new(0), SendSide::new(0));
    for round in 0..2_000_u64 {
        let now_us = round * 20_000;
        let plain = feedback(round as u16, &[Some(now_us + 30_000), None]);
        for (send_side, count) in [(&mut once, 1), (&mut often, 20)] {
            send_side.on_sent(round as u16, 1_000, now_us, None);
            (0..count).for_each(|_| tell(send_side, &plain, now_us + 60_000));
        }
    }
    assert_eq!((once.estimate_bps(), once.loss()), (often.estimate_bps(), often.loss()));
}

#[test]
fn jumps_of_the_receivers_clock_cost_little() {
    for jump_us in [6_000_000, -6_000_000, 3_600_000_000, -1_800_000_000, 500_000_000_000_i64] {
        let mut path = Path::new(Conditions { rate_bps: 2 * M, ..Conditions::default() }, 20 * M, 3);
        path.run_s(20.0);
        path.ahead_us += jump_us;
        path.run_s(20.0);
        let mean_bps = path.mean_bps(15.0);
        println!("jump {jump_us}: {mean_bps:.0}");
        assert!((1.6e6..2.1e6).contains(&mean_bps), "{jump_us}: {mean_bps}");
    }
}

#[test]
fn wrap_of_the_reference_time_and_drift_of_the_clock_are_not_seen() {
    let mut path = Path::new(Conditions { rate_bps: 2 * M, ..Conditions::default() }, 20 * M, 3);
    path.ahead_us = (1 << 24) * 64_000 - 40_000_000;
    path.drift_ppm = 200;
    path.run_s(90.0);
    let mean_bps = path.mean_bps(60.0);
    assert!((1.7e6..2.1e6).contains(&mean_bps), "{mean_bps}");
    assert!(path.wait_ms(60.0, 95) < 110);
}

#[test]
fn reports_and_remb_serve_where_there_is_no_feedback() {
    let mut send_side = SendSide::new(0);
    let second = |send_side: &mut SendSide, at: u64, lost: u32| {
        for number in 0..100_u64 {
            let sequence = (at * 100 + number) as u16;
            send_side.on_sent(sequence, 1_000, at * M + number * 10_000, None);
        }
        send_side.on_report(100, lost, at * M + 990_000);
        send_side.on_time(at * M + 995_000);
    };
    (0..40).for_each(|at| second(&mut send_side, at, 0));
    let grown_bps = send_side.estimate_bps();
    assert!((1_000_000..1_300_000).contains(&grown_bps), "half more than 800 kbit/s: {grown_bps}");
    (40..50).for_each(|at| second(&mut send_side, at, 30));
    assert!(send_side.estimate_bps() < grown_bps / 3);
    assert!((send_side.loss() - 0.3).abs() < 0.01 && !send_side.has_feedback());
    second(&mut send_side, 50, 0);
    send_side.on_remb(2 * M, 51 * M);
    assert_eq!(send_side.estimate_bps(), 2 * M);
    send_side.on_remb(700_000, 52 * M);
    assert_eq!(send_side.estimate_bps(), 700_000);
    send_side.on_time(60 * M);
    assert_eq!(send_side.estimate_bps(), 2 * M, "a REMB is not for ever");
}

#[test]
fn remb_caps_what_feedback_allows() {
    let mut path = Path::new(Conditions { rate_bps: 2 * M, ..Conditions::default() }, 20 * M, 3);
    path.run_s(20.0);
    path.send_side.on_remb(500_000, path.now_us);
    assert_eq!(path.send_side.estimate_bps(), 500_000);
    path.run_s(7.0);
    assert!(path.send_side.estimate_bps() > 700_000);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// On any sane link the estimate is neither far above it nor far below, and the sender's queue empties.
    #[test]
    fn any_link_is_used_and_not_flooded(
        rate_kbps in 200_u64..10_000,
        delay_ms in 1_u64..200,
        jitter_ms in 0_u64..20,
        loss in 0.0_f64..0.05,
        feedback_ms in 40_u64..250,
        seed in 0_u64..1_000,
    ) {
        let conditions = Conditions {
            rate_bps: rate_kbps * 1_000,
            delay_us: delay_ms * 1_000,
            jitter_us: jitter_ms * 1_000,
            loss: crate::network::link::Loss::Random(loss),
            queue_us: 1_000_000,
            ..Conditions::default()
        };
        let mut path = Path::new(conditions, 20 * M, seed);
        path.feedback_every_us = feedback_ms * 1_000;
        path.run_s(40.0);
        let share = path.mean_bps(20.0) / (rate_kbps as f64 * 1e3);
        prop_assert!((0.65..1.08).contains(&share), "{share:.2} of the link");
        prop_assert!(path.wait_ms(20.0, 50) < 60, "{} ms", path.wait_ms(20.0, 50));
        prop_assert!(path.wait_ms(20.0, 95) < 250, "{} ms", path.wait_ms(20.0, 95));
    }
}
