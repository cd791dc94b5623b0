//! A sliding window of indices that were seen.
