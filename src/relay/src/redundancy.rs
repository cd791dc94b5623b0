//! Which lost packets of sound the redundancy of the next one makes up for.
//!
//! RFC 2198 gives blocks a time, not a sequence number. A number is *certain* when as many blocks lie in the gap as
//! packets are missing, or when the block lies on an even grid of as many steps (a talker's packets are evenly spaced;
//! the silence of DTX is not, and then the first rule is left). What is not certain is not recovered: receivers that took
//! the redundancy itself go by time. Left out: the redundancy of packets that come out of order.

use crate::wire::red::{MAX_REDUNDANT, Red, Redundant};
use crate::wire::sequence::timestamp_distance;

/// Longer gaps are a pause or a new start of the sender: 2 s of 20 ms.
const MAX_GAP: u64 = 100;

/// The newest packet of one stream of sound.
#[derive(Debug, Clone, Copy, Default)]
pub struct Redundancy {
    newest: Option<(u64, u32)>,
}

/// A lost packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recovered<'a> {
    /// Unwrapped sequence number.
    pub index: u64,
    /// RTP timestamp.
    pub timestamp: u32,
    /// Of the primary.
    pub payload: &'a [u8],
}

impl Redundancy {
    /// A packet came, whole or recovered.
    #[inline]
    pub fn on_packet(&mut self, index: u64, timestamp: u32) {
        if self.newest.is_none_or(|(newest, _)| index > newest) {
            self.newest = Some((index, timestamp));
        }
    }

    /// What of the gap before a packet its redundancy holds, oldest first, each index once.
    pub fn recover<'a>(&self, index: u64, timestamp: u32, red: &Red<'a>) -> [Option<Recovered<'a>>; MAX_REDUNDANT] {
        let mut found = [None; MAX_REDUNDANT];
        let Some((before, before_timestamp)) = self.newest else { return found };
        let missing = index.saturating_sub(before).saturating_sub(1);
        let span = u64::try_from(timestamp_distance(before_timestamp, timestamp)).unwrap_or(0);
        if !(1..=MAX_GAP).contains(&missing) {
            return found;
        }
        let is_within =
            |block: &Redundant<'_>| (1..span).contains(&u64::from(block.offset)) && !block.payload.is_empty();
        let count = red.redundant().filter(is_within).count() as u64;
        let mut behind = missing + 1;
        for (place, block) in red.redundant().filter(is_within).enumerate() {
            let offset = u64::from(block.offset);
            let steps = match offset * (missing + 1) {
                _ if count == missing => missing - place as u64,
                scaled if scaled % span == 0 => scaled / span,
                _ => continue,
            };
            // Oldest first, or the sender is not sane.
            if steps >= behind {
                return [None; MAX_REDUNDANT];
            }
            behind = steps;
            let timestamp = timestamp.wrapping_sub(u32::from(block.offset));
            if let Some(entry) = found.get_mut(place) {
                *entry = Some(Recovered { index: index - steps, timestamp, payload: block.payload });
            }
        }
        found
    }
}

#[cfg(test)]
mod tests;
