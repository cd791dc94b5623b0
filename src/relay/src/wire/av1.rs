//! The AV1 aggregation header, where no dependency descriptor came: whether a keyframe begins here.
//!
//! ```text
//! |Z|Y| W |N|-|-|-|
//! ```
//! RTP Payload Format For AV1 §4.4. Z: the first element goes on from the packet before; N: the first packet of a coded
//! video sequence, which begins with a keyframe. Left out: the OBUs, and so the levels.

/// The header, by value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AggregationHeader(u8);

impl AggregationHeader {
    /// From the front of an RTP payload; `None` when nothing follows it, or when it contradicts itself (Z and N).
    #[inline]
    pub fn parse(payload: &[u8]) -> Option<Self> {
        let header = Self(*payload.first()?);
        payload.get(1)?;
        (header.0 & 0x88 != 0x88).then_some(header)
    }

    /// The first packet of a coded video sequence.
    #[inline]
    pub fn is_keyframe_start(self) -> bool {
        self.0 & 0x08 != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keyframe_is_told_by_n_alone() {
        let told = |payload: &[u8]| AggregationHeader::parse(payload).map(AggregationHeader::is_keyframe_start);
        assert_eq!(told(&[0x18, 0x0A]), Some(true));
        assert_eq!(told(&[0x10, 0x32]), Some(false));
        assert_eq!(told(&[0x90, 0x32]), Some(false));
        assert_eq!(told(&[0x98, 0x32]), None, "the first packet goes on from none");
        assert_eq!(told(&[0x18]), None);
    }
}
