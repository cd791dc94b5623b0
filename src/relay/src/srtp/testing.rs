//! Builders for the tests of SRTP.

use super::{Inbound, Outbound, Profile};

pub(super) const PROFILES: [Profile; 2] = [Profile::AeadAes128Gcm, Profile::Aes128CmSha1_80];

/// Bytes from hexadecimal digits; blanks are ignored.
pub(super) fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.chars().filter_map(|c| c.to_digit(16).map(|digit| digit as u8)).collect();
    digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

/// A sender and the receiver of its packets.
pub(super) fn pair(profile: Profile) -> (Outbound, Inbound) {
    let master: Vec<u8> = (0..profile.master_len() as u8).map(|byte| byte.wrapping_mul(37)).collect();
    (Outbound::new(profile, &master).unwrap(), Inbound::new(profile, &master).unwrap())
}

/// A 12-byte header.
pub(super) fn header(ssrc: u32, index: u64) -> [u8; 12] {
    let mut header = [0; 12];
    header[0] = 0x80;
    header[1] = 96;
    header[2..4].copy_from_slice(&(index as u16).to_be_bytes());
    header[4..8].copy_from_slice(&(index as u32).wrapping_mul(3000).to_be_bytes());
    header[8..].copy_from_slice(&ssrc.to_be_bytes());
    header
}
