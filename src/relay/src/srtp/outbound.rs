//! Sealing what goes to one peer.

use super::cipher::{CM_TAG_LEN, Cipher, GCM_TAG_LEN};
use super::keys::{Profile, Protocol};
use super::window::Window;
use super::{RTCP_HEADER_LEN, SrtpError, be32};

/// Indices of SRTP packets have 48 bits (RFC 3711 §3.3.1).
const RTP_INDEX_END: u64 = 1 << 48;
/// Indices of SRTCP packets have 31 bits; also the number of packets under one key (RFC 3711 §9.2).
const RTCP_INDEX_END: u32 = 1 << 31;

/// The right to seal one packet once: an (SSRC, index) that its [`SendGuard`] gives out a single time. Not `Clone`;
/// sealing consumes it, and takes the nonce from it, not from the header.
#[derive(Debug, PartialEq, Eq)]
#[must_use = "a claimed index that is not used is lost"]
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

    fn spend(self) -> (u32, u64) {
        (self.ssrc, self.index)
    }

    fn agrees_with(&self, header: &[u8]) -> bool {
        header.len() >= 12 && header[2..4] == (self.index as u16).to_be_bytes() && be32(header, 8) == self.ssrc
    }
}

/// One per outgoing SSRC (a slot has one, its RTX stream another): hands out each index at most once. Late packets
/// (reordered on their way here, or repaired by a retransmission) pass as long as they are less than 1024 behind the
/// newest.
///
/// There must be one guard per (association, SSRC) for the life of the keys; new keys, new guard.
#[derive(Debug)]
pub struct SendGuard {
    ssrc: u32,
    claimed: Window,
}

impl SendGuard {
    /// For a stream that has sent nothing yet.
    pub fn new(ssrc: u32) -> Self {
        Self { ssrc, claimed: Window::new() }
    }

    /// Claims an index (`roc << 16 | sequence number`, below 2^48). A claimed index is spent, whether the packet is
    /// sealed and sent or not.
    pub fn claim(&mut self, index: u64) -> Result<SealIndex, SrtpError> {
        if index >= RTP_INDEX_END || !self.claimed.is_fresh(index) {
            return Err(SrtpError::IndexUsed);
        }
        self.claimed.record(index);
        Ok(SealIndex { ssrc: self.ssrc, index })
    }

    /// Whether this index can still be claimed.
    pub fn is_free(&self, index: u64) -> bool {
        index < RTP_INDEX_END && self.claimed.is_fresh(index)
    }

    /// The stream's SSRC.
    pub fn ssrc(&self) -> u32 {
        self.ssrc
    }

    /// The highest index claimed so far.
    pub fn highest(&self) -> Option<u64> {
        self.claimed.highest()
    }
}

/// Seals packets for one peer, SRTP and SRTCP. Keys are zeroised on drop.
pub struct Outbound {
    profile: Profile,
    rtp: Cipher,
    /// Apart: it is used once a second, and would lie between what every packet touches.
    rtcp: Box<Cipher>,
    /// The SRTCP index that the last packet got; one count for the whole peer, so no (SSRC, index) comes twice.
    rtcp_index: u32,
}

impl Outbound {
    /// From our master key and salt, as DTLS exported them (key, then salt).
    pub fn new(profile: Profile, master: &[u8]) -> Result<Self, SrtpError> {
        Ok(Self {
            profile,
            rtp: Cipher::new(profile, master, Protocol::Srtp)?,
            rtcp: Box::new(Cipher::new(profile, master, Protocol::Srtcp)?),
            rtcp_index: 0,
        })
    }

    /// The profile the keys are for.
    pub fn profile(&self) -> Profile {
        self.profile
    }

    /// Seals in place. `packet[..len]` is the plain packet with a header of `header_len` bytes (12, CSRCs, extension),
    /// the rest of `packet` has room for the tag. Gives the sealed length. The header's SSRC and sequence number must be
    /// those of `index`.
    pub fn seal_rtp(
        &self,
        packet: &mut [u8],
        header_len: usize,
        len: usize,
        index: SealIndex,
    ) -> Result<usize, SrtpError> {
        let end = len + self.profile.rtp_overhead();
        if header_len > len || end > packet.len() {
            return Err(SrtpError::NoRoom);
        }
        let (header, rest) = packet[..end].split_at_mut(header_len);
        debug_assert!(index.agrees_with(header), "the header is of another packet than its index");
        let (ssrc, index) = index.spend();
        match &self.rtp {
            Cipher::Gcm(gcm) => {
                let (payload, tag) = rest.split_at_mut(len - header_len);
                gcm.seal(ssrc, index, header, payload, tag)?;
            }
            Cipher::Cm(cm) => {
                cm.crypt(ssrc, index, &mut rest[..len - header_len]);
                finish_cm(cm, &mut packet[..end], index);
            }
        }
        Ok(end)
    }

