//! The VP9 payload descriptor: levels, picture id, and whether a keyframe begins here.
//!
//! ```text
//!      +-+-+-+-+-+-+-+-+
//!      |I|P|L|F|B|E|V|Z|   required
//!      +-+-+-+-+-+-+-+-+
//! I:   |M| PICTURE ID  |   15 bits with M, else 7
//!      +-+-+-+-+-+-+-+-+
//! M:   | EXTENDED PID  |
//!      +-+-+-+-+-+-+-+-+
//! L:   | TID |U| SID |D|
//!      +-+-+-+-+-+-+-+-+
//!      |   TL0PICIDX   |   with L and without F
//!      +-+-+-+-+-+-+-+-+
//! P,F: | P_DIFF      |N|   up to 3 times
//!      +-+-+-+-+-+-+-+-+
//! V:   | SS            |
//! ```
//! RFC 9628 §4.2. What follows TL0PICIDX speaks of differences of picture ids, or comes with a keyframe, and passes
//! through; so picture ids keep their distances, and a frame that is left out leaves a gap in them.

use super::bytes::u16_at;
use super::vp8::PictureId;

/// The longest front that [`Descriptor::write_front`] writes.
pub const MAX_FRONT_LEN: usize = 5;
/// Reference differences in flexible mode.
const MAX_REFERENCES: usize = 3;

/// The descriptor, by value; it borrows nothing.
#[allow(clippy::struct_excessive_bools)] // The bits of the format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Descriptor {
    first: u8,
    layer: u8,
    /// I.
    pub picture_id: Option<PictureId>,
    /// With levels, not in flexible mode.
    pub tl0_picture_index: Option<u8>,
    /// Bytes up to and with TL0PICIDX: what a forwarder writes anew.
    pub front_len: usize,
}

impl Descriptor {
    /// Parses the front of an RTP payload; `None` when it is cut or nothing follows it.
    #[inline]
    pub fn parse(payload: &[u8]) -> Option<Self> {
        let first = *payload.first()?;
        let mut found = Self { first, layer: 0, picture_id: None, tl0_picture_index: None, front_len: 1 };
        if first & 0x80 != 0 {
            let head = *payload.get(1)?;
            if head & 0x80 != 0 {
                found.picture_id = Some(PictureId::Long(u16_at(payload, 1)? & 0x7FFF));
                found.front_len = 3;
            } else {
                found.picture_id = Some(PictureId::Short(head));
                found.front_len = 2;
            }
        }
        if found.has_levels() {
            found.layer = *payload.get(found.front_len)?;
            found.front_len += 1;
            if !found.is_flexible() {
                found.tl0_picture_index = Some(*payload.get(found.front_len)?);
                found.front_len += 1;
            }
        }
        let mut len = found.front_len;
        if found.is_flexible() && found.is_predicted() {
            let mut count = 0;
            while payload.get(len)? & 0x01 != 0 {
                (len, count) = (len + 1, count + 1);
                if count == MAX_REFERENCES {
                    return None;
                }
            }
            len += 1;
        }
        if first & 0x02 != 0 {
            len = Self::structure_end(payload, len)?;
        }
        payload.get(len)?;
        Some(found)
    }

    /// Where the scalability structure ends that begins at `at`.
    fn structure_end(payload: &[u8], at: usize) -> Option<usize> {
        let head = *payload.get(at)?;
        let mut len = at + 1;
        if head & 0x10 != 0 {
            len += 4 * (usize::from(head >> 5) + 1);
        }
        if head & 0x08 != 0 {
            let pictures = *payload.get(len)?;
            len += 1;
            for _ in 0..pictures {
                len += 1 + usize::from(*payload.get(len)? >> 2 & 3);
            }
        }
        Some(len)
    }

    /// P: the picture depends on an earlier one.
    #[inline]
    pub fn is_predicted(&self) -> bool {
        self.first & 0x40 != 0
    }

    /// L.
    #[inline]
    pub fn has_levels(&self) -> bool {
        self.first & 0x20 != 0
    }

    /// F: the frame says itself which it depends on.
    #[inline]
    pub fn is_flexible(&self) -> bool {
        self.first & 0x10 != 0
    }

    /// B: the first packet of a frame.
    #[inline]
    pub fn is_frame_start(&self) -> bool {
        self.first & 0x08 != 0
    }

    /// E: the last packet of a frame; frames of higher spatial levels may follow.
    #[inline]
    pub fn is_frame_end(&self) -> bool {
        self.first & 0x04 != 0
    }

    /// TID, 0..=7; 0 without levels.
    #[inline]
    pub fn temporal(&self) -> u8 {
        self.layer >> 5
    }

    /// U: later pictures of higher temporal levels depend on nothing above this level from before.
    #[inline]
    pub fn is_switching_up(&self) -> bool {
        self.layer & 0x10 != 0
    }

    /// SID, 0..=7; 0 without levels.
    #[inline]
    pub fn spatial(&self) -> u8 {
        self.layer >> 1 & 7
    }

    /// The first packet of a picture, of its lowest spatial level.
    #[inline]
    pub fn is_picture_start(&self) -> bool {
        self.is_frame_start() && self.spatial() == 0
    }

    /// The first packet of a keyframe.
    #[inline]
    pub fn is_keyframe_start(&self) -> bool {
        self.is_picture_start() && !self.is_predicted()
    }

    /// Writes the front with a 15-bit picture id to `out`; answers its length. What comes after
    /// [`front_len`](Self::front_len) is the caller's to copy. `None` when `out` is too short.
    #[inline]
    pub fn write_front(&self, out: &mut [u8], picture_id: u16, tl0_picture_index: u8) -> Option<usize> {
        let mut bytes = [self.first, 0, 0, 0, 0];
        let mut len = 1;
        if self.picture_id.is_some() {
            [bytes[1], bytes[2]] = (picture_id | 0x8000).to_be_bytes();
            len = 3;
        }
        if self.has_levels() {
            bytes[len] = self.layer;
            len += 1;
        }
        if self.tl0_picture_index.is_some() {
            bytes[len] = tl0_picture_index;
            len += 1;
        }
        out.get_mut(..len)?.copy_from_slice(&bytes[..len]);
        Some(len)
    }
}

#[cfg(test)]
mod tests;
