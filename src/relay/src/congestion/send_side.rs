//! What the way to one subscriber carries.
//!
//! Delay says when more is sent than the link takes ([`super::queue`]), loss says it where there is no queue
//! ([`super::losses`]), and probes say how much more would pass ([`super::probes`]). The estimate rises while neither
//! complains: by a quarter a second until the link's capacity was met once, by 8 % far from it, by a packet per round
//! trip near it (draft-ietf-rmcat-gcc-02 §5.5). It never rises on what was not sent: a calm subscriber's estimate stays
//! where it was.
//!
//! ```text
//! overuse      rate := 92 % of what passes, and less for as long as the queue needs to empty
//! queue empty  the 92 % at once
//! loss         rate <= what the likelier model leaves
//! no answer    four fifths every half second; all of it back with the next answer
//! ```
//!
//! Without transport-wide feedback: receiver reports (loss), with REMB as the rate that they may reach.

use std::num::NonZeroU8;

use crate::bucket::Bucket;
use crate::wire::rtcp::TransportFeedback;

use super::delivered::Delivered;
use super::losses::Losses;
use super::probes::Probes;
use super::queue::{Queue, Use};
use super::sent::Sent;

/// Before anything is known: what Chromium begins with. More would be a second of queue on a link of 150 kbit/s before
/// the first feedback; and the first probes show three and six times as much within two feedbacks.
pub const START_BPS: u64 = 300_000;
/// The estimate never falls below: one voice with its headers.
pub const MIN_BPS: u64 = 40_000;
/// The estimate never rises above.
pub const MAX_BPS: u64 = 100_000_000;

/// After an overuse, of what passed.
pub(super) const BETA: f64 = 0.92;
/// A subscriber that takes little is not what fills the queue; then the rate falls by no more than this.
const GENTLE: f64 = 0.85;
/// Below this share of what it was, the rate fell by far.
const FAR: f64 = 0.7;
/// A queue is emptied in about this.
const DRAIN_US: f64 = 1_000_000.0;
/// But at least this share goes on.
const MIN_DRAIN: f64 = 0.5;
/// Growth per second before the capacity was ever met, and far from it.
pub(super) const START_GROWTH: f64 = 0.25;
pub(super) const GROWTH: f64 = 0.08;
/// Near it, a packet (bits) per response time, within these shares per second.
const PACKET_BITS: f64 = 9_600.0;
const NEAR_GROWTH: (f64, f64) = (0.015, 0.06);
/// From this share of the capacity to the inverse.
const NEAR: f64 = 0.85;
/// The rate rises to no more than this above what arrives.
pub(super) const AHEAD: f64 = 1.5;
pub(super) const AHEAD_BPS: f64 = 10_000.0;
/// What passes is less than the rate, not as much but for the noise of measuring.
const SLOWER: f64 = 0.9;
/// What uses less than this share of the rate does not fill the link.
const FULL: f64 = 0.6;
/// Nothing answers what was sent.
const SILENCE_US: u64 = 1_200_000;
const SILENCE_STEP_US: u64 = 500_000;
const SILENCE_FACTOR: f64 = 0.8;
const MIN_SILENCE: f64 = 0.1;
/// Statuses in feedback that are looked at: 10,000 packets a second, twice.
const STATUSES_PER_S: u64 = 20_000;
const STATUSES_BURST: u64 = 20_000;
/// A REMB holds so long.
const REMB_KEEP_US: u64 = 5_000_000;
/// Without feedback: reports are judged each second, when they tell of as many packets.
const REPORTS_US: u64 = 1_000_000;
const REPORTS_PACKETS: u32 = 20;
const REPORTS_LITTLE: f64 = 0.02;
const REPORTS_MUCH: f64 = 0.1;
/// The reference time of feedback, in microseconds; it has 24 bits.
const REFERENCE_US: i64 = 64_000;
/// Longest round trip that is believed.
const MAX_ROUND_TRIP_US: u64 = 3_000_000;

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
    queue: Queue,
    losses: Losses,
    probes: Probes,
    delivered: Delivered,
    /// What leaves, while there is no feedback.
    leaving: Delivered,
    rate_bps: f64,
    /// The share of the rate that may be used while a queue empties.
    drain: f64,
    /// The share that may be used while nothing answers.
    silence: f64,
    capacity_bps: Option<f64>,
    /// The standing queue at the last drop of an overuse that goes on, and when that was.
    dropped: Option<(f64, u64)>,
    /// The rate before the first of them.
    fell_from_bps: f64,
    updated_us: u64,
    wish_bps: u64,
    round_trip_us: Option<u64>,
    answer_us: Option<u64>,
    unanswered_us: Option<u64>,
    silenced_us: u64,
    has_feedback: bool,
    reference: Option<(u32, i64)>,
    statuses: Bucket,
    remb: Option<(u64, u64)>,
    reported: (u32, u32),
    reported_us: u64,
    reported_loss: f64,
}