    /// Seals while it copies: `header` (the complete RTP header), then `head` (a rewritten start of the payload, such as
    /// the VP8 descriptor or the original sequence number of RTX; may be empty), then `tail` (the shared plaintext; may
    /// be empty), into the start of `out`. Gives the sealed length. The header's SSRC and sequence number must be those
    /// of `index`.
    pub fn seal_from(
        &self,
        header: &[u8],
        head: &[u8],
        tail: &[u8],
        out: &mut [u8],
        index: SealIndex,
    ) -> Result<usize, SrtpError> {
        let payload_len = head.len() + tail.len();
        let end = header.len() + payload_len + self.profile.rtp_overhead();
        if end > out.len() {
            return Err(SrtpError::NoRoom);
        }
        debug_assert!(index.agrees_with(header), "the header is of another packet than its index");
        let (ssrc, index) = index.spend();
        let (out_header, rest) = out[..end].split_at_mut(header.len());
        out_header.copy_from_slice(header);
        match &self.rtp {
            Cipher::Gcm(gcm) => gcm.seal_from(ssrc, index, header, head, tail, rest)?,
            Cipher::Cm(cm) => {
                cm.crypt_from(ssrc, index, head, tail, &mut rest[..payload_len])?;
                finish_cm(cm, &mut out[..end], index);
            }
        }
        Ok(end)
    }

    /// Seals `packet[..len]`, a compound RTCP packet, in place, with the peer's next SRTCP index (the first is 1); the
    /// rest of `packet` has room for [`Profile::rtcp_overhead`]. Gives the sealed length.
    pub fn seal_rtcp(&mut self, packet: &mut [u8], len: usize) -> Result<usize, SrtpError> {
        let end = len + self.profile.rtcp_overhead();
        if len < RTCP_HEADER_LEN {
            return Err(SrtpError::Malformed);
        }
        if end > packet.len() {
            return Err(SrtpError::NoRoom);
        }
        let index = self.rtcp_index + 1;
        if index >= RTCP_INDEX_END {
            return Err(SrtpError::IndexUsed);
        }
        self.rtcp_index = index;
        let ssrc = be32(packet, 4);
        let trailer = (RTCP_INDEX_END | index).to_be_bytes();
        match &*self.rtcp {
            Cipher::Gcm(gcm) => {
                let mut aad = [0; RTCP_HEADER_LEN + 4];
                aad[..RTCP_HEADER_LEN].copy_from_slice(&packet[..RTCP_HEADER_LEN]);
                aad[RTCP_HEADER_LEN..].copy_from_slice(&trailer);
                let (payload, rest) = packet[RTCP_HEADER_LEN..end].split_at_mut(len - RTCP_HEADER_LEN);
                gcm.seal(ssrc, u64::from(index), &aad, payload, &mut rest[..GCM_TAG_LEN])?;
                rest[GCM_TAG_LEN..].copy_from_slice(&trailer);
            }
            Cipher::Cm(cm) => {
                cm.crypt(ssrc, u64::from(index), &mut packet[RTCP_HEADER_LEN..len]);
                packet[len..len + 4].copy_from_slice(&trailer);
                let tag = cm.tag(&packet[..len + 4], &[]);
                packet[len + 4..end].copy_from_slice(&tag);
            }
        }
        Ok(end)
    }
}

impl std::fmt::Debug for Outbound {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Outbound").field("profile", &self.profile).finish_non_exhaustive()
    }
}

/// Writes the tag over the packet and its rollover counter into the packet's last 10 bytes.
fn finish_cm(cm: &super::cipher::Cm, packet: &mut [u8], index: u64) {
    let (authenticated, tag) = packet.split_at_mut(packet.len() - CM_TAG_LEN);
    tag.copy_from_slice(&cm.tag(authenticated, &((index >> 16) as u32).to_be_bytes()));
}
