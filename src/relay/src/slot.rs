//! One outgoing stream: what feeds it, what it waits for, and its numbers.
//!
//! A switch has two steps: *pending* until a packet comes with which a decoder can start, then *current*. Until then the
//! old feed keeps running; on a loss of permission it stops at once. The slot never looks at time and never sends: it
//! says under which numbers a packet goes out, if it does.

use std::mem::offset_of;

use crate::allocation::Step;
use crate::facts::{Codec, Facts};
use crate::prefetch::prefetch;
use crate::rewrite::{Feed, Mapped, Numbers, Rewriter};
use crate::srtp::SendGuard;
use crate::statistics::SlotTally;
use crate::wire::sequence::timestamp_distance;
use crate::wire_api::{self, Extensions, MAX_NAME_LEN, SlotKind};

/// What becomes of a packet that was offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placed {
    /// It goes out under these numbers.
    Sent {
        /// Of the outgoing stream.
        numbers: Numbers,
        /// The first after a switch.
        is_first: bool,
        /// The feed that ended with it; `None` also when nothing was shown.
        ended: Option<Feed>,
        /// The slot's feed changed.
        has_switched: bool,
    },
    /// It is not for this slot, or not now.
    Passed,
    /// Left out: its temporal level is above the slot's.
    Dropped,
    /// Left out, but an empty packet goes out under these numbers.
    Filled(Numbers),
    /// Older than the switch, or than what is known of numbers.
    Late,
}

/// What a slot was given of its subscriber's way.
#[allow(clippy::struct_excessive_bools)] // Each is a fact of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// The highest layer.
    pub layer: u8,
    /// The highest temporal level.
    pub temporal: u8,
    /// Exactly; `None`: paused, or there was nothing to give yet.
    pub step: Option<Step>,
    /// The way does not carry its lowest: nothing is sent.
    pub is_paused: bool,
    /// It is by an estimate: nothing larger may be sent.
    pub is_limited: bool,
    /// It shows something else, or larger, than when it was given that.
    pub is_new: bool,
    /// Sound goes without its redundancy.
    pub is_plain: bool,
}

impl Default for Share {
    fn default() -> Self {
        Self {
            layer: wire_api::MAX_LAYERS as u8 - 1,
            temporal: crate::drops::EVERY_LEVEL,
            step: None,
            is_paused: false,
            is_limited: false,
            is_new: true,
            is_plain: false,
        }
    }
}

/// Packets that were resent lately: so that repeated NACKs do not multiply.
const RESENT: usize = 64;

/// Numbers before a start that are looked through for gaps, at most: a receiver asks for older ones no more.
const GAPS_WITHIN: u64 = 512;
/// Gaps that are filled at a start.
const MAX_GAPS: usize = 32;
/// Numbers of an outgoing stream that were never sent and never will be.
#[derive(Debug, Clone, Copy)]
pub struct Gaps {
    indices: [u64; MAX_GAPS],
    count: usize,
}

impl Gaps {
    /// In order.
    pub fn indices(&self) -> &[u64] {
        self.indices.get(..self.count).unwrap_or_default()
    }
}

/// A feed of sound that is this old (22 s) sends nothing from before it, however late its packets are.
const SETTLED_TICKS: i32 = 1 << 20;

/// The name of an m-line, in its slot: every packet carries it.
#[derive(Debug, Clone, Copy)]
pub struct Mid {
    bytes: [u8; MAX_NAME_LEN],
    len: u8,
}

impl Mid {
    /// Of at most [`MAX_NAME_LEN`] bytes, as the border has seen to.
    fn new(name: &str) -> Self {
        let mut bytes = [0; MAX_NAME_LEN];
        let len = bytes.iter_mut().zip(name.bytes()).map(|(place, byte)| *place = byte).count();
        Self { bytes, len: len as u8 }
    }

    /// Its bytes.
    #[inline]
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.len)).unwrap_or_default()
    }
}

