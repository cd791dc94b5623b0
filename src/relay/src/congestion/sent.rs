//! What was sent to one subscriber, until its feedback tells what became of it.

use crate::wire::sequence::SequenceUnwrapper;

use super::send_side::ProbeId;

/// Entries at most, 8 bytes each: two seconds at 40 Mbit/s. Older ones are overwritten, their feedback is ignored.
pub const MAX_SENT: usize = 8192;
/// Entries at first: most subscribers get fewer packets in [`KEEP_US`].
const FIRST_LEN: usize = 128;
/// Feedback that comes later is ignored. Far below the wrap of the stored 32 bits of a time (71 minutes).
pub const KEEP_US: u64 = 3_000_000;
/// The ring grows instead of overwriting what is younger.
const GROW_US: u64 = 1_000_000;

/// What is known of a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Unknown,
    Lost,
    Received,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    /// The low 32 bits of the time.
    sent_us: u32,
    bytes: u16,
    /// 0: media.
    probe: u8,
    fate: Fate,
}

const VACANT: Entry = Entry { sent_us: 0, bytes: 0, probe: 0, fate: Fate::Received };

/// A packet whose fate was just told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    /// When it left.
    pub sent_us: u64,
    /// As it left, without IP and UDP.
    pub bytes: u32,
    /// Of the cluster, if it belongs to one.
    pub probe: Option<ProbeId>,
    /// It was reported as lost before.
    pub was_lost: bool,
}

/// A ring by transport-wide sequence number.
#[derive(Debug, Default)]
pub struct Sent {
    entries: Vec<Entry>,
    unwrapper: SequenceUnwrapper,
    /// The number after the newest; 0: nothing was sent.
    next: u64,
    last_us: u64,
}

impl Sent {
    /// Remembers a packet. Allocates only while the ring grows to what this subscriber gets in a second.
    #[inline]
    pub fn push(&mut self, sequence: u16, bytes: u32, now_us: u64, probe: Option<ProbeId>) {
        let number = self.unwrapper.unwrap(sequence);
        if number < self.next {
            return; // Used twice; the first one stands.
        }
        if self.next != 0 && number - self.next >= MAX_SENT as u64 {
            self.entries.fill(VACANT);
            self.next = number;
        }
        if self.next == 0 {
            self.next = number;
        }
        while self.next < number {
            let skipped = self.next;
            self.put(skipped, VACANT, now_us);
        }
        let bytes = u16::try_from(bytes).unwrap_or(u16::MAX);
        let probe = probe.map_or(0, ProbeId::get);
        self.put(number, Entry { sent_us: now_us as u32, bytes, probe, fate: Fate::Unknown }, now_us);
        self.last_us = now_us;
    }

    #[inline]
    fn put(&mut self, number: u64, entry: Entry, now_us: u64) {
        let len = self.entries.len();
        let oldest = self.entries.get(number as usize & len.wrapping_sub(1));
        let is_young = |entry: &Entry| {
            entry.fate == Fate::Unknown && u64::from((now_us as u32).wrapping_sub(entry.sent_us)) < GROW_US
        };
        if len < MAX_SENT && oldest.is_none_or(is_young) {
            self.grow();
        }
        let mask = self.entries.len() - 1;
        if let Some(place) = self.entries.get_mut(number as usize & mask) {
            *place = entry;
        }
        self.next = number + 1;
    }

    #[cold]
    fn grow(&mut self) {
        let before = std::mem::take(&mut self.entries);
        let len = (before.len() * 2).max(FIRST_LEN);
        self.entries = vec![VACANT; len];
        for back in 1..=before.len() as u64 {
            let Some(number) = self.next.checked_sub(back) else { break };
            let kept = before.get(number as usize & (before.len() - 1));
            if let (Some(kept), Some(place)) = (kept, self.entries.get_mut(number as usize & (len - 1))) {
                *place = *kept;
            }
        }
    }

    /// A packet was reported; `None` when this is not news, or not of anything that was sent lately.
    pub fn told(&mut self, sequence: u16, is_received: bool, now_us: u64) -> Option<Told> {
        if now_us.saturating_sub(self.last_us) > KEEP_US {
            return None; // Everything is older.
        }
        let number = self.unwrapper.peek(sequence);
        if number >= self.next || self.next - number > self.entries.len() as u64 {
            return None;
        }
        let mask = self.entries.len().checked_sub(1)?;
        let entry = self.entries.get_mut(number as usize & mask)?;
        let age_us = u64::from((now_us as u32).wrapping_sub(entry.sent_us));
        let is_news = match entry.fate {
            Fate::Unknown => true,
            Fate::Lost => is_received,
            Fate::Received => false,
        };
        if !is_news || age_us > KEEP_US {
            return None;
        }
        let was_lost = entry.fate == Fate::Lost;
        entry.fate = if is_received { Fate::Received } else { Fate::Lost };
        let sent_us = now_us.saturating_sub(age_us);
        Some(Told { sent_us, bytes: entry.bytes.into(), probe: ProbeId::new(entry.probe), was_lost })
    }

    /// Bytes of memory.
    pub fn memory(&self) -> usize {
        self.entries.capacity() * size_of::<Entry>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000;

    #[test]
    fn each_packet_is_told_once_and_a_loss_can_be_taken_back() {
        let mut sent = Sent::default();
        assert_eq!(sent.told(5, true, 0), None);
        for number in 0..100_u16 {
            sent.push(65_500_u16.wrapping_add(number), 1200, u64::from(number) * MS + MS, None);
        }
        let told = sent.told(65_535, false, 120 * MS).expect("news");
        assert_eq!((told.sent_us, told.bytes, told.was_lost), (36 * MS, 1200, false));
        assert_eq!(sent.told(65_535, false, 120 * MS), None);
        assert!(sent.told(65_535, true, 130 * MS).expect("news").was_lost);
        assert_eq!(sent.told(65_535, true, 130 * MS), None);
        assert_eq!(sent.told(65_499, true, 130 * MS), None, "never sent");
        assert_eq!(sent.told(65_500_u16.wrapping_add(100), true, 130 * MS), None, "not sent yet");
        assert_eq!(sent.told(3, true, KEEP_US + 200 * MS), None, "too late");
    }

    #[test]
    fn memory_follows_the_rate_and_has_an_end() {
        let mut sent = Sent::default();
        for number in 0..1_000_u64 {
            sent.push(number as u16, 100, number * 20 * MS, None);
        }
        assert_eq!(sent.memory(), FIRST_LEN * 8, "50 packets a second");
        for number in 1_000..200_000_u64 {
            sent.push(number as u16, 1200, 20_000 * MS + number, None);
        }
        assert_eq!(sent.memory(), MAX_SENT * 8);
        assert!(sent.told(199_999_u64 as u16, true, 20_200 * MS).is_some());
        assert_eq!(sent.told((199_999 - MAX_SENT as u64) as u16, true, 20_200 * MS), None);
    }

    #[test]
    fn a_gap_in_the_numbers_is_of_nobody() {
        let mut sent = Sent::default();
        sent.push(1, 100, MS, None);
        sent.push(9, 100, MS, None);
        assert_eq!(sent.told(5, true, 2 * MS), None);
        sent.push(30_000, 100, MS, None);
        assert_eq!(sent.told(9, true, 2 * MS), None);
        assert!(sent.told(30_000, true, 2 * MS).is_some());
    }
}
