//! The last packets of one published layer in plaintext: one copy serves every subscriber's retransmissions.
//!
//! A ring indexed by the low bits of the unwrapped sequence number; nothing is allocated before the first packet, and
//! nothing after it until it is cleared. What is left out: who may have a packet (the slot's spans and permissions decide).

use crate::facts::Facts;

/// Packets in the ring: 3 s of a 1.5 Mbit/s layer, more than 1 s of a 4 Mbit/s screen.
pub const HISTORY_PACKETS: usize = 512;
/// Longest payload that is kept: what fits a packet of 1400 B, and browsers send 1200. Longer ones are forwarded, but never
/// again. With [`HISTORY_PACKETS`] it makes 0.77 MB per layer.
pub const HISTORY_PAYLOAD_LEN: usize = 1392;

/// See the module.
#[derive(Debug, Default)]
pub struct History {
    entries: Vec<Entry>,
    bytes: Vec<u8>,
    newest: u64,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    facts: Option<Facts>,
    len: u16,
    descriptor_len: u8,
}

impl History {
    /// Nothing kept, nothing allocated.
    pub const fn new() -> Self {
        Self { entries: Vec::new(), bytes: Vec::new(), newest: 0 }
    }

    /// Keeps a packet with its dependency descriptor, if it has one; an older one with the same place goes, a newer one stays.
    #[inline]
    pub fn keep(&mut self, facts: &Facts, payload: &[u8], descriptor: &[u8]) {
        if self.entries.is_empty() {
            self.entries = vec![Entry { facts: None, len: 0, descriptor_len: 0 }; HISTORY_PACKETS];
            self.bytes = vec![0; HISTORY_PACKETS * HISTORY_PAYLOAD_LEN];
        }
        let place = facts.index as usize % HISTORY_PACKETS;
        let (Some(entry), Some(bytes)) = (
            self.entries.get_mut(place),
            self.bytes
                .get_mut(place * HISTORY_PAYLOAD_LEN..)
                .and_then(|rest| rest.get_mut(..payload.len() + descriptor.len())),
        ) else {
            return;
        };
        if bytes.len() > HISTORY_PAYLOAD_LEN || entry.facts.is_some_and(|kept| kept.index > facts.index) {
            return;
        }
        let (front, back) = bytes.split_at_mut(payload.len());
        front.copy_from_slice(payload);
        back.copy_from_slice(descriptor);
        self.newest = self.newest.max(facts.index);
        *entry = Entry { facts: Some(*facts), len: payload.len() as u16, descriptor_len: descriptor.len() as u8 };
    }

    /// The highest unwrapped sequence number that was kept; 0: none yet.
    #[inline]
    pub fn newest(&self) -> u64 {
        self.newest
    }

    /// Forgets the packets and gives their memory back.
    pub fn clear(&mut self) {
        if !self.entries.is_empty() {
            *self = Self::new();
        }
    }

    /// The packet with this unwrapped sequence number and its dependency descriptor, if it is still there.
    #[inline]
    pub fn get(&self, index: u64) -> Option<(&Facts, &[u8], &[u8])> {
        let place = index as usize % HISTORY_PACKETS;
        let entry = self.entries.get(place)?;
        let facts = entry.facts.as_ref().filter(|facts| facts.index == index)?;
        let start = place * HISTORY_PAYLOAD_LEN;
        let end = start + usize::from(entry.len);
        let descriptor = self.bytes.get(end..end + usize::from(entry.descriptor_len))?;
        Some((facts, self.bytes.get(start..end)?, descriptor))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{Codec, PacketBase, PassedExtensions};

    fn facts(index: u64) -> Facts {
        let base = PacketBase {
            index,
            timestamp: index as u32,
            is_marked: false,
            extensions: PassedExtensions::default(),
            arrival_us: 0,
        };
        Facts::of(Codec::Opus, &[1], base).expect("sound is always good")
    }

    #[test]
    fn last_packets_are_there_older_ones_are_not() {
        let mut history = History::new();
        assert!(history.get(1).is_none());
        for index in 1..=1_000_u64 {
            history.keep(&facts(index), &index.to_be_bytes(), &[]);
        }
        let kept = HISTORY_PACKETS as u64;
        assert!(history.get(1_000 - kept).is_none());
        for index in 1_001 - kept..=1_000 {
            let (facts, payload, _) = history.get(index).expect("kept");
            assert_eq!((facts.index, payload), (index, &index.to_be_bytes()[..]));
        }
        assert!(history.get(1_001).is_none());
    }

    #[test]
    fn nothing_is_held_once_it_is_cleared() {
        let mut history = History::new();
        history.keep(&facts(1), b"one", &[]);
        history.clear();
        assert!(history.get(1).is_none());
        assert_eq!((history.entries.capacity(), history.bytes.capacity()), (0, 0));
        history.keep(&facts(2), b"two", &[]);
        assert_eq!(history.get(2).expect("kept").1, b"two");
    }

    #[test]
    fn late_packet_fills_its_place_but_pushes_out_no_newer_one() {
        let mut history = History::new();
        history.keep(&facts(600), b"new", &[]);
        history.keep(&facts(600 - HISTORY_PACKETS as u64), b"old", &[]);
        history.keep(&facts(599), b"late", &[]);
        assert_eq!(history.get(600).expect("kept").1, b"new");
        assert_eq!(history.get(599).expect("kept").1, b"late");
        assert!(history.get(600 - HISTORY_PACKETS as u64).is_none());
    }

    /// What one published layer may take; the rest of it is below 10 kB.
    #[test]
    fn memory_of_a_layer_stays_below_its_bound() {
        let mut history = History::new();
        history.keep(&facts(1), b"one", &[]);
        let bytes = history.entries.capacity() * size_of::<Entry>() + history.bytes.capacity();
        assert!(bytes <= 790_000, "{bytes} B with {} B per entry", size_of::<Entry>());
    }

    #[test]
    fn payload_that_is_too_long_is_not_kept() {
        let mut history = History::new();
        history.keep(&facts(HISTORY_PACKETS as u64 - 1), &[0; HISTORY_PAYLOAD_LEN + 1], &[]);
        history.keep(&facts(3), &[0; HISTORY_PAYLOAD_LEN + 1], &[]);
        history.keep(&facts(4), &[0; HISTORY_PAYLOAD_LEN], &[]);
        assert!(history.get(3).is_none() && history.get(HISTORY_PACKETS as u64 - 1).is_none());
        assert_eq!(history.get(4).expect("kept").1.len(), HISTORY_PAYLOAD_LEN);
    }
}
