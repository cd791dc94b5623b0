//! Packets lost on purpose: independent of each other, the same ones for the same client in each run.

/// One direction of one client.
#[derive(Debug)]
pub struct Loss {
    state: u64,
    per_mille: u64,
}

impl Loss {
    /// So many of 1000 packets; `seed` may be any number.
    pub fn new(per_mille: u16, seed: u64) -> Self {
        Self { state: seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1, per_mille: u64::from(per_mille) }
    }

    /// Whether the next packet is lost.
    #[inline]
    pub fn takes_next(&mut self) -> bool {
        if self.per_mille == 0 {
            return false;
        }
        // xorshift64* (Vigna 2016).
        self.state ^= self.state >> 12;
        self.state ^= self.state << 25;
        self.state ^= self.state >> 27;
        (self.state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % 1000 < self.per_mille
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wished_share_is_lost_and_the_same_each_time() {
        for (per_mille, bounds) in [(0, 0..=0), (20, 1_700..=2_300), (500, 49_000..=51_000), (1000, 100_000..=100_000)]
        {
            for seed in 0..4 {
                let count = || {
                    let mut loss = Loss::new(per_mille, seed);
                    (0..100_000).filter(|_| loss.takes_next()).count()
                };
                assert!(bounds.contains(&count()), "{per_mille}: {}", count());
                assert_eq!(count(), count());
            }
        }
    }
}
