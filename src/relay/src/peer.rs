//! One media connection: its keys, what its numbers mean, what it sends, and its slots.

use std::mem::offset_of;

use aws_lc_rs::digest;

use crate::bucket::Bucket;
use crate::congestion::{Arrivals, ReceiveSide};
use crate::facts::{Codec, PassedExtensions};
use crate::ice::{Credentials, Ice};
use crate::pacer::{Pacer, Waiting};
use crate::quality::Figures;
use crate::reports::{Loss, PublisherClock, Reception};
use crate::slot::Slot;
use crate::srtp::{Inbound, Outbound, Profile, SrtpError};
use crate::way::Way;
use crate::wire::dependency_descriptor::MAX_DESCRIPTOR_LEN;
use crate::wire::extension::{
    Extensions as WireExtensions, PlayoutDelay, parse_abs_send_time, parse_transport_sequence,
};
use crate::wire_api::{Extensions, MediaKind, Payloads, Receive, SlotKind};

/// DTLS datagrams to Python: a handshake has about ten, an alert one.
const DTLS_PER_S: u64 = 50;
const DTLS_BURST: u64 = 64;
/// Media from one publisher, authentic: camera of three layers, screen and sound are 1,500 packets and 12 Mbit/s at most.
/// Four times that is a fault or an attack, and would cost the others of the room their packets.
pub const MEDIA_PACKETS_PER_S: u64 = 6_000;
const MEDIA_BURST_PACKETS: u64 = 3_000;
/// In bytes: 48 Mbit/s, half a second of it at once.
pub const MEDIA_BYTES_PER_S: u64 = 6_000_000;
const MEDIA_BURST_BYTES: u64 = 3_000_000;
/// RTCP packets within datagrams: feedback every 50 ms, reports, NACKs for many slots.
const RTCP_PER_S: u64 = 1_000;
const RTCP_BURST: u64 = 1_000;
/// Bytes of retransmissions to one subscriber: 4 Mbit/s, and half a second of it at once.
pub const RTX_BYTES_PER_S: u64 = 500_000;
const RTX_BURST_BYTES: u64 = 250_000;
/// Sequence numbers in NACKs that are looked at.
const NACKS_PER_S: u64 = 2_000;
const NACKS_BURST: u64 = 2_000;

/// One m-line on which the peer sends.
#[derive(Debug)]
pub struct Line {
    /// What was negotiated.
    pub receive: Receive,
    /// Position of its source.
    pub source: usize,
}

/// What an incoming SSRC carries.
#[derive(Debug)]
pub struct Stream {
    /// Incoming.
    pub ssrc: u32,
    /// Position of the source.
    pub source: usize,
    /// Place of the layer.
    pub layer: u8,
    /// Retransmissions of the layer.
    pub is_rtx: bool,
    /// Of sound; what has a payload type of the other medium is not of this stream.
    pub is_audio: bool,
    /// Another SSRC took its place.
    pub is_superseded: bool,
    /// For receiver reports.
    pub reception: Reception,
}

/// What the header extensions of one incoming packet say.
#[derive(Debug, Default, Clone, Copy)]
pub struct Told<'a> {
    /// To be passed on.
    pub passed: PassedExtensions,
    /// Transport-wide sequence number.
    pub transport_sequence: Option<u16>,
    /// Absolute send time.
    pub send_time: Option<u32>,
    /// The dependency descriptor.
    pub descriptor: Option<&'a [u8]>,
    /// Of the m-line.
    pub mid: Option<&'a [u8]>,
    /// Of the layer.
    pub rid: Option<&'a [u8]>,
    /// Of the layer that is retransmitted.
    pub rrid: Option<&'a [u8]>,
}

/// A payload type's meaning for one peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Meaning {
    /// Of the media, also when retransmitted.
    pub codec: Codec,
    /// A retransmission (RFC 4588).
    pub is_rtx: bool,
    /// Within redundancy (RFC 2198).
    pub is_red: bool,
}

