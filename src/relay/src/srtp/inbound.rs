//! Opening what one peer sends.

use super::cipher::{CM_TAG_LEN, Cipher, GCM_TAG_LEN};
use super::keys::{Profile, Protocol};
use super::window::Window;
use super::{RTCP_HEADER_LEN, SrtpError, be32, rtp_header_len};

/// How many SSRCs one peer may use under one key, RTP and RTCP each. A guess: 3 layers with RTX, a screen with RTX and
/// two sounds are 10; the rest is for browsers that change SSRCs in a re-offer. Full: the packet is refused and counted
/// (forgetting an old SSRC would let its packets be replayed).
pub const MAX_INBOUND_SSRCS: usize = 64;

/// Bit 31 of the word behind an SRTCP payload: it is encrypted (RFC 3711 §3.4).
const E_BIT: u32 = 1 << 31;

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

impl InboundStats {
    fn count(&mut self, error: SrtpError) {
        match error {
            SrtpError::NotAuthentic => self.not_authentic += 1,
            SrtpError::Replayed => self.replayed += 1,
            SrtpError::TooManySsrcs => self.too_many_ssrcs += 1,
            _ => self.malformed += 1,
        }
    }
}

/// The replay windows of the SSRCs of one protocol. Few, so a search from the last hit beats a hash map.
struct Streams {
    windows: Vec<(u32, Window)>,
    last: usize,
}

impl Streams {
    fn new() -> Self {
        Self { windows: Vec::new(), last: 0 }
    }

    /// The window of an SSRC that has sent an authentic packet.
    fn get(&mut self, ssrc: u32) -> Result<Option<&mut Window>, SrtpError> {
        if self.windows.get(self.last).is_none_or(|(known, _)| *known != ssrc) {
            match self.windows.iter().position(|(known, _)| *known == ssrc) {
                Some(position) => self.last = position,
                None if self.windows.len() >= MAX_INBOUND_SSRCS => return Err(SrtpError::TooManySsrcs),
                None => return Ok(None),
            }
        }
        Ok(self.windows.get_mut(self.last).map(|(_, window)| window))
    }

    /// Takes note of an authentic packet.
    fn record(&mut self, ssrc: u32, index: u64) {
        if let Ok(Some(window)) = self.get(ssrc) {
            window.record(index);
            return;
        }
        let mut window = Window::new();
        window.record(index);
        self.last = self.windows.len();
        self.windows.push((ssrc, window));
    }
}

/// Opens the packets of one peer, SRTP and SRTCP. Keys are zeroised on drop.
pub struct Inbound {
    rtp: Cipher,
    rtcp: Cipher,
    rtp_streams: Streams,
    rtcp_streams: Streams,
    stats: InboundStats,
}

impl Inbound {
    /// From the peer's master key and salt, as DTLS exported them (key, then salt).
    pub fn new(profile: Profile, master: &[u8]) -> Result<Self, SrtpError> {
        Ok(Self {
            rtp: Cipher::new(profile, master, Protocol::Srtp)?,
            rtcp: Cipher::new(profile, master, Protocol::Srtcp)?,
            rtp_streams: Streams::new(),
            rtcp_streams: Streams::new(),
            stats: InboundStats::default(),
        })
    }

    /// Authenticates and decrypts an SRTP packet in place. State (rollover counter, replay window, a new SSRC) changes
    /// only when the tag was right. An SSRC starts with rollover counter 0, so a sender's first sequence number should
    /// be below 2^15 (RFC 3711 §3.3.1 has no other way to tell).
    pub fn open_rtp(&mut self, packet: &mut [u8]) -> Result<OpenedRtp, SrtpError> {
        let opened = self.try_open_rtp(packet);
        if let Err(error) = opened {
            self.stats.count(error);
        }
        opened
    }

    fn try_open_rtp(&mut self, packet: &mut [u8]) -> Result<OpenedRtp, SrtpError> {
        let header_len = rtp_header_len(packet)?;
        let ssrc = be32(packet, 8);
        let sequence = u16::from_be_bytes([packet[2], packet[3]]);
        let index = match self.rtp_streams.get(ssrc)? {
            Some(window) => {
                let index = estimate(window.highest(), sequence);
                if !window.is_fresh(index) {
                    return Err(SrtpError::Replayed);
                }
                index
            }
            None => u64::from(sequence),
        };
        let len = match &self.rtp {
            Cipher::Gcm(gcm) => {
                let len = plain_len(packet.len(), header_len, GCM_TAG_LEN)?;
                let (header, payload) = packet.split_at_mut(header_len);
                gcm.open(ssrc, index, header, payload)?;
                len
            }
            Cipher::Cm(cm) => {
                let len = plain_len(packet.len(), header_len, CM_TAG_LEN)?;
                let roc = (index >> 16) as u32;
                cm.verify(&packet[..len], &roc.to_be_bytes(), &packet[len..])?;
                cm.crypt(ssrc, index, &mut packet[header_len..len]);
                len
            }
        };
        self.rtp_streams.record(ssrc, index);
        Ok(OpenedRtp { header_len, len, index })
    }

