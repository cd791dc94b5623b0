//! The content of published packets: who sent it, which packet it is, when it left, and bytes that can be compared.
//!
//! ```text
//! codec bytes | "vdxL" | source, 32 bits | layer, 32 bits | number, 64 bits | sent, 64 bits, ns | filler
//! ```
//! The codec bytes are a VP8 descriptor (RFC 7741 §4.2) and, at the start of a frame, a VP8 frame header (RFC 6386 §9.1);
//! or an Opus TOC byte (RFC 6716 §3.1). The filler is a function of the number. Nothing here can be decoded as a picture.

use crate::rtp::u32_at;

const MARK: &[u8; 4] = b"vdxL";
/// Bytes of a stamp.
pub const STAMP_LEN: usize = 28;
/// Bytes of the descriptor that is written: X, I, L, T, K with a 15-bit picture id.
const DESCRIPTOR_LEN: usize = 6;
/// Frame tag, start code, width and height.
const KEYFRAME_HEADER_LEN: usize = 10;
/// A frame tag alone.
const FRAME_TAG_LEN: usize = 3;
/// The most codec bytes that any packet has.
pub const MAX_CODEC_LEN: usize = DESCRIPTOR_LEN + KEYFRAME_HEADER_LEN;
/// Opus, hybrid full band, 20 ms, mono, one frame.
const OPUS_TOC: u8 = 0x78;
const FILLER_LEN: usize = 4096;

/// What a packet says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// The source's id, which the server writes as the CSRC.
    pub source: u32,
    /// Layer of the source.
    pub layer: u32,
    /// Counts the packets of the layer.
    pub number: u64,
    /// By the monotonic clock of the machine.
    pub sent_ns: u64,
}

/// Where in a VP8 frame a packet is.
#[derive(Debug, Clone, Copy)]
pub struct Picture {
    /// 15 bits.
    pub picture_id: u16,
    /// Counts the frames of temporal layer 0, which are all.
    pub tl0_index: u8,
    /// The first packet of its frame.
    pub is_start: bool,
    /// Of a keyframe.
    pub is_keyframe: bool,
    /// For the keyframe's header.
    pub size: (u16, u16),
}

/// Bytes that any filler is a piece of.
pub struct Filler(Box<[u8; FILLER_LEN]>);

impl Default for Filler {
    fn default() -> Self {
        let mut state = 0x9E37_79B9_u32;
        let mut bytes = Box::new([0; FILLER_LEN]);
        for byte in bytes.iter_mut() {
            // xorshift, 32 bits.
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            *byte = state as u8;
        }
        Self(bytes)
    }
}

impl Filler {
    /// The filler of a packet; at most half of what there is.
    fn of(&self, number: u64, len: usize) -> &[u8] {
        let at = (number % (FILLER_LEN as u64 / 2)) as usize;
        &self.0[at..at + len.min(FILLER_LEN / 2)]
    }

    /// Appends a VP8 packet of `len` bytes of payload, or as many as it takes.
    pub fn push_video(&self, packet: &mut Vec<u8>, picture: &Picture, stamp: &Stamp, len: usize) {
        let begun = packet.len();
        let first = 0x80 | if picture.is_start { 0x10 } else { 0 };
        let [high, low] = (picture.picture_id | 0x8000).to_be_bytes();
        packet.extend_from_slice(&[first, 0xF0, high, low, picture.tl0_index, 0]);
        if picture.is_start {
            // Version 0, shown; the first partition's size is not told, as nobody decodes it.
            packet.extend_from_slice(&[0x10 | u8::from(!picture.is_keyframe), 0, 0]);
            if picture.is_keyframe {
                packet.extend_from_slice(&[0x9D, 0x01, 0x2A]);
                packet.extend_from_slice(&picture.size.0.to_le_bytes());
                packet.extend_from_slice(&picture.size.1.to_le_bytes());
            }
        }
        self.push(packet, stamp, len.saturating_sub(packet.len() - begun));
    }

    /// Appends an Opus packet of `len` bytes of payload, or as many as it takes.
    pub fn push_audio(&self, packet: &mut Vec<u8>, stamp: &Stamp, len: usize) {
        packet.push(OPUS_TOC);
        self.push(packet, stamp, len.saturating_sub(1));
    }

