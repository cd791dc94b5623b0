//! Reception statistics and clocks: what goes into our receiver reports, and how a publisher's sender reports become
//! ours.
//!
//! A publisher's sender reports tie its RTP clocks to *its* wall clock. All its streams get the same offset to the
//! server's clock (the smallest seen lately, so that a report that was delayed does not shift them): so sound and
//! picture that it captured together stay together, whatever slots carry them. When that clock is set, reports of before
//! and after do not go together: each stream counts by arrival until its next one.

#![allow(clippy::cast_possible_wrap, clippy::cast_sign_loss, clippy::cast_precision_loss)] // Circles and shares.

use std::collections::VecDeque;

use crate::wire::rtcp::{NtpTime, ReportBlock, SenderInfo, compact_from_us};

/// Sender reports over which the smallest offset is taken.
const OFFSETS: usize = 32;
/// A capture time further from the arrival than this is a broken clock; the arrival is taken instead.
const MAX_SKEW_US: i64 = 10_000_000;
/// Between two reports of one stream the wall clock and the RTP clock advance alike, but for rounding and drift. More than
/// this apart: one of them was set.
const MAX_STEP_US: u64 = 150_000;

/// The server's wall clock as a function of its steady clock.
#[derive(Debug, Clone, Copy)]
pub struct ServerClock {
    /// Wall-clock time at steady time 0.
    pub ntp_at_zero: NtpTime,
}

impl ServerClock {
    /// The wall-clock time at a steady time.
    pub fn ntp(self, steady_us: u64) -> NtpTime {
        self.ntp_at_zero.plus_us(steady_us as i64)
    }
}

/// One publisher's wall clock against our steady clock.
#[derive(Debug, Clone, Default)]
pub struct PublisherClock {
    /// Steady arrival minus the publisher's wall clock, in microseconds, of the last reports.
    offsets: VecDeque<i64>,
    smallest: Option<i64>,
    /// Counts how often it was set.
    epoch: u32,
}

impl PublisherClock {
    /// A sender report came. `ntp` is the publisher's.
    pub fn on_sender_report(&mut self, ntp: NtpTime, server: ServerClock, now_us: u64) {
        let offset = (now_us as i64).saturating_sub(ntp.us_since(server.ntp_at_zero));
        if self.smallest.is_some_and(|smallest| offset.abs_diff(smallest) > MAX_SKEW_US.unsigned_abs()) {
            self.restart();
        }
        if self.offsets.len() >= OFFSETS {
            self.offsets.pop_front();
        }
        self.offsets.push_back(offset);
        self.smallest = self.offsets.iter().min().copied();
    }

    /// What it says now, without what it learns from; allocates nothing.
    #[must_use]
    pub fn snapshot(&self) -> Self {
        Self { offsets: VecDeque::new(), smallest: self.smallest, epoch: self.epoch }
    }

    /// The clock was set: what it said before means nothing now.
    fn restart(&mut self) {
        self.offsets.clear();
        self.smallest = None;
        self.epoch = self.epoch.wrapping_add(1);
    }
}

/// Ties one layer's RTP clock to wall clocks.
#[derive(Debug, Clone, Copy, Default)]
pub struct LayerClock {
    /// Of the last sender report: the publisher's wall clock, its epoch, and the RTP clock.
    report: Option<(NtpTime, u32, u32)>,
    /// Of the last packet: our steady clock and the RTP clock.
    arrival: Option<(u64, u32)>,
}

impl LayerClock {
    /// A sender report of this layer came.
    pub fn on_sender_report(
        &mut self,
        info: &SenderInfo,
        clock_rate: u32,
        publisher: &mut PublisherClock,
        server: ServerClock,
        now_us: u64,
    ) {
        if let Some((ntp, _, timestamp)) = self.report.filter(|(_, epoch, _)| *epoch == publisher.epoch) {
            let ticks = i64::from(info.rtp_timestamp.wrapping_sub(timestamp) as i32);
            let by_rtp = ticks * 1_000_000 / i64::from(clock_rate);
            if info.ntp.us_since(ntp).abs_diff(by_rtp) > MAX_STEP_US {
                publisher.restart();
            }
        }
        publisher.on_sender_report(info.ntp, server, now_us);
        self.report = Some((info.ntp, publisher.epoch, info.rtp_timestamp));
    }

