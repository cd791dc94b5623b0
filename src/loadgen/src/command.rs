//! The JSON lines of both directions; see the crate's page for what they do.

use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

use crate::findings::Findings;
use crate::histogram::Histogram;
use crate::lateness::LatenessStats;

/// One line on standard input.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Command {
    /// A new client: checks, handshake, and receiving begin at once.
    Add(Box<Add>),
    /// Publishing on an m-line begins, as soon as the client is connected.
    Start {
        /// Of `add`.
        peer: u64,
        /// Of one of its sources.
        mid: String,
        /// The id that the server gave it, and will write as CSRC.
        source: u32,
    },
    /// Publishing on an m-line ends.
    Stop {
        /// Of `add`.
        peer: u64,
        /// Of one of its sources.
        mid: String,
    },
    /// Which layers of an m-line are sent from now on: those that anybody takes.
    Choose {
        /// Of `add`.
        peer: u64,
        /// Of one of its sources.
        mid: String,
        /// By their place, lowest first.
        layers: Vec<u32>,
    },
    /// What a slot is to show from now on; 0: nothing.
    Bind {
        /// Of `add`.
        peer: u64,
        /// Of the slot.
        mid: String,
        /// The only CSRC that is right, beside the one before.
        source: u32,
    },
    /// ICE begins anew; keys and streams go on.
    Restart(Restart),
    /// The client goes.
    Remove {
        /// Of `add`.
        peer: u64,
    },
    /// Asks for a line `stats`.
    Stats {
        /// With what each slot found.
        #[serde(default)]
        peers: bool,
        /// Counts and the delays begin anew afterwards.
        #[serde(default)]
        reset: bool,
    },
    /// The process ends.
    Quit,
}

/// What a re-offer with new credentials and its answer have settled (RFC 8445 §9).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Restart {
    /// Of `add`.
    pub peer: u64,
    /// Of the new answer.
    pub remote_ufrag: String,
    /// Of the new answer.
    pub remote_pwd: String,
    /// Of the re-offer.
    pub local_ufrag: String,
    /// From another port, as after a change of network; the old one is closed.
    #[serde(default)]
    pub moves: bool,
}

/// A client's parameters, as offer and answer have them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Add {
    /// A name for it; not in use.
    pub peer: u64,
    /// The server's candidate.
    pub remote: SocketAddr,
    pub remote_ufrag: String,
    pub remote_pwd: String,
    /// `sha-256 AB:CD:…`.
    pub remote_fingerprint: String,
    pub local_ufrag: String,
    #[serde(default)]
    pub cname: String,
    pub payloads: Payloads,
    pub extensions: Extensions,
    #[serde(default)]
    pub slots: Vec<Slot>,
    #[serde(default)]
    pub sources: Vec<Source>,
    #[serde(default)]
    pub options: Options,
}

/// Payload types; 0: not negotiated.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Payloads {
    pub opus: u8,
    pub vp8: u8,
    pub vp8_rtx: u8,
}

/// Ids of header extensions; 0: not negotiated.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Extensions {
    pub mid: u8,
    pub rid: u8,
    pub rrid: u8,
    pub audio_level: u8,
    pub transport_cc: u8,
    pub abs_send_time: u8,
}

/// An m-line on which the server sends.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Slot {
    /// `speaker`, `programme` or `video`: only the last is a picture.
    pub kind: String,
    pub index: u16,
    pub mid: String,
    pub ssrc: u32,
    /// 0: none.
    #[serde(default)]
    pub rtx_ssrc: u32,
}

/// An m-line on which the client sends.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Media identification tag.
    pub mid: String,
    /// Opus-like sound, otherwise VP8-like pictures.
    pub is_audio: bool,
    /// Lowest first; one without a rid when there is no simulcast.
    pub layers: Vec<Layer>,
}

/// One stream of a source, and its pace.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Layer {
    /// Empty without simulcast.
    #[serde(default)]
    pub rid: String,
    /// As declared, or any with a rid.
    pub ssrc: u32,
    /// 0: no retransmissions.
    #[serde(default)]
    pub rtx_ssrc: u32,
    /// Frames (of sound: packets) a second, 1 to 1000.
    pub frames_per_s: u32,
    /// Packets of a frame.
    #[serde(default = "one")]
    pub packets: u16,
    /// Payload of a packet.
    pub bytes: u16,
    /// The packets of a frame leave evenly over this time; 0: at once.
    #[serde(default)]
    pub spread_ms: u32,
    /// Packets of a keyframe; 0: as any frame.
    #[serde(default)]
    pub keyframe_packets: u16,
    /// dBov below full scale about which the level of sound moves.
    #[serde(default = "speech_level")]
    pub level: u8,
}

