//! The numbers of an outgoing stream: sequence, timestamp, picture id and TL0PICIDX that never break, whatever feeds it.
//!
//! Between two switches all packets belong to one *span*: outgoing = incoming + offset, per number. A switch opens a new
//! span that goes on where the last ended. The last [`SPANS`] spans are kept, so that a NACK for an old number finds the
//! packet that was sent under it. Offsets are constant within a span: so a packet has one outgoing form only, and
//! gaps and reordering pass through as they came.
//!
//! Where frames are left out (temporal levels above [`Rewriter::set_max_temporal`]), a span also has [`Drops`]: what is
//! taken off the numbers of each packet. A span in which nothing is left out has none, and costs nothing more.
//!
//! Left out: which source or layer feeds the stream, and when (see [`crate::slot`]).

use crate::drops::{Drops, EVERY_LEVEL, Shift, Verdict};
use crate::facts::Facts;
use crate::wire::sequence::{is_newer, is_newer_timestamp};

/// Spans that are kept. A switch every 500 ms (the PLI interval) makes that four seconds of NACK history.
pub const SPANS: usize = 8;

/// A gap in the incoming numbers beyond this is a restart of the sender, not loss: it opens a new span. Far below 2^15,
/// so that a receiver's rollover counter cannot be misled.
pub const MAX_GAP: u64 = 1000;

/// Spans in which frames were left out, with their 4 kB each; when there is one more, the oldest is forgotten.
pub const DROPPING_SPANS: usize = 2;

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
    /// Of the dependency descriptor.
    pub frame_number: u16,
    /// The highest temporal level that is sent; `None`: nothing is left out, nor was lately.
    pub temporal: Option<u8>,
}

#[derive(Debug, Clone)]
struct Span {
    feed: Feed,
    first_in: u64,
    highest_in: u64,
    /// Added modulo 2^64.
    index_offset: u64,
    timestamp_offset: u32,
    picture_id_offset: u16,
    tl0_offset: u8,
    frame_offset: u16,
    /// Which frames are left out; `None`: none.
    drops: Option<Box<Drops>>,
}

impl Span {
    #[inline]
    fn numbers(&self, facts: &Facts, shift: Shift) -> Numbers {
        let picture_id = facts.picture.unwrap_or(0).wrapping_sub(shift.pictures);
        Numbers {
            index: facts.index.wrapping_add(self.index_offset).wrapping_sub(shift.packets),
            timestamp: facts.timestamp.wrapping_add(self.timestamp_offset),
            picture_id: picture_id.wrapping_add(self.picture_id_offset) & 0x7FFF,
            tl0_picture_index: facts.tl0_picture_index.unwrap_or(0).wrapping_add(self.tl0_offset),
            frame_number: facts.frame_number.unwrap_or(0).wrapping_add(self.frame_offset),
            temporal: shift.level,
        }
    }

    /// The incoming packet that was sent under this index.
    fn find(&self, index: u64) -> Option<u64> {
        let shifted = index.wrapping_sub(self.index_offset);
        let incoming = match &self.drops {
            None => shifted,
            Some(drops) => drops.find(shifted)?,
        };
        (self.first_in..=self.highest_in).contains(&incoming).then_some(incoming)
    }

    /// What is taken off the numbers of a packet that was sent.
    fn shift_of(&self, index: u64) -> Option<Shift> {
        self.drops.as_ref().map_or(Some(Shift::default()), |drops| drops.shift_of(index))
    }

    /// When everything is sent again: what was left out goes into the offsets, and what is older is forgotten.
    fn settle(&mut self) {
        let Some((shift, oldest)) = self.drops.as_ref().and_then(|it| Some((it.settled()?, it.oldest()))) else {
            return;
        };
        self.index_offset = self.index_offset.wrapping_sub(shift.packets);
        self.picture_id_offset = self.picture_id_offset.wrapping_sub(shift.pictures) & 0x7FFF;
        self.first_in = oldest;
        self.drops = None;
    }
}

/// See the module.
#[derive(Debug, Clone)]
#[repr(C)]
pub struct Rewriter {
    /// Position of the open span.
    newest: usize,
    /// The next index never used.
    next_index: u64,
    max_temporal: u8,
    highest: Highest,
    spans: [Option<Span>; SPANS],
}

#[derive(Debug, Clone, Copy)]
struct Highest {
    timestamp: u32,
    picture_id: u16,
    tl0_picture_index: u8,
    frame_number: u16,
    newest: Option<NewestSent>,
}

/// The first packet of the newest timestamp that was sent: a switch counts the elapsed time from it.
#[derive(Debug, Clone, Copy)]
struct NewestSent {
    /// When it came.
    arrival_us: u64,
    /// When it was captured, if known.
    captured_us: Option<i64>,
}

