//! When packets came, and the transport-wide feedback that tells the server so.

use crate::rtcp;
use crate::rtp::Unwrapper;

/// Arrivals kept for the next feedback; a jump beyond it starts anew.
const MAX_ARRIVALS: u64 = 4096;

/// When packets came, by transport-wide number.
#[derive(Default)]
pub struct Arrivals {
    unwrapper: Unwrapper,
    base: u64,
    times_us: Vec<u64>,
    count: u8,
    media_ssrc: u32,
}

impl Arrivals {
    /// Of any of our slots.
    #[inline]
    pub fn on_packet(&mut self, sequence: u16, ssrc: u32, now_us: u64) {
        let number = self.unwrapper.unwrap(sequence);
        self.media_ssrc = ssrc;
        if self.times_us.is_empty() && number.abs_diff(self.base) >= MAX_ARRIVALS || self.base == 0 {
            self.base = number;
        }
        let Some(at) = number.checked_sub(self.base) else { return };
        if at >= MAX_ARRIVALS {
            (self.base, self.times_us) = (number, vec![now_us]);
            return;
        }
        let at = at as usize;
        if at >= self.times_us.len() {
            self.times_us.resize(at + 1, 0);
        }
        self.times_us[at] = now_us;
    }

    /// The next feedback packet; call until `None`.
    pub fn write(&mut self, own: u32) -> Option<Vec<u8>> {
        if self.times_us.is_empty() {
            return None;
        }
        let mut out = Vec::with_capacity(256);
        let ssrcs = (own, self.media_ssrc);
        let taken = rtcp::push_transport_feedback(&mut out, ssrcs, self.base as u16, self.count, &self.times_us);
        if taken == 0 {
            self.times_us.clear();
            return None;
        }
        self.times_us.drain(..taken);
        self.base += taken as u64;
        self.count = self.count.wrapping_add(1);
        Some(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Base number and count of the statuses of each feedback that is due.
    fn due(arrivals: &mut Arrivals) -> Vec<(u16, u16)> {
        let mut found = Vec::new();
        while let Some(feedback) = arrivals.write(1) {
            let word = |at| u16::from_be_bytes([feedback[at], feedback[at + 1]]);
            found.push((word(12), word(14)));
        }
        found
    }

    #[test]
    fn every_number_is_told_once_over_a_wrap_with_its_gaps() {
        let mut arrivals = Arrivals::default();
        for (sequence, now_us) in [(65_534, 1_000), (65_535, 2_000), (2, 3_000)] {
            arrivals.on_packet(sequence, 9, now_us);
        }
        assert_eq!(due(&mut arrivals), [(65_534, 5)]);
        assert_eq!(due(&mut arrivals), []);
        arrivals.on_packet(1, 9, 4_000);
        arrivals.on_packet(3, 9, 5_000);
        assert_eq!(due(&mut arrivals), [(3, 1)], "what was told as lost stays so");
    }

    #[test]
    fn jump_starts_anew_and_a_long_pause_splits() {
        let mut arrivals = Arrivals::default();
        arrivals.on_packet(1, 9, 1_000);
        arrivals.on_packet(20_000, 9, 2_000);
        arrivals.on_packet(20_001, 9, 20_000_000);
        assert_eq!(due(&mut arrivals), [(20_000, 1), (20_001, 1)]);
    }
}