/// See the module. What every packet touches lies in front and side by side.
#[derive(Debug)]
#[repr(C)]
pub struct Slot {
    /// What is sent.
    pub current: Option<Feed>,
    /// What is to be sent.
    pub pending: Option<Feed>,
    /// Its packets that wait in the pacer.
    pub waiting: u32,
    /// Outgoing.
    pub ssrc: u32,
    /// For sender reports; wraps.
    pub packet_count: u32,
    /// For sender reports, payload bytes; wraps.
    pub octet_count: u32,
    /// Sound: the incoming timestamp that the feed began with, while redundancy can reach back to it.
    began: Option<u32>,
    /// Of what was last sent.
    pub codec: Option<Codec>,
    /// Redundancy was negotiated.
    has_red: bool,
    /// The receiver was told a playout delay, and keeps it until it is told another.
    pub holds_playout_delay: bool,
    /// Among the pictures of its subscriber; more goes first.
    pub priority: u8,
    /// What its packets may carry, by this peer's ids.
    pub extensions: Extensions,
    /// Of its m-line.
    pub mid: Mid,
    /// Each index once.
    pub guard: SendGuard,
    /// Its numbers.
    pub rewriter: Rewriter,
    /// What it carries.
    pub kind: SlotKind,
    /// Within its kind.
    pub index: u16,
    /// Outgoing; 0: no retransmissions.
    pub rtx_ssrc: u32,
    /// NACK was negotiated.
    pub has_nack: bool,
    /// Python's wish: a source's id, or 0.
    pub bound: u32,
    /// The speaker that was assigned, or 0.
    pub assigned: u32,
    /// Python's limit.
    pub max_layer: u8,
    /// What the way gives it.
    pub share: Share,
    /// Since when its stream does not let it rise to its temporal level.
    pub low_since_us: Option<u64>,
    /// Each index of the retransmissions once.
    pub rtx_guard: SendGuard,
    /// Pictures: every number from here on that was never sent is looked for at the next start. `None`: nothing was sent
    /// under these keys.
    gaps_from: Option<u64>,
    /// Of the next retransmission.
    pub rtx_index: u64,
    /// When the next sender report is due.
    pub report_due_us: u64,
    /// The source that Python was told the peer cannot decode.
    pub undecodable: u32,
    /// The receiver's highest sequence number in its last report.
    pub reported_highest: Option<u32>,
    /// For statistics.
    pub tally: SlotTally,
    resent: Vec<(u16, u64)>,
}

/// Bytes of a slot that every packet touches, but for what depends on the packet's number.
const TOUCHED_LEN: usize = offset_of!(Slot, rewriter) + 128;

impl Slot {
    /// Asks for what a packet touches first.
    #[inline]
    pub fn prefetch(&self) {
        prefetch(self, TOUCHED_LEN);
    }

    /// `extensions` are the peer's, for an m-line that was not told its own; `random` gives first numbers.
    pub fn new(slot: &wire_api::Slot, extensions: Extensions, mut random: impl FnMut() -> u64) -> Self {
        let numbers = random();
        let mut extensions = slot.extensions.unwrap_or(extensions);
        if !slot.transport_cc {
            extensions.transport_cc = 0;
        }
        Self {
            kind: slot.kind,
            index: slot.index,
            mid: Mid::new(&slot.mid),
            ssrc: slot.ssrc,
            rtx_ssrc: slot.rtx_ssrc,
            has_nack: slot.nack,
            has_red: slot.red,
            holds_playout_delay: false,
            began: None,
            extensions,
            bound: 0,
            assigned: 0,
            max_layer: wire_api::MAX_LAYERS as u8 - 1,
            priority: 0,
            share: Share::default(),
            low_since_us: None,
            waiting: 0,
            current: None,
            pending: None,
            rewriter: Rewriter::new(numbers as u16, (numbers >> 16) as u32, (numbers >> 48) as u16),
            guard: SendGuard::new(slot.ssrc),
            rtx_guard: SendGuard::new(slot.rtx_ssrc),
            gaps_from: None,
            rtx_index: random() & 0x7FFF,
            codec: None,
            packet_count: 0,
            octet_count: 0,
            report_due_us: 0,
            undecodable: 0,
            reported_highest: None,
            tally: SlotTally::default(),
            resent: Vec::new(),
        }
    }

    /// The keys are new: so are the guards.
    pub fn on_new_keys(&mut self) {
        self.guard = SendGuard::new(self.ssrc);
        self.rtx_guard = SendGuard::new(self.rtx_ssrc);
        self.gaps_from = None;
    }

    /// A picture begins at this index: the numbers before it that were never sent and never will be, in order. They were
    /// of packets that were lost on their way up, and whose picture ended before they came again.
    pub fn take_gaps(&mut self, start: u64) -> Gaps {
        let mut gaps = Gaps { indices: [0; MAX_GAPS], count: 0 };
        // What waits has its number yet to claim: then they are looked for at the start after this one.
        if self.waiting == 0 {
            let from = self.gaps_from.replace(start).unwrap_or(start).max(start.saturating_sub(GAPS_WITHIN));
            let end = self.guard.highest().unwrap_or(0).min(start);
            let free = (from..end).filter(|index| self.guard.is_free(*index));
            for (place, index) in gaps.indices.iter_mut().zip(free) {
                *place = index;
                gaps.count += 1;
            }
        }
        gaps
    }

