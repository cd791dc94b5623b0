//! The numbers of an outgoing stream: sequence, timestamp, picture id and TL0PICIDX that never break, whatever feeds it.
//!
//! Between two switches all packets belong to one *span*: outgoing = incoming + offset, per number. A switch opens a new
//! span that goes on where the last ended. The last [`SPANS`] spans are kept, so that a NACK for an old number finds the
//! packet that was sent under it. Offsets are constant within a span: so a packet has one outgoing form only, and
//! gaps and reordering pass through as they came.
//!
//! Left out: which source or layer feeds the stream, and when (see [`crate::slot`]).

use crate::facts::Facts;
use crate::wire::sequence::is_newer_timestamp;
use crate::wire::vp8::PictureId;

/// Spans that are kept. A switch every 500 ms (the PLI interval) makes that four seconds of NACK history.
pub const SPANS: usize = 8;

/// A gap in the incoming numbers beyond this is a restart of the sender, not loss: it opens a new span. Far below 2^15,
/// so that a receiver's rollover counter cannot be misled.
pub const MAX_GAP: u64 = 1000;

/// One incarnation of a published layer, as a slot names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Feed {
    /// Position of the source.
    pub source: usize,
    /// Place of the layer.
    pub layer: u8,
    /// Of the incarnation; never reused.
    pub epoch: u64,
}

/// The numbers that go out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Numbers {
    /// `roc << 16 | sequence number`.
    pub index: u64,
    /// RTP timestamp.
    pub timestamp: u32,
    /// 15 bits.
    pub picture_id: u16,
    /// Of temporal layer 0.
    pub tl0_picture_index: u8,
}

#[derive(Debug, Clone, Copy)]
struct Span {
    feed: Feed,
    first_in: u64,
    highest_in: u64,
    /// Added modulo 2^64.
    index_offset: u64,
    timestamp_offset: u32,
    picture_id_offset: u16,
    tl0_offset: u8,
}

impl Span {
    fn numbers(&self, facts: &Facts) -> Numbers {
        let descriptor = facts.vp8.as_ref();
        let picture_id = descriptor.and_then(|it| it.picture_id).map_or(0, PictureId::value);
        let tl0 = descriptor.and_then(|it| it.tl0_picture_index).unwrap_or(0);
        Numbers {
            index: facts.index.wrapping_add(self.index_offset),
            timestamp: facts.timestamp.wrapping_add(self.timestamp_offset),
            picture_id: picture_id.wrapping_add(self.picture_id_offset) & 0x7FFF,
            tl0_picture_index: tl0.wrapping_add(self.tl0_offset),
        }
    }
}

/// See the module.
#[derive(Debug, Clone)]
pub struct Rewriter {
    spans: [Option<Span>; SPANS],
    /// Position of the open span.
    newest: usize,
    /// The next index never used.
    next_index: u64,
    highest: Highest,
}

#[derive(Debug, Clone, Copy)]
struct Highest {
    timestamp: u32,
    picture_id: u16,
    tl0_picture_index: u8,
    newest: Option<NewestSent>,
}

/// The first packet of the newest timestamp that was sent: a switch counts the elapsed time from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewestSent {
    /// When it came.
    pub arrival_us: u64,
    /// When it was captured, if known.
    pub captured_us: Option<i64>,
}

impl NewestSent {
    /// Microseconds from this packet to a later one: by capture when both are known and plausible, else by arrival.
    pub fn elapsed_us(&self, facts: &Facts) -> u64 {
        let by_arrival = facts.arrival_us.saturating_sub(self.arrival_us);
        let (Some(earlier), Some(later)) = (self.captured_us, facts.captured_us) else { return by_arrival };
        let by_capture = u64::try_from(later.saturating_sub(earlier)).unwrap_or(0);
        if by_capture.abs_diff(by_arrival) <= 1_000_000 { by_capture } else { by_arrival }
    }
}

impl Rewriter {
    /// `first_sequence` and `first_timestamp` are random; the former is cut to below 2^15 (RFC 3711 §3.3.1: a lost first
    /// packet just before a wrap would give the receiver the wrong rollover counter).
    pub fn new(first_sequence: u16, first_timestamp: u32, first_picture_id: u16) -> Self {
        Self {
            spans: [None; SPANS],
            newest: 0,
            next_index: u64::from(first_sequence & 0x7FFF),
            highest: Highest {
                timestamp: first_timestamp,
                picture_id: first_picture_id & 0x7FFF,
                tl0_picture_index: first_picture_id as u8,
                newest: None,
            },
        }
    }

