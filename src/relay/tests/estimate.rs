//! The send-side estimate on links of a seeded network: how full it makes them, how long their queue gets, how soon it
//! follows. `--nocapture` prints the figures.

use crate::network::link::{Conditions, Loss};
use crate::path::{Path, Rival};

const M: u64 = 1_000_000;
const SEEDS: std::ops::Range<u64> = 1..6;
/// What media in packets with headers of the network leave of a link, at most; and how full it is to be.
const FULL: std::ops::Range<f64> = 0.85..1.05;

/// A sender who would take all of it. Seeds differ in when things happen, too.
fn path(rate_bps: u64, seed: u64) -> Path {
    let mut path = Path::new(Conditions { rate_bps, ..Conditions::default() }, 20 * M, seed);
    path.feedback_every_us = 60_000 + seed * 17_000;
    path
}

fn report(name: &str, path: &Path, seconds: f64) {
    println!(
        "{name}: mean {:.0} kbit/s, queue p50 {} ms, p95 {} ms, loss {:.3}",
        path.mean_bps(seconds) / 1e3,
        path.wait_ms(seconds, 50),
        path.wait_ms(seconds, 95),
        path.send_side.loss()
    );
}

/// The estimate of the last seconds is near what the link carries, and its queue is short.
fn assert_full(name: &str, path: &Path, seconds: f64, share: std::ops::Range<f64>, p95_ms: u64) {
    report(name, path, seconds);
    let found = path.mean_bps(seconds) / path.down.conditions.rate_bps as f64;
    assert!(share.contains(&found), "{name}: {found:.2} of the link");
    let wait_ms = path.wait_ms(seconds, 95);
    assert!(wait_ms <= p95_ms, "{name}: the queue is {wait_ms} ms");
}

#[test]
fn steady_links_are_filled_and_their_queue_stays_short() {
    for rate_bps in [150_000, 300_000, 500_000, M, 2 * M, 4 * M, 8 * M] {
        for seed in SEEDS {
            let mut path = path(rate_bps, seed);
            let from_us = path.now_us;
            path.run_s(60.0);
            let range = rate_bps as f64 * 0.8..rate_bps as f64 * 1.1;
            let settled_s = path.settled_s(from_us, range).expect("settles");
            println!("{rate_bps} settled after {settled_s} s");
            assert!(settled_s < 3.0);
            // A packet of 1150 bytes takes 63 ms at 150 kbit/s, and sound has a quarter of headers.
            let (share, p95_ms) = if rate_bps < 200_000 { (0.75..1.0, 200) } else { (FULL, 110) };
            assert_full(&format!("{rate_bps}"), &path, 40.0, share, p95_ms);
        }
    }
}

#[test]
fn step_down_settles_within_3_s_and_up_within_10_s() {
    for (high, low) in [(M, 300_000), (4 * M, 500_000), (2 * M, M)] {
        for seed in SEEDS {
            let mut path = path(high, seed);
            path.run_s(20.0 + seed as f64 * 0.37);
            path.down.conditions.rate_bps = low;
            let from_us = path.now_us;
            path.run_s(20.0);
            let down_s = path.settled_s(from_us, low as f64 * 0.8..low as f64 * 1.1).expect("settles");
            let is_empty = |it: &&(u64, u64, u64)| it.0 > from_us + 500_000 && it.2 < 50_000;
            let empty_s = (path.trace.iter().find(is_empty).expect("empties").0 - from_us) as f64 / 1e6;
            path.down.conditions.rate_bps = high;
            let from_us = path.now_us;
            path.run_s(20.0);
            let up_s = path.settled_s(from_us, high as f64 * 0.85..high as f64 * 1.1).expect("settles");
            println!("{high} -> {low} -> {high}: down {down_s:.2} s, queue empty {empty_s:.2} s, up {up_s:.2} s");
            assert!(down_s < 3.0 && empty_s < 3.0 && up_s < 10.0);
        }
    }
}

#[test]
fn a_deep_queue_is_emptied_within_4_s_of_a_step_down() {
    for seed in SEEDS {
        let mut path = path(M, seed);
        path.down.conditions.queue_us = 3 * M;
        path.run_s(20.0);
        path.down.conditions.rate_bps = 300_000;
        let from_us = path.now_us;
        path.run_s(20.0);
        let is_empty = |it: &&(u64, u64, u64)| it.0 > from_us + 500_000 && it.2 < 50_000;
        let empty_s = (path.trace.iter().find(is_empty).expect("empties").0 - from_us) as f64 / 1e6;
        println!("queue up to {} ms, empty after {empty_s:.2} s", path.down.longest_us / 1_000);
        assert!(empty_s < 4.0);
        assert_full("after a deep queue", &path, 12.0, 0.8..1.05, 110);
    }
}

#[test]
fn random_losses_and_bursts_do_not_collapse_the_rate() {
    for (name, loss) in [
        ("1 %", Loss::Random(0.01)),
        ("5 %", Loss::Random(0.05)),
        ("10 %", Loss::Random(0.10)),
        ("bursts", Loss::Bursts { to_bad: 0.01, to_good: 0.2, bad: 0.8 }),
        ("long bursts", Loss::Bursts { to_bad: 0.003, to_good: 0.04, bad: 0.5 }),
    ] {
        for rate_bps in [500_000, 2 * M] {
            for seed in SEEDS {
                let mut path = path(rate_bps, seed);
                path.down.conditions.loss = loss;
                path.run_s(60.0);
                assert_full(&format!("{name} of {rate_bps}"), &path, 40.0, 0.8..1.05, 110);
            }
        }
    }
}

