//! The checks of what arrives in one slot: whose it is, how it came, and, of a sample, the content.
//!
//! Every packet is judged by its header alone, unauthenticated; the first of a slot, each retransmission, what comes behind
//! its own retransmission, and one in [`crate::command::Options::sample`] is opened as well. What is left out: whether
//! pictures can be decoded; the numbers themselves ([`crate::order`]).

use crate::findings::Findings;
use crate::lateness::Lateness;
use crate::order::{Again, Arrival, Order};
use crate::rtp::{Header, Unwrapper};
use crate::stamp::Stamp;

/// The word that a slot is bound to another source may come so long after its packets; then they are wrong.
const WORD_US: u64 = 1_000_000;
/// A frame of Opus (RFC 6716 §3.1).
const SILENCE: [u8; 3] = [0xF8, 0xFF, 0xFE];
/// Sources remembered of a slot.
const MAX_HEARD: usize = 4_096;

/// One slot's stream.
#[derive(Debug, Default)]
pub struct Inspection {
    /// What was found so far.
    pub findings: Findings,
    may_be_silent: bool,
    unwrapper: Unwrapper,
    order: Order,
    /// The CSRC of the last packet.
    pub source: u32,
    /// Every CSRC so far, right or not.
    pub heard: Vec<u32>,
    bound: Option<u32>,
    bound_before: Option<u32>,
    /// A source that the slot is not bound to, how many of its packets came, and when the first.
    suspect: Option<(u32, u64, u64)>,
    newest: Option<Newest>,
    reported: (u64, u64),
    /// Of findings that were reset.
    lost_before: u64,
    /// When the last packet came; 0: none.
    came_us: u64,
    longest_gap_us: u64,
}

/// The newest packet that was opened: what it says of itself, and the slot's number.
#[derive(Debug, Clone, Copy)]
struct Newest {
    stamp: Stamp,
    index: u64,
}

impl Inspection {
    /// Of a slot; `may_be_silent`: it carries sound.
    pub fn new(may_be_silent: bool) -> Self {
        Self { may_be_silent, ..Self::default() }
    }

    /// The slot shows `source` from now on; packets of the one before may still come.
    pub fn bind(&mut self, source: u32) {
        if self.bound != Some(source) {
            self.bound_before = self.bound.replace(source);
        }
        self.suspect = self.suspect.filter(|(suspected, ..)| *suspected != source);
    }

    /// Judges a header. Answers the packet's index, rollover counter included, and how it came.
    #[inline]
    pub fn on_header(&mut self, header: &Header, datagram_len: usize, remembers: bool, now_us: u64) -> (u64, Arrival) {
        self.findings.packets += 1;
        self.findings.bytes += datagram_len as u64;
        let before_us = std::mem::replace(&mut self.came_us, now_us);
        if before_us != 0 {
            self.longest_gap_us = self.longest_gap_us.max(now_us.saturating_sub(before_us));
        }
        let index = self.unwrapper.unwrap(header.sequence);
        let arrival = self.order.on_packet(index, remembers, now_us);
        if arrival != Arrival::Next {
            self.count(arrival);
        }
        if header.csrc != self.source || header.csrc_count != 1 {
            self.on_other_source(header, now_us);
        }
        (index, arrival)
    }

    fn count(&mut self, arrival: Arrival) {
        match arrival {
            Arrival::Next => {}
            Arrival::Ahead(missing) => self.findings.lost += missing,
            Arrival::Break => self.findings.breaks += 1,
            Arrival::Late(_) => {
                self.findings.reordered += 1;
                self.findings.lost = self.findings.lost.saturating_sub(1);
            }
            Arrival::Overtaken(_) => self.findings.overtaken += 1,
            Arrival::Twice => self.findings.duplicates += 1,
        }
    }

    fn on_other_source(&mut self, header: &Header, now_us: u64) {
        if header.csrc_count == 0 && self.may_be_silent {
            self.findings.silences += 1;
            return;
        }
        if header.csrc_count != 1 {
            self.findings.wrong_source += 1;
            return;
        }
        if !self.heard.contains(&header.csrc) && self.heard.len() < MAX_HEARD {
            self.heard.push(header.csrc);
        }
        let is_known = |bound: Option<u32>| bound.is_none_or(|bound| bound == header.csrc);
        if is_known(self.bound) || self.bound_before.is_some() && is_known(self.bound_before) {
            self.findings.switches += u64::from(self.source != 0);
            (self.source, self.suspect) = (header.csrc, None);
            return;
        }
        let suspected = self.suspect.filter(|(suspected, ..)| *suspected == header.csrc);
        let (_, count, since_us) = suspected.unwrap_or((header.csrc, 0, now_us));
        if now_us.saturating_sub(since_us) < WORD_US {
            self.suspect = Some((header.csrc, count + 1, since_us));
        } else {
            self.findings.wrong_source += count + 1;
            self.suspect = Some((header.csrc, 0, since_us));
        }
    }

