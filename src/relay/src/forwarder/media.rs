//! A packet's way in: opened once, put to its layer, kept for who asks for it again, and added to the run that leaves.

use super::Forwarder;
use crate::facts::{Codec, Facts, PacketBase};
use crate::nack::Arrival;
use crate::peer::{Meaning, Stream, Told};
use crate::reports::Reception;
use crate::rewrite::Feed;
use crate::sink::Sink;
use crate::source::Layer;
use crate::srtp::{MAX_INBOUND_SSRCS, SrtpError};
use crate::wire::dependency_descriptor::targets::{self, MAX_KEPT_LEN};
use crate::wire::dependency_descriptor::{Described, frame_number};
use crate::wire::extension::AudioLevel;
use crate::wire::red::Red;
use crate::wire::rtp::RtpHeader;
use crate::wire::rtx::parse_original;
use crate::wire::sequence::distance;
use crate::wire_api::Event;

/// A packet that is open and whose layer is known.
#[derive(Clone, Copy)]
struct Received<'a> {
    source_at: usize,
    layer: u8,
    ssrc: u32,
    meaning: Meaning,
    base: PacketBase,
    /// Of sound with redundancy the primary.
    payload: &'a [u8],
    /// The dependency descriptor, where the codec has a use for it.
    descriptor: Option<&'a [u8]>,
    /// The primary with its redundancy, if it came with some.
    whole: Option<&'a [u8]>,
    /// From the redundancy of a later packet: only who had the feed already gets it, and it is no sign of life or level.
    is_recovered: bool,
}

/// What is known of a packet, by its descriptor if it has one, and by what came before it in its layer; and the descriptor
/// as it is kept, empty without.
#[inline]
fn look_into<'a>(
    layer: &mut Layer,
    codec: Codec,
    payload: &[u8],
    descriptor: Option<&[u8]>,
    room: &'a mut Option<[u8; MAX_KEPT_LEN]>,
    base: PacketBase,
) -> Option<(Facts, &'a [u8])> {
    let mut kept = &[][..];
    let mut facts = match descriptor {
        None => Facts::of(codec, payload, base)?,
        Some(descriptor) => {
            let described = Described::read(descriptor, &mut layer.structure);
            kept = targets::keep(room.insert([0; MAX_KEPT_LEN]), descriptor, described.as_ref().map(|it| &it.targets))?;
            Facts::described(codec, payload, base, frame_number(descriptor), described)?
        }
    };
    facts.widen_picture(&mut layer.picture);
    Some((facts, kept))
}

impl Forwarder {
    /// An SRTP packet from a known address.
    pub(super) fn on_rtp<S: Sink>(&mut self, at: usize, datagram: &mut [u8], sink: &mut S, now_us: u64) {
        let Some(peer) = self.peers.get_mut(at) else { return };
        let Some(inbound) = peer.inbound.as_mut() else {
            self.counters.dropped_no_keys += 1;
            return;
        };
        let opened = match inbound.open_rtp(datagram) {
            Ok(opened) => opened,
            Err(error) => return self.count_refused(error),
        };
        peer.heard_us = now_us;
        let bytes = datagram.len() as u64;
        peer.uplink_bytes += bytes;
        // Only what is authentic counts: who forges a sender's address does not use up its budget.
        let is_within = peer.media_packets.take(1, now_us) && peer.media_bytes.take(bytes, now_us);
        if !is_within && self.has_media_budget {
            self.counters.dropped_media_budget += 1;
            return;
        }
        let packet = datagram.get(..opened.len).unwrap_or_default();
        let Ok(header) = RtpHeader::parse(packet) else { return self.count_refused(SrtpError::Malformed) };
        let told = peer.read_extensions(header.extensions(packet));
        if let Some(sequence) = told.transport_sequence {
            peer.arrivals.on_packet(sequence, header.ssrc, now_us);
        }
        if let Some(receive_side) = peer.receive_side.as_mut() {
            receive_side.on_packet(told.send_time, bytes as u32, now_us);
        }
        let Some(meaning) = peer.meaning(header.payload_type) else {
            self.counters.dropped_unknown_payload += 1;
            return;
        };
        match (meaning.is_rtx, meaning.codec.is_audio()) {
            (true, _) => {
                self.counters.rtx_packets_in += 1;
                self.counters.rtx_bytes_in += bytes;
            }
            (false, true) => {
                self.counters.audio_packets_in += 1;
                self.counters.audio_bytes_in += bytes;
            }
            (false, false) => {
                self.counters.video_packets_in += 1;
                self.counters.video_bytes_in += bytes;
            }
        }
        let Some(stream_at) = self.find_stream(at, header.ssrc, meaning, &told) else {
            self.counters.dropped_unknown_ssrc += 1;
            return;
        };
        let Ok(payload_range) = header.payload_range(packet) else { return self.count_refused(SrtpError::Malformed) };
        let payload = packet.get(payload_range).unwrap_or_default();
        let Some(stream) = self.peers.get_mut(at).and_then(|peer| peer.streams.get_mut(stream_at)) else { return };
        stream.reception.on_packet(opened.index, header.timestamp, meaning.codec.clock_rate(), now_us);
        let base = PacketBase {
            index: opened.index,
            timestamp: header.timestamp,
            is_marked: header.is_marked,
            extensions: told.passed,
            arrival_us: now_us,
        };
        let (source_at, layer, ssrc) = (stream.source, stream.layer, header.ssrc);
        let descriptor = told.descriptor.filter(|_| meaning.codec.is_described());
        let (whole, is_recovered) = (None, false);
        let received = Received { source_at, layer, ssrc, meaning, base, payload, descriptor, whole, is_recovered };
        if meaning.is_red && !payload.is_empty() {
            self.on_redundant(at, &received, sink);
        } else {
            self.on_media(received, sink);
        }
    }

