//! The checks of what arrives in one slot: order, gaps, duplicates, whose it is, and, of a sample, the content.
//!
//! Every packet is judged by its header alone, unauthenticated; the first of a slot, each retransmission and one in
//! [`crate::command::Options::sample`] is opened as well. What is left out: whether pictures can be decoded.

use serde::Serialize;

use crate::histogram::Histogram;
use crate::rtp::{Header, Unwrapper};
use crate::stamp::Stamp;

/// Numbers behind the highest of which it is known whether they came.
const WINDOW: u64 = 1024;
/// A jump ahead of more than this is a break, not a loss: no sender leaves out so much.
const MAX_JUMP: u64 = 10_000;
/// The word that a slot is bound to another source may come so long after its packets; then they are wrong.
const WORD_US: u64 = 1_000_000;
/// A frame of Opus (RFC 6716 §3.1).
const SILENCE: [u8; 3] = [0xF8, 0xFF, 0xFE];
/// Sources remembered of a slot.
const MAX_HEARD: usize = 4_096;
/// Lost packets that are remembered for NACK.
const MAX_MISSING: usize = 256;

/// What was found wrong or noteworthy, added up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Findings {
    /// Packets on the slot's own SSRC.
    pub packets: u64,
    /// Of them, whole datagrams.
    pub bytes: u64,
    /// Left out by the sequence numbers so far, and not come since by either way.
    pub lost: u64,
    /// Came behind a later one.
    pub reordered: u64,
    /// Came twice.
    pub duplicates: u64,
    /// Lost, and then came as a retransmission.
    pub recovered: u64,
    /// Retransmissions of packets that were there already.
    pub recovered_in_vain: u64,
    /// The numbers broke: a jump of more than 10,000, or back beyond the window.
    pub breaks: u64,
    /// Not exactly one CSRC (silence has none), or one that the slot was not bound to, nor in the second after.
    pub wrong_source: u64,
    /// Opened and compared.
    pub opened: u64,
    /// Did not authenticate.
    pub not_authentic: u64,
    /// Authentic, but not what any publisher wrote.
    pub bad_content: u64,
    /// The content is of another source than the CSRC says.
    pub swapped: u64,
    /// A source's content went backwards while the slot's numbers went on.
    pub backwards: u64,
    /// Padding alone.
    pub probes: u64,
    /// How often the slot's source changed.
    pub switches: u64,
    /// Requests for lost packets sent.
    pub nacks: u64,
    /// Keyframes asked for.
    pub picture_losses: u64,
    /// Thrown away on purpose.
    pub lost_on_purpose: u64,
    /// Of retransmissions, thrown away on purpose.
    pub recovered_lost_on_purpose: u64,
    /// Frames of silence, which are nobody's: how the server ends a voice.
    pub silences: u64,
}

impl Findings {
    /// Everything that must be zero on a faultless way, losses aside.
    pub const fn faults(&self) -> u64 {
        self.duplicates
            + self.breaks
            + self.wrong_source
            + self.not_authentic
            + self.bad_content
            + self.swapped
            + self.backwards
    }

    /// Adds another slot's.
    pub fn add(&mut self, other: &Self) {
        for (sum, more) in [
            (&mut self.packets, other.packets),
            (&mut self.bytes, other.bytes),
            (&mut self.lost, other.lost),
            (&mut self.reordered, other.reordered),
            (&mut self.duplicates, other.duplicates),
            (&mut self.recovered, other.recovered),
            (&mut self.recovered_in_vain, other.recovered_in_vain),
            (&mut self.breaks, other.breaks),
            (&mut self.wrong_source, other.wrong_source),
            (&mut self.opened, other.opened),
            (&mut self.not_authentic, other.not_authentic),
            (&mut self.bad_content, other.bad_content),
            (&mut self.swapped, other.swapped),
            (&mut self.backwards, other.backwards),
            (&mut self.probes, other.probes),
            (&mut self.switches, other.switches),
            (&mut self.nacks, other.nacks),
            (&mut self.picture_losses, other.picture_losses),
            (&mut self.lost_on_purpose, other.lost_on_purpose),
            (&mut self.recovered_lost_on_purpose, other.recovered_lost_on_purpose),
            (&mut self.silences, other.silences),
        ] {
            *sum += more;
        }
    }
}

