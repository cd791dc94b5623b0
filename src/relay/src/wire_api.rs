//! What crosses the border to Python: the mirror of `vdxmedia/sfu/relay_wire.py`.
//!
//! `MessagePack` maps with `type` as the tag, `snake_case`. [`Command::decode`] is the only way in: after it every length
//! has its limit and the relay needs no further checks of form. What is left out: whether a command makes sense now
//! (an unknown peer is ignored by the forwarder: it has just left).

use serde::{Deserialize, Serialize};

use crate::statistics::{PeerStatistics, SourceStatistics};

/// Longest mid, rid or rrid that a one-byte header extension holds (RFC 8285 §4.2).
pub const MAX_NAME_LEN: usize = 16;
/// M-lines on which one peer may send: microphone, camera, screen, screen audio, and room for as many again.
pub const MAX_RECEIVES: usize = 16;
/// Slots of one peer: the contract's largest is 3 + 1 + 50.
pub const MAX_SLOTS: usize = 128;
/// Simulcast layers of one source.
pub const MAX_LAYERS: usize = 3;
/// Payload types that read as RTCP when the marker bit is set (RFC 5761 §4).
const RTCP_TYPES: std::ops::RangeInclusive<u8> = 64..=95;
/// Longest DTLS datagram taken from Python; the architecture promises 1200.
pub const MAX_DTLS_LEN: usize = 1500;

/// ICE credentials (RFC 8445 §5.3).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct Ice {
    /// Routes the first check; unique among live peers.
    pub local_ufrag: String,
    /// Key of the MESSAGE-INTEGRITY of checks that we answer.
    pub local_pwd: String,
    /// What the client puts after the colon of USERNAME.
    pub remote_ufrag: String,
}

/// One peer's payload types; 0 means not negotiated.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
#[allow(missing_docs)]
pub struct Payloads {
    pub opus: u8,
    pub red: u8,
    pub vp8: u8,
    pub vp8_rtx: u8,
    pub h264: u8,
    pub h264_rtx: u8,
    pub vp9: u8,
    pub vp9_rtx: u8,
    pub av1: u8,
    pub av1_rtx: u8,
}

/// One peer's header extension ids; 0 means not negotiated.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
#[allow(missing_docs)]
pub struct Extensions {
    pub mid: u8,
    pub rid: u8,
    pub rrid: u8,
    pub audio_level: u8,
    pub transport_cc: u8,
    pub abs_send_time: u8,
    pub orientation: u8,
    pub playout_delay: u8,
    pub dependency_descriptor: u8,
}

/// Kind of a medium that a peer sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum MediaKind {
    Audio,
    Video,
}

/// What of a picture is given up first when bandwidth is short.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Shedding {
    /// Frames first, down to 12 a second, then size: a face, a screen.
    #[default]
    Rate,
    /// Size first, at least 20 frames a second stay while any size is left: sign language.
    Size,
}

/// One m-line on which the peer sends to us.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct Receive {
    /// Media identification tag (RFC 9143).
    pub mid: String,
    /// The source's id, never 0.
    pub source: u32,
    /// Sound or picture.
    pub kind: MediaKind,
    /// Audio of a screen: never ranked among the speakers.
    #[serde(default)]
    pub programme: bool,
    /// A shared screen: it keeps its size when bandwidth is short, and comes before other pictures.
    #[serde(default)]
    pub screen: bool,
    /// Lowest layer first; empty without simulcast.
    #[serde(default)]
    pub rids: Vec<String>,
    /// From `a=ssrc`; 0 when only mid and rid tell.
    #[serde(default)]
    pub ssrc: u32,
    /// From `a=ssrc-group:FID`; 0 when not told.
    #[serde(default)]
    pub rtx_ssrc: u32,
    /// The peer takes REMB there, and no transport-wide feedback.
    #[serde(default)]
    pub remb: bool,
}

/// Kind of an outgoing stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum SlotKind {
    Speaker,
    Programme,
    Video,
}

/// One m-line on which we send to the peer, fixed for the connection's life.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct Slot {
    /// What it carries.
    pub kind: SlotKind,
    /// Counts from 0 within its kind.
    pub index: u16,
    /// Media identification tag of the m-line.
    pub mid: String,
    /// Synchronization source, never 0.
    pub ssrc: u32,
    /// 0: no RTX; lost packets are then answered with a keyframe.
    #[serde(default)]
    pub rtx_ssrc: u32,
    /// The peer may ask for lost packets.
    #[serde(default)]
    pub nack: bool,
    /// The transport-wide sequence number was negotiated on this m-line.
    #[serde(default)]
    pub transport_cc: bool,
    /// Sound with redundancy (RFC 2198) was negotiated on this m-line.
    #[serde(default)]
    pub red: bool,
    /// What was negotiated on this m-line; `None`: all that the peer has.
    #[serde(default)]
    pub extensions: Option<Extensions>,
}

