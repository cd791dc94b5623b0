//! RTP header extensions: the one-byte and two-byte forms, and the few extensions that the relay reads or writes.
//!
//! ```text
//! one-byte form (profile 0xBEDE)      two-byte form (profile 0x100x)
//!  0 1 2 3 4 5 6 7                     0                   1
//! +-+-+-+-+-+-+-+-+ data               +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+ data
//! |  ID   | len-1 | 1..16 bytes        |       ID      |     length    | 0..255 bytes
//! ```
//! RFC 8285 §4.2, §4.3. ID 0 is padding in both; ID 15 ends the one-byte form.

use super::bytes::{u16_at, u24_at};

/// The profile of the one-byte form.
pub const ONE_BYTE_PROFILE: u16 = 0xBEDE;
/// The profile of the two-byte form; the low four bits are application bits, written as zero.
pub const TWO_BYTE_PROFILE: u16 = 0x1000;

/// One extension element as it lies in the packet, or as it is to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extension<'a> {
    /// 1..=255; when written, 0 means "not negotiated" and the element is left out.
    pub id: u8,
    /// The element's bytes, without its header; at most 255.
    pub data: &'a [u8],
}

/// Walks the elements of an extension block; ends silently at the first broken one (RFC 8285 §4.1: the rest of the
/// packet stays usable). Unknown profiles yield nothing.
#[derive(Debug, Clone)]
pub struct Extensions<'a> {
    form: Form,
    rest: &'a [u8],
}

#[derive(Debug, Clone, Copy)]
enum Form {
    OneByte,
    TwoByte,
}

impl<'a> Extensions<'a> {
    /// Of a block (after profile and length) of the given profile.
    #[inline]
    pub fn new(profile: u16, block: &'a [u8]) -> Self {
        let (form, rest) = match profile {
            ONE_BYTE_PROFILE => (Form::OneByte, block),
            _ if profile & 0xFFF0 == TWO_BYTE_PROFILE => (Form::TwoByte, block),
            _ => (Form::OneByte, &[][..]),
        };
        Self { form, rest }
    }

    /// Takes the element at the front, which is no padding.
    #[inline]
    fn take(&mut self) -> Option<Extension<'a>> {
        let (id, len, body) = match (self.form, self.rest) {
            // 15 ends the block, and so does padding that claims a length.
            (Form::OneByte, [0x00..=0x0F | 0xF0..=0xFF, ..]) => return None,
            (Form::OneByte, [head, body @ ..]) => (head >> 4, usize::from(head & 0x0F) + 1, body),
            (Form::TwoByte, [id, len, body @ ..]) => (*id, usize::from(*len), body),
            _ => return None,
        };
        let (data, rest) = body.split_at_checked(len)?;
        self.rest = rest;
        Some(Extension { id, data })
    }
}

impl<'a> Iterator for Extensions<'a> {
    type Item = Extension<'a>;

    #[inline]
    fn next(&mut self) -> Option<Extension<'a>> {
        while let [0, rest @ ..] = self.rest {
            self.rest = rest;
        }
        let element = self.take();
        if element.is_none() {
            self.rest = &[];
        }
        element
    }
}

/// Audio level (RFC 6464 §3): `|V| level |`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AudioLevel {
    /// The sender believes that the packet holds voice.
    pub is_voice: bool,
    /// In -dBov: 0 is the loudest, 127 is silence.
    pub level: u8,
}

impl AudioLevel {
    /// From the element's data. The two-byte form may carry one byte of padding after it (RFC 6464 §3).
    #[inline]
    pub fn parse(data: &[u8]) -> Option<Self> {
        let first = *data.first()?;
        Some(Self { is_voice: first & 0x80 != 0, level: first & 0x7F })
    }

    /// As it goes into an element; a level above 127 is written as 127.
    #[inline]
    pub fn encode(self) -> [u8; 1] {
        [u8::from(self.is_voice) << 7 | self.level.min(127)]
    }
}

/// The transport-wide sequence number (draft-holmer-rmcat-transport-wide-cc-extensions-01 §2); version 2 of the
/// extension has two more bytes, which are ignored.
#[inline]
pub fn parse_transport_sequence(data: &[u8]) -> Option<u16> {
    u16_at(data, 0)
}

