//! Feedback about packets and pictures: NACK, PLI, FIR, REMB.

use crate::wire::bytes::{u16_at, u24_at, u32_at};

/// Generic NACK (RFC 4585 §6.2.1): `|PID (16)|BLP (16)|` repeated.
#[derive(Debug, Clone)]
pub struct Nack<'a> {
    /// Who asks.
    pub sender_ssrc: u32,
    /// The stream whose packets are missing.
    pub media_ssrc: u32,
    entries: &'a [u8],
}

impl<'a> Nack<'a> {
    pub(super) fn parse(body: &'a [u8]) -> Option<Self> {
        let entries = body.get(8..)?;
        (entries.len() >= 4).then_some(())?;
        Some(Self { sender_ssrc: u32_at(body, 0)?, media_ssrc: u32_at(body, 4)?, entries })
    }

    /// The missing sequence numbers in the order of the entries; at most 17 for each word of the packet, and what one
    /// sender repeats is repeated here.
    #[inline]
    pub fn sequences(&self) -> impl Iterator<Item = u16> + use<'a> {
        self.entries.chunks_exact(4).flat_map(|entry| {
            let first = u16_at(entry, 0).unwrap_or(0);
            let following = u16_at(entry, 2).unwrap_or(0);
            let more = (0..16).filter(move |bit| following >> bit & 1 == 1);
            std::iter::once(first).chain(more.map(move |bit| first.wrapping_add(bit + 1)))
        })
    }
}

/// PLI (RFC 4585 §6.3.1): a decoder lost its picture and needs a keyframe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PictureLoss {
    /// Who asks.
    pub sender_ssrc: u32,
    /// The stream that shall send a keyframe.
    pub media_ssrc: u32,
}

impl PictureLoss {
    pub(super) fn parse(body: &[u8]) -> Option<Self> {
        Some(Self { sender_ssrc: u32_at(body, 0)?, media_ssrc: u32_at(body, 4)? })
    }
}

/// FIR (RFC 5104 §4.3.1): `|SSRC (32)|sequence (8)|reserved (24)|` repeated.
#[derive(Debug, Clone)]
pub struct FullIntraRequest<'a> {
    /// Who asks.
    pub sender_ssrc: u32,
    entries: &'a [u8],
}

/// One stream of a FIR.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FirEntry {
    /// The stream that shall send a keyframe.
    pub ssrc: u32,
    /// The same number again is a repetition of the same request.
    pub sequence: u8,
}

impl<'a> FullIntraRequest<'a> {
    pub(super) fn parse(body: &'a [u8]) -> Option<Self> {
        Some(Self { sender_ssrc: u32_at(body, 0)?, entries: body.get(8..)? })
    }

    /// The streams that shall send a keyframe.
    #[inline]
    pub fn entries(&self) -> impl Iterator<Item = FirEntry> + use<'a> {
        self.entries
            .chunks_exact(8)
            .filter_map(|entry| Some(FirEntry { ssrc: u32_at(entry, 0)?, sequence: *entry.get(4)? }))
    }
}

/// REMB (draft-alvestrand-rmcat-remb-03 §2.2).
///
/// ```text
/// |  'R' 'E' 'M' 'B'                                 |
/// |  count (8) |  exponent (6)  |   mantissa (18)    |
/// |  SSRC, repeated                                  |
/// ```
#[derive(Debug, Clone)]
pub struct Remb<'a> {
    /// Who estimates.
    pub sender_ssrc: u32,
    /// Mantissa shifted by the exponent; capped at `u64::MAX`.
    pub bitrate_bps: u64,
    ssrcs: &'a [u8],
}

impl<'a> Remb<'a> {
    pub(super) fn parse(body: &'a [u8]) -> Option<Self> {
        let count = usize::from(*body.get(12)?);
        let packed = u24_at(body, 13)?;
        let mantissa = u64::from(packed & 0x3_FFFF);
        let exponent = packed >> 18;
        let bitrate_bps = if mantissa.leading_zeros() >= exponent { mantissa << exponent } else { u64::MAX };
        Some(Self { sender_ssrc: u32_at(body, 0)?, bitrate_bps, ssrcs: body.get(16..16 + count * 4)? })
    }

    /// The streams that share the bitrate.
    #[inline]
    pub fn ssrcs(&self) -> impl Iterator<Item = u32> + use<'a> {
        self.ssrcs.chunks_exact(4).filter_map(|chunk| u32_at(chunk, 0))
    }
}
