//! The numbers of one stream: which came, and how (in order, late, behind their own retransmission, twice), and which are
//! missing and are to be asked for.

/// Numbers behind the highest of which it is known whether they came.
pub const WINDOW: u64 = 1024;
/// A jump ahead of more than this is a break, not a loss: no sender leaves out so much.
const MAX_JUMP: u64 = 10_000;
/// Lost packets that are remembered for NACK, and of which it is known since when they are missing.
const MAX_MISSING: usize = 256;
const WORDS: usize = WINDOW as usize / 64;

/// How a packet of the stream itself came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// The first, or behind the highest so far.
    Next,
    /// So many before it have not come.
    Ahead(u64),
    /// The numbers broke: a jump of more than 10,000, or back beyond the window.
    Break,
    /// Behind a later one, so many microseconds after that; `None`: longer than is remembered.
    Late(Option<u64>),
    /// Its retransmission was here before it; likewise.
    Overtaken(Option<u64>),
    /// It was here before.
    Twice,
}

/// What a retransmission was of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Again {
    /// Of a packet that was missing: its index, and for how long.
    Recovered(u64, Option<u64>),
    /// Of one that is there.
    InVain,
}

/// See the module.
#[derive(Debug, Default)]
pub struct Order {
    base: Option<u64>,
    highest: u64,
    /// One bit for each number, by the number modulo the window.
    seen: [u64; WORDS],
    /// Of these, those that came as a retransmission alone.
    repaired: [u64; WORDS],
    /// Those to be asked for.
    wanted: Vec<Wanted>,
    /// Those whose own packet has not come, and since when a later one is here.
    gaps: Vec<(u64, u64)>,
}

#[derive(Debug, Clone, Copy)]
struct Wanted {
    index: u64,
    asked_us: u64,
    times: u8,
}

impl Order {
    /// A packet of the stream. `remembers`: what is missing is to be asked for.
    #[inline]
    pub fn on_packet(&mut self, index: u64, remembers: bool, now_us: u64) -> Arrival {
        if self.base.is_none() {
            self.base = Some(index);
        } else if index != self.highest + 1 {
            return self.on_other(index, remembers, now_us);
        }
        self.advance(index);
        Arrival::Next
    }

    fn on_other(&mut self, index: u64, remembers: bool, now_us: u64) -> Arrival {
        if index > self.highest {
            return self.on_gap(index, remembers, now_us);
        }
        if index + WINDOW <= self.highest || Some(index) < self.base {
            return Arrival::Break;
        }
        let was_repaired = is_set(&self.repaired, index);
        if is_set(&self.seen, index) && !was_repaired {
            return Arrival::Twice;
        }
        let late_us = self.close_gap(index, now_us);
        set(&mut self.seen, index, true);
        set(&mut self.repaired, index, false);
        if was_repaired { Arrival::Overtaken(late_us) } else { Arrival::Late(late_us) }
    }

    fn on_gap(&mut self, index: u64, remembers: bool, now_us: u64) -> Arrival {
        let missing = index - self.highest - 1;
        for skipped in (self.highest + 1..index).rev().take(WINDOW as usize) {
            set(&mut self.seen, skipped, false);
            set(&mut self.repaired, skipped, false);
        }
        let is_break = missing >= MAX_JUMP;
        if !is_break {
            let from = (self.highest + 1).max(index.saturating_sub(MAX_MISSING as u64));
            self.gaps.retain(|(gap, _)| gap + WINDOW > index);
            keep_newest(&mut self.gaps, (from..index).map(|index| (index, now_us)));
            if remembers {
                keep_newest(&mut self.wanted, (from..index).map(|index| Wanted { index, asked_us: 0, times: 0 }));
            }
        }
        self.advance(index);
        if is_break { Arrival::Break } else { Arrival::Ahead(missing) }
    }

    #[inline]
    fn advance(&mut self, index: u64) {
        self.highest = index;
        set(&mut self.seen, index, true);
        set(&mut self.repaired, index, false);
    }

    /// It is here: for how long it was missing, if that is known.
    fn close_gap(&mut self, index: u64, now_us: u64) -> Option<u64> {
        self.wanted.retain(|wanted| wanted.index != index);
        let at = self.gaps.iter().position(|(gap, _)| *gap == index)?;
        Some(now_us.saturating_sub(self.gaps.remove(at).1))
    }

    /// A retransmission of this number came. That its own packet may come yet is remembered.
    pub fn on_retransmission(&mut self, sequence: u16, now_us: u64) -> Again {
        let behind = u64::from((self.highest as u16).wrapping_sub(sequence));
        let index = self.highest.checked_sub(behind).filter(|_| behind < WINDOW);
        let missing = index.filter(|index| self.base.is_some_and(|base| *index >= base) && !is_set(&self.seen, *index));
        let Some(index) = missing else { return Again::InVain };
        set(&mut self.seen, index, true);
        set(&mut self.repaired, index, true);
        self.wanted.retain(|wanted| wanted.index != index);
        let since_us = self.gaps.iter().find(|(gap, _)| *gap == index).map(|(_, since_us)| *since_us);
        Again::Recovered(index, since_us.map(|since_us| now_us.saturating_sub(since_us)))
    }

