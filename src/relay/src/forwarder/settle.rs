//! What each slot shows: from wishes (bindings, loudest speakers), permissions (gates, audience classes) and what is
//! there (live layers). Called when one of these changes, never for an ordinary packet.

use super::Forwarder;
use crate::facts::Codec;
use crate::rewrite::Feed;
use crate::slot::Share;
use crate::source::{NO_LAYER, Source};
use crate::wire_api::{Event, MediaKind, SlotKind};

/// Speaker slots of one peer that are assigned; the contract has three.
const MAX_SPEAKER_SLOTS: usize = 16;

impl Forwarder {
    /// Settles every slot that looks at a source.
    pub(super) fn settle_watchers(&mut self, source_at: usize, now_us: u64) {
        let mut next = 0;
        // Settling may take watchers out of the list, but only the one that is settled: walk from the end.
        let count = self.sources.get(source_at).map_or(0, |source| source.watchers.len());
        while next < count {
            next += 1;
            let watcher = self.sources.get(source_at).and_then(|source| source.watchers.get(count - next)).copied();
            if let Some(watcher) = watcher {
                self.mark_share(watcher.peer);
                self.settle_slot(watcher.peer, watcher.slot, now_us);
            }
        }
    }

    /// Settles every slot of a peer.
    pub(super) fn settle_peer(&mut self, peer_at: usize, now_us: u64) {
        let slots = self.peers.get(peer_at).map_or(0, |peer| peer.slots.len());
        for slot_at in 0..slots {
            self.settle_slot(peer_at, slot_at, now_us);
        }
    }

    /// Decides what one slot shows and waits for.
    ///
    /// ```text
    /// current feed is gone or not permitted       -> ends now, nothing of it is sent again
    /// its share is nothing                        -> the feed ends now
    /// nothing wished, or not permitted, or no layer of it lives -> another source's feed ends now
    /// the wished layer is shown                   -> nothing is waited for
    /// sound                                       -> the old feed ends, the new begins with its next packet
    /// picture                                     -> the old runs on, a keyframe of the new is asked for
    /// ```
    pub(super) fn settle_slot(&mut self, peer_at: usize, slot_at: usize, now_us: u64) {
        let Some(peer) = self.peers.get_mut(peer_at) else { return };
        let (room, hears, id, payloads) = (peer.room, peer.hears, peer.id, peer.payloads);
        let is_sending = peer.is_sending;
        let Some(slot) = peer.slots.get_mut(slot_at) else { return };
        let before = (slot.current, slot.pending);

        if let Some(feed) = slot.current {
            let source = self.sources.get(feed.source);
            let is_permitted = source.is_some_and(|source| source.is_permitted(room, hears));
            if !is_permitted {
                slot.stop(feed.source);
            } else if source.is_some_and(|source| source.place_of(feed.epoch) != Some(feed.layer)) {
                slot.current = None;
            }
        }

        let wanted_kind = if slot.kind == SlotKind::Video { MediaKind::Video } else { MediaKind::Audio };
        let wish = slot.wish();
        let wished = self.source_ids.get(&wish).and_then(|at| Some((*at, self.sources.get(*at)?))).filter(|(_, it)| {
            it.is_permitted(room, hears) && it.publisher.is_some_and(|publisher| publisher.kind == wanted_kind)
        });
        let mut told = None;
        let decodes = |source: &Source| {
            source.codec.is_none_or(|codec| match codec {
                Codec::Opus => payloads.opus != 0,
                Codec::Vp8 => payloads.vp8 != 0,
                Codec::H264 => payloads.h264 != 0,
                Codec::Vp9 => payloads.vp9 != 0,
                Codec::Av1 => payloads.av1 != 0,
            })
        };
        let mut target = None;
        match wished {
            Some((_, source)) if !decodes(source) => {
                let is_told = std::mem::replace(&mut slot.undecodable, source.id) == source.id;
                told = (!is_told).then_some(Event::CannotDecode { peer: id, index: slot.index, source: source.id });
            }
            Some(_) if slot.share.is_paused => {}
            Some((at, source)) => {
                let layer = match wanted_kind {
                    MediaKind::Audio => source.layer(0).map(|_| 0),
                    MediaKind::Video => {
                        let chosen = source.choose_layer(slot.max_layer.min(slot.share.layer));
                        chosen.filter(|layer| !slot.share.is_limited || *layer <= slot.share.layer)
                    }
                };
                let found = layer.and_then(|place| Some((place, source.layer(place)?)));
                target = found.map(|(place, layer)| Feed { source: at, layer: place, epoch: layer.epoch });
                // A layer that fell silent goes on when it comes back, if nothing else lives.
                target = target.or(slot.current.filter(|current| current.source == at));
            }
            None => {}
        }
        match target {
            None => {
                slot.current = None;
                slot.pending = None;
            }
            Some(_) if slot.current == target => slot.pending = None,
            Some(_) => {
                if wanted_kind == MediaKind::Audio {
                    slot.current = None;
                }
                slot.pending = target;
            }
        }

        // While a smaller size is waited for, the larger is sent with as few frames as it has.
        match (slot.current, slot.pending) {
            (Some(current), Some(pending)) if pending.source != current.source || pending.layer > current.layer => {}
            (Some(_), Some(_)) => slot.set_max_temporal(0),
            _ => slot.set_max_temporal(slot.share.temporal),
        }
        let after = (slot.current, slot.pending);
        if before.0.is_some() && after.0.is_none() && slot.kind != SlotKind::Video {
            self.ended_sounds.push((peer_at, slot_at));
        }
        self.watch_again(peer_at, slot_at, before.0.map(|feed| feed.source));
        if let Some(event) = told {
            self.counters.cannot_decode += 1;
            if wanted_kind == MediaKind::Video {
                self.tell(event);
            }
        }
        // Who cannot be sent to yet asks when it can: an earlier keyframe would be lost, and a later one delayed.
        if after.1 != before.1 && wanted_kind == MediaKind::Video && is_sending {
            if let Some(feed) = after.1 {
                self.want_keyframe(feed.source, feed.layer, now_us);
            }
        }
    }