    /// The source it is to show, by id; 0: none.
    pub fn wish(&self) -> u32 {
        if self.bound == 0 { self.assigned } else { self.bound }
    }

    /// A packet of `feed` came.
    #[inline]
    pub fn place(&mut self, feed: Feed, facts: &Facts) -> Placed {
        if self.current == Some(feed) {
            if self.codec == Some(facts.codec) {
                match self.rewriter.map(feed, facts) {
                    Mapped::Sent(numbers) => {
                        return Placed::Sent { numbers, is_first: false, ended: None, has_switched: false };
                    }
                    Mapped::Dropped => return Placed::Dropped,
                    Mapped::Filled(numbers) => return Placed::Filled(numbers),
                    Mapped::BeforeSpan => return Placed::Late,
                    Mapped::Gap | Mapped::OtherLayer => {}
                }
            }
            // The codec changed, or the sender jumped: a start is needed.
            return self.start(feed, facts);
        }
        if self.pending == Some(feed) { self.start(feed, facts) } else { Placed::Passed }
    }

    fn start(&mut self, feed: Feed, facts: &Facts) -> Placed {
        if !facts.is_start || facts.is_padding {
            return Placed::Passed;
        }
        self.rewriter.begin(feed, facts);
        let Mapped::Sent(numbers) = self.rewriter.map(feed, facts) else { return Placed::Passed };
        self.codec = Some(facts.codec);
        self.began = Some(facts.timestamp);
        let ended = self.current.replace(feed).filter(|old| *old != feed);
        let has_switched = self.pending == Some(feed);
        if has_switched {
            self.pending = None;
        }
        Placed::Sent { numbers, is_first: true, ended, has_switched }
    }

    /// Whether a packet that was placed goes out with its redundancy: not while that reaches back to before the slot
    /// showed its feed. What was said before a gate opened, or in another audience, is not for this subscriber. Nor where
    /// the way has no room for it.
    #[inline]
    pub fn takes_redundancy(&mut self, timestamp: u32, reach: u16) -> bool {
        if !self.has_red || self.share.is_plain {
            return false;
        }
        let Some(began) = self.began else { return true };
        let passed = timestamp_distance(began, timestamp);
        if !(0..SETTLED_TICKS).contains(&passed) {
            self.began = None;
            return true;
        }
        passed >= i32::from(reach)
    }

    /// The highest temporal level that the slot is to get from now on ([`crate::drops::EVERY_LEVEL`]: all); falls at the
    /// next frame, rises where the stream permits.
    pub fn set_max_temporal(&mut self, level: u8) {
        self.rewriter.set_max_temporal(level);
    }

    /// Retransmissions carry transport-wide numbers: their padding measures the way.
    pub fn can_be_padded(&self) -> bool {
        self.rtx_ssrc != 0 && self.extensions.transport_cc != 0
    }

    /// Ends the feed from a source: nothing of it goes out any more, not even again.
    pub fn stop(&mut self, source: usize) {
        self.current = None;
        self.rewriter.forget(|feed| feed.source == source);
    }

    /// Ends the feed, and what of it waited is not sent: it has no numbers any more, and nothing of the feed goes out again.
    pub fn cut(&mut self) -> Option<Feed> {
        let feed = self.current.take()?;
        self.waiting = 0;
        self.rewriter.forget(|other| other == feed);
        if let Some(sent) = self.guard.highest() {
            self.rewriter.rewind(sent + 1);
        }
        Some(feed)
    }

    /// The packet that was given this number has not left yet: what waits leaves before long.
    pub fn awaits(&self, index: u64) -> bool {
        self.waiting > 0 && self.guard.is_free(index)
    }

    /// Whether a packet asked for again may be resent: not within `apart_us` of the last time.
    pub fn claim_resend(&mut self, sequence: u16, now_us: u64, apart_us: u64) -> bool {
        if self.resent.is_empty() {
            self.resent = vec![(0, 0); RESENT];
        }
        let Some(entry) = self.resent.get_mut(usize::from(sequence) % RESENT) else { return false };
        if entry.0 == sequence && entry.1 != 0 && now_us.saturating_sub(entry.1) < apart_us {
            return false;
        }
        *entry = (sequence, now_us.max(1));
        true
    }
}
