//! Opening what one peer sends.

use super::{Profile, SrtpError};

/// How many SSRCs one peer may use at a time, RTP and RTCP each: 3 layers with RTX, twice (camera, screen), and sound;
/// the rest is for browsers that change SSRCs in a re-offer.
pub const MAX_INBOUND_SSRCS: usize = 32;

/// A packet opened in place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenedRtp {
    /// Bytes of header, with CSRCs and extension: the payload starts here.
    pub header_len: usize,
    /// Bytes of header and payload (padding is still there).
    pub len: usize,
    /// `roc << 16 | sequence number`: unwrapped, authenticated.
    pub index: u64,
}

/// Refused packets since the start, by reason.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct InboundStats {
    /// See [`SrtpError::Malformed`].
    pub malformed: u64,
    /// See [`SrtpError::NotAuthentic`].
    pub not_authentic: u64,
    /// See [`SrtpError::Replayed`].
    pub replayed: u64,
    /// See [`SrtpError::TooManySsrcs`].
    pub too_many_ssrcs: u64,
}

/// Opens the packets of one peer. Keys are zeroised on drop.
pub struct Inbound {
    _profile: Profile,
}

impl Inbound {
    /// From the peer's master key and salt, as DTLS exported them (key, then salt).
    pub fn new(profile: Profile, master: &[u8]) -> Result<Self, SrtpError> {
        let _ = master;
        Ok(Self { _profile: profile })
    }

    /// Authenticates and decrypts an SRTP packet in place. State (rollover counter, replay window, a new SSRC) changes
    /// only when the tag was right.
    pub fn open_rtp(&mut self, packet: &mut [u8]) -> Result<OpenedRtp, SrtpError> {
        let _ = packet;
        todo!()
    }

    /// Authenticates and decrypts an SRTCP packet in place; gives the length of the plain compound packet.
    pub fn open_rtcp(&mut self, packet: &mut [u8]) -> Result<usize, SrtpError> {
        let _ = packet;
        todo!()
    }

    /// Refused packets since the start.
    pub fn stats(&self) -> InboundStats {
        todo!()
    }
}
