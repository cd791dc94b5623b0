//! A token bucket: what one peer may cost.

/// Allows `rate_per_s` on average and `burst` at once.
#[derive(Debug, Clone, Copy)]
pub struct Bucket {
    rate_per_s: u64,
    burst_micro: u64,
    level_micro: u64,
    filled_us: u64,
}

impl Bucket {
    /// Full.
    pub const fn new(rate_per_s: u64, burst: u64) -> Self {
        Self { rate_per_s, burst_micro: burst * 1_000_000, level_micro: burst * 1_000_000, filled_us: 0 }
    }

    /// Takes `amount`, if there is as much.
    #[inline]
    pub fn take(&mut self, amount: u64, now_us: u64) -> bool {
        let gained = now_us.saturating_sub(self.filled_us).saturating_mul(self.rate_per_s);
        self.filled_us = now_us;
        self.level_micro = self.level_micro.saturating_add(gained).min(self.burst_micro);
        match self.level_micro.checked_sub(amount.saturating_mul(1_000_000)) {
            Some(left) => {
                self.level_micro = left;
                true
            }
            None => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn burst_then_the_rate() {
        let mut bucket = Bucket::new(10, 5);
        assert_eq!((0..20).filter(|_| bucket.take(1, 0)).count(), 5);
        assert_eq!((1..=1_000).filter(|ms| bucket.take(1, ms * 1_000)).count(), 10);
        assert!(!bucket.take(6, 1_000_000_000), "more than the burst is never there");
        assert!(bucket.take(5, u64::MAX), "no overflow");
    }
}
