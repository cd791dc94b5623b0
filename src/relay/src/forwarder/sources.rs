//! The life of a source: made by its publisher or by what Python says of it, kept without a publisher for the next
//! connection of its participant, and ended when it is forgotten, with its room, or when too many are kept.
//!
//! ```text
//! published        layers, watchers; mirrored by the other workers
//! orphaned         gates, classes and shedding only; no layers, no packets
//! forgotten        nothing, at once or as soon as its publisher has gone
//! ```

use super::{Forwarder, MAX_ORPHANS};
use crate::exchange::Note;
use crate::source::Source;

impl Forwarder {
    /// The source's position; it is made when it is not known, and ends with its room if nobody publishes it (0: no room is
    /// named).
    pub(super) fn source_of(&mut self, id: u32, room: u64) -> usize {
        if let Some(at) = self.source_ids.get(&id) {
            return *at;
        }
        let at = self.sources.insert(|_| Source::new(id));
        if let Some(source) = self.sources.get_mut(at).filter(|_| room != 0) {
            source.room = Some(room);
        }
        self.source_ids.insert(id, at);
        self.keep_orphan(at);
        at
    }

    /// Slots that wished for a source before it was there.
    pub(super) fn find_wishers(&mut self, room: u64, source: u32, now_us: u64) {
        let count = self.rooms.get(&room).map_or(0, |room| room.peers.len());
        for place in 0..count {
            let Some(&at) = self.rooms.get(&room).and_then(|room| room.peers.get(place)) else { return };
            let slots = self.peers.get(at).map_or(0, |peer| peer.slots.len());
            for slot_at in 0..slots {
                if self.peers.get(at).is_some_and(|peer| peer.slots[slot_at].wish() == source) {
                    self.settle_slot(at, slot_at, now_us);
                }
            }
        }
    }

    /// A source lost its publisher: its slots stop, its gates and classes are kept unless it is forgotten.
    pub(super) fn orphan(&mut self, source_at: usize, room: u64, now_us: u64) {
        let Some(source) = self.sources.get_mut(source_at) else { return };
        if let Some(exchange) = self.exchange.as_mut() {
            if source.mirror.take().is_some() {
                exchange.mirrors -= 1;
            } else {
                exchange.tell_all(&Note::SourceGone { source: source.id, owner: source.owner });
            }
        }
        source.interests.clear();
        source.publisher = None;
        source.layers = [None, None, None];
        source.level.reset();
        let is_forgotten = source.is_forgotten;
        let was_ranked = self.rooms.get_mut(&room).is_some_and(|room| room.ranking.remove(source_at));
        self.settle_watchers(source_at, now_us);
        if was_ranked {
            self.assign_speakers(room, now_us);
        }
        if is_forgotten {
            self.drop_source(source_at);
        } else {
            self.keep_orphan(source_at);
        }
    }

    /// Notes a source that has no publisher; when there are too many, the one that lost it first is forgotten.
    fn keep_orphan(&mut self, source_at: usize) {
        self.orphan_count += 1;
        let Some(source) = self.sources.get_mut(source_at) else { return };
        source.orphaned = self.orphan_count;
        self.orphans.push_back((source_at, self.orphan_count));
        while let Some((at, orphaned)) = self.orphans.front().copied() {
            let is_orphan = |source: &Source| source.publisher.is_none() && source.orphaned == orphaned;
            let is_kept = self.sources.get(at).is_some_and(is_orphan);
            if is_kept && self.orphans.len() <= MAX_ORPHANS {
                return;
            }
            self.orphans.pop_front();
            if is_kept {
                self.drop_source(at);
            }
        }
    }

    /// Its participant is gone for good.
    pub(super) fn forget_source(&mut self, room: u64, id: u32) {
        let Some(at) = self.source_ids.get(&id).copied() else { return };
        if self.sources.get(at).is_some_and(|source| source.room.is_none_or(|of| of == room)) {
            self.forget_source_at(at);
        }
    }

    /// Forgets it here, and on the workers that heard of it from here.
    pub(super) fn forget_source_at(&mut self, at: usize) {
        let Some(source) = self.sources.get(at) else { return };
        if let Some(exchange) = self.exchange.as_mut().filter(|_| source.has_lived_here) {
            exchange.tell_all(&Note::SourceForgotten { source: source.id });
        }
        self.forget_when_free(at);
    }

    /// Ends it as soon as nobody publishes it.
    pub(super) fn forget_when_free(&mut self, at: usize) {
        let Some(source) = self.sources.get_mut(at) else { return };
        source.is_forgotten = true;
        if source.publisher.is_none() {
            self.drop_source(at);
        }
    }

    fn drop_source(&mut self, at: usize) {
        if let Some(source) = self.sources.remove(at) {
            self.source_ids.remove(&source.id);
        }
    }
}

#[cfg(test)]
mod tests;
