//! The first seconds of who joins a call that goes on, over a seeded network: how soon there are pictures, whether one
//! stands still again, and what waits on the way meanwhile. `SEEDS=50 … --nocapture` tries more and prints the figures.

// Rates, shares and virtual times: far from the ends of their types.
#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss
)]

#[path = "network/call/mod.rs"]
mod call;
mod common;
mod network;

use call::Call;
use network::link::{Conditions, Loss};

/// So long is looked at.
const FIRST_S: u64 = 10;

/// What a start was like; times in milliseconds.
#[derive(Debug, Default)]
struct Start {
    pictures: usize,
    /// Until the first and the last of the pictures was there.
    first_ms: u64,
    last_ms: u64,
    /// The longest that a picture stood still once it was there.
    still_ms: u64,
    /// The longest wait in the queue of the way, and the time for which more than 100 ms stood there.
    queue_ms: u64,
    over_ms: u64,
    dropped: u64,
    /// What the way carried within the first two seconds, of what it can.
    estimate_bps: u64,
    layers: [usize; 3],
}

fn seeds(count: u64) -> std::ops::RangeInclusive<u64> {
    1..=std::env::var("SEEDS").ok().and_then(|seeds| seeds.parse().ok()).unwrap_or(count)
}

/// Who is there.
#[derive(Clone, Copy)]
struct People {
    /// Publishers who are there before.
    there: u64,
    /// Who come after, one each 200 ms.
    later: u64,
    /// One layer of so much instead of three; 0: three.
    one_layer_bps: usize,
}

const fn people(there: u64, later: u64, one_layer_bps: usize) -> People {
    People { there, later, one_layer_bps }
}

/// Somebody joins over this way.
fn start(people: People, down: Conditions, seed: u64) -> Start {
    let mut call = Call::new(0, 0, Conditions::default(), Conditions::default(), seed);
    let publish = |call: &mut Call, id: u64| {
        call.publish(id, Conditions::default(), seed);
        let publisher = &mut call.publishers.last_mut().expect("one").0;
        publisher.has_red = true;
        if people.one_layer_bps > 0 {
            publisher.send_one_layer(people.one_layer_bps);
        }
    };
    (1..=people.there).for_each(|id| publish(&mut call, id));
    call.run_s(2.0 + 0.013 * (seed % 40) as f64);
    let from_us = call.world.now_us;
    call.join(50, people.there + people.later, down, seed);
    for id in people.there + 1..=people.there + people.later {
        call.run_s(0.2);
        publish(&mut call, id);
        call.show(50, id as usize - 1);
    }
    let mut start = Start::default();
    for _ in 0..FIRST_S * 100 {
        call.run_s(0.01);
        let wait_us = call.viewers[0].1.down.wait_us(call.world.now_us);
        if std::env::var("TRACE").is_ok() && wait_us > 20_000 { println!("{} WAIT {}", call.world.now_us, wait_us / 1_000); }
        start.over_ms += if wait_us > 100_000 { 10 } else { 0 };
    }
    let (viewer, way) = &call.viewers[0];
    for (begun_us, still_us) in viewer.pictures(call.world.now_us) {
        let begun_ms = (begun_us - from_us) / 1_000;
        start.first_ms = if start.pictures == 0 { begun_ms } else { start.first_ms.min(begun_ms) };
        start.last_ms = start.last_ms.max(begun_ms);
        start.still_ms = start.still_ms.max(still_us / 1_000);
        start.pictures += 1;
    }
    start.queue_ms = way.down.longest_us / 1_000;
    start.dropped = way.down.dropped;
    start.estimate_bps = call.estimates.iter().find(|(at_us, _)| *at_us > from_us + 2_000_000).map_or(0, |it| it.1);
    for (at_us, layer) in &viewer.shown {
        start.layers[usize::from(*layer)] += usize::from(*at_us + 1_000_000 > call.world.now_us);
    }
    start
}

/// The worst of the seeds in each respect.
fn worst(name: &str, count: u64, people: People, down: Conditions) -> Start {
    let mut worst = Start { pictures: usize::MAX, estimate_bps: u64::MAX, ..Start::default() };
    for seed in seeds(count) {
        let start = start(people, down, seed);
        println!("{name}, seed {seed}: {start:?}");
        worst.pictures = worst.pictures.min(start.pictures);
        worst.first_ms = worst.first_ms.max(start.first_ms);
        worst.last_ms = worst.last_ms.max(start.last_ms);
        worst.still_ms = worst.still_ms.max(start.still_ms);
        worst.queue_ms = worst.queue_ms.max(start.queue_ms);
        worst.over_ms = worst.over_ms.max(start.over_ms);
        worst.dropped = worst.dropped.max(start.dropped);
        worst.estimate_bps = worst.estimate_bps.min(start.estimate_bps);
    }
    println!("{name}, worst: {worst:?}");
    worst
}

fn limited(rate_bps: u64) -> Conditions {
    Conditions { rate_bps, queue_us: 300_000, delay_us: 20_000, ..Conditions::default() }
}

#[test]
fn narrow() {
    worst("300k x1", 6, people(1, 0, 0), limited(300_000));
    worst("300k x1 of 500k", 6, people(1, 0, 500_000), limited(300_000));
}
#[test]
fn middle() {
    worst("1M x1", 6, people(1, 0, 0), limited(1_000_000));
    worst("1M x1 of 500k", 6, people(1, 0, 500_000), limited(1_000_000));
    worst("1M x4", 6, people(4, 0, 0), limited(1_000_000));
}
#[test]
fn wide() {
    worst("5M x1", 4, people(1, 0, 0), limited(5_000_000));
    worst("5M x7", 4, people(7, 0, 0), limited(5_000_000));
    worst("5M 3+4", 4, people(3, 4, 0), limited(5_000_000));
    worst("5M 3+4 500k", 4, people(3, 4, 500_000), limited(5_000_000));
}
#[test]
fn free() {
    worst("free 7", 4, people(7, 0, 0), Conditions::default());
    worst("free 3+4", 4, people(3, 4, 0), Conditions::default());
    worst("free 3+4 1.5M", 4, people(3, 4, 1_500_000), Conditions::default());
    worst("free 0+7 1.5M", 4, people(0, 7, 1_500_000), Conditions::default());
    worst("free 7 1.5M", 4, people(7, 0, 1_500_000), Conditions::default());
    worst("free 7 lossy", 4, people(7, 0, 0), Conditions { loss: Loss::Random(0.02), ..Conditions::default() });
}

#[test]
fn traced() {
    start(people(1, 0, 0), limited(1_000_000), 1);
}
