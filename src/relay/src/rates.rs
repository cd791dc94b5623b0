//! How much a published layer sends, per temporal level (of sound: without its redundancy, and with it): measured on what came in, once, so that many subscribers can be
//! given what they have room for without being measured.
//!
//! A second is cut into [`BUCKETS`] buckets; the rate is that of the last whole ones, so it is exact for a steady sender
//! and a quarter of a second late. A packet costs a few additions. What is left out: what goes out (retransmissions,
//! other headers), and any smoothing beyond a second.

use crate::facts::Facts;

/// Temporal levels that are told apart: a descriptor of VP8 has two bits, those of VP9 and AV1 three; what is above the
/// highest counts as the highest.
pub const TEMPORAL_LEVELS: usize = 4;
/// Each a quarter of a second.
pub const BUCKETS: usize = 4;
/// What goes out beside the payload: RTP header with its CSRC, about five extensions, and the tag of SRTP. Not UDP and IP.
pub const OVERHEAD_LEN: usize = 12 + 4 + 16 + 16;
/// Fewer tell nothing of the others.
const FEW_FRAMES: u64 = 2;
const BUCKET_US: u64 = 1_000_000 / BUCKETS as u64;

#[derive(Debug, Clone, Copy, Default)]
struct Amounts {
    bytes: [u32; TEMPORAL_LEVELS],
    frames: [u16; TEMPORAL_LEVELS],
}

/// See the module.
#[derive(Debug, Clone, Default)]
pub struct Rates {
    open: Amounts,
    /// When the open bucket ends; 0: nothing came yet.
    ends_us: u64,
    closed: [Amounts; BUCKETS],
    newest: usize,
    /// Closed buckets that lie after the first packet.
    filled: usize,
    /// Of the closed buckets together.
    total: Amounts,
    /// Of the very first frame, a keyframe: many times what follows it.
    first_frame: FirstFrame,
}

#[derive(Debug, Clone, Copy, Default)]
struct FirstFrame {
    bytes: u32,
    level: usize,
    is_over: bool,
}

impl Rates {
    /// A packet came; with a payload of so many bytes.
    #[inline]
    pub fn on_packet(&mut self, facts: &Facts, payload_len: usize, now_us: u64) {
        if now_us >= self.ends_us {
            self.on_time(now_us);
            if self.ends_us == 0 {
                self.ends_us = now_us + BUCKET_US;
            }
        }
        let bytes = payload_len.saturating_add(OVERHEAD_LEN);
        let level = usize::from(facts.temporal).min(TEMPORAL_LEVELS - 1);
        self.open.bytes[level] = self.open.bytes[level].saturating_add(bytes as u32);
        if !self.first_frame.is_over {
            self.first_frame.bytes = self.first_frame.bytes.saturating_add(bytes as u32);
            (self.first_frame.level, self.first_frame.is_over) = (level, facts.is_marked || facts.codec.is_audio());
        }
        // The marker ends a frame in every video format that the relay knows.
        self.open.frames[level] = self.open.frames[level].saturating_add(u16::from(facts.is_marked));
    }

    /// The packet of sound that came last had so many bytes of redundancy: level 1.
    #[inline]
    pub fn on_redundancy(&mut self, bytes: usize) {
        self.open.bytes[1] = self.open.bytes[1].saturating_add(bytes as u32);
    }

    /// Closes buckets that are over; to be called also when nothing comes.
    pub fn on_time(&mut self, now_us: u64) {
        if self.ends_us == 0 {
            return;
        }
        for _ in 0..=BUCKETS {
            if now_us < self.ends_us {
                return;
            }
            self.close();
            self.ends_us += BUCKET_US;
        }
        // Silent for longer than what is kept: all is 0 by now.
        if now_us >= self.ends_us {
            *self = Self::default();
        }
    }

    fn close(&mut self) {
        let open = std::mem::take(&mut self.open);
        self.newest = (self.newest + 1) % BUCKETS;
        let gone = std::mem::replace(&mut self.closed[self.newest], open);
        for level in 0..TEMPORAL_LEVELS {
            let bytes = &mut self.total.bytes[level];
            *bytes = bytes.saturating_add(open.bytes[level]).saturating_sub(gone.bytes[level]);
            let frames = &mut self.total.frames[level];
            *frames = frames.saturating_add(open.frames[level]).saturating_sub(gone.frames[level]);
        }
        self.filled = (self.filled + 1).min(BUCKETS);
    }

