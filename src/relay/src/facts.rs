//! What is known of one received media packet once it is open: by value, so that it lies beside the packet in the
//! history and outlives the receive buffer.

use crate::wire::h264::H264Payload;
use crate::wire::vp8::{Descriptor, PictureId};

/// What a payload type means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Codec {
    /// RFC 7587, clock 48 kHz.
    Opus,
    /// RFC 7741, clock 90 kHz.
    Vp8,
    /// RFC 6184, clock 90 kHz.
    H264,
}

impl Codec {
    /// RTP clock in Hz.
    pub const fn clock_rate(self) -> u32 {
        match self {
            Self::Opus => 48_000,
            Self::Vp8 | Self::H264 => 90_000,
        }
    }

    /// Sound needs no keyframe.
    pub const fn is_audio(self) -> bool {
        matches!(self, Self::Opus)
    }
}

/// Header extensions that are passed on as they came.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PassedExtensions {
    /// RFC 6464, the raw byte.
    pub audio_level: Option<u8>,
    /// 3GPP TS 26.114, the raw byte.
    pub orientation: Option<u8>,
    /// Two times 12 bits of 10 ms.
    pub playout_delay: Option<[u8; 3]>,
}

/// One received packet of a layer.
#[allow(clippy::struct_excessive_bools)] // Each is a fact of its own.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Facts {
    /// Unwrapped sequence number.
    pub index: u64,
    /// As received.
    pub timestamp: u32,
    /// M bit.
    pub is_marked: bool,
    /// From the payload type.
    pub codec: Codec,
    /// A decoder can start with this packet (always true for sound).
    pub is_start: bool,
    /// The payload is empty: a probe that only keeps the sequence complete.
    pub is_padding: bool,
    /// Sound whose payload holds redundancy (RFC 2198) before the primary.
    pub is_redundant: bool,
    /// The first packet of a frame, if its format tells.
    pub is_frame_start: bool,
    /// Temporal level of the frame, 0 when the format has none or does not tell: frames of a level need only frames of
    /// the same or lower levels.
    pub temporal: u8,
    /// The frame needs only frames of lower levels since the last of level 0: from it on its level can be decoded.
    pub is_layer_sync: bool,
    /// Number of the frame, if its format has one; wraps at 7 bits or more.
    pub picture: Option<u16>,
    /// Number of the newest frame of temporal level 0, if the format has one.
    pub tl0_picture_index: Option<u8>,
    /// The VP8 descriptor, when the codec is VP8 and there is a payload.
    pub vp8: Option<Descriptor>,
    /// To be passed on.
    pub extensions: PassedExtensions,
    /// When it came.
    pub arrival_us: u64,
    /// When it was captured, in the same steady time, when sender reports tell.
    pub captured_us: Option<i64>,
}

impl Facts {
    /// Looks into an opened payload. `None` when it is not what its payload type says.
    pub fn of(codec: Codec, payload: &[u8], base: PacketBase) -> Option<Self> {
        let mut facts = Self {
            index: base.index,
            timestamp: base.timestamp,
            is_marked: base.is_marked,
            codec,
            is_start: codec.is_audio(),
            is_padding: payload.is_empty(),
            is_redundant: false,
            is_frame_start: false,
            temporal: 0,
            is_layer_sync: false,
            picture: None,
            tl0_picture_index: None,
            vp8: None,
            extensions: base.extensions,
            arrival_us: base.arrival_us,
            captured_us: None,
        };
        if !facts.is_padding {
            match codec {
                Codec::Opus => {}
                Codec::Vp8 => {
                    let descriptor = Descriptor::parse(payload)?;
                    facts.is_start = descriptor.is_keyframe_start;
                    facts.is_frame_start = descriptor.is_partition_start && descriptor.partition_index == 0;
                    facts.temporal = descriptor.temporal_layer.unwrap_or(0);
                    facts.is_layer_sync = descriptor.is_layer_sync;
                    facts.picture = descriptor.picture_id.map(PictureId::value);
                    facts.tl0_picture_index = descriptor.tl0_picture_index;
                    facts.vp8 = Some(descriptor);
                }
                Codec::H264 => facts.is_start = H264Payload::parse(payload)?.is_keyframe_start(),
            }
        }
        Some(facts)
    }
}

impl Facts {
    /// Of an empty packet that takes this one's place: where it lay, without what was in it.
    pub fn emptied(&self) -> Self {
        Self {
            is_marked: false,
            is_start: false,
            is_padding: true,
            is_frame_start: false,
            picture: None,
            tl0_picture_index: None,
            vp8: None,
            extensions: PassedExtensions::default(),
            ..*self
        }
    }
}

/// The part of [`Facts`] that comes from the RTP header.
#[derive(Debug, Clone, Copy)]
pub struct PacketBase {
    /// Unwrapped sequence number.
    pub index: u64,
    /// As received.
    pub timestamp: u32,
    /// M bit.
    pub is_marked: bool,
    /// To be passed on.
    pub extensions: PassedExtensions,
    /// When it came.
    pub arrival_us: u64,
}
