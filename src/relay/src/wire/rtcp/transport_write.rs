//! Writing transport-wide congestion control feedback; the format is drawn in [`super::transport`].

use super::transport::{LARGE, MAX_STATUS_COUNT, NOT_RECEIVED, REFERENCE_TICKS, SMALL, TICK_US};
use super::{format, packet_type};
use crate::wire::bytes::Writer;

/// Everything before the chunks.
const HEAD_LEN: usize = 20;
/// A run length has 13 bits.
const MAX_RUN: usize = 0x1FFF;
/// Symbols in a vector of one-bit symbols; also how far ahead a chunk is planned.
const ONE_BIT_SYMBOLS: usize = 14;
const TWO_BIT_SYMBOLS: usize = 7;

/// What stands before the statuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeedbackHead {
    /// Who reports.
    pub sender_ssrc: u32,
    /// Any stream of the transport that sent.
    pub media_ssrc: u32,
    /// The transport-wide number that the first status is about.
    pub base_sequence: u16,
    /// One more than in the feedback before; wraps.
    pub feedback_count: u8,
}

/// How much was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeedbackWritten {
    /// Bytes.
    pub len: usize,
    /// Statuses taken from the front of the iterator, at least 1; the rest belongs into the next feedback.
    pub statuses: u16,
}

/// Writes one feedback with as many statuses as fit into `out`.
///
/// `arrivals` gives, from `base_sequence` on, when each packet came (microseconds of any steady clock) or `None`. It
/// is walked twice, therefore `Clone`. The feedback ends early when `out` is full, when a delta does not fit 16 bits
/// (±8.19 s), or at [`MAX_STATUS_COUNT`]; call again with the base moved on by `statuses`. `None` when nothing was
/// received or not even one status fits.
pub fn write_transport_feedback<I>(out: &mut [u8], head: &FeedbackHead, arrivals: I) -> Option<FeedbackWritten>
where
    I: Iterator<Item = Option<u64>> + Clone,
{
    let first_us = arrivals.clone().flatten().next()?;
    let reference = first_us / (TICK_US * REFERENCE_TICKS);
    let room = (out.len() & !3).checked_sub(HEAD_LEN)?;
    let symbols =
        Symbols { arrivals, previous_ticks: (reference * REFERENCE_TICKS) as i64, left: MAX_STATUS_COUNT.into() };
    let plan = Plan { symbols: symbols.clone(), room };
    let (mut chunk_count, mut statuses, mut delta_len) = (0, 0, 0);
    for chunk in plan.clone() {
        chunk_count += 1;
        statuses += chunk.statuses;
        delta_len += chunk.delta_len;
    }
    if statuses == 0 {
        return None;
    }
    let len = (HEAD_LEN + chunk_count * 2 + delta_len).next_multiple_of(4);
    let (front, back) = out.get_mut(..len)?.split_at_mut_checked(HEAD_LEN + chunk_count * 2)?;
    let statuses = u16::try_from(statuses).ok()?;

    let mut writer = Writer::new(front);
    writer.put(&[0x80 | format::TRANSPORT_CC, packet_type::TRANSPORT_FEEDBACK]);
    writer.put_u16(u16::try_from(len / 4 - 1).ok()?);
    writer.put_u32(head.sender_ssrc);
    writer.put_u32(head.media_ssrc);
    writer.put_u16(head.base_sequence);
    writer.put_u16(statuses);
    writer.put_u24(reference as u32 & 0xFF_FFFF);
    writer.put_u8(head.feedback_count);
    plan.for_each(|chunk| writer.put_u16(chunk.word));
    writer.finish()?;

    back.fill(0);
    let mut writer = Writer::new(back);
    for (symbol, delta) in symbols.take(statuses.into()) {
        match symbol {
            SMALL => writer.put_u8(delta as u8),
            LARGE => writer.put(&delta.to_be_bytes()),
            _ => {}
        }
    }
    writer.finish()?;
    Some(FeedbackWritten { len, statuses })
}