/// How a client behaves.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// One packet in so many is opened and compared.
    pub sample: u32,
    /// Transport-wide feedback this often; 0: never.
    pub feedback_ms: u32,
    /// Receiver and sender reports this often; 0: never.
    pub report_ms: u32,
    /// Ask for lost packets of pictures.
    pub nack: bool,
    /// Take coalesced datagrams (`UDP_GRO`).
    pub gro: bool,
    /// Ask for a keyframe in each slot this often, as a decoder in trouble does; 0: never.
    pub picture_loss_ms: u32,
    /// So many of 1000 packets that come are thrown away unseen, as if lost on the way.
    pub lose_incoming: u16,
    /// So many of 1000 packets that are to leave are not sent.
    pub lose_outgoing: u16,
    /// The key and the sealed form of each packet that is opened are reported too, for another library to open.
    pub tap: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            sample: 100,
            feedback_ms: 100,
            report_ms: 1000,
            nack: false,
            gro: false,
            picture_loss_ms: 0,
            lose_incoming: 0,
            lose_outgoing: 0,
            tap: false,
        }
    }
}

const fn one() -> u16 {
    1
}

const fn speech_level() -> u8 {
    25
}

/// One line on standard output. Times are of the machine's monotonic clock, in nanoseconds.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Report {
    /// The first line: the certificate's fingerprint, for all offers.
    Hello { fingerprint: String },
    /// The handshake is done; `profile` is its SRTP profile's number. With `tap`: the server's master key and salt, hex.
    Connected {
        peer: u64,
        profile: u16,
        at_ns: u64,
        ice_us: u64,
        dtls_us: u64,
        #[serde(skip_serializing_if = "Option::is_none")]
        key: Option<String>,
    },
    /// With `tap`: a packet as it came, hex; `is_again`: a retransmission.
    Packet { peer: u64, mid: String, is_again: bool, data: String },
    /// The first authentic packet of a slot.
    FirstPacket { peer: u64, mid: String, source: u32, at_ns: u64 },
    /// It does not work, or no more: `ice`, `dtls`, `fingerprint`, `consent`, `closed`, `socket`.
    Failed { peer: u64, reason: &'static str, detail: String },
    /// The last of one who was removed: what his slots found since the last reset.
    Gone { peer: u64, slots: Vec<SlotStats> },
    /// A command that made no sense.
    Refused { detail: String },
    /// The answer to `stats`.
    Stats(Box<Stats>),
}

/// All that was counted since the start or the last reset.
#[derive(Debug, Default, Serialize)]
#[allow(missing_docs)]
pub struct Stats {
    pub at_ns: u64,
    /// Of the generator's one thread, since its start.
    pub cpu_ns: u64,
    pub peers: u64,
    pub connected: u64,
    /// Added over all slots, of clients that are gone too.
    pub findings: Findings,
    /// See [`Findings::faults`].
    pub faults: u64,
    /// Of opened packets: from the publisher's send to the reading of the batch.
    pub delay: Delay,
    pub lateness: LatenessStats,
    pub sent: Sent,
    /// Datagrams that fit no slot: unknown SSRC, unreadable, RTCP that did not open.
    pub strays: u64,
    pub slots: Vec<SlotStats>,
}

/// Microseconds.
#[derive(Debug, Default, Serialize)]
#[allow(missing_docs)]
pub struct Delay {
    pub count: u64,
    pub mean_us: u64,
    pub p50_us: u64,
    pub p95_us: u64,
    pub p99_us: u64,
    pub max_us: u64,
    /// Largest value and count of each bucket that has any.
    pub buckets: Vec<(u64, u64)>,
}

impl Delay {
    /// What was counted so far.
    pub fn of(counted: &Histogram) -> Self {
        Self {
            count: counted.count(),
            mean_us: counted.mean_us(),
            p50_us: counted.quantile_us(500),
            p95_us: counted.quantile_us(950),
            p99_us: counted.quantile_us(990),
            max_us: counted.max_us(),
            buckets: counted.buckets(),
        }
    }
}

/// Of all publishers.
#[derive(Debug, Clone, Copy, Default, Serialize)]
#[allow(missing_docs)]
pub struct Sent {
    pub packets: u64,
    pub bytes: u64,
    pub frames: u64,
    pub keyframes: u64,
    pub retransmissions: u64,
    /// Numbers in the server's NACKs.
    pub nacks_received: u64,
    /// PLI and FIR.
    pub keyframe_requests: u64,
    pub transport_feedbacks_received: u64,
    /// Datagrams that the kernel did not take.
    pub refused: u64,
    /// Frames that were due more than a frame ago: the generator is too slow.
    pub late_frames: u64,
    /// Packets that were not sent on purpose.
    pub lost_on_purpose: u64,
}

/// One slot of one client.
#[derive(Debug, Serialize)]
#[allow(missing_docs)]
pub struct SlotStats {
    pub peer: u64,
    pub mid: String,
    pub kind: String,
    pub index: u16,
    /// The CSRC of its last packet.
    pub source: u32,
    /// Every CSRC that came since the slot is there, right or not, whatever was reset; the first 4,096.
    pub heard: Vec<u32>,
    /// The longest time between two packets, since the first or the last reset.
    pub longest_gap_us: u64,
    /// When the last packet with a source was read, monotonic; 0: none. Silence that the server fills in has none.
    pub heard_us: u64,
    pub findings: Findings,
}
