//! What is missing of one incoming video layer, and when to ask for it (RFC 4585 §6.2.1).
//!
//! A gap is given a moment to close by itself (reordering), then asked for at most [`MAX_TRIES`] times, a round trip
//! apart, and for at most [`MAX_WAIT_US`]. More than [`MAX_MISSING`] at a time cannot be repaired in time: that asks for
//! a keyframe instead. Who only publishes sends no reports from which a round trip could be told: then it is the time
//! that repairs took.

use std::collections::VecDeque;

/// Packets that are waited for at a time.
pub const MAX_MISSING: usize = 128;
/// Requests for one packet.
pub const MAX_TRIES: u8 = 10;
/// Reordering closes gaps by itself within this time.
pub const REORDER_WAIT_US: u64 = 5_000;
/// Requests for the same packet are at least this far apart, or a round trip if that is longer (up to the maximum).
pub const MIN_RETRY_US: u64 = 30_000;
/// No round trip that is told counts for more.
pub const MAX_RETRY_US: u64 = 500_000;
/// What is missing for this long holds up the picture: a keyframe comes sooner.
pub const MAX_WAIT_US: u64 = 1_000_000;
/// While nothing tells the round trip.
pub const UNKNOWN_ROUND_TRIP_US: u64 = 100_000;

#[derive(Debug, Clone, Copy)]
struct Missing {
    index: u64,
    since_us: u64,
    asked_us: u64,
    tries: u8,
}

/// What a packet did to the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// The next one, or after a gap that is now waited for.
    InOrder,
    /// It closes (part of) a gap.
    Late,
    /// Seen before, or too old to be told.
    Duplicate,
    /// The gap before it is too large: start anew from a keyframe.
    Lost,
}

/// See the module. Also tells duplicates, over the last 1024 indices.
#[derive(Debug, Default)]
pub struct Missings {
    highest: Option<u64>,
    /// Bit `i % 1024`: index `i` of the last 1024 was received.
    seen: [u64; 16],
    waiting: VecDeque<Missing>,
    /// From a request to its answer, smoothed.
    repair_us: Option<u64>,
}

const WINDOW: u64 = 1024;

impl Missings {
    /// Records an arrival; with `waits`, what is skipped is waited for.
    #[inline]
    pub fn on_packet(&mut self, index: u64, waits: bool, now_us: u64) -> Arrival {
        let Some(highest) = self.highest else {
            self.highest = Some(index);
            self.mark(index);
            return Arrival::InOrder;
        };
        if index <= highest {
            if highest - index >= WINDOW || self.is_seen(index) {
                return Arrival::Duplicate;
            }
            self.mark(index);
            if let Ok(at) = self.waiting.binary_search_by_key(&index, |missing| missing.index) {
                self.waiting.remove(at);
            }
            return Arrival::Late;
        }
        self.highest = Some(index);
        let gap = index - highest - 1;
        for skipped in (highest + 1..index).take(WINDOW as usize) {
            self.unmark(skipped);
        }
        if gap >= WINDOW {
            self.seen = [0; 16];
        }
        self.mark(index);
        if gap == 0 || !waits {
            return Arrival::InOrder;
        }
        if gap as usize + self.waiting.len() > MAX_MISSING {
            self.waiting.clear();
            return Arrival::Lost;
        }
        self.waiting.extend((highest + 1..index).map(|skipped| Missing {
            index: skipped,
            since_us: now_us,
            asked_us: 0,
            tries: 0,
        }));
        Arrival::InOrder
    }

    /// A retransmission came; to be called before [`Self::on_packet`]. It tells the round trip if it was asked for once:
    /// else nobody knows which request it answers.
    pub fn on_repair(&mut self, index: u64, now_us: u64) {
        let found = self.waiting.binary_search_by_key(&index, |missing| missing.index);
        let Some(missing) = found.ok().and_then(|at| self.waiting.get(at)).filter(|it| it.tries == 1) else { return };
        let took_us = now_us.saturating_sub(missing.asked_us);
        self.repair_us = Some(self.repair_us.map_or(took_us, |known| (known * 7 + took_us) / 8));
    }