/// The transport-wide sequence number as it goes into an element.
#[inline]
pub fn encode_transport_sequence(sequence: u16) -> [u8; 2] {
    sequence.to_be_bytes()
}

/// Absolute send time: 24 bits of fixed-point seconds, 6.18, wrapping every 64 s.
#[inline]
pub fn encode_abs_send_time(now_us: u64) -> [u8; 3] {
    let units = ((now_us % 64_000_000) << 18) / 1_000_000;
    let [.., high, middle, low] = units.to_be_bytes();
    [high, middle, low]
}

/// Absolute send time in units of 2^-18 s.
#[inline]
pub fn parse_abs_send_time(data: &[u8]) -> Option<u32> {
    u24_at(data, 0)
}

/// Coordination of video orientation (3GPP TS 26.114 §7.4.5): `|0 0 0 0 C F R1 R0|`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Orientation {
    /// The camera on the back of the device.
    pub is_back_camera: bool,
    /// Mirrored left to right.
    pub is_flipped: bool,
    /// 0, 90, 180 or 270 degrees, by which the receiver turns the picture clockwise.
    pub rotation_degrees: u16,
}

impl Orientation {
    /// From the element's data.
    #[inline]
    pub fn parse(data: &[u8]) -> Option<Self> {
        let first = *data.first()?;
        Some(Self {
            is_back_camera: first & 0x08 != 0,
            is_flipped: first & 0x04 != 0,
            rotation_degrees: u16::from(first & 0x03) * 90,
        })
    }

    /// As it goes into an element; the rotation is rounded down to a quarter turn.
    #[inline]
    pub fn encode(self) -> [u8; 1] {
        let quarters = (self.rotation_degrees / 90 % 4) as u8;
        [u8::from(self.is_back_camera) << 3 | u8::from(self.is_flipped) << 2 | quarters]
    }
}

/// How long a receiver may hold a picture back (`http://www.webrtc.org/experiments/rtp-hdrext/playout-delay`): 12 + 12 bits
/// of 10 ms. A receiver keeps the last that it was told on a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlayoutDelay {
    /// 0..=40950, in steps of 10.
    pub minimum_ms: u16,
    /// 0..=40950, in steps of 10; not below the former.
    pub maximum_ms: u16,
}

impl PlayoutDelay {
    /// Gives a receiver that was told a delay its own choice again: what libwebrtc begins with (`timing.cc`,
    /// `kMaxVideoDelay`: 10 s). Only a maximum of 0.5 s or less makes it render without a buffer.
    pub const NONE: Self = Self { minimum_ms: 0, maximum_ms: 10_000 };
    /// The longest minimum that is passed on: a browser delays sound to fit the picture of its stream, which in a large
    /// room can be another participant's. ITU-T G.114: above 400 ms people cannot talk to each other.
    pub const LONGEST_MINIMUM_MS: u16 = 400;

    /// From the element's data; `None` also when the limits contradict each other, as receivers see it.
    #[inline]
    pub fn parse(data: &[u8]) -> Option<Self> {
        let both = u24_at(data, 0)?;
        let limits = Self { minimum_ms: (both >> 12) as u16 * 10, maximum_ms: (both & 0xFFF) as u16 * 10 };
        (limits.minimum_ms <= limits.maximum_ms).then_some(limits)
    }

    /// With no longer minimum than is passed on.
    #[must_use]
    pub fn capped(self) -> Self {
        Self { minimum_ms: self.minimum_ms.min(Self::LONGEST_MINIMUM_MS), ..self }
    }

    /// As it goes into an element; larger values are capped.
    #[inline]
    pub const fn encode(self) -> [u8; 3] {
        const fn units(ms: u16) -> u32 {
            let units = ms as u32 / 10;
            if units > 0xFFF { 0xFFF } else { units }
        }
        let [_, bytes @ ..] = (units(self.minimum_ms) << 12 | units(self.maximum_ms)).to_be_bytes();
        bytes
    }
}

#[cfg(test)]
mod tests;
