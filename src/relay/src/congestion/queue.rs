//! The queue on the way to one subscriber, from the one-way delays of its packets.
//!
//! The clocks of both ends differ by an unknown constant, so a delay means something only beside the least one of the
//! last seconds. Of each short interval the *least* delay counts: a frame that leaves in one burst queues behind itself
//! and is gone before the next, and jitter only adds; what is left in the minimum is a queue that stands (the idea of
//! `CoDel`, RFC 8289). A standing queue above the threshold is overuse.
//!
//! ```text
//! least delay of an interval - least of 15 s = standing queue
//! threshold = 20 ms + what the path's own jitter adds + a lift while someone else keeps the queue full
//! delay stepped at once and stays flat although less is sent -> a new route: its delay is the new least
//! ```
//!
//! While every packet is queued, the rate of arrivals is the capacity of the link: measured here too.

/// Of which the least delay counts.
const INTERVAL_US: i64 = 40_000;
/// Buckets of one second in which the least delay is remembered. Long enough to see the path empty between two
/// overuses, short enough for clocks that drift 200 ppm apart (3 ms).
const BASE_BUCKETS: usize = 15;
const BASE_BUCKET_US: i64 = 1_000_000;
/// A standing queue below is nothing: LTE schedules in 10 ms, Wi-Fi waits as long.
const THRESHOLD_US: f64 = 20_000.0;
/// What jitter can add to it.
const MAX_NOISE_US: f64 = 40_000.0;
/// What a competitor can add to it.
const MAX_LIFT_US: f64 = 250_000.0;
/// An overuse that lasts longer although less is sent is not ours alone.
const LIFT_AFTER_US: i64 = 1_500_000;
const LIFT_RISE_US: f64 = 3e6;
const LIFT_FALL_US: f64 = 2e6;
/// Above the least delay by more than this (and the jitter), a packet was queued.
const QUEUED_US: f64 = 5_000.0;
/// The capacity is measured over one to two of these.
const SEGMENT_US: i64 = 150_000;
/// And where the queue began to stand just now, over one to two of these.
const SHORT_SEGMENT_US: i64 = 60_000;
/// A shorter busy time, or fewer packets, tell nothing.
const MIN_BUSY_US: i64 = 80_000;
const MIN_BUSY_PACKETS: u32 = 6;
/// The shorter measure is believed when it is below this share of the longer: the link has just become slower.
const SLOWER: f64 = 0.7;
/// A new route is believed after so many flat intervals.
const FLAT_INTERVALS: u32 = 12;
/// Nobody is this late, and no relay's clock jumps: the receiver's clock did.
const MAX_JUMP_US: i64 = 5_000_000;

/// What the queue does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// It is empty or nearly.
    Normal,
    /// It stands, below the threshold.
    Hold,
    /// It stands above the threshold.
    Over,
}

/// Packets that were all queued.
#[derive(Debug, Clone, Copy, Default)]
struct Segment {
    first_sent_us: i64,
    last_sent_us: i64,
    first_arrival_us: i64,
    last_arrival_us: i64,
    /// Without the first packet.
    bytes: u64,
    packets: u32,
}

/// The newest two of one length, the newer first.
#[derive(Debug, Clone, Copy)]
struct Segments {
    length_us: i64,
    segments: [Option<Segment>; 2],
}

impl Segments {
    const fn of(length_us: i64) -> Self {
        Self { length_us, segments: [None; 2] }
    }

    /// A packet was not queued.
    fn end(&mut self) {
        self.segments = [None; 2];
    }

    fn on_packet(&mut self, sent_us: i64, arrival_us: i64, bytes: u32) {
        let begun = Segment {
            first_sent_us: sent_us,
            last_sent_us: sent_us,
            first_arrival_us: arrival_us,
            last_arrival_us: arrival_us,
            bytes: 0,
            packets: 1,
        };
        let [current, before] = &mut self.segments;
        let Some(segment) = current else {
            *current = Some(begun);
            return;
        };
        segment.last_sent_us = segment.last_sent_us.max(sent_us);
        segment.last_arrival_us = segment.last_arrival_us.max(arrival_us);
        segment.bytes += u64::from(bytes);
        segment.packets += 1;
        if segment.last_arrival_us - segment.first_arrival_us >= self.length_us {
            *before = *current;
            *current = Some(begun);
        }
    }

    fn busy(&self) -> Option<Busy> {
        let [current, before] = self.segments;
        let current = current?;
        let (first, bytes, packets) = match before {
            Some(before) => (before, before.bytes + current.bytes, before.packets + current.packets),
            None => (current, current.bytes, current.packets),
        };
        let arrived_us = current.last_arrival_us - first.first_arrival_us;
        let sent_us = (current.last_sent_us - first.first_sent_us).max(1_000);
        let bits_us = bytes as f64 * 8e6;
        (arrived_us >= MIN_BUSY_US && packets >= MIN_BUSY_PACKETS)
            .then(|| Busy { sent_bps: bits_us / sent_us as f64, arrived_bps: bits_us / arrived_us as f64 })
    }
}

