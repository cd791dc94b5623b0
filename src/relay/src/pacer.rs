//! When packets leave to one subscriber: at once up to a burst, the excess at a rate.
//!
//! Every packet that leaves is a debt, which the rate pays off. Sound never waits: so what leaves before it must not fill
//! the queue on the way, and on a slow way both the burst and the rate are little more than the way carries. A picture's
//! packet that finds the debt above the burst waits, and so do those of its slot behind it. What waits is a reference
//! into the layer's history, sealed when it leaves: numbers of the transport are in the order of leaving. Retransmissions
//! go before it. When more waits than the rate pays off in [`QUEUE_US`], the picture ends until its next keyframe.
//!
//! Probes are paid off likewise, but begin only when nothing waits, and never wait themselves.
//! What is left out: which picture gets less ([`crate::allocation`]), and the sending (`forwarder::pacing`).

use std::collections::VecDeque;

use crate::congestion::{Probe, ProbeId};
use crate::rewrite::{Feed, Numbers};

/// So much leaves at once: 16 packets,
const BURST_BYTES: u64 = 16 * 1_200;
/// on a fast way this much of the estimate,
const FAST_BURST_US: u64 = 40_000;
/// and on a slow one no more than this: the sound behind it waits as long. Where fast begins it is 16 packets.
const SLOW_BURST_US: u64 = 60_000;
/// But a packet.
const MIN_BURST_BYTES: u64 = 1_200;
/// What waits is to leave within this.
pub const QUEUE_US: u64 = 200_000;
/// Of the estimate: a picture that was shared out to fit is late only for its keyframes. As Chromium does.
const PACE_PERCENT: u64 = 250;
/// Where the way's limit was met.
const KNOWN_PACE_PERCENT: u64 = 130;
/// On a slow way: a keyframe of half a second of it, at two and a half times its rate, would be 300 ms of queue.
const SLOW_PACE_PERCENT: u64 = 110;
/// Where slow ends, and where fast begins; in between it is in proportion.
const SLOW_BPS: u64 = 300_000;
const FAST_BPS: u64 = 1_500_000;
/// A lowest layer may let so much wait, however long that takes: a keyframe of 180 lines. Else a slow way would never
/// show any picture.
const MIN_QUEUE_BYTES: u64 = 16 * 1_200;
/// Upper layers of pictures without priority have this share of the queue, so that the lowest is there when they end.
const UPPER_PERCENT: u64 = 75;
/// Packets that wait, of pictures and again of retransmissions: below the length of a layer's history.
pub const MAX_WAITING: usize = 384;

/// A packet that waits: where it lies, and the numbers it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// Position of the slot.
    pub slot: usize,
    /// The layer it came from.
    pub feed: Feed,
    /// Its unwrapped number there.
    pub index: u64,
    /// Of the slot.
    pub numbers: Numbers,
    /// Of its payload.
    pub bytes: u32,
    /// The first packet after a switch.
    pub is_first: bool,
    /// A retransmission.
    pub is_again: bool,
}

/// A probe that leaves.
#[derive(Debug, Clone, Copy)]
struct Running {
    probe: Probe,
    begun_us: u64,
    sent_bytes: u64,
}

/// See the module.
#[derive(Debug)]
#[repr(C)]
pub struct Pacer {
    debt_bytes: u64,
    /// `u64::MAX` while there is no estimate.
    burst_bytes: u64,
    bytes_per_s: u64,
    /// What may wait.
    limit_bytes: u64,
    /// Of a debt that was paid off by less than a byte, in millionths.
    rest: u64,
    paid_us: u64,
    resends: VecDeque<Waiting>,
    pictures: VecDeque<Waiting>,
    waiting_bytes: u64,
    running: Option<Running>,
}

impl Default for Pacer {
    fn default() -> Self {
        Self {
            debt_bytes: 0,
            burst_bytes: u64::MAX,
            bytes_per_s: 0,
            limit_bytes: 0,
            rest: 0,
            paid_us: 0,
            resends: VecDeque::new(),
            pictures: VecDeque::new(),
            waiting_bytes: 0,
            running: None,
        }
    }
}