#[test]
fn policer_without_a_queue_is_found_by_loss() {
    for seed in SEEDS {
        let mut path = path(2 * M, seed);
        path.down.conditions.queue_us = 15_000;
        path.run_s(60.0);
        assert_full("policer", &path, 40.0, 0.7..1.1, 20);
        assert!(path.send_side.loss() < 0.2);
        path.down.conditions.rate_bps = M;
        let from_us = path.now_us;
        path.run_s(30.0);
        let settled_s = path.settled_s(from_us, 0.7e6..1.1e6).expect("settles");
        println!("settled after {settled_s:.2} s");
        assert!(settled_s < 5.0);
        assert_full("policer after a step", &path, 20.0, 0.65..1.1, 20);
    }
}

#[test]
fn jitter_and_reordering_are_no_queue() {
    for (jitter_us, is_reordering) in [(10_000, false), (30_000, false), (60_000, false), (30_000, true)] {
        for seed in SEEDS {
            let mut path = path(2 * M, seed);
            path.down.conditions.jitter_us = jitter_us;
            path.down.conditions.is_reordering = is_reordering;
            path.down.conditions.duplicate = 0.01;
            path.run_s(60.0);
            assert_full(&format!("jitter {jitter_us} {is_reordering}"), &path, 40.0, 0.75..1.05, 110);
        }
    }
}

#[test]
fn constant_rival_gets_his_part_and_a_greedy_one_leaves_some() {
    for seed in SEEDS {
        let mut path = path(3 * M, seed);
        path.run_s(20.0);
        path.rival = Rival::Constant { bps: M };
        path.run_s(30.0);
        assert_full("beside 1 of 3 Mbit/s", &path, 20.0, 0.55..0.7, 110);
        path.rival = Rival::None;
        let from_us = path.now_us;
        path.run_s(15.0);
        let back_s = path.settled_s(from_us, 2.5e6..3.2e6).expect("comes back");
        path.rival = Rival::Greedy { window: 10.0, round_trip_us: 40_000, owed: 0.0, backed_off_us: 0 };
        path.run_s(60.0);
        assert_full("beside Reno", &path, 40.0, 0.1..0.7, 300);
        path.rival = Rival::None;
        let from_us = path.now_us;
        path.run_s(15.0);
        let back_later_s = path.settled_s(from_us, 2.5e6..3.2e6).expect("comes back");
        println!("back after {back_s:.2} s and {back_later_s:.2} s");
        assert!(back_s < 10.0 && back_later_s < 10.0);
    }
}

#[test]
fn new_route_with_another_delay_costs_a_quarter_at_most() {
    for seed in SEEDS {
        let mut path = path(2 * M, seed);
        path.wanted_bps = 1_500_000;
        path.run_s(20.0);
        for delay_us in [120_000, 20_000, 300_000] {
            path.down.conditions.delay_us = delay_us;
            let before_bps = path.send_side.estimate_bps();
            let from_us = path.now_us;
            path.run_s(10.0);
            let least = path.trace.iter().filter(|it| it.0 > from_us).map(|it| it.1).min().expect("some");
            println!("delay {delay_us}: {before_bps}, at least {least}");
            assert!(least as f64 > before_bps.min(1_500_000) as f64 * 0.7);
            assert!(path.mean_bps(5.0) > 1.4e6);
        }
    }
}

#[test]
fn idle_link_and_sound_alone_keep_the_estimate() {
    for seed in SEEDS {
        let mut path = path(2 * M, seed);
        path.run_s(20.0);
        let before_bps = path.mean_bps(5.0);
        path.wanted_bps = 0;
        path.run_s(60.0);
        let after_bps = path.send_side.estimate_bps() as f64;
        assert!((0.85..1.15).contains(&(after_bps / before_bps)), "{before_bps} -> {after_bps}");
        path.has_sound = false;
        path.run_s(120.0);
        assert!((path.send_side.estimate_bps() as f64 - after_bps).abs() < 0.15 * after_bps);
        path.wanted_bps = 20 * M;
        path.run_s(10.0);
        assert_full("again after silence", &path, 6.0, FULL, 110);
    }
}

#[test]
fn sound_alone_from_the_beginning_neither_falls_nor_drifts() {
    let mut path = path(2 * M, 1);
    path.wanted_bps = 40_000;
    path.run_s(120.0);
    assert_eq!(path.send_side.estimate_bps(), vdx_relay::congestion::START_BPS);
}

#[test]
fn lost_feedback_holds_the_rate_and_its_absence_lowers_it_until_it_is_back() {
    for seed in SEEDS {
        let mut path = path(2 * M, seed);
        path.run_s(20.0);
        path.up.conditions.loss = Loss::Random(0.3);
        path.run_s(20.0);
        assert_full("three tenths of feedback lost", &path, 10.0, 0.6..1.05, 200);
        path.up.conditions.loss = Loss::Random(1.0);
        path.run_s(5.0);
        let silent_bps = path.send_side.estimate_bps();
        assert!(silent_bps < M, "{silent_bps}");
        path.up.conditions.loss = Loss::None;
        path.run_s(2.0);
        let back_bps = path.send_side.estimate_bps();
        println!("no feedback for 5 s: {silent_bps}, 2 s later {back_bps}");
        assert!(back_bps > 1_200_000);
    }
}

#[test]
fn probes_go_no_higher_than_the_wish() {
    let mut path = path(8 * M, 1);
    path.wanted_bps = 900_000;
    path.run_s(30.0);
    assert!(path.highest_probe_bps > 0 && path.highest_probe_bps <= 900_000, "{}", path.highest_probe_bps);
    assert!(path.send_side.estimate_bps() >= 900_000);
    assert!(path.probe_bytes < 50_000, "{} bytes of probes", path.probe_bytes);
}
