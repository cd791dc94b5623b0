//! The two transforms behind one face: a packet is a header in clear, a payload to encrypt, a trailer to authenticate.

use aws_lc_rs::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use zeroize::Zeroizing;

use super::SrtpError;
use super::keys::{Profile, Protocol, SessionKeys};
use super::primitives::{CounterKey, HmacSha1, KeyStream};

/// Bytes of the GCM tag (RFC 7714 §13).
pub(super) const GCM_TAG_LEN: usize = 16;
/// Bytes of the truncated HMAC-SHA1 tag (RFC 3711 §4.2.1).
pub(super) const CM_TAG_LEN: usize = 10;

/// `AEAD_AES_128_GCM`. The library zeroises the key when it frees it.
pub(super) struct Gcm {
    key: LessSafeKey,
    salt: Zeroizing<[u8; 12]>,
}

impl Gcm {
    pub(super) fn from_session_keys(keys: &SessionKeys) -> Result<Self, SrtpError> {
        let key = UnboundKey::new(&AES_128_GCM, &*keys.cipher).map_err(|_| SrtpError::BadKeyLength)?;
        let mut salt = Zeroizing::new([0; 12]);
        salt.copy_from_slice(&keys.salt[..12]);
        Ok(Self { key: LessSafeKey::new(key), salt })
    }

    /// `00 00 | SSRC | index, 48 bits` XOR salt (RFC 7714 §8.1; §9.1 for SRTCP, whose index has 31 bits).
    fn nonce(&self, ssrc: u32, index: u64) -> Nonce {
        let mut nonce = *self.salt;
        xor(&mut nonce[2..6], &ssrc.to_be_bytes());
        xor(&mut nonce[6..12], &index.to_be_bytes()[2..]);
        Nonce::assume_unique_for_key(nonce)
    }

    /// Decrypts `payload`, a cipher text followed by its tag, in place.
    pub(super) fn open(&self, ssrc: u32, index: u64, aad: &[u8], payload: &mut [u8]) -> Result<(), SrtpError> {
        self.key
            .open_in_place(self.nonce(ssrc, index), Aad::from(aad), payload)
            .map(|_| ())
            .map_err(|_| SrtpError::NotAuthentic)
    }

    /// Encrypts `payload` in place and writes its tag.
    pub(super) fn seal(
        &self,
        ssrc: u32,
        index: u64,
        aad: &[u8],
        payload: &mut [u8],
        tag: &mut [u8],
    ) -> Result<(), SrtpError> {
        self.key
            .seal_in_place_scatter(self.nonce(ssrc, index), Aad::from(aad), payload, &[], tag)
            .map_err(|_| SrtpError::NoRoom)
    }

    /// Encrypts `head` and `tail` into `out`, which is as long as both and the tag.
    pub(super) fn seal_from(
        &self,
        ssrc: u32,
        index: u64,
        aad: &[u8],
        head: &[u8],
        tail: &[u8],
        out: &mut [u8],
    ) -> Result<(), SrtpError> {
        // One part alone goes first: the library is faster in one run than in two (measured 5-15 ns).
        let (first, second) = if head.is_empty() { (tail, head) } else { (head, tail) };
        let (out_first, out_second) = out.split_at_mut(first.len());
        self.key
            .seal_out_of_place_scatter(self.nonce(ssrc, index), Aad::from(aad), first, out_first, second, out_second)
            .map_err(|_| SrtpError::NoRoom)
    }
}

/// `AES128_CM_HMAC_SHA1_80`. Keys are zeroised on drop.
pub(super) struct Cm {
    key: CounterKey,
    auth: HmacSha1,
    salt: Zeroizing<[u8; 14]>,
}

impl Cm {
    pub(super) fn from_session_keys(keys: &SessionKeys) -> Result<Self, SrtpError> {
        let (key, auth) = (CounterKey::new(&*keys.cipher)?, HmacSha1::new(&*keys.auth)?);
        Ok(Self { key, auth, salt: keys.salt.clone() })
    }

    /// IV = salt · 2^16 XOR SSRC · 2^64 XOR index · 2^16 (RFC 3711 §4.1.1).
    fn stream(&self, ssrc: u32, index: u64) -> KeyStream<'_> {
        let mut iv = [0; 16];
        iv[..14].copy_from_slice(&*self.salt);
        xor(&mut iv[4..8], &ssrc.to_be_bytes());
        xor(&mut iv[8..14], &index.to_be_bytes()[2..]);
        self.key.stream(iv)
    }

    /// Encrypts or decrypts in place.
    pub(super) fn crypt(&self, ssrc: u32, index: u64, payload: &mut [u8]) {
        self.stream(ssrc, index).apply(payload);
    }

    /// Encrypts `head` and `tail` into `out`, which is as long as both.
    pub(super) fn crypt_from(
        &self,
        ssrc: u32,
        index: u64,
        head: &[u8],
        tail: &[u8],
        out: &mut [u8],
    ) -> Result<(), SrtpError> {
        let (out_head, out_tail) = out.split_at_mut_checked(head.len()).ok_or(SrtpError::NoRoom)?;
        let mut stream = self.stream(ssrc, index);
        stream.apply_from(head, out_head)?;
        stream.apply_from(tail, out_tail)
    }

    /// The tag over `authenticated` and `more` (SRTP: the rollover counter; SRTCP: nothing).
    pub(super) fn tag(&self, authenticated: &[u8], more: &[u8]) -> [u8; CM_TAG_LEN] {
        let mut tag = [0; CM_TAG_LEN];
        tag.copy_from_slice(&self.auth.tag(authenticated, more)[..CM_TAG_LEN]);
        tag
    }

    /// Compares tags in constant time.
    pub(super) fn verify(&self, authenticated: &[u8], more: &[u8], tag: &[u8]) -> Result<(), SrtpError> {
        verify_slices_are_equal(&self.tag(authenticated, more), tag).map_err(|_| SrtpError::NotAuthentic)
    }
}

/// Session keys ready for use.
pub(super) enum Cipher {
    Gcm(Gcm),
    Cm(Cm),
}

impl Cipher {
    pub(super) fn new(profile: Profile, master: &[u8], protocol: Protocol) -> Result<Self, SrtpError> {
        let keys = SessionKeys::derive(profile, master, protocol)?;
        Ok(match profile {
            Profile::AeadAes128Gcm => Self::Gcm(Gcm::from_session_keys(&keys)?),
            Profile::Aes128CmSha1_80 => Self::Cm(Cm::from_session_keys(&keys)?),
        })
    }
}

fn xor(target: &mut [u8], with: &[u8]) {
    for (byte, other) in target.iter_mut().zip(with) {
        *byte ^= other;
    }
}