/// A new peer.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[allow(missing_docs)]
pub struct AddPeer {
    pub peer: u64,
    pub room: u64,
    /// The peer of the same participant to remove in the same step; 0: none.
    #[serde(default)]
    pub replaces: u64,
    /// Where it lives, for its whole life.
    #[serde(default)]
    pub worker: u16,
    /// RTCP's canonical name for everything we send to it.
    pub cname: String,
    pub ice: Ice,
    pub payloads: Payloads,
    pub extensions: Extensions,
    pub receives: Vec<Receive>,
    pub slots: Vec<Slot>,
}

/// A re-offer: new credentials, new m-lines. What is there already stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[allow(missing_docs)]
pub struct UpdatePeer {
    pub peer: u64,
    pub ice: Ice,
    pub payloads: Payloads,
    pub extensions: Extensions,
    pub receives: Vec<Receive>,
    pub slots: Vec<Slot>,
}

/// What Python asks for; see the Python side for each field's meaning.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Command {
    AddPeer(Box<AddPeer>),
    UpdatePeer(Box<UpdatePeer>),
    SetKeys {
        peer: u64,
        profile: u16,
        #[serde(with = "serde_bytes")]
        receive: Vec<u8>,
        #[serde(with = "serde_bytes")]
        send: Vec<u8>,
    },
    SendDtls {
        peer: u64,
        #[serde(with = "serde_bytes")]
        datagram: Vec<u8>,
    },
    RemovePeer {
        peer: u64,
    },
    CloseRoom {
        room: u64,
    },
    SetGate {
        #[serde(default)]
        room: u64,
        source: u32,
        gate: u8,
        open: bool,
    },
    SetSourceClasses {
        #[serde(default)]
        room: u64,
        source: u32,
        classes: u64,
    },
    SetHears {
        peer: u64,
        classes: u64,
    },
    BindSlot {
        peer: u64,
        kind: SlotKind,
        index: u16,
        source: u32,
        #[serde(default = "highest_layer")]
        max_layer: u8,
        #[serde(default)]
        priority: u8,
    },
    SetShedding {
        #[serde(default)]
        room: u64,
        source: u32,
        first: Shedding,
    },
    ForgetSource {
        room: u64,
        source: u32,
    },
    TakeSnapshot {
        id: u64,
        room: u64,
    },
    Fence {
        id: u64,
    },
}

const fn highest_layer() -> u8 {
    (MAX_LAYERS - 1) as u8
}

/// Why a command was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CommandError {
    /// Not `MessagePack`, unknown tag, missing field, wrong type.
    Undecodable(String),
    /// A field beyond its limits.
    OutOfLimits(&'static str),
}

impl std::fmt::Display for CommandError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Undecodable(reason) => write!(f, "command does not decode: {reason}"),
            Self::OutOfLimits(field) => write!(f, "command out of limits: {field}"),
        }
    }
}

impl std::error::Error for CommandError {}

impl Command {
    /// Decodes and checks one command.
    pub fn decode(message: &[u8]) -> Result<Self, CommandError> {
        let command: Self =
            rmp_serde::from_slice(message).map_err(|error| CommandError::Undecodable(error.to_string()))?;
        command.check().map_or(Ok(()), |field| Err(CommandError::OutOfLimits(field)))?;
        Ok(command)
    }

    /// As [`Self::decode`] reads it: for who drives a relay in another process.
    pub fn encode(&self) -> Vec<u8> {
        // Writing to a Vec cannot fail, and every field of a command has a MessagePack form.
        rmp_serde::to_vec_named(self).unwrap_or_default()
    }

    /// The first field that is beyond its limits.
    fn check(&self) -> Option<&'static str> {
        match self {
            Self::AddPeer(add) => wrong_when(add.cname.is_empty() || add.cname.len() > 255, "cname")
                .or_else(|| check_peer(&add.ice, add.payloads, add.extensions, &add.receives, &add.slots)),
            Self::UpdatePeer(update) => {
                check_peer(&update.ice, update.payloads, update.extensions, &update.receives, &update.slots)
            }
            Self::SetKeys { profile, receive, send, .. } => {
                let wanted = match profile {
                    7 => 28,
                    1 => 30,
                    _ => return Some("profile"),
                };
                wrong_when(receive.len() != wanted || send.len() != wanted, "keys")
            }
            Self::SendDtls { datagram, .. } => {
                wrong_when(datagram.is_empty() || datagram.len() > MAX_DTLS_LEN, "datagram")
            }
            Self::SetGate { source, gate, .. } => {
                wrong_when(*source == 0, "source").or_else(|| wrong_when(!matches!(gate, 1 | 2), "gate"))
            }
            Self::SetSourceClasses { source, .. }
            | Self::SetShedding { source, .. }
            | Self::ForgetSource { source, .. } => wrong_when(*source == 0, "source"),
            _ => None,
        }
    }
}

