//! What each slot of a subscriber is given: the wishes and the live layers go into [`crate::allocation`], and the slots
//! whose share changed are settled.
//!
//! Called when Python binds a picture, and from the timer when something changed that the shares depend on; never for a
//! packet.

use super::Forwarder;
use crate::allocation::{ALL_TEMPORALS, LayerRate, Sounds, Want};
use crate::drops::EVERY_LEVEL;
use crate::slot::{Share, Slot};
use crate::source::{Layer, Source};
use crate::wire_api::{Event, MAX_LAYERS, SlotKind};

/// A stream of temporal levels lets a subscriber rise within a few frames, if it does at all.
const RAISE_AFTER_US: u64 = 1_500_000;

/// What is worked with while shares are given; kept for its capacity.
#[derive(Debug, Default)]
pub(super) struct Sharing {
    wants: Vec<Want>,
    /// The slot of each.
    slots: Vec<usize>,
    /// Speaker slots, the loudest first: place in the ranking, whether it is silenced now, slot, whether it is active.
    speakers: Vec<(usize, bool, usize, bool)>,
    sounds: Sounds,
    /// Of the estimate, that nobody was given.
    left_bps: u64,
    /// Slots whose share changed.
    changed: Vec<usize>,
}

impl Forwarder {
    /// Gives every slot of a subscriber its share.
    pub(super) fn share_out(&mut self, at: usize, now_us: u64) {
        let mut sharing = std::mem::take(&mut self.sharing);
        self.gather_wants(at, &mut sharing, now_us);
        self.give_shares(at, &mut sharing, now_us);
        self.cut_excess(at, &mut sharing);
        for slot_at in sharing.changed.drain(..) {
            self.settle_slot(at, slot_at, now_us);
        }
        self.sharing = sharing;
        self.raise_frames(at, now_us);
    }

    fn gather_wants(&self, at: usize, sharing: &mut Sharing, now_us: u64) {
        sharing.wants.clear();
        sharing.slots.clear();
        sharing.speakers.clear();
        sharing.sounds = Sounds::default();
        let Some(peer) = self.peers.get(at) else { return };
        let ranked = self.rooms.get(&peer.room).map_or(&[][..], |room| room.ranking.order());
        for (slot_at, slot) in peer.slots.iter().enumerate() {
            let Some(source_at) = self.source_ids.get(&slot.wish()).copied() else { continue };
            let source = self.sources.get(source_at).filter(|source| source.is_permitted(peer.room, peer.hears));
            let Some(source) = source.filter(|source| slot.undecodable != source.id) else { continue };
            if slot.kind != SlotKind::Video {
                sharing.sounds.count(slot.kind == SlotKind::Speaker, source.layer(0).map_or((0, 0), sound_of));
            }
            match slot.kind {
                SlotKind::Programme => {}
                SlotKind::Speaker => {
                    let place = ranked.iter().position(|ranked| *ranked == source_at).unwrap_or(usize::MAX);
                    let is_active = source.level.is_active(now_us);
                    sharing.speakers.push((place, slot.share.is_paused, slot_at, is_active));
                }
                SlotKind::Video => {
                    sharing.slots.push(slot_at);
                    sharing.wants.push(Want {
                        priority: slot.priority,
                        max_layer: slot.max_layer,
                        shedding: source.shedding,
                        layers: rates_of(source, now_us),
                        held: slot.share.step,
                        is_new: slot.share.is_new,
                    });
                }
            }
        }
        sharing.speakers.sort_unstable();
    }

    fn give_shares(&mut self, at: usize, sharing: &mut Sharing, now_us: u64) {
        let Some(peer) = self.peers.get_mut(at) else { return };
        let estimate_bps = peer.way.begin_share(now_us);
        peer.pacer.set_estimate(estimate_bps, !peer.way.is_starting());
        let cap = peer.way.layer_cap.cap();
        let is_proven = peer.way.is_proven(now_us);
        let is_congested = peer.way.is_congested();
        peer.way.allocation.is_clear = peer.way.is_clear();
        peer.way.allocation.is_rising = peer.way.is_starting();
        let Sharing { sounds, wants, .. } = sharing;
        let shares = peer.way.allocation.share(estimate_bps, sounds, is_proven, is_congested, wants, now_us);
        peer.way.set_wish_bps(shares.wish_bps);
        sharing.left_bps = estimate_bps.unwrap_or(u64::MAX).saturating_sub(shares.used_bps);
        let voices = sharing.speakers.iter().map(|(_, _, slot_at, is_active)| (*slot_at, *is_active));
        let single = peer.way.allocation.sound.choose(voices, now_us);
        for (rank, (_, was_silent, slot_at, _)) in sharing.speakers.iter().enumerate() {
            let is_silent = single.map_or(rank >= shares.sound.speakers, |single| single != *slot_at);
            if let Some(slot) = peer.slots.get_mut(*slot_at).filter(|_| is_silent != *was_silent) {
                slot.share.is_paused = is_silent;
                sharing.changed.push(*slot_at);
                self.counters.sounds_paused += u64::from(is_silent);
            }
        }
        let is_sound = |slot: &&mut Slot| slot.kind != SlotKind::Video;
        peer.slots.iter_mut().filter(is_sound).for_each(|slot| slot.share.is_plain = shares.sound.is_plain);
        let id = peer.id;
        for (want, slot_at) in sharing.wants.iter().zip(&sharing.slots) {
            let Some(slot) = self.peers.get_mut(at).and_then(|peer| peer.slots.get_mut(*slot_at)) else { return };
            let before = slot.share;
            let is_there = want.layers.iter().any(Option::is_some);
            slot.share.is_new = !is_there; // Nothing was given yet: what comes first need not wait.
            slot.share.step = want.held;
            slot.share.is_limited = estimate_bps.is_some();
            slot.share.is_paused = is_there && want.held.is_none();
            slot.share.layer = match (estimate_bps, want.held) {
                (None, _) => cap,
                (Some(_), Some(step)) => step.layer,
                // The first packet of any layer may begin; the lowest comes first.
                (Some(_), None) => 0,
            };
            slot.share.temporal = match (estimate_bps, want.held) {
                (Some(_), Some(step)) if step.temporal < ALL_TEMPORALS => step.temporal,
                _ => EVERY_LEVEL,
            };
            if !before.is_new && !slot.share.is_paused && !before.is_paused {
                self.counters.layer_downs += u64::from(slot.share.layer < before.layer);
                self.counters.layer_ups += u64::from(slot.share.layer > before.layer);
            }
            let given = |share: Share| (share.layer, share.temporal, share.is_paused);
            if given(slot.share) != given(before) {
                sharing.changed.push(*slot_at);
            }
            if slot.share.is_paused != before.is_paused {
                let (kind, index, source, paused) = (slot.kind, slot.index, slot.wish(), slot.share.is_paused);
                self.counters.pictures_paused += u64::from(paused);
                self.tell(Event::SlotPaused { peer: id, kind, index, source, paused });
            }
        }
    }

