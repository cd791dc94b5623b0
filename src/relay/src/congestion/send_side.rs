//! What the way to one subscriber carries.

#![allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]

use std::num::NonZeroU8;

use crate::wire::rtcp::TransportFeedback;

use super::sent::Sent;

/// Before anything is known: what Chromium begins with. The first probes tell more within two feedbacks.
pub const START_BPS: u64 = 300_000;
/// The estimate never falls below: one voice with its headers.
pub const MIN_BPS: u64 = 40_000;
/// The estimate never rises above.
pub const MAX_BPS: u64 = 100_000_000;

/// Names a probe cluster among those of the last seconds; never 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProbeId(NonZeroU8);

impl ProbeId {
    pub(super) fn new(number: u8) -> Option<Self> {
        NonZeroU8::new(number).map(Self)
    }

    pub(super) fn get(self) -> u8 {
        self.0.get()
    }
}

/// Packets to be sent in addition, to see whether more gets through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Probe {
    /// To be given to [`SendSide::on_sent`] with each packet of it.
    pub id: ProbeId,
    /// The rate at which they are to leave.
    pub bps: u64,
    /// How much in total, at least.
    pub bytes: u32,
}

/// The send-side estimate of one subscriber's way. One per peer that has slots; created when the first packet with a
/// transport-wide number leaves. Rates are of datagrams as they leave, without IP and UDP.
#[derive(Debug)]
pub struct SendSide {
    sent: Sent,
    rate_bps: f64,
    wish_bps: u64,
    round_trip_us: Option<u64>,
    loss: f32,
    received: u32,
    lost: u32,
    has_feedback: bool,
    changed_us: u64,
    remb_bps: Option<u64>,
}

impl SendSide {
    /// Knows nothing yet.
    pub fn new(now_us: u64) -> Self {
        Self {
            sent: Sent::default(),
            rate_bps: START_BPS as f64,
            wish_bps: 0,
            round_trip_us: None,
            loss: 0.0,
            received: 0,
            lost: 0,
            has_feedback: false,
            changed_us: now_us,
            remb_bps: None,
        }
    }

    /// A packet leaves now. O(1); allocates only until the history has its size.
    #[inline]
    pub fn on_sent(&mut self, sequence: u16, bytes: u32, now_us: u64, probe: Option<ProbeId>) {
        self.sent.push(sequence, bytes, now_us, probe);
    }

    /// The subscriber's transport-wide feedback.
    pub fn on_feedback(&mut self, feedback: &TransportFeedback<'_>, now_us: u64) {
        for status in feedback.statuses() {
            let Some(told) = self.sent.told(status.sequence, status.arrival_us.is_some(), now_us) else { continue };
            self.has_feedback = true;
            if status.arrival_us.is_none() {
                self.lost += 1;
            } else {
                self.received += 1;
                self.lost = self.lost.saturating_sub(told.was_lost.into());
            }
        }
        self.settle(now_us);
    }

    /// A receiver report: of `expected` packets `lost` were lost. Counts only while there is no transport-wide feedback.
    pub fn on_report(&mut self, expected: u32, lost: u32, now_us: u64) {
        if !self.has_feedback {
            self.received = self.received.saturating_add(expected.saturating_sub(lost));
            self.lost = self.lost.saturating_add(lost);
            self.settle(now_us);
        }
    }

    /// A receiver's own estimate.
    pub fn on_remb(&mut self, bps: u64, _now_us: u64) {
        self.remb_bps = Some(bps);
    }

    /// A round trip as reports measure it.
    pub fn on_round_trip(&mut self, us: u64) {
        self.round_trip_us = Some(us);
    }

    /// To be called every 5 to 50 ms.
    pub fn on_time(&mut self, now_us: u64) {
        self.settle(now_us);
    }

    fn settle(&mut self, now_us: u64) {
        let total = self.received + self.lost;
        let since_us = now_us.saturating_sub(self.changed_us);
        if total < 20 || since_us < 500_000 {
            return;
        }
        self.loss = self.lost as f32 / total as f32;
        (self.received, self.lost) = (0, 0);
        self.changed_us = now_us;
        let share = f64::from(self.loss);
        if share > 0.1 {
            self.rate_bps *= 1.0 - share / 2.0;
        } else if share < 0.02 {
            self.rate_bps *= 1.05;
        }
        self.rate_bps = self.rate_bps.clamp(MIN_BPS as f64, MAX_BPS as f64);
    }

    /// What may be sent, bits per second.
    pub fn estimate_bps(&self) -> u64 {
        let rate = self.rate_bps as u64;
        rate.min(self.remb_bps.unwrap_or(u64::MAX)).max(MIN_BPS)
    }

    /// What allocation would use if it had it (0: nothing more): probes go no higher than this.
    pub fn set_wish_bps(&mut self, bps: u64) {
        self.wish_bps = bps;
    }

    /// A cluster to be sent now as RTX padding, if one is due.
    pub fn probe(&mut self, _now_us: u64) -> Option<Probe> {
        None
    }

    /// Whether the subscriber answers with transport-wide feedback.
    pub fn has_feedback(&self) -> bool {
        self.has_feedback
    }

    /// The share of lost packets lately, 0 to 1.
    pub fn loss(&self) -> f32 {
        self.loss
    }

    /// Smoothed.
    pub fn round_trip_us(&self) -> Option<u64> {
        self.round_trip_us
    }
}