    /// Opens a span with this packet as its first: the timestamp goes on by the time that passed, at least by 1.
    pub fn begin(&mut self, feed: Feed, facts: &Facts) {
        let last = self.highest;
        let elapsed_us = last.newest.map_or(0, |newest| newest.elapsed_us(facts));
        let elapsed = (u128::from(elapsed_us) * u128::from(facts.codec.clock_rate()) / 1_000_000) as u32;
        let descriptor = facts.vp8.as_ref();
        let picture_id = descriptor.and_then(|it| it.picture_id).map_or(0, PictureId::value);
        let tl0 = descriptor.and_then(|it| it.tl0_picture_index).unwrap_or(0);
        self.newest = (self.newest + 1) % SPANS;
        self.spans[self.newest] = Some(Span {
            feed,
            first_in: facts.index,
            highest_in: facts.index,
            index_offset: self.next_index.wrapping_sub(facts.index),
            timestamp_offset: last.timestamp.wrapping_add(elapsed.max(1)).wrapping_sub(facts.timestamp),
            picture_id_offset: last.picture_id.wrapping_add(1).wrapping_sub(picture_id) & 0x7FFF,
            tl0_offset: last.tl0_picture_index.wrapping_add(1).wrapping_sub(tl0),
        });
    }

    /// The outgoing numbers of a packet in the open span, or why it has none.
    #[inline]
    pub fn map(&mut self, feed: Feed, facts: &Facts) -> Mapped {
        let Some(span) = self.spans[self.newest].as_mut().filter(|span| span.feed == feed) else {
            return Mapped::OtherLayer;
        };
        if facts.index < span.first_in {
            return Mapped::BeforeSpan;
        }
        if facts.index > span.highest_in {
            if facts.index - span.highest_in > MAX_GAP {
                return Mapped::Gap;
            }
            span.highest_in = facts.index;
        }
        let numbers = span.numbers(facts);
        if numbers.index >= self.next_index {
            self.next_index = numbers.index + 1;
            self.highest = self.highest.advanced(&numbers, facts);
        }
        Mapped::Sent(numbers)
    }

    /// Which incoming packet was sent under this sequence number: its layer and index. `None` when it was never sent, or
    /// too long ago.
    pub fn find(&self, sequence: u16) -> Option<(Feed, u64)> {
        let newest = self.next_index.checked_sub(1)?;
        let behind = u64::from((newest as u16).wrapping_sub(sequence));
        let index = newest.checked_sub(behind)?;
        self.spans.iter().flatten().find_map(|span| {
            let incoming = index.wrapping_sub(span.index_offset);
            (span.first_in..=span.highest_in).contains(&incoming).then_some((span.feed, incoming))
        })
    }

    /// The numbers under which a packet that [`find`](Self::find) gave was sent.
    pub fn numbers_again(&self, feed: Feed, facts: &Facts) -> Option<Numbers> {
        let holds = |span: &&Span| span.feed == feed && (span.first_in..=span.highest_in).contains(&facts.index);
        self.spans.iter().flatten().find(holds).map(|span| span.numbers(facts))
    }

    /// Forgets the spans of a layer: what was sent from it is never sent again, and it needs a new start.
    pub fn forget(&mut self, is_forgotten: impl Fn(Feed) -> bool) {
        for span in &mut self.spans {
            *span = span.filter(|it| !is_forgotten(it.feed));
        }
    }

    /// What is added to an incoming timestamp in the open span, if it is the layer's.
    pub fn timestamp_offset(&self, feed: Feed) -> Option<u32> {
        self.spans[self.newest].filter(|span| span.feed == feed).map(|span| span.timestamp_offset)
    }

    /// What a switch counts the elapsed time from; `None` when nothing was sent yet.
    pub fn newest_sent(&self) -> Option<NewestSent> {
        self.highest.newest
    }

    /// The highest index sent, with its rollover counter.
    pub fn last_index(&self) -> Option<u64> {
        self.next_index.checked_sub(1)
    }
}

impl Highest {
    fn advanced(self, numbers: &Numbers, facts: &Facts) -> Self {
        let is_ahead = |distance: u16| distance != 0 && distance < 0x4000;
        let mut next = self;
        if self.newest.is_none() || is_newer_timestamp(numbers.timestamp, self.timestamp) {
            next.timestamp = numbers.timestamp;
            next.newest = Some(NewestSent { arrival_us: facts.arrival_us, captured_us: facts.captured_us });
        }
        if facts.vp8.is_some_and(|it| it.picture_id.is_some())
            && is_ahead(numbers.picture_id.wrapping_sub(self.picture_id) & 0x7FFF)
        {
            next.picture_id = numbers.picture_id;
        }
        if facts.vp8.is_some_and(|it| it.tl0_picture_index.is_some())
            && matches!(numbers.tl0_picture_index.wrapping_sub(self.tl0_picture_index), 1..0x80)
        {
            next.tl0_picture_index = numbers.tl0_picture_index;
        }
        next
    }
}

/// What became of a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mapped {
    /// It goes out under these numbers.
    Sent(Numbers),
    /// The open span is another layer's.
    OtherLayer,
    /// Older than the switch to this layer.
    BeforeSpan,
    /// The sender jumped: a new span is needed.
    Gap,
}
