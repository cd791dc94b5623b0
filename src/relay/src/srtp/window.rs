//! A sliding window of indices that were seen (RFC 3711 §3.3.2), for replay on the way in and reuse on the way out.

/// How far behind the newest an index may come. RFC 3711 asks for at least 64; libwebrtc uses 1024: at 500 packets a
/// second a retransmission may come 2 s late.
pub(super) const WINDOW_LEN: u64 = 1024;

const WORDS: usize = WINDOW_LEN as usize / 64;

/// Remembers which of the newest [`WINDOW_LEN`] indices were recorded.
#[derive(Debug, Clone)]
pub(super) struct Window {
    /// One more than the highest index recorded; 0 before the first.
    end: u64,
    /// Bit `index % WINDOW_LEN`, valid for indices in `end - WINDOW_LEN .. end`.
    seen: [u64; WORDS],
}

impl Window {
    pub(super) const fn new() -> Self {
        Self { end: 0, seen: [0; WORDS] }
    }

    /// The highest index recorded.
    pub(super) fn highest(&self) -> Option<u64> {
        self.end.checked_sub(1)
    }

    /// True when the index is neither recorded nor too old to know.
    pub(super) fn is_fresh(&self, index: u64) -> bool {
        if index >= self.end {
            return true;
        }
        self.end - index <= WINDOW_LEN && self.seen[word(index)] & bit(index) == 0
    }

    /// Records an index for which [`is_fresh`](Self::is_fresh) is true.
    pub(super) fn record(&mut self, index: u64) {
        debug_assert!(self.is_fresh(index));
        if index >= self.end {
            if index - self.end >= WINDOW_LEN {
                self.seen = [0; WORDS];
            } else {
                for skipped in self.end..=index {
                    self.seen[word(skipped)] &= !bit(skipped);
                }
            }
            self.end = index + 1;
        }
        self.seen[word(index)] |= bit(index);
    }
}

const fn word(index: u64) -> usize {
    (index % WINDOW_LEN / 64) as usize
}

const fn bit(index: u64) -> u64 {
    1 << (index % 64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashSet;

    #[test]
    fn window_edge_is_exact() {
        let mut window = Window::new();
        window.record(5000);
        assert!(window.is_fresh(5000 - WINDOW_LEN + 1));
        assert!(!window.is_fresh(5000 - WINDOW_LEN));
        assert_eq!(window.highest(), Some(5000));
    }

    proptest! {
        /// The window agrees with a set that remembers everything.
        #[test]
        fn window_agrees_with_a_set(steps in prop::collection::vec(0_u64..2200, 1..400)) {
            let (mut window, mut set) = (Window::new(), HashSet::new());
            let mut around = 10_000;
            for step in steps {
                let index = around + step - 1100;
                let highest = set.iter().max().copied().unwrap_or(0_u64);
                let expected = !set.contains(&index) && index + WINDOW_LEN > highest;
                prop_assert_eq!(window.is_fresh(index), expected);
                if expected {
                    window.record(index);
                    set.insert(index);
                    around = around.max(index);
                }
            }
        }
    }
}