impl SendSide {
    /// Knows nothing yet.
    pub fn new(now_us: u64) -> Self {
        Self {
            sent: Sent::default(),
            queue: Queue::default(),
            losses: Losses::default(),
            probes: Probes::default(),
            delivered: Delivered::default(),
            leaving: Delivered::default(),
            rate_bps: START_BPS as f64,
            drain: 1.0,
            silence: 1.0,
            capacity_bps: None,
            dropped: None,
            fell_from_bps: 0.0,
            updated_us: now_us,
            wish_bps: 0,
            round_trip_us: None,
            answer_us: None,
            unanswered_us: None,
            silenced_us: now_us,
            has_feedback: false,
            reference: None,
            statuses: Bucket::new(STATUSES_PER_S, STATUSES_BURST),
            remb: None,
            reported: (0, 0),
            reported_us: now_us,
            reported_loss: 0.0,
        }
    }

    /// A packet leaves now. O(1); allocates only until the history has its size.
    #[inline]
    pub fn on_sent(&mut self, sequence: u16, bytes: u32, now_us: u64, probe: Option<ProbeId>) {
        self.sent.push(sequence, bytes, now_us, probe);
        self.unanswered_us.get_or_insert(now_us);
        if let Some(id) = probe {
            self.probes.on_sent(id, now_us);
        }
        if !self.has_feedback {
            self.leaving.on_packet(now_us as i64, bytes);
        }
    }

    /// The subscriber's transport-wide feedback. What it tells of packets that were not sent, or were told of before, is
    /// ignored.
    pub fn on_feedback(&mut self, feedback: &TransportFeedback<'_>, now_us: u64) {
        let zero_us = self.unwrap_reference(feedback.reference_time);
        let mut newest_us = None;
        let mut is_news = false;
        for status in feedback.statuses() {
            if !self.statuses.take(1, now_us) {
                break;
            }
            let is_received = status.arrival_us.is_some();
            let Some(told) = self.sent.told(status.sequence, is_received, now_us) else { continue };
            is_news = true;
            self.losses.on_packet(told.sent_us, told.bytes, is_received, told.was_lost);
            let arrival_us = status.arrival_us.map(|arrival_us| arrival_us + zero_us);
            self.probes.on_told(told.probe, told.sent_us, arrival_us, told.bytes);
            let Some(arrival_us) = arrival_us else { continue };
            newest_us = newest_us.max(Some(told.sent_us));
            if !self.queue.on_packet(told.sent_us as i64, arrival_us, told.bytes) {
                self.delivered = Delivered::default();
            }
            self.delivered.on_packet(arrival_us, told.bytes);
        }
        if !is_news {
            return;
        }
        self.has_feedback = true;
        self.silence = 1.0;
        self.unanswered_us = None;
        if let Some(sent_us) = newest_us {
            let sample = now_us.saturating_sub(sent_us).min(MAX_ROUND_TRIP_US);
            self.answer_us = Some(self.answer_us.map_or(sample, |known| (known * 7 + sample) / 8));
        }
        let allowed_bps = self.estimate_bps() as f64;
        self.losses.settle(allowed_bps);
        self.update(now_us);
    }

    /// What is to be added to a feedback's arrival times, so that they go on over the wrap of its reference.
    fn unwrap_reference(&mut self, reference: u32) -> i64 {
        let (before, rounds) = self.reference.unwrap_or((reference, 0));
        // Both have 24 bits; their distance is taken on that circle.
        let distance = i64::from((reference.wrapping_sub(before) << 8) as i32 >> 8);
        let wraps_us = i64::from(before) + distance - i64::from(reference);
        let rounds = rounds + wraps_us * REFERENCE_US;
        self.reference = Some((reference, rounds));
        rounds
    }

