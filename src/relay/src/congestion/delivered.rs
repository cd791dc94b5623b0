//! How much arrived lately, by the receiver's clock.

/// Width of a bucket.
const BUCKET_US: i64 = 25_000;
/// Half a second: several frames even at ten a second, and short enough to follow a step.
const BUCKETS: usize = 20;

/// The acknowledged bitrate over the last half second.
#[derive(Debug)]
pub struct Delivered {
    bytes: [u32; BUCKETS],
    /// The bucket of the newest arrival.
    newest: i64,
    /// The first bucket ever, or since a jump.
    first: i64,
    is_empty: bool,
}

impl Default for Delivered {
    fn default() -> Self {
        Self { bytes: [0; BUCKETS], newest: 0, first: 0, is_empty: true }
    }
}

impl Delivered {
    /// A packet arrived.
    pub fn on_packet(&mut self, arrival_us: i64, bytes: u32) {
        let bucket = arrival_us.div_euclid(BUCKET_US);
        if self.is_empty {
            *self = Self { newest: bucket, first: bucket, is_empty: false, ..Self::default() };
        }
        let ahead = bucket - self.newest;
        if ahead <= -(BUCKETS as i64) {
            return;
        }
        for step in 1..=ahead.min(BUCKETS as i64) {
            if let Some(entry) =
                self.bytes.get_mut((bucket - ahead.min(BUCKETS as i64) + step).rem_euclid(BUCKETS as i64) as usize)
            {
                *entry = 0;
            }
        }
        self.newest = self.newest.max(bucket);
        if let Some(entry) = self.bytes.get_mut(bucket.rem_euclid(BUCKETS as i64) as usize) {
            *entry = entry.saturating_add(bytes);
        }
    }

    /// Bits per second of the last half second; `None` within the first 100 ms.
    pub fn rate_bps(&self) -> Option<f64> {
        let buckets = (self.newest - self.first).min(BUCKETS as i64 - 1);
        if self.is_empty || buckets < 4 {
            return None;
        }
        // The newest bucket is not full yet.
        let at = self.newest.rem_euclid(BUCKETS as i64) as usize;
        let all: u64 = self.bytes.iter().map(|bytes| u64::from(*bytes)).sum();
        let bytes = all - u64::from(self.bytes.get(at).copied().unwrap_or(0));
        Some(bytes as f64 * 8e6 / (buckets * BUCKET_US) as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rate_is_of_the_last_half_second() {
        let mut delivered = Delivered::default();
        assert_eq!(delivered.rate_bps(), None);
        for number in 0..200 {
            delivered.on_packet(-1_000_000 + number * 10_000, 1_250);
        }
        let rate = delivered.rate_bps().expect("two seconds");
        assert!((rate - 1e6).abs() < 3e4, "{rate}");
        for number in 0..60 {
            delivered.on_packet(1_000_000 + number * 10_000, 125);
        }
        let rate = delivered.rate_bps().expect("more");
        assert!((rate - 1e5).abs() < 1e4, "{rate}");
        delivered.on_packet(90_000_000, 100);
        assert!(delivered.rate_bps().expect("idle") < 1.0);
        delivered.on_packet(10, 1_000_000);
        assert!(delivered.rate_bps().expect("older than the window") < 1.0);
    }
}