impl Pacer {
    /// What the way carries; `None`: not known, nothing waits. `is_known`: its limit was met, it carries no more than that.
    pub fn set_estimate(&mut self, estimate_bps: Option<u64>, is_known: bool) {
        let Some(estimate_bps) = estimate_bps else {
            (self.burst_bytes, self.bytes_per_s, self.debt_bytes, self.running) = (u64::MAX, 0, 0, None);
            return;
        };
        let bytes_in = |bps: u64, us: u64| bps / 8 * us / 1_000_000;
        let fast = estimate_bps.clamp(SLOW_BPS, FAST_BPS) - SLOW_BPS;
        let between = |slow: u64, at_fast: u64| slow + (at_fast - slow) * fast / (FAST_BPS - SLOW_BPS);
        let slow_bytes = bytes_in(estimate_bps.min(SLOW_BPS), SLOW_BURST_US).max(MIN_BURST_BYTES);
        self.burst_bytes = between(slow_bytes, BURST_BYTES).max(bytes_in(estimate_bps, FAST_BURST_US));
        let pace_bps = estimate_bps * between(SLOW_PACE_PERCENT, PACE_PERCENT) / 100;
        self.limit_bytes = bytes_in(pace_bps, QUEUE_US);
        // What the way carries was met: then a keyframe waits here rather than in its queue, where sound waits behind it.
        let known_bps = estimate_bps * KNOWN_PACE_PERCENT / 100;
        self.bytes_per_s = if is_known { pace_bps.min(known_bps) } else { pace_bps } / 8;
    }

    /// A packet left.
    #[inline]
    pub fn on_sent(&mut self, bytes: usize) {
        self.debt_bytes = self.debt_bytes.wrapping_add(bytes as u64);
    }

    /// A packet may leave at once.
    #[inline]
    pub fn has_room(&self) -> bool {
        self.debt_bytes < self.burst_bytes
    }

    /// No more of a picture's layer can wait.
    pub fn is_full(&self, layer: u8, priority: u8) -> bool {
        let limit_bytes = match (layer, priority) {
            (0, _) => self.limit_bytes.max(MIN_QUEUE_BYTES),
            (_, 0) => self.limit_bytes * UPPER_PERCENT / 100,
            _ => self.limit_bytes,
        };
        self.pictures.len() >= MAX_WAITING || (self.waiting_bytes >= limit_bytes && self.bytes_per_s != 0)
    }

    /// A picture's packet waits; the caller has asked [`Self::is_full`]. One that came late goes before those of its slot
    /// that are behind it: its receiver waits for it.
    pub fn push(&mut self, waiting: Waiting) {
        self.waiting_bytes += u64::from(waiting.bytes);
        let mut place = self.pictures.len();
        for (at, other) in self.pictures.iter().enumerate().rev().filter(|(_, other)| other.slot == waiting.slot) {
            if other.numbers.index <= waiting.numbers.index {
                break;
            }
            place = at;
        }
        self.pictures.insert(place, waiting);
    }

    /// A retransmission waits; answers whether there is room for it.
    pub fn push_again(&mut self, waiting: Waiting) -> bool {
        if self.resends.len() >= MAX_WAITING || self.is_full(0, 0) {
            return false;
        }
        self.waiting_bytes += u64::from(waiting.bytes);
        self.resends.push_back(waiting);
        true
    }

    /// What waits for a slot goes, retransmissions too.
    pub fn forget_slot(&mut self, slot: usize) {
        for queue in [&mut self.resends, &mut self.pictures] {
            queue.retain(|waiting| {
                let goes = waiting.slot == slot;
                self.waiting_bytes -= if goes { u64::from(waiting.bytes) } else { 0 };
                !goes
            });
        }
    }

    /// Nothing waits.
    pub fn is_empty(&self) -> bool {
        self.resends.is_empty() && self.pictures.is_empty()
    }

    /// Something is to leave soon: packets that wait, or a probe.
    pub fn needs_ticks(&self) -> bool {
        self.running.is_some() || !self.is_empty()
    }