    fn push(&self, packet: &mut Vec<u8>, stamp: &Stamp, len: usize) {
        packet.extend_from_slice(MARK);
        packet.extend_from_slice(&stamp.source.to_be_bytes());
        packet.extend_from_slice(&stamp.layer.to_be_bytes());
        packet.extend_from_slice(&stamp.number.to_be_bytes());
        packet.extend_from_slice(&stamp.sent_ns.to_be_bytes());
        packet.extend_from_slice(self.of(stamp.number, len.saturating_sub(STAMP_LEN)));
    }

    /// Reads a payload; `None` when a byte is not what its publisher wrote (the server may change a VP8 descriptor).
    pub fn read(&self, payload: &[u8], is_audio: bool) -> Option<Stamp> {
        let rest = if is_audio { payload.strip_prefix(&[OPUS_TOC])? } else { after_vp8(payload)? };
        let rest = rest.strip_prefix(MARK)?;
        let u64_at = |at: usize| Some(u64::from_be_bytes(rest.get(at..at + 8)?.try_into().ok()?));
        let stamp =
            Stamp { source: u32_at(rest, 0)?, layer: u32_at(rest, 4)?, number: u64_at(8)?, sent_ns: u64_at(16)? };
        let filler = rest.get(STAMP_LEN - MARK.len()..)?;
        (filler.len() <= FILLER_LEN / 2 && filler == self.of(stamp.number, filler.len())).then_some(stamp)
    }
}

/// Behind a descriptor of any form, and the frame header when a frame begins.
fn after_vp8(payload: &[u8]) -> Option<&[u8]> {
    let (&first, mut rest) = payload.split_first()?;
    if first & 0x80 != 0 {
        let (&extended, tail) = rest.split_first()?;
        rest = tail;
        if extended & 0x80 != 0 {
            let len = if rest.first()? & 0x80 != 0 { 2 } else { 1 };
            rest = rest.get(len..)?;
        }
        if extended & 0x40 != 0 {
            rest = rest.get(1..)?;
        }
        if extended & 0x30 != 0 {
            rest = rest.get(1..)?;
        }
    }
    if first & 0x17 != 0x10 {
        return Some(rest);
    }
    let is_keyframe = rest.first()? & 1 == 0;
    if is_keyframe && rest.get(3..6)? != [0x9D, 0x01, 0x2A] {
        return None;
    }
    rest.get(if is_keyframe { KEYFRAME_HEADER_LEN } else { FRAME_TAG_LEN }..)
}

#[cfg(test)]
mod tests {
    use super::*;

    const STAMP: Stamp = Stamp { source: 7, layer: 2, number: 1234, sent_ns: 99 };

    fn video(is_start: bool, is_keyframe: bool) -> Vec<u8> {
        let mut packet = Vec::new();
        let picture = Picture { picture_id: 5, tl0_index: 6, is_start, is_keyframe, size: (640, 360) };
        Filler::default().push_video(&mut packet, &picture, &STAMP, 1100);
        packet
    }

    #[test]
    fn packets_of_every_kind_are_read_again() {
        let filler = Filler::default();
        for (is_start, is_keyframe) in [(true, true), (true, false), (false, false), (false, true)] {
            let packet = video(is_start, is_keyframe);
            assert_eq!(packet.len(), 1100);
            assert_eq!(filler.read(&packet, false), Some(STAMP));
        }
        let mut sound = Vec::new();
        filler.push_audio(&mut sound, &STAMP, 120);
        assert_eq!((sound.len(), filler.read(&sound, true)), (120, Some(STAMP)));
    }

    #[test]
    fn changed_filler_is_found_at_every_place() {
        let (filler, packet) = (Filler::default(), video(false, false));
        for at in DESCRIPTOR_LEN + STAMP_LEN..packet.len() {
            let mut changed = packet.clone();
            changed[at] ^= 1;
            assert_eq!(filler.read(&changed, false), None, "byte {at}");
        }
        assert_eq!(filler.read(&packet[..20], false), None);
        assert_eq!(filler.read(&[], false), None);
    }

    #[test]
    fn rewritten_descriptor_is_no_fault() {
        let mut packet = video(true, true);
        packet[2..5].copy_from_slice(&[0xFF, 0xFF, 9]);
        assert_eq!(Filler::default().read(&packet, false), Some(STAMP));
    }
}
