//! The retransmission payload: two bytes of original sequence number (OSN), then the original payload.
//!
//! ```text
//!  0                   1                   2                   3
//! |  RTP header (own SSRC, own sequence, RTX payload type)        |
//! |            OSN                |  original payload ...         |
//! ```
//! RFC 4588 §4. An RTX packet without payload after its padding is a bandwidth probe and has no OSN.

use super::bytes::u16_at;

/// Bytes that the OSN takes.
pub const ORIGINAL_SEQUENCE_LEN: usize = 2;

/// The original sequence number and the original payload; `None` for a probe (nothing but padding).
#[inline]
pub fn parse_original(payload: &[u8]) -> Option<(u16, &[u8])> {
    Some((u16_at(payload, 0)?, payload.get(ORIGINAL_SEQUENCE_LEN..)?))
}

#[cfg(test)]
mod tests;
