//! The controlling agent with one pair (RFC 8445): checks until an answer, nominating each time as Chromium does towards a
//! lite server, then consent (RFC 7675).

use crate::stun::{Check, Response, TransactionId, read_response, write_check};

/// Between the first checks; doubles up to [`SLOWEST_US`].
const FIRST_RETRY_US: u64 = 50_000;
const SLOWEST_US: u64 = 500_000;
/// Without any answer for this long the server is not there.
const GIVE_UP_US: u64 = 15_000_000;
/// Between consent checks, 0.8 to 1.2 times.
const CONSENT_INTERVAL_US: u64 = 2_500_000;
/// Without an answer for this long nothing is sent any more (RFC 7675 §5.1).
const CONSENT_US: u64 = 30_000_000;

/// What a datagram or time brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Nothing new.
    None,
    /// The first answer: the pair is nominated.
    Connected,
    /// There was none, or there is none any more; the word tells which: `ice`, `consent`.
    Lost(&'static str),
}

/// See the module.
#[derive(Debug)]
pub struct Ice {
    username: String,
    password: Vec<u8>,
    tie_breaker: u64,
    id: TransactionId,
    began_us: u64,
    answered_us: Option<u64>,
    due_us: u64,
    retry_us: u64,
    is_lost: bool,
}

impl Ice {
    /// The first check is due at once.
    pub fn new(remote_ufrag: &str, local_ufrag: &str, password: &str, tie_breaker: u64, now_us: u64) -> Self {
        Self {
            username: format!("{remote_ufrag}:{local_ufrag}"),
            password: password.as_bytes().to_vec(),
            tie_breaker,
            id: [0; 12],
            began_us: now_us,
            answered_us: None,
            due_us: now_us,
            retry_us: FIRST_RETRY_US,
            is_lost: false,
        }
    }

    /// When [`Ice::on_time`] is due.
    pub const fn due_us(&self) -> u64 {
        self.due_us
    }

    /// There was an answer, and consent since.
    pub const fn is_connected(&self) -> bool {
        self.answered_us.is_some() && !self.is_lost
    }

    /// The next check, when one is due. `random` are fresh random bytes.
    pub fn on_time(&mut self, now_us: u64, random: [u8; 12]) -> (Option<Vec<u8>>, Change) {
        if self.is_lost || now_us < self.due_us {
            return (None, Change::None);
        }
        let (silent_us, bound_us, word) = match self.answered_us {
            Some(answered_us) => (now_us.saturating_sub(answered_us), CONSENT_US, "consent"),
            None => (now_us.saturating_sub(self.began_us), GIVE_UP_US, "ice"),
        };
        if silent_us >= bound_us {
            (self.is_lost, self.due_us) = (true, u64::MAX);
            return (None, Change::Lost(word));
        }
        if self.answered_us.is_some() {
            let jitter = CONSENT_INTERVAL_US * u64::from(random[0]) * 2 / 5 / 256;
            self.due_us = now_us + CONSENT_INTERVAL_US * 4 / 5 + jitter;
        } else {
            self.due_us = now_us + self.retry_us;
            self.retry_us = (self.retry_us * 2).min(SLOWEST_US);
        }
        // A new transaction each time: an answer to any check that is not the last is not needed.
        self.id = random;
        let check = Check {
            username: &self.username,
            password: &self.password,
            tie_breaker: self.tie_breaker,
            nominates: true,
        };
        (Some(write_check(&check, &self.id)), Change::None)
    }

    /// A STUN datagram came.
    pub fn on_datagram(&mut self, datagram: &[u8], now_us: u64) -> Change {
        if self.is_lost || !matches!(read_response(datagram, &self.id, &self.password), Response::Success { .. }) {
            return Change::None;
        }
        if self.answered_us.replace(now_us).is_some() {
            return Change::None;
        }
        self.due_us = now_us + CONSENT_INTERVAL_US;
        Change::Connected
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND_US: u64 = 1_000_000;

    fn ice() -> Ice {
        Ice::new("server", "client", "password", 1, 0)
    }

    #[test]
    fn checks_without_an_answer_become_rarer_and_end() {
        let (mut ice, mut times, mut change) = (ice(), Vec::new(), Change::None);
        while change == Change::None {
            let now_us = ice.due_us();
            let (check, now) = ice.on_time(now_us, [3; 12]);
            times.extend(check.map(|_| now_us));
            change = now;
        }
        assert_eq!(times[..5], [0, 50_000, 150_000, 350_000, 750_000]);
        assert_eq!(change, Change::Lost("ice"));
        assert!(!ice.is_connected() && ice.due_us() == u64::MAX);
    }

    #[test]
    fn consent_is_asked_for_every_two_to_three_seconds_and_lost_after_thirty() {
        let mut ice = ice();
        ice.on_time(0, [3; 12]);
        ice.answered_us = Some(0);
        let (mut times, mut change) = (vec![0], Change::None);
        let mut random = 0_u8;
        while change == Change::None {
            let now_us = ice.due_us().max(1);
            random = random.wrapping_add(83);
            let (check, now) = ice.on_time(now_us, [random; 12]);
            times.extend(check.map(|_| now_us));
            change = now;
        }
        assert_eq!(change, Change::Lost("consent"));
        assert!(times[2..].windows(2).all(|two| (2 * SECOND_US..=3 * SECOND_US).contains(&(two[1] - two[0]))));
        assert!(ice.due_us() == u64::MAX);
    }
}
