//! Sources of other workers' peers as they are here, and this worker's as the others are told: see [`crate::exchange`].
//!
//! A mirrored source has a publisher that is [`NOBODY`]: nothing is sent to it from here. Keyframes are asked of its
//! owner, lost packets are the owner's to ask for, and retransmissions come from the history that is kept here.

use super::Forwarder;
use crate::exchange::{Carried, Exchange, Interest, Item, LayerNote, LayersNote, Mirror, Note, Parcel};
use crate::facts::Facts;
use crate::reports::PublisherClock;
use crate::rewrite::Feed;
use crate::sink::Sink;
use crate::source::{Layer, NOBODY, Publisher};
use crate::wire_api::{MAX_LAYERS, MediaKind};

/// What there is of a source is told at least this often while it is heard elsewhere: rates and clocks change.
const NOTE_INTERVAL_US: u64 = 1_000_000;

impl Forwarder {
    /// This is one worker of several. To be called before the first command.
    pub fn join_exchange(&mut self, own: u16, workers: usize) {
        self.exchange = (workers > 1).then(|| Exchange::new(own, workers));
    }

    /// Tells the others what changed: to be called at the end of a turn; `post` takes a parcel for a worker and answers
    /// what waits there.
    pub fn post(&mut self, post: impl FnMut(u16, &mut Parcel) -> usize) {
        let Some(exchange) = self.exchange.as_mut() else { return };
        while let Some(source_at) = exchange.interests_due.pop() {
            let Some(source) = self.sources.get_mut(source_at) else { continue };
            let (id, owner) = (source.id, source.owner);
            let layers =
                (0..MAX_LAYERS as u8).filter(|layer| source.is_watched(*layer)).fold(0, |all, it| all | 1 << it);
            let Some(mirror) = source.mirror.as_mut() else { continue };
            let wanted = mirror.wanted;
            if std::mem::replace(&mut mirror.told, (layers, wanted)) != (layers, wanted) {
                exchange.tell(mirror.worker, Note::Interest { source: id, owner, layers, wanted });
            }
        }
        exchange.post(post);
        self.counters.exchange_notes_dropped = exchange.notes_dropped;
    }

    /// A parcel came from another worker.
    pub fn handle_parcel<S: Sink>(&mut self, from: u16, parcel: &mut Parcel, sink: &mut S, now_us: u64) {
        // One by one: those behind one that panicked are there for the next turn.
        while let Some(item) = parcel.items.pop_front() {
            match item {
                Item::Note(note) => {
                    self.fan_out_run(sink, now_us);
                    self.on_note(from, note, now_us);
                }
                Item::Packet(packet) => {
                    let start = parcel.from;
                    let end = start + packet.len as usize;
                    parcel.from = end + packet.descriptor_len as usize;
                    let payload = parcel.bytes.get(start..end).unwrap_or_default();
                    let descriptor = parcel.bytes.get(end..parcel.from).unwrap_or_default();
                    self.on_carried(from, &packet, (payload, descriptor), sink, now_us);
                }
            }
        }
        self.fan_out_run(sink, now_us);
        self.send_keyframe_requests(sink);
    }

    fn on_note(&mut self, from: u16, note: Note, now_us: u64) {
        match note {
            Note::SourceAdded { source, room, owner, kind, is_programme } => {
                let publisher = Publisher { peer: NOBODY, kind, is_programme };
                self.mirror_source(from, (source, room, owner), publisher, now_us);
            }
            Note::SourceGone { source, owner } => {
                let found = self.source_ids.get(&source).copied();
                let mirrored = found.and_then(|at| Some((at, self.sources.get(at)?)));
                let gone = mirrored.filter(|(_, it)| it.mirror.is_some() && it.owner == owner);
                if let Some((at, room)) = gone.map(|(at, source)| (at, source.room.unwrap_or(0))) {
                    self.orphan(at, room, now_us);
                }
            }
            Note::SourceForgotten { source } => {
                if let Some(at) = self.source_ids.get(&source).copied() {
                    self.forget_when_free(at);
                }
            }
            Note::Layers(note) => self.on_layers(from, *note, now_us),
            Note::RoomJoined(room) => {
                if let Some(exchange) = self.exchange.as_mut() {
                    exchange.set_present(from, room, true);
                }
                for at in 0..self.sources.end() {
                    if self.sources.get(at).is_some_and(|source| source.room == Some(room)) {
                        self.note_layers(at, now_us);
                    }
                }
            }
            Note::RoomLeft(room) => {
                if let Some(exchange) = self.exchange.as_mut() {
                    exchange.set_present(from, room, false);
                }
            }
            Note::Interest { source, owner, layers, wanted } => {
                let found = self.source_ids.get(&source).and_then(|at| self.sources.get_mut(*at));
                let Some(source) = found.filter(|it| it.mirror.is_none() && it.owner == owner) else { return };
                source.interests.retain(|interest| interest.worker != from);
                if (layers, wanted) != (0, 0) {
                    source.interests.push(Interest { worker: from, layers, wanted, cut: 0 });
                }
            }
            Note::Keyframe { source, layer } => {
                let found = self.source_ids.get(&source).copied();
                let is_here = |at: &usize| self.sources.get(*at).is_some_and(|source| source.mirror.is_none());
                if let Some(at) = found.filter(is_here) {
                    self.want_keyframe(at, layer, now_us);
                }
            }
        }
    }

