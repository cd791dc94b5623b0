//! What waits for a subscriber leaves, and probes ([`crate::pacer`]): while something waits, every 5 ms.

use super::Forwarder;
use crate::allocation::Step;
use crate::egress::{Outgoing, send_media, send_padding};
use crate::facts::{Codec, Facts, PacketBase, PassedExtensions};
use crate::pacer::Waiting;
use crate::peer::Peer;
use crate::rewrite::Feed;
use crate::sink::Sink;
use crate::wire_api::SlotKind;

/// A frame of 20 ms of silence in Opus (RFC 6716 §3.1: CELT, full band, mono, one frame; the rest is the silence flag).
const SILENCE: [u8; 3] = [0xF8, 0xFF, 0xFE];
const SILENCE_TICKS: u32 = 960;
/// Of RFC 6464: no voice, the lowest level.
const SILENCE_LEVEL: u8 = 127;
/// One may be lost, and the next too.
const SILENT_PACKETS: usize = 3;

impl Forwarder {
    /// Sends what the time since the last call allows.
    pub(super) fn on_pacer_time<S: Sink>(&mut self, at: usize, sink: &mut S, now_us: u64) {
        let Some(peer) = self.peers.get_mut(at) else { return };
        peer.pacer.pay(now_us);
        while let Some(waiting) = self.peers.get_mut(at).and_then(|peer| peer.pacer.pop()) {
            self.send_waiting(at, &waiting, sink, now_us);
        }
        let Some(peer) = self.peers.get_mut(at).filter(|peer| peer.is_sending) else { return };
        let padded =
            |peer: &Peer| peer.slots.iter().position(|slot| slot.kind == SlotKind::Video && slot.can_be_padded());
        if peer.pacer.can_probe() && padded(peer).is_some() {
            if let Some(probe) = peer.way.probe(now_us) {
                peer.pacer.begin_probe(probe, now_us);
                self.counters.probes += 1;
            }
        }
        if peer.way.needs_sign(now_us) {
            if let Some(slot) = padded(peer) {
                send_padding(peer, at, slot, None, sink, &mut self.counters, now_us);
            }
        }
        while let Some(id) = peer.pacer.due_probe(now_us) {
            let slot = padded(peer);
            let sent = slot.and_then(|slot| send_padding(peer, at, slot, Some(id), sink, &mut self.counters, now_us));
            match sent {
                Some(bytes) => {
                    if peer.pacer.on_probe_sent(bytes) {
                        peer.way.on_probe_over(now_us);
                    }
                }
                None => peer.pacer.end_probe(),
            }
        }
    }

    /// Ends the sound of slots that have no feed any more. A player to which nothing comes goes on with the last word for a
    /// third of a second (measured in Chromium); with silence as the last that it heard, it goes on with that.
    pub(super) fn say_silence<S: Sink>(&mut self, sink: &mut S, now_us: u64) {
        while let Some((at, slot_at)) = self.ended_sounds.pop() {
            let Some(peer) = self.peers.get_mut(at).filter(|peer| peer.is_sending) else { continue };
            for _ in 0..SILENT_PACKETS {
                let Some(slot) = peer.slots.get_mut(slot_at).filter(|slot| slot.current.is_none()) else { break };
                let Some(numbers) = slot.rewriter.append(SILENCE_TICKS, Codec::Opus.clock_rate()) else { break };
                let (timestamp, extensions) = (numbers.timestamp, PassedExtensions::default());
                let extensions = PassedExtensions { audio_level: Some(SILENCE_LEVEL), ..extensions };
                let base =
                    PacketBase { index: numbers.index, timestamp, is_marked: false, extensions, arrival_us: now_us };
                let Some(facts) = Facts::of(Codec::Opus, &SILENCE, base) else { break };
                let (facts, payload, descriptor) = (&facts, &SILENCE[..], &[][..]);
                let (source, is_first, is_again) = (0, false, false);
                let outgoing = Outgoing { source, facts, payload, padding: 0, descriptor, numbers, is_first, is_again };
                send_media(peer, at, slot_at, &outgoing, sink, &mut self.counters, now_us);
            }
        }
    }

    /// Seals and sends a packet that waited, if it is still there and still permitted.
    fn send_waiting<S: Sink>(&mut self, at: usize, waiting: &Waiting, sink: &mut S, now_us: u64) {
        let Waiting { slot: slot_at, feed, index, numbers, is_first, is_again, .. } = *waiting;
        let Some(peer) = self.peers.get_mut(at) else { return };
        let (room, hears, is_sending) = (peer.room, peer.hears, peer.is_sending);
        let Some(slot) = peer.slots.get_mut(slot_at) else { return };
        if !is_again {
            slot.waiting = slot.waiting.saturating_sub(1);
        }
        // The slot has forgotten what it may not show any more.
        let is_known = slot.rewriter.find(numbers.index as u16) == Some((feed, index));
        let source = self.sources.get(feed.source).filter(|it| it.is_permitted(room, hears) && is_known && is_sending);
        let layer = source.and_then(|source| source.layer(feed.layer)).filter(|layer| layer.epoch == feed.epoch);
        let (Some(source), Some((facts, payload, descriptor))) =
            (source, layer.and_then(|layer| layer.history.get(index)))
        else {
            self.counters.paced_lost += 1;
            return;
        };
        let outgoing =
            Outgoing { source: source.id, facts, payload, padding: 0, descriptor, numbers, is_first, is_again };
        send_media(peer, at, slot_at, &outgoing, sink, &mut self.counters, now_us);
    }

    /// More waits for a subscriber than its way takes soon: a picture ends until its next keyframe, on a lower layer if
    /// there is one.
    pub(super) fn shed(&mut self, peer_at: usize, slot_at: usize, now_us: u64) {
        let Some(feed) = self.cut(peer_at, slot_at) else { return };
        let is_congested = self.peers.get(peer_at).is_some_and(|peer| peer.way.is_congested());
        let lower = self.sources.get(feed.source).and_then(|source| {
            let mut live = (0..feed.layer).filter(|layer| source.layer(*layer).is_some_and(|layer| layer.is_live));
            if is_congested { live.next() } else { live.next_back() }
        });
        let slot = self.peers.get_mut(peer_at).and_then(|peer| peer.slots.get_mut(slot_at));
        let Some(slot) = slot else { return };
        // A lowest layer goes on with the fewest frames: what waited was a keyframe.
        slot.share.step = Some(lower.map_or(Step { layer: feed.layer, temporal: 0 }, Step::whole));
        slot.share.is_new = false;
        self.share_out(peer_at, now_us);
        self.settle_slot(peer_at, slot_at, now_us);
    }

    /// Ends what a slot shows, now: what of it waits does not leave, and nothing of it is sent again. What was left of it
    /// would hold up the keyframe of what comes next.
    pub(super) fn cut(&mut self, peer_at: usize, slot_at: usize) -> Option<Feed> {
        let peer = self.peers.get_mut(peer_at)?;
        let slot = peer.slots.get_mut(slot_at)?;
        let feed = slot.cut()?;
        slot.pending.get_or_insert(feed);
        peer.pacer.forget_slot(slot_at);
        self.counters.pictures_shed += 1;
        self.watch_again(peer_at, slot_at, Some(feed.source));
        Some(feed)
    }
}
