//! How long packets stay in the relay: from the moment their batch was taken from the socket to the end of the flush that
//! sent them on. One entry per batch, weighted by what was forwarded, so no packet pays for it.
//!
//! Left out: the wait in the socket's buffer before, and what the pacer holds back on purpose.

use crate::counters::Counters;

/// Batches of one turn that are told apart; the rest counts as the last.
const MAX_BATCHES: usize = 64;

/// See the module.
#[derive(Debug, Default)]
pub struct Latency {
    batches: Vec<(u64, u64)>,
}

impl Latency {
    /// A batch that was received at `received_us` has been fanned out as `forwards` packets.
    pub fn on_batch(&mut self, received_us: u64, forwards: u64) {
        if forwards == 0 {
            return;
        }
        let is_full = self.batches.len() >= MAX_BATCHES;
        match self.batches.last_mut().filter(|_| is_full) {
            Some((_, in_last)) => *in_last += forwards,
            None => self.batches.push((received_us, forwards)),
        }
    }

    /// Everything was flushed.
    pub fn on_flush(&mut self, now_us: u64, counters: &mut Counters) {
        for (received_us, forwards) in self.batches.drain(..) {
            let waited_us = now_us.saturating_sub(received_us);
            counters.latency_sum_us += waited_us.saturating_mul(forwards);
            let bucket = match waited_us {
                0..=50 => &mut counters.latency_within_50us,
                51..=100 => &mut counters.latency_within_100us,
                101..=250 => &mut counters.latency_within_250us,
                251..=500 => &mut counters.latency_within_500us,
                501..=1_000 => &mut counters.latency_within_1000us,
                1_001..=2_500 => &mut counters.latency_within_2500us,
                2_501..=5_000 => &mut counters.latency_within_5000us,
                5_001..=10_000 => &mut counters.latency_within_10000us,
                10_001..=50_000 => &mut counters.latency_within_50000us,
                _ => &mut counters.latency_beyond,
            };
            *bucket += forwards;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_are_counted_once_in_the_bucket_of_their_batch() {
        let (mut latency, mut counters) = (Latency::default(), Counters::default());
        latency.on_batch(1_000, 50);
        latency.on_batch(1_060, 0);
        latency.on_batch(1_960, 7);
        latency.on_flush(2_000, &mut counters);
        assert_eq!((counters.latency_within_1000us, counters.latency_within_50us), (50, 7));
        assert_eq!(counters.latency_sum_us, 50 * 1_000 + 7 * 40);
        latency.on_flush(9_000_000, &mut counters);
        assert_eq!(counters.latency_beyond, 0, "what was flushed is over");
    }

    #[test]
    fn batches_of_a_turn_are_bounded() {
        let (mut latency, mut counters) = (Latency::default(), Counters::default());
        for batch in 0..1_000 {
            latency.on_batch(batch, 1);
        }
        assert_eq!(latency.batches.len(), MAX_BATCHES);
        latency.on_flush(1_000_000, &mut counters);
        assert_eq!(counters.latency_beyond, 1_000);
    }
}