    /// Puts a slot into the lists of the sources it looks at, and out of that of `former`.
    pub(super) fn watch_again(&mut self, peer_at: usize, slot_at: usize, former: Option<usize>) {
        let Some(slot) = self.peers.get(peer_at).and_then(|peer| peer.slots.get(slot_at)) else { return };
        let (current, pending) = (slot.current, slot.pending);
        let wished = self.source_ids.get(&slot.wish()).copied();
        let layer_of = |feed: Option<Feed>, source_at: usize| {
            feed.filter(|feed| feed.source == source_at).map_or(NO_LAYER, |feed| feed.layer)
        };
        for source_at in [wished, current.map(|feed| feed.source), former].into_iter().flatten() {
            let layers = (layer_of(current, source_at), layer_of(pending, source_at));
            let is_watched = wished == Some(source_at) || layers != (NO_LAYER, NO_LAYER);
            if let Some(source) = self.sources.get_mut(source_at) {
                source.watch(peer_at, slot_at, is_watched.then_some(layers));
                if let Some(exchange) = self.exchange.as_mut().filter(|_| source.mirror.is_some()) {
                    exchange.interests_due.push(source_at);
                }
            }
        }
    }

    /// Takes a slot out of every list and changes what it wishes.
    pub(super) fn set_wish(&mut self, peer_at: usize, slot_at: usize, bound: Option<u32>, assigned: Option<u32>) {
        let Some(peer) = self.peers.get_mut(peer_at) else { return };
        let Some(slot) = peer.slots.get_mut(slot_at) else { return };
        let before = slot.wish();
        slot.bound = bound.unwrap_or(slot.bound);
        slot.assigned = assigned.unwrap_or(slot.assigned);
        if slot.wish() == before {
            return;
        }
        slot.pending = None;
        slot.undecodable = 0;
        // What its wish was given is not this one's; the highest layer stays until it is given its own.
        slot.share = Share { layer: slot.share.layer, ..Share::default() };
        peer.way.is_share_due = true;
        let current = slot.current.map(|feed| feed.source);
        let former = self.source_ids.get(&before).copied();
        if let Some(former) = former.filter(|former| current != Some(*former)) {
            if let Some(source) = self.sources.get_mut(former) {
                source.watch(peer_at, slot_at, None);
                if let Some(exchange) = self.exchange.as_mut().filter(|_| source.mirror.is_some()) {
                    exchange.interests_due.push(former);
                }
            }
        }
    }

    /// Gives every subscriber of a room the loudest that it may hear.
    pub(super) fn assign_speakers(&mut self, room: u64, now_us: u64) {
        let count = self.rooms.get(&room).map_or(0, |room| room.peers.len());
        for place in 0..count {
            if let Some(&peer_at) = self.rooms.get(&room).and_then(|room| room.peers.get(place)) {
                self.assign_peer_speakers(peer_at, now_us);
            }
        }
    }

    /// Gives one subscriber the loudest that are not its own and not pinned by it, in slots that stay the same.
    pub(super) fn assign_peer_speakers(&mut self, peer_at: usize, now_us: u64) {
        let Some(peer) = self.peers.get(peer_at) else { return };
        let Some(room) = self.rooms.get(&peer.room) else { return };
        let is_free = |slot: &&crate::slot::Slot| slot.kind == SlotKind::Speaker && slot.bound == 0;
        let free = peer.slots.iter().filter(is_free).count().min(MAX_SPEAKER_SLOTS);
        if free == 0 {
            return;
        }
        let mut loudest = [0; MAX_SPEAKER_SLOTS];
        let mut found = 0;
        for source_at in room.ranking.order() {
            let Some(source) = self.sources.get(*source_at) else { continue };
            let is_pinned = peer.slots.iter().any(|slot| slot.kind == SlotKind::Speaker && slot.bound == source.id);
            if is_pinned || peer.publishes(*source_at) || !source.is_permitted(peer.room, peer.hears) {
                continue;
            }
            if let Some(entry) = loudest.get_mut(found) {
                *entry = source.id;
                found += 1;
            }
            if found == free {
                break;
            }
        }
        let loudest = loudest.get(..found).unwrap_or_default();
        if let Some(peer) = self.peers.get_mut(peer_at).filter(|peer| peer.way.allocation.sound.hears_one()) {
            peer.way.is_share_due = true;
        }
        for source in loudest {
            let Some(peer) = self.peers.get(peer_at) else { return };
            let mut open = peer.slots.iter().enumerate().filter(|(_, slot)| is_free(slot));
            if open.clone().any(|(_, slot)| slot.assigned == *source) {
                continue;
            }
            // An empty slot, else one whose speaker is no longer among the loudest.
            let empty = open.clone().find(|(_, slot)| slot.assigned == 0).map(|(at, _)| at);
            let place = empty.or_else(|| open.find(|(_, slot)| !loudest.contains(&slot.assigned)).map(|(at, _)| at));
            if let Some(slot_at) = place {
                self.set_wish(peer_at, slot_at, None, Some(*source));
                self.settle_slot(peer_at, slot_at, now_us);
            }
        }
    }
}