    /// A source lives elsewhere, from now on or with another publisher.
    fn mirror_source(&mut self, from: u16, (id, room, owner): (u32, u64, u64), publisher: Publisher, now_us: u64) {
        let at = self.source_of(id, room);
        let Some(source) = self.sources.get_mut(at).filter(|it| it.publisher.is_none() || it.owner <= owner) else {
            return;
        };
        let former = source.publisher.replace(publisher);
        let former_room = source.room.replace(room);
        let mirror =
            Mirror { worker: from, epochs: [0; MAX_LAYERS], clock: PublisherClock::default(), wanted: 0, told: (0, 0) };
        let was_mirrored = source.mirror.replace(mirror).is_some();
        source.owner = owner;
        source.begin_anew();
        if let Some(former) = former.and_then(|former| self.peers.get_mut(former.peer)) {
            former.lines.retain(|line| line.source != at);
            former.streams.retain(|stream| stream.source != at);
        }
        if let Some(exchange) = self.exchange.as_mut() {
            exchange.mirrors += usize::from(!was_mirrored);
            exchange.interests_due.push(at);
        }
        if let Some(former_room) = former_room.and_then(|room| self.rooms.get_mut(&room)) {
            former_room.ranking.remove(at);
        }
        self.settle_watchers(at, now_us);
        self.find_wishers(room, id, now_us);
    }

    /// What there is of a mirrored source: incarnations get names of our own.
    fn on_layers(&mut self, from: u16, note: LayersNote, now_us: u64) {
        let Some(at) = self.source_ids.get(&note.source).copied() else { return };
        let Some(source) = self.sources.get_mut(at).filter(|source| source.owner == note.owner) else { return };
        let Some(mirror) = source.mirror.as_mut().filter(|mirror| mirror.worker == from) else { return };
        mirror.clock = note.clock;
        source.wanted = note.wanted;
        let mut has_changed = note.codec.is_some() && source.codec != note.codec;
        source.codec = note.codec.or(source.codec);
        source.is_started = true;
        for ((place, known), told) in source.layers.iter_mut().zip(&mut mirror.epochs).zip(note.layers) {
            let Some(told) = told else {
                has_changed |= place.take().is_some();
                continue;
            };
            let layer = match place {
                Some(layer) if *known == told.epoch => layer,
                _ => {
                    *known = told.epoch;
                    has_changed = true;
                    self.next_epoch += 1;
                    place.insert(Layer::new(self.next_epoch - 1, 0))
                }
            };
            has_changed |= layer.is_live != told.is_live;
            if layer.is_live && !told.is_live {
                layer.history.clear();
            }
            (layer.is_live, layer.rates, layer.clock) = (told.is_live, told.rates, told.clock);
        }
        if has_changed {
            self.settle_watchers(at, now_us);
            let id = note.source;
            if let Some(room) = self.sources.get(at).and_then(|source| source.room) {
                self.find_wishers(room, id, now_us);
            }
        }
    }

    /// A packet of a mirrored source: as one of our own from here on.
    fn on_carried<S: Sink>(&mut self, from: u16, packet: &Carried, content: (&[u8], &[u8]), sink: &mut S, now_us: u64) {
        let (payload, descriptor) = content;
        self.counters.exchange_packets_in += 1;
        let at = self.source_ids.get(&packet.source).copied();
        let (layer_at, facts) = (packet.layer, &packet.facts);
        let Some((at, source)) = at.and_then(|at| Some((at, self.sources.get(at)?))) else { return };
        let is_it = |it: &&Mirror| it.worker == from && it.epochs.get(usize::from(layer_at)) == Some(&packet.epoch);
        let Some(epoch) = source.mirror.as_ref().filter(is_it).and_then(|_| source.layer(layer_at)).map(|it| it.epoch)
        else {
            self.counters.exchange_packets_stale += 1;
            return;
        };
        let feed = Feed { source: at, layer: layer_at, epoch };
        let starts = facts.is_start && !facts.is_padding;
        if starts || !self.run.has_room() || self.run.feed().is_some_and(|(running, _)| running != feed) {
            self.fan_out_run(sink, now_us);
        }
        let Some(source) = self.sources.get_mut(at) else { return };
        if source.closed_gates != 0 {
            self.counters.dropped_gate += 1;
            return;
        }
        if starts {
            source.keyframes.on_keyframe(layer_at);
        }
        if facts.codec.is_audio() {
            self.on_level(at, facts.extensions.audio_level, now_us);
        } else if source.is_watched(layer_at) {
            if let Some(layer) = source.layer_mut(layer_at) {
                layer.history.keep(facts, payload, descriptor);
            }
        }
        self.starting = starts.then_some((at, layer_at));
        self.run.push(feed, NOBODY, facts, payload, descriptor);
        if starts {
            self.fan_out_run(sink, now_us);
        }
        self.starting = None;
    }

