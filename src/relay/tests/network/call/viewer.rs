//! A model of a browser that receives: transport-wide feedback, NACK, receiver reports, PLI; and what its user sees and
//! hears.
//!
//! A frame is shown once all its packets and the frame that it refers to are there, and nothing newer was shown. Sound is
//! played 200 ms after it was made at the earliest link delay; a packet that is not there by then, itself or in the
//! redundancy of the next, is concealed.

#![allow(dead_code)] // Each test file uses its part.

use std::collections::{BTreeMap, HashMap, HashSet};

use vdx_relay::wire::red::Red;
use vdx_relay::wire::rtcp::{
    ReportBlock, Rtcp, RtcpPackets, compact_from_us, write_nack, write_picture_loss, write_receiver_report,
};
use vdx_relay::wire::rtp::RtpView;

use super::publisher::{DESCRIPTOR_LEN, seal_rtcp};
use crate::common::{TRANSPORT, World};
use crate::network::receiver::Receiver;

const FEEDBACK_US: u64 = 100_000;
const REPORT_US: u64 = 1_000_000;
const NACK_AFTER_US: u64 = 10_000;
const NACK_TIMES: u32 = 10;
/// Without a picture for so long a keyframe is asked for.
const PATIENCE_US: u64 = 300_000;
/// Frames that are waited for.
const MAX_FRAMES: usize = 300;
/// The player's wait for sound: more than a retransmission needs is not waited for.
const SOUND_WAIT_US: u64 = 200_000;
/// Longer without a packet that was made, and the voice has begun anew.
const SOUND_GAP_US: u64 = 150_000;

#[derive(Default)]
struct Frame {
    reference: u32,
    is_keyframe: bool,
    parts: HashSet<u8>,
    count: u8,
}

/// A slot's picture.
#[derive(Default)]
struct Picture {
    highest: Option<u64>,
    missing: BTreeMap<u64, (u64, u32)>,
    frames: BTreeMap<u32, Frame>,
    shown: HashSet<(u8, u32)>,
    /// When its frames were shown.
    times_us: Vec<u64>,
    last: u32,
    shown_us: Option<u64>,
    asked_us: u64,
    expected: u64,
    received: u64,
    last_sr: (u32, u64),
    before: (u64, u64),
    layer: u8,
}

/// A slot's sound.
#[derive(Default)]
struct Sound {
    highest: Option<u64>,
    /// When packets were due to have come, by the highest number seen then: what was lost counts when it is known.
    expected: Vec<(u64, u64)>,
    /// When each that was made at a time came first.
    arrived: BTreeMap<u64, u64>,
    /// When another voice began, or the same after a gap.
    begun: Vec<u64>,
    newest_us: u64,
    least_us: u64,
}

pub struct Viewer {
    pub client: u64,
    pictures: HashMap<u32, Picture>,
    sounds: HashMap<u32, Sound>,
    receiver: Receiver,
    feedback_us: u64,
    report_us: u64,
    /// When frames were shown, and of which layer.
    pub shown: Vec<(u64, u8)>,
    pub plis: u32,
    pub nacks: u32,
    pub padding: u32,
    pub refused: u32,
    pub bytes: u64,
}

impl Viewer {
    pub fn new(client: u64, now_us: u64) -> Self {
        Self {
            client,
            pictures: HashMap::new(),
            sounds: HashMap::new(),
            receiver: Receiver::default(),
            feedback_us: now_us,
            report_us: now_us,
            shown: Vec::new(),
            plis: 0,
            nacks: 0,
            padding: 0,
            refused: 0,
            bytes: 0,
        }
    }

    /// An SRTP packet arrives; what its replay window refuses is a duplicate.
    pub fn on_rtp(&mut self, datagram: &mut [u8], world: &mut World, now_us: u64) {
        self.bytes += datagram.len() as u64;
        let client = world.clients.get_mut(&self.client).expect("a client");
        let Ok(opened) = client.from_relay.open_rtp(datagram) else {
            self.refused += 1;
            return;
        };
        let view = RtpView::parse(&datagram[..opened.len]).expect("RTP parses");
        if let Some(element) = view.extensions().find(|element| element.id == TRANSPORT) {
            self.receiver.on_packet(u16::from_be_bytes(element.data.try_into().expect("two bytes")), now_us);
        }
        let (ssrc, sequence, payload) = (view.header.ssrc, view.header.sequence, view.payload());
        match view.header.payload_type {
            96 => self.pictures.entry(ssrc).or_default().on_packet(sequence, payload, true, now_us, &mut self.shown),
            97 if payload.len() > 2 + DESCRIPTOR_LEN => {
                let original = u16::from_be_bytes([payload[0], payload[1]]);
                let picture = self.pictures.entry(ssrc - 1_000).or_default();
                picture.on_packet(original, &payload[2..], false, now_us, &mut self.shown);
            }
            97 => self.padding += 1,
            111 => self.sounds.entry(ssrc).or_default().on_packet(sequence, &[payload], now_us),
            63 => {
                let red = Red::parse(payload).expect("redundancy");
                let before = red.redundant().next().expect("one block");
                let blocks = [red.primary(), before.payload];
                self.sounds.entry(ssrc).or_default().on_packet(sequence, &blocks, now_us);
            }
            other => panic!("payload type {other}"),
        }
    }

