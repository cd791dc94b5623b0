//! Statistics on request: reads what is there, changes nothing.

use std::time::Duration;

use super::Forwarder;
use crate::peer::Peer;
use crate::slot::Slot;
use crate::source::Source;
use crate::statistics::{LayerStatistics, PeerStatistics, SlotStatistics, SourceStatistics};
use crate::wire_api::{Event, SlotKind};

impl Forwarder {
    /// Tells the statistics of a room; of one that is not there: nothing but empty lists.
    pub(super) fn take_snapshot(&mut self, id: u64, room: u64, now_us: u64) -> bool {
        let members = self.rooms.get(&room).map(|room| room.peers.as_slice()).unwrap_or_default();
        let present = || members.iter().filter_map(|at| self.peers.get(*at));
        let peers = present().map(|peer| self.peer_statistics(peer, now_us)).collect();
        let lines = present().flat_map(|peer| peer.lines.iter().map(move |line| (peer, line.source)));
        let sources = lines.filter_map(|(peer, at)| Some(source_statistics(peer, self.sources.get(at)?))).collect();
        let is_known = self.rooms.contains_key(&room);
        self.tell(Event::Snapshot { id, peers, sources });
        is_known
    }

    fn peer_statistics(&self, peer: &Peer, now_us: u64) -> PeerStatistics {
        let is_used = |slot: &&Slot| slot.current.is_some() || slot.pending.is_some() || slot.share.is_paused;
        PeerStatistics {
            peer: peer.id,
            rtt_ms: peer.round_trip_us.map_or(-1.0, |us| Duration::from_micros(us).as_secs_f32() * 1_000.0),
            estimate_bps: peer.way.estimate_bps(now_us).unwrap_or(0),
            slots: peer.slots.iter().filter(is_used).map(|slot| self.slot_statistics(slot)).collect(),
        }
    }

    fn slot_statistics(&self, slot: &Slot) -> SlotStatistics {
        let shown = slot.current.or(slot.pending).and_then(|feed| self.sources.get(feed.source));
        SlotStatistics {
            kind: slot.kind,
            index: slot.index,
            source: shown.map_or(slot.wish(), |source| source.id),
            layer: slot.current.map_or(-1, |feed| i8::try_from(feed.layer).unwrap_or(i8::MAX)),
            temporal_level: slot.rewriter.max_temporal(),
            is_paused: slot.share.is_paused,
            bps: slot.tally.bps,
            packets: slot.packet_count,
            loss: slot.tally.loss,
            nacks: slot.tally.nacks,
            keyframe_requests: slot.tally.keyframe_requests,
            resent: slot.tally.resent,
            freezes: slot.tally.freezes,
            frozen_ms: slot.tally.frozen_us / 1_000,
        }
    }

    /// Rates and freezes of a peer's slots; once a second.
    pub(super) fn tally_slots(&mut self, at: usize, since_us: u64) {
        let Some(peer) = self.peers.get_mut(at) else { return };
        let is_sending = peer.is_sending;
        for slot in &mut peer.slots {
            let feed = slot.current.or(slot.pending);
            let layer = feed.and_then(|feed| self.sources.get(feed.source)?.layer(feed.layer));
            let is_picture = slot.kind == SlotKind::Video;
            let is_expected = is_sending && is_picture && layer.is_some_and(|layer| layer.is_live);
            let (freezes, frozen_us) = (slot.tally.freezes, slot.tally.frozen_us);
            slot.tally.on_second(slot.packet_count, slot.octet_count, is_expected, since_us);
            self.counters.pictures_frozen += u64::from(slot.tally.freezes.wrapping_sub(freezes));
            self.counters.pictures_frozen_us += slot.tally.frozen_us.wrapping_sub(frozen_us);
        }
    }

    /// Of the live streams that come from a peer, the one that arrives least evenly; -1: none comes.
    pub(super) fn worst_jitter_ms(&self, at: usize) -> f32 {
        let Some(peer) = self.peers.get(at) else { return -1.0 };
        let sources = peer.lines.iter().filter_map(|line| self.sources.get(line.source));
        let live = sources.flat_map(|source| {
            let layers = source.layers.iter().flatten().filter(|layer| layer.is_live);
            layers.filter_map(|layer| Some(reception(peer, source, layer.ssrc)?.1))
        });
        live.fold(-1.0, f32::max)
    }
}

/// Of one stream: the share that was lost in the last report, and the jitter in milliseconds.
fn reception(peer: &Peer, source: &Source, ssrc: u32) -> Option<(f32, f32)> {
    let stream = peer.streams.iter().find(|stream| stream.ssrc == ssrc && !stream.is_superseded)?;
    let clock_rate = source.codec.map_or(90_000, crate::facts::Codec::clock_rate);
    Some((stream.reception.last_loss().share(), stream.reception.jitter_ms(clock_rate)))
}

fn source_statistics(peer: &Peer, source: &Source) -> SourceStatistics {
    let layers = source.layers.iter().zip(0_u8..).filter_map(|(layer, place)| {
        let layer = layer.as_ref()?;
        let (loss, jitter_ms) = reception(peer, source, layer.ssrc).unwrap_or_default();
        Some(LayerStatistics {
            layer: place,
            is_live: layer.is_live,
            is_wanted: layer.is_wanted,
            bps: layer.rate_bps(u8::MAX),
            fps: layer.frames_per_s(u8::MAX),
            loss,
            jitter_ms,
            nacks: layer.nacks,
            keyframe_requests: layer.plis,
        })
    });
    SourceStatistics { source: source.id, peer: peer.id, layers: layers.collect() }
}