    fn update(&mut self, now_us: u64) {
        let passed_s = (now_us.saturating_sub(self.updated_us) as f64 / 1e6).min(0.5);
        self.updated_us = now_us;
        if let Some(shown) = self.probes.settle(self.rate_bps, now_us) {
            if shown > self.rate_bps && self.queue.state() != Use::Over {
                self.rate_bps = shown;
                self.capacity_bps = self.capacity_bps.filter(|capacity| shown < capacity / NEAR);
                self.losses.forget_bound_above(shown);
            }
        }
        match self.queue.state() {
            Use::Over => {
                self.drop_rate(now_us);
                self.drain = (1.0 - self.queue.standing_us() / DRAIN_US).clamp(MIN_DRAIN, 1.0);
            }
            Use::Hold => {}
            Use::Normal => {
                self.drain = 1.0;
                self.dropped = None;
                self.raise_rate(passed_s);
            }
        }
        self.rate_bps = self.rate_bps.clamp(MIN_BPS as f64, MAX_BPS as f64);
        self.losses.forget_bound_above(self.rate_bps * 1.2);
    }

    /// The queue stands: the rate follows what passes, once per response time, and again only while it still grows.
    fn drop_rate(&mut self, now_us: u64) {
        let standing_us = self.queue.standing_us();
        let busy = if self.dropped.is_none() { self.queue.busy_now() } else { self.queue.busy() };
        let is_slower = busy.is_some_and(|busy| busy.arrived_bps < SLOWER * self.rate_bps);
        if self.dropped.is_none() && !is_slower && self.probes.owns_queue(standing_us, now_us) {
            return;
        }
        if let Some((before_us, dropped_us)) = self.dropped {
            let is_soon = now_us.saturating_sub(dropped_us) < self.response_us() + 100_000;
            if is_soon || standing_us < before_us + 10_000.0 {
                return;
            }
        }
        if self.dropped.is_none() {
            self.fell_from_bps = self.rate_bps;
        }
        self.dropped = Some((standing_us, now_us));
        self.probes.on_drop(now_us);
        let arrived_bps = self.delivered.rate_bps();
        let (passed_bps, is_ours) = match busy {
            Some(busy) => (busy.arrived_bps, busy.arrived_bps < 0.9 * busy.sent_bps),
            None => (arrived_bps.unwrap_or(self.rate_bps), false),
        };
        let mut target = passed_bps * BETA;
        if !is_ours && arrived_bps.is_some_and(|arrived| arrived < FULL * self.rate_bps) {
            target = target.max(self.rate_bps * GENTLE);
        }
        if is_ours {
            self.capacity_bps = Some(match self.capacity_bps {
                Some(known) if (known * 0.8..known * 1.25).contains(&passed_bps) => f64::midpoint(known, passed_bps),
                _ => passed_bps,
            });
        }
        self.rate_bps = self.rate_bps.min(target);
    }

    fn raise_rate(&mut self, passed_s: f64) {
        let Some(arrived_bps) = self.delivered.rate_bps() else { return };
        if self.losses.bound_bps().is_some_and(|bound| bound < self.rate_bps) {
            return;
        }
        let per_s = match self.capacity_bps {
            None => self.rate_bps * START_GROWTH,
            Some(capacity) if self.rate_bps < capacity * NEAR => self.rate_bps * GROWTH,
            Some(capacity) if self.rate_bps > capacity / NEAR => {
                self.capacity_bps = None;
                self.rate_bps * GROWTH
            }
            Some(_) => {
                let response_s = (self.response_us() + 100_000) as f64 / 1e6;
                let (least, most) = NEAR_GROWTH;
                (PACKET_BITS / response_s).clamp(least * self.rate_bps, most * self.rate_bps)
            }
        };
        let most = (arrived_bps * AHEAD + AHEAD_BPS).max(self.rate_bps);
        self.rate_bps = (self.rate_bps + per_s * passed_s).min(most);
    }

    fn response_us(&self) -> u64 {
        self.round_trip_us.or(self.answer_us).unwrap_or(100_000)
    }

    /// A receiver report: of `expected` packets `lost` were lost. Counts only while there is no transport-wide feedback.
    pub fn on_report(&mut self, expected: u32, lost: u32, now_us: u64) {
        if self.has_feedback {
            return;
        }
        self.unanswered_us = None;
        self.silence = 1.0;
        self.reported.0 = self.reported.0.saturating_add(expected);
        self.reported.1 = self.reported.1.saturating_add(lost.min(expected));
        let passed_us = now_us.saturating_sub(self.reported_us);
        if passed_us < REPORTS_US || self.reported.0 < REPORTS_PACKETS {
            return;
        }
        let share = f64::from(self.reported.1) / f64::from(self.reported.0);
        self.reported = (0, 0);
        self.reported_us = now_us;
        self.reported_loss = share;
        if share > REPORTS_MUCH {
            self.rate_bps *= 1.0 - share / 2.0;
        } else if share < REPORTS_LITTLE {
            let most = self.leaving.rate_bps().unwrap_or(0.0) * AHEAD + AHEAD_BPS;
            let grown = self.rate_bps * (1.0 + GROWTH * (passed_us as f64 / 1e6).min(2.0));
            self.rate_bps = grown.min(most.max(self.rate_bps));
            if let Some((remb, _)) = self.remb {
                self.rate_bps = self.rate_bps.max(remb as f64);
            }
        }
        self.rate_bps = self.rate_bps.clamp(MIN_BPS as f64, MAX_BPS as f64);
    }

