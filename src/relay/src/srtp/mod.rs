//! SRTP and SRTCP (RFC 3711, RFC 7714): opens what one peer sends, seals what goes to one peer.
//!
//! Two contexts per peer, because their state has nothing in common. [`Inbound`] finds the rollover counter and refuses
//! replays, per SSRC. [`Outbound`] has no per-SSRC state at all: whoever owns an outgoing stream holds its
//! [`SendGuard`], which hands out each 48-bit index once, as a [`SealIndex`] that sealing consumes. So the rule that no
//! (key, SSRC, index) is ever used twice (AES-GCM loses its authentication key otherwise) is kept by the type system.
//!
//! Deliberately left out: key derivation rates other than 0, MKI, AES-256, and unauthenticated or unencrypted packets.

mod cipher;
mod inbound;
mod keys;
mod outbound;
mod primitives;
mod window;

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

pub use inbound::{Inbound, InboundStats, MAX_INBOUND_SSRCS, OpenedRtp};
pub use keys::Profile;
pub use outbound::{Outbound, SealIndex, SendGuard};

/// Why a packet was not opened or sealed. A refused packet has changed no state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SrtpError {
    /// Too short, wrong version, or a header that runs past the packet.
    Malformed,
    /// The tag is wrong (the buffer's content is then undefined).
    NotAuthentic,
    /// Seen before, or older than the replay window.
    Replayed,
    /// [`MAX_INBOUND_SSRCS`] other SSRCs are known.
    TooManySsrcs,
    /// The master key and salt have not the profile's length.
    BadKeyLength,
    /// The output buffer has no room for header, payload and tag.
    NoRoom,
    /// The index was handed out before or is older than the guard's window; or 2^31 SRTCP packets were sealed.
    IndexUsed,
}

impl std::fmt::Display for SrtpError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Malformed => "malformed packet",
            Self::NotAuthentic => "authentication failed",
            Self::Replayed => "replayed packet",
            Self::TooManySsrcs => "too many synchronisation sources",
            Self::BadKeyLength => "wrong length of master key and salt",
            Self::NoRoom => "no room in the buffer",
            Self::IndexUsed => "packet index used before",
        })
    }
}

impl std::error::Error for SrtpError {}

/// Bytes of an RTCP header with the sender's SSRC: what SRTCP leaves in clear.
const RTCP_HEADER_LEN: usize = 8;

/// The length of an RTP header with CSRCs and extension (RFC 3550 §5.1, §5.3.1): what SRTP leaves in clear.
///
/// ```text
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// |V=2|P|X|  CC   |M|     PT      |        sequence number        |
/// |                           timestamp                           |
/// |                             SSRC                              |
/// |                      CSRC, CC times                           |
/// |  if X: profile-defined        |     length in 32-bit words    |
/// ```
fn rtp_header_len(packet: &[u8]) -> Result<usize, SrtpError> {
    let first = *packet.first().ok_or(SrtpError::Malformed)?;
    if first >> 6 != 2 {
        return Err(SrtpError::Malformed);
    }
    let mut len = 12 + 4 * usize::from(first & 0x0f);
    if first & 0x10 != 0 {
        let words = packet.get(len + 2..len + 4).ok_or(SrtpError::Malformed)?;
        len += 4 + 4 * usize::from(u16::from_be_bytes([words[0], words[1]]));
    }
    if len > packet.len() {
        return Err(SrtpError::Malformed);
    }
    Ok(len)
}

/// The big-endian word at `position`, which must be in range.
fn be32(bytes: &[u8], position: usize) -> u32 {
    u32::from_be_bytes([bytes[position], bytes[position + 1], bytes[position + 2], bytes[position + 3]])
}
