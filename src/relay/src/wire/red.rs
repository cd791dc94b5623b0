//! Redundant audio: the payloads of earlier packets once more, before the new one, the *primary*.
//!
//! ```text
//! |1|  block PT   |     timestamp offset (14)     | block length (10) |   one per redundant block
//! |0|  block PT   |                                                       the primary: last, to the end of the payload
//! |  redundant data ...  |  primary data ...  |
//! ```
//! RFC 2198 §3. The offset says how much earlier than the packet's own timestamp a block was sampled. What is left out:
//! which packets the blocks were (see [`crate::redundancy`]).

use super::bytes::{Writer, u32_at};

/// Redundant blocks in one packet. Chromium sends one; what is repeated more often than this comes too late to be played.
pub const MAX_REDUNDANT: usize = 8;
/// Bytes that the headers of all blocks take.
pub const MAX_HEADERS_LEN: usize = MAX_REDUNDANT * REDUNDANT_HEADER_LEN + PRIMARY_HEADER_LEN;
/// Offsets are below this, in timestamp units.
pub const OFFSET_END: u16 = 1 << 14;

const REDUNDANT_HEADER_LEN: usize = 4;
const PRIMARY_HEADER_LEN: usize = 1;
const MORE: u8 = 0x80;

/// A payload whose headers fit it.
#[derive(Debug, Clone, Copy)]
pub struct Red<'a> {
    /// Of the redundant blocks only.
    headers: &'a [u8],
    primary_type: u8,
    /// Of all blocks, the primary's last.
    data: &'a [u8],
    redundant_len: usize,
}

/// One redundant block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Redundant<'a> {
    /// What the data is.
    pub payload_type: u8,
    /// Earlier than the packet by this, in timestamp units.
    pub offset: u16,
    /// May be empty.
    pub payload: &'a [u8],
}

/// The header word of a redundant block: its payload type, offset and length.
fn split(word: u32) -> (u8, u16, usize) {
    ((word >> 24) as u8 & !MORE, (word >> 10) as u16 & (OFFSET_END - 1), (word & 0x3FF) as usize)
}

impl<'a> Red<'a> {
    /// `None` when the headers end early, name more data than there is, or more than [`MAX_REDUNDANT`] blocks.
    #[inline]
    pub fn parse(payload: &'a [u8]) -> Option<Self> {
        let mut headers_len = 0;
        let mut redundant_len = 0;
        while payload.get(headers_len)? & MORE != 0 {
            if headers_len >= MAX_REDUNDANT * REDUNDANT_HEADER_LEN {
                return None;
            }
            redundant_len += split(u32_at(payload, headers_len)?).2;
            headers_len += REDUNDANT_HEADER_LEN;
        }
        let data = payload.get(headers_len + PRIMARY_HEADER_LEN..)?;
        data.get(redundant_len..)?;
        let (headers, primary_type) = (payload.get(..headers_len)?, *payload.get(headers_len)?);
        Some(Self { headers, primary_type, data, redundant_len })
    }

    /// What the packet would be without redundancy.
    #[inline]
    pub fn primary(&self) -> &'a [u8] {
        self.data.get(self.redundant_len..).unwrap_or_default()
    }

    /// The data of all blocks, as it lies behind the headers.
    #[inline]
    pub fn data(&self) -> &'a [u8] {
        self.data
    }

    /// In the order of the packet: oldest first, if its sender is sane.
    #[inline]
    pub fn redundant(&self) -> impl Iterator<Item = Redundant<'a>> + use<'a> {
        let mut data = self.data;
        self.headers.chunks_exact(REDUNDANT_HEADER_LEN).map_while(move |header| {
            let (payload_type, offset, len) = split(u32_at(header, 0)?);
            let (payload, rest) = data.split_at_checked(len)?;
            data = rest;
            Some(Redundant { payload_type, offset, payload })
        })
    }

    /// How far back the oldest block reaches, in timestamp units.
    #[inline]
    pub fn reach(&self) -> u16 {
        self.redundant().map(|block| block.offset).max().unwrap_or(0)
    }

    /// Whether every block is of this payload type.
    #[inline]
    pub fn is_all(&self, payload_type: u8) -> bool {
        self.primary_type == payload_type && self.redundant().all(|block| block.payload_type == payload_type)
    }

    /// Writes the headers with another payload type for every block; [`Self::data`] goes behind them. Answers the bytes
    /// written, `None` when they do not fit.
    #[inline]
    pub fn write_headers(&self, out: &mut [u8], payload_type: u8) -> Option<usize> {
        let mut writer = Writer::new(out);
        for header in self.headers.chunks_exact(REDUNDANT_HEADER_LEN) {
            let rest = header.get(1..)?;
            writer.put_u8(MORE | payload_type);
            writer.put(rest);
        }
        writer.put_u8(payload_type & !MORE);
        writer.finish()
    }
}

/// Writes a payload of redundant blocks and a primary. `None` when it does not fit, in `out` or in the format.
pub fn write(out: &mut [u8], redundant: &[Redundant<'_>], payload_type: u8, primary: &[u8]) -> Option<usize> {
    let mut writer = Writer::new(out);
    for block in redundant {
        if block.offset >= OFFSET_END || block.payload.len() > 0x3FF || redundant.len() > MAX_REDUNDANT {
            return None;
        }
        let (offset, len) = (u32::from(block.offset), block.payload.len() as u32);
        writer.put_u32(u32::from(MORE | block.payload_type) << 24 | offset << 10 | len);
    }
    writer.put_u8(payload_type & !MORE);
    for block in redundant {
        writer.put(block.payload);
    }
    writer.put(primary);
    writer.finish()
}

#[cfg(test)]
mod tests;
