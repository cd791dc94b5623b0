//! What is missing of one incoming video layer, and when to ask for it (RFC 4585 §6.2.1).
//!
//! A gap is given a moment to close by itself (reordering), then asked for at most [`MAX_TRIES`] times, a round trip
//! apart. More than [`MAX_MISSING`] at a time cannot be repaired in time: that asks for a keyframe instead.

use std::collections::VecDeque;

/// Packets that are waited for at a time.
pub const MAX_MISSING: usize = 128;
/// Requests for one packet.
pub const MAX_TRIES: u8 = 10;
/// Reordering closes gaps by itself within this time.
pub const REORDER_WAIT_US: u64 = 5_000;
/// Requests for the same packet are at least this far apart, or a round trip if that is longer.
pub const MIN_RETRY_US: u64 = 30_000;

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

    /// Writes the numbers that are due into `due` and answers how many; sets `gave_up` when one was asked for too often.
    pub fn due(&mut self, now_us: u64, round_trip_us: u64, due: &mut [u16], gave_up: &mut bool) -> usize {
        let retry_us = round_trip_us.max(MIN_RETRY_US);
        let before = self.waiting.len();
        self.waiting.retain(|it| it.tries < MAX_TRIES || now_us.saturating_sub(it.asked_us) < retry_us);
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
        let count = missings.due(now_us, 0, &mut numbers, &mut gave_up);
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
        assert_eq!(missings.due(10 * MS, 200 * MS, &mut numbers, &mut gave_up), 1);
        assert_eq!(missings.due(200 * MS, 200 * MS, &mut numbers, &mut gave_up), 0);
        assert_eq!(missings.due(210 * MS, 200 * MS, &mut numbers, &mut gave_up), 1);
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