/// See the module. What every packet to it touches lies in front and side by side.
#[repr(C)]
pub struct Peer {
    /// The conference.
    pub room: u64,
    /// Audience classes that it may receive.
    pub hears: u64,
    /// What it is sent.
    pub slots: Vec<Slot>,
    /// There is a way, consent and a key: kept in step by [`Peer::refresh_sending`].
    pub is_sending: bool,
    /// The way is a TCP connection: it may be clogged. Kept likewise.
    pub is_stream: bool,
    /// It is clogged: its pictures wait until it is not.
    pub is_clogged: bool,
    /// Its payload types.
    pub payloads: Payloads,
    /// Seals what it is sent.
    pub outbound: Option<Outbound>,
    /// When packets leave to it.
    pub pacer: Pacer,
    /// What the way to it carries.
    pub way: Way,
    /// Python's name.
    pub id: u64,
    /// RTCP's canonical name.
    pub cname: String,
    /// Connectivity and consent.
    pub ice: Ice,
    /// Opens what it sends.
    pub inbound: Option<Inbound>,
    keys_digest: Option<Vec<u8>>,
    /// Its extension ids: what it may send, and what slots carry that were not told their own.
    pub extensions: Extensions,
    /// What it may send.
    pub lines: Vec<Line>,
    /// What it does send.
    pub streams: Vec<Stream>,
    /// Of what it sends.
    pub arrivals: Arrivals,
    /// Where it takes REMB instead of such feedback.
    pub receive_side: Option<Box<ReceiveSide>>,
    /// Its wall clock.
    pub clock: PublisherClock,
    /// From its reports on ours.
    pub round_trip_us: Option<u64>,
    /// Since the last quality event.
    pub uplink: Loss,
    /// Since the last quality event.
    pub downlink: Loss,
    /// Bytes of media from it since the last quality event.
    pub uplink_bytes: u64,
    /// The last quality event.
    pub quality_us: u64,
    /// What it told; `None`: there was none yet.
    pub quality: Option<Figures>,
    /// Next reports to it.
    pub report_due_us: u64,
    /// The next sender report of any slot; a slot that begins anew sets it to now.
    pub slots_due_us: u64,
    /// When the figures of its quality are looked at next.
    pub quality_due_us: u64,
    /// When they were looked at last.
    pub looked_us: u64,
    /// When it was made.
    pub born_us: u64,
    /// When its last authentic packet of media or RTCP came.
    pub heard_us: u64,
    /// Packets of media from it.
    pub media_packets: Bucket,
    /// Bytes of media from it.
    pub media_bytes: Bucket,
    /// DTLS datagrams to Python.
    pub dtls_budget: Bucket,
    /// RTCP packets.
    pub rtcp_budget: Bucket,
    /// Sequence numbers in NACKs.
    pub nack_budget: Bucket,
    /// Bytes of retransmissions.
    pub rtx_budget: Bucket,
}

/// Bytes of a peer that every packet to it touches.
pub const TOUCHED_LEN: usize = offset_of!(Peer, way) + crate::way::TOUCHED_LEN;

impl Peer {
    /// A picture's packet leaves when the pacer lets it.
    pub fn hold(&mut self, waiting: Waiting) {
        if let Some(slot) = self.slots.get_mut(waiting.slot) {
            slot.waiting += 1;
            self.pacer.push(waiting);
        }
    }

    /// Since anything authentic came from it, a connectivity check or a packet. Not the measure of consent: that is the
    /// checks' alone (RFC 7675).
    pub fn silent_us(&self, now_us: u64) -> u64 {
        self.ice.silent_us(now_us).min(now_us.saturating_sub(self.heard_us))
    }

