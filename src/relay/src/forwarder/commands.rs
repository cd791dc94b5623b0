//! What Python asks for, applied at once and in order; unknown peers and sources are ignored: they have just left.

use super::Forwarder;
use crate::ice::Credentials;
use crate::peer::{Line, Peer};
use crate::sink::Sink;
use crate::slot::Slot;
use crate::source::Publisher;
use crate::speakers::Ranking;
use crate::wire_api::{
    self, AddPeer, Command, Event, MAX_LAYERS, MAX_RECEIVES, MAX_SLOTS, Receive, Shedding, SlotKind, UpdatePeer,
};

impl Forwarder {
    /// Applies one command. After it the next packet obeys.
    #[cfg_attr(test, allow(clippy::missing_panics_doc))] // On a test's wish only.
    pub fn handle_command<S: Sink>(&mut self, command: Command, sink: &mut S, now_us: u64) {
        self.counters.commands += 1;
        let is_known = match command {
            Command::AddPeer(add) => self.add_peer(*add, sink, now_us),
            Command::UpdatePeer(update) => self.update_peer(*update, now_us),
            Command::SetKeys { peer, profile, receive, send } => self.set_keys(peer, profile, &receive, &send, now_us),
            Command::SendDtls { peer, datagram } => self.send_dtls(peer, &datagram, sink),
            Command::RemovePeer { peer } => self.remove_peer(peer, sink, now_us),
            Command::CloseRoom { room } => self.close_room(room, sink, now_us),
            Command::SetGate { room, source, gate, open } => self.set_gate(room, source, gate, open, now_us),
            Command::SetSourceClasses { room, source, classes } => {
                self.set_source_classes(room, source, classes, now_us)
            }
            Command::SetHears { peer, classes } => self.set_hears(peer, classes, now_us),
            Command::BindSlot { peer, kind, index, source, max_layer, priority } => {
                self.bind_slot(peer, (kind, index), source, max_layer, priority, now_us)
            }
            Command::SetShedding { room, source, first } => self.set_shedding(room, source, first),
            Command::ForgetSource { room, source } => {
                self.forget_source(room, source);
                true // A worker may have heard of it from the publisher's before.
            }
            Command::TakeSnapshot { id, room } => self.take_snapshot(id, room, now_us),
            Command::Fence { id } => {
                #[cfg(test)]
                assert!(!(self.is_faulty && id == 0), "as the test wished");
                self.tell(Event::FenceReached { id });
                true
            }
        };
        if !is_known {
            self.counters.commands_ignored += 1;
        }
        if !self.keyframe_requests.is_empty() {
            self.send_keyframe_requests(sink);
        }
        self.handling = None;
    }

    fn add_peer<S: Sink>(&mut self, add: AddPeer, sink: &mut S, now_us: u64) -> bool {
        if self.peer_ids.contains_key(&add.peer) {
            return false;
        }
        if add.replaces != 0 {
            self.remove_peer(add.replaces, sink, now_us);
        }
        let credentials = Credentials::new(&add.ice);
        let ufrag = credentials.local_ufrag.clone();
        let (id, room, cname) = (add.peer, add.room, add.cname);
        let at = self.peers.insert(|at| {
            let mut peer = Peer::new(id, room, cname, credentials, now_us);
            // Reports of many peers spread over their second.
            peer.report_due_us = now_us + (at as u64 * 37_000) % 1_000_000;
            peer.quality_due_us = peer.report_due_us + 500_000;
            peer.payloads = add.payloads;
            peer.extensions = add.extensions;
            peer
        });
        self.handling = Some(at);
        self.peer_ids.insert(id, at);
        self.ufrags.insert(ufrag, at);
        if !self.rooms.contains_key(&room) {
            self.tell_presence(room, true);
        }
        self.rooms.entry(room).or_default().peers.push(at);
        self.add_slots(at, &add.slots);
        self.add_lines(at, add.receives, now_us);
        true
    }

