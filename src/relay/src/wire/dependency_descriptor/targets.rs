//! Telling receivers which decode targets are left, where frames of higher temporal levels are left out.
//!
//! A forwarder that sends fewer decode targets than it gets signals those that are left in `active_decode_targets_bitmask`
//! (AV1 RTP payload format, A.4.4): from then on a receiver does not miss the frames of the others, and takes no chain
//! for broken that protects only those. The bitmask holds until another comes, or a structure, which means all.
//!
//! ```text
//! start 1 | end 1 | template 6 | frame number 16 | flags 5 | structure ... | bitmask | indications, references, chains ...
//!                                               absent in the short form ^ here, if the second flag is set
//! ```
//!
//! Where the bitmask lies and how long it is depends on the structure, which is the layer's and soon another; a packet can be
//! sent again later, by another worker too. So what is needed lies behind the descriptor wherever that is kept.
//! Left out: spatial levels, of which none is left out within a stream.

use super::{Bits, MAX_DESCRIPTOR_LEN, MAX_TARGETS, SHORT_LEN, copy_renumbered};

/// Bytes of a [`Targets`] behind a descriptor.
pub const TARGETS_LEN: usize = 2 + 1 + 4 + LEVELS_LEN;
/// A descriptor with what is kept behind it.
pub const MAX_KEPT_LEN: usize = MAX_DESCRIPTOR_LEN + TARGETS_LEN;
/// A descriptor that got a bitmask, and flags if it had none.
pub const MAX_WRITTEN_LEN: usize = MAX_DESCRIPTOR_LEN + 1 + MAX_TARGETS / 8;
const LEVELS_LEN: usize = MAX_TARGETS * LEVEL_BITS / 8;
const LEVEL_BITS: usize = 3;
/// In the byte of the count.
const TOLD: u8 = 0x80;
/// Bits before the flags, and with them.
const FLAGS_AT: usize = 24;
const FLAGS_END: usize = 29;

/// What a descriptor says of decode targets, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Targets {
    /// The bit at which the bitmask lies, or would.
    pub(super) at: u16,
    /// 1..=32.
    pub count: u8,
    /// It has a bitmask.
    pub(super) is_told: bool,
    /// That are sent to us, by bit.
    pub active: u32,
    /// Highest temporal level in each.
    pub(super) levels: [u8; MAX_TARGETS],
}

impl Targets {
    fn encode(&self) -> [u8; TARGETS_LEN] {
        let mut bytes = [0; TARGETS_LEN];
        let mut pen = Pen { bytes: &mut bytes, at: 0 };
        pen.put(u32::from(self.at), 16);
        pen.put(u32::from(self.count | if self.is_told { TOLD } else { 0 }), 8);
        pen.put(self.active, 32);
        for level in self.levels {
            pen.put(u32::from(level), LEVEL_BITS);
        }
        bytes
    }

    fn decode(bytes: &[u8; TARGETS_LEN]) -> Option<Self> {
        let mut bits = Bits { bytes, at: 0 };
        let at = bits.take(16)? as u16;
        let count = bits.take(8)? as u8;
        let active = bits.take(32)?;
        let mut levels = [0; MAX_TARGETS];
        for level in &mut levels {
            *level = bits.take(LEVEL_BITS)? as u8;
        }
        let (count, is_told) = (count & !TOLD, count & TOLD != 0);
        (count > 0).then_some(Self { at, count, is_told, active, levels })
    }

    /// Those that are left when frames above a temporal level are not sent; 0: none is whole.
    fn up_to(&self, temporal: u8) -> u32 {
        let whole = self.levels.iter().take(usize::from(self.count)).enumerate();
        whole.filter(|(_, level)| **level <= temporal).fold(0, |left, (target, _)| left | 1 << target) & self.active
    }
}

/// A descriptor with what is needed later, as it is kept and carried: at the front of `room`. `targets` is of
/// [`super::Described`]; `None` for one that could not be read, which goes on as it is.
pub fn keep<'a>(room: &'a mut [u8; MAX_KEPT_LEN], data: &[u8], targets: Option<&Targets>) -> Option<&'a [u8]> {
    let (front, behind) = room.split_at_mut_checked(data.len())?;
    front.copy_from_slice(data);
    *behind.first_chunk_mut()? = targets.map_or([0; TARGETS_LEN], Targets::encode);
    room.get(..data.len() + TARGETS_LEN)
}

/// A kept descriptor as it is sent, at the front of `out`: with another frame number, and, where frames above a temporal level are
/// left out or were lately, with the decode targets that are left. `None` when it is none.
pub fn write<'a>(
    out: &'a mut [u8; MAX_WRITTEN_LEN],
    kept: &[u8],
    frame_number: u16,
    temporal: Option<u8>,
) -> Option<&'a [u8]> {
    let (data, targets) = kept.split_last_chunk()?;
    if let Some((targets, left)) = temporal.and_then(|temporal| {
        let targets = Targets::decode(targets)?;
        let left = targets.up_to(temporal);
        (left != 0 && (left, targets.is_told) != (targets.active, true)).then_some((targets, left))
    }) {
        let len = write_bitmask(out, data, &targets, left)?;
        let [high, low] = out.get_mut(1..3)? else { return None };
        [*high, *low] = frame_number.to_be_bytes();
        return out.get(..len);
    }
    copy_renumbered(out, data, frame_number)
}

/// Copies bit by bit, with this bitmask in its place; answers the length in bytes.
fn write_bitmask(out: &mut [u8], data: &[u8], targets: &Targets, left: u32) -> Option<usize> {
    let mut bits = Bits { bytes: data, at: 0 };
    let mut pen = Pen { bytes: out, at: 0 };
    pen.put(bits.take(FLAGS_AT)?, FLAGS_AT);
    let count = usize::from(targets.count);
    if data.len() <= SHORT_LEN {
        pen.put(0b01000, FLAGS_END - FLAGS_AT);
        pen.put(left, count);
        return Some(pen.finish());
    }
    pen.put(bits.take(FLAGS_END - FLAGS_AT)? | 0b01000, FLAGS_END - FLAGS_AT);
    pen.copy(&mut bits, usize::from(targets.at).checked_sub(FLAGS_END)?)?;
    pen.put(left, count);
    if targets.is_told {
        bits.take(count)?;
    }
    let rest = (data.len() * 8).checked_sub(bits.at)?;
    pen.copy(&mut bits, rest)?;
    Some(pen.finish())
}

/// Writes bits from the front; nothing beyond the end.
struct Pen<'a> {
    bytes: &'a mut [u8],
    at: usize,
}

impl Pen<'_> {
    fn put(&mut self, value: u32, count: usize) {
        for place in (0..count).rev() {
            if let Some(byte) = self.bytes.get_mut(self.at / 8) {
                let bit = 0x80 >> (self.at % 8);
                *byte = if value >> place & 1 == 1 { *byte | bit } else { *byte & !bit };
            }
            self.at += 1;
        }
    }

    fn copy(&mut self, from: &mut Bits<'_>, count: usize) -> Option<()> {
        for _ in 0..count {
            self.put(from.take(1)?, 1);
        }
        Some(())
    }

    /// Fills the last byte with zeros; answers how many there are.
    fn finish(mut self) -> usize {
        let len = self.at.div_ceil(8);
        self.put(0, len * 8 - self.at);
        len
    }
}

#[cfg(test)]
mod tests;
