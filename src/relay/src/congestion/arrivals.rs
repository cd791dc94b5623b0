//! Feedback to a publisher about every packet's arrival: without it a browser stays at 300 kbit/s.

use std::collections::VecDeque;

use crate::wire::rtcp::{FeedbackHead, write_transport_feedback};
use crate::wire::sequence::SequenceUnwrapper;

/// Between two feedbacks to one publisher.
pub const FEEDBACK_INTERVAL_US: u64 = 50_000;
/// Arrivals kept for the next feedback: 50 ms at 40,000 packets a second; a jump beyond it starts anew.
const MAX_ARRIVALS: u64 = 2048;

/// When each packet of one publisher came, by transport-wide sequence number.
#[derive(Debug, Default)]
pub struct Arrivals {
    unwrapper: SequenceUnwrapper,
    /// The number of the first entry of `arrivals`.
    base: u64,
    /// Microseconds; 0: not received.
    times_us: VecDeque<u64>,
    feedback_count: u8,
    sent_us: u64,
    media_ssrc: u32,
}

impl Arrivals {
    /// Records an authenticated packet.
    #[inline]
    pub fn on_packet(&mut self, sequence: u16, ssrc: u32, now_us: u64) {
        let number = self.unwrapper.unwrap(sequence);
        self.media_ssrc = ssrc;
        if self.times_us.is_empty() && (self.base == 0 || number.abs_diff(self.base) >= MAX_ARRIVALS) {
            self.base = number;
        }
        let Some(at) = number.checked_sub(self.base) else {
            return; // Reported as lost already; it is only reordered, rarely.
        };
        if at >= MAX_ARRIVALS {
            self.times_us.clear();
            self.base = number;
            self.times_us.push_back(now_us);
            return;
        }
        let at = at as usize;
        while self.times_us.len() <= at {
            self.times_us.push_back(0);
        }
        if let Some(arrival) = self.times_us.get_mut(at).filter(|arrival| **arrival == 0) {
            *arrival = now_us.max(1);
        }
    }

    /// Whether a feedback is to be written now.
    #[inline]
    pub fn is_due(&self, now_us: u64) -> bool {
        !self.times_us.is_empty() && now_us.saturating_sub(self.sent_us) >= FEEDBACK_INTERVAL_US
    }

    /// Writes one feedback packet (it travels alone) into `out`; answers its length. Call again until `None`.
    pub fn write(&mut self, sender_ssrc: u32, out: &mut [u8], now_us: u64) -> Option<usize> {
        if self.times_us.is_empty() {
            return None;
        }
        let head = FeedbackHead {
            sender_ssrc,
            media_ssrc: self.media_ssrc,
            base_sequence: self.base as u16,
            feedback_count: self.feedback_count,
        };
        self.sent_us = now_us;
        let known = self.times_us.iter().map(|arrival| (*arrival != 0).then_some(*arrival));
        let Some(written) = write_transport_feedback(out, &head, known) else {
            self.base += self.times_us.len() as u64;
            self.times_us.clear();
            return None;
        };
        let taken = usize::from(written.statuses).min(self.times_us.len());
        self.times_us.drain(..taken);
        self.base += taken as u64;
        self.feedback_count = self.feedback_count.wrapping_add(1);
        Some(written.len)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::rtcp::{Rtcp, RtcpPackets};

    const MS: u64 = 1_000;

    /// Every status that is due: sequence and whether it was received.
    fn take(arrivals: &mut Arrivals, now_us: u64) -> Vec<(u16, bool)> {
        let mut found = Vec::new();
        let mut plain = [0; 200];
        while let Some(len) = arrivals.write(1, &mut plain, now_us) {
            let packet = RtcpPackets::new(&plain[..len]).next().expect("one").expect("well-formed");
            let Rtcp::TransportFeedback(feedback) = packet else { panic!("{packet:?}") };
            found.extend(feedback.statuses().map(|it| (it.sequence, it.arrival_us.is_some())));
        }
        found
    }

    #[test]
    fn every_number_is_reported_once_over_wraps_and_losses() {
        let mut arrivals = Arrivals::default();
        let mut reported = Vec::new();
        let mut sent = Vec::new();
        for number in 65_000..140_000_u32 {
            let now_us = u64::from(number) * MS;
            if number % 7 != 0 {
                arrivals.on_packet(number as u16, 5, now_us);
            }
            sent.push((number as u16, number % 7 != 0));
            if arrivals.is_due(now_us) {
                reported.extend(take(&mut arrivals, now_us));
            }
        }
        assert!(reported.len() > 74_000);
        assert_eq!(reported[..], sent[..reported.len()]);
    }

    #[test]
    fn feedback_is_due_at_once_then_every_fifty_milliseconds() {
        let mut arrivals = Arrivals::default();
        assert!(!arrivals.is_due(1_000 * MS));
        arrivals.on_packet(9, 5, 1_000 * MS);
        assert!(arrivals.is_due(1_000 * MS));
        assert_eq!(take(&mut arrivals, 1_000 * MS), [(9, true)]);
        arrivals.on_packet(10, 5, 1_001 * MS);
        arrivals.on_packet(9, 5, 1_002 * MS);
        assert!(!arrivals.is_due(1_049 * MS));
        assert!(arrivals.is_due(1_050 * MS));
        assert_eq!(take(&mut arrivals, 1_050 * MS), [(10, true)]);
    }

    #[test]
    fn jump_starts_anew_and_memory_is_bounded() {
        let mut arrivals = Arrivals::default();
        arrivals.on_packet(1, 5, MS);
        arrivals.on_packet(30_000, 5, 2 * MS);
        assert_eq!(take(&mut arrivals, 3 * MS), [(30_000, true)]);
        for number in 0..60_000_u32 {
            arrivals.on_packet((30_001 + number) as u16, 5, 4 * MS);
        }
        assert!(arrivals.times_us.len() as u64 <= MAX_ARRIVALS);
    }
}