    /// Tells all workers that a source is published here.
    pub(super) fn announce(&mut self, at: usize) {
        let (Some(exchange), Some(source)) = (self.exchange.as_mut(), self.sources.get(at)) else { return };
        let (Some(publisher), Some(room)) = (source.publisher, source.room) else { return };
        exchange.tell_all(&Note::SourceAdded {
            source: source.id,
            room,
            owner: source.owner,
            kind: publisher.kind,
            is_programme: publisher.is_programme,
        });
    }

    /// Tells who has peers in the room what there is of a source that is published here.
    pub(super) fn note_layers(&mut self, at: usize, now_us: u64) {
        let (Some(exchange), Some(source)) = (self.exchange.as_mut(), self.sources.get_mut(at)) else { return };
        let (Some(publisher), Some(room)) = (source.publisher, source.room) else { return };
        source.note_due_us = now_us + NOTE_INTERVAL_US;
        let Some(peer) = self.peers.get(publisher.peer).filter(|_| source.mirror.is_none()) else { return };
        let present = exchange.present(room).len();
        for place in 0..present {
            let Some(worker) = exchange.present(room).get(place).copied() else { return };
            let note = |layer: &Option<Layer>| {
                layer.as_ref().map(|layer| LayerNote {
                    epoch: layer.epoch,
                    is_live: layer.is_live,
                    rates: layer.rates.clone(),
                    clock: layer.clock,
                })
            };
            let [low, middle, high] = &source.layers;
            exchange.tell(
                worker,
                Note::Layers(Box::new(LayersNote {
                    source: source.id,
                    owner: source.owner,
                    codec: source.codec,
                    layers: [note(low), note(middle), note(high)],
                    clock: peer.clock.snapshot(),
                    wanted: source.wanted,
                })),
            );
        }
    }

    /// Tells what is due; to be called every 50 ms.
    pub(super) fn note_due_layers(&mut self, now_us: u64) {
        if self.exchange.is_none() {
            return;
        }
        for at in 0..self.sources.end() {
            if self.sources.get(at).is_some_and(|source| source.is_started && now_us >= source.note_due_us) {
                self.note_layers(at, now_us);
            }
        }
    }

    /// The first peer of a room is here, or the last has left.
    pub(super) fn tell_presence(&mut self, room: u64, is_present: bool) {
        if let Some(exchange) = self.exchange.as_mut() {
            exchange.tell_all(&if is_present { Note::RoomJoined(room) } else { Note::RoomLeft(room) });
        }
    }

    /// Sends the run along to the workers that want it. Answers whether any does.
    pub(super) fn carry_run(&mut self, feed: Feed, now_us: u64) -> bool {
        let (Some(exchange), Some(source)) = (self.exchange.as_mut(), self.sources.get_mut(feed.source)) else {
            return false;
        };
        let (Some(publisher), Some(room)) = (source.publisher, source.room) else { return false };
        if source.mirror.is_some() {
            return false;
        }
        let bit = 1 << feed.layer;
        let is_audio = publisher.kind == MediaKind::Audio;
        let id = source.id;
        let carried = |facts: &Facts, payload: &[u8], descriptor: &[u8]| Carried {
            source: id,
            layer: feed.layer,
            epoch: feed.epoch,
            facts: *facts,
            len: payload.len() as u32,
            descriptor_len: descriptor.len() as u32,
        };
        let mut is_wanted = false;
        let mut needs_keyframe = false;
        for interest in source.interests.iter_mut().filter(|interest| interest.layers & bit != 0) {
            is_wanted = true;
            for (facts, payload, descriptor) in self.run.packets() {
                let has_room = exchange.has_room(interest.worker, is_audio, feed.layer);
                let begins = is_audio || (facts.is_start && !facts.is_padding);
                if !has_room || (interest.cut & bit != 0 && !begins) {
                    needs_keyframe |= has_room;
                    interest.cut |= if is_audio { 0 } else { bit };
                    self.counters.exchange_packets_cut += 1;
                    continue;
                }
                interest.cut &= !bit;
                exchange.carry(interest.worker, carried(facts, payload, descriptor), payload, descriptor);
                self.counters.exchange_packets_out += 1;
            }
        }
        // Voices are heard everywhere before anybody asks: each worker ranks them for its own subscribers.
        if is_audio && !publisher.is_programme && source.level.is_active(now_us) {
            for place in 0..exchange.present(room).len() {
                let Some(worker) = exchange.present(room).get(place).copied() else { break };
                if source.interests.iter().any(|interest| interest.worker == worker) {
                    continue;
                }
                for (facts, payload, descriptor) in self.run.packets() {
                    if !exchange.has_room(worker, true, 0) {
                        self.counters.exchange_packets_cut += 1;
                        continue;
                    }
                    exchange.carry(worker, carried(facts, payload, descriptor), payload, descriptor);
                    self.counters.exchange_packets_out += 1;
                }
            }
        }
        if needs_keyframe {
            self.want_keyframe(feed.source, feed.layer, now_us);
        }
        is_wanted
    }
}
