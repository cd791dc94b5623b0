//! The first seconds of who joins a call that goes on, over a seeded network: how soon there are pictures, whether one
//! stands still again, and what waits on the way meanwhile. `SEEDS=50 … --nocapture` tries more and prints the figures.

use crate::call::Call;
use crate::network::link::{Conditions, Loss};

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
    /// After two seconds, as Python is told.
    estimate_bps: u64,
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

fn assert_within(name: &str, worst: &Start, pictures: usize, [last_ms, still_ms, queue_ms, over_ms]: [u64; 4]) {
    assert_eq!(worst.pictures, pictures, "{name}");
    assert!(worst.last_ms <= last_ms, "{name}: the last picture was there after {} ms", worst.last_ms);
    assert!(worst.still_ms <= still_ms, "{name}: a picture stood still for {} ms", worst.still_ms);
    assert!(worst.queue_ms <= queue_ms, "{name}: {} ms waited on the way", worst.queue_ms);
    assert!(worst.over_ms <= over_ms, "{name}: for {} ms more than 100 ms waited", worst.over_ms);
}

#[test]
fn narrow_way_shows_a_picture_at_once_and_is_not_overfilled_for_long() {
    let one = worst("300 kbit/s", 3, people(1, 0, 0), limited(300_000));
    assert_within("300 kbit/s", &one, 1, [500, 400, 300, 1_000]);
    assert!(one.dropped == 0 && one.estimate_bps < 350_000, "{one:?}");
}

#[test]
fn middle_way_shows_all_that_fit_within_half_a_second() {
    let four = worst("1 Mbit/s, 4", 2, people(4, 0, 0), limited(1_000_000));
    assert_within("1 Mbit/s, 4", &four, 4, [500, 500, 300, 1_500]);
    // As large as half of the way from its first packet.
    let one = worst("1 Mbit/s, 500 kbit/s", 2, people(1, 0, 500_000), limited(1_000_000));
    assert_within("1 Mbit/s, 500 kbit/s", &one, 1, [500, 500, 200, 500]);
}

#[test]
fn picture_that_has_begun_does_not_stand_still_for_those_that_come_later() {
    let seven = worst("5 Mbit/s, 3 and 4", 2, people(3, 4, 0), limited(5_000_000));
    assert_within("5 Mbit/s, 3 and 4", &seven, 7, [1_500, 500, 300, 1_500]);
    let seven = worst("free, 7 of 1.5 Mbit/s", 2, people(0, 7, 1_500_000), Conditions::default());
    assert_within("free, 7 of 1.5 Mbit/s", &seven, 7, [2_000, 500, 0, 0]);
    assert!(seven.estimate_bps > 10_000_000);
    let lossy = Conditions { loss: Loss::Random(0.02), ..Conditions::default() };
    let seven = worst("2 % lost, 7", 1, people(7, 0, 0), lossy);
    assert_within("2 % lost, 7", &seven, 7, [1_000, 500, 0, 0]);
}
