//! What a receiver's transport-wide feedback is made from.

use vdx_relay::wire::rtcp::{FeedbackHead, write_transport_feedback};

/// Longest feedback.
const MAX_LEN: usize = 1_150;

/// Arrivals since the last feedback.
#[derive(Default)]
pub struct Receiver {
    /// Unwrapped number, time.
    arrived: Vec<(u64, u64)>,
    count: u8,
    next: u64,
    newest: u64,
}

impl Receiver {
    pub fn on_packet(&mut self, sequence: u16, at_us: u64) {
        let near = if self.newest == 0 { 0x1_0000 } else { self.newest };
        let number = near.wrapping_add_signed(i64::from(sequence.wrapping_sub(near as u16) as i16));
        self.newest = self.newest.max(number);
        if number >= self.next && !self.arrived.iter().any(|(known, _)| *known == number) {
            self.arrived.push((number, at_us));
        }
    }

    /// Feedback about everything since the last call.
    pub fn take(&mut self) -> Vec<Vec<u8>> {
        self.arrived.sort_unstable();
        let Some((last, _)) = self.arrived.last().copied() else { return Vec::new() };
        let mut base = if self.next == 0 { self.arrived[0].0 } else { self.next };
        let mut times = vec![None; (last + 1 - base) as usize];
        for (number, at_us) in self.arrived.drain(..) {
            times[(number - base) as usize] = Some(at_us);
        }
        let mut rest = times.as_slice();
        let mut written = Vec::new();
        while !rest.is_empty() {
            let mut out = vec![0; MAX_LEN];
            let head =
                FeedbackHead { sender_ssrc: 1, media_ssrc: 2, base_sequence: base as u16, feedback_count: self.count };
            let Some(part) = write_transport_feedback(&mut out, &head, rest.iter().copied()) else { break };
            self.count = self.count.wrapping_add(1);
            out.truncate(part.len);
            written.push(out);
            rest = &rest[usize::from(part.statuses)..];
            base += u64::from(part.statuses);
        }
        self.next = last + 1;
        written
    }
}
