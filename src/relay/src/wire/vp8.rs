//! The VP8 payload descriptor: parse it, tell a keyframe, rewrite picture id and TL0PICIDX.
//!
//! ```text
//!       0 1 2 3 4 5 6 7
//!      +-+-+-+-+-+-+-+-+
//!      |X|R|N|S|R| PID |   required
//!      +-+-+-+-+-+-+-+-+
//! X:   |I|L|T|K| RSV   |
//!      +-+-+-+-+-+-+-+-+
//! I:   |M| PictureID   |   15 bits with M, else 7
//!      +-+-+-+-+-+-+-+-+
//! M:   |   PictureID   |
//!      +-+-+-+-+-+-+-+-+
//! L:   |   TL0PICIDX   |
//!      +-+-+-+-+-+-+-+-+
//! T/K: |TID|Y| KEYIDX  |
//! ```
//! RFC 7741 §4.2. The payload header after it begins with `|Size0|H| VER |P|`; P = 0 is a keyframe (§4.3).

use super::bytes::u16_at;

/// The longest descriptor there is, in bytes.
pub const MAX_DESCRIPTOR_LEN: usize = 6;

/// A picture id as it was received.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PictureId {
    /// 7 bits, 0..=127.
    Short(u8),
    /// 15 bits, 0..=32767.
    Long(u16),
}

impl PictureId {
    /// The number without its width.
    #[inline]
    pub fn value(self) -> u16 {
        match self {
            Self::Short(value) => value.into(),
            Self::Long(value) => value,
        }
    }
}

/// The descriptor, by value and by offsets; it borrows nothing.
#[allow(clippy::struct_excessive_bools)] // The bits of the format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Descriptor {
    /// N: the frame can be dropped without harm to others.
    pub is_non_reference: bool,
    /// S: the first packet of a partition.
    pub is_partition_start: bool,
    /// PID, 0..=7.
    pub partition_index: u8,
    /// I.
    pub picture_id: Option<PictureId>,
    /// L: counts the frames of temporal layer 0; wraps at 256.
    pub tl0_picture_index: Option<u8>,
    /// T: 0..=3.
    pub temporal_layer: Option<u8>,
    /// Y, with T: the frame depends on layer 0 only, so a receiver may move up to its layer here.
    pub is_layer_sync: bool,
    /// K: 0..=31.
    pub key_index: Option<u8>,
    /// S = 1, PID = 0 and P = 0: the first packet of a keyframe.
    pub is_keyframe_start: bool,
    /// Bytes of the descriptor, 1..=6.
    pub len: usize,
}

impl Descriptor {
    /// Parses the front of an RTP payload; `None` when it is cut or nothing follows it.
    #[inline]
    pub fn parse(payload: &[u8]) -> Option<Self> {
        let first = *payload.first()?;
        let mut descriptor = Self {
            is_non_reference: first & 0x20 != 0,
            is_partition_start: first & 0x10 != 0,
            partition_index: first & 0x07,
            picture_id: None,
            tl0_picture_index: None,
            temporal_layer: None,
            is_layer_sync: false,
            key_index: None,
            is_keyframe_start: false,
            len: 1,
        };
        if first & 0x80 != 0 {
            let flags = *payload.get(1)?;
            descriptor.len = 2;
            if flags & 0x80 != 0 {
                let head = *payload.get(2)?;
                if head & 0x80 != 0 {
                    descriptor.picture_id = Some(PictureId::Long(u16_at(payload, 2)? & 0x7FFF));
                    descriptor.len = 4;
                } else {
                    descriptor.picture_id = Some(PictureId::Short(head));
                    descriptor.len = 3;
                }
            }
            if flags & 0x40 != 0 {
                descriptor.tl0_picture_index = Some(*payload.get(descriptor.len)?);
                descriptor.len += 1;
            }
            if flags & 0x30 != 0 {
                let layer = *payload.get(descriptor.len)?;
                descriptor.len += 1;
                if flags & 0x20 != 0 {
                    descriptor.temporal_layer = Some(layer >> 6);
                    descriptor.is_layer_sync = layer & 0x20 != 0;
                }
                if flags & 0x10 != 0 {
                    descriptor.key_index = Some(layer & 0x1F);
                }
            }
        }
        let payload_header = *payload.get(descriptor.len)?;
        descriptor.is_keyframe_start =
            descriptor.is_partition_start && descriptor.partition_index == 0 && payload_header & 0x01 == 0;
        Some(descriptor)
    }

    /// Puts a new picture id and TL0PICIDX over those that are there; the length stays.
    ///
    /// `payload` begins with the descriptor that was parsed (or a copy of it). A 7-bit id takes the low 7 bits. What
    /// the descriptor does not have is not added. `false` when `payload` is too short.
    #[inline]
    pub fn rewrite(&self, payload: &mut [u8], picture_id: u16, tl0_picture_index: u8) -> bool {
        let Some(target) = payload.get_mut(..self.len) else {
            return false;
        };
        let mut at = 2;
        match (self.picture_id, target) {
            (Some(PictureId::Long(_)), [_, _, high, low, ..]) => {
                [*high, *low] = (picture_id | 0x8000).to_be_bytes();
                at = 4;
            }
            (Some(PictureId::Short(_)), [_, _, id, ..]) => {
                *id = picture_id as u8 & 0x7F;
                at = 3;
            }
            _ => {}
        }
        if self.tl0_picture_index.is_some() {
            let Some(index) = payload.get_mut(at) else {
                return false;
            };
            *index = tl0_picture_index;
        }
        true
    }

    /// Writes the descriptor with a 15-bit picture id to the front of `out`; answers its length (one byte more than
    /// [`Descriptor::len`] when the id was 7 bits wide). A descriptor without picture id stays without one.
    ///
    /// The payload after the descriptor is the caller's to copy. `None` when `out` is too short.
    #[inline]
    pub fn write_widened(&self, out: &mut [u8], picture_id: u16, tl0_picture_index: u8) -> Option<usize> {
        let mut bytes = [0; MAX_DESCRIPTOR_LEN];
        bytes[0] =
            u8::from(self.is_non_reference) << 5 | u8::from(self.is_partition_start) << 4 | self.partition_index & 0x07;
        let mut len = 1;
        let has_layer = self.temporal_layer.is_some() || self.key_index.is_some();
        if self.picture_id.is_some() || self.tl0_picture_index.is_some() || has_layer {
            bytes[0] |= 0x80;
            bytes[1] = u8::from(self.picture_id.is_some()) << 7
                | u8::from(self.tl0_picture_index.is_some()) << 6
                | u8::from(self.temporal_layer.is_some()) << 5
                | u8::from(self.key_index.is_some()) << 4;
            len = 2;
        }
        if self.picture_id.is_some() {
            [bytes[2], bytes[3]] = (picture_id | 0x8000).to_be_bytes();
            len = 4;
        }
        if self.tl0_picture_index.is_some() {
            bytes[len] = tl0_picture_index;
            len += 1;
        }
        if has_layer {
            bytes[len] = self.temporal_layer.unwrap_or(0) << 6
                | u8::from(self.is_layer_sync) << 5
                | self.key_index.unwrap_or(0) & 0x1F;
            len += 1;
        }
        out.get_mut(..len)?.copy_from_slice(&bytes[..len]);
        Some(len)
    }
}

#[cfg(test)]
mod tests;
