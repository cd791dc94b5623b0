//! Sender and receiver reports, source descriptions, goodbyes (RFC 3550 §6.4 - §6.6).

use super::NtpTime;
use crate::wire::bytes::{u24_at, u32_at, u64_at};

/// Bytes of a report block.
pub(super) const REPORT_BLOCK_LEN: usize = 24;
const SENDER_INFO_LEN: usize = 20;
const CNAME: u8 = 1;

/// The sender's half of an SR.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SenderInfo {
    /// Wall clock at which the report was sent.
    pub ntp: NtpTime,
    /// The same instant on the stream's media clock.
    pub rtp_timestamp: u32,
    /// Packets sent; wraps.
    pub packet_count: u32,
    /// Payload bytes sent; wraps.
    pub octet_count: u32,
}

/// What a receiver says about one stream (RFC 3550 §6.4.1).
///
/// ```text
/// |                 SSRC                 |
/// | fraction lost |   cumulative lost    |
/// |   extended highest sequence number   |
/// |                jitter                |
/// |      last SR (16.16)                 |
/// |      delay since last SR (16.16)     |
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReportBlock {
    /// The stream it is about.
    pub ssrc: u32,
    /// Since the last report, in 1/256.
    pub fraction_lost: u8,
    /// Since the beginning, -2^23..2^23-1; duplicates make it negative. Written values outside are capped.
    pub cumulative_lost: i32,
    /// Cycles in the high half, the highest sequence number in the low half.
    pub highest_sequence: u32,
    /// In timestamp units.
    pub jitter: u32,
    /// The compact NTP time of the last SR; 0: none yet.
    pub last_sender_report: u32,
    /// In 1/65536 s.
    pub delay_since_last: u32,
}

impl ReportBlock {
    fn parse(bytes: &[u8]) -> Option<Self> {
        let lost = u24_at(bytes, 5)?;
        Some(Self {
            ssrc: u32_at(bytes, 0)?,
            fraction_lost: *bytes.get(4)?,
            cumulative_lost: (lost << 8) as i32 >> 8,
            highest_sequence: u32_at(bytes, 8)?,
            jitter: u32_at(bytes, 12)?,
            last_sender_report: u32_at(bytes, 16)?,
            delay_since_last: u32_at(bytes, 20)?,
        })
    }
}

fn report_blocks(bytes: &[u8]) -> impl Iterator<Item = ReportBlock> {
    bytes.chunks_exact(REPORT_BLOCK_LEN).filter_map(ReportBlock::parse)
}

/// SR. Profile-specific extensions after the blocks are ignored.
#[derive(Debug, Clone)]
pub struct SenderReport<'a> {
    /// The stream that is sent.
    pub ssrc: u32,
    /// Clock and counts.
    pub info: SenderInfo,
    blocks: &'a [u8],
}

impl<'a> SenderReport<'a> {
    pub(super) fn parse(count: u8, body: &'a [u8]) -> Option<Self> {
        let start = 4 + SENDER_INFO_LEN;
        Some(Self {
            ssrc: u32_at(body, 0)?,
            info: SenderInfo {
                ntp: NtpTime(u64_at(body, 4)?),
                rtp_timestamp: u32_at(body, 12)?,
                packet_count: u32_at(body, 16)?,
                octet_count: u32_at(body, 20)?,
            },
            blocks: body.get(start..start + usize::from(count) * REPORT_BLOCK_LEN)?,
        })
    }

    /// What the sender says about the streams it receives, at most 31.
    #[inline]
    pub fn blocks(&self) -> impl Iterator<Item = ReportBlock> + use<'a> {
        report_blocks(self.blocks)
    }
}

/// RR. Profile-specific extensions after the blocks are ignored.
#[derive(Debug, Clone)]
pub struct ReceiverReport<'a> {
    /// Who reports.
    pub ssrc: u32,
    blocks: &'a [u8],
}

impl<'a> ReceiverReport<'a> {
    pub(super) fn parse(count: u8, body: &'a [u8]) -> Option<Self> {
        let blocks = body.get(4..4 + usize::from(count) * REPORT_BLOCK_LEN)?;
        Some(Self { ssrc: u32_at(body, 0)?, blocks })
    }

    /// What the receiver says about the streams it receives, at most 31.
    #[inline]
    pub fn blocks(&self) -> impl Iterator<Item = ReportBlock> + use<'a> {
        report_blocks(self.blocks)
    }
}

/// SDES, of which only the CNAMEs are read.
///
/// ```text
/// |            SSRC               |   chunk, repeated
/// | item type | length | text ... |   until a zero byte, then padded to a word
/// ```
#[derive(Debug, Clone)]
pub struct SourceDescription<'a> {
    count: u8,
    body: &'a [u8],
}

impl<'a> SourceDescription<'a> {
    pub(super) fn parse(count: u8, body: &'a [u8]) -> Option<Self> {
        let mut rest = body;
        for _ in 0..count {
            (_, _, rest) = next_chunk(rest)?;
        }
        Some(Self { count, body })
    }

    /// (SSRC, CNAME) of the chunks that have a CNAME, at most 31. The bytes are whatever the sender wrote.
    #[inline]
    pub fn cnames(&self) -> impl Iterator<Item = (u32, &'a [u8])> + use<'a> {
        let mut rest = self.body;
        (0..self.count).filter_map(move |_| {
            let (ssrc, cname, next) = next_chunk(rest)?;
            rest = next;
            Some((ssrc, cname?))
        })
    }
}

/// A chunk: its SSRC, its CNAME, and what follows.
type Chunk<'a> = (u32, Option<&'a [u8]>, &'a [u8]);

/// Takes one chunk from the front; chunks begin at whole words of the body.
fn next_chunk(body: &[u8]) -> Option<Chunk<'_>> {
    let ssrc = u32_at(body, 0)?;
    let mut cname = None;
    let mut at = 4;
    loop {
        let kind = *body.get(at)?;
        if kind == 0 {
            return Some((ssrc, cname, body.get((at + 1).next_multiple_of(4)..)?));
        }
        let len = usize::from(*body.get(at + 1)?);
        let text = body.get(at + 2..at + 2 + len)?;
        if kind == CNAME {
            cname.get_or_insert(text);
        }
        at += 2 + len;
    }
}

/// BYE; its reason is ignored.
#[derive(Debug, Clone)]
pub struct Goodbye<'a> {
    ssrcs: &'a [u8],
}

impl<'a> Goodbye<'a> {
    pub(super) fn parse(count: u8, body: &'a [u8]) -> Option<Self> {
        Some(Self { ssrcs: body.get(..usize::from(count) * 4)? })
    }

    /// The streams that ended, at most 31.
    #[inline]
    pub fn ssrcs(&self) -> impl Iterator<Item = u32> + use<'a> {
        self.ssrcs.chunks_exact(4).filter_map(|chunk| u32_at(chunk, 0))
    }
}