    /// A receiver's own estimate (REMB): never more than it, for a while.
    pub fn on_remb(&mut self, bps: u64, now_us: u64) {
        self.remb = Some((bps, now_us));
        if !self.has_feedback && self.reported_loss < REPORTS_LITTLE {
            self.rate_bps = self.rate_bps.max(bps.min(MAX_BPS) as f64);
        }
    }

    /// A round trip as reports measure it.
    pub fn on_round_trip(&mut self, us: u64) {
        let us = us.min(MAX_ROUND_TRIP_US);
        self.round_trip_us = Some(self.round_trip_us.map_or(us, |known| (known * 7 + us) / 8));
    }

    /// To be called every 5 to 50 ms.
    pub fn on_time(&mut self, now_us: u64) {
        self.remb = self.remb.filter(|(_, at_us)| now_us.saturating_sub(*at_us) < REMB_KEEP_US);
        if let Some(shown) = self.probes.settle(self.rate_bps, now_us) {
            self.rate_bps = self.rate_bps.max(shown.min(MAX_BPS as f64));
        }
        let Some(since_us) = self.unanswered_us.filter(|_| self.has_feedback) else { return };
        let is_silent = now_us.saturating_sub(since_us) >= SILENCE_US + self.response_us();
        if is_silent && now_us.saturating_sub(self.silenced_us) >= SILENCE_STEP_US {
            self.silenced_us = now_us;
            self.silence = (self.silence * SILENCE_FACTOR).max(MIN_SILENCE);
        }
    }

    /// What may be sent, bits per second.
    #[inline]
    pub fn estimate_bps(&self) -> u64 {
        let rate = self.rate_bps * self.drain;
        let rate = self.losses.bound_bps().map_or(rate, |bound| rate.min(bound)) * self.silence;
        let cap = self.remb.map_or(MAX_BPS, |(bps, _)| bps);
        (rate as u64).min(cap).max(MIN_BPS)
    }

    /// What allocation would use if it had it (0: nothing more): probes go no higher than this.
    pub fn set_wish_bps(&mut self, bps: u64) {
        self.wish_bps = bps;
    }

    /// A cluster to be sent now as RTX padding, if one is due. Asked for every tick; its packets leave at its rate, each
    /// told to [`Self::on_sent`] with its id.
    pub fn probe(&mut self, now_us: u64) -> Option<Probe> {
        if self.queue.state() != Use::Normal || self.silence < 1.0 {
            return None;
        }
        let cap = self.remb.map_or(MAX_BPS, |(bps, _)| bps);
        self.probes.next(self.estimate_bps() as f64, self.wish_bps.min(cap) as f64, now_us)
    }

    /// The queue on the way stands, and the rate fell by far for it: the way is not what it was.
    pub fn is_congested(&self) -> bool {
        self.dropped.is_some() && self.rate_bps < FAR * self.fell_from_bps
    }

    /// No queue stands, and losses leave room for the rate.
    pub fn is_clear(&self) -> bool {
        let is_bound = self.losses.bound_bps().is_some_and(|bound| bound < self.rate_bps);
        self.has_feedback && self.queue.state() == Use::Normal && !is_bound && self.silence >= 1.0
    }

    /// Nothing has met the way's limit yet: the estimate rises by a probe each time that one comes back.
    pub fn is_starting(&self) -> bool {
        self.probes.is_starting()
    }

    /// Whether the subscriber answers with transport-wide feedback.
    pub fn has_feedback(&self) -> bool {
        self.has_feedback
    }

    /// The share of lost packets lately, 0 to 1.
    pub fn loss(&self) -> f32 {
        if self.has_feedback { self.losses.loss() as f32 } else { self.reported_loss as f32 }
    }

    /// Smoothed; from reports, else from feedback (then with the wait for it).
    pub fn round_trip_us(&self) -> Option<u64> {
        self.round_trip_us.or(self.answer_us)
    }

    /// Bytes of memory that the history of sent packets takes.
    pub fn memory(&self) -> usize {
        self.sent.memory()
    }
}