/// What passed while every packet was queued.
#[derive(Debug, Clone, Copy)]
pub struct Busy {
    /// At which it left us.
    pub sent_bps: f64,
    /// At which it arrived.
    pub arrived_bps: f64,
}

/// See the module.
#[derive(Debug)]
pub struct Queue {
    base: [i64; BASE_BUCKETS],
    base_bucket: i64,
    least_us: i64,
    interval_start_us: i64,
    interval_min_us: Option<i64>,
    previous_us: Option<f64>,
    standing_us: f64,
    noise_us: f64,
    lift_us: f64,
    over_since_us: Option<i64>,
    /// Intervals since the delay stepped, and the range of delays in them.
    flat: Option<(u32, f64, f64)>,
    state: Use,
    segments: [Segments; 2],
    last_arrival_us: Option<(i64, i64)>,
}

impl Default for Queue {
    fn default() -> Self {
        Self {
            base: [i64::MAX; BASE_BUCKETS],
            base_bucket: 0,
            least_us: i64::MAX,
            interval_start_us: 0,
            interval_min_us: None,
            previous_us: None,
            standing_us: 0.0,
            noise_us: 0.0,
            lift_us: 0.0,
            over_since_us: None,
            flat: None,
            state: Use::Normal,
            segments: [Segments::of(SEGMENT_US), Segments::of(SHORT_SEGMENT_US)],
            last_arrival_us: None,
        }
    }
}

impl Queue {
    /// A packet that left at `sent_us` (our clock) came at `arrival_us` (the receiver's). `false`: the receiver's clock
    /// jumped, and everything begins anew.
    pub fn on_packet(&mut self, sent_us: i64, arrival_us: i64, bytes: u32) -> bool {
        if let Some((sent, arrival)) = self.last_arrival_us {
            if ((arrival_us - arrival) - (sent_us - sent)).abs() > MAX_JUMP_US {
                *self = Self { noise_us: self.noise_us, ..Self::default() };
                self.last_arrival_us = Some((sent_us, arrival_us));
                return false;
            }
        }
        if self.last_arrival_us.is_none_or(|(_, arrival)| arrival_us > arrival) {
            self.last_arrival_us = Some((sent_us, arrival_us));
        }
        let delay_us = arrival_us - sent_us;
        if arrival_us - self.interval_start_us >= INTERVAL_US {
            self.end_interval(arrival_us);
        }
        self.remember(delay_us, arrival_us);
        self.interval_min_us = Some(self.interval_min_us.map_or(delay_us, |least| least.min(delay_us)));
        let queued_us = (delay_us - self.least_us) as f64;
        self.measure(queued_us > QUEUED_US + self.noise_us, sent_us, arrival_us, bytes);
        true
    }

    /// Keeps the least delay of the last seconds.
    fn remember(&mut self, delay_us: i64, arrival_us: i64) {
        let bucket = arrival_us.div_euclid(BASE_BUCKET_US);
        if self.least_us == i64::MAX {
            self.base_bucket = bucket;
        }
        let len = BASE_BUCKETS as i64;
        let steps = (bucket - self.base_bucket).clamp(0, len);
        for step in 0..steps {
            if let Some(place) = self.base.get_mut((bucket - step).rem_euclid(len) as usize) {
                *place = i64::MAX;
            }
        }
        self.base_bucket = self.base_bucket.max(bucket);
        if let Some(place) = self.base.get_mut(self.base_bucket.rem_euclid(len) as usize) {
            *place = (*place).min(delay_us);
        }
        self.least_us = self.least_us.min(delay_us);
        if steps > 0 {
            self.least_us = self.base.iter().copied().min().unwrap_or(delay_us);
        }
    }

    fn end_interval(&mut self, arrival_us: i64) {
        let passed_us = (arrival_us - self.interval_start_us).clamp(0, 1_000_000);
        let is_gap = arrival_us - self.interval_start_us > 1_000_000;
        self.interval_start_us = arrival_us;
        let Some(least) = self.interval_min_us.take() else { return };
        let now_us = (least - self.least_us).max(0) as f64;
        let previous_us = self.previous_us.replace(now_us).filter(|_| !is_gap);
        let Some(previous_us) = previous_us else {
            self.standing_us = now_us;
            return;
        };
        self.standing_us = now_us.min(previous_us);
        let rise_us = now_us - previous_us;
        let threshold_us = self.threshold_us();
        if self.standing_us < threshold_us {
            self.noise_us += (rise_us.abs() - self.noise_us) / 16.0;
            self.noise_us = self.noise_us.min(MAX_NOISE_US);
        }
        self.state = match self.standing_us {
            standing if standing > threshold_us => Use::Over,
            standing if standing > threshold_us / 2.0 => Use::Hold,
            _ => Use::Normal,
        };
        match self.state {
            Use::Over => {
                let since_us = *self.over_since_us.get_or_insert(arrival_us);
                if arrival_us - since_us > LIFT_AFTER_US {
                    let missing_us = self.standing_us + 10_000.0 - threshold_us;
                    self.lift_us = (self.lift_us + missing_us * passed_us as f64 / LIFT_RISE_US).min(MAX_LIFT_US);
                }
            }
            Use::Hold => {}
            Use::Normal => {
                self.over_since_us = None;
                self.lift_us *= 1.0 - (passed_us as f64 / LIFT_FALL_US).min(1.0);
            }
        }
        self.find_new_route(now_us, rise_us, threshold_us, arrival_us);
    }

