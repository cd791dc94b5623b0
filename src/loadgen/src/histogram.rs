//! Counts of durations in buckets that grow with the value: 16 to a doubling, so that a quantile is right to 6 %.
//!
//! From 1 µs to more than an hour; what is left out: anything but quantiles, the mean and the largest value.

/// Buckets within a doubling.
const STEPS: u64 = 16;
const BUCKETS: usize = 512;

/// Durations in microseconds.
#[derive(Debug, Clone)]
pub struct Histogram {
    counts: Box<[u64; BUCKETS]>,
    count: u64,
    sum_us: u64,
    max_us: u64,
}

impl Default for Histogram {
    fn default() -> Self {
        Self { counts: Box::new([0; BUCKETS]), count: 0, sum_us: 0, max_us: 0 }
    }
}

impl Histogram {
    /// Counts one duration.
    pub fn record(&mut self, value_us: u64) {
        self.counts[bucket(value_us)] += 1;
        self.count += 1;
        self.sum_us = self.sum_us.saturating_add(value_us);
        self.max_us = self.max_us.max(value_us);
    }

    /// How many were counted.
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// The largest.
    pub const fn max_us(&self) -> u64 {
        self.max_us
    }

    /// 0 without any.
    pub fn mean_us(&self) -> u64 {
        self.sum_us.checked_div(self.count).unwrap_or(0)
    }

    /// The value below which this share, in thousandths, of all lies; 0 without any.
    pub fn quantile_us(&self, thousandths: u64) -> u64 {
        let wanted = (self.count * thousandths).div_ceil(1000).max(1);
        let mut seen = 0;
        for (at, count) in self.counts.iter().enumerate() {
            seen += count;
            if seen >= wanted {
                return upper_bound(at).min(self.max_us);
            }
        }
        0
    }

    /// Largest value and count of each bucket that has any, ascending.
    pub fn buckets(&self) -> Vec<(u64, u64)> {
        let filled = self.counts.iter().enumerate().filter(|(_, count)| **count > 0);
        filled.map(|(at, count)| (upper_bound(at), *count)).collect()
    }

    /// Adds what another counted.
    pub fn add(&mut self, other: &Self) {
        for (count, more) in self.counts.iter_mut().zip(other.counts.iter()) {
            *count += more;
        }
        self.count += other.count;
        self.sum_us = self.sum_us.saturating_add(other.sum_us);
        self.max_us = self.max_us.max(other.max_us);
    }
}

fn bucket(value_us: u64) -> usize {
    if value_us < STEPS {
        return value_us as usize;
    }
    let doublings = u64::from(value_us.ilog2()) - 4;
    let step = (value_us >> doublings) - STEPS;
    (((doublings + 1) * STEPS + step) as usize).min(BUCKETS - 1)
}

/// The largest value of a bucket.
fn upper_bound(at: usize) -> u64 {
    let at = at as u64;
    if at < STEPS {
        return at;
    }
    let (doublings, step) = (at / STEPS - 1, at % STEPS);
    ((STEPS + step + 1) << doublings) - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_lies_in_its_bucket_within_six_percent() {
        for value in (0..100_000).chain([1 << 20, (1 << 30) + 12345]) {
            let upper = upper_bound(bucket(value));
            assert!(upper >= value && upper - value <= value / 16, "{value} {upper}");
        }
    }

    #[test]
    fn quantiles_are_those_of_what_was_recorded() {
        let mut histogram = Histogram::default();
        assert_eq!(histogram.quantile_us(500), 0);
        (1..=1000).for_each(|value| histogram.record(value));
        let mut sum = Histogram::default();
        sum.add(&histogram);
        for (thousandths, expected) in [(1, 1), (500, 500), (990, 990), (1000, 1000)] {
            let found = sum.quantile_us(thousandths);
            assert!(found >= expected && found <= expected + expected / 16, "{thousandths} {found}");
        }
        assert_eq!((sum.count(), sum.max_us(), sum.mean_us()), (1000, 1000, 500));
        assert_eq!(sum.buckets().iter().map(|(_, count)| count).sum::<u64>(), 1000);
    }
}
