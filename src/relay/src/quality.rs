//! How one connection does, and when Python is to hear of it.
//!
//! Each second while something is going on, which is when warnings hang on it; seldom while all is calm: a call in which
//! nothing changes costs Python nearly nothing. What is a warning is Python's to decide, from figures well above these.

/// Figures are looked at this often, and told as often while they are news.
pub const LOOK_US: u64 = 1_000_000;
/// They are told at least this often.
pub const CALM_US: u64 = 5_000_000;
/// Connections whose figures are looked at in the same moment, so that Python is woken once for all of them.
const TOGETHER: usize = 64;
/// Between the moments of two such groups: the forwarder's round.
const APART_US: u64 = 50_000;
/// A share of losses that is worth telling; people are warned above four times that.
const LOSS: f32 = 0.02;
/// A round trip that is worth telling; people are warned above twice that.
const ROUND_TRIP_MS: f32 = 250.0;
/// A silence that is worth telling: longer than what a client that only listens pauses between checks.
const SILENT_MS: u32 = 6_000;
/// Rates below this come and go with the pauses of speech.
const RATE_BPS: u64 = 100_000;

/// The moment after `now_us` at which the figures of connection number `at` are looked at.
pub fn next_look_us(at: usize, now_us: u64) -> u64 {
    let ahead_us = ahead_us(at);
    ((now_us + ahead_us) / LOOK_US + 1) * LOOK_US - ahead_us
}

/// Whether they are to be told although they are no news, when they were last told at `told_us`.
pub fn is_calm_over(at: usize, told_us: u64, now_us: u64) -> bool {
    let ahead_us = ahead_us(at);
    (now_us + ahead_us) / CALM_US > (told_us + ahead_us) / CALM_US
}

/// How much earlier than the first group's its moments are.
fn ahead_us(at: usize) -> u64 {
    (at / TOGETHER) as u64 * APART_US % CALM_US
}

/// What is told, of the time since the last that was told.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Figures {
    /// 0..=1, of what it sends.
    pub uplink_loss: f32,
    /// 0..=1, of what it is sent.
    pub downlink_loss: f32,
    /// -1: unknown.
    pub rtt_ms: f32,
    /// Since anything authentic came.
    pub silent_ms: u32,
    /// What the way to it carries; 0: unknown.
    pub estimate_bps: u64,
    /// What came from it.
    pub uplink_bps: u64,
    /// It has its keys: something under them came.
    pub is_heard: bool,
}

impl Figures {
    /// Whether this is to be told, after `told` was: something is going on, or has just ended.
    pub fn is_news(&self, told: &Self) -> bool {
        let is_restless = |it: &Self| {
            it.uplink_loss >= LOSS
                || it.downlink_loss >= LOSS
                || it.rtt_ms >= ROUND_TRIP_MS
                || it.silent_ms >= SILENT_MS
        };
        is_restless(self)
            || is_restless(told)
            || self.is_heard != told.is_heard
            || has_jumped(self.uplink_bps, told.uplink_bps)
            || has_jumped(self.estimate_bps, told.estimate_bps)
    }
}

/// Twice or half of what it was, or known and not.
fn has_jumped(now_bps: u64, before_bps: u64) -> bool {
    let (low, high) = (now_bps.min(before_bps), now_bps.max(before_bps));
    high >= RATE_BPS && low.saturating_mul(2) < high
}

#[cfg(test)]
mod tests {
    use super::*;

    const CALM: Figures = Figures {
        uplink_loss: 0.0,
        downlink_loss: 0.01,
        rtt_ms: 40.0,
        silent_ms: 20,
        estimate_bps: 3_000_000,
        uplink_bps: 1_000_000,
        is_heard: true,
    };

    #[test]
    fn connections_of_a_group_are_looked_at_together_and_groups_one_after_another() {
        for now_us in [0, 1, 999_999, 1_000_000, 123_456_789] {
            let first = next_look_us(0, now_us);
            assert!(first > now_us && first <= now_us + LOOK_US);
            assert!((1..TOGETHER).all(|at| next_look_us(at, now_us) == first));
        }
        assert_eq!(next_look_us(TOGETHER, 0), LOOK_US - APART_US);
        assert_eq!(next_look_us(2 * TOGETHER, 960_000), 2 * LOOK_US - 2 * APART_US);
    }

    #[test]
    fn what_is_calm_is_told_at_one_look_in_five() {
        for at in [0, TOGETHER - 1, TOGETHER, 99 * TOGETHER, 5_000] {
            let (mut now_us, mut told_us, mut told) = (3_210_000, 3_210_000, Vec::new());
            for _ in 0..50 {
                now_us = next_look_us(at, now_us);
                if is_calm_over(at, told_us, now_us) {
                    told.push(now_us - told_us);
                    told_us = now_us;
                }
            }
            assert!(told[0] <= CALM_US, "{told:?}");
            assert!(told[1..].iter().all(|us| *us == CALM_US), "{told:?}");
        }
    }

    #[test]
    fn what_is_calm_is_no_news() {
        let other = Figures { rtt_ms: 90.0, estimate_bps: 2_000_000, uplink_bps: 700_000, silent_ms: 2_500, ..CALM };
        assert!(!other.is_news(&CALM));
        let pauses = |uplink_bps: u64| Figures { uplink_bps, ..CALM };
        assert!(!pauses(2_000).is_news(&pauses(60_000)));
    }

    #[test]
    fn what_begins_and_what_ends_is_news() {
        for other in [
            Figures { uplink_loss: 0.03, ..CALM },
            Figures { downlink_loss: 0.03, ..CALM },
            Figures { rtt_ms: 300.0, ..CALM },
            Figures { silent_ms: 6_500, ..CALM },
            Figures { estimate_bps: 0, ..CALM },
            Figures { uplink_bps: 90_000, ..CALM },
            Figures { is_heard: false, ..CALM },
        ] {
            assert!(other.is_news(&CALM), "{other:?}");
            assert!(CALM.is_news(&other), "{other:?}");
        }
    }

    #[test]
    fn what_stays_bad_stays_news() {
        let bad = Figures { uplink_loss: 0.2, ..CALM };
        assert!(bad.is_news(&bad));
    }
}