    /// A packet came.
    #[inline]
    pub fn on_packet(&mut self, timestamp: u32, now_us: u64) {
        self.arrival = Some((now_us, timestamp));
    }

    /// Steady time and RTP timestamp of one instant of capture.
    fn anchor(&self, publisher: &PublisherClock, server: ServerClock) -> Option<(i64, u32)> {
        let by_arrival = self.arrival.map(|(at, timestamp)| (at as i64, timestamp));
        let report = self.report.filter(|(_, epoch, _)| *epoch == publisher.epoch);
        let (Some((ntp, _, timestamp)), Some(offset)) = (report, publisher.smallest) else { return by_arrival };
        Some((ntp.us_since(server.ntp_at_zero).saturating_add(offset), timestamp))
    }

    /// Whether sender reports tell the capture time.
    pub fn has_report(&self) -> bool {
        self.report.is_some()
    }

    /// When the sample with this timestamp was captured, in our steady time; `None` before the first packet, or when
    /// the publisher's clock is nonsense.
    pub fn capture_us(
        &self,
        timestamp: u32,
        clock_rate: u32,
        publisher: &PublisherClock,
        server: ServerClock,
    ) -> Option<i64> {
        let (at_us, anchor) = self.anchor(publisher, server)?;
        let ticks = i64::from(timestamp.wrapping_sub(anchor) as i32);
        let captured = at_us + ticks * 1_000_000 / i64::from(clock_rate);
        let (arrived, _) = self.arrival?;
        (captured.abs_diff(arrived as i64) <= MAX_SKEW_US.unsigned_abs()).then_some(captured)
    }

    /// The incoming RTP timestamp that belongs to a steady time: what a sender report of ours is made from.
    pub fn timestamp_at(
        &self,
        steady_us: u64,
        clock_rate: u32,
        publisher: &PublisherClock,
        server: ServerClock,
    ) -> Option<u32> {
        let (arrived, last) = self.arrival?;
        let (at_us, anchor) = match self.capture_us(last, clock_rate, publisher, server) {
            Some(captured) => (captured, last),
            None => (arrived as i64, last),
        };
        let elapsed_us = (steady_us as i64).saturating_sub(at_us);
        let ticks = i128::from(elapsed_us) * i128::from(clock_rate) / 1_000_000;
        Some(anchor.wrapping_add(ticks as u32))
    }
}

/// Reception of one incoming SSRC (RFC 3550 §6.4.1, appendices A.3 and A.8).
#[derive(Debug, Default)]
pub struct Reception {
    first: Option<u64>,
    highest: u64,
    received: u64,
    reported_expected: u64,
    reported_received: u64,
    last_transit: Option<u32>,
    /// Sixteen times the jitter, in timestamp units.
    jitter16: u32,
    last_report: Option<(u32, u64)>,
    last_loss: Loss,
}

/// Loss since the last report.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Loss {
    /// Packets that should have come.
    pub expected: u32,
    /// Packets that did not.
    pub lost: u32,
}

impl Loss {
    /// Lost per expected, 0..=1.
    pub fn share(self) -> f32 {
        if self.expected == 0 { 0.0 } else { self.lost as f32 / self.expected as f32 }
    }
}

impl Reception {
    /// A packet came; `index` is its unwrapped sequence number.
    #[inline]
    pub fn on_packet(&mut self, index: u64, timestamp: u32, clock_rate: u32, now_us: u64) {
        let first = *self.first.get_or_insert(index);
        self.first = Some(first.min(index));
        self.highest = self.highest.max(index);
        self.received += 1;
        let arrival = (now_us * u64::from(clock_rate) / 1_000_000) as u32;
        let transit = arrival.wrapping_sub(timestamp);
        if let Some(last) = self.last_transit {
            let difference = (transit.wrapping_sub(last) as i32).unsigned_abs();
            // A jump of the sender's clock is no jitter (RFC 3550 A.8 has no guard against it).
            if difference < clock_rate * 5 {
                self.jitter16 = self.jitter16 + difference - (self.jitter16 + 8) / 16;
            }
        }
        self.last_transit = Some(transit);
    }

    /// A sender report of this stream came.
    pub fn on_sender_report(&mut self, ntp: NtpTime, now_us: u64) {
        self.last_report = Some((ntp.compact(), now_us));
    }