    /// A sender report arrives.
    pub fn on_rtcp(&mut self, datagram: &mut [u8], world: &mut World, now_us: u64) {
        let client = world.clients.get_mut(&self.client).expect("a client");
        let Ok(len) = client.from_relay.open_rtcp(datagram) else {
            self.refused += 1;
            return;
        };
        for packet in RtcpPackets::new(&datagram[..len]) {
            if let Rtcp::SenderReport(report) = packet.expect("well-formed") {
                if let Some(picture) = self.pictures.get_mut(&report.ssrc) {
                    picture.last_sr = (report.info.ntp.compact(), now_us);
                }
            }
        }
    }

    /// What leaves by now, sealed.
    pub fn make(&mut self, world: &mut World, now_us: u64) -> Vec<Vec<u8>> {
        let mut out = Vec::new();
        let client = self.client;
        if now_us >= self.feedback_us {
            self.feedback_us += FEEDBACK_US;
            for plain in self.receiver.take() {
                out.push(seal_rtcp(world, client, |out| {
                    out[..plain.len()].copy_from_slice(&plain);
                    Some(plain.len())
                }));
            }
        }
        let is_report = now_us >= self.report_us;
        if is_report {
            self.report_us += REPORT_US;
        }
        for (ssrc, picture) in &mut self.pictures {
            let wanted = picture.wanted(now_us);
            if !wanted.is_empty() {
                self.nacks += wanted.len() as u32;
                out.push(seal_rtcp(world, client, |out| write_nack(out, 1, *ssrc, &wanted)));
            }
            if picture.needs_keyframe(now_us) {
                self.plis += 1;
                out.push(seal_rtcp(world, client, |out| write_picture_loss(out, 1, *ssrc)));
            }
            if is_report {
                let block = picture.report(*ssrc, now_us);
                out.push(seal_rtcp(world, client, |out| write_receiver_report(out, 1, &[block])));
            }
        }
        out
    }

    /// Frames per second between two times.
    pub fn fps(&self, from_us: u64, to_us: u64) -> f64 {
        let shown = self.shown.iter().filter(|(at_us, _)| (from_us..to_us).contains(at_us)).count();
        shown as f64 * 1e6 / (to_us - from_us) as f64
    }

    /// The longest time without a new frame, milliseconds.
    pub fn longest_freeze_ms(&self, from_us: u64, to_us: u64) -> u64 {
        let inside = self.shown.iter().map(|(at_us, _)| *at_us).filter(|at_us| (from_us..to_us).contains(at_us));
        let (mut longest_us, mut before_us) = (0, from_us);
        for at_us in inside.chain([to_us]) {
            longest_us = longest_us.max(at_us - before_us);
            before_us = at_us;
        }
        longest_us / 1_000
    }

    /// Of each picture that was shown: when it began, and for how long it then stood still at most, until `to_us`.
    pub fn pictures(&self, to_us: u64) -> Vec<(u64, u64)> {
        let of = |picture: &Picture| {
            let begun_us = *picture.times_us.first()?;
            let next_us = picture.times_us.iter().skip(1).chain([&to_us]);
            let still_us = picture.times_us.iter().zip(next_us).map(|(at_us, next_us)| next_us - at_us).max()?;
            Some((begun_us, still_us))
        };
        self.pictures.values().filter_map(of).collect()
    }

    /// The layer that was shown last.
    pub fn layer(&self) -> Option<u8> {
        self.shown.last().map(|(_, layer)| *layer)
    }

    /// The share of sound that was sent between two times and was not there in time, all slots together.
    pub fn concealed(&self, from_us: u64, to_us: u64) -> f64 {
        let (mut expected, mut heard) = (0, 0);
        for sound in self.sounds.values() {
            let inside = |(at_us, _): &&(u64, u64)| (from_us..to_us).contains(at_us);
            expected += sound.expected.iter().filter(inside).map(|(_, count)| count).sum::<u64>();
            let in_time = |(made_us, at_us): &(&u64, &u64)| {
                (from_us..to_us).contains(*at_us) && **at_us <= **made_us + sound.least_us + SOUND_WAIT_US
            };
            heard += sound.arrived.iter().filter(in_time).count() as u64;
        }
        if expected == 0 { 1.0 } else { 1.0 - heard.min(expected) as f64 / expected as f64 }
    }

    /// How many slots had sound between two times.
    pub fn voices(&self, from_us: u64, to_us: u64) -> usize {
        let had = |sound: &&Sound| sound.expected.iter().any(|(at_us, _)| (from_us..to_us).contains(at_us));
        self.sounds.values().filter(had).count()
    }

    /// How often a slot's sound began between two times, anew or after a gap.
    pub fn voices_begun(&self, from_us: u64, to_us: u64) -> usize {
        self.sounds.values().flat_map(|sound| &sound.begun).filter(|at_us| (from_us..to_us).contains(*at_us)).count()
    }
}

