//! Transport-wide congestion control feedback: which packets came, and when.
//!
//! ```text
//! |   base sequence number (16)   |    packet status count (16)   |
//! |            reference time (24, 64 ms)         | fb count (8)  |
//! |   packet chunk (16) ...       |   ... receive deltas (250 us) |
//!
//! run length  |0| S S |     run length (13)     |   symbol S S, so many times
//! vector      |1|0|     14 one-bit symbols      |   0 not received, 1 small delta
//! vector      |1|1|     7 two-bit symbols       |   0 not received, 1 small, 2 large or negative
//! ```
//! draft-holmer-rmcat-transport-wide-cc-extensions-01 §3.1. A small delta is one unsigned byte, a large one two
//! signed bytes. The first is relative to the reference time, the others to the packet received before.

use crate::wire::bytes::{u16_at, u24_at, u32_at};

/// More statuses in one feedback are refused: no sender has half the circle of sequence numbers in flight.
pub const MAX_STATUS_COUNT: u16 = 0x8000;

/// The unit of a delta.
pub(super) const TICK_US: u64 = 250;
/// Deltas' units in the unit of the reference time, 64 ms.
pub(super) const REFERENCE_TICKS: u64 = 256;
// Symbols; the number of each received one is also the length of its delta in bytes.
pub(super) const NOT_RECEIVED: u8 = 0;
pub(super) const SMALL: u8 = 1;
pub(super) const LARGE: u8 = 2;

/// A feedback whose chunks and deltas were found to be complete.
#[derive(Debug, Clone)]
pub struct TransportFeedback<'a> {
    /// Who reports.
    pub sender_ssrc: u32,
    /// Any stream of the transport; of no use.
    pub media_ssrc: u32,
    /// The first sequence number reported.
    pub base_sequence: u16,
    /// How many are reported, at most [`MAX_STATUS_COUNT`].
    pub status_count: u16,
    /// In units of 64 ms of the reporter's clock, 24 bits, wraps every 12.4 days.
    pub reference_time: u32,
    /// Goes up by one with each feedback; wraps.
    pub feedback_count: u8,
    chunks: &'a [u8],
    deltas: &'a [u8],
}

/// What is reported of one packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PacketStatus {
    /// Transport-wide sequence number.
    pub sequence: u16,
    /// When it came, in microseconds of the reporter's clock, whose zero is unknown and which wraps as
    /// [`TransportFeedback::reference_time`] does; `None`: not received.
    pub arrival_us: Option<i64>,
}

impl<'a> TransportFeedback<'a> {
    pub(super) fn parse(body: &'a [u8]) -> Option<Self> {
        let status_count = u16_at(body, 10)?;
        if status_count > MAX_STATUS_COUNT {
            return None;
        }
        let rest = body.get(16..)?;
        let mut left = usize::from(status_count);
        let mut chunk_len = 0;
        let mut delta_len = 0;
        while left > 0 {
            let chunk = Chunk(u16_at(rest, chunk_len)?);
            chunk_len += 2;
            let count = chunk.count().min(left);
            delta_len += chunk.delta_len(count)?;
            left -= count;
        }
        let (chunks, rest) = rest.split_at_checked(chunk_len)?;
        Some(Self {
            sender_ssrc: u32_at(body, 0)?,
            media_ssrc: u32_at(body, 4)?,
            base_sequence: u16_at(body, 8)?,
            status_count,
            reference_time: u24_at(body, 12)?,
            feedback_count: *body.get(15)?,
            chunks,
            deltas: rest.get(..delta_len)?,
        })
    }

    /// The status of each packet, from `base_sequence` on.
    #[inline]
    pub fn statuses(&self) -> Statuses<'a> {
        Statuses {
            sequence: self.base_sequence,
            left: self.status_count,
            arrival_us: i64::from(self.reference_time) * (REFERENCE_TICKS * TICK_US) as i64,
            chunk: Chunk(0),
            chunk_at: 0,
            chunks: self.chunks,
            deltas: self.deltas,
        }
    }
}

/// Walks the statuses of a [`TransportFeedback`].
#[derive(Debug, Clone)]
pub struct Statuses<'a> {
    sequence: u16,
    left: u16,
    arrival_us: i64,
    chunk: Chunk,
    chunk_at: usize,
    chunks: &'a [u8],
    deltas: &'a [u8],
}

impl Iterator for Statuses<'_> {
    type Item = PacketStatus;

    #[inline]
    fn next(&mut self) -> Option<PacketStatus> {
        self.left = self.left.checked_sub(1)?;
        while self.chunk_at >= self.chunk.count() {
            self.chunk = Chunk(u16_at(self.chunks, 0)?);
            self.chunks = self.chunks.get(2..)?;
            self.chunk_at = 0;
        }
        let delta = match self.chunk.symbol(self.chunk_at) {
            SMALL => {
                let (delta, rest) = self.deltas.split_first()?;
                self.deltas = rest;
                Some(i64::from(*delta))
            }
            LARGE => {
                let (delta, rest) = self.deltas.split_first_chunk()?;
                self.deltas = rest;
                Some(i64::from(i16::from_be_bytes(*delta)))
            }
            _ => None,
        };
        self.chunk_at += 1;
        let sequence = self.sequence;
        self.sequence = sequence.wrapping_add(1);
        let arrival_us = delta.map(|delta| {
            self.arrival_us += delta * TICK_US as i64;
            self.arrival_us
        });
        Some(PacketStatus { sequence, arrival_us })
    }
}

/// A packet chunk as on the wire; `Chunk(0)` is an empty run.
#[derive(Debug, Clone, Copy)]
struct Chunk(u16);

impl Chunk {
    /// Symbols it has room for.
    #[inline]
    fn count(self) -> usize {
        match self.0 >> 14 {
            0 | 1 => usize::from(self.0 & 0x1FFF),
            2 => 14,
            _ => 7,
        }
    }

    #[inline]
    fn symbol(self, index: usize) -> u8 {
        let symbol = match self.0 >> 14 {
            0 | 1 => self.0 >> 13,
            2 => self.0 >> 13_usize.saturating_sub(index) & 1,
            _ => self.0 >> 12_usize.saturating_sub(index * 2),
        };
        symbol as u8 & 3
    }

    /// Bytes of deltas of its first `count` symbols; `None` with the reserved symbol among them.
    fn delta_len(self, count: usize) -> Option<usize> {
        let len = |symbol| (symbol != 3).then_some(usize::from(symbol));
        if self.0 >> 15 == 0 {
            return Some(len(self.symbol(0))? * count);
        }
        (0..count).map(|index| len(self.symbol(index))).sum()
    }
}