    /// Writes the numbers that are due into `due` and answers how many; sets `gave_up` when one was asked for too often or
    /// too long. `round_trip_us` is what reports tell.
    pub fn due(&mut self, now_us: u64, round_trip_us: Option<u64>, due: &mut [u16], gave_up: &mut bool) -> usize {
        let round_trip_us = round_trip_us.or(self.repair_us).unwrap_or(UNKNOWN_ROUND_TRIP_US);
        // An eighth more: an answer that is on its way is not asked for again.
        let retry_us = round_trip_us.saturating_add(round_trip_us / 8).clamp(MIN_RETRY_US, MAX_RETRY_US);
        let before = self.waiting.len();
        self.waiting.retain(|it| {
            let has_tries = it.tries < MAX_TRIES || now_us.saturating_sub(it.asked_us) < retry_us;
            has_tries && now_us.saturating_sub(it.since_us) < MAX_WAIT_US
        });
        *gave_up |= self.waiting.len() < before;
        let mut count = 0;
        for missing in &mut self.waiting {
            let is_due = if missing.tries == 0 {
                now_us.saturating_sub(missing.since_us) >= REORDER_WAIT_US
            } else {
                missing.tries < MAX_TRIES && now_us.saturating_sub(missing.asked_us) >= retry_us
            };
            let Some(place) = due.get_mut(count).filter(|_| is_due) else { continue };
            *place = missing.index as u16;
            missing.asked_us = now_us;
            missing.tries += 1;
            count += 1;
        }
        count
    }

    /// Waits for nothing that is missing now.
    pub fn give_up(&mut self) {
        self.waiting.clear();
    }

    /// Nothing is waited for.
    pub fn is_complete(&self) -> bool {
        self.waiting.is_empty()
    }

    /// The highest index received.
    pub fn highest(&self) -> Option<u64> {
        self.highest
    }

    fn is_seen(&self, index: u64) -> bool {
        let bit = index % WINDOW;
        self.seen[(bit / 64) as usize] >> (bit % 64) & 1 == 1
    }

    fn mark(&mut self, index: u64) {
        let bit = index % WINDOW;
        self.seen[(bit / 64) as usize] |= 1 << (bit % 64);
    }