    /// Authenticates and decrypts an SRTCP packet in place; gives the length of the plain compound packet. A packet
    /// that is not encrypted (E bit 0) is refused as malformed: no WebRTC peer sends one.
    pub fn open_rtcp(&mut self, packet: &mut [u8]) -> Result<usize, SrtpError> {
        let opened = self.try_open_rtcp(packet);
        if let Err(error) = opened {
            self.stats.count(error);
        }
        opened
    }

    /// ```text
    /// GCM: | header, 8 B | cipher text | tag, 16 B | E, index |      CM: | header, 8 B | cipher text | E, index | tag, 10 B |
    /// ```
    fn try_open_rtcp(&mut self, packet: &mut [u8]) -> Result<usize, SrtpError> {
        let (tag_len, trailer_from_end) = match &self.rtcp {
            Cipher::Gcm(_) => (GCM_TAG_LEN, 4),
            Cipher::Cm(_) => (CM_TAG_LEN, CM_TAG_LEN + 4),
        };
        let len = plain_len(packet.len(), RTCP_HEADER_LEN, tag_len + 4)?;
        if packet[0] >> 6 != 2 {
            return Err(SrtpError::Malformed);
        }
        let ssrc = be32(packet, 4);
        let trailer = be32(packet, packet.len() - trailer_from_end);
        if trailer & E_BIT == 0 {
            return Err(SrtpError::Malformed);
        }
        let index = u64::from(trailer & !E_BIT);
        if self.rtcp_streams.get(ssrc)?.is_some_and(|window| !window.is_fresh(index)) {
            return Err(SrtpError::Replayed);
        }
        match &self.rtcp {
            Cipher::Gcm(gcm) => {
                let mut aad = [0; RTCP_HEADER_LEN + 4];
                aad[..RTCP_HEADER_LEN].copy_from_slice(&packet[..RTCP_HEADER_LEN]);
                aad[RTCP_HEADER_LEN..].copy_from_slice(&trailer.to_be_bytes());
                gcm.open(ssrc, index, &aad, &mut packet[RTCP_HEADER_LEN..len + GCM_TAG_LEN])?;
            }
            Cipher::Cm(cm) => {
                let (authenticated, tag) = packet.split_at(len + 4);
                cm.verify(authenticated, &[], tag)?;
                cm.crypt(ssrc, index, &mut packet[RTCP_HEADER_LEN..len]);
            }
        }
        self.rtcp_streams.record(ssrc, index);
        Ok(len)
    }

    /// Refused packets since the start.
    pub fn stats(&self) -> InboundStats {
        self.stats
    }
}

impl std::fmt::Debug for Inbound {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inbound").field("stats", &self.stats).finish_non_exhaustive()
    }
}

/// What is left of `total` bytes without the trailer, when that is at least the header.
fn plain_len(total: usize, header_len: usize, trailer_len: usize) -> Result<usize, SrtpError> {
    total.checked_sub(trailer_len).filter(|len| *len >= header_len).ok_or(SrtpError::Malformed)
}

/// The index with this sequence number that is nearest to the highest one (RFC 3711 §3.3.1, appendix A).
fn estimate(highest: Option<u64>, sequence: u16) -> u64 {
    let Some(highest) = highest else {
        return u64::from(sequence);
    };
    // Two's complement is meant: the signed distance of sequence numbers.
    #[allow(clippy::cast_possible_wrap)]
    let ahead = i64::from(sequence.wrapping_sub(highest as u16) as i16);
    // Below 0 there is nothing: then it is the same sequence number of the first cycle, far ahead.
    highest.checked_add_signed(ahead).unwrap_or(u64::from(sequence))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn estimate_around_a_wrap_picks_the_nearest() {
        for (highest, sequence, expected) in [
            (None, 7, 7),
            (Some(65_535), 0, 65_536),
            (Some(65_536), 65_535, 65_535),
            (Some(3 << 16), 65_000, (2 << 16) + 65_000),
            (Some((2 << 16) + 65_000), 100, (3 << 16) + 100),
            (Some(10), 65_530, 65_530),
            (Some(100), 99, 99),
        ] {
            assert_eq!(estimate(highest, sequence), expected, "{highest:?} {sequence}");
        }
    }
}