    /// Retransmissions wait.
    pub fn has_resends(&self) -> bool {
        !self.resends.is_empty()
    }

    /// Pays off what the time since the last call is worth; to be called before [`Self::has_room`].
    #[inline]
    pub fn pay(&mut self, now_us: u64) {
        let passed_us = now_us.saturating_sub(std::mem::replace(&mut self.paid_us, now_us)).min(1_000_000);
        if self.bytes_per_s == 0 {
            self.debt_bytes = 0;
            return;
        }
        let paid = passed_us * self.bytes_per_s + self.rest;
        self.rest = paid % 1_000_000;
        self.debt_bytes = self.debt_bytes.saturating_sub(paid / 1_000_000);
    }

    /// The next packet that may leave now.
    pub fn pop(&mut self) -> Option<Waiting> {
        if !self.has_room() {
            return None;
        }
        let waiting = self.resends.pop_front().or_else(|| self.pictures.pop_front())?;
        self.waiting_bytes -= u64::from(waiting.bytes);
        Some(waiting)
    }

    /// Whether a probe may begin: none runs, and nothing waits.
    pub fn can_probe(&self) -> bool {
        self.running.is_none() && self.is_empty() && self.bytes_per_s != 0
    }

    /// Begins a probe.
    pub fn begin_probe(&mut self, probe: Probe, now_us: u64) {
        self.running = Some(Running { probe, begun_us: now_us, sent_bytes: 0 });
    }

    /// The probe of which a packet is to leave now.
    pub fn due_probe(&self, now_us: u64) -> Option<ProbeId> {
        let Running { probe, begun_us, sent_bytes } = self.running?;
        let passed_us = now_us.saturating_sub(begun_us);
        (sent_bytes.saturating_mul(8_000_000) <= passed_us.saturating_mul(probe.bps)).then_some(probe.id)
    }

    /// A packet of the probe left; answers whether it was the last.
    pub fn on_probe_sent(&mut self, bytes: usize) -> bool {
        let Some(running) = &mut self.running else { return true };
        running.sent_bytes += bytes as u64;
        let is_over = running.sent_bytes >= u64::from(running.probe.bytes);
        if is_over {
            self.running = None;
        }
        is_over
    }