    fn unmark(&mut self, index: u64) {
        let bit = index % WINDOW;
        self.seen[(bit / 64) as usize] &= !(1 << (bit % 64));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000;

    fn due(missings: &mut Missings, now_us: u64) -> (Vec<u16>, bool) {
        let (mut numbers, mut gave_up) = ([0; MAX_MISSING], false);
        let count = missings.due(now_us, Some(0), &mut numbers, &mut gave_up);
        (numbers[..count].to_vec(), gave_up)
    }

    #[test]
    fn gap_is_asked_for_after_the_reorder_wait_and_again_until_it_is_given_up() {
        let mut missings = Missings::default();
        missings.on_packet(65_534, true, 0);
        assert_eq!(missings.on_packet(65_538, true, 0), Arrival::InOrder);
        assert_eq!(due(&mut missings, 4 * MS), (vec![], false));
        assert_eq!(due(&mut missings, 5 * MS), (vec![65_535, 0, 1], false));
        assert_eq!(due(&mut missings, 34 * MS), (vec![], false));
        assert_eq!(missings.on_packet(65_536, true, 34 * MS), Arrival::Late);
        assert_eq!(due(&mut missings, 35 * MS), (vec![65_535, 1], false));
        let mut asked = 2;
        let mut now_us = 35 * MS;
        while !missings.is_complete() {
            now_us += 30 * MS;
            let (numbers, gave_up) = due(&mut missings, now_us);
            asked += usize::from(!numbers.is_empty());
            assert_eq!(gave_up, missings.is_complete());
        }
        assert_eq!(asked, usize::from(MAX_TRIES));
    }

    #[test]
    fn round_trip_sets_the_pace() {
        let mut missings = Missings::default();
        missings.on_packet(1, true, 0);
        missings.on_packet(3, true, 0);
        let (mut numbers, mut gave_up) = ([0; 4], false);
        assert_eq!(missings.due(10 * MS, Some(200 * MS), &mut numbers, &mut gave_up), 1);
        assert_eq!(missings.due(234 * MS, Some(200 * MS), &mut numbers, &mut gave_up), 0);
        assert_eq!(missings.due(235 * MS, Some(200 * MS), &mut numbers, &mut gave_up), 1);
        assert_eq!(missings.due(734 * MS, Some(u64::MAX), &mut numbers, &mut gave_up), 0);
        assert_eq!(missings.due(735 * MS, Some(u64::MAX), &mut numbers, &mut gave_up), 1, "nobody is that far away");
    }

    #[test]
    fn packet_that_is_missing_for_a_second_is_given_up() {
        let mut missings = Missings::default();
        missings.on_packet(1, true, 0);
        missings.on_packet(3, true, 0);
        let (mut asked, mut numbers, mut gave_up) = (Vec::new(), [0; 4], false);
        for now_ms in (5..2_000).step_by(5) {
            if missings.due(now_ms * MS, Some(200 * MS), &mut numbers, &mut gave_up) == 1 {
                asked.push(now_ms);
            }
            assert_eq!(gave_up, now_ms >= 1_000);
            assert_eq!(missings.is_complete(), now_ms >= 1_000);
        }
        assert_eq!(asked, [5, 230, 455, 680, 905]);
    }

    #[test]
    fn repairs_tell_the_round_trip_that_no_report_tells() {
        let mut missings = Missings::default();
        let (mut numbers, mut gave_up) = ([0; 4], false);
        missings.on_packet(1, true, 0);
        missings.on_packet(4, true, 0);
        assert_eq!(missings.due(5 * MS, None, &mut numbers, &mut gave_up), 2);
        assert_eq!(missings.due(117 * MS, None, &mut numbers, &mut gave_up), 0, "100 ms and a little while unknown");
        missings.on_repair(2, 45 * MS);
        assert_eq!(missings.on_packet(2, true, 45 * MS), Arrival::Late);
        assert_eq!(missings.due(49 * MS, None, &mut numbers, &mut gave_up), 0);
        assert_eq!(missings.due(50 * MS, None, &mut numbers, &mut gave_up), 1, "40 ms and a little");
        // Asked for twice: which request it answers is not known.
        missings.on_repair(3, 51 * MS);
        assert_eq!(missings.repair_us, Some(40 * MS));
        // What nobody asked for tells nothing.
        missings.on_repair(900, 51 * MS);
        assert_eq!(missings.repair_us, Some(40 * MS));
    }

    #[test]
    fn duplicates_are_told_within_the_window_and_beyond() {
        let mut missings = Missings::default();
        for index in 5_000..8_000 {
            assert_eq!(missings.on_packet(index, true, 0), Arrival::InOrder);
            assert_eq!(missings.on_packet(index, true, 0), Arrival::Duplicate);
        }
        for index in [7_998, 7_000, 6_000, 10] {
            assert_eq!(missings.on_packet(index, true, 0), Arrival::Duplicate);
        }
    }

    #[test]
    fn skipped_indices_are_new_when_the_window_comes_round() {
        let mut missings = Missings::default();
        (0..1_024).for_each(|index| assert_ne!(missings.on_packet(index, false, 0), Arrival::Duplicate));
        missings.on_packet(1_030, false, 0);
        assert_eq!(missings.on_packet(1_025, false, 0), Arrival::Late);
        missings.on_packet(9_000, false, 0);
        assert_eq!(missings.on_packet(8_999, false, 0), Arrival::Late);
        assert_eq!(missings.on_packet(8_999, false, 0), Arrival::Duplicate);
    }

    #[test]
    fn too_much_loss_asks_for_a_new_start() {
        let mut missings = Missings::default();
        missings.on_packet(1, true, 0);
        assert_eq!(missings.on_packet(101, true, 0), Arrival::InOrder);
        assert_eq!(missings.on_packet(201, true, 0), Arrival::Lost);
        assert!(missings.is_complete());
        assert_eq!(missings.on_packet(203, false, 0), Arrival::InOrder);
        assert!(missings.is_complete(), "nobody looks, nothing is waited for");
    }
}
