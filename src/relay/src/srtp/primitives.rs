//! AES-CTR and HMAC-SHA1 of AES-CM-SHA1, by the C library's own functions: what the two cost per packet is little, and
//! its Rust face doubles that (it allocates two hash contexts per tag, and encrypts in place only). Figures: ADR 0002.
//!
//! Left out: GCM, of which the Rust face costs nothing that could be measured.

use std::ffi::c_uint;

use aws_lc_sys::{AES_KEY, AES_ctr128_encrypt, AES_set_encrypt_key, SHA_CTX, SHA1_Final, SHA1_Init, SHA1_Update};
use zeroize::{Zeroize, Zeroizing};

use super::SrtpError;

/// Bytes of a block of AES.
const AES_BLOCK_LEN: usize = 16;
/// Bytes that SHA-1 takes at once (FIPS 180-4).
const SHA1_BLOCK_LEN: usize = 64;
/// Bytes of a whole HMAC-SHA1.
pub(super) const SHA1_LEN: usize = 20;

/// A key schedule for counter mode (NIST SP 800-38A §6.5). Zeroised on drop; boxed, so that no move leaves a copy.
pub(super) struct CounterKey {
    schedule: Box<AES_KEY>,
}

impl CounterKey {
    /// From 16, 24 or 32 bytes.
    pub(super) fn new(key: &[u8]) -> Result<Self, SrtpError> {
        let mut schedule = Box::new(AES_KEY { rd_key: [0; 60], rounds: 0 });
        let bits = c_uint::try_from(key.len() * 8).map_err(|_| SrtpError::BadKeyLength)?;
        // SAFETY: reads `bits / 8` bytes of `key`, which are there, when that is a length of AES, and else nothing; writes
        // the schedule, which lives and is ours alone. Keeps no pointer.
        let refused = unsafe { AES_set_encrypt_key(key.as_ptr(), bits, &raw mut *schedule) };
        if refused == 0 { Ok(Self { schedule }) } else { Err(SrtpError::BadKeyLength) }
    }

    /// The key stream that begins with the counter block `iv`.
    #[inline]
    pub(super) fn stream(&self, iv: [u8; AES_BLOCK_LEN]) -> KeyStream<'_> {
        KeyStream { key: self, counter: iv, block: [0; AES_BLOCK_LEN], used: 0 }
    }
}

impl Drop for CounterKey {
    fn drop(&mut self) {
        self.schedule.rd_key.zeroize();
        self.schedule.rounds.zeroize();
    }
}

/// A key stream; each part goes on where the one before it ended.
pub(super) struct KeyStream<'a> {
    key: &'a CounterKey,
    counter: [u8; AES_BLOCK_LEN],
    /// The key stream's open block, of which `used` bytes (below 16) are spent.
    block: [u8; AES_BLOCK_LEN],
    used: c_uint,
}

impl KeyStream<'_> {
    /// Encrypts or decrypts in place.
    #[inline]
    pub(super) fn apply(&mut self, data: &mut [u8]) {
        let start = data.as_mut_ptr();
        // SAFETY: `start` is good for reading and writing `data.len()` bytes.
        unsafe { self.apply_raw(start, start, data.len()) }
    }

    /// Encrypts or decrypts `from` into `to`, which is as long.
    #[inline]
    pub(super) fn apply_from(&mut self, from: &[u8], to: &mut [u8]) -> Result<(), SrtpError> {
        if from.len() != to.len() {
            return Err(SrtpError::NoRoom);
        }
        // SAFETY: both are as long as is said, and being a shared and an exclusive reference they do not overlap.
        unsafe { self.apply_raw(from.as_ptr(), to.as_mut_ptr(), to.len()) };
        Ok(())
    }

    /// # Safety
    ///
    /// `from` is good for reading and `to` for writing `len` bytes; they are the same or do not overlap.
    #[inline]
    unsafe fn apply_raw(&mut self, from: *const u8, to: *mut u8, len: usize) {
        // SAFETY: `from`, `to`, `len` by the caller. The schedule was set (there is no other way to a `CounterKey`) and is
        // only read; `counter` and `block` have the 16 bytes that are read and written; `used` is what this function left
        // there, or 0, so below 16. Keeps no pointer.
        unsafe {
            AES_ctr128_encrypt(
                from,
                to,
                len,
                &raw const *self.key.schedule,
                self.counter.as_mut_ptr(),
                self.block.as_mut_ptr(),
                &raw mut self.used,
            );
        }
    }
}

