//! Protection profiles and the derivation of session keys (RFC 3711 §4.3, RFC 7714 §11).

use aws_lc_rs::cipher::{AES_128, EncryptingKey, EncryptionContext, UnboundCipherKey};
use aws_lc_rs::iv::FixedLength;
use zeroize::Zeroizing;

use super::SrtpError;

/// Bytes of an AES-128 key, master or session.
const KEY_LEN: usize = 16;
/// Bytes of the salt that the derivation function and AES-CM take; the 12-byte salt of AEAD is padded at its right end.
const KDF_SALT_LEN: usize = 14;
/// Bytes of the session authentication key of HMAC-SHA1 (RFC 3711 §5.2).
const AUTH_KEY_LEN: usize = 20;

/// What DTLS negotiated (RFC 5764 §4.1.2, RFC 7714 §14.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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
        KEY_LEN + self.salt_len()
    }

    /// Bytes of the master salt.
    const fn salt_len(self) -> usize {
        match self {
            Self::Aes128CmSha1_80 => KDF_SALT_LEN,
            Self::AeadAes128Gcm => 12,
        }
    }

    /// Bytes that sealing adds to an RTP packet: the tag.
    pub const fn rtp_overhead(self) -> usize {
        match self {
            Self::Aes128CmSha1_80 => 10,
            Self::AeadAes128Gcm => 16,
        }
    }

    /// Bytes that sealing adds to a compound RTCP packet: the tag, and the E bit with the index.
    pub const fn rtcp_overhead(self) -> usize {
        self.rtp_overhead() + 4
    }
}

/// Which of the two protocols session keys are for; its value is the first of the three labels (RFC 3711 §4.3.1, §4.3.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Protocol {
    Srtp = 0,
    Srtcp = 3,
}

/// Session keys of one direction and protocol.
pub(super) struct SessionKeys {
    pub(super) cipher: Zeroizing<[u8; KEY_LEN]>,
    /// AEAD uses the first 12 bytes.
    pub(super) salt: Zeroizing<[u8; KDF_SALT_LEN]>,
    /// Not used by AEAD.
    pub(super) auth: Zeroizing<[u8; AUTH_KEY_LEN]>,
}

impl SessionKeys {
    /// Derives with AES-CM as the pseudo-random function and a derivation rate of 0: once for the life of the master key.
    pub(super) fn derive(profile: Profile, master: &[u8], protocol: Protocol) -> Result<Self, SrtpError> {
        if master.len() != profile.master_len() {
            return Err(SrtpError::BadKeyLength);
        }
        let (key, salt) = master.split_at(KEY_LEN);
        let mut master_salt = Zeroizing::new([0; KDF_SALT_LEN]);
        master_salt[..salt.len()].copy_from_slice(salt);

        let label = protocol as u8;
        let mut keys = Self {
            cipher: Zeroizing::new([0; KEY_LEN]),
            salt: Zeroizing::new([0; KDF_SALT_LEN]),
            auth: Zeroizing::new([0; AUTH_KEY_LEN]),
        };
        fill(key, &master_salt, label, &mut *keys.cipher)?;
        fill(key, &master_salt, label + 1, &mut *keys.auth)?;
        fill(key, &master_salt, label + 2, &mut keys.salt[..profile.salt_len()])?;
        Ok(keys)
    }
}

/// `out` = the AES-CM key stream for IV = (salt XOR label · 2^48) · 2^16, `out` being zero before (RFC 3711 §4.3.3).
fn fill(key: &[u8], salt: &[u8; KDF_SALT_LEN], label: u8, out: &mut [u8]) -> Result<(), SrtpError> {
    let mut iv = [0; 16];
    iv[..KDF_SALT_LEN].copy_from_slice(salt);
    iv[7] ^= label;
    UnboundCipherKey::new(&AES_128, key)
        .and_then(EncryptingKey::ctr)
        .and_then(|prf| prf.less_safe_encrypt(out, EncryptionContext::Iv128(FixedLength::from(iv))))
        .map(|_| ())
        .map_err(|_| SrtpError::BadKeyLength)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::srtp::testing::hex;

    /// RFC 3711 appendix B.3.
    #[test]
    fn derive_rfc_3711_master_gives_the_rfcs_session_keys() {
        let master = hex("E1F97A0D3E018BE0D64FA32C06DE4139 0EC675AD498AFEEBB6960B3AABE6");
        let keys = SessionKeys::derive(Profile::Aes128CmSha1_80, &master, Protocol::Srtp).unwrap();
        assert_eq!(keys.cipher[..], hex("C61E7A93744F39EE10734AFE3FF7A087"));
        assert_eq!(keys.salt[..], hex("30CBBC08863D8C85D49DB34A9AE1"));
        assert_eq!(keys.auth[..], hex("CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4"));
    }

    #[test]
    fn derive_wrong_length_is_refused() {
        for (profile, len) in
            [(Profile::AeadAes128Gcm, 30), (Profile::Aes128CmSha1_80, 28), (Profile::AeadAes128Gcm, 0)]
        {
            let derived = SessionKeys::derive(profile, &vec![0; len], Protocol::Srtp);
            assert_eq!(derived.err(), Some(SrtpError::BadKeyLength));
        }
    }
}
