//! RTP packets: a view over received bytes, and a writer of the header that goes out.
//!
//! ```text
//!  0                   1                   2                   3
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |V=2|P|X|  CC   |M|     PT      |       sequence number         |
//! |                           timestamp                           |
//! |           synchronization source (SSRC) identifier            |
//! |            contributing source (CSRC) identifiers             |
//! |      defined by profile       |           length              |
//! |                        header extension                       |
//! ```
//! RFC 3550 §5.1, §5.3.1. Parsing is in two steps, because SRTP leaves the header readable but hides the padding:
//! [`RtpHeader`] is told from a sealed packet and holds offsets only; [`RtpView`] needs the opened one.

use std::ops::Range;

use super::bytes::{Writer, u16_at, u32_at};
use super::extension::{Extension, Extensions, ONE_BYTE_PROFILE, TWO_BYTE_PROFILE};

/// Bytes of the fixed part of the header.
pub const FIXED_HEADER_LEN: usize = 12;

/// Why a packet is not RTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RtpError {
    /// Shorter than its header says.
    TooShort,
    /// Version is not 2.
    Version,
    /// The padding's length is 0 or more than the payload.
    Padding,
}

/// The header, by value and by offsets: it borrows nothing, so the packet can be opened in place after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RtpHeader {
    /// M bit.
    pub is_marked: bool,
    /// 0..=127.
    pub payload_type: u8,
    /// Wraps.
    pub sequence: u16,
    /// In units of the payload's clock; wraps.
    pub timestamp: u32,
    /// Synchronization source.
    pub ssrc: u32,
    /// P bit: the last byte of the opened packet tells how much padding there is.
    pub has_padding: bool,
    /// 0..=15.
    pub csrc_count: u8,
    /// `None` when the X bit is not set; `Some(0xBEDE)` is the one-byte form.
    pub extension_profile: Option<u16>,
    /// All before the payload, in bytes, 12..=262 216 in theory; SRTP authenticates it and leaves it in the clear.
    pub len: usize,
}

impl RtpHeader {
    /// From a sealed or an opened packet; checks everything but the padding.
    #[inline]
    pub fn parse(packet: &[u8]) -> Result<Self, RtpError> {
        let fixed: &[u8; FIXED_HEADER_LEN] = packet.first_chunk().ok_or(RtpError::TooShort)?;
        let [first, second, s0, s1, t0, t1, t2, t3, i0, i1, i2, i3] = *fixed;
        if first >> 6 != 2 {
            return Err(RtpError::Version);
        }
        let csrc_count = first & 0x0F;
        let mut len = FIXED_HEADER_LEN + usize::from(csrc_count) * 4;
        let mut extension_profile = None;
        if first & 0x10 != 0 {
            extension_profile = Some(u16_at(packet, len).ok_or(RtpError::TooShort)?);
            let words = u16_at(packet, len + 2).ok_or(RtpError::TooShort)?;
            len += 4 + usize::from(words) * 4;
        }
        if packet.len() < len {
            return Err(RtpError::TooShort);
        }
        Ok(Self {
            is_marked: second & 0x80 != 0,
            payload_type: second & 0x7F,
            sequence: u16::from_be_bytes([s0, s1]),
            timestamp: u32::from_be_bytes([t0, t1, t2, t3]),
            ssrc: u32::from_be_bytes([i0, i1, i2, i3]),
            has_padding: first & 0x20 != 0,
            csrc_count,
            extension_profile,
            len,
        })
    }

    /// Where the CSRCs lie in the packet.
    #[inline]
    pub fn csrc_range(&self) -> Range<usize> {
        FIXED_HEADER_LEN..FIXED_HEADER_LEN + usize::from(self.csrc_count) * 4
    }

    /// Where the extension block (after profile and length) lies in the packet; empty without one.
    #[inline]
    pub fn extension_range(&self) -> Range<usize> {
        match self.extension_profile {
            Some(_) => (self.csrc_range().end + 4).min(self.len)..self.len,
            None => self.len..self.len,
        }
    }

