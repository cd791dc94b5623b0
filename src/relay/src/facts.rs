//! What is known of one received media packet once it is open: by value, so that it lies beside the packet in the
//! history and outlives the receive buffer.

use crate::frame::{Frame, TellsFrame};
use crate::wire::av1::AggregationHeader;
use crate::wire::dependency_descriptor::Described;
use crate::wire::h264::H264Payload;
use crate::wire::vp8::{Descriptor, PictureId};
use crate::wire::vp9;

/// What a payload type means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Codec {
    /// RFC 7587, clock 48 kHz.
    Opus,
    /// RFC 7741, clock 90 kHz.
    Vp8,
    /// RFC 6184, clock 90 kHz.
    H264,
    /// RFC 9628, clock 90 kHz.
    Vp9,
    /// RTP Payload Format For AV1, clock 90 kHz.
    Av1,
}

impl Codec {
    /// RTP clock in Hz.
    pub const fn clock_rate(self) -> u32 {
        match self {
            Self::Opus => 48_000,
            Self::Vp8 | Self::H264 | Self::Vp9 | Self::Av1 => 90_000,
        }
    }

    /// Comes with a dependency descriptor where that was negotiated. The others tell in their payload, or not at all.
    pub const fn is_described(self) -> bool {
        matches!(self, Self::Vp9 | Self::Av1)
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
    /// [`PlayoutDelay`], as it is passed on. With what a decoder can start with also when the publisher said it before.
    ///
    /// [`PlayoutDelay`]: crate::wire::extension::PlayoutDelay
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
    /// See [`Frame`].
    pub is_frame_start: bool,
    /// See [`Frame`].
    pub temporal: u8,
    /// See [`Frame`].
    pub is_layer_sync: bool,
    /// See [`Frame`].
    pub opens: u8,
    /// Number of the frame, if its format has one; wraps at 15 bits, or as received ([`Self::widen_picture`]).
    pub picture: Option<u16>,
    /// See [`Frame`].
    pub tl0_picture_index: Option<u8>,
    /// Of the dependency descriptor, when there is one.
    pub frame_number: Option<u16>,
    /// The VP8 descriptor, when the codec is VP8 and there is a payload.
    pub vp8: Option<Descriptor>,
    /// The VP9 descriptor, when the codec is VP9 and there is a payload.
    pub vp9: Option<vp9::Descriptor>,
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
        Self::described(codec, payload, base, None, None)
    }

    /// As [`Self::of`], of a packet with a dependency descriptor: `described` is what it says, if it can be read.
    pub fn described(
        codec: Codec,
        payload: &[u8],
        base: PacketBase,
        frame_number: Option<u16>,
        described: Option<Described>,
    ) -> Option<Self> {
        let (mut vp8, mut vp9) = (None, None);
        let mut frame = Frame { is_start: codec.is_audio(), ..Frame::default() };
        if !payload.is_empty() {
            match codec {
                Codec::Opus => {}
                Codec::Vp8 => {
                    let descriptor = Descriptor::parse(payload)?;
                    frame = descriptor.frame();
                    vp8 = Some(descriptor);
                }
                Codec::Vp9 => {
                    let descriptor = vp9::Descriptor::parse(payload)?;
                    frame = descriptor.frame();
                    vp9 = Some(descriptor);
                }
                Codec::H264 => frame = H264Payload::parse(payload)?.frame(),
                // A descriptor that cannot be read names a structure that has not come: nothing starts there.
                Codec::Av1 if frame_number.is_some() => {}
                Codec::Av1 => frame = AggregationHeader::parse(payload)?.frame(),
            }
            if let Some(described) = described {
                let told = described.frame();
                frame = Frame { picture: frame.picture, tl0_picture_index: frame.tl0_picture_index, ..told };
            }
        }
        Some(Self {
            index: base.index,
            timestamp: base.timestamp,
            is_marked: base.is_marked,
            codec,
            is_start: frame.is_start,
            is_padding: payload.is_empty(),
            is_redundant: false,
            is_frame_start: frame.is_frame_start,
            temporal: frame.temporal,
            is_layer_sync: frame.is_layer_sync,
            opens: frame.opens,
            picture: frame.picture.map(PictureId::value),
            tl0_picture_index: frame.tl0_picture_index,
            frame_number,
            vp8,
            vp9,
            extensions: base.extensions,
            arrival_us: base.arrival_us,
            captured_us: None,
        })
    }

    /// Makes 15 bits of a picture id of 7, the nearest to the last one. To be called with every packet of a layer.
    #[inline]
    pub fn widen_picture(&mut self, last: &mut u16) {
        let descriptor_id = self.vp8.map_or_else(|| self.vp9.and_then(|it| it.picture_id), |it| it.picture_id);
        if let Some(PictureId::Short(short)) = descriptor_id {
            // Up to 63 ahead, or else behind.
            let ahead = u16::from(short).wrapping_sub(*last) & 0x7F;
            *last = last.wrapping_add(ahead).wrapping_sub(if ahead < 64 { 0 } else { 128 }) & 0x7FFF;
            self.picture = Some(*last);
        }
    }
}

impl Facts {
    /// Of an empty packet that takes this one's place: where it lay, without what was in it.
    #[must_use]
    pub fn emptied(&self) -> Self {
        Self {
            is_marked: false,
            is_start: false,
            is_padding: true,
            is_frame_start: false,
            picture: None,
            tl0_picture_index: None,
            frame_number: None,
            vp8: None,
            vp9: None,
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
