//! Which packets of one span are left out for a subscriber that gets fewer frames, and under which numbers the others go.
//!
//! Frames are left out whole, by temporal level. Outgoing numbers stay dense: each incoming packet has its own count of
//! packets and pictures that were left out before it, in a ring over the last [`RING`] incoming packets. That is as long
//! as the history, so whatever can be sent again can be found.
//!
//! A packet that did not come in order keeps a number free, unless it is certain that it belongs to a frame that is left
//! out. When it comes late after all and is left out, an empty packet takes its number, so that the receiver does not ask
//! for it. The level falls with the next frame, and rises one by one, each with a frame that says that it needs only
//! what was sent (RFC 7741 §4.2: Y), or after a frame that says that what follows needs no more (RFC 9628 §4.2: U; a
//! switch indication of the dependency descriptor), or with a keyframe.
//!
//! Picture ids are made dense for VP8 only: its receivers wait for pictures that are missing between. Those of VP9, and
//! frame numbers, tell by their differences what a frame depends on, and keep them.
//!
//! Left out: when to drop (see [`crate::forwarder`]), and that the empty packet is lost on its way.

use crate::facts::{Codec, Facts};
use crate::history::HISTORY_PACKETS;
use crate::wire::sequence::is_newer_timestamp;

/// Incoming packets whose fate is known: 4 kB for a slot that leaves frames out, nothing for others.
pub const RING: usize = HISTORY_PACKETS;
/// Frames whose fate is known: about a second. What is later is of no use to a decoder, and is not sent.
const FRAMES: usize = 32;
/// Nothing is left out at this level: no format has a higher one.
pub const EVERY_LEVEL: u8 = 7;

/// What became of one incoming packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// Has not come; its number is kept free.
    Awaited,
    /// Sent.
    Kept,
    /// Has no number.
    Dropped,
    /// Came late; an empty packet has its number.
    Filled,
}

/// One incoming packet; the counts wrap.
#[derive(Debug, Clone, Copy)]
struct Entry {
    /// Packets left out before it.
    packets: u32,
    /// Pictures left out before its own.
    pictures: u16,
    /// What was sent when it should have come.
    level: u8,
    fate: Fate,
}

#[derive(Debug, Clone, Copy)]
struct Frame {
    timestamp: u32,
    /// Pictures left out before it.
    pictures: u16,
    is_kept: bool,
}

/// What an incoming packet is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Sent, with so many packets and pictures left out before it.
    Keep(Shift),
    /// Not sent.
    Drop,
    /// Not sent, but an empty packet in its place.
    Fill(Shift),
    /// It came before, or so late that its number is not known any more.
    Unknown,
}

/// What is taken off the numbers of a packet, which wrap, and what was sent with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Shift {
    /// Off the index.
    pub packets: u64,
    /// Off the picture id.
    pub pictures: u16,
    /// The highest temporal level that was sent then; `None`: nothing is or was left out.
    pub level: Option<u8>,
}

/// See the module.
#[derive(Debug, Clone)]
pub struct Drops {
    entries: [Entry; RING],
    frames: [Frame; FRAMES],
    /// Position in the former.
    newest_frame: usize,
    /// Timestamp of the newest frame whose fate is no longer known.
    forgotten: u32,
    /// The first packet with an entry; those before were all kept.
    first_in: u64,
    /// The last packet with an entry, `first_in - 1` when none has one.
    highest_in: u64,
    /// The last that came in order: where in its picture it lay.
    tail: Tail,
    /// All left out so far.
    packets: u64,
    pictures: u16,
    /// Highest level that is sent.
    level: u8,
    /// Highest level that came.
    seen: u8,
    /// The newest packet that was left out.
    newest_drop: u64,
}

/// The newest packet, as far as a gap after it needs it.
#[derive(Debug, Clone, Copy)]
struct Tail {
    picture: Option<u16>,
    ends_frame: bool,
}

/// Whose packets are missing in a gap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum GapOf {
    FrameBefore,
    FrameAfter,
    Unknown,
}

impl Drops {
    /// Nothing is left out up to `highest_in`, whose frame has `timestamp` (incoming).
    pub fn new(highest_in: u64, timestamp: u32) -> Self {
        let entry = Entry { packets: 0, pictures: 0, level: EVERY_LEVEL, fate: Fate::Awaited };
        Self {
            entries: [entry; RING],
            frames: [Frame { timestamp, pictures: 0, is_kept: true }; FRAMES],
            newest_frame: 0,
            forgotten: timestamp,
            first_in: highest_in + 1,
            highest_in,
            tail: Tail { picture: None, ends_frame: false },
            packets: 0,
            pictures: 0,
            level: EVERY_LEVEL,
            seen: 0,
            newest_drop: highest_in,
        }
    }