    /// Sound with redundancy (RFC 2198): what of it was lost goes first, then the packet itself.
    fn on_redundant<S: Sink>(&mut self, at: usize, received: &Received<'_>, sink: &mut S) {
        self.counters.red_packets_in += 1;
        let opus = self.peers.get(at).map_or(0, |peer| peer.payloads.opus);
        let Some(red) = Red::parse(received.payload).filter(|red| red.is_all(opus)) else {
            self.counters.dropped_malformed += 1;
            return;
        };
        let base = received.base;
        let layer = self.sources.get(received.source_at).and_then(|source| source.layer(received.layer));
        if let Some(layer) = layer.filter(|layer| layer.ssrc == received.ssrc) {
            for lost in layer.redundancy.recover(base.index, base.timestamp, &red).into_iter().flatten() {
                let base = PacketBase { index: lost.index, timestamp: lost.timestamp, is_marked: false, ..base };
                self.counters.red_recovered += 1;
                self.on_media(Received { base, payload: lost.payload, is_recovered: true, ..*received }, sink);
            }
        }
        let (payload, whole) = (red.primary(), Some(received.payload).filter(|_| !red.primary().is_empty()));
        self.on_media(Received { payload, whole, ..*received }, sink);
    }

    pub(super) fn count_refused(&mut self, error: SrtpError) {
        match error {
            SrtpError::NotAuthentic => self.counters.dropped_auth += 1,
            SrtpError::Replayed => self.counters.dropped_replay += 1,
            SrtpError::TooManySsrcs => self.counters.dropped_too_many_ssrcs += 1,
            _ => self.counters.dropped_malformed += 1,
        }
    }

    /// The stream of an SSRC; an SSRC that is new is put to its layer, in place of the one that was there.
    fn find_stream(&mut self, at: usize, ssrc: u32, meaning: Meaning, told: &Told<'_>) -> Option<usize> {
        let peer = self.peers.get_mut(at)?;
        if let Some(found) = peer.streams.iter().position(|stream| stream.ssrc == ssrc) {
            let stream = peer.streams.get(found)?;
            let fits = stream.is_rtx == meaning.is_rtx && stream.is_audio == meaning.codec.is_audio();
            return (fits && !stream.is_superseded).then_some(found);
        }
        if peer.streams.len() >= MAX_INBOUND_SSRCS {
            return None;
        }
        let (source_at, layer_at) = peer.identify(ssrc, meaning, told)?;
        let source = self.sources.get_mut(source_at).filter(|it| it.publisher.is_some_and(|it| it.peer == at))?;
        for stream in &mut peer.streams {
            stream.is_superseded |=
                stream.source == source_at && stream.layer == layer_at && stream.is_rtx == meaning.is_rtx;
        }
        let place = source.layers.get_mut(usize::from(layer_at))?;
        let is_first = place.is_none();
        if is_first || !meaning.is_rtx {
            let media_ssrc = if meaning.is_rtx { 0 } else { ssrc };
            match place {
                // Only retransmissions had come: their layer gets its primary stream.
                Some(layer) if layer.ssrc == 0 => layer.ssrc = media_ssrc,
                _ => {
                    *place = Some(Layer::new(self.next_epoch, media_ssrc));
                    self.next_epoch += 1;
                }
            }
        }
        peer.streams.push(Stream {
            ssrc,
            source: source_at,
            layer: layer_at,
            is_rtx: meaning.is_rtx,
            is_audio: meaning.codec.is_audio(),
            is_superseded: false,
            reception: Reception::default(),
        });
        Some(peer.streams.len() - 1)
    }