    fn update_peer(&mut self, update: UpdatePeer, now_us: u64) -> bool {
        let Some((at, peer)) = self.peer_of(update.peer) else { return false };
        let (is_new, replaced) = peer.ice.restart(Credentials::new(&update.ice));
        // Numbers that are in use keep their meaning; those that were 0 may get one.
        fill(&mut peer.payloads, update.payloads);
        fill_extensions(&mut peer.extensions, update.extensions);
        if let Some(replaced) = replaced {
            self.ufrags.remove(&replaced);
        }
        if is_new {
            self.ufrags.insert(update.ice.local_ufrag.into_bytes(), at);
        }
        self.add_slots(at, &update.slots);
        self.add_lines(at, update.receives, now_us);
        self.settle_peer(at, now_us);
        self.assign_peer_speakers(at, now_us);
        true
    }

    /// Adds the slots that are not there yet. An SSRC is never taken twice within an association.
    fn add_slots(&mut self, at: usize, slots: &[wire_api::Slot]) {
        let (Some(peer), random) = (self.peers.get_mut(at), &mut self.random) else { return };
        for slot in slots {
            let is_used = |ssrc: u32| {
                ssrc != 0
                    && (slot.ssrc == slot.rtx_ssrc
                        || peer.slots.iter().any(|it| it.ssrc == ssrc || it.rtx_ssrc == ssrc))
            };
            let is_there = peer.slot_at(slot.kind, slot.index).is_some();
            if is_there || is_used(slot.ssrc) || is_used(slot.rtx_ssrc) || peer.slots.len() >= MAX_SLOTS {
                continue;
            }
            let slot = Slot::new(slot, peer.extensions, || Self::random(random));
            peer.way.is_measured |= slot.extensions.transport_cc != 0;
            peer.slots.push(slot);
        }
    }

    /// Adds the m-lines that are not there yet, and makes the peer the publisher of their sources.
    fn add_lines(&mut self, at: usize, receives: Vec<Receive>, now_us: u64) {
        for receive in receives {
            let Some(peer) = self.peers.get_mut(at) else { return };
            if let Some(line) = peer.lines.iter_mut().find(|line| line.receive.mid == receive.mid) {
                if line.receive.source == receive.source {
                    line.receive = receive; // SSRCs or rids may have changed with the re-offer.
                }
                continue;
            }
            if peer.lines.len() >= MAX_RECEIVES {
                return;
            }
            let (room, id, owner) = (peer.room, receive.source, peer.id);
            let publisher = Publisher { peer: at, kind: receive.kind, is_programme: receive.programme };
            let source_at = self.source_of(id, room);
            let Some(source) = self.sources.get_mut(source_at) else { return };
            let former = source.publisher.replace(publisher);
            let former_room = source.room.replace(room);
            source.begin_anew();
            source.owner = owner;
            source.has_lived_here = true;
            let was_mirrored = source.mirror.take().is_some();
            if let Some(exchange) = self.exchange.as_mut().filter(|_| was_mirrored) {
                exchange.mirrors -= 1;
            }
            self.announce(source_at);
            if let Some(former) = former.and_then(|former| self.peers.get_mut(former.peer)) {
                former.lines.retain(|line| line.source != source_at);
                former.streams.retain(|stream| stream.source != source_at);
            }
            if let Some(peer) = self.peers.get_mut(at) {
                if receive.remb {
                    peer.receive_side.get_or_insert_default();
                }
                peer.lines.push(Line { receive, source: source_at });
            }
            if let Some(former_room) = former_room.and_then(|room| self.rooms.get_mut(&room)) {
                former_room.ranking.remove(source_at);
            }
            self.settle_watchers(source_at, now_us);
            self.find_wishers(room, id, now_us);
        }
    }

    fn set_keys(&mut self, peer: u64, profile: u16, receive: &[u8], send: &[u8], now_us: u64) -> bool {
        let Some((at, peer)) = self.peer_of(peer) else { return false };
        if peer.set_keys(profile, receive, send) != Ok(true) {
            return false;
        }
        self.settle_peer(at, now_us);
        self.refresh_pictures(at, now_us);
        true
    }

    fn send_dtls<S: Sink>(&mut self, peer: u64, datagram: &[u8], sink: &mut S) -> bool {
        let Some((at, peer)) = self.peer_of(peer) else { return false };
        if peer.ice.send_route().is_none() {
            self.counters.dropped_dtls_out += 1;
            return true;
        }
        if let Some(out) = sink.reserve(at, datagram.len()).get_mut(..datagram.len()) {
            out.copy_from_slice(datagram);
            sink.commit(datagram.len());
            self.counters.dtls_packets_out += 1;
        }
        true
    }