    /// Bits per second of the levels 0 to `temporal` together; 0 within the first quarter of a second.
    pub fn rate_bps(&self, temporal: u8) -> u64 {
        let count = usize::from(temporal) + 1;
        let bytes: u64 = self.total.bytes.iter().take(count).map(|bytes| u64::from(*bytes)).sum();
        let frames: u64 = self.total.frames.iter().take(count).map(|frames| u64::from(*frames)).sum();
        let first = self.first_frame;
        if self.filled < BUCKETS && first.level < count && frames > FEW_FRAMES {
            // Of the others it is told what all are: a fifth of a second of a stream would else look like twice as much.
            let others = bytes.saturating_sub(first.bytes.into());
            return self.per_second((others * 8 * frames / (frames - 1)).min(bytes * 8));
        }
        self.per_second(bytes * 8)
    }

    /// Frames per second of the levels 0 to `temporal` together; 0 within the first quarter of a second.
    pub fn frames_per_s(&self, temporal: u8) -> u64 {
        let frames = self.total.frames.iter().take(usize::from(temporal) + 1).map(|frames| u64::from(*frames)).sum();
        self.per_second(frames)
    }

    /// Temporal levels that came within the last second: 1 without temporal layers, 0 when nothing came.
    pub fn temporal_levels(&self) -> u8 {
        let highest = (0..TEMPORAL_LEVELS).rfind(|at| self.total.bytes[*at] | self.open.bytes[*at] != 0);
        highest.map_or(0, |at| at as u8 + 1)
    }

    fn per_second(&self, amount: u64) -> u64 {
        if self.filled == 0 { 0 } else { amount * BUCKETS as u64 / self.filled as u64 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{Codec, PacketBase, PassedExtensions};

    fn facts(temporal: u8, is_marked: bool) -> Facts {
        let base =
            PacketBase { index: 1, timestamp: 1, is_marked, extensions: PassedExtensions::default(), arrival_us: 0 };
        Facts::of(Codec::Vp8, &[0x90, 0x20, temporal << 6, 1], base).expect("a picture")
    }

    /// 40 frames a second of two packets of 500 bytes, in levels 0, 2, 1, 2.
    fn film(rates: &mut Rates, from_us: u64, frames: u64) -> u64 {
        for frame in 0..frames {
            let (now_us, temporal) = (from_us + frame * 25_000, [0, 2, 1, 2][frame as usize % 4]);
            rates.on_packet(&facts(temporal, false), 500 - OVERHEAD_LEN, now_us);
            rates.on_packet(&facts(temporal, true), 500 - OVERHEAD_LEN, now_us + 100);
        }
        from_us + frames * 25_000
    }

    #[test]
    fn steady_sender_is_measured_exactly_per_level_and_soon() {
        let mut rates = Rates::default();
        let now_us = film(&mut rates, 7_000_000, 12);
        assert!((60_000..=100_000).contains(&rates.rate_bps(0)), "after a quarter of a second: {}", rates.rate_bps(0));
        let now_us = film(&mut rates, now_us, 148);
        rates.on_time(now_us);
        assert_eq!([0, 1, 2, 3].map(|level| rates.rate_bps(level)), [80_000, 160_000, 320_000, 320_000]);
        assert_eq!([0, 1, 2].map(|level| rates.frames_per_s(level)), [10, 20, 40]);
        assert_eq!(rates.temporal_levels(), 3);
    }

    #[test]
    fn keyframe_that_begins_it_does_not_count_for_all() {
        let mut rates = Rates::default();
        for part in 0..40 {
            rates.on_packet(&facts(0, part == 39), 500 - OVERHEAD_LEN, 0);
        }
        let now_us = film(&mut rates, 25_000, 12);
        assert!((300_000..=340_000).contains(&rates.rate_bps(2)), "after a quarter of a second: {}", rates.rate_bps(2));
        film(&mut rates, now_us, 80);
        assert_eq!(rates.rate_bps(2), 320_000);
    }

    #[test]
    fn silence_is_nothing_after_a_second() {
        let mut rates = Rates::default();
        let now_us = film(&mut rates, 0, 160);
        rates.on_time(now_us + 500_000);
        assert!(rates.rate_bps(3) > 0);
        rates.on_time(now_us + 1_300_000);
        assert_eq!((rates.rate_bps(3), rates.frames_per_s(3)), (0, 0));
        rates.on_time(now_us + 90_000_000);
        assert_eq!((rates.rate_bps(3), rates.temporal_levels()), (0, 0));
        film(&mut rates, now_us + 90_000_000, 80);
        assert_eq!(rates.rate_bps(3), 320_000, "and measured anew");
    }
}
