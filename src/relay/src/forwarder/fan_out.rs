//! A run of packets leaves: to every slot that shows its layer or can begin with it, under each slot's own numbers.

use super::run::Padded;
use super::{Forwarder, Start, Switch};
use crate::counters::Counters;
use crate::egress::{Outgoing, send_media};
use crate::facts::{Codec, Facts};
use crate::history::HISTORY_PACKETS;
use crate::pacer::Waiting;
use crate::peer::{Peer, TOUCHED_LEN};
use crate::rewrite::{Feed, Numbers};
use crate::sink::Sink;
use crate::slot::{Gaps, Placed};
use crate::wire_api::{Event, MediaKind, SlotKind};

impl Forwarder {
    /// Sends the packets of the run to every slot that shows their layer, or can begin with it. Also what ends a run: to
    /// be called when all that came has been handled.
    pub fn fan_out_run<S: Sink>(&mut self, sink: &mut S, now_us: u64) {
        let Some((feed, publisher)) = self.run.feed() else { return };
        let handled = self.handling.replace(publisher);
        self.fan_out(feed, sink, now_us);
        if self.exchange.is_some() && self.carry_run(feed, now_us) {
            if let Some(layer) = self.sources.get_mut(feed.source).and_then(|source| source.layer_mut(feed.layer)) {
                layer.is_wanted = true;
            }
        }
        self.run.clear();
        while let Some(start) = self.starts.pop() {
            self.follow_start(&start);
        }
        if !self.switches.is_empty() {
            self.finish_switches(now_us);
        }
        while let Some((peer_at, slot_at)) = self.sheds.pop() {
            self.shed(peer_at, slot_at, now_us);
        }
        if !self.held_back.is_empty() {
            self.hold_back();
        }
        self.handling = handled;
    }

    fn fan_out<S: Sink>(&mut self, feed: Feed, sink: &mut S, now_us: u64) {
        let Some(source) = self.sources.get_mut(feed.source) else { return };
        let mut is_wanted = false;
        let is_video = source.publisher.is_some_and(|publisher| publisher.kind == MediaKind::Video);
        if is_video {
            self.run.equalise();
        }
        for (place, watcher) in source.watchers.iter().enumerate() {
            if let Some(next) = source.watchers.get(place + 2) {
                self.peers.prefetch(next.peer, TOUCHED_LEN);
            }
            if let Some(next) = source.watchers.get(place + 1) {
                if let Some(slot) = self.peers.get(next.peer).and_then(|peer| peer.slots.get(next.slot)) {
                    slot.prefetch();
                }
            }
            if watcher.current != feed.layer && watcher.pending != feed.layer {
                continue;
            }
            is_wanted = true;
            let Some(peer) = self.peers.get_mut(watcher.peer) else { continue };
            if !peer.is_sending {
                self.counters.dropped_no_consent += self.run.len() as u64;
                continue;
            }
            // Settled before, and looked at again here: no packet passes that is not permitted.
            if source.room != Some(peer.room) || source.classes & peer.hears == 0 {
                self.counters.dropped_audience += self.run.len() as u64;
                continue;
            }
            if peer.is_stream && is_video && (peer.is_clogged || sink.is_clogged(watcher.peer)) {
                peer.is_clogged = true;
                self.held_back.push((watcher.peer, watcher.slot));
                self.counters.tcp_held_back += self.run.len() as u64;
                continue;
            }
            if is_video {
                peer.pacer.pay(now_us);
            }
            for Padded { facts, payload, descriptor, padding } in self.run.padded() {
                let Some(slot) = peer.slots.get_mut(watcher.slot) else { break };
                let waits = is_video && (slot.waiting > 0 || !peer.pacer.has_room());
                if waits && peer.pacer.is_full(feed.layer, slot.priority) {
                    if slot.current == Some(feed) {
                        self.sheds.push((watcher.peer, watcher.slot));
                    }
                    break;
                }
                let emptied;
                let (mut gaps, mut is_filler) = (None, false);
                let (mut facts, mut payload, mut descriptor, mut padding) = (facts, payload, descriptor, padding);
                let (numbers, is_first) = match slot.place(feed, facts) {
                    Placed::Sent { numbers, is_first, ended, has_switched } => {
                        if has_switched {
                            self.switches.push(Switch { peer: watcher.peer, slot: watcher.slot, ended });
                        }
                        if is_first {
                            slot.report_due_us = now_us;
                            peer.slots_due_us = now_us;
                            self.urgent_peers.insert(watcher.peer);
                            gaps = is_video.then(|| slot.take_gaps(numbers.index));
                        }
                        (numbers, is_first)
                    }
                    Placed::Dropped => {
                        self.counters.packets_left_out += 1;
                        continue;
                    }
                    Placed::Filled(numbers) => {
                        self.counters.packets_left_out += 1;
                        self.counters.fillers_out += 1;
                        emptied = facts.emptied();
                        is_filler = true;
                        (facts, payload, descriptor, padding) = (&emptied, &[], &[], 0);
                        (numbers, false)
                    }
                    Placed::Late => {
                        self.counters.packets_out_of_span += 1;
                        continue;
                    }
                    Placed::Passed => continue,
                };
                if let Some(gaps) = gaps {
                    let to = (watcher.peer, watcher.slot);
                    self.starts.push(Start { peer: to.0, slot: to.1, feed, index: facts.index });
                    fill_gaps(peer, to, (source.id, facts, numbers), &gaps, sink, &mut self.counters, now_us);
                }
                // What fills a place in the numbers has no place in the history, and does not wait: it is 60 bytes that are
                // paid off like others, and its receiver waits for it (`empty_packets_that_leave_past_the_pacer_…` in calls.rs).
                if waits && !is_filler {
                    let (slot, index, bytes) = (watcher.slot, facts.index, payload.len() as u32 - u32::from(padding));
                    peer.hold(Waiting { slot, feed, index, numbers, bytes, is_first, is_again: false });
                    self.counters.packets_paced += 1;
                    self.urgent_peers.insert(watcher.peer);
                    continue;
                }
                let (source, is_again) = (source.id, false);
                let outgoing = Outgoing { source, facts, payload, padding, descriptor, numbers, is_first, is_again };
                send_media(peer, watcher.peer, watcher.slot, &outgoing, sink, &mut self.counters, now_us);
            }
        }
        if let Some(layer) = source.layer_mut(feed.layer) {
            layer.is_wanted = is_wanted;
        }
    }

