//! Sealing what goes to one peer.

use super::{Profile, SrtpError};

/// The right to seal one packet once: an (SSRC, index) that its [`SendGuard`] gives out a single time. Not `Clone`.
#[derive(Debug)]
#[must_use]
pub struct SealIndex {
    ssrc: u32,
    index: u64,
}

impl SealIndex {
    /// `roc << 16 | sequence number`.
    pub fn index(&self) -> u64 {
        self.index
    }

    /// The stream it belongs to.
    pub fn ssrc(&self) -> u32 {
        self.ssrc
    }
}

/// One per outgoing SSRC (a slot has one, its RTX stream another): hands out each index at most once. Late packets
/// pass as long as they are less than 1024 behind the newest.
///
/// There must be one guard per (association, SSRC) for the life of the keys; new keys, new guard.
#[derive(Debug)]
pub struct SendGuard {
    ssrc: u32,
}

impl SendGuard {
    /// For a stream that has sent nothing yet.
    pub fn new(ssrc: u32) -> Self {
        Self { ssrc }
    }

    /// Claims an index (`roc << 16 | sequence number`, below 2^48).
    pub fn claim(&mut self, index: u64) -> Result<SealIndex, SrtpError> {
        Ok(SealIndex { ssrc: self.ssrc, index })
    }
}

/// Seals packets for one peer. Keys are zeroised on drop.
pub struct Outbound {
    _profile: Profile,
}

impl Outbound {
    /// From our master key and salt, as DTLS exported them (key, then salt).
    pub fn new(profile: Profile, master: &[u8]) -> Result<Self, SrtpError> {
        let _ = master;
        Ok(Self { _profile: profile })
    }

    /// The profile the keys are for.
    pub fn profile(&self) -> Profile {
        self._profile
    }

    /// Seals in place. `packet[..len]` is the plain packet with a header of `header_len` bytes, the rest of `packet` has
    /// room for the tag. Gives the sealed length.
    pub fn seal_rtp(&self, packet: &mut [u8], header_len: usize, len: usize, index: SealIndex) -> Result<usize, SrtpError> {
        let _ = (packet, header_len, len, index);
        todo!()
    }

    /// Seals while it copies: `header` (complete RTP header), then `head` (a rewritten start of the payload, such as the
    /// VP8 descriptor or an RTX OSN; may be empty), then `tail` (the shared plaintext), into `out`. Gives the sealed
    /// length.
    pub fn seal_from(&self, header: &[u8], head: &[u8], tail: &[u8], out: &mut [u8], index: SealIndex) -> Result<usize, SrtpError> {
        let _ = (header, head, tail, out, index);
        todo!()
    }

    /// Seals `packet[..len]`, a compound RTCP packet, in place, with the peer's next SRTCP index. Gives the sealed length.
    pub fn seal_rtcp(&mut self, packet: &mut [u8], len: usize) -> Result<usize, SrtpError> {
        let _ = (packet, len);
        todo!()
    }
}
