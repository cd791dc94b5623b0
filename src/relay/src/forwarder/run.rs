//! A run: packets of one layer that came in one batch, fanned out together.
//!
//! Subscriber by subscriber, not packet by packet: each key and slot is touched once, a subscriber's datagrams lie side
//! by side in the send buffer, and a room of any size still gets them as one segmented message. Nothing waits for a run
//! to grow: it ends with the batch that was read, before anything but media of its layer is handled, and at a packet
//! with which a decoder can start (slots switch there).
//!
//! The kernel segments only what has one length, and libwebrtc splits a frame into packets that differ by a byte: those of
//! a picture get as much RTP padding as the longest is longer (RFC 3550 §5.1). `docs/benchmarks.md` has what that pays.

use crate::facts::Facts;
use crate::rewrite::Feed;
use crate::socket::{MAX_DATAGRAM_LEN, RECEIVE_BATCH_LEN};
use crate::wire::dependency_descriptor::targets::TARGETS_LEN;

/// Packets in a run: a batch.
const MAX_PACKETS: usize = RECEIVE_BATCH_LEN;
/// Bytes in a run: a full batch of what a path MTU allows, or fewer of the largest.
const MAX_BYTES: usize = MAX_PACKETS * (1_500 + MAX_PADDING);

/// More is not padded: it would cost the subscriber's way more than it saves here.
const MAX_PADDING: usize = 16;

/// A packet's places in the bytes: its payload, room for padding, its dependency descriptor.
#[derive(Debug)]
struct Kept {
    facts: Facts,
    start: usize,
    payload_end: usize,
    end: usize,
    padding: u8,
}

impl Kept {
    /// Bytes of what differs between packets of one layer.
    fn len(&self) -> usize {
        self.end - self.start
    }
}

/// A packet as it is to be sent.
#[derive(Clone, Copy)]
pub(super) struct Padded<'a> {
    pub(super) facts: &'a Facts,
    /// With its padding.
    pub(super) payload: &'a [u8],
    pub(super) descriptor: &'a [u8],
    pub(super) padding: u8,
}

/// See the module.
#[derive(Debug)]
pub(super) struct Run {
    feed: Option<(Feed, usize)>,
    packets: Vec<Kept>,
    bytes: Vec<u8>,
}

impl Run {
    /// An empty one, with all the memory it will ever have.
    pub(super) fn new() -> Self {
        Self { feed: None, packets: Vec::with_capacity(MAX_PACKETS), bytes: Vec::with_capacity(MAX_BYTES) }
    }

    /// The layer, and the position of its publisher; `None` when it is empty.
    pub(super) fn feed(&self) -> Option<(Feed, usize)> {
        self.feed
    }

    /// Another packet of any size fits.
    pub(super) fn has_room(&self) -> bool {
        self.packets.len() < MAX_PACKETS && self.bytes.len() + MAX_DATAGRAM_LEN + MAX_PADDING + TARGETS_LEN <= MAX_BYTES
    }

    /// Keeps a copy: one per packet that came, not per packet that leaves.
    pub(super) fn push(&mut self, feed: Feed, publisher: usize, facts: &Facts, payload: &[u8], descriptor: &[u8]) {
        debug_assert!(self.has_room() && self.feed.is_none_or(|(known, _)| known == feed));
        self.feed = Some((feed, publisher));
        let start = self.bytes.len();
        self.bytes.extend_from_slice(payload);
        let payload_end = self.bytes.len();
        self.bytes.extend_from_slice(&[0; MAX_PADDING]);
        self.bytes.extend_from_slice(descriptor);
        self.packets.push(Kept { facts: *facts, start, payload_end, end: self.bytes.len(), padding: 0 });
    }

    /// Makes its packets as long as the longest, where little lacks; the last may be shorter anyway.
    pub(super) fn equalise(&mut self) {
        let longest = self.packets.iter().map(Kept::len).max().unwrap_or(0);
        let Some((_, packets)) = self.packets.split_last_mut() else { return };
        for packet in packets {
            let lacking = longest - packet.len();
            if lacking == 0 || lacking > MAX_PADDING {
                continue;
            }
            if let Some(last) = self.bytes.get_mut(packet.payload_end + lacking - 1) {
                packet.padding = lacking as u8;
                *last = packet.padding;
            }
        }
    }

    /// How many packets it has.
    pub(super) fn len(&self) -> usize {
        self.packets.len()
    }

    /// Its packets in the order they came: facts, payload without padding, dependency descriptor.
    pub(super) fn packets(&self) -> impl Iterator<Item = (&Facts, &[u8], &[u8])> {
        self.padded().map(|it| {
            let len = it.payload.len() - usize::from(it.padding);
            (it.facts, it.payload.get(..len).unwrap_or_default(), it.descriptor)
        })
    }

    /// Its packets in the order they came.
    pub(super) fn padded(&self) -> impl Iterator<Item = Padded<'_>> {
        self.packets.iter().map(|Kept { facts, start, payload_end, end, padding }| Padded {
            facts,
            payload: self.bytes.get(*start..payload_end + usize::from(*padding)).unwrap_or_default(),
            descriptor: self.bytes.get(payload_end + MAX_PADDING..*end).unwrap_or_default(),
            padding: *padding,
        })
    }

    /// Empties it; the memory stays.
    pub(super) fn clear(&mut self) {
        self.feed = None;
        self.packets.clear();
        self.bytes.clear();
    }
}