    /// After a fan-out: a start that was lost on the way up came again after what is behind it. That was passed by, and leaves
    /// now, through the pacer: without it the picture would begin with a gap.
    fn follow_start(&mut self, start: &Start) {
        let Start { peer: peer_at, slot: slot_at, feed, index: first } = *start;
        let layer = self.sources.get(feed.source).and_then(|source| source.layer(feed.layer));
        let Some(history) = layer.filter(|layer| layer.epoch == feed.epoch).map(|layer| &layer.history) else { return };
        let Some(peer) = self.peers.get_mut(peer_at) else { return };
        self.urgent_peers.insert(peer_at);
        for index in (first + 1..=history.newest()).take(HISTORY_PACKETS) {
            let Some((facts, payload, _)) = history.get(index) else { continue };
            let Some(slot) = peer.slots.get_mut(slot_at) else { return };
            if peer.pacer.is_full(feed.layer, slot.priority) {
                self.sheds.push((peer_at, slot_at));
                return;
            }
            let Placed::Sent { numbers, is_first, .. } = slot.place(feed, facts) else { continue };
            let bytes = payload.len() as u32;
            peer.hold(Waiting { slot: slot_at, feed, index, numbers, bytes, is_first, is_again: false });
            self.counters.packets_paced += 1;
        }
    }

    /// After a fan-out: what a clogged connection was not given makes the rest of it useless until a keyframe.
    fn hold_back(&mut self) {
        while let Some((peer_at, slot_at)) = self.held_back.pop() {
            let slot = self.peers.get_mut(peer_at).and_then(|peer| peer.slots.get_mut(slot_at));
            let Some(slot) = slot else { continue };
            let Some(feed) = slot.current.take() else { continue };
            slot.pending.get_or_insert(feed);
            self.watch_again(peer_at, slot_at, Some(feed.source));
        }
    }

    /// After a fan-out: tells Python, and takes the slots from the lists of what they showed before.
    fn finish_switches(&mut self, now_us: u64) {
        while let Some(Switch { peer: peer_at, slot: slot_at, ended }) = self.switches.pop() {
            self.counters.switches += 1;
            let Some(peer) = self.peers.get(peer_at) else { continue };
            let Some(slot) = peer.slots.get(slot_at) else { continue };
            let Some(feed) = slot.current else { continue };
            let (id, kind, index) = (peer.id, slot.kind, slot.index);
            let source = self.sources.get(feed.source).map_or(0, |source| source.id);
            self.tell(Event::SlotSwitched { peer: id, kind, index, source, layer: feed.layer });
            self.watch_again(peer_at, slot_at, ended.map(|feed| feed.source));
            debug_assert!(kind != SlotKind::Video || self.is_video(feed.source), "a picture slot shows sound");
            if self.is_video(feed.source) {
                self.settle_slot(peer_at, slot_at, now_us);
            }
        }
    }

    /// Whether the source is a picture.
    pub(super) fn is_video(&self, source_at: usize) -> bool {
        self.sources.get(source_at).and_then(|source| source.codec).is_some_and(|codec| codec != Codec::Opus)
    }
}

/// Before a picture begins: numbers that will never be sent go out empty, so that nobody asks for them or counts them as
/// lost on his way. They were of packets that came again on their way up when their picture had ended, or were no picture.
#[cold]
fn fill_gaps<S: Sink>(
    peer: &mut Peer,
    (peer_at, slot_at): (usize, usize),
    (source, start, first): (u32, &Facts, Numbers),
    gaps: &Gaps,
    sink: &mut S,
    counters: &mut Counters,
    now_us: u64,
) {
    let facts = &start.emptied();
    // The start's timestamp is later than any before it.
    let timestamp = first.timestamp.wrapping_sub(1);
    for index in gaps.indices() {
        let numbers = Numbers { index: *index, timestamp, ..first };
        let (payload, descriptor) = (&[][..], &[][..]);
        let (padding, is_first, is_again) = (0, false, false);
        let outgoing = Outgoing { source, facts, payload, padding, descriptor, numbers, is_first, is_again };
        send_media(peer, peer_at, slot_at, &outgoing, sink, counters, now_us);
        counters.fillers_out += 1;
    }
}

#[cfg(test)]
mod tests;