    /// Who falls to a smaller size sees the fewest frames of the larger until the smaller begins. Where the way is full and
    /// even these do not fit, or too many of them wait already, the larger ends now: what was sent of it would keep the
    /// smaller waiting.
    fn cut_excess(&mut self, at: usize, sharing: &mut Sharing) {
        if !self.peers.get(at).is_some_and(|peer| peer.way.is_congested()) {
            return;
        }
        for (want, slot_at) in sharing.wants.iter().zip(&sharing.slots) {
            let Some(peer) = self.peers.get(at) else { return };
            let Some(slot) = peer.slots.get(*slot_at).filter(|slot| slot.share.is_limited) else { continue };
            let (Some(feed), Some(given)) = (slot.current, want.held) else { continue };
            let bps = |layer: u8, temporal: u8| {
                let rate = want.layers.get(usize::from(layer)).copied().flatten();
                rate.and_then(|rate| rate.bps.get(usize::from(temporal)).copied()).unwrap_or(0)
            };
            if feed.layer <= given.layer || self.source_ids.get(&slot.wish()) != Some(&feed.source) {
                continue;
            }
            let room_bps = u64::from(bps(given.layer, given.temporal)) + sharing.left_bps;
            let is_late = slot.waiting > 0 && peer.pacer.is_full(feed.layer, slot.priority);
            if u64::from(bps(feed.layer, 0)) > room_bps || is_late {
                self.cut(at, *slot_at);
                sharing.changed.push(*slot_at);
            }
        }
    }

    /// Frames come back where the stream says that nothing left out is needed. Not every encoder says so: then a keyframe
    /// brings them back.
    fn raise_frames(&mut self, at: usize, now_us: u64) {
        let count = self.peers.get(at).map_or(0, |peer| peer.slots.len());
        for slot_at in 0..count {
            let slot = self.peers.get_mut(at).and_then(|peer| peer.slots.get_mut(slot_at));
            let Some(slot) = slot else { return };
            let is_low = slot.pending.is_none() && slot.rewriter.temporal_level() < slot.share.temporal;
            let Some(feed) = slot.current.filter(|_| is_low && slot.kind == SlotKind::Video) else {
                slot.low_since_us = None;
                continue;
            };
            if now_us.saturating_sub(*slot.low_since_us.get_or_insert(now_us)) >= RAISE_AFTER_US {
                slot.low_since_us = Some(now_us);
                self.want_keyframe(feed.source, feed.layer, now_us);
            }
        }
    }

    /// Something changed that a subscriber's shares depend on.
    pub(super) fn mark_share(&mut self, at: usize) {
        if let Some(peer) = self.peers.get_mut(at) {
            peer.way.is_share_due = true;
        }
    }
}

/// What the layers of a source cost: those that live, and those that would come if somebody took them.
fn rates_of(source: &Source, now_us: u64) -> [Option<LayerRate>; MAX_LAYERS] {
    let is_there = source.layers.iter().flatten().any(|layer| layer.is_live);
    std::array::from_fn(|place| match source.layers.get(place)?.as_ref()? {
        layer if layer.is_live => Some(rate_of(layer)),
        layer => (is_there && source.wanted.may_return(place, now_us)).then_some(layer.let_go_rate),
    })
}

/// What sound costs without redundancy, and what that adds.
fn sound_of(layer: &Layer) -> (u64, u64) {
    let plain_bps = layer.rate_bps(0);
    (plain_bps, layer.rate_bps(1).saturating_sub(plain_bps))
}

/// What a live layer costs.
pub(super) fn rate_of(layer: &Layer) -> LayerRate {
    let bits = |temporal: u8| u32::try_from(layer.rate_bps(temporal)).unwrap_or(u32::MAX);
    let frames = |temporal: u8| u8::try_from(layer.frames_per_s(temporal)).unwrap_or(u8::MAX);
    let levels = [0, 1, EVERY_LEVEL];
    LayerRate { bps: levels.map(bits), fps: levels.map(frames) }
}