    /// The header extensions; `packet` is the one that was parsed. Readable while the packet is still sealed.
    #[inline]
    pub fn extensions<'a>(&self, packet: &'a [u8]) -> Extensions<'a> {
        Extensions::new(self.extension_profile.unwrap_or(0), packet.get(self.extension_range()).unwrap_or_default())
    }

    /// Where the payload lies in the opened packet, without padding; [`RtpError::Padding`] when that is impossible.
    #[inline]
    pub fn payload_range(&self, opened: &[u8]) -> Result<Range<usize>, RtpError> {
        if opened.len() < self.len {
            return Err(RtpError::TooShort);
        }
        if !self.has_padding {
            return Ok(self.len..opened.len());
        }
        let padding = opened.last().map_or(0, |byte| usize::from(*byte));
        if padding == 0 || padding > opened.len() - self.len {
            return Err(RtpError::Padding);
        }
        Ok(self.len..opened.len() - padding)
    }
}

/// A whole opened packet.
#[derive(Debug, Clone)]
pub struct RtpView<'a> {
    /// Fields and offsets.
    pub header: RtpHeader,
    /// Where the payload lies in the packet, without padding.
    pub payload_range: Range<usize>,
    packet: &'a [u8],
}

impl<'a> RtpView<'a> {
    /// Parses an opened packet and checks its padding.
    #[inline]
    pub fn parse(packet: &'a [u8]) -> Result<Self, RtpError> {
        let header = RtpHeader::parse(packet)?;
        let payload_range = header.payload_range(packet)?;
        Ok(Self { header, payload_range, packet })
    }

    /// The payload without padding; empty in a probe.
    #[inline]
    pub fn payload(&self) -> &'a [u8] {
        self.packet.get(self.payload_range.clone()).unwrap_or_default()
    }

    /// The header extensions in order.
    #[inline]
    pub fn extensions(&self) -> Extensions<'a> {
        self.header.extensions(self.packet)
    }

    /// The contributing sources in order.
    #[inline]
    pub fn csrcs(&self) -> impl Iterator<Item = u32> + use<'a> {
        let bytes = self.packet.get(self.header.csrc_range()).unwrap_or_default();
        bytes.chunks_exact(4).filter_map(|chunk| u32_at(chunk, 0))
    }

    /// Bytes of padding at the end, 0..=255.
    #[inline]
    pub fn padding_len(&self) -> usize {
        self.packet.len().saturating_sub(self.payload_range.end)
    }
}

/// The fields of a header to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeaderWriter {
    /// M bit.
    pub is_marked: bool,
    /// P bit: the caller writes the padding.
    pub has_padding: bool,
    /// 0..=127; the high bit is ignored.
    pub payload_type: u8,
    /// Of the outgoing stream.
    pub sequence: u16,
    /// Of the outgoing stream.
    pub timestamp: u32,
    /// Of the outgoing stream.
    pub ssrc: u32,
    /// The source's id, written as the only CSRC; 0 (no source has it): no CSRC, for probes without media.
    pub source: u32,
}

impl HeaderWriter {
    /// Writes the header and its extension block to the front of `out`; answers its length in bytes.
    ///
    /// Elements with id 0 are left out; without any there is no block. The one-byte form is used unless an id is above
    /// 14 or a length is not 1..=16. `None` when `out` is too short or an element is longer than 255 bytes.
    #[inline]
    pub fn write(&self, out: &mut [u8], extensions: &[Extension<'_>]) -> Option<usize> {
        let present = || extensions.iter().filter(|extension| extension.id != 0);
        let has_extensions = present().next().is_some();
        let csrc_count = u8::from(self.source != 0);
        let mut writer = Writer::new(out);
        let flags = 0x80 | u8::from(self.has_padding) << 5 | u8::from(has_extensions) << 4 | csrc_count;
        writer.put(&[flags, u8::from(self.is_marked) << 7 | self.payload_type & 0x7F]);
        writer.put_u16(self.sequence);
        writer.put_u32(self.timestamp);
        writer.put_u32(self.ssrc);
        if self.source != 0 {
            writer.put_u32(self.source);
        }
        if has_extensions {
            let is_one_byte = present().all(|element| element.id <= 14 && matches!(element.data.len(), 1..=16));
            writer.put_u16(if is_one_byte { ONE_BYTE_PROFILE } else { TWO_BYTE_PROFILE });
            let length_at = writer.len();
            writer.put_u16(0);
            for element in present() {
                let len = u8::try_from(element.data.len()).ok()?;
                if is_one_byte {
                    writer.put_u8(element.id << 4 | (len - 1));
                } else {
                    writer.put(&[element.id, len]);
                }
                writer.put(element.data);
            }
            writer.pad_to_word();
            let words = writer.len().checked_sub(length_at + 2)? / 4;
            writer.patch_u16(length_at, u16::try_from(words).ok()?);
        }
        writer.finish()
    }
}

#[cfg(test)]
mod tests;