    /// Without m-lines and slots; the forwarder adds them.
    pub fn new(id: u64, room: u64, cname: String, credentials: Credentials, now_us: u64) -> Self {
        Self {
            id,
            room,
            cname,
            ice: Ice::new(credentials, now_us),
            is_sending: false,
            is_stream: false,
            is_clogged: false,
            inbound: None,
            outbound: None,
            keys_digest: None,
            payloads: Payloads::default(),
            extensions: Extensions::default(),
            lines: Vec::new(),
            streams: Vec::new(),
            slots: Vec::new(),
            hears: 0,
            arrivals: Arrivals::default(),
            receive_side: None,
            clock: PublisherClock::default(),
            way: Way::default(),
            pacer: Pacer::default(),
            round_trip_us: None,
            uplink: Loss::default(),
            downlink: Loss::default(),
            uplink_bytes: 0,
            quality_us: now_us,
            quality: None,
            report_due_us: now_us,
            slots_due_us: now_us,
            quality_due_us: now_us,
            looked_us: now_us,
            born_us: now_us,
            heard_us: now_us,
            media_packets: Bucket::new(MEDIA_PACKETS_PER_S, MEDIA_BURST_PACKETS),
            media_bytes: Bucket::new(MEDIA_BYTES_PER_S, MEDIA_BURST_BYTES),
            dtls_budget: Bucket::new(DTLS_PER_S, DTLS_BURST),
            rtcp_budget: Bucket::new(RTCP_PER_S, RTCP_BURST),
            nack_budget: Bucket::new(NACKS_PER_S, NACKS_BURST),
            rtx_budget: Bucket::new(RTX_BYTES_PER_S, RTX_BURST_BYTES),
        }
    }

    /// Takes the keys of a finished handshake. The same keys again change nothing (`false`): their indices are in use.
    pub fn set_keys(&mut self, profile: u16, receive: &[u8], send: &[u8]) -> Result<bool, SrtpError> {
        let profile = Profile::from_number(profile).ok_or(SrtpError::BadKeyLength)?;
        let mut context = digest::Context::new(&digest::SHA256);
        context.update(receive);
        context.update(send);
        let digest = context.finish().as_ref().to_vec();
        if self.keys_digest.as_ref() == Some(&digest) {
            return Ok(false);
        }
        let inbound = Inbound::new(profile, receive)?;
        let outbound = Outbound::new(profile, send)?;
        self.inbound = Some(inbound);
        self.outbound = Some(outbound);
        self.keys_digest = Some(digest);
        self.streams.clear();
        for slot in &mut self.slots {
            slot.on_new_keys();
        }
        self.refresh_sending();
        Ok(true)
    }

    /// To be called when keys or the way changed.
    pub fn refresh_sending(&mut self) {
        let route = self.ice.send_route();
        self.is_sending = self.outbound.is_some() && route.is_some();
        self.is_stream = route.is_some_and(|route| route.is_tcp());
    }

    /// What a payload type of this peer means.
    #[inline]
    pub fn meaning(&self, payload_type: u8) -> Option<Meaning> {
        let all = [
            (self.payloads.opus, Codec::Opus, false),
            (self.payloads.vp8, Codec::Vp8, false),
            (self.payloads.vp8_rtx, Codec::Vp8, true),
            (self.payloads.h264, Codec::H264, false),
            (self.payloads.h264_rtx, Codec::H264, true),
            (self.payloads.vp9, Codec::Vp9, false),
            (self.payloads.vp9_rtx, Codec::Vp9, true),
            (self.payloads.av1, Codec::Av1, false),
            (self.payloads.av1_rtx, Codec::Av1, true),
        ];
        let found = all.into_iter().find(|(number, ..)| *number != 0 && *number == payload_type);
        if let Some((_, codec, is_rtx)) = found {
            return Some(Meaning { codec, is_rtx, is_red: false });
        }
        let is_red = self.payloads.red != 0 && self.payloads.red == payload_type;
        is_red.then_some(Meaning { codec: Codec::Opus, is_rtx: false, is_red })
    }

