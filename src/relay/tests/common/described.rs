//! Peers that negotiated VP9, AV1 and the dependency descriptor.

use vdx_relay::wire_api::AddPeer;

/// Retransmissions have the next number.
pub const VP9: u8 = 98;
/// Likewise.
pub const AV1: u8 = 45;
pub const DESCRIPTOR: u8 = 13;
/// Three temporal levels with a structure, appendix A.6.1 of the AV1 payload format: longer than the one-byte form
/// carries.
pub const KEYFRAME: [u8; 21] = [
    0x80, 0xFF, 0xFE, 0x80, 0x02, 0x14, 0xEA, 0xAA, 0x44, 0x10, 0x4D, 0x14, 0x10, 0x20, 0x10, 0x84, 0xE0, 0x9F, 0xE0,
    0x59, 0xE0,
];

pub fn with_codecs(mut add: AddPeer) -> AddPeer {
    (add.payloads.vp9, add.payloads.vp9_rtx) = (VP9, VP9 + 1);
    (add.payloads.av1, add.payloads.av1_rtx) = (AV1, AV1 + 1);
    add.extensions.dependency_descriptor = DESCRIPTOR;
    add
}

/// The descriptor of a frame in one packet.
pub fn frame(template: u8, number: u16) -> Vec<u8> {
    let [high, low] = number.to_be_bytes();
    vec![0xC0 | template, high, low]
}

pub fn keyframe(number: u16) -> Vec<u8> {
    let mut bytes = KEYFRAME.to_vec();
    bytes[1..3].copy_from_slice(&number.to_be_bytes());
    bytes
}