    fn remove_peer<S: Sink>(&mut self, peer: u64, sink: &mut S, now_us: u64) -> bool {
        let Some(at) = self.peer_ids.get(&peer).copied() else { return false };
        self.remove_peer_at(at, sink, now_us);
        true
    }

    /// Takes a peer out of every list, then away. Its sources stay, without a publisher.
    pub(super) fn remove_peer_at<S: Sink>(&mut self, at: usize, sink: &mut S, now_us: u64) {
        self.say_goodbye(at, sink);
        let Some(mut peer) = self.peers.remove(at) else { return };
        sink.remove(at);
        self.peer_ids.remove(&peer.id);
        for ufrag in peer.ice.local_ufrags() {
            if self.ufrags.get(ufrag) == Some(&at) {
                self.ufrags.remove(ufrag);
            }
        }
        for route in peer.ice.routes() {
            if self.routes.get(route) == Some(&at) {
                self.routes.remove(route);
                sink.forget(route);
            }
        }
        for (slot_at, slot) in peer.slots.iter().enumerate() {
            let wished = self.source_ids.get(&slot.wish()).copied();
            let feeds = [slot.current, slot.pending].map(|feed| feed.map(|feed| feed.source));
            for source_at in feeds.into_iter().chain([wished]).flatten() {
                if let Some(source) = self.sources.get_mut(source_at) {
                    source.watch(at, slot_at, None);
                    if let Some(exchange) = self.exchange.as_mut().filter(|_| source.mirror.is_some()) {
                        exchange.interests_due.push(source_at);
                    }
                }
            }
        }
        if let Some(room) = self.rooms.get_mut(&peer.room) {
            room.peers.retain(|other| *other != at);
        }
        for line in peer.lines.drain(..) {
            self.orphan(line.source, peer.room, now_us);
        }
        if self.rooms.get(&peer.room).is_some_and(|room| room.peers.is_empty()) {
            self.rooms.remove(&peer.room);
            self.tell_presence(peer.room, false);
        }
    }

    fn close_room<S: Sink>(&mut self, room: u64, sink: &mut S, now_us: u64) -> bool {
        let is_known = self.rooms.contains_key(&room);
        if let Some(room) = self.rooms.get_mut(&room) {
            room.ranking = Ranking::default(); // Nobody gets the place of who leaves.
        }
        while let Some(at) = self.rooms.get(&room).and_then(|room| room.peers.last()).copied() {
            self.remove_peer_at(at, sink, now_us);
        }
        self.rooms.remove(&room);
        for at in 0..self.sources.end() {
            if self.sources.get(at).is_some_and(|source| source.room == Some(room)) {
                self.forget_source_at(at);
            }
        }
        is_known
    }

    fn set_gate(&mut self, room: u64, id: u32, gate: u8, open: bool, now_us: u64) -> bool {
        let at = self.source_of(id, room);
        let Some(source) = self.sources.get_mut(at) else { return false };
        let was_open = source.closed_gates == 0;
        source.closed_gates = if open { source.closed_gates & !gate } else { source.closed_gates | gate };
        if was_open == (source.closed_gates == 0) {
            return true;
        }
        source.level.reset();
        for layer in source.layers.iter_mut().flatten() {
            layer.missings.give_up();
        }
        let room = source.room;
        let was_ranked = room.and_then(|room| self.rooms.get_mut(&room)).is_some_and(|room| room.ranking.remove(at));
        self.settle_watchers(at, now_us);
        if let Some(room) = room.filter(|_| was_ranked) {
            self.assign_speakers(room, now_us);
        }
        true
    }

    fn set_source_classes(&mut self, room: u64, id: u32, classes: u64, now_us: u64) -> bool {
        let at = self.source_of(id, room);
        let Some(source) = self.sources.get_mut(at) else { return false };
        if std::mem::replace(&mut source.classes, classes) == classes {
            return true;
        }
        let room = source.room;
        if let Some(room) = room.and_then(|room| self.rooms.get_mut(&room)).filter(|_| classes == 0) {
            room.ranking.remove(at);
        }
        self.settle_watchers(at, now_us);
        if let Some(room) = room {
            self.assign_speakers(room, now_us);
        }
        true
    }

