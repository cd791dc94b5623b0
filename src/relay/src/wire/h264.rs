//! H.264 payloads: how they are packed, and whether a decoder can start at them.
//!
//! ```text
//! NAL unit header   |F|NRI|  Type   |   1..=23 single, 24 STAP-A, 28 FU-A
//! FU header         |S|E|R|  Type   |   after the FU indicator
//! STAP-A            |24| size (16) | NAL unit | size (16) | NAL unit ...
//! ```
//! RFC 6184 §5.3, §5.7.1, §5.8. STAP-B, MTAP and FU-B belong to packetization mode 2, which is never negotiated.

use super::bytes::u16_at;

const NAL_IDR: u8 = 5;
const NAL_SPS: u8 = 7;
const NAL_PPS: u8 = 8;
const NAL_STAP_A: u8 = 24;
const NAL_FU_A: u8 = 28;

/// How the payload is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    /// One NAL unit.
    Single,
    /// Several NAL units.
    StapA,
    /// A piece of one NAL unit.
    FuA {
        /// The first piece.
        is_start: bool,
        /// The last piece.
        is_end: bool,
    },
}

/// What is in one RTP payload.
#[allow(clippy::struct_excessive_bools)] // Independent facts; no state machine is hidden in them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct H264Payload {
    /// Single, STAP-A or FU-A.
    pub packing: Packing,
    /// A sequence parameter set (in a FU-A: its first piece).
    pub has_sps: bool,
    /// A picture parameter set (in a FU-A: its first piece).
    pub has_pps: bool,
    /// A slice of an IDR picture (in a FU-A: any piece).
    pub has_idr: bool,
    /// The first bytes of a slice of an IDR picture are in this packet.
    pub is_idr_start: bool,
}

impl H264Payload {
    /// Classifies a payload; `None` when it is empty, cut, or of a kind that mode 1 does not have.
    #[inline]
    pub fn parse(payload: &[u8]) -> Option<Self> {
        let nal_type = payload.first()? & 0x1F;
        match nal_type {
            1..=23 => {
                let mut found = Self::empty(Packing::Single);
                found.add(nal_type);
                Some(found)
            }
            NAL_STAP_A => Self::parse_stap_a(payload),
            NAL_FU_A => {
                let header = *payload.get(1)?;
                payload.get(2)?;
                let is_start = header & 0x80 != 0;
                let mut found = Self::empty(Packing::FuA { is_start, is_end: header & 0x40 != 0 });
                if is_start {
                    found.add(header & 0x1F);
                } else {
                    found.has_idr = header & 0x1F == NAL_IDR;
                }
                Some(found)
            }
            _ => None,
        }
    }

    fn parse_stap_a(payload: &[u8]) -> Option<Self> {
        let mut found = Self::empty(Packing::StapA);
        let mut rest = payload.get(1..)?;
        if rest.is_empty() {
            return None;
        }
        while !rest.is_empty() {
            let (unit, next) = rest.get(2..)?.split_at_checked(usize::from(u16_at(rest, 0)?))?;
            found.add(unit.first()? & 0x1F);
            rest = next;
        }
        Some(found)
    }

    fn empty(packing: Packing) -> Self {
        Self { packing, has_sps: false, has_pps: false, has_idr: false, is_idr_start: false }
    }

    fn add(&mut self, nal_type: u8) {
        match nal_type {
            NAL_IDR => {
                self.has_idr = true;
                self.is_idr_start = true;
            }
            NAL_SPS => self.has_sps = true,
            NAL_PPS => self.has_pps = true,
            _ => {}
        }
    }

    /// The access unit of a keyframe starts here: an SPS was seen, alone or in a STAP-A. Senders put SPS and PPS
    /// before each IDR picture; the only place at which a slot may change its source or payload type.
    #[inline]
    pub fn is_keyframe_start(&self) -> bool {
        self.has_sps
    }
}

#[cfg(test)]
mod tests;
