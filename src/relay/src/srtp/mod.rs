//! SRTP and SRTCP (RFC 3711, RFC 7714): opens what one peer sends, seals what goes to one peer.
//!
//! Two contexts per peer, because their state has nothing in common. [`Inbound`] finds the rollover counter and refuses
//! replays, per SSRC. [`Outbound`] has no per-SSRC state at all: whoever owns an outgoing stream holds its
//! [`SendGuard`], which hands out each 48-bit index once, as a [`SealIndex`] that sealing consumes. So the rule that no
//! (key, SSRC, index) is ever used twice (AES-GCM loses its authentication key otherwise) is kept by the type system.
//!
//! Deliberately left out: key derivation rates other than 0, MKI, AES-256, and unauthenticated or unencrypted packets.

mod inbound;
mod keys;
mod outbound;
mod window;

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