    fn set_shedding(&mut self, room: u64, id: u32, first: Shedding) -> bool {
        let at = self.source_of(id, room);
        let Some(source) = self.sources.get_mut(at) else { return false };
        source.shedding = first;
        true
    }

    fn set_hears(&mut self, peer: u64, classes: u64, now_us: u64) -> bool {
        let Some((at, peer)) = self.peer_of(peer) else { return false };
        if std::mem::replace(&mut peer.hears, classes) != classes {
            self.settle_peer(at, now_us);
            self.assign_peer_speakers(at, now_us);
        }
        true
    }

    fn bind_slot(
        &mut self,
        peer: u64,
        (kind, index): (SlotKind, u16),
        source: u32,
        max_layer: u8,
        priority: u8,
        now_us: u64,
    ) -> bool {
        let Some((at, peer)) = self.peer_of(peer) else { return false };
        let Some(slot_at) = peer.slot_at(kind, index) else { return false };
        if let Some(slot) = peer.slots.get_mut(slot_at) {
            let max_layer = max_layer.min(MAX_LAYERS as u8 - 1);
            slot.share.is_new |= max_layer > slot.max_layer || priority > slot.priority;
            (slot.max_layer, slot.priority) = (max_layer, priority);
            if source == 0 && kind != SlotKind::Speaker {
                slot.rewriter.forget(|_| true); // It shows nobody: there is nothing to repair.
            }
        }
        self.set_wish(at, slot_at, Some(source), Some(0));
        if kind == SlotKind::Video && self.peers.get(at).is_some_and(|peer| peer.way.estimate_bps(now_us).is_some()) {
            self.share_out(at, now_us);
        }
        self.settle_slot(at, slot_at, now_us);
        if kind == SlotKind::Speaker {
            self.unassign_pinned(at, source, now_us);
            self.assign_peer_speakers(at, now_us);
        }
        true
    }

    /// A source that is pinned now leaves the slot it was assigned to.
    fn unassign_pinned(&mut self, at: usize, source: u32, now_us: u64) {
        let Some(peer) = self.peers.get(at).filter(|_| source != 0) else { return };
        let assigned = peer.slots.iter().position(|slot| slot.bound == 0 && slot.assigned == source);
        if let Some(slot_at) = assigned {
            self.set_wish(at, slot_at, None, Some(0));
            self.settle_slot(at, slot_at, now_us);
        }
    }

    /// The peer a command is about; it is the one being handled from here on.
    fn peer_of(&mut self, id: u64) -> Option<(usize, &mut Peer)> {
        let at = *self.peer_ids.get(&id)?;
        self.handling = Some(at);
        Some((at, self.peers.get_mut(at)?))
    }
}

fn fill(known: &mut wire_api::Payloads, offered: wire_api::Payloads) {
    let take = |known: &mut u8, offered: u8| {
        if *known == 0 {
            *known = offered;
        }
    };
    take(&mut known.opus, offered.opus);
    take(&mut known.red, offered.red);
    take(&mut known.vp8, offered.vp8);
    take(&mut known.vp8_rtx, offered.vp8_rtx);
    take(&mut known.h264, offered.h264);
    take(&mut known.h264_rtx, offered.h264_rtx);
    take(&mut known.vp9, offered.vp9);
    take(&mut known.vp9_rtx, offered.vp9_rtx);
    take(&mut known.av1, offered.av1);
    take(&mut known.av1_rtx, offered.av1_rtx);
}

fn fill_extensions(known: &mut wire_api::Extensions, offered: wire_api::Extensions) {
    let take = |known: &mut u8, offered: u8| {
        if *known == 0 {
            *known = offered;
        }
    };
    take(&mut known.mid, offered.mid);
    take(&mut known.rid, offered.rid);
    take(&mut known.rrid, offered.rrid);
    take(&mut known.audio_level, offered.audio_level);
    take(&mut known.transport_cc, offered.transport_cc);
    take(&mut known.abs_send_time, offered.abs_send_time);
    take(&mut known.orientation, offered.orientation);
    take(&mut known.playout_delay, offered.playout_delay);
    take(&mut known.dependency_descriptor, offered.dependency_descriptor);
}
