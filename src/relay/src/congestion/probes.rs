//! When to send more than there is, for a moment, to see whether it gets through; and what it showed.

use super::send_side::{Probe, ProbeId};

/// A cluster lasts so long: enough for several packets, too short for a queue that anyone notices.
const LENGTH_US: u64 = 20_000;
/// A cluster is at least so much.
const MIN_BYTES: u32 = 2_000;
/// A cluster in multiples of the estimate, until one has met the link's capacity: 0.9, 2.7 and 8.1 Mbit/s, as far as that is
/// wished for (2.5 instead of 2.7 before there is a picture: `crate::way`). Chromium sends three and six times as much at
/// once, and twice as much from then on; that is no sooner, and would be 200 ms of queue on a way of 300 kbit/s.
const START_FACTOR: f64 = 3.0;
const FACTOR: f64 = 2.0;
/// A cluster shows a little less than its rate: so the last one goes this much beyond the wish, to reach it.
const OVERSHOOT: f64 = 1.25;
/// The first probe after a drop, and between two that showed nothing: doubled up to the maximum.
const MIN_WAIT_US: u64 = 1_500_000;
const MAX_WAIT_US: u64 = 6_000_000;
/// At the start, while no queue stood yet: a computer that draws its first pictures reads its socket late, which looks like
/// a way that carries less, and whoever is sent nothing would learn nothing until the next.
const START_TRIES: u8 = 3;
const START_WAIT_US: u64 = 400_000;
/// Feedback on a cluster comes within this, or it failed.
const PATIENCE_US: u64 = 1_000_000;
/// A queue that begins to stand within this after a cluster left is the cluster's own,
const OWN_QUEUE_US: u64 = 500_000;
/// if it is no longer than the smallest cluster is on a way of 150 kbit/s.
const OWN_STANDING_US: f64 = 110_000.0;
/// A wish that is nearer than this is reached without a probe.
const NEAR: f64 = 1.05;
/// Fewer packets tell nothing.
const MIN_PACKETS: u32 = 4;
/// A cluster that arrives below this share of its rate met the link's capacity.
const SLOWED: f64 = 0.85;
/// And one that showed less than this share of what it could, too.
const MET: f64 = 0.85;
/// Of which this share is used.
const SAFE: f64 = 0.92;

/// One cluster on its way.
#[derive(Debug, Clone, Copy)]
struct Cluster {
    id: ProbeId,
    bps: f64,
    /// What it may show at most: who lies about arrivals gains nothing beyond the wish.
    wish_bps: f64,
    asked_us: u64,
    first_sent_us: u64,
    last_sent_us: u64,
    sent_packets: u32,
    told_packets: u32,
    received_packets: u32,
    /// Everything that arrived of the time of the cluster, media too.
    bytes: u64,
    first_arrival: Option<(i64, u32)>,
    last_arrival_us: i64,
    last_bytes: u32,
}

/// See the module.
#[derive(Debug)]
pub struct Probes {
    cluster: Option<Cluster>,
    last_id: u8,
    /// Not two in a row have met the capacity, nor has anything else.
    is_starting: bool,
    /// The last one met it, or was disturbed.
    has_met: bool,
    /// At the start, clusters that showed nothing and are soon followed by another.
    tries: u8,
    due_us: u64,
    wait_us: u64,
    /// When the last packet of any cluster left.
    sent_us: Option<u64>,
}

impl Default for Probes {
    fn default() -> Self {
        Self {
            cluster: None,
            last_id: 0,
            is_starting: true,
            has_met: false,
            tries: START_TRIES,
            due_us: 0,
            wait_us: MIN_WAIT_US,
            sent_us: None,
        }
    }
}

impl Probes {
    /// A cluster, when one is due. `wish_bps` is the most that could be used.
    pub fn next(&mut self, estimate_bps: f64, wish_bps: f64, now_us: u64) -> Option<Probe> {
        if self.cluster.is_some() || now_us < self.due_us || wish_bps < estimate_bps * NEAR {
            return None;
        }
        let factor = if self.is_starting { START_FACTOR } else { FACTOR };
        let bps = (estimate_bps * factor).min(wish_bps * OVERSHOOT);
        self.last_id = self.last_id % u8::MAX + 1;
        let id = ProbeId::new(self.last_id)?;
        self.cluster = Some(Cluster {
            id,
            bps,
            wish_bps,
            asked_us: now_us,
            first_sent_us: 0,
            last_sent_us: 0,
            sent_packets: 0,
            told_packets: 0,
            received_packets: 0,
            bytes: 0,
            first_arrival: None,
            last_arrival_us: i64::MIN,
            last_bytes: 0,
        });
        let bytes = (bps * LENGTH_US as f64 / 8e6) as u32;
        Some(Probe { id, bps: bps as u64, bytes: bytes.max(MIN_BYTES) })
    }

    /// A packet of a cluster leaves.
    #[inline]
    pub fn on_sent(&mut self, id: ProbeId, now_us: u64) {
        if let Some(cluster) = self.cluster.as_mut().filter(|cluster| cluster.id == id) {
            if cluster.sent_packets == 0 {
                cluster.first_sent_us = now_us;
            }
            cluster.last_sent_us = now_us;
            cluster.sent_packets += 1;
            self.sent_us = Some(now_us);
        }
    }

    /// Whether a queue that stands now is what a cluster left on the way: it empties by itself, and says nothing of what is
    /// sent otherwise.
    pub fn owns_queue(&self, standing_us: f64, now_us: u64) -> bool {
        let is_recent = self.sent_us.is_some_and(|sent_us| now_us.saturating_sub(sent_us) < OWN_QUEUE_US);
        is_recent && standing_us < OWN_STANDING_US
    }

