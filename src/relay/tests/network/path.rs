//! The estimate alone on a way: a sender that fills what it is allowed, up to what it wants, in frames; a receiver that
//! answers with real feedback; a link in between, and one back.

#![allow(dead_code)] // Each test file uses its part.

use std::collections::VecDeque;

use vdx_relay::congestion::{Probe, SendSide};
use vdx_relay::wire::rtcp::{Rtcp, RtcpPackets};

use crate::network::link::{Conditions, Link};
use crate::network::receiver::Receiver;

/// Between two steps.
const STEP_US: u64 = 1_000;
const PACKET_BYTES: u64 = 1_150;
/// A sender's own excess over the estimate is shed at the next frame.
const FRAME_US: u64 = 33_333;

/// One who competes for the link.
pub enum Rival {
    None,
    /// Sends constantly.
    Constant {
        bps: u64,
    },
    /// Grows by a packet per round trip, halves when its packet is dropped: as TCP Reno.
    Greedy {
        window: f64,
        round_trip_us: u64,
        owed: f64,
        backed_off_us: u64,
    },
}

pub struct Path {
    pub now_us: u64,
    pub send_side: SendSide,
    pub down: Link<(u16, usize)>,
    pub up: Link<Vec<u8>>,
    /// What the sender would send if it could.
    pub wanted_bps: u64,
    /// Sound beside it: a packet of 100 bytes each 20 ms.
    pub has_sound: bool,
    pub rival: Rival,
    pub feedback_every_us: u64,
    /// What the receiver's clock is ahead.
    pub ahead_us: i64,
    sequence: u16,
    frame_us: u64,
    sound_us: u64,
    owed: f64,
    waiting: VecDeque<(u64, usize)>,
    probe: Option<(Probe, u64, u64)>,
    receiver: Receiver,
    feedback_us: u64,
    pub received_bits: u64,
    pub rival_bits: u64,
    /// Time, estimate and wait in the queue, each 50 ms.
    pub trace: Vec<(u64, u64, u64)>,
    pub highest_probe_bps: u64,
    pub probe_bytes: u64,
    /// By which the receiver's clock is faster.
    pub drift_ppm: i64,
    begun_us: u64,
}

impl Path {
    pub fn new(conditions: Conditions, wanted_bps: u64, seed: u64) -> Self {
        let now_us = 10_000_000;
        Self {
            now_us,
            send_side: SendSide::new(now_us),
            down: Link::new(conditions, seed),
            up: Link::new(Conditions { delay_us: conditions.delay_us, ..Conditions::default() }, seed + 1),
            wanted_bps,
            has_sound: true,
            rival: Rival::None,
            feedback_every_us: 100_000,
            ahead_us: 5_000_000_000,
            sequence: 65_000,
            frame_us: now_us,
            sound_us: now_us,
            owed: 0.0,
            waiting: VecDeque::new(),
            probe: None,
            receiver: Receiver::default(),
            feedback_us: now_us,
            received_bits: 0,
            rival_bits: 0,
            trace: Vec::new(),
            highest_probe_bps: 0,
            probe_bytes: 0,
            drift_ppm: 0,
            begun_us: now_us,
        }
    }

    pub fn run_s(&mut self, seconds: f64) {
        let end_us = self.now_us + (seconds * 1e6) as u64;
        while self.now_us < end_us {
            self.step();
        }
    }

    fn step(&mut self) {
        self.now_us += STEP_US;
        let now_us = self.now_us;
        if now_us % 5_000 == 0 {
            self.send_side.set_wish_bps(self.wanted_bps);
            self.send_side.on_time(now_us);
            if self.probe.is_none() {
                self.probe = self.send_side.probe(now_us).map(|probe| (probe, now_us, 0));
                self.highest_probe_bps = self.highest_probe_bps.max(self.probe.map_or(0, |(probe, ..)| probe.bps));
            }
        }
        if now_us % 50_000 == 0 {
            self.trace.push((now_us, self.send_side.estimate_bps(), self.down.wait_us(now_us)));
        }
        self.compete();
        self.make();
        self.deliver();
    }

    fn compete(&mut self) {
        let now_us = self.now_us;
        match &mut self.rival {
            Rival::None => {}
            Rival::Constant { bps } => {
                self.owed += *bps as f64 * STEP_US as f64 / 8e6;
                while self.owed >= 1_200.0 {
                    self.owed -= 1_200.0;
                    self.rival_bits += u64::from(self.down.occupy(1_200, now_us)) * 9_600;
                }
            }
            Rival::Greedy { window, round_trip_us, owed, backed_off_us } => {
                let turn_us = *round_trip_us + self.down.wait_us(now_us);
                *owed += *window * STEP_US as f64 / turn_us as f64;
                while *owed >= 1.0 {
                    *owed -= 1.0;
                    if self.down.occupy(1_500, now_us) {
                        *window += 1.0 / *window;
                        self.rival_bits += 12_000;
                    } else if now_us > *backed_off_us {
                        *window = (*window / 2.0).max(2.0);
                        *backed_off_us = now_us + turn_us;
                    }
                }
            }
        }
    }