    /// A delay that stepped at once and then neither grows nor falls is the path's own.
    fn find_new_route(&mut self, now_us: f64, rise_us: f64, threshold_us: f64, arrival_us: i64) {
        if rise_us > threshold_us && rise_us > now_us * 0.7 {
            self.flat = Some((0, now_us, now_us));
            return;
        }
        let Some((count, low_us, high_us)) = self.flat else { return };
        let (low_us, high_us) = (low_us.min(now_us), high_us.max(now_us));
        if high_us - low_us > 4_000.0 + self.noise_us + 0.05 * high_us {
            self.flat = None;
        } else if count + 1 >= FLAT_INTERVALS {
            let least_us = self.least_us + low_us as i64;
            self.base = [i64::MAX; BASE_BUCKETS];
            self.least_us = i64::MAX;
            self.remember(least_us, arrival_us);
            (self.flat, self.previous_us, self.over_since_us) = (None, None, None);
            (self.standing_us, self.state) = (0.0, Use::Normal);
            self.segments.iter_mut().for_each(Segments::end);
        } else {
            self.flat = Some((count + 1, low_us, high_us));
        }
    }

    /// Keeps what passed since every packet was queued.
    fn measure(&mut self, is_queued: bool, sent_us: i64, arrival_us: i64, bytes: u32) {
        for segments in &mut self.segments {
            if is_queued {
                segments.on_packet(sent_us, arrival_us, bytes);
            } else {
                segments.end();
            }
        }
    }

    /// What passed lately while every packet was queued; `None` when that was too little.
    pub fn busy(&self) -> Option<Busy> {
        self.segments[0].busy()
    }

    /// The same where the queue began to stand just now: some of it may have passed before the link became slower.
    pub fn busy_now(&self) -> Option<Busy> {
        let long = self.busy()?;
        let is_slower = |short: &Busy| short.arrived_bps < SLOWER * long.arrived_bps;
        Some(self.segments[1].busy().filter(is_slower).unwrap_or(long))
    }

    /// What the queue does.
    pub fn state(&self) -> Use {
        self.state
    }

    /// The standing queue, microseconds.
    pub fn standing_us(&self) -> f64 {
        self.standing_us
    }

    fn threshold_us(&self) -> f64 {
        THRESHOLD_US + 2.0 * self.noise_us + self.lift_us
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Packets every 10 ms whose delay is given by their time; the receiver's clock is 77 s ahead.
    fn run(queue: &mut Queue, from_ms: i64, to_ms: i64, delay_ms: impl Fn(i64) -> i64) {
        for at in (from_ms..to_ms).step_by(10) {
            queue.on_packet(at * 1_000, (at + 77_000 + delay_ms(at)) * 1_000, 1_250);
        }
    }

    #[test]
    fn bursts_and_jitter_are_no_queue() {
        let mut queue = Queue::default();
        run(&mut queue, 0, 20_000, |at| 20 + at * 7_919 % 25);
        assert_eq!(queue.state(), Use::Normal);
        run(&mut queue, 20_000, 40_000, |at| 20 + at % 80 / 10 * 15);
        assert_eq!(queue.state(), Use::Normal, "a burst of eight every 80 ms");
    }

    #[test]
    fn growing_queue_is_overuse_within_200_ms_and_its_rate_is_measured() {
        let mut queue = Queue::default();
        run(&mut queue, 0, 1_000, |_| 20);
        run(&mut queue, 1_000, 1_200, |at| 20 + (at - 1_000));
        assert_eq!(queue.state(), Use::Over);
        let busy = queue.busy().expect("queued");
        assert!((busy.arrived_bps - 500e3).abs() < 50e3 && (busy.sent_bps - 1e6).abs() < 100e3, "{busy:?}");
        run(&mut queue, 1_200, 1_500, |_| 22);
        assert_eq!((queue.state(), queue.busy().is_none()), (Use::Normal, true));
    }

    #[test]
    fn new_route_is_believed_within_a_second() {
        let mut queue = Queue::default();
        run(&mut queue, 0, 1_000, |_| 20);
        run(&mut queue, 1_000, 2_000, |at| 150 + at % 3);
        assert_eq!(queue.state(), Use::Normal);
        run(&mut queue, 2_000, 2_300, |_| 190);
        assert_eq!(queue.state(), Use::Over, "above the new least");
    }

    #[test]
    fn jump_of_the_receivers_clock_begins_anew() {
        let mut queue = Queue::default();
        run(&mut queue, 0, 1_000, |_| 20);
        assert!(!queue.on_packet(1_000_000, 500_000_000, 100));
        run(&mut queue, 1_010, 2_000, |_| 423_000);
        assert_eq!(queue.state(), Use::Normal);
    }
}