    /// The probe cannot be sent.
    pub fn end_probe(&mut self) {
        self.running = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000;

    fn waiting(index: u64) -> Waiting {
        let numbers =
            Numbers { index, timestamp: 0, picture_id: 0, tl0_picture_index: 0, frame_number: 0, temporal: None };
        let feed = Feed { source: 1, layer: 0, epoch: 1 };
        Waiting { slot: 0, feed, index, numbers, bytes: 1_000, is_first: false, is_again: false }
    }

    fn taken(pacer: &mut Pacer) -> Vec<u64> {
        std::iter::from_fn(|| {
            let waiting = pacer.pop()?;
            pacer.on_sent(waiting.bytes as usize);
            Some(waiting.index)
        })
        .collect()
    }

    #[test]
    fn without_an_estimate_nothing_waits() {
        let mut pacer = Pacer::default();
        for _ in 0..1_000_000 {
            assert!(pacer.has_room());
            pacer.on_sent(1_200);
        }
        assert!(!pacer.can_probe());
    }

    #[test]
    fn burst_leaves_at_once_and_the_excess_in_order_at_the_rate() {
        let mut pacer = Pacer::default();
        pacer.set_estimate(Some(800_000), false);
        pacer.pay(0);
        let mut at_once = 0;
        while pacer.has_room() {
            pacer.on_sent(1_000);
            at_once += 1;
        }
        assert_eq!(at_once, 10, "about 90 ms");
        (0..40).for_each(|index| pacer.push(waiting(index)));
        let mut left = Vec::new();
        for tick in 1..=60 {
            pacer.pay(tick * 5 * MS);
            left.extend(taken(&mut pacer));
            if tick == 20 {
                assert!((16..=18).contains(&left.len()), "1.35 Mbit/s are 17 packets in 100 ms: {}", left.len());
            }
        }
        assert_eq!(left, (0..40).collect::<Vec<_>>());
        assert!(pacer.is_empty() && pacer.waiting_bytes == 0);
    }

    #[test]
    fn queue_is_bounded_in_time_and_upper_layers_end_first() {
        let mut pacer = Pacer::default();
        pacer.set_estimate(Some(800_000), false);
        let mut count = 0;
        while !pacer.is_full(1, 0) {
            pacer.push(waiting(count));
            count += 1;
        }
        assert_eq!(count, 26, "150 ms at 1.35 Mbit/s");
        while !pacer.is_full(1, 1) {
            pacer.push(waiting(count));
            count += 1;
        }
        assert_eq!(count, 34, "200 ms");
        assert!(!pacer.push_again(waiting(9)));
        pacer.set_estimate(Some(80_000_000), false);
        while !pacer.is_full(1, 1) {
            pacer.push(waiting(count));
            count += 1;
        }
        assert_eq!(count, MAX_WAITING as u64);
    }

    #[test]
    fn slow_way_gets_a_packet_at_a_time_and_a_keyframe_may_wait() {
        let mut pacer = Pacer::default();
        pacer.set_estimate(Some(100_000), false);
        pacer.on_sent(1_000);
        assert!(pacer.has_room());
        pacer.on_sent(1_000);
        assert!(!pacer.has_room());
        let mut count = 0;
        while !pacer.is_full(0, 0) {
            pacer.push(waiting(count));
            count += 1;
        }
        assert_eq!(count, 20);
        assert!(pacer.is_full(1, 0) && pacer.is_full(1, 2));
        pacer.pay(1);
        pacer.pay(100 * MS);
        assert_eq!(taken(&mut pacer), [0], "15 bytes in a millisecond: 1.5 kB are paid off");
    }

    #[test]
    fn late_packet_goes_before_those_of_its_slot_that_are_behind_it() {
        let mut pacer = Pacer::default();
        pacer.set_estimate(Some(800_000), false);
        let of_slot = |slot: usize, index: u64| {
            let waiting = waiting(index);
            Waiting { slot, numbers: Numbers { index, ..waiting.numbers }, ..waiting }
        };
        for (slot, index) in [(0, 3), (1, 1), (0, 5), (0, 6), (1, 2), (0, 4), (0, 2)] {
            pacer.push(of_slot(slot, index));
        }
        assert_eq!(taken(&mut pacer), [2, 3, 1, 4, 5, 6, 2]);
    }

    #[test]
    fn what_waits_for_a_slot_can_be_forgotten() {
        let mut pacer = Pacer::default();
        pacer.set_estimate(Some(800_000), false);
        pacer.push(waiting(1));
        pacer.push(Waiting { slot: 2, ..waiting(2) });
        pacer.push_again(waiting(9));
        pacer.forget_slot(0);
        assert_eq!(pacer.waiting_bytes, 1_000);
        assert_eq!(taken(&mut pacer), [2]);
    }

    #[test]
    fn retransmissions_go_first() {
        let mut pacer = Pacer::default();
        pacer.set_estimate(Some(800_000), false);
        pacer.push(waiting(1));
        assert!(pacer.push_again(waiting(9)));
        assert_eq!(taken(&mut pacer), [9, 1]);
    }

    #[test]
    fn probe_leaves_at_its_rate_and_ends() {
        let mut pacer = Pacer::default();
        pacer.set_estimate(Some(800_000), false);
        let id = {
            let mut send_side = crate::congestion::SendSide::new(0);
            send_side.set_wish_bps(8_000_000);
            send_side.probe(0).expect("the first at once").id
        };
        pacer.begin_probe(Probe { id, bps: 2_400_000, bytes: 6_000 }, 1_000 * MS);
        let mut sent = 0;
        let mut ends_us = 0;
        for tick in 0..10 {
            let now_us = (1_000 + tick * 5) * MS;
            while pacer.due_probe(now_us).is_some() {
                sent += 250;
                ends_us = now_us;
                pacer.on_probe_sent(250);
            }
        }
        assert_eq!((sent, ends_us), (6_000, 1_020 * MS));
        assert!(pacer.can_probe());
    }
}