impl NewestSent {
    /// Microseconds from this packet to a later one: by capture when both are known and plausible, else by arrival.
    fn elapsed_us(&self, facts: &Facts) -> u64 {
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
            spans: [const { None }; SPANS],
            newest: 0,
            next_index: u64::from(first_sequence & 0x7FFF),
            highest: Highest {
                timestamp: first_timestamp,
                picture_id: first_picture_id & 0x7FFF,
                tl0_picture_index: first_picture_id as u8,
                frame_number: first_picture_id,
                newest: None,
            },
            max_temporal: EVERY_LEVEL,
        }
    }

    /// The highest temporal level that is wanted from now on; [`EVERY_LEVEL`]: all. Taken up where the stream permits.
    pub fn set_max_temporal(&mut self, level: u8) {
        self.max_temporal = level.min(EVERY_LEVEL);
    }

    /// The highest temporal level that is sent now: below what is wanted until the stream permits more.
    pub fn temporal_level(&self) -> u8 {
        let drops = self.spans[self.newest].as_ref().and_then(|span| span.drops.as_ref());
        drops.map_or(EVERY_LEVEL, |drops| drops.level())
    }

    /// The highest temporal level that is wanted.
    pub fn max_temporal(&self) -> u8 {
        self.max_temporal
    }

    /// Opens a span with this packet as its first: the timestamp goes on by the time that passed, at least by 1.
    pub fn begin(&mut self, feed: Feed, facts: &Facts) {
        let last = self.highest;
        let elapsed_us = last.newest.map_or(0, |newest| newest.elapsed_us(facts));
        let elapsed = (u128::from(elapsed_us) * u128::from(facts.codec.clock_rate()) / 1_000_000) as u32;
        let (picture_id, tl0) = (facts.picture.unwrap_or(0), facts.tl0_picture_index.unwrap_or(0));
        self.newest = (self.newest + 1) % SPANS;
        self.spans[self.newest] = Some(Span {
            feed,
            first_in: facts.index,
            highest_in: facts.index,
            index_offset: self.next_index.wrapping_sub(facts.index),
            timestamp_offset: last.timestamp.wrapping_add(elapsed.max(1)).wrapping_sub(facts.timestamp),
            picture_id_offset: last.picture_id.wrapping_add(1).wrapping_sub(picture_id) & 0x7FFF,
            tl0_offset: last.tl0_picture_index.wrapping_add(1).wrapping_sub(tl0),
            frame_offset: last.frame_number.wrapping_add(1).wrapping_sub(facts.frame_number.unwrap_or(0)),
            drops: None,
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
        if facts.index > span.highest_in && facts.index - span.highest_in > MAX_GAP {
            return Mapped::Gap;
        }
        if span.drops.is_some() || facts.temporal > self.max_temporal {
            return self.map_dropping(facts);
        }
        span.highest_in = span.highest_in.max(facts.index);
        let numbers = span.numbers(facts, Shift::default());
        if numbers.index >= self.next_index {
            self.next_index = numbers.index + 1;
            self.highest = self.highest.advanced(&numbers, facts);
        }
        Mapped::Sent(numbers)
    }

    /// As [`Self::map`], in a span in which frames are left out, or perhaps from now on.
    fn map_dropping(&mut self, facts: &Facts) -> Mapped {
        let is_newest = self.spans[self.newest].as_ref().is_some_and(|span| facts.index > span.highest_in);
        if is_newest {
            self.begin_dropping(facts);
        }
        let Some(span) = self.spans[self.newest].as_mut() else { return Mapped::OtherLayer };
        span.highest_in = span.highest_in.max(facts.index);
        let verdict = match span.drops.as_mut() {
            Some(drops) => drops.on_packet(facts, self.max_temporal),
            None => Verdict::Keep(Shift::default()),
        };
        let (numbers, is_filler) = match verdict {
            Verdict::Keep(shift) => (span.numbers(facts, shift), false),
            Verdict::Fill(shift) => (span.numbers(facts, shift), true),
            Verdict::Drop => return Mapped::Dropped,
            Verdict::Unknown => return Mapped::BeforeSpan,
        };
        span.settle();
        if numbers.index >= self.next_index {
            self.next_index = numbers.index + 1;
            if !is_filler {
                self.highest = self.highest.advanced(&numbers, facts);
            }
        }
        if is_filler { Mapped::Filled(numbers) } else { Mapped::Sent(numbers) }
    }

    /// From this packet on the open span leaves frames out, unless it is of a frame whose beginning was sent.
    #[cold]
    fn begin_dropping(&mut self, facts: &Facts) {
        let Some(span) = self.spans[self.newest].as_ref() else { return };
        let timestamp = self.highest.timestamp.wrapping_sub(span.timestamp_offset);
        if span.drops.is_some() || facts.timestamp == timestamp {
            return;
        }
        let drops = Drops::new(span.highest_in, timestamp);
        // From the oldest: those that follow the open one in the ring.
        let others = || (1..SPANS).map(|step| (self.newest + step) % SPANS);
        let is_dropping = |at: &usize| self.spans[*at].as_ref().is_some_and(|span| span.drops.is_some());
        let mut room = None;
        if others().filter(is_dropping).count() >= DROPPING_SPANS {
            let oldest = others().find(is_dropping);
            room = oldest.and_then(|at| self.spans[at].take()).and_then(|span| span.drops);
        }
        let room = match room {
            Some(mut room) => {
                *room = drops;
                room
            }
            None => Box::new(drops),
        };
        if let Some(span) = self.spans[self.newest].as_mut() {
            span.drops = Some(room);
        }
    }

    /// The numbers of a packet of our own behind all that was sent, later by so much of the codec's clock; `None` before
    /// anything was. The open span is over then: what comes needs a new start.
    pub fn append(&mut self, ticks: u32, clock_rate: u32) -> Option<Numbers> {
        let newest = self.highest.newest.as_mut()?;
        let passed_us = u64::from(ticks) * 1_000_000 / u64::from(clock_rate.max(1));
        newest.arrival_us += passed_us;
        newest.captured_us = newest.captured_us.map(|at_us| at_us.saturating_add_unsigned(passed_us));
        self.highest.timestamp = self.highest.timestamp.wrapping_add(ticks);
        self.next_index += 1;
        let Highest { timestamp, picture_id, tl0_picture_index, frame_number, .. } = self.highest;
        let (index, temporal) = (self.next_index - 1, None);
        Some(Numbers { index, timestamp, picture_id, tl0_picture_index, frame_number, temporal })
    }

    /// Which incoming packet was sent under this sequence number: its layer and index. `None` when it was never sent, or
    /// too long ago.
    pub fn find(&self, sequence: u16) -> Option<(Feed, u64)> {
        let newest = self.next_index.checked_sub(1)?;
        let behind = u64::from((newest as u16).wrapping_sub(sequence));
        let index = newest.checked_sub(behind)?;
        self.spans.iter().flatten().find_map(|span| Some((span.feed, span.find(index)?)))
    }

    /// The numbers under which a packet that [`find`](Self::find) gave was sent.
    pub fn numbers_again(&self, feed: Feed, facts: &Facts) -> Option<Numbers> {
        let holds = |span: &&Span| span.feed == feed && (span.first_in..=span.highest_in).contains(&facts.index);
        let span = self.spans.iter().flatten().find(holds)?;
        Some(span.numbers(facts, span.shift_of(facts.index)?))
    }

    /// Forgets the spans of a layer: what was sent from it is never sent again, and it needs a new start.
    pub fn forget(&mut self, is_forgotten: impl Fn(Feed) -> bool) {
        for span in &mut self.spans {
            if span.as_ref().is_some_and(|it| is_forgotten(it.feed)) {
                *span = None;
            }
        }
    }

    /// Of what was numbered only what came before this index was sent: the others' numbers are given again. To be called when
    /// nothing of the open span will be sent any more ([`Self::forget`]).
    pub fn rewind(&mut self, index: u64) {
        self.next_index = self.next_index.min(index);
    }

    /// What is added to an incoming timestamp in the open span, if it is the layer's.
    pub fn timestamp_offset(&self, feed: Feed) -> Option<u32> {
        self.spans[self.newest].as_ref().filter(|span| span.feed == feed).map(|span| span.timestamp_offset)
    }

    /// Frames of the open span were left out, and can still be asked for.
    pub fn is_dropping(&self) -> bool {
        self.spans[self.newest].as_ref().is_some_and(|span| span.drops.is_some())
    }

    /// The highest index sent, with its rollover counter.
    #[cfg(test)]
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
        if facts.picture.is_some() && is_ahead(numbers.picture_id.wrapping_sub(self.picture_id) & 0x7FFF) {
            next.picture_id = numbers.picture_id;
        }
        if facts.tl0_picture_index.is_some()
            && matches!(numbers.tl0_picture_index.wrapping_sub(self.tl0_picture_index), 1..0x80)
        {
            next.tl0_picture_index = numbers.tl0_picture_index;
        }
        if facts.frame_number.is_some() && is_newer(numbers.frame_number, self.frame_number) {
            next.frame_number = numbers.frame_number;
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
    /// Its frame is left out.
    Dropped,
    /// Its frame is left out, but its number was kept free: an empty packet goes out under it.
    Filled(Numbers),
    /// Older than the switch to this layer, or so late that its number is not known any more.
    BeforeSpan,
    /// The sender jumped: a new span is needed.
    Gap,
}

#[cfg(test)]
mod tests;