/// A key of HMAC-SHA1 (RFC 2104) as the two states that follow its padded blocks: they are hashed once, and copied (96
/// bytes each) for a tag. Zeroised on drop; boxed, so that no move leaves a copy.
pub(super) struct HmacSha1 {
    states: Box<States>,
}

struct States {
    inner: SHA_CTX,
    outer: SHA_CTX,
}

impl HmacSha1 {
    /// The key is at most 64 bytes long (a longer one would have to be hashed).
    pub(super) fn new(key: &[u8]) -> Result<Self, SrtpError> {
        if key.len() > SHA1_BLOCK_LEN {
            return Err(SrtpError::BadKeyLength);
        }
        let blank = SHA_CTX { h: [0; 5], Nl: 0, Nh: 0, data: [0; SHA1_BLOCK_LEN], num: 0 };
        let mut states = Box::new(States { inner: blank, outer: blank });
        begin(&mut states.inner, key, 0x36);
        begin(&mut states.outer, key, 0x5C);
        Ok(Self { states })
    }

    /// The whole tag over `first` and `second`. What stays on the stack is this tag and the inner hash: the copies of
    /// the states are written over while hashing.
    #[inline]
    pub(super) fn tag(&self, first: &[u8], second: &[u8]) -> [u8; SHA1_LEN] {
        let mut inner = self.states.inner;
        update(&mut inner, first);
        update(&mut inner, second);
        let mut outer = self.states.outer;
        update(&mut outer, &finish(&mut inner));
        finish(&mut outer)
    }
}

impl Drop for HmacSha1 {
    fn drop(&mut self) {
        for state in [&mut self.states.inner, &mut self.states.outer] {
            state.h.zeroize();
            state.data.zeroize();
        }
    }
}

/// The state after a key's padded block.
fn begin(state: &mut SHA_CTX, key: &[u8], pad: u8) {
    let mut block = Zeroizing::new([pad; SHA1_BLOCK_LEN]);
    block.iter_mut().zip(key).for_each(|(byte, key)| *byte ^= key);
    // SAFETY: writes the state, which is ours alone. Keeps no pointer.
    let done = unsafe { SHA1_Init(state) };
    debug_assert_eq!(done, 1, "the library promises it");
    update(state, &*block);
}

/// More to be hashed; the state went through `SHA1_Init`.
#[inline]
fn update(state: &mut SHA_CTX, bytes: &[u8]) {
    // SAFETY: reads `bytes` and changes the state, which is ours alone: plain numbers and bytes, of which only `num`
    // matters for safety, and that is below 64 in whatever state the library or `HmacSha1::new` made. Keeps no pointer.
    let done = unsafe { SHA1_Update(state, bytes.as_ptr().cast(), bytes.len()) };
    debug_assert_eq!(done, 1, "the library promises it");
}