    /// The block about this stream, and the loss since the last one; `None` before the first packet.
    pub fn report(&mut self, ssrc: u32, now_us: u64) -> Option<(ReportBlock, Loss)> {
        let expected = self.highest - self.first? + 1;
        let expected_since = expected.saturating_sub(self.reported_expected);
        let received_since = self.received - self.reported_received;
        let lost_since = expected_since.saturating_sub(received_since);
        (self.reported_expected, self.reported_received) = (expected.max(self.reported_expected), self.received);
        let fraction = (lost_since << 8).checked_div(expected_since).unwrap_or(0).min(255);
        let (last_sender_report, delay_since_last) = self
            .last_report
            .map_or((0, 0), |(compact, at_us)| (compact, compact_from_us(now_us.saturating_sub(at_us))));
        let block = ReportBlock {
            ssrc,
            fraction_lost: fraction as u8,
            cumulative_lost: (expected as i64).saturating_sub(self.received as i64) as i32,
            highest_sequence: self.highest as u32,
            jitter: self.jitter16 / 16,
            last_sender_report,
            delay_since_last,
        };
        self.last_loss = Loss { expected: expected_since as u32, lost: lost_since as u32 };
        Some((block, self.last_loss))
    }

    /// Between the last two reports.
    pub fn last_loss(&self) -> Loss {
        self.last_loss
    }