/// One slot's stream.
#[derive(Debug, Default)]
pub struct Inspection {
    /// What was found so far.
    pub findings: Findings,
    may_be_silent: bool,
    unwrapper: Unwrapper,
    base: Option<u64>,
    highest: u64,
    /// One bit for each number, by the number modulo the window.
    seen: [u64; WINDOW as usize / 64],
    /// The CSRC of the last packet.
    pub source: u32,
    /// Every CSRC so far, right or not.
    pub heard: Vec<u32>,
    bound: Option<u32>,
    bound_before: Option<u32>,
    /// A source that the slot is not bound to, how many of its packets came, and when the first.
    suspect: Option<(u32, u64, u64)>,
    /// Of the newest opened packet: source, layer, content number, and the slot's number.
    newest: Option<(u32, u32, u64, u64)>,
    missing: Vec<Missing>,
    reported: (u64, u64),
    /// Of findings that were reset.
    lost_before: u64,
    /// When the last packet came; 0: none.
    came_us: u64,
    longest_gap_us: u64,
}

#[derive(Debug, Clone, Copy)]
struct Missing {
    index: u64,
    asked_us: u64,
    times: u8,
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

    /// Judges a header. Answers the packet's index, rollover counter included.
    #[inline]
    pub fn on_header(&mut self, header: &Header, datagram_len: usize, remembers_missing: bool, now_us: u64) -> u64 {
        self.findings.packets += 1;
        self.findings.bytes += datagram_len as u64;
        let before_us = std::mem::replace(&mut self.came_us, now_us);
        if before_us != 0 {
            self.longest_gap_us = self.longest_gap_us.max(now_us.saturating_sub(before_us));
        }
        let index = self.unwrapper.unwrap(header.sequence);
        self.on_index(index, remembers_missing);
        if header.csrc != self.source || header.csrc_count != 1 {
            self.on_other_source(header, now_us);
        }
        index
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

    #[inline]
    fn on_index(&mut self, index: u64, remembers_missing: bool) {
        if self.base.is_none() {
            self.base = Some(index);
            self.highest = index;
            self.mark(index);
        } else if index == self.highest + 1 {
            self.highest = index;
            self.mark(index);
        } else if index > self.highest {
            self.on_gap(index, remembers_missing);
        } else if index + WINDOW <= self.highest || Some(index) < self.base {
            self.findings.breaks += 1;
        } else if self.has(index) {
            self.findings.duplicates += 1;
        } else {
            self.mark(index);
            self.findings.reordered += 1;
            self.findings.lost = self.findings.lost.saturating_sub(1);
            self.missing.retain(|missing| missing.index != index);
        }
    }

    fn on_gap(&mut self, index: u64, remembers_missing: bool) {
        let is_break = index - self.highest > MAX_JUMP;
        if is_break {
            self.findings.breaks += 1;
        } else {
            self.findings.lost += index - self.highest - 1;
        }
        for skipped in (self.highest + 1..index).rev().take(WINDOW as usize) {
            self.seen[(skipped % WINDOW / 64) as usize] &= !(1 << (skipped % 64));
        }
        if remembers_missing && !is_break {
            let from = (self.highest + 1).max(index.saturating_sub(MAX_MISSING as u64));
            self.missing.extend((from..index).map(|index| Missing { index, asked_us: 0, times: 0 }));
            let excess = self.missing.len().saturating_sub(MAX_MISSING);
            self.missing.drain(..excess);
        }
        self.highest = index;
        self.mark(index);
    }

    #[inline]
    fn mark(&mut self, index: u64) {
        self.seen[(index % WINDOW / 64) as usize] |= 1 << (index % 64);
    }

    #[inline]
    fn has(&self, index: u64) -> bool {
        self.seen[(index % WINDOW / 64) as usize] >> (index % 64) & 1 == 1
    }

    /// A retransmission of this number came, opened. Answers its index when it was missing.
    pub fn on_retransmission(&mut self, sequence: u16) -> Option<u64> {
        let behind = (self.highest as u16).wrapping_sub(sequence);
        let index = self.highest.checked_sub(u64::from(behind))?;
        if self.base.is_none_or(|base| index < base) || u64::from(behind) >= WINDOW || self.has(index) {
            self.findings.recovered_in_vain += 1;
            return None;
        }
        self.mark(index);
        self.findings.recovered += 1;
        self.findings.lost = self.findings.lost.saturating_sub(1);
        self.missing.retain(|missing| missing.index != index);
        Some(index)
    }

    /// The content of an opened packet, `None` when it is not what any publisher wrote.
    pub fn on_content(&mut self, csrc: u32, index: u64, stamp: Option<Stamp>, now_ns: u64, delay: &mut Histogram) {
        let Some(stamp) = stamp else {
            self.findings.bad_content += 1;
            return;
        };
        if stamp.source != csrc {
            self.findings.swapped += 1;
        }
        delay.record(now_ns.saturating_sub(stamp.sent_ns) / 1000);
        match self.newest {
            Some((.., at)) if at > index => {}
            Some((source, layer, number, _)) if (source, layer) == (stamp.source, stamp.layer) => {
                if stamp.number < number {
                    self.findings.backwards += 1;
                }
                self.newest = Some((source, layer, stamp.number, index));
            }
            _ => self.newest = Some((stamp.source, stamp.layer, stamp.number, index)),
        }
    }

    /// The content of an opened packet without a CSRC.
    pub fn on_silence(&mut self, payload: &[u8]) {
        self.findings.bad_content += u64::from(payload != SILENCE);
    }

    /// Lost packets that are to be asked for (again) now, ascending: first after `wait_us`, at most `times` times.
    pub fn due_nacks(&mut self, now_us: u64, wait_us: u64, times: u8, sequences: &mut Vec<u16>) {
        self.missing.retain_mut(|missing| {
            if missing.asked_us == 0 {
                missing.asked_us = now_us; // First seen: wait for what is only late.
            } else if now_us.saturating_sub(missing.asked_us) >= wait_us {
                missing.asked_us = now_us;
                missing.times += 1;
                sequences.push(missing.index as u16);
            }
            missing.times < times
        });
        self.findings.nacks += sequences.len() as u64;
    }

    /// Whether lost packets wait to be asked for.
    pub fn has_missing(&self) -> bool {
        !self.missing.is_empty()
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
        let expected = self.highest - self.base? + 1;
        let lost_in_all = self.lost_in_all();
        let (before, lost_before) = std::mem::replace(&mut self.reported, (expected, lost_in_all));
        let lost = lost_in_all.saturating_sub(lost_before);
        let share = (lost * 256).checked_div(expected.saturating_sub(before)).unwrap_or(0);
        Some((self.highest, share.min(255) as u8))
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
        assert_eq!(inspection.on_retransmission(3), Some(3));
        assert_eq!((inspection.findings.lost, inspection.findings.recovered), (0, 1));
        assert_eq!(inspection.on_retransmission(3), None);
        assert_eq!(inspection.findings.recovered_in_vain, 1);
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
        let (mut inspection, mut delay) = (Inspection::default(), Histogram::default());
        let stamp = |source, number| Some(Stamp { source, layer: 0, number, sent_ns: 1_000 });
        inspection.on_content(5, 1, stamp(5, 10), 51_000, &mut delay);
        assert_eq!((inspection.findings.faults(), delay.max_us()), (0, 50));
        inspection.on_content(5, 2, stamp(6, 10), 2_000, &mut delay);
        assert_eq!(inspection.findings.swapped, 1);
        inspection.on_content(6, 3, stamp(6, 9), 2_000, &mut delay);
        assert_eq!(inspection.findings.backwards, 1);
        inspection.on_content(6, 2, stamp(6, 3), 2_000, &mut delay);
        assert_eq!(inspection.findings.backwards, 1, "a late packet is no step back");
        inspection.on_content(6, 4, None, 2_000, &mut delay);
        assert_eq!(inspection.findings.bad_content, 1);
    }

    #[test]
    fn lost_packets_are_asked_for_after_a_wait_and_not_for_ever() {
        let mut inspection = after(&[1, 4]);
        let mut ask = |now_us| {
            let mut sequences = Vec::new();
            inspection.due_nacks(now_us, 10, 2, &mut sequences);
            sequences
        };
        assert!(ask(100).is_empty());
        assert!(ask(105).is_empty());
        assert_eq!(ask(110), [2, 3]);
        assert_eq!(ask(120), [2, 3]);
        assert!(ask(130).is_empty());
    }

    #[test]
    fn report_tells_the_share_lost_since_the_last() {
        let mut inspection = after(&[1, 2, 4]);
        assert_eq!(inspection.report(), Some((4, 64)));
        assert_eq!(inspection.report(), Some((4, 0)));
        assert_eq!(Inspection::default().report(), None);
    }
}