    /// Its payload type of a codec, and of its retransmissions; 0: not negotiated.
    #[inline]
    pub fn payload_types(&self, codec: Codec) -> (u8, u8) {
        match codec {
            Codec::Opus => (self.payloads.opus, 0),
            Codec::Vp8 => (self.payloads.vp8, self.payloads.vp8_rtx),
            Codec::H264 => (self.payloads.h264, self.payloads.h264_rtx),
            Codec::Vp9 => (self.payloads.vp9, self.payloads.vp9_rtx),
            Codec::Av1 => (self.payloads.av1, self.payloads.av1_rtx),
        }
    }

    /// Reads the header extensions by this peer's ids.
    #[inline]
    pub fn read_extensions<'a>(&self, elements: WireExtensions<'a>) -> Told<'a> {
        let ids = &self.extensions;
        let mut told = Told::default();
        for element in elements {
            let id = element.id;
            if id == ids.transport_cc {
                told.transport_sequence = parse_transport_sequence(element.data);
            } else if id == ids.abs_send_time {
                told.send_time = parse_abs_send_time(element.data);
            } else if id == ids.audio_level {
                told.passed.audio_level = element.data.first().copied();
            } else if id == ids.mid {
                told.mid = Some(trimmed(element.data));
            } else if id == ids.rid {
                told.rid = Some(trimmed(element.data));
            } else if id == ids.rrid {
                told.rrid = Some(trimmed(element.data));
            } else if id == ids.orientation {
                told.passed.orientation = element.data.first().copied();
            } else if id == ids.playout_delay {
                told.passed.playout_delay = PlayoutDelay::parse(element.data).map(|delay| delay.capped().encode());
            } else if id == ids.dependency_descriptor {
                told.descriptor = Some(element.data).filter(|data| (3..=MAX_DESCRIPTOR_LEN).contains(&data.len()));
            }
        }
        told
    }

    /// Which m-line and layer a new SSRC belongs to: the payload type tells retransmissions, then mid with rid or rrid
    /// (RFC 9143 §9.2, RFC 8852), else the declared SSRC. `None`: to be dropped.
    pub fn identify(&self, ssrc: u32, meaning: Meaning, told: &Told<'_>) -> Option<(usize, u8)> {
        let wanted = if meaning.codec.is_audio() { MediaKind::Audio } else { MediaKind::Video };
        let declares =
            |receive: &Receive| ssrc != 0 && ssrc == if meaning.is_rtx { receive.rtx_ssrc } else { receive.ssrc };
        let line = match told.mid {
            Some(mid) => self.lines.iter().find(|line| line.receive.mid.as_bytes() == mid),
            None => self.lines.iter().find(|line| declares(&line.receive)),
        };
        let line = line.filter(|line| line.receive.kind == wanted)?;
        let rids = &line.receive.rids;
        if rids.len() <= 1 {
            return Some((line.source, 0));
        }
        let rid = if meaning.is_rtx { told.rrid } else { told.rid };
        let layer = match rid {
            Some(rid) => rids.iter().position(|known| known.as_bytes() == rid)?,
            None => declares(&line.receive).then_some(0)?,
        };
        Some((line.source, layer as u8))
    }

    /// The slot of this kind and index.
    pub fn slot_at(&self, kind: SlotKind, index: u16) -> Option<usize> {
        self.slots.iter().position(|slot| slot.kind == kind && slot.index == index)
    }

    /// Whether a source is its own.
    pub fn publishes(&self, source: usize) -> bool {
        self.lines.iter().any(|line| line.source == source)
    }
}

/// Senders may pad the text of SDES extensions with zero bytes (RFC 7941 §4.1).
fn trimmed(text: &[u8]) -> &[u8] {
    let len = text.iter().position(|byte| *byte == 0).unwrap_or(text.len());
    text.get(..len).unwrap_or_default()
}
