//! SRTP and SRTCP of one association (RFC 3711, RFC 7714), written apart from the relay's so that no error is shared.
//!
//! `AEAD_AES_128_GCM` and `AES128_CM_HMAC_SHA1_80`. The caller knows the packet index; what is left out: the replay
//! window (the checks of [`crate::inspect`] are to see duplicates), MKI, key derivation rates.

use aws_lc_rs::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::cipher::{AES_128, EncryptingKey, EncryptionContext, UnboundCipherKey};
use aws_lc_rs::hmac;
use aws_lc_rs::iv::FixedLength;

/// Bytes of a GCM tag.
const GCM_TAG_LEN: usize = 16;
/// Bytes of the shortened HMAC.
const CM_TAG_LEN: usize = 10;
/// The flag and index at the end of an SRTCP packet.
const SRTCP_INDEX_LEN: usize = 4;
const ENCRYPTED_FLAG: u32 = 1 << 31;
/// What sealing can add at most.
pub const MAX_OVERHEAD: usize = GCM_TAG_LEN + SRTCP_INDEX_LEN;
/// First bytes of an RTCP packet that stay in clear.
const RTCP_CLEAR_LEN: usize = 8;

/// Protection profiles by their number (RFC 5764 §4.1.2, RFC 7714 §14.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// 1.
    Aes128CmSha1_80,
    /// 7.
    AeadAes128Gcm,
}

impl Profile {
    /// Its number in `use_srtp`.
    pub const fn number(self) -> u16 {
        match self {
            Self::Aes128CmSha1_80 => 1,
            Self::AeadAes128Gcm => 7,
        }
    }

    /// Bytes of the master salt; the master key has 16.
    pub const fn salt_len(self) -> usize {
        match self {
            Self::Aes128CmSha1_80 => 14,
            Self::AeadAes128Gcm => 12,
        }
    }
}

/// The packet is not authentic, or too short to be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused;

/// The session keys of one direction and protocol.
struct Transform {
    kind: Kind,
    salt: [u8; 14],
}

enum Kind {
    Gcm(LessSafeKey),
    Cm { key: Box<EncryptingKey>, authentication: Box<hmac::Key> },
}

/// One direction of an association.
pub struct Keys {
    rtp: Transform,
    rtcp: Transform,
}

impl Keys {
    /// From a master key of 16 bytes and the profile's salt. Raises [`Refused`] when their lengths are wrong.
    pub fn new(profile: Profile, key: &[u8], salt: &[u8]) -> Result<Self, Refused> {
        if key.len() != 16 || salt.len() != profile.salt_len() {
            return Err(Refused);
        }
        Ok(Self { rtp: Transform::new(profile, key, salt, 0)?, rtcp: Transform::new(profile, key, salt, 3)? })
    }

    /// Encrypts a packet behind its header of `header_len` bytes and appends the tag. `index`: rollover counter · 2^16 +
    /// sequence number.
    pub fn seal_rtp(&self, packet: &mut Vec<u8>, header_len: usize, index: u64) -> Result<(), Refused> {
        let ssrc = u32_at(packet, 8)?;
        let roc = ((index >> 16) as u32).to_be_bytes();
        let (header, payload) = packet.split_at_mut_checked(header_len).ok_or(Refused)?;
        let (tag, len) = self.rtp.seal(ssrc, index, header, payload, roc, true)?;
        packet.extend_from_slice(&tag[..len]);
        Ok(())
    }

    /// Authenticates and decrypts in place; answers the length without the tag.
    pub fn open_rtp(&self, packet: &mut [u8], header_len: usize, index: u64) -> Result<usize, Refused> {
        let ssrc = u32_at(packet, 8)?;
        let roc = ((index >> 16) as u32).to_be_bytes();
        let (header, sealed) = packet.split_at_mut_checked(header_len).ok_or(Refused)?;
        Ok(header_len + self.rtp.open(ssrc, index, header, sealed, roc, true)?)
    }

    /// Encrypts a compound RTCP packet and appends tag and index, in the profile's order.
    pub fn seal_rtcp(&self, packet: &mut Vec<u8>, index: u32) -> Result<(), Refused> {
        let ssrc = u32_at(packet, 4)?;
        let trailer = (index | ENCRYPTED_FLAG).to_be_bytes();
        let (clear, payload) = packet.split_at_mut_checked(RTCP_CLEAR_LEN).ok_or(Refused)?;
        let (tag, len) = self.rtcp.seal(ssrc, u64::from(index), clear, payload, trailer, false)?;
        // AEAD: tag, then index (RFC 7714 §9.3). AES-CM: index, then tag (RFC 3711 §3.4).
        let parts = if self.rtcp.is_aead() { [&tag[..len], &trailer] } else { [&trailer, &tag[..len]] };
        packet.extend_from_slice(parts[0]);
        packet.extend_from_slice(parts[1]);
        Ok(())
    }

