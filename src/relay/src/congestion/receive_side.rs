//! What the way of one publisher carries, estimated here: for publishers that take no transport-wide feedback but are told a
//! rate (REMB, draft-alvestrand-rmcat-remb-03).
//!
//! ```text
//! absolute send times    the queue on the way (as of a subscriber's, super::queue); without them loss alone
//! queue stands           rate := 92 % of what passes, once per 200 ms and only while the queue still grows
//! loss > 10 %            rate falls by half the share that is lost, once per report
//! loss < 2 %, no queue   rate rises: by a quarter a second until the capacity was met once, then by 8 %
//! ```
//! (draft-ietf-rmcat-gcc-02 §5.5, §6.) It rises to no more than one and a half of what arrives, so that a calm publisher's
//! rate stays where it was.
//!
//! Left out: probes, for want of a way to ask for them (after a narrow time the rate comes back at 8 % a second), and telling
//! random loss from congestion.

use super::delivered::Delivered;
use super::queue::{Queue, Use};
use super::send_side::{AHEAD, AHEAD_BPS, BETA, GROWTH, START_GROWTH};
use super::{MAX_BPS, MIN_BPS, START_BPS};

/// After the first packet, unless the queue stands before: what arrives must be known.
const FIRST_US: u64 = 1_000_000;
/// Between two that say what is known.
const REPEAT_US: u64 = 1_000_000;
/// A lower rate is told at once, but no sooner than this after the last.
const LOWER_US: u64 = 200_000;
/// What counts as lower.
const LOWER: f64 = 0.97;
/// The rate falls once in so long: a round trip, and what was in the queue.
const FALL_US: u64 = 200_000;
/// And only when the queue grew by so much meanwhile.
const GROWN_US: f64 = 10_000.0;
/// Packets that a share of loss is made from.
const MIN_EXPECTED: u32 = 20;
/// Loss that more sending does not cause, probably.
const LITTLE_LOSS: f64 = 0.02;
/// Loss that it does cause.
const MUCH_LOSS: f64 = 0.1;
/// Absolute send time counts 2^18 in a second and has 24 bits.
const UNITS_PER_S: i64 = 1 << 18;

/// See the module.
#[derive(Debug, Default)]
pub struct ReceiveSide {
    queue: Queue,
    delivered: Delivered,
    /// Of the newest packet, without wraps.
    send_time: Option<i64>,
    /// Since the first packet.
    begun_us: Option<u64>,
    updated_us: u64,
    rate_bps: Option<f64>,
    has_met_capacity: bool,
    /// When the rate fell in the overuse that goes on, and how the queue stood.
    fallen: Option<(u64, f64)>,
    reported: (u32, u32),
    loss: f64,
    /// The rate told last, and when.
    told: Option<(f64, u64)>,
    has_news: bool,
}

impl ReceiveSide {
    /// An authentic packet of `bytes` came. O(1), allocates nothing.
    #[inline]
    pub fn on_packet(&mut self, send_time: Option<u32>, bytes: u32, now_us: u64) {
        self.begun_us.get_or_insert(now_us);
        self.has_news = true;
        self.delivered.on_packet(now_us as i64, bytes);
        if let Some(units) = send_time {
            let sent_us = self.widen(units) * 1_000_000 / UNITS_PER_S;
            self.queue.on_packet(sent_us, now_us as i64, bytes);
        }
    }

    /// Makes 64 bits of 24, the nearest to the newest packet's.
    fn widen(&mut self, units: u32) -> i64 {
        let newest = self.send_time.unwrap_or(i64::from(units));
        let sent = newest + i64::from((units.wrapping_sub(newest as u32) << 8) as i32 >> 8);
        self.send_time = Some(newest.max(sent));
        sent
    }

    /// Of `expected` packets since the last call `lost` did not come.
    pub fn on_loss(&mut self, expected: u32, lost: u32) {
        self.reported.0 = self.reported.0.saturating_add(expected);
        self.reported.1 = self.reported.1.saturating_add(lost.min(expected));
        if self.reported.0 < MIN_EXPECTED {
            return;
        }
        self.loss = f64::from(self.reported.1) / f64::from(self.reported.0);
        self.reported = (0, 0);
        if self.loss > MUCH_LOSS {
            self.rate_bps = self.rate_bps.map(|rate| rate * (1.0 - self.loss / 2.0));
        }
    }

    /// To be called about every 50 ms: the rate to be told now, in bits per second with RTP headers; `None`: nothing is due.
    pub fn due_bps(&mut self, now_us: u64) -> Option<u64> {
        let begun_us = self.begun_us?;
        let passed_s = (now_us.saturating_sub(self.updated_us) as f64 / 1e6).min(0.5);
        self.updated_us = now_us;
        let is_over = self.queue.state() == Use::Over;
        let arrived_bps = self.delivered.rate_bps()?;
        let mut rate = match self.rate_bps {
            Some(rate) => rate,
            None if is_over || now_us.saturating_sub(begun_us) >= FIRST_US => {
                (arrived_bps * AHEAD).max(START_BPS as f64)
            }
            None => return None,
        };
        match self.queue.state() {
            Use::Over => rate = self.fallen(rate, arrived_bps, now_us),
            Use::Hold => {}
            Use::Normal => {
                self.fallen = None;
                if self.loss < LITTLE_LOSS {
                    let growth = if self.has_met_capacity { GROWTH } else { START_GROWTH };
                    let most = (arrived_bps * AHEAD + AHEAD_BPS).max(rate);
                    rate = (rate * (1.0 + growth * passed_s)).min(most);
                }
            }
        }
        rate = rate.clamp(MIN_BPS as f64, MAX_BPS as f64);
        self.rate_bps = Some(rate);
        self.is_due(rate, now_us).then(|| {
            self.told = Some((rate, now_us));
            self.has_news = false;
            rate as u64
        })
    }

    fn fallen(&mut self, rate: f64, arrived_bps: f64, now_us: u64) -> f64 {
        let standing_us = self.queue.standing_us();
        if let Some((fell_us, stood_us)) = self.fallen {
            if now_us.saturating_sub(fell_us) < FALL_US || standing_us < stood_us + GROWN_US {
                return rate;
            }
        }
        let busy = if self.fallen.is_none() { self.queue.busy_now() } else { self.queue.busy() };
        self.fallen = Some((now_us, standing_us));
        self.has_met_capacity = true;
        rate.min(busy.map_or(arrived_bps, |busy| busy.arrived_bps) * BETA)
    }

    /// Nothing is told to one who is silent.
    fn is_due(&self, rate: f64, now_us: u64) -> bool {
        let Some((told, told_us)) = self.told else { return true };
        let after_us = if rate < told * LOWER { LOWER_US } else { REPEAT_US };
        self.has_news && now_us.saturating_sub(told_us) >= after_us
    }
}