    /// Missing packets that are to be asked for (again) now, ascending: first after `wait_us`, at most `times` times.
    pub fn due_nacks(&mut self, now_us: u64, wait_us: u64, times: u8, sequences: &mut Vec<u16>) {
        self.wanted.retain_mut(|wanted| {
            if wanted.asked_us == 0 {
                wanted.asked_us = now_us; // First seen: wait for what is only late.
            } else if now_us.saturating_sub(wanted.asked_us) >= wait_us {
                wanted.asked_us = now_us;
                wanted.times += 1;
                sequences.push(wanted.index as u16);
            }
            wanted.times < times
        });
    }

    /// Whether missing packets wait to be asked for.
    pub fn has_wanted(&self) -> bool {
        !self.wanted.is_empty()
    }

    /// The highest index, and how many there should have been up to it; `None` before the first.
    pub fn extent(&self) -> Option<(u64, u64)> {
        self.base.map(|base| (self.highest, self.highest - base + 1))
    }
}

/// Appends, and forgets the oldest of too many.
fn keep_newest<T>(kept: &mut Vec<T>, more: impl Iterator<Item = T>) {
    kept.extend(more);
    let excess = kept.len().saturating_sub(MAX_MISSING);
    kept.drain(..excess);
}

#[inline]
fn set(bits: &mut [u64; WORDS], index: u64, value: bool) {
    let (word, bit) = (&mut bits[(index % WINDOW / 64) as usize], 1 << (index % 64));
    *word = if value { *word | bit } else { *word & !bit };
}

#[inline]
fn is_set(bits: &[u64; WORDS], index: u64) -> bool {
    bits[(index % WINDOW / 64) as usize] >> (index % 64) & 1 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of these indices, each a microsecond after the one before.
    fn arrivals(indices: &[u64]) -> (Order, Vec<Arrival>) {
        let mut order = Order::default();
        let came = indices.iter().zip(100..).map(|(index, now_us)| order.on_packet(*index, true, now_us)).collect();
        (order, came)
    }

    #[test]
    fn numbers_in_order_are_next_and_those_left_out_are_missing_until_they_come() {
        let (_, came) = arrivals(&[7, 8, 11, 10, 10]);
        assert_eq!(came, [Arrival::Next, Arrival::Next, Arrival::Ahead(2), Arrival::Late(Some(1)), Arrival::Twice]);
    }

    #[test]
    fn own_packet_behind_its_retransmission_is_told_from_one_that_came_twice() {
        let (mut order, _) = arrivals(&[1, 4]);
        assert_eq!(order.on_retransmission(2, 131), Again::Recovered(2, Some(30)));
        assert_eq!(order.on_retransmission(2, 132), Again::InVain);
        assert_eq!(order.on_packet(2, true, 151), Arrival::Overtaken(Some(50)));
        assert_eq!(order.on_packet(2, true, 152), Arrival::Twice);
        assert_eq!(order.on_packet(3, true, 153), Arrival::Late(Some(52)));
        assert_eq!(order.on_retransmission(3, 154), Again::InVain);
        assert_eq!(order.on_retransmission(4, 154), Again::InVain);
    }

    #[test]
    fn what_was_repaired_a_window_ago_says_nothing_of_the_number_that_has_its_place_now() {
        let (mut order, _) = arrivals(&[1, 3]);
        assert_eq!(order.on_retransmission(2, 200), Again::Recovered(2, Some(99)));
        for index in 4..=WINDOW + 10 {
            order.on_packet(index, true, 300);
        }
        assert_eq!(order.on_packet(WINDOW + 2, true, 301), Arrival::Twice);
        assert_eq!(order.on_packet(2, true, 301), Arrival::Break);
    }

    #[test]
    fn number_that_is_missing_for_longer_than_is_remembered_is_late_all_the_same() {
        let (mut order, _) = arrivals(&[1, 900]);
        assert_eq!(order.on_packet(2, false, 500), Arrival::Late(None));
        assert_eq!(order.on_packet(899, false, 500), Arrival::Late(Some(399)));
    }

    #[test]
    fn missing_are_asked_for_after_a_wait_and_not_for_ever() {
        let (mut order, _) = arrivals(&[1, 4]);
        let mut ask = |now_us| {
            let mut sequences = Vec::new();
            order.due_nacks(now_us, 10, 2, &mut sequences);
            sequences
        };
        assert!(ask(100).is_empty());
        assert!(ask(105).is_empty());
        assert_eq!(ask(110), [2, 3]);
        assert_eq!(ask(120), [2, 3]);
        assert!(ask(130).is_empty());
    }
}
