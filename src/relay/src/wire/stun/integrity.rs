//! MESSAGE-INTEGRITY (HMAC-SHA1, RFC 8489 §14.5) and FINGERPRINT (CRC-32, §14.7).

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac;

/// Bytes of the MESSAGE-INTEGRITY value.
pub(super) const INTEGRITY_LEN: usize = 20;
/// Goes into the CRC by exclusive or, so that it differs from one of the protocols multiplexed with STUN.
const FINGERPRINT_XOR: u32 = 0x5354_554E;

/// The HMAC-SHA1 key of an ICE password, its pads computed once.
#[derive(Clone)]
pub struct IntegrityKey(hmac::Key);

impl IntegrityKey {
    /// Of the password as in `a=ice-pwd` (short-term: the password itself, RFC 8489 §9.1.1).
    pub fn new(password: &[u8]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, password))
    }

    /// The HMAC over `message` (all before the attribute), as if the header's length ended with the attribute.
    pub(super) fn tag(&self, message: &[u8]) -> Option<[u8; INTEGRITY_LEN]> {
        let (kind, rest) = message.split_first_chunk::<2>()?;
        let (_, rest) = rest.split_first_chunk::<2>()?;
        let covered = u16::try_from(message.len().checked_sub(super::HEADER_LEN)? + 4 + INTEGRITY_LEN).ok()?;
        let mut context = hmac::Context::with_key(&self.0);
        context.update(kind);
        context.update(&covered.to_be_bytes());
        context.update(rest);
        context.sign().as_ref().try_into().ok()
    }

    /// Whether `tag` is the HMAC over `message`; in constant time.
    pub(super) fn verify(&self, message: &[u8], tag: &[u8]) -> bool {
        self.tag(message).is_some_and(|expected| verify_slices_are_equal(&expected, tag).is_ok())
    }
}

impl std::fmt::Debug for IntegrityKey {
    /// Shows nothing of the key.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("IntegrityKey(..)")
    }
}

/// The FINGERPRINT value over `message` (all before the attribute, with the final length in its header).
pub(super) fn fingerprint(message: &[u8]) -> u32 {
    let crc = message.iter().fold(u32::MAX, |crc, byte| {
        let index = (crc ^ u32::from(*byte)) & 0xFF;
        CRC_TABLE[index as usize] ^ crc >> 8
    });
    !crc ^ FINGERPRINT_XOR
}

/// CRC-32 of ISO 3309, reflected polynomial 0xEDB88320.
static CRC_TABLE: [u32; 256] = crc_table();

const fn crc_table() -> [u32; 256] {
    let mut table = [0; 256];
    let mut index = 0;
    while index < 256 {
        let mut value = index as u32;
        let mut bit = 0;
        while bit < 8 {
            value = if value & 1 == 1 { value >> 1 ^ 0xEDB8_8320 } else { value >> 1 };
            bit += 1;
        }
        table[index] = value;
        index += 1;
    }
    table
}
