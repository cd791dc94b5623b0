//! What is told of a call on request: per published layer and per slot. Nothing here is touched by a packet; the figures
//! come from what the timers, reports and feedback know anyway.
//!
//! Layers and slots are written by the names that the API shows: Python passes them on as they are
//! (`vdxmedia/hub/statistics.py`). Rates are of the last second, counts since the stream began. Left out: totals of the worker ([`crate::counters`]).

use serde::Serialize;

use crate::wire_api::SlotKind;

/// One media connection.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PeerStatistics {
    /// Python's name.
    pub peer: u64,
    /// Milliseconds; -1 when unknown.
    pub rtt_ms: f32,
    /// What the way to it carries, bits per second; 0 when unknown.
    pub estimate_bps: u64,
    /// One per slot that shows or waits for something.
    pub slots: Vec<SlotStatistics>,
}

/// One outgoing stream.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SlotStatistics {
    /// What it carries.
    pub kind: SlotKind,
    /// Within its kind.
    pub index: u16,
    /// The source's id.
    pub source: u32,
    /// The layer that is sent, lowest 0; -1: none yet.
    pub layer: i8,
    /// The highest temporal level that is sent.
    pub temporal_level: u8,
    /// Does not fit on the way.
    pub is_paused: bool,
    /// Payload bits per second.
    pub bps: u64,
    /// Packets, without retransmissions.
    pub packets: u32,
    /// Share that the subscriber lost, by its last report.
    pub loss: f32,
    /// Sequence numbers it asked for again.
    pub nacks: u32,
    /// Keyframes it asked for.
    pub keyframe_requests: u32,
    /// Packets that were sent again.
    pub resent: u32,
    /// How often a picture that the slot shows or waits for was not sent for a whole second although its layer lives:
    /// it waits for a keyframe, or for the way. A publisher that stalls counts only until its layer is held to be
    /// dead, after 1.2 s; from then on the layer's `is_live` tells it. What the subscriber's decoder or network does is
    /// not known here.
    pub freezes: u32,
    /// For how long in all, milliseconds; whole seconds of about that length only.
    pub frozen_ms: u64,
}

/// A published source.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SourceStatistics {
    /// Its id.
    pub source: u32,
    /// The publisher.
    pub peer: u64,
    /// Those that came, lowest first.
    pub layers: Vec<LayerStatistics>,
}

/// One encoding.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LayerStatistics {
    /// Lowest 0.
    pub layer: u8,
    /// Heard lately.
    pub is_live: bool,
    /// A slot shows it or waits for it.
    pub is_wanted: bool,
    /// Bits per second, headers included.
    pub bps: u64,
    /// Frames per second.
    pub fps: u64,
    /// Share that did not arrive at first, in the last report.
    pub loss: f32,
    /// Milliseconds (RFC 3550 §6.4.1).
    pub jitter_ms: f32,
    /// Sequence numbers that were asked for again.
    pub nacks: u32,
    /// Keyframes that were asked for.
    pub keyframe_requests: u32,
}

/// What a slot's statistics are made of, beside what the slot knows.
#[derive(Debug, Clone, Copy, Default)]
pub struct SlotTally {
    /// See [`SlotStatistics`].
    pub loss: f32,
    /// See [`SlotStatistics`].
    pub nacks: u32,
    /// See [`SlotStatistics`].
    pub keyframe_requests: u32,
    /// See [`SlotStatistics`].
    pub resent: u32,
    /// See [`SlotStatistics`].
    pub bps: u64,
    /// See [`SlotStatistics`].
    pub freezes: u32,
    /// In all, microseconds.
    pub frozen_us: u64,
    octets_before: u32,
    packets_before: u32,
    was_expected: bool,
    is_frozen: bool,
}

impl SlotTally {
    /// To be called about once a second with the slot's wrapping totals. `is_expected`: it shows a layer that
    /// lives, or waits for one. A freeze is a whole time between two calls without a packet.
    pub fn on_second(&mut self, packets: u32, octets: u32, is_expected: bool, since_us: u64) {
        let bits = u64::from(octets.wrapping_sub(self.octets_before)) * 8;
        self.bps = bits.saturating_mul(1_000_000) / since_us.max(1);
        let is_frozen = is_expected && self.was_expected && packets == self.packets_before;
        if is_frozen {
            self.freezes += u32::from(!self.is_frozen);
            self.frozen_us = self.frozen_us.saturating_add(since_us);
        }
        (self.octets_before, self.packets_before) = (octets, packets);
        (self.was_expected, self.is_frozen) = (is_expected, is_frozen);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rate_is_of_the_last_second_over_a_wrap_and_freezes_are_counted_once() {
        let mut tally = SlotTally::default();
        tally.on_second(1, u32::MAX, true, 1_000_000);
        tally.on_second(11, 124_999, true, 1_000_000);
        assert_eq!((tally.bps, tally.freezes), (1_000_000, 0));
        for _ in 0..3 {
            tally.on_second(11, 124_999, true, 1_000_000);
        }
        assert_eq!((tally.bps, tally.freezes, tally.frozen_us), (0, 1, 3_000_000));
        tally.on_second(12, 125_999, true, 1_000_000);
        tally.on_second(12, 125_999, false, 1_000_000);
        assert_eq!(tally.freezes, 1, "a picture that is off does not freeze");
        tally.on_second(12, 125_999, true, 500_000);
        assert_eq!(tally.freezes, 1, "it was wished for a moment ago, perhaps");
        tally.on_second(12, 125_999, true, 500_000);
        assert_eq!((tally.freezes, tally.frozen_us), (2, 3_500_000));
    }
}