impl Sound {
    /// The primary's payload first, each with the time when it was made.
    fn on_packet(&mut self, sequence: u16, payloads: &[&[u8]], now_us: u64) {
        let near = self.highest.unwrap_or(0x1_0000 + u64::from(sequence) - 1);
        let number = near.wrapping_add_signed(i64::from(sequence.wrapping_sub(near as u16) as i16));
        let is_silence = payloads.iter().any(|payload| payload.len() < 8);
        self.expected.push((now_us, number.saturating_sub(near).saturating_sub(u64::from(is_silence))));
        self.highest = Some(near.max(number));
        if is_silence {
            return; // The relay's own, behind a voice that ended.
        }
        for (place, payload) in payloads.iter().enumerate() {
            let made_us = u64::from_be_bytes(*payload.first_chunk().expect("a time"));
            self.arrived.entry(made_us).or_insert(now_us);
            if place == 0 {
                let late_us = now_us.saturating_sub(made_us);
                self.least_us = if self.newest_us == 0 { late_us } else { self.least_us.min(late_us) };
                if made_us.saturating_sub(self.newest_us) > SOUND_GAP_US {
                    self.begun.push(now_us);
                }
                self.newest_us = self.newest_us.max(made_us);
            }
        }
    }
}

impl Picture {
    fn on_packet(&mut self, sequence: u16, payload: &[u8], is_first: bool, now_us: u64, shown: &mut Vec<(u64, u8)>) {
        let near = self.highest.unwrap_or(0x1_0000 + u64::from(sequence));
        let number = near.wrapping_add_signed(i64::from(sequence.wrapping_sub(near as u16) as i16));
        for missing in near + 1..number {
            self.missing.insert(missing, (now_us + NACK_AFTER_US, 0));
        }
        self.missing.remove(&number);
        if is_first {
            self.received += 1;
            self.expected += number.saturating_sub(near).max(u64::from(self.highest.is_none()));
        }
        self.highest = Some(near.max(number));
        // An empty packet has the number of one that was left out.
        let Some(rest) = payload.get(DESCRIPTOR_LEN..) else { return };
        let word = |at: usize| u32::from_be_bytes(rest[at..at + 4].try_into().expect("four bytes"));
        let (number, layer) = (word(1), rest[9]);
        // Layers count the same frames: one number is one picture of one moment.
        if number <= self.last && layer == self.layer {
            return;
        }
        let frame = self.frames.entry(number * 4 + u32::from(layer)).or_default();
        (frame.is_keyframe, frame.reference, frame.count) = (rest[0] & 1 == 0, word(5), rest[11]);
        frame.parts.insert(rest[10]);
        self.show(now_us, shown);
        while self.frames.len() > MAX_FRAMES {
            self.frames.pop_first();
        }
    }

    fn show(&mut self, now_us: u64, shown: &mut Vec<(u64, u8)>) {
        loop {
            let is_ready = |(key, frame): &(&u32, &Frame)| {
                let layer = (**key % 4) as u8;
                let is_whole = frame.parts.len() == usize::from(frame.count);
                is_whole && (frame.is_keyframe || self.shown.contains(&(layer, frame.reference)))
            };
            let Some(key) = self.frames.iter().find(is_ready).map(|(key, _)| *key) else { return };
            self.frames = self.frames.split_off(&key);
            self.frames.remove(&key);
            let (number, layer) = (key / 4, (key % 4) as u8);
            self.shown.insert((layer, number));
            (self.last, self.layer, self.shown_us) = (number, layer, Some(now_us));
            shown.push((now_us, layer));
            self.times_us.push(now_us);
        }
    }

    fn wanted(&mut self, now_us: u64) -> Vec<u16> {
        let mut wanted = Vec::new();
        for (number, (due_us, times)) in &mut self.missing {
            if now_us >= *due_us && wanted.len() < 100 {
                (*due_us, *times) = (now_us + 60_000, *times + 1);
                wanted.push(*number as u16);
            }
        }
        self.missing.retain(|_, (_, times)| *times < NACK_TIMES);
        wanted
    }

    fn needs_keyframe(&mut self, now_us: u64) -> bool {
        let is_stuck = !self.frames.is_empty()
            && self.shown_us.is_none_or(|shown_us| now_us > shown_us + PATIENCE_US)
            && now_us > self.asked_us + PATIENCE_US;
        if is_stuck {
            self.asked_us = now_us;
        }
        is_stuck
    }

    fn report(&mut self, ssrc: u32, now_us: u64) -> ReportBlock {
        let (expected, received) = (self.expected - self.before.0, self.received - self.before.1);
        self.before = (self.expected, self.received);
        let lost = expected.saturating_sub(received);
        let (last_sender_report, at_us) = self.last_sr;
        ReportBlock {
            ssrc,
            fraction_lost: (lost * 256 / expected.max(1)).min(255) as u8,
            cumulative_lost: self.expected.saturating_sub(self.received) as i32,
            highest_sequence: self.highest.unwrap_or(0) as u32,
            jitter: 0,
            last_sender_report,
            delay_since_last: if last_sender_report == 0 { 0 } else { compact_from_us(now_us - at_us) },
        }
    }
}