    /// A retransmission of this number came, opened. Answers its index and for how long it was missing, if it was.
    pub fn on_retransmission(&mut self, sequence: u16, now_us: u64) -> Option<(u64, Option<u64>)> {
        match self.order.on_retransmission(sequence, now_us) {
            Again::Recovered(index, late_us) => {
                self.findings.recovered += 1;
                self.findings.lost = self.findings.lost.saturating_sub(1);
                Some((index, late_us))
            }
            Again::InVain => {
                self.findings.recovered_in_vain += 1;
                None
            }
        }
    }

    /// The content of an opened packet, `None` when it is not what any publisher wrote.
    pub fn on_content(&mut self, csrc: u32, index: u64, stamp: Option<Stamp>, lateness: &mut Lateness) {
        let Some(stamp) = stamp else {
            self.findings.bad_content += 1;
            return;
        };
        if stamp.source != csrc {
            self.findings.swapped += 1;
        }
        if let Some(newest) = self.newest {
            if newest.index > index {
                return;
            }
            let is_same = (newest.stamp.source, newest.stamp.layer) == (stamp.source, stamp.layer);
            if is_same && stamp.number < newest.stamp.number {
                self.findings.backwards += 1;
                lateness.backwards.record(newest.stamp.sent_ns.saturating_sub(stamp.sent_ns) / 1000);
            }
        }
        self.newest = Some(Newest { stamp, index });
    }

    /// The content of an opened packet without a CSRC.
    pub fn on_silence(&mut self, payload: &[u8]) {
        self.findings.bad_content += u64::from(payload != SILENCE);
    }

    /// Lost packets that are to be asked for (again) now; see [`Order::due_nacks`].
    pub fn due_nacks(&mut self, now_us: u64, wait_us: u64, times: u8, sequences: &mut Vec<u16>) {
        self.order.due_nacks(now_us, wait_us, times, sequences);
        self.findings.nacks += sequences.len() as u64;
    }

    /// Whether lost packets wait to be asked for.
    pub fn has_wanted(&self) -> bool {
        self.order.has_wanted()
    }

    /// Lost since the beginning, whatever was reset.
    pub const fn lost_in_all(&self) -> u64 {
        self.lost_before + self.findings.lost
    }

    /// The longest time between two packets so far.
    pub const fn longest_gap_us(&self) -> u64 {
        self.longest_gap_us
    }

    /// The findings begin anew; order and source go on.
    pub fn reset(&mut self) {
        self.longest_gap_us = 0;
        self.lost_before += self.findings.lost;
        self.findings = Findings::default();
    }