    /// Authenticates and decrypts in place; answers the length of the compound packet.
    pub fn open_rtcp(&self, packet: &mut [u8]) -> Result<usize, Refused> {
        let ssrc = u32_at(packet, 4)?;
        let total = packet.len();
        if total < RTCP_CLEAR_LEN + self.rtcp.tag_len() + SRTCP_INDEX_LEN {
            return Err(Refused);
        }
        let index_at = if self.rtcp.is_aead() {
            total - SRTCP_INDEX_LEN
        } else {
            // Index and tag change places, so that the tag follows the cipher text as in all other cases.
            let at = total - CM_TAG_LEN - SRTCP_INDEX_LEN;
            packet[at..].rotate_left(SRTCP_INDEX_LEN);
            total - SRTCP_INDEX_LEN
        };
        let trailer: [u8; 4] = packet[index_at..].try_into().map_err(|_| Refused)?;
        let flagged = u32::from_be_bytes(trailer);
        if flagged & ENCRYPTED_FLAG == 0 {
            return Err(Refused); // DTLS-SRTP's profiles always encrypt.
        }
        let index = u64::from(flagged & !ENCRYPTED_FLAG);
        let (clear, sealed) = packet[..index_at].split_at_mut(RTCP_CLEAR_LEN);
        Ok(RTCP_CLEAR_LEN + self.rtcp.open(ssrc, index, clear, sealed, trailer, false)?)
    }
}

impl Transform {
    fn new(profile: Profile, master: &[u8], salt: &[u8], label: u8) -> Result<Self, Refused> {
        let key: [u8; 16] = derive(master, salt, label)?;
        let mut session_salt: [u8; 14] = derive(master, salt, label + 2)?;
        session_salt[profile.salt_len()..].fill(0);
        let kind = match profile {
            Profile::AeadAes128Gcm => {
                Kind::Gcm(LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key).map_err(|_| Refused)?))
            }
            Profile::Aes128CmSha1_80 => {
                let authentication: [u8; 20] = derive(master, salt, label + 1)?;
                Kind::Cm {
                    key: Box::new(counter_mode(&key)?),
                    authentication: Box::new(hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &authentication)),
                }
            }
        };
        Ok(Self { kind, salt: session_salt })
    }

    const fn is_aead(&self) -> bool {
        matches!(self.kind, Kind::Gcm(_))
    }

    const fn tag_len(&self) -> usize {
        if self.is_aead() { GCM_TAG_LEN } else { CM_TAG_LEN }
    }

    /// `more`: the rollover counter or the SRTCP trailer. AES-CM authenticates either; AEAD only the latter (`is_rtp`
    /// false), because its nonce holds the whole index of an RTP packet.
    fn seal(
        &self,
        ssrc: u32,
        index: u64,
        clear: &[u8],
        payload: &mut [u8],
        more: [u8; 4],
        is_rtp: bool,
    ) -> Result<([u8; GCM_TAG_LEN], usize), Refused> {
        let mut tag = [0; GCM_TAG_LEN];
        match &self.kind {
            Kind::Gcm(key) => {
                let associated = Associated::new(clear, more, is_rtp);
                key.seal_in_place_scatter(self.nonce(ssrc, index), Aad::from(associated), payload, &[], &mut tag)
                    .map_err(|_| Refused)?;
            }
            Kind::Cm { key, authentication } => {
                self.crypt(key, ssrc, index, payload)?;
                tag[..CM_TAG_LEN].copy_from_slice(&short_tag(authentication, clear, payload, &more));
            }
        }
        Ok((tag, self.tag_len()))
    }

    /// `sealed`: cipher text and tag. Answers the length of the plain text.
    fn open(
        &self,
        ssrc: u32,
        index: u64,
        clear: &[u8],
        sealed: &mut [u8],
        more: [u8; 4],
        is_rtp: bool,
    ) -> Result<usize, Refused> {
        let len = sealed.len().checked_sub(self.tag_len()).ok_or(Refused)?;
        match &self.kind {
            Kind::Gcm(key) => {
                let associated = Associated::new(clear, more, is_rtp);
                key.open_in_place(self.nonce(ssrc, index), Aad::from(associated), sealed).map_err(|_| Refused)?;
            }
            Kind::Cm { key, authentication } => {
                let (payload, tag) = sealed.split_at_mut(len);
                if short_tag(authentication, clear, payload, &more) != tag {
                    return Err(Refused);
                }
                self.crypt(key, ssrc, index, payload)?;
            }
        }
        Ok(len)
    }

    /// RFC 7714 §8.1, §9.1.
    fn nonce(&self, ssrc: u32, index: u64) -> Nonce {
        let mut nonce = [0; 12];
        nonce[2..6].copy_from_slice(&ssrc.to_be_bytes());
        nonce[6..].copy_from_slice(&index.to_be_bytes()[2..]);
        for (byte, salt) in nonce.iter_mut().zip(&self.salt) {
            *byte ^= salt;
        }
        Nonce::assume_unique_for_key(nonce)
    }

    /// RFC 3711 §4.1.1.
    fn crypt(&self, key: &EncryptingKey, ssrc: u32, index: u64, payload: &mut [u8]) -> Result<(), Refused> {
        let mut iv = [0; 16];
        iv[4..8].copy_from_slice(&ssrc.to_be_bytes());
        iv[8..14].copy_from_slice(&index.to_be_bytes()[2..]);
        for (byte, salt) in iv.iter_mut().zip(&self.salt) {
            *byte ^= salt;
        }
        apply(key, iv, payload)
    }
}

