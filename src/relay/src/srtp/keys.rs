//! Protection profiles and key derivation.

/// What DTLS negotiated (RFC 5764 §4.1.2, RFC 7714 §14.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// `SRTP_AES128_CM_HMAC_SHA1_80`, number 1.
    Aes128CmSha1_80,
    /// `SRTP_AEAD_AES_128_GCM`, number 7.
    AeadAes128Gcm,
}

impl Profile {
    /// The profile with this DTLS-SRTP number, if it is supported.
    pub const fn from_number(number: u16) -> Option<Self> {
        match number {
            1 => Some(Self::Aes128CmSha1_80),
            7 => Some(Self::AeadAes128Gcm),
            _ => None,
        }
    }

    /// Bytes of master key followed by master salt.
    pub const fn master_len(self) -> usize {
        match self {
            Self::Aes128CmSha1_80 => 16 + 14,
            Self::AeadAes128Gcm => 16 + 12,
        }
    }

    /// Bytes that sealing adds to an RTP packet.
    pub const fn rtp_overhead(self) -> usize {
        match self {
            Self::Aes128CmSha1_80 => 10,
            Self::AeadAes128Gcm => 16,
        }
    }

    /// Bytes that sealing adds to a compound RTCP packet (tag, and E bit with index).
    pub const fn rtcp_overhead(self) -> usize {
        self.rtp_overhead() + 4
    }
}