    /// Nothing has met the capacity yet, neither a cluster nor what else was sent.
    pub fn is_starting(&self) -> bool {
        self.is_starting
    }

    /// A packet's fate was told, of a cluster or not.
    pub fn on_told(&mut self, id: Option<ProbeId>, sent_us: u64, arrival_us: Option<i64>, bytes: u32) {
        let Some(cluster) = self.cluster.as_mut().filter(|cluster| cluster.sent_packets > 0) else { return };
        if sent_us < cluster.first_sent_us || sent_us > cluster.last_sent_us {
            return;
        }
        if id == Some(cluster.id) {
            cluster.told_packets += 1;
            cluster.received_packets += u32::from(arrival_us.is_some());
        }
        let Some(arrival_us) = arrival_us else { return };
        cluster.bytes += u64::from(bytes);
        if cluster.first_arrival.is_none_or(|(first, _)| arrival_us < first) {
            cluster.first_arrival = Some((arrival_us, bytes));
        }
        if arrival_us >= cluster.last_arrival_us {
            (cluster.last_arrival_us, cluster.last_bytes) = (arrival_us, bytes);
        }
    }

    /// What a cluster showed, once: bits per second.
    pub fn settle(&mut self, estimate_bps: f64, now_us: u64) -> Option<f64> {
        let cluster = self.cluster?;
        let is_late = now_us.saturating_sub(cluster.asked_us) > PATIENCE_US;
        // The forwarder sends for some time: the cluster's length has passed, and everything sent is told.
        let is_over = now_us.saturating_sub(cluster.asked_us) > LENGTH_US * 2;
        let is_told = is_over && cluster.sent_packets > 0 && cluster.told_packets >= cluster.sent_packets;
        if !is_late && !is_told {
            return None;
        }
        self.cluster = None;
        let shown = cluster.rate_bps();
        let gain = shown.filter(|shown| *shown > estimate_bps * NEAR);
        if let Some(gain) = gain {
            // More passes than was known, perhaps more than was tried: the next comes soon.
            self.wait_us = MIN_WAIT_US;
            self.due_us = if gain > cluster.bps * 0.7 { now_us } else { now_us + MIN_WAIT_US };
        } else if self.tries > 0 {
            self.tries -= 1;
            self.due_us = now_us + START_WAIT_US;
        } else {
            self.due_us = now_us + self.wait_us;
            self.wait_us = (self.wait_us * 2).min(MAX_WAIT_US);
        }
        let is_met = shown.is_none_or(|shown| shown < MET * cluster.bps.min(cluster.wish_bps));
        self.is_starting &= !(is_met && self.has_met);
        self.has_met = is_met;
        shown
    }

    /// The rate dropped: what is under way tells nothing, and the queue is to empty first.
    pub fn on_drop(&mut self, now_us: u64) {
        (self.is_starting, self.tries) = (false, 0);
        self.due_us = self.due_us.max(now_us + MIN_WAIT_US);
    }
}

impl Cluster {
    fn rate_bps(&self) -> Option<f64> {
        let (first_us, first_bytes) = self.first_arrival?;
        if self.received_packets < MIN_PACKETS || self.received_packets * 5 < self.sent_packets * 4 {
            return None;
        }
        let arrived_us = (self.last_arrival_us - first_us).max(1) as f64;
        let sent_us = (self.last_sent_us - self.first_sent_us).max(1) as f64;
        let arrived = (self.bytes - u64::from(first_bytes)) as f64 * 8e6 / arrived_us;
        let sent = self.bytes.saturating_sub(self.last_bytes.into()) as f64 * 8e6 / sent_us;
        let safe = if arrived < SLOWED * sent.min(self.bps) { arrived * SAFE } else { arrived };
        Some(safe.min(sent).min(self.bps).min(self.wish_bps))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000;

    /// A cluster of ten packets that arrives at a rate; answers what it showed.
    fn run(probes: &mut Probes, estimate_bps: f64, arrives_bps: f64, now_us: u64) -> Option<f64> {
        let probe = probes.next(estimate_bps, 2e6, now_us).expect("due");
        let bytes = probe.bytes / 10;
        let apart_us = |bps: f64| (f64::from(bytes) * 8e6 / bps) as u64;
        (0..10).for_each(|at| probes.on_sent(probe.id, now_us + at * apart_us(probe.bps as f64)));
        for at in 0..10 {
            let sent_us = now_us + at * apart_us(probe.bps as f64);
            probes.on_told(Some(probe.id), sent_us, Some((at * apart_us(arrives_bps)) as i64), bytes);
        }
        probes.settle(estimate_bps, now_us + 100 * MS)
    }

    #[test]
    fn cluster_that_shows_a_little_more_is_followed_soon_and_one_that_shows_nothing_is_not() {
        let mut probes = Probes::default();
        let mut now_us = 0;
        for _ in 0..START_TRIES {
            assert!(run(&mut probes, 300e3, 300e3, now_us).is_some_and(|shown| shown < 310e3));
            assert_eq!(probes.due_us, now_us + 100 * MS + START_WAIT_US);
            now_us = probes.due_us;
        }
        for _ in 0..4 {
            assert!(run(&mut probes, 300e3, 300e3, now_us).is_some_and(|shown| shown < 310e3));
            now_us = probes.due_us;
        }
        assert_eq!(probes.wait_us, MAX_WAIT_US);
        assert!(run(&mut probes, 300e3, 400e3, now_us).is_some_and(|shown| shown > 350e3));
        assert_eq!(probes.due_us, now_us + 100 * MS + MIN_WAIT_US);
    }
}