    /// An opened packet, perhaps a retransmission, of a known layer.
    fn on_media<S: Sink>(&mut self, received: Received<'_>, sink: &mut S) {
        let Received { source_at, layer: layer_at, ssrc, meaning, mut base, mut payload, .. } = received;
        let Received { descriptor, whole, is_recovered, .. } = received;
        let now_us = base.arrival_us;
        if self.run.feed().is_some_and(|(feed, _)| (feed.source, feed.layer) != (source_at, layer_at)) {
            self.fan_out_run(sink, now_us);
        }
        let Some(source) = self.sources.get_mut(source_at) else { return };
        let Some(publisher) = source.publisher else { return };
        let Some(layer) = source.layer_mut(layer_at) else { return };
        if meaning.is_rtx {
            let (Some((sequence, original)), Some(highest)) = (parse_original(payload), layer.missings.highest())
            else {
                self.counters.padding_in += 1;
                return;
            };
            let behind = i64::from(distance(highest as u16, sequence));
            let Some(index) = highest.checked_add_signed(behind) else { return };
            layer.missings.on_repair(index, now_us);
            (base.index, payload) = (index, original);
        } else if layer.ssrc != ssrc {
            return; // A stream that was superseded within this batch.
        }
        let mut room = None;
        let looked = look_into(layer, meaning.codec, payload, descriptor, &mut room, base);
        let Some((mut facts, descriptor)) = looked else {
            self.counters.dropped_malformed += 1;
            return;
        };
        facts.is_start &= !is_recovered;
        facts.is_redundant = whole.is_some();
        let starts = facts.is_start && !facts.is_padding;
        let ends_run = starts || !layer.is_live || !self.run.has_room();
        if ends_run || self.run.feed().is_some_and(|(feed, _)| feed.epoch != layer.epoch) {
            self.fan_out_run(sink, now_us);
        }
        let Some(source) = self.sources.get_mut(source_at) else { return };
        let is_open = source.closed_gates == 0;
        let Some(layer) = source.layer_mut(layer_at) else { return };
        let is_wanted = layer.is_wanted && is_open;
        let arrival = layer.missings.on_packet(facts.index, is_wanted && !meaning.codec.is_audio(), now_us);
        if !layer.missings.is_complete() {
            self.urgent_sources.insert(source_at);
        }
        match arrival {
            Arrival::Duplicate => {
                self.counters.packets_duplicate += 1;
                return;
            }
            Arrival::Late if meaning.is_rtx => self.counters.recovered_packets += 1,
            _ => {}
        }
        self.counters.padding_in += u64::from(facts.is_padding);
        layer.on_packet(&facts, payload.len(), meaning.is_rtx || is_recovered, now_us);
        if let Some(whole) = whole {
            layer.rates.on_redundancy(whole.len().saturating_sub(payload.len()));
        }
        if let Some(peer) = self.peers.get(publisher.peer).filter(|_| layer.clock.has_report()) {
            let rate = meaning.codec.clock_rate();
            facts.captured_us = layer.clock.capture_us(facts.timestamp, rate, &peer.clock, self.clock);
        }
        let (epoch, woke) = (layer.epoch, !facts.is_padding && !std::mem::replace(&mut layer.is_live, true));
        let feed = Feed { source: source_at, layer: layer_at, epoch };
        let mut has_new_codec = false;
        if starts {
            source.keyframes.on_keyframe(layer_at);
            has_new_codec = source.codec.replace(meaning.codec).is_some_and(|before| before != meaning.codec);
        }
        source.codec.get_or_insert(meaning.codec);
        source.complete(&mut facts);
        if !std::mem::replace(&mut source.is_started, true) {
            let source = source.id;
            self.tell(Event::SourceStarted { source });
        }
        self.starting = starts.then_some((source_at, layer_at));
        if woke || has_new_codec {
            self.settle_watchers(source_at, now_us);
            self.note_layers(source_at, now_us);
        }
        if !is_open {
            self.starting = None;
            self.counters.dropped_gate += 1;
            return;
        }
        if arrival == Arrival::Lost && is_wanted {
            self.want_keyframe(source_at, layer_at, now_us);
        }
        if meaning.codec.is_audio() {
            if !is_recovered {
                self.on_level(source_at, facts.extensions.audio_level, now_us);
            }
        } else {
            self.keep(source_at, layer_at, &facts, payload, descriptor);
        }
        self.run.push(feed, publisher.peer, &facts, whole.unwrap_or(payload), descriptor);
        if starts {
            self.fan_out_run(sink, now_us);
        }
        self.starting = None;
    }

    /// Puts a picture's packet into the history, if anybody may ask for it again.
    fn keep(&mut self, source_at: usize, layer_at: u8, facts: &Facts, payload: &[u8], descriptor: &[u8]) {
        let source = self.sources.get_mut(source_at).filter(|source| source.is_watched(layer_at));
        if let Some(layer) = source.and_then(|source| source.layer_mut(layer_at)) {
            layer.history.keep(facts, payload, descriptor);
        }
    }

    /// Ranks a speaker; one that is new gets its slots now, so that this very packet is heard.
    pub(super) fn on_level(&mut self, source_at: usize, raw: Option<u8>, now_us: u64) {
        let Some(source) = self.sources.get_mut(source_at) else { return };
        let Some(room_id) = source.room else { return };
        if source.publisher.is_none_or(|publisher| publisher.is_programme) {
            return;
        }
        let level = raw.and_then(|byte| AudioLevel::parse(&[byte]));
        if !source.level.on_packet(level, now_us) || source.classes == 0 {
            return;
        }
        let (sources, Some(room)) = (&self.sources, self.rooms.get_mut(&room_id)) else { return };
        let level_of = |at: usize| sources.get(at).map_or_else(Default::default, |source| source.level);
        if room.ranking.on_voiced(source_at, now_us, level_of) {
            self.assign_speakers(room_id, now_us);
        }
    }
}