fn wrong_when(wrong: bool, field: &'static str) -> Option<&'static str> {
    wrong.then_some(field)
}

fn is_name(text: &str) -> bool {
    (1..=MAX_NAME_LEN).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// 15 means "stop" in the one-byte form (RFC 8285 §4.2).
fn has_reserved_id(ids: Extensions) -> bool {
    let Extensions {
        mid,
        rid,
        rrid,
        audio_level,
        transport_cc,
        abs_send_time,
        orientation,
        playout_delay,
        dependency_descriptor,
    } = ids;
    [mid, rid, rrid, audio_level, transport_cc, abs_send_time, orientation, playout_delay, dependency_descriptor]
        .contains(&15)
}

fn check_peer(
    ice: &Ice,
    payloads: Payloads,
    extensions: Extensions,
    receives: &[Receive],
    slots: &[Slot],
) -> Option<&'static str> {
    let Payloads { opus, red, vp8, vp8_rtx, h264, h264_rtx, vp9, vp9_rtx, av1, av1_rtx } = payloads;
    let types = [opus, red, vp8, vp8_rtx, h264, h264_rtx, vp9, vp9_rtx, av1, av1_rtx];
    wrong_when(!(4..=256).contains(&ice.local_ufrag.len()), "local_ufrag")
        .or_else(|| wrong_when(!(22..=256).contains(&ice.local_pwd.len()), "local_pwd"))
        .or_else(|| wrong_when(!(1..=256).contains(&ice.remote_ufrag.len()), "remote_ufrag"))
        .or_else(|| wrong_when(types.iter().any(|number| *number > 127 || RTCP_TYPES.contains(number)), "payloads"))
        .or_else(|| wrong_when(has_reserved_id(extensions), "extensions"))
        .or_else(|| wrong_when(receives.len() > MAX_RECEIVES, "receives"))
        .or_else(|| wrong_when(slots.len() > MAX_SLOTS, "slots"))
        .or_else(|| receives.iter().find_map(check_receive))
        .or_else(|| slots.iter().find_map(|slot| wrong_when(slot.ssrc == 0 || !is_name(&slot.mid), "slot")))
        .or_else(|| {
            slots.iter().find_map(|slot| wrong_when(slot.extensions.is_some_and(has_reserved_id), "extensions"))
        })
}

fn check_receive(receive: &Receive) -> Option<&'static str> {
    wrong_when(receive.source == 0, "source")
        .or_else(|| wrong_when(!is_name(&receive.mid), "mid"))
        .or_else(|| wrong_when(receive.rids.len() > MAX_LAYERS, "rids"))
        .or_else(|| wrong_when(!receive.rids.iter().all(|rid| is_name(rid)), "rid"))
}

/// What the relay tells Python; see the Python side for each field's meaning.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Event {
    PeerBound {
        peer: u64,
        address: String,
        is_tcp: bool,
    },
    DtlsReceived {
        peer: u64,
        #[serde(with = "serde_bytes")]
        datagram: Vec<u8>,
    },
    ConsentLost {
        peer: u64,
    },
    PeerExpired {
        peer: u64,
    },
    ConsentBack {
        peer: u64,
    },
    SourceStarted {
        source: u32,
    },
    SlotSwitched {
        peer: u64,
        kind: SlotKind,
        index: u16,
        source: u32,
        layer: u8,
    },
    CannotDecode {
        peer: u64,
        index: u16,
        source: u32,
    },
    Speakers {
        room: u64,
        speakers: Vec<(u32, u8)>,
    },
    PeerQuality {
        peer: u64,
        period_ms: u32,
        uplink_loss: f32,
        downlink_loss: f32,
        rtt_ms: f32,
        silent_ms: u32,
        estimate_bps: u64,
        uplink_bps: u64,
        jitter_ms: f32,
        freezes: u32,
        frozen_ms: u64,
        is_heard: bool,
    },
    SlotPaused {
        peer: u64,
        kind: SlotKind,
        index: u16,
        source: u32,
        paused: bool,
    },
    LayersWanted {
        peer: u64,
        source: u32,
        layers: u8,
    },
    FenceReached {
        id: u64,
    },
    PeerFault {
        peer: u64,
    },
    Snapshot {
        id: u64,
        peers: Vec<PeerStatistics>,
        sources: Vec<SourceStatistics>,
    },
}

impl Event {
    /// Something hangs on it: it is the last to be dropped when the queue is full. The others tell a state that will be
    /// told again, or that only statistics use.
    pub fn is_awaited(&self) -> bool {
        !matches!(self, Self::Speakers { .. } | Self::PeerQuality { .. } | Self::SlotSwitched { .. })
    }

    /// As a map in `MessagePack`.
    pub fn encode(&self) -> Vec<u8> {
        // Writing to a Vec cannot fail, and every field of an event has a MessagePack form.
        rmp_serde::to_vec_named(self).unwrap_or_default()
    }
}