/// Arrivals as (symbol, delta); ends where a delta does not fit.
#[derive(Clone)]
struct Symbols<I> {
    arrivals: I,
    previous_ticks: i64,
    left: usize,
}

impl<I: Iterator<Item = Option<u64>>> Iterator for Symbols<I> {
    type Item = (u8, i16);

    fn next(&mut self) -> Option<(u8, i16)> {
        self.left = self.left.checked_sub(1)?;
        let Some(arrival_us) = self.arrivals.next()? else {
            return Some((NOT_RECEIVED, 0));
        };
        let ticks = (arrival_us / TICK_US) as i64;
        let Ok(delta) = i16::try_from(ticks - self.previous_ticks) else {
            self.left = 0;
            return None;
        };
        self.previous_ticks = ticks;
        Some((if (0..=255).contains(&delta) { SMALL } else { LARGE }, delta))
    }
}

/// One chunk and what it costs.
struct Chunk {
    word: u16,
    statuses: usize,
    delta_len: usize,
}

/// The three kinds of chunk.
enum Form {
    Run,
    OneBit,
    TwoBit,
}

/// Chooses, from the front, the chunk that covers most statuses, until the room is used up.
#[derive(Clone)]
struct Plan<I> {
    symbols: Symbols<I>,
    room: usize,
}

impl<I: Iterator<Item = Option<u64>> + Clone> Iterator for Plan<I> {
    type Item = Chunk;

    fn next(&mut self) -> Option<Chunk> {
        let room = self.room.checked_sub(2)?;
        let mut ahead = [NOT_RECEIVED; ONE_BIT_SYMBOLS];
        let mut known = 0;
        for (entry, (symbol, _)) in ahead.iter_mut().zip(self.symbols.clone()) {
            *entry = symbol;
            known += 1;
        }
        let ahead = ahead.get(..known)?;
        let first = *ahead.first()?;
        let one_bit = if ahead.contains(&LARGE) { 0 } else { known };
        let two_bit = known.min(TWO_BIT_SYMBOLS);
        let run = self.symbols.clone().take(MAX_RUN).take_while(|(symbol, _)| *symbol == first).count();
        // Only the last chunk may have fewer statuses than it has room for; each choice here fills its chunk or is
        // the last. A symbol's number is also the length of its delta.
        let (form, wanted) = if run >= one_bit.max(two_bit) {
            (Form::Run, run)
        } else if one_bit >= two_bit {
            (Form::OneBit, one_bit)
        } else {
            (Form::TwoBit, two_bit)
        };
        let mut statuses = 0_usize;
        let mut delta_len = 0;
        for (symbol, _) in self.symbols.clone().take(wanted) {
            if delta_len + usize::from(symbol) > room {
                break;
            }
            delta_len += usize::from(symbol);
            statuses += 1;
        }
        self.symbols.nth(statuses.checked_sub(1)?)?;
        self.room = if statuses < wanted { 0 } else { room - delta_len };
        let word = match form {
            Form::Run => u16::from(first) << 13 | statuses as u16,
            Form::OneBit => one_bit_vector(ahead.get(..statuses)?),
            Form::TwoBit => two_bit_vector(ahead.get(..statuses)?),
        };
        Some(Chunk { word, statuses, delta_len })
    }
}

fn one_bit_vector(symbols: &[u8]) -> u16 {
    let bits = symbols.iter().enumerate().map(|(index, symbol)| u16::from(*symbol) << (13 - index));
    0x8000 | bits.fold(0, |word, bit| word | bit)
}

fn two_bit_vector(symbols: &[u8]) -> u16 {
    let bits = symbols.iter().enumerate().map(|(index, symbol)| u16::from(*symbol) << (12 - index * 2));
    0xC000 | bits.fold(0, |word, bit| word | bit)
}

#[cfg(test)]
mod tests;