    /// Of the interarrival times, as it stands (RFC 3550 §6.4.1).
    pub fn jitter_ms(&self, clock_rate: u32) -> f32 {
        self.jitter16 as f32 / 16.0 * 1_000.0 / clock_rate.max(1) as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: u64 = 1_000_000;

    #[test]
    fn reception_counts_loss_per_interval_and_in_all() {
        let mut reception = Reception::default();
        assert!(reception.report(1, 0).is_none());
        for index in 65_500..65_600_u64 {
            if index % 4 != 0 {
                reception.on_packet(index, index as u32 * 3_000, 90_000, index * S / 30);
            }
        }
        let (block, loss) = reception.report(7, 2_200 * S).expect("packets came");
        assert_eq!((loss.expected, loss.lost), (99, 24));
        assert_eq!((block.ssrc, block.fraction_lost, block.cumulative_lost), (7, 62, 24));
        assert_eq!((block.highest_sequence, block.last_sender_report), (65_599, 0));
        assert!(block.jitter <= 3, "{}", block.jitter);
        let (block, loss) = reception.report(7, 2_201 * S).expect("as before");
        assert_eq!((loss, block.fraction_lost), (Loss::default(), 0));
        reception.on_packet(65_540, 0, 90_000, 2_202 * S);
        reception.on_packet(65_600, 65_600 * 3_000, 90_000, 2_202 * S);
        let (block, loss) = reception.report(7, 2_203 * S).expect("as before");
        assert_eq!((loss.lost, block.fraction_lost, block.cumulative_lost), (0, 0, 23), "a late one makes no debt");
        assert!((loss.share() - 0.0).abs() < f32::EPSILON);
    }

    #[test]
    fn jitter_follows_irregular_arrivals() {
        let mut reception = Reception::default();
        for index in 0..1_000_u64 {
            reception.on_packet(index, index as u32 * 960, 48_000, index * 20_000 + (index % 2) * 5_000);
        }
        let (block, _) = reception.report(7, 0).expect("packets came");
        assert!((230..=250).contains(&block.jitter), "5 ms are 240 units: {}", block.jitter);
    }

    #[test]
    fn delay_since_last_report_is_told() {
        let mut reception = Reception::default();
        reception.on_packet(1, 0, 90_000, S);
        let ntp = NtpTime::from_unix_us(1_800_000_000 * S);
        reception.on_sender_report(ntp, 2 * S);
        let (block, _) = reception.report(7, 2 * S + S / 2).expect("a packet came");
        assert_eq!((block.last_sender_report, block.delay_since_last), (ntp.compact(), 0x8000));
    }

    #[test]
    fn publisher_clock_takes_the_fastest_report_and_survives_a_set_clock() {
        let server = ServerClock { ntp_at_zero: NtpTime::from_unix_us(1_800_000_000 * S) };
        let mut publisher = PublisherClock::default();
        let theirs = |now_us: u64, skew_us: i64| server.ntp(now_us).plus_us(skew_us);
        for (second, delay_us) in [(1, 40_000), (2, 10_000), (3, 90_000)] {
            publisher.on_sender_report(theirs(second * S, 7_000_000), server, second * S + delay_us);
        }
        let offset = publisher.smallest.expect("reports came");
        assert!((offset - (10_000 - 7_000_000)).abs() <= 2, "{offset}");
        publisher.on_sender_report(theirs(4 * S, 3_600_000_000), server, 4 * S);
        let offset = publisher.smallest.expect("reports came");
        assert!((offset + 3_600_000_000).abs() <= 2, "{offset}");
        for second in 5..100 {
            publisher.on_sender_report(theirs(second * S, 3_600_000_000), server, second * S + 5_000);
        }
        let offset = publisher.smallest.expect("reports came");
        assert!((offset - (5_000 - 3_600_000_000)).abs() <= 2, "old reports are forgotten: {offset}");
    }

    #[test]
    fn layer_clock_counts_from_arrival_then_from_reports_and_refuses_nonsense() {
        let server = ServerClock { ntp_at_zero: NtpTime::from_unix_us(1_800_000_000 * S) };
        let mut publisher = PublisherClock::default();
        let mut layer = LayerClock::default();
        assert!(layer.timestamp_at(S, 90_000, &publisher, server).is_none());
        layer.on_packet(u32::MAX - 44_999, 10 * S);
        assert_eq!(layer.timestamp_at(10 * S + S / 2, 90_000, &publisher, server), Some(0));
        // Captured 50 ms before it came.
        let info = |ntp| SenderInfo { ntp, rtp_timestamp: 90_000, packet_count: 0, octet_count: 0 };
        layer.on_sender_report(&info(server.ntp(10 * S)), 90_000, &mut publisher, server, 10 * S);
        layer.on_packet(90_000 - 4_500, 10 * S);
        let captured = layer.capture_us(90_000 - 4_500, 90_000, &publisher, server).expect("reports tell");
        assert!((captured - (10 * S as i64 - 50_000)).abs() <= 2);
        assert!(layer.timestamp_at(10 * S, 90_000, &publisher, server).is_some_and(|at| at.abs_diff(90_000) <= 1));
        layer.report = Some((server.ntp(1_000 * S), publisher.epoch, 90_000));
        assert!(layer.capture_us(90_000, 90_000, &publisher, server).is_none());
        assert_eq!(layer.timestamp_at(10 * S, 90_000, &publisher, server), Some(90_000 - 4_500), "by arrival again");
    }

    #[test]
    fn streams_of_one_publisher_stay_together_when_its_clock_is_set() {
        let server = ServerClock { ntp_at_zero: NtpTime::from_unix_us(1_800_000_000 * S) };
        for step_us in [-4_000_000, -300_000, 300_000, 4_000_000, 3_600_000_000] {
            let mut publisher = PublisherClock::default();
            let (mut sound, mut picture) = (LayerClock::default(), LayerClock::default());
            // Both captured 40 ms before they come; sound is reported every 5 s, picture every second.
            for second in 10..60_u64 {
                let now_us = second * S;
                let skew_us = if second >= 32 { step_us } else { 0 };
                let stamps = [48_000_u32, 90_000].map(|rate| ((now_us - 40_000) * u64::from(rate) / S) as u32);
                sound.on_packet(stamps[0], now_us);
                picture.on_packet(stamps[1], now_us);
                let info = |rtp_timestamp| SenderInfo {
                    ntp: server.ntp(now_us).plus_us(skew_us - 40_000),
                    rtp_timestamp,
                    packet_count: 0,
                    octet_count: 0,
                };
                if second % 5 == 0 {
                    sound.on_sender_report(&info(stamps[0]), 48_000, &mut publisher, server, now_us);
                }
                picture.on_sender_report(&info(stamps[1]), 90_000, &mut publisher, server, now_us);
                let heard = sound.capture_us(stamps[0], 48_000, &publisher, server).expect("known");
                let seen = picture.capture_us(stamps[1], 90_000, &publisher, server).expect("known");
                assert!((heard - seen).abs() <= 100_000, "{heard} {seen} at {second} s, step {step_us} us");
                assert!((seen - now_us as i64).abs() <= 100_000, "{seen} at {second} s, step {step_us} us");
            }
        }
    }
}