/// What AEAD authenticates in clear, on the stack.
struct Associated {
    bytes: [u8; 128],
    len: usize,
}

impl Associated {
    fn new(clear: &[u8], more: [u8; 4], is_rtp: bool) -> Self {
        let mut bytes = [0; 128];
        // A longer header is cut, and does then not authenticate: this crate writes none, and the server neither.
        let len = clear.len().min(124);
        bytes[..len].copy_from_slice(&clear[..len]);
        if is_rtp {
            return Self { bytes, len };
        }
        bytes[len..len + 4].copy_from_slice(&more);
        Self { bytes, len: len + 4 }
    }
}

impl AsRef<[u8]> for Associated {
    fn as_ref(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

fn short_tag(key: &hmac::Key, clear: &[u8], payload: &[u8], more: &[u8]) -> [u8; CM_TAG_LEN] {
    let mut context = hmac::Context::with_key(key);
    context.update(clear);
    context.update(payload);
    context.update(more);
    let mut tag = [0; CM_TAG_LEN];
    tag.copy_from_slice(&context.sign().as_ref()[..CM_TAG_LEN]);
    tag
}

/// AES-CM as the pseudo-random function (RFC 3711 §4.3.3); a salt of 12 bytes is padded at its right end.
fn derive<const LEN: usize>(master: &[u8], salt: &[u8], label: u8) -> Result<[u8; LEN], Refused> {
    let mut iv = [0; 16];
    iv[..salt.len()].copy_from_slice(salt);
    iv[7] ^= label;
    let mut out = [0; LEN];
    apply(&counter_mode(master)?, iv, &mut out)?;
    Ok(out)
}

fn counter_mode(key: &[u8]) -> Result<EncryptingKey, Refused> {
    UnboundCipherKey::new(&AES_128, key).and_then(EncryptingKey::ctr).map_err(|_| Refused)
}

fn apply(key: &EncryptingKey, iv: [u8; 16], bytes: &mut [u8]) -> Result<(), Refused> {
    key.less_safe_encrypt(bytes, EncryptionContext::Iv128(FixedLength::from(iv))).map(|_| ()).map_err(|_| Refused)
}

fn u32_at(bytes: &[u8], at: usize) -> Result<u32, Refused> {
    bytes.get(at..at + 4).and_then(|four| four.try_into().ok()).map(u32::from_be_bytes).ok_or(Refused)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(text: &str) -> Vec<u8> {
        let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
        digits.chunks(2).map(|two| u8::from_str_radix(std::str::from_utf8(two).unwrap(), 16).unwrap()).collect()
    }

    /// RFC 3711 appendix B.2: the key stream of AES-CM.
    #[test]
    fn counter_mode_gives_the_key_stream_of_rfc_3711() {
        let key = counter_mode(&hex("2B7E151628AED2A6ABF7158809CF4F3C")).unwrap();
        let mut stream = [0; 48];
        apply(&key, hex("F0F1F2F3F4F5F6F7F8F9FAFBFCFD0000").try_into().unwrap(), &mut stream).unwrap();
        let expected =
            "E03EAD0935C95E80E166B16DD92B4EB4 D23513162B02D0F72A43A2FE4A5F97AB 41E95B3BB0A2E8DD477901E4FCA894C0";
        assert_eq!(stream[..], hex(expected));
    }

    /// RFC 3711 appendix B.3.
    #[test]
    fn derivation_gives_the_session_keys_of_rfc_3711() {
        let (key, salt) = (hex("E1F97A0D3E018BE0D64FA32C06DE4139"), hex("0EC675AD498AFEEBB6960B3AABE6"));
        assert_eq!(derive::<16>(&key, &salt, 0).unwrap()[..], hex("C61E7A93744F39EE10734AFE3FF7A087"));
        assert_eq!(derive::<14>(&key, &salt, 2).unwrap()[..], hex("30CBBC08863D8C85D49DB34A9AE1"));
        assert_eq!(derive::<20>(&key, &salt, 1).unwrap()[..], hex("CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4"));
    }

    /// RFC 7714 §16.1.1: session key and salt are given, not derived.
    #[test]
    fn gcm_seals_and_opens_the_packet_of_rfc_7714() {
        let key = UnboundKey::new(&AES_128_GCM, &hex("000102030405060708090a0b0c0d0e0f")).unwrap();
        let mut salt = [0; 14];
        salt[..12].copy_from_slice(&hex("517569642070726f2071756f"));
        let transform = Transform { kind: Kind::Gcm(LessSafeKey::new(key)), salt };
        let header = hex("8040f17b 8041f8d3 5501a0b2");
        let plain = b"Gallia est omnis divisa in partes tres".to_vec();
        let mut payload = plain.clone();
        let index = 0xf17b;
        let (tag, len) = transform.seal(0x5501_a0b2, index, &header, &mut payload, [0; 4], true).unwrap();
        let sealed = "f24de3a3 fb34de6c acba861c 9d7e4bca be633bd5 0d294e6f 42a5f47a 51c7d19b 36de3adf 8833
                      899d7f27 beb16a91 52cf765e e4390cce";
        payload.extend_from_slice(&tag[..len]);
        assert_eq!(payload, hex(sealed));
        let opened = transform.open(0x5501_a0b2, index, &header, &mut payload, [0; 4], true).unwrap();
        assert_eq!(payload[..opened], plain);
    }

    /// Packets that libsrtp has sealed; see tests/data/srtp/generate.py for the form.
    #[test]
    fn both_profiles_seal_and_open_what_libsrtp_sealed() {
        let file = include_str!("../../../tests/data/srtp/libsrtp.txt");
        let mut keys = None;
        let mut seen = 0;
        for line in file.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
            let words: Vec<&str> = line.split(' ').collect();
            let profile = if words[0] == "7" { Profile::AeadAes128Gcm } else { Profile::Aes128CmSha1_80 };
            if words[1] == "master" {
                let master = hex(words[2]);
                keys = Some(Keys::new(profile, &master[..16], &master[16..]).unwrap());
                continue;
            }
            let keys = keys.as_ref().expect("a master line comes first");
            let index = u64::from_str_radix(words[2], 16).unwrap();
            let (plain, sealed) = (hex(words[3]), hex(words[4]));
            let mut packet = plain.clone();
            if words[1] == "rtp" {
                let header_len = crate::rtp::Header::parse(&plain).expect(line).len;
                keys.seal_rtp(&mut packet, header_len, index).unwrap();
                assert_eq!(packet, sealed, "{line}");
                let len = keys.open_rtp(&mut packet, header_len, index).unwrap();
                assert_eq!(packet[..len], plain, "{line}");
                let mut changed = sealed.clone();
                *changed.last_mut().unwrap() ^= 1;
                assert_eq!(keys.open_rtp(&mut changed, header_len, index), Err(Refused));
                assert_eq!(keys.open_rtp(&mut sealed.clone(), header_len, index + 65_536), Err(Refused));
            } else {
                keys.seal_rtcp(&mut packet, index as u32).unwrap();
                assert_eq!(packet, sealed, "{line}");
                let len = keys.open_rtcp(&mut packet).unwrap();
                assert_eq!(packet[..len], plain, "{line}");
                let mut changed = sealed.clone();
                changed[6] ^= 1;
                assert_eq!(keys.open_rtcp(&mut changed), Err(Refused));
            }
            seen += 1;
        }
        assert_eq!(seen, 36, "packets in the file");
    }
}
