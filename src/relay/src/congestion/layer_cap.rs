//! A subscriber's highest layer from reported loss alone, while its way has no estimate.

#![allow(clippy::cast_precision_loss)] // Shares of counts, where the seventh digit means nothing.

use crate::wire_api::MAX_LAYERS;

/// Above this share of lost packets the cap goes down.
const DOWN_LOSS: f32 = 0.10;
/// Below this share, for [`UP_AFTER_US`], it goes up.
const UP_LOSS: f32 = 0.02;
const UP_AFTER_US: u64 = 10_000_000;
/// A step down needs this long to show in the reports.
const DOWN_EVERY_US: u64 = 2_000_000;
/// Fewer packets tell nothing about a share; they are added to the next report.
const MIN_EXPECTED: u32 = 20;

/// One layer down above 10 % loss, one up after 10 s below 2 %.
#[derive(Debug)]
pub struct LayerCap {
    cap: u8,
    expected: u32,
    lost: u32,
    good_since_us: Option<u64>,
    down_us: Option<u64>,
}

impl Default for LayerCap {
    fn default() -> Self {
        Self { cap: MAX_LAYERS as u8 - 1, expected: 0, lost: 0, good_since_us: None, down_us: None }
    }
}

impl LayerCap {
    /// What the subscriber reported about `expected` packets, of which `lost` were lost.
    pub fn on_report(&mut self, expected: u32, lost: u32, now_us: u64) {
        self.expected = self.expected.saturating_add(expected);
        self.lost = self.lost.saturating_add(lost);
        if self.expected < MIN_EXPECTED {
            return;
        }
        let share = self.lost as f32 / self.expected as f32;
        (self.expected, self.lost) = (0, 0);
        if share >= UP_LOSS {
            self.good_since_us = None;
        }
        if share > DOWN_LOSS {
            if self.down_us.is_none_or(|down| now_us.saturating_sub(down) >= DOWN_EVERY_US) {
                self.cap = self.cap.saturating_sub(1);
                self.down_us = Some(now_us);
            }
        } else if share < UP_LOSS {
            let since = *self.good_since_us.get_or_insert(now_us);
            if now_us.saturating_sub(since) >= UP_AFTER_US {
                self.cap = (self.cap + 1).min(MAX_LAYERS as u8 - 1);
                self.good_since_us = Some(now_us);
            }
        }
    }

    /// The highest layer that may be sent, 0 the lowest.
    pub fn cap(&self) -> u8 {
        self.cap
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000;

    #[test]
    fn cap_goes_down_on_loss_and_up_after_ten_good_seconds() {
        let mut cap = LayerCap::default();
        assert_eq!(cap.cap(), 2);
        cap.on_report(10, 10, 0);
        assert_eq!(cap.cap(), 2, "ten packets tell nothing");
        cap.on_report(90, 5, 0);
        assert_eq!(cap.cap(), 1);
        cap.on_report(100, 50, 1_000 * MS);
        assert_eq!(cap.cap(), 1, "the step shows in two seconds");
        cap.on_report(100, 50, 2_000 * MS);
        cap.on_report(100, 50, 4_000 * MS);
        assert_eq!(cap.cap(), 0);
        for second in 5..15 {
            cap.on_report(100, 1, second * 1_000 * MS);
            assert_eq!(cap.cap(), 0);
        }
        cap.on_report(100, 0, 15_000 * MS);
        assert_eq!(cap.cap(), 1);
        cap.on_report(100, 5, 24_000 * MS);
        cap.on_report(100, 0, 26_000 * MS);
        assert_eq!(cap.cap(), 1, "a bad second begins the ten anew");
        cap.on_report(100, 0, 36_000 * MS);
        assert_eq!(cap.cap(), 2);
    }
}