    /// Frames of what is allowed, in packets that leave at two and a half times the rate; sound; probes.
    fn make(&mut self) {
        let now_us = self.now_us;
        let sound_bps = if self.has_sound { 40_000 } else { 0 };
        let allowed_bps = self.send_side.estimate_bps().min(self.wanted_bps).saturating_sub(sound_bps);
        if now_us >= self.frame_us {
            self.frame_us += FRAME_US;
            let mut bytes = allowed_bps * FRAME_US / 8_000_000;
            let gap_us = FRAME_US * 10 / 25 * PACKET_BYTES / bytes.max(PACKET_BYTES);
            let mut leaves_us = now_us;
            while bytes > 0 {
                let len = bytes.min(PACKET_BYTES);
                bytes -= len;
                self.waiting.push_back((leaves_us, len as usize));
                leaves_us += gap_us;
            }
        }
        while let Some((_, len)) = self.waiting.front().copied().filter(|(at_us, _)| *at_us <= now_us) {
            self.waiting.pop_front();
            self.send(len, None);
        }
        if self.has_sound && now_us >= self.sound_us {
            self.sound_us += 20_000;
            self.send(100, None);
        }
        if let Some((probe, begun_us, mut sent)) = self.probe {
            while sent < u64::from(probe.bytes) && sent * 8_000_000 <= (now_us - begun_us) * probe.bps {
                self.send(250, Some(probe));
                sent += 250;
                self.probe_bytes += 250;
            }
            self.probe = (sent < u64::from(probe.bytes)).then_some((probe, begun_us, sent));
        }
    }

    fn send(&mut self, len: usize, probe: Option<Probe>) {
        self.send_side.on_sent(self.sequence, len as u32, self.now_us, probe.map(|probe| probe.id));
        self.down.send((self.sequence, len), len, self.now_us);
        self.sequence = self.sequence.wrapping_add(1);
    }

    fn deliver(&mut self) {
        let now_us = self.now_us;
        while let Some((at_us, (sequence, len))) = self.down.receive(now_us) {
            self.received_bits += (len as u64 + 28) * 8;
            let drift_us = (at_us - self.begun_us) as i64 * self.drift_ppm / 1_000_000;
            self.receiver.on_packet(sequence, at_us.wrapping_add_signed(self.ahead_us + drift_us));
        }
        if now_us >= self.feedback_us + self.feedback_every_us {
            self.feedback_us = now_us;
            for feedback in self.receiver.take() {
                let len = feedback.len();
                self.up.send(feedback, len, now_us);
            }
        }
        while let Some((_, compound)) = self.up.receive(now_us) {
            for packet in RtcpPackets::new(&compound) {
                let Ok(Rtcp::TransportFeedback(feedback)) = packet else { panic!("not feedback") };
                self.send_side.on_feedback(&feedback, now_us);
            }
        }
    }

    /// The mean estimate of the last seconds.
    pub fn mean_bps(&self, seconds: f64) -> f64 {
        let since_us = self.now_us.saturating_sub((seconds * 1e6) as u64);
        let late: Vec<f64> = self.trace.iter().filter(|(at_us, ..)| *at_us > since_us).map(|it| it.1 as f64).collect();
        late.iter().sum::<f64>() / late.len() as f64
    }

    /// A percentile of the waits in the queue of the last seconds.
    pub fn wait_ms(&self, seconds: f64, percent: usize) -> u64 {
        let since_us = self.now_us.saturating_sub((seconds * 1e6) as u64);
        let mut waits: Vec<u64> = self.trace.iter().filter(|(at_us, ..)| *at_us > since_us).map(|it| it.2).collect();
        waits.sort_unstable();
        waits[waits.len() * percent / 100] / 1_000
    }

    /// When, in seconds after `from_us`, the estimate came into a range in which its mean over a second stays.
    pub fn settled_s(&self, from_us: u64, range: std::ops::Range<f64>) -> Option<f64> {
        let late: Vec<_> = self.trace.iter().filter(|(at_us, ..)| *at_us >= from_us).collect();
        let is_in = |at: usize| {
            let end = (at + 20).min(late.len());
            let sum: u64 = late[at..end].iter().map(|it| it.1).sum();
            range.contains(&(sum as f64 / (end - at) as f64))
        };
        let found =
            (0..late.len().saturating_sub(20)).find(|at| is_in(*at) && range.contains(&(late[*at].1 as f64)))?;
        Some((late[found].0 - from_us) as f64 / 1e6)
    }
}