    /// A packet came. `wanted` is the highest level that is to be sent.
    pub fn on_packet(&mut self, facts: &Facts, wanted: u8) -> Verdict {
        if facts.index <= self.highest_in { self.on_late(facts, wanted) } else { self.on_newest(facts, wanted) }
    }

    /// What is taken off the numbers of a packet that was sent.
    pub fn shift_of(&self, index: u64) -> Option<Shift> {
        if index < self.first_in {
            return Some(Shift::default());
        }
        let entry = self.entry(index).filter(|entry| entry.fate == Fate::Kept)?;
        Some(self.shift(entry))
    }

    /// The packet that was sent with the index `shifted`, which is an incoming index less what was left out before it.
    pub fn find(&self, shifted: u64) -> Option<u64> {
        if shifted < self.first_in {
            return Some(shifted);
        }
        // Packets left out have the number of the one after them: the last with a number is the one that has it.
        let (mut low, mut high) = (self.oldest(), self.highest_in + 1);
        while low < high {
            let middle = low + (high - low) / 2;
            if self.entry(middle).is_some_and(|it| middle.wrapping_sub(self.shift(it).packets) <= shifted) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        let index = low.checked_sub(1)?;
        let entry = self.entry(index)?;
        let is_it = entry.fate == Fate::Kept && index.wrapping_sub(self.shift(entry).packets) == shifted;
        is_it.then_some(index)
    }

    /// The highest level that is sent now.
    pub fn level(&self) -> u8 {
        self.level
    }

    /// Everything is sent again, and nothing that was left out can be asked for: the shift that all have.
    pub fn settled(&self) -> Option<Shift> {
        let is_over = self.level == EVERY_LEVEL && self.highest_in - self.newest_drop > RING as u64;
        is_over.then_some(Shift { packets: self.packets, pictures: self.pictures, level: None })
    }

    /// The oldest packet with an entry.
    pub fn oldest(&self) -> u64 {
        self.first_in.max((self.highest_in + 1).saturating_sub(RING as u64))
    }

    fn on_newest(&mut self, facts: &Facts, wanted: u8) -> Verdict {
        let found = self.frame(facts.timestamp);
        let frame = if facts.is_padding {
            // Of no frame, and of no use: there is nothing that must stay complete.
            Frame { timestamp: facts.timestamp, pictures: self.pictures, is_kept: false }
        } else {
            found.unwrap_or_else(|| self.decide(facts, wanted))
        };
        self.skip_to(facts, frame);
        if found.is_none() && !facts.is_padding {
            self.seen = self.seen.max(facts.temporal);
            self.level = self.level_with(facts, wanted);
            self.add_frame(frame);
            // Elsewhere numbers are compared by their distances, which must stay.
            let is_counted = !frame.is_kept && facts.codec == Codec::Vp8;
            self.pictures = self.pictures.wrapping_add(u16::from(is_counted));
        }
        let fate = if frame.is_kept { Fate::Kept } else { Fate::Dropped };
        let entry = Entry { packets: self.packets as u32, pictures: frame.pictures, level: self.level, fate };
        self.set(facts.index, entry);
        self.highest_in = facts.index;
        self.tail = Tail { picture: facts.picture, ends_frame: facts.is_marked };
        if frame.is_kept {
            return Verdict::Keep(self.shift(entry));
        }
        self.packets = self.packets.wrapping_add(1);
        self.newest_drop = facts.index;
        Verdict::Drop
    }

    /// Enters the packets that are missing before the newest, which is of `frame`.
    fn skip_to(&mut self, facts: &Facts, frame: Frame) {
        let missing = facts.index - self.highest_in - 1;
        if missing == 0 {
            return;
        }
        let before = self.frames[self.newest_frame];
        let is_same = !facts.is_padding && before.timestamp == facts.timestamp;
        let (is_dropped, pictures) = match if is_same { GapOf::FrameBefore } else { self.gap_of(facts) } {
            GapOf::FrameBefore => (!before.is_kept, before.pictures),
            GapOf::FrameAfter => (!frame.is_kept, frame.pictures),
            GapOf::Unknown => (false, self.pictures),
        };
        let forgotten = missing.saturating_sub(RING as u64);
        self.packets = self.packets.wrapping_add(if is_dropped { forgotten } else { 0 });
        let fate = if is_dropped { Fate::Dropped } else { Fate::Awaited };
        for index in self.highest_in + 1 + forgotten..facts.index {
            self.set(index, Entry { packets: self.packets as u32, pictures, level: self.level, fate });
            self.packets = self.packets.wrapping_add(u64::from(is_dropped));
        }
    }

    fn on_late(&mut self, facts: &Facts, wanted: u8) -> Verdict {
        if facts.index < self.first_in {
            return Verdict::Keep(Shift::default());
        }
        let Some(entry) = self.entry(facts.index) else { return Verdict::Unknown };
        match entry.fate {
            Fate::Awaited => {}
            Fate::Dropped => return Verdict::Drop,
            Fate::Kept | Fate::Filled => return Verdict::Unknown,
        }
        let frame = if facts.is_padding {
            Frame { timestamp: facts.timestamp, pictures: entry.pictures, is_kept: false }
        } else {
            self.frame(facts.timestamp).unwrap_or_else(|| self.decide_late(facts, entry))
        };
        // A keyframe of which another packet came first, and nothing after it: all that follows needs only what is sent.
        if facts.is_start && frame.is_kept && self.frames[self.newest_frame].timestamp == facts.timestamp {
            self.level = wanted;
        }
        let fate = if frame.is_kept { Fate::Kept } else { Fate::Filled };
        let entry = Entry { pictures: frame.pictures, fate, ..entry };
        self.set(facts.index, entry);
        let shift = self.shift(entry);
        if frame.is_kept { Verdict::Keep(shift) } else { Verdict::Fill(shift) }
    }

    /// The fate of a frame of which nothing came yet.
    fn decide(&self, facts: &Facts, wanted: u8) -> Frame {
        let is_kept = facts.temporal <= self.level_with(facts, wanted);
        Frame { timestamp: facts.timestamp, pictures: self.pictures, is_kept }
    }

    /// As [`Self::decide`], for a frame all of which is late: it goes by what was sent around it.
    fn decide_late(&mut self, facts: &Facts, entry: Entry) -> Frame {
        // Other packets of an older one may have been left out.
        let is_known = is_newer_timestamp(facts.timestamp, self.forgotten);
        let is_kept = is_known && facts.temporal <= entry.level;
        let frame = Frame { timestamp: facts.timestamp, pictures: entry.pictures, is_kept };
        self.add_late_frame(frame);
        frame
    }

    /// The level from this frame on.
    fn level_with(&self, facts: &Facts, wanted: u8) -> u8 {
        if facts.is_start || wanted <= self.level {
            return wanted;
        }
        let opened = if facts.temporal <= self.level {
            facts.opens.max(self.level)
        } else if facts.temporal == self.level + 1 && facts.is_layer_sync {
            facts.temporal
        } else {
            self.level
        };
        // At the highest level that is there nothing is left to wait for.
        if opened > self.level && opened >= self.seen { wanted } else { opened.min(wanted) }
    }

    /// Whose packets lie between the newest and this one, if pictures are counted and none is missing between theirs.
    fn gap_of(&self, facts: &Facts) -> GapOf {
        let (Some(before), Some(after)) = (self.tail.picture, facts.picture) else { return GapOf::Unknown };
        if after.wrapping_sub(before) & 0x7F != 1 {
            return GapOf::Unknown;
        }
        match (self.tail.ends_frame, facts.is_frame_start) {
            (false, true) => GapOf::FrameBefore,
            (true, false) => GapOf::FrameAfter,
            _ => GapOf::Unknown,
        }
    }

    fn frame(&self, timestamp: u32) -> Option<Frame> {
        let from_newest = (0..FRAMES).map(|back| self.frames[(self.newest_frame + FRAMES - back) % FRAMES]);
        from_newest.into_iter().find(|frame| frame.timestamp == timestamp)
    }

    fn add_frame(&mut self, frame: Frame) {
        self.newest_frame = (self.newest_frame + 1) % FRAMES;
        let old = std::mem::replace(&mut self.frames[self.newest_frame], frame);
        if is_newer_timestamp(old.timestamp, self.forgotten) {
            self.forgotten = old.timestamp;
        }
    }

    /// In the place of the oldest: the newest stays the newest.
    fn add_late_frame(&mut self, frame: Frame) {
        let newest = self.frames[self.newest_frame];
        self.frames[self.newest_frame] = frame;
        self.add_frame(newest);
    }

    fn entry(&self, index: u64) -> Option<Entry> {
        (self.oldest()..=self.highest_in).contains(&index).then(|| self.entries[index as usize % RING])
    }

    fn set(&mut self, index: u64, entry: Entry) {
        self.entries[index as usize % RING] = entry;
    }

    fn shift(&self, entry: Entry) -> Shift {
        let since = (self.packets as u32).wrapping_sub(entry.packets);
        let packets = self.packets.wrapping_sub(u64::from(since));
        Shift { packets, pictures: entry.pictures, level: Some(entry.level) }
    }
}

#[cfg(test)]
mod tests;
