//! A run: packets of one layer that came in one batch, fanned out together.
//!
//! Subscriber by subscriber, not packet by packet: each key and slot is touched once, a subscriber's datagrams lie side
//! by side in the send buffer, and a room of any size still gets them as one segmented message. Nothing waits for a run
//! to grow: it ends with the batch that was read, before anything but media of its layer is handled, and at a packet
//! with which a decoder can start (slots switch there).

use crate::facts::Facts;
use crate::rewrite::Feed;
use crate::socket::{MAX_DATAGRAM_LEN, RECEIVE_BATCH_LEN};

/// Packets in a run: a batch.
const MAX_PACKETS: usize = RECEIVE_BATCH_LEN;
/// Bytes in a run: a full batch of what a path MTU allows, or fewer of the largest.
const MAX_BYTES: usize = MAX_PACKETS * 1_500;

/// See the module.
#[derive(Debug)]
pub(super) struct Run {
    feed: Option<(Feed, usize)>,
    /// With the ends of payload and dependency descriptor in `bytes`.
    packets: Vec<(Facts, usize, usize)>,
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
        self.packets.len() < MAX_PACKETS && self.bytes.len() + MAX_DATAGRAM_LEN <= MAX_BYTES
    }

    /// Keeps a copy: one per packet that came, not per packet that leaves.
    pub(super) fn push(&mut self, feed: Feed, publisher: usize, facts: &Facts, payload: &[u8], descriptor: &[u8]) {
        debug_assert!(self.has_room() && self.feed.is_none_or(|(known, _)| known == feed));
        self.feed = Some((feed, publisher));
        self.bytes.extend_from_slice(payload);
        let end = self.bytes.len();
        self.bytes.extend_from_slice(descriptor);
        self.packets.push((*facts, end, self.bytes.len()));
    }

    /// How many packets it has.
    pub(super) fn len(&self) -> usize {
        self.packets.len()
    }

    /// Its packets in the order they came: facts, payload, dependency descriptor.
    pub(super) fn packets(&self) -> impl Iterator<Item = (&Facts, &[u8], &[u8])> {
        let mut start = 0;
        self.packets.iter().map(move |(facts, end, next)| {
            let payload = self.bytes.get(std::mem::replace(&mut start, *next)..*end);
            (facts, payload.unwrap_or_default(), self.bytes.get(*end..*next).unwrap_or_default())
        })
    }

    /// Empties it; the memory stays.
    pub(super) fn clear(&mut self) {
        self.feed = None;
        self.packets.clear();
        self.bytes.clear();
    }
}