    /// The highest index and, since the last call, the share lost of 256; `None` before the first packet.
    pub fn report(&mut self) -> Option<(u64, u8)> {
        let (highest, expected) = self.order.extent()?;
        let lost_in_all = self.lost_in_all();
        let (before, lost_before) = std::mem::replace(&mut self.reported, (expected, lost_in_all));
        let lost = lost_in_all.saturating_sub(lost_before);
        let share = (lost * 256).checked_div(expected.saturating_sub(before)).unwrap_or(0);
        Some((highest, share.min(255) as u8))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rtp;

    fn header(sequence: u16, csrc: u32) -> Header {
        let mut packet = Vec::new();
        rtp::write(&mut packet, (96, false), (sequence, 0, 1), &[]);
        packet[0] |= 1;
        packet.extend_from_slice(&csrc.to_be_bytes());
        Header::parse(&packet).unwrap()
    }

    fn after(sequences: &[u16]) -> Inspection {
        let mut inspection = Inspection::default();
        for sequence in sequences {
            inspection.on_header(&header(*sequence, 5), 100, true, 0);
        }
        inspection
    }

    #[test]
    fn packets_in_order_over_a_wrap_have_no_findings() {
        let sequences: Vec<u16> = (0..70_000_u32).map(|number| (number + 60_000) as u16).collect();
        let found = after(&sequences).findings;
        assert_eq!(found, Findings { packets: 70_000, bytes: 7_000_000, ..Findings::default() });
        assert_eq!(found.faults(), 0);
    }

    #[test]
    fn gap_is_lost_until_it_comes_late_or_again() {
        let mut inspection = after(&[1, 2, 5, 4]);
        assert_eq!((inspection.findings.lost, inspection.findings.reordered), (1, 1));
        assert_eq!(inspection.on_retransmission(3, 70), Some((3, Some(70))));
        assert_eq!((inspection.findings.lost, inspection.findings.recovered), (0, 1));
        assert_eq!(inspection.on_retransmission(3, 80), None);
        assert_eq!(inspection.findings.recovered_in_vain, 1);
    }

    #[test]
    fn packet_behind_its_own_retransmission_is_late_and_no_fault() {
        let mut inspection = after(&[1, 3]);
        inspection.on_retransmission(2, 30);
        let (_, arrival) = inspection.on_header(&header(2, 5), 100, true, 50);
        assert_eq!(arrival, Arrival::Overtaken(Some(50)));
        let found = inspection.findings;
        assert_eq!((found.overtaken, found.recovered, found.lost, found.faults()), (1, 1, 0, 0));
        inspection.on_header(&header(2, 5), 100, true, 60);
        assert_eq!((inspection.findings.overtaken, inspection.findings.faults()), (1, 1), "twice is twice");
    }

    #[test]
    fn duplicate_is_found_at_once_and_late() {
        assert_eq!(after(&[1, 1]).findings.duplicates, 1);
        let mut sequences: Vec<u16> = (0..900).collect();
        sequences.push(3);
        assert_eq!(after(&sequences).findings.duplicates, 1);
        assert_eq!(after(&sequences).findings.lost, 0);
    }

    #[test]
    fn jump_and_number_behind_the_window_are_breaks() {
        assert_eq!(after(&[1, 20_000]).findings.breaks, 1);
        let mut sequences: Vec<u16> = (0..3000).collect();
        sequences.push(3);
        assert_eq!(after(&sequences).findings.breaks, 1);
    }

    #[test]
    fn packets_of_a_source_that_is_not_bound_are_wrong_when_no_word_comes() {
        let mut inspection = after(&[1, 2]);
        inspection.bind(5);
        inspection.bind(6);
        inspection.on_header(&header(3, 5), 1, false, 0);
        inspection.on_header(&header(4, 6), 1, false, 0);
        assert_eq!((inspection.findings.wrong_source, inspection.findings.switches), (0, 1));
        inspection.on_header(&header(5, 7), 1, false, 10);
        inspection.on_header(&header(6, 7), 1, false, 20);
        assert_eq!(inspection.findings.wrong_source, 0);
        inspection.on_header(&header(7, 7), 1, false, 10 + WORD_US);
        assert_eq!(inspection.findings.wrong_source, 3);
        inspection.on_header(&header(8, 7), 1, false, 11 + WORD_US);
        assert_eq!(inspection.findings.wrong_source, 4);
    }

    #[test]
    fn silence_is_nobodys_in_sound_and_a_fault_in_a_picture() {
        let mut silent = header(3, 0);
        silent.csrc_count = 0;
        for (may_be_silent, silences, faults) in [(true, 1, 0), (false, 0, 1)] {
            let mut inspection = after(&[1, 2]);
            inspection.may_be_silent = may_be_silent;
            inspection.on_header(&silent, 1, false, 0);
            assert_eq!((inspection.findings.silences, inspection.findings.faults()), (silences, faults));
            assert_eq!(inspection.source, 5, "the voice may go on");
            inspection.on_silence(&SILENCE);
            inspection.on_silence(b"voice");
            assert_eq!(inspection.findings.bad_content, 1);
        }
    }

    #[test]
    fn word_of_a_binding_may_come_after_the_packets() {
        let mut inspection = after(&[1]);
        inspection.bind(5);
        inspection.on_header(&header(2, 7), 1, false, 10);
        inspection.bind(7);
        inspection.on_header(&header(3, 7), 1, false, 20);
        inspection.on_header(&header(4, 7), 1, false, 20 + WORD_US);
        assert_eq!((inspection.findings.wrong_source, inspection.source, &inspection.heard[..]), (0, 7, &[5, 7][..]));
    }

    #[test]
    fn packet_without_a_csrc_is_wrong() {
        let mut bare = header(1, 5);
        bare.csrc_count = 0;
        let mut inspection = Inspection::default();
        inspection.on_header(&bare, 1, false, 0);
        assert_eq!(inspection.findings.wrong_source, 1);
    }

    #[test]
    fn content_of_another_source_is_swapped_and_older_content_goes_backwards() {
        let (mut inspection, mut lateness) = (Inspection::default(), Lateness::default());
        let stamp = |source, number| Some(Stamp { source, layer: 0, number, sent_ns: number * 1_000_000 });
        inspection.on_content(5, 1, stamp(5, 10), &mut lateness);
        assert_eq!(inspection.findings.faults(), 0);
        inspection.on_content(5, 2, stamp(6, 10), &mut lateness);
        assert_eq!(inspection.findings.swapped, 1);
        inspection.on_content(6, 3, stamp(6, 9), &mut lateness);
        assert_eq!((inspection.findings.backwards, lateness.backwards.max_us()), (1, 1_000));
        inspection.on_content(6, 2, stamp(6, 3), &mut lateness);
        assert_eq!(inspection.findings.backwards, 1, "a late packet is no step back");
        inspection.on_content(6, 4, None, &mut lateness);
        assert_eq!(inspection.findings.bad_content, 1);
    }

    #[test]
    fn report_tells_the_share_lost_since_the_last() {
        let mut inspection = after(&[1, 2, 4]);
        assert_eq!(inspection.report(), Some((4, 64)));
        assert_eq!(inspection.report(), Some((4, 0)));
        assert_eq!(Inspection::default().report(), None);
    }
}
