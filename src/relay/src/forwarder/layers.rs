//! Which layers of a source its subscribers take or would take: told to the publisher's Python when it changes
//! ([`crate::wanted`]).

use super::Forwarder;
use super::shares::rate_of;
use crate::wire_api::{Event, MAX_LAYERS, SlotKind};

impl Forwarder {
    /// Looks at one video source; to be called every 50 ms.
    pub(super) fn tell_wanted_layers(&mut self, at: usize, now_us: u64) {
        let Some(source) = self.sources.get(at).filter(|source| source.is_started) else { return };
        if source.mirror.is_some() {
            return self.note_wanted_layers(at);
        }
        let Some(publisher) = source.publisher.and_then(|publisher| self.peers.get(publisher.peer)) else { return };
        let Some(line) = publisher.lines.iter().find(|line| line.source == at) else { return };
        let (count, peer, id) = (line.receive.rids.len().clamp(1, MAX_LAYERS), publisher.id, source.id);
        let elsewhere = source.interests.iter().fold(0, |all, interest| all | interest.wanted);
        let wanted = self.taken_layers(at) | elsewhere;
        // Who would take more than there is takes the highest.
        let beyond = u8::from(wanted >> count != 0) << (count - 1);
        // A layer that never came costs nobody; its publisher may send it later, from a larger camera.
        let never_came = source.layers.iter().enumerate().filter(|(_, layer)| layer.is_none());
        let never_came = never_came.fold(0_u8, |all, (place, _)| all | 1 << place);
        let taken = (wanted | beyond | never_came) & ((1 << count) - 1);
        let told = self.sources.get_mut(at).and_then(|source| source.wanted.on_time(taken, count, now_us));
        if let Some(layers) = told {
            self.counters.layers_told += 1;
            if let Some(source) = self.sources.get_mut(at) {
                let let_go = source.layers.iter_mut().enumerate().filter(|(place, _)| layers >> place & 1 == 0);
                for layer in let_go.filter_map(|(_, layer)| layer.as_mut()).filter(|layer| layer.is_live) {
                    layer.let_go_rate = rate_of(layer);
                }
            }
            self.tell(Event::LayersWanted { peer, source: id, layers });
            self.note_layers(at, now_us);
        }
    }

    /// The layers that this worker's subscribers take or would take, by bit.
    fn taken_layers(&self, at: usize) -> u8 {
        let Some(source) = self.sources.get(at) else { return 0 };
        let mut taken = 0_u8;
        for watcher in &source.watchers {
            let Some(subscriber) = self.peers.get(watcher.peer) else { continue };
            let Some(slot) = subscriber.slots.get(watcher.slot).filter(|slot| slot.kind == SlotKind::Video) else {
                continue;
            };
            if let Some(feed) = slot.current.filter(|feed| feed.source == at) {
                taken |= 1 << feed.layer;
            }
            // Who is paused, or is given nothing yet, begins with the lowest.
            if slot.wish() == source.id && source.is_permitted(subscriber.room, subscriber.hears) {
                let layer = if slot.share.is_paused { 0 } else { slot.max_layer.min(slot.share.layer) };
                taken |= 1 | 1 << layer.min(MAX_LAYERS as u8 - 1);
            }
        }
        taken
    }

    /// The same of a source that lives elsewhere: its worker is told at the end of the turn.
    fn note_wanted_layers(&mut self, at: usize) {
        let wanted = self.taken_layers(at);
        let mirror = self.sources.get_mut(at).and_then(|source| source.mirror.as_mut());
        let Some(mirror) = mirror.filter(|mirror| mirror.wanted != wanted) else { return };
        mirror.wanted = wanted;
        if let Some(exchange) = self.exchange.as_mut() {
            exchange.interests_due.push(at);
        }
    }
}