/// The hash; the state went through `SHA1_Init`.
#[inline]
fn finish(state: &mut SHA_CTX) -> [u8; SHA1_LEN] {
    let mut hash = [0; SHA1_LEN];
    // SAFETY: writes 20 bytes, which are there, and changes the state as in `update`. Keeps no pointer.
    let done = unsafe { SHA1_Final(hash.as_mut_ptr(), state) };
    debug_assert_eq!(done, 1, "the library promises it");
    hash
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::srtp::testing::hex;
    use aws_lc_rs::hmac;
    use proptest::prelude::*;

    /// RFC 3711 appendix B.2.
    #[test]
    fn stream_of_rfc_3711_is_the_rfcs() {
        let key = CounterKey::new(&hex("2B7E151628AED2A6ABF7158809CF4F3C")).unwrap();
        let mut iv = [0; 16];
        iv.copy_from_slice(&hex("F0F1F2F3F4F5F6F7F8F9FAFBFCFD0000"));
        let mut stream = vec![0; 0xff02 * 16];
        key.stream(iv).apply(&mut stream);
        assert_eq!(
            stream[..48],
            hex("E03EAD0935C95E80E166B16DD92B4EB4 D23513162B02D0F72A43A2FE4A5F97AB 41E95B3BB0A2E8DD477901E4FCA894C0")
        );
        assert_eq!(
            stream[0xfeff * 16..],
            hex("EC8CDF7398607CB0F2D21675EA9EA1E4 362B7C3C6773516318A077D7FC5073AE 6A2CC3787889374FBEB4C81B17BA6C44")
        );
    }

    /// RFC 2202 §3, the cases with a key of at most a block.
    #[test]
    fn tag_of_rfc_2202_is_the_rfcs() {
        let cases = [
            (vec![0x0b; 20], b"Hi There".to_vec(), "b617318655057264e28bc0b6fb378c8ef146be00"),
            (b"Jefe".to_vec(), b"what do ya want for nothing?".to_vec(), "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
            (vec![0xaa; 20], vec![0xdd; 50], "125d7342b9ac11cd91a39af48aa17b4f63f175d3"),
            ((1..=25).collect(), vec![0xcd; 50], "4c9007f4026250c6bc8414f9bf50c86c2d7235da"),
        ];
        for (key, text, expected) in cases {
            let (first, second) = text.split_at(3);
            assert_eq!(HmacSha1::new(&key).unwrap().tag(first, second)[..], hex(expected));
        }
    }

    #[test]
    fn key_of_no_length_of_aes_is_refused() {
        for len in [0, 1, 15, 17, 33, 64] {
            assert_eq!(CounterKey::new(&vec![1; len]).err(), Some(SrtpError::BadKeyLength), "{len}");
        }
    }

    #[test]
    fn key_longer_than_a_block_of_sha1_is_refused() {
        assert_eq!(HmacSha1::new(&[1; 65]).err(), Some(SrtpError::BadKeyLength));
        assert!(HmacSha1::new(&[1; 64]).is_ok() && HmacSha1::new(&[]).is_ok());
    }

    #[test]
    fn apply_from_into_another_length_is_refused_and_spends_nothing() {
        let key = CounterKey::new(&[7; 16]).unwrap();
        let mut stream = key.stream([0; 16]);
        let mut out = [0; 5];
        assert_eq!(stream.apply_from(&[0; 4], &mut out), Err(SrtpError::NoRoom));
        assert_eq!(stream.apply_from(&[0; 6], &mut out), Err(SrtpError::NoRoom));
        assert_eq!(out, [0; 5]);
        stream.apply_from(&[0; 5], &mut out).unwrap();
        let mut expected = [0; 5];
        key.stream([0; 16]).apply(&mut expected);
        assert_eq!(out, expected);
    }

    proptest! {
        /// However it is cut, in place or not, the bytes are the same.
        #[test]
        fn stream_in_parts_is_the_stream_in_one(
            plain in prop::collection::vec(any::<u8>(), 0..300),
            cuts in prop::collection::vec(0_usize..60, 0..8),
            iv in any::<[u8; 16]>(),
        ) {
            let key = CounterKey::new(&[3; 16]).unwrap();
            let mut whole = plain.clone();
            key.stream(iv).apply(&mut whole);
            let (mut stream, mut rest) = (key.stream(iv), &plain[..]);
            let mut parts = Vec::new();
            for (number, cut) in cuts.into_iter().chain([usize::MAX]).enumerate() {
                let (part, after) = rest.split_at(cut.min(rest.len()));
                rest = after;
                let mut out = part.to_vec();
                if number % 2 == 0 {
                    stream.apply(&mut out);
                } else {
                    stream.apply_from(part, &mut out).unwrap();
                }
                parts.extend(out);
            }
            prop_assert_eq!(parts, whole);
        }

        /// The library's own HMAC gives the same, and a key can be used again.
        #[test]
        fn tag_agrees_with_the_librarys_hmac(
            key in prop::collection::vec(any::<u8>(), 0..=64),
            text in prop::collection::vec(any::<u8>(), 0..300),
            cut in 0_usize..300,
        ) {
            let theirs = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &key), &text);
            let ours = HmacSha1::new(&key).unwrap();
            let (first, second) = text.split_at(cut.min(text.len()));
            prop_assert_eq!(&ours.tag(first, second)[..], theirs.as_ref());
            prop_assert_eq!(&ours.tag(&text, &[])[..], theirs.as_ref());
        }
    }
}
