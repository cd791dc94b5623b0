//! What time brings: congestion feedback, reports, retries, consent, speakers.
//!
//! Everyone is visited every 50 ms, together, so that a calm worker wakes up 20 times a second. What cannot wait so long is
//! [`super::urgent`] and is visited every 5 ms: packets that wait in a pacer, a probe, a gap that may have to be asked for,
//! the sender report after a switch.

use std::time::Duration;

use super::Forwarder;
use crate::egress::{FEEDBACK_SSRC, send_rtcp};
use crate::ice::Liveness;
use crate::nack::MAX_MISSING;
use crate::quality::{Figures, is_calm_over, next_look_us};
use crate::reports::Loss;
use crate::sink::Sink;
use crate::source::Source;
use crate::speakers::Level;
use crate::srtp::{MAX_INBOUND_SSRCS, SendGuard};
use crate::wire::rtcp::{
    ReportBlock, SenderInfo, write_goodbye, write_nack, write_receiver_report, write_remb, write_sender_report,
    write_source_description,
};
use crate::wire_api::{Event, MAX_LAYERS, MediaKind};

/// How often [`Forwarder::handle_timeout`] is called at most.
pub const TICK_US: u64 = 5_000;
/// Between two visits to everyone.
const ROUND_US: u64 = 50_000;
/// A round that comes this early is the round all the same: what is due every 50 ms is not to wait for the next.
const ROUND_SLACK_US: u64 = TICK_US;
/// Between two reports on one stream.
const REPORT_INTERVAL_US: u64 = 1_000_000;
/// SSRCs that one goodbye names (RFC 3550 §6.6): the count has five bits.
const MAX_GOODBYES: usize = 31;
/// Longest RTCP datagram before sealing.
const MAX_RTCP_LEN: usize = 1_150;
/// Longest SR with SDES: 28 + 8 + 2 + 255 + padding.
const MAX_SENDER_REPORT_LEN: usize = 300;
/// Report blocks in one RR.
const MAX_BLOCKS: usize = 31;
/// Feedback packets to one publisher per tick.
const MAX_FEEDBACKS: usize = 4;

impl Forwarder {
    /// When [`Self::handle_timeout`] is to be called next. Earlier is no harm.
    pub fn next_timeout_us(&self) -> u64 {
        if self.urgent_peers.is_empty() && self.urgent_sources.is_empty() && self.ended_sounds.is_empty() {
            return self.round_due_us;
        }
        self.round_due_us.min(self.ticked_us + TICK_US)
    }

    /// Does what is due. To be called at [`Self::next_timeout_us`].
    pub fn handle_timeout<S: Sink>(&mut self, sink: &mut S, now_us: u64) {
        self.ticked_us = now_us;
        let is_round = now_us >= self.round_due_us;
        let mut visited = std::mem::take(&mut self.visited);
        self.urgent_peers.take(&mut visited);
        if is_round {
            self.round_due_us = now_us + ROUND_US;
            visited.clear();
            visited.extend(0..self.peers.end());
        }
        for at in visited.iter().copied() {
            self.handling = Some(at);
            self.on_peer_time(at, is_round, sink, now_us);
            if self.peers.get(at).is_some_and(|peer| peer.pacer.needs_ticks()) {
                self.urgent_peers.insert(at);
            }
        }
        self.urgent_sources.take(&mut visited);
        if is_round {
            visited.clear();
            visited.extend(0..self.sources.end());
        }
        for at in visited.iter().copied() {
            self.handling = self.sources.get(at).and_then(|source| source.publisher).map(|publisher| publisher.peer);
            self.on_source_time(at, is_round, sink, now_us);
            if self.sources.get(at).is_some_and(Source::waits_for_packets) {
                self.urgent_sources.insert(at);
            }
        }
        self.visited = visited;
        self.handling = None;
        if is_round {
            self.on_rooms_time(now_us);
            self.note_due_layers(now_us);
        }
        self.send_keyframe_requests(sink);
        self.say_silence(sink, now_us);
    }

    fn on_peer_time<S: Sink>(&mut self, at: usize, is_round: bool, sink: &mut S, now_us: u64) {
        let Some(peer) = self.peers.get_mut(at) else { return };
        let id = peer.id;
        if is_round {
            match peer.ice.on_time(now_us) {
                Liveness::Unchanged => {}
                Liveness::ConsentLost => {
                    peer.refresh_sending();
                    self.counters.consent_lost += 1;
                    self.tell(Event::ConsentLost { peer: id });
                    return;
                }
                Liveness::Expired => {
                    self.counters.peers_expired += 1;
                    self.remove_peer_at(at, sink, now_us);
                    self.tell(Event::PeerExpired { peer: id });
                    return;
                }
            }
        }
        if peer.is_sending {
            if is_round && peer.arrivals.is_due(now_us + ROUND_SLACK_US) {
                let mut plain = [0; MAX_RTCP_LEN];
                for _ in 0..MAX_FEEDBACKS {
                    let Some(len) = peer.arrivals.write(FEEDBACK_SSRC, &mut plain, now_us) else { break };
                    send_rtcp(peer, at, plain.get(..len).unwrap_or_default(), sink, &mut self.counters);
                    self.counters.twcc_out += 1;
                }
            }
            if is_round {
                self.tell_bandwidth(at, sink, now_us);
            }
            let Some(peer) = self.peers.get_mut(at) else { return };
            if is_round && now_us >= peer.report_due_us {
                self.report_reception(at, sink, now_us);
            }
            self.report_sending(at, sink, now_us);
        }
        self.on_pacer_time(at, sink, now_us);
        if is_round {
            self.on_way_time(at, now_us);
            self.tell_quality(at, now_us);
        }
    }

    /// What the way of a publisher carries, where it takes that instead of transport-wide feedback.
    fn tell_bandwidth<S: Sink>(&mut self, at: usize, sink: &mut S, now_us: u64) {
        let Some(peer) = self.peers.get_mut(at) else { return };
        let Some(bps) = peer.receive_side.as_mut().and_then(|it| it.due_bps(now_us)) else { return };
        let mut ssrcs = [0; MAX_INBOUND_SSRCS];
        let pictures = peer.streams.iter().filter(|it| !it.is_audio && !it.is_rtx && !it.is_superseded);
        let count = ssrcs.iter_mut().zip(pictures).map(|(place, stream)| *place = stream.ssrc).count();
        let mut plain = [0; MAX_RTCP_LEN];
        if let Some(len) = write_remb(&mut plain, FEEDBACK_SSRC, bps, ssrcs.get(..count).unwrap_or_default()) {
            send_rtcp(peer, at, plain.get(..len).unwrap_or_default(), sink, &mut self.counters);
            self.counters.remb_out += 1;
        }
    }

    /// Receiver reports on everything that the peer sends.
    fn report_reception<S: Sink>(&mut self, at: usize, sink: &mut S, now_us: u64) {
        let Some(peer) = self.peers.get_mut(at) else { return };
        peer.report_due_us = now_us + REPORT_INTERVAL_US;
        let empty = ReportBlock {
            ssrc: 0,
            fraction_lost: 0,
            cumulative_lost: 0,
            highest_sequence: 0,
            jitter: 0,
            last_sender_report: 0,
            delay_since_last: 0,
        };
        let mut blocks = [empty; MAX_BLOCKS];
        let (mut count, mut all) = (0, (0_u32, 0_u32));
        for stream in peer.streams.iter_mut().filter(|stream| !stream.is_superseded) {
            let Some(entry) = blocks.get_mut(count) else { break };
            let Some((block, loss)) = stream.reception.report(stream.ssrc, now_us) else { continue };
            if !stream.is_rtx {
                peer.uplink.expected = peer.uplink.expected.saturating_add(loss.expected);
                peer.uplink.lost = peer.uplink.lost.saturating_add(loss.lost);
                all = (all.0.saturating_add(loss.expected), all.1.saturating_add(loss.lost));
            }
            *entry = block;
            count += 1;
        }
        if let Some(receive_side) = peer.receive_side.as_mut() {
            receive_side.on_loss(all.0, all.1);
        }
        if count == 0 {
            return;
        }
        let mut plain = [0; MAX_RTCP_LEN];
        let blocks = blocks.get(..count).unwrap_or_default();
        if let Some(len) = write_receiver_report(&mut plain, FEEDBACK_SSRC, blocks) {
            send_rtcp(peer, at, plain.get(..len).unwrap_or_default(), sink, &mut self.counters);
            self.counters.rr_out += 1;
        }
    }

    /// Sender reports of the slots that are due: about once a second, and right after a switch.
    fn report_sending<S: Sink>(&mut self, at: usize, sink: &mut S, now_us: u64) {
        let mut plain = [0; MAX_RTCP_LEN];
        let mut len = 0;
        let Some(peer) = self.peers.get_mut(at).filter(|peer| now_us >= peer.slots_due_us) else { return };
        let slots = peer.slots.len();
        let active = peer.slots.iter().filter(|slot| slot.current.is_some() && slot.packet_count > 0);
        let later = active.filter(|slot| slot.report_due_us > now_us).map(|slot| slot.report_due_us);
        peer.slots_due_us = later.min().unwrap_or(u64::MAX).min(now_us + REPORT_INTERVAL_US);
        for slot_at in 0..slots {
            let Some((ssrc, info)) = self.due_report(at, slot_at, now_us) else { continue };
            let Some(peer) = self.peers.get_mut(at) else { return };
            if len + MAX_SENDER_REPORT_LEN > plain.len() {
                send_rtcp(peer, at, plain.get(..len).unwrap_or_default(), sink, &mut self.counters);
                len = 0;
            }
            if let Some(slot) = peer.slots.get_mut(slot_at) {
                slot.report_due_us = now_us + REPORT_INTERVAL_US;
            }
            let room = plain.get_mut(len..).unwrap_or_default();
            len += write_sender_report(room, ssrc, &info, &[]).unwrap_or(0);
            let room = plain.get_mut(len..).unwrap_or_default();
            len += write_source_description(room, ssrc, &peer.cname).unwrap_or(0);
            self.counters.sr_out += 1;
        }
        if let Some(peer) = self.peers.get_mut(at).filter(|_| len > 0) {
            send_rtcp(peer, at, plain.get(..len).unwrap_or_default(), sink, &mut self.counters);
        }
    }

    /// Tells one who is removed that the streams of its slots end: a compound of an empty report, the name, and goodbyes
    /// (RFC 3550 §6.1, §6.6). A slot says none while the connection lasts: its SSRC stays when its source goes. Who has no
    /// consent is told nothing.
    pub(super) fn say_goodbye<S: Sink>(&mut self, at: usize, sink: &mut S) {
        let Some(peer) = self.peers.get_mut(at) else { return };
        let used = |guard: &SendGuard| guard.highest().map(|_| guard.ssrc());
        let mut ended =
            peer.slots.iter().flat_map(|slot| [used(&slot.guard), used(&slot.rtx_guard)]).flatten().peekable();
        if ended.peek().is_none() {
            return;
        }
        let mut plain = [0; MAX_RTCP_LEN];
        let mut len = write_receiver_report(&mut plain, FEEDBACK_SSRC, &[]).unwrap_or(0);
        let room = plain.get_mut(len..).unwrap_or_default();
        len += write_source_description(room, FEEDBACK_SSRC, &peer.cname).unwrap_or(0);
        while ended.peek().is_some() {
            let mut ssrcs = [0; MAX_GOODBYES];
            let mut count = 0;
            for (place, ssrc) in ssrcs.iter_mut().zip(&mut ended) {
                *place = ssrc;
                count += 1;
            }
            let room = plain.get_mut(len..).unwrap_or_default();
            let Some(written) = write_goodbye(room, ssrcs.get(..count).unwrap_or_default()) else { break };
            len += written;
        }
        send_rtcp(peer, at, plain.get(..len).unwrap_or_default(), sink, &mut self.counters);
    }

    /// What a slot reports now, if a report is due: the server's time, and the outgoing timestamp that belongs to it by
    /// the publisher's reports.
    fn due_report(&self, at: usize, slot_at: usize, now_us: u64) -> Option<(u32, SenderInfo)> {
        let slot = self.peers.get(at)?.slots.get(slot_at)?;
        if now_us < slot.report_due_us || slot.packet_count == 0 {
            return None;
        }
        let feed = slot.current?;
        let source = self.sources.get(feed.source)?;
        let publisher = match &source.mirror {
            Some(mirror) => &mirror.clock,
            None => &self.peers.get(source.publisher?.peer)?.clock,
        };
        let clock = source.layer(feed.layer).filter(|layer| layer.epoch == feed.epoch)?.clock;
        let incoming = clock.timestamp_at(now_us, slot.codec?.clock_rate(), publisher, self.clock)?;
        let info = SenderInfo {
            ntp: self.clock.ntp(now_us),
            rtp_timestamp: incoming.wrapping_add(slot.rewriter.timestamp_offset(feed)?),
            packet_count: slot.packet_count,
            octet_count: slot.octet_count,
        };
        Some((slot.ssrc, info))
    }

    fn on_way_time(&mut self, at: usize, now_us: u64) {
        let Some(peer) = self.peers.get_mut(at).filter(|peer| !peer.slots.is_empty()) else { return };
        peer.way.on_time(now_us);
        peer.pacer.set_estimate(peer.way.estimate_bps(now_us), !peer.way.is_starting());
        if peer.way.needs_share(now_us) {
            self.share_out(at, now_us);
        }
    }

    fn tell_quality(&mut self, at: usize, now_us: u64) {
        let Some(peer) = self.peers.get_mut(at) else { return };
        if now_us < peer.quality_due_us || peer.outbound.is_none() {
            return;
        }
        peer.quality_due_us = next_look_us(at, now_us);
        let looked_us = now_us.saturating_sub(std::mem::replace(&mut peer.looked_us, now_us)).max(1);
        let since_us = now_us.saturating_sub(peer.quality_us).max(1);
        let figures = Figures {
            uplink_loss: peer.uplink.share(),
            downlink_loss: peer.downlink.share(),
            rtt_ms: peer.round_trip_us.map_or(-1.0, |us| Duration::from_micros(us).as_secs_f32() * 1_000.0),
            silent_ms: u32::try_from(peer.silent_us(now_us) / 1_000).unwrap_or(u32::MAX),
            estimate_bps: peer.way.estimate_bps(now_us).unwrap_or(0),
            uplink_bps: peer.uplink_bytes.saturating_mul(8).saturating_mul(1_000_000) / since_us,
            is_heard: peer.heard_us > peer.born_us,
        };
        if is_calm_over(at, peer.quality_us, now_us) || peer.quality.is_none_or(|told| figures.is_news(&told)) {
            peer.quality_us = now_us;
            peer.quality = Some(figures);
            peer.uplink_bytes = 0;
            (peer.uplink, peer.downlink) = (Loss::default(), Loss::default());
            let (freezes, frozen_us) = peer.slots.iter().fold((0, 0), |(count, us): (u32, u64), slot| {
                (count.saturating_add(slot.tally.freezes), us.saturating_add(slot.tally.frozen_us))
            });
            let id = peer.id;
            let event = Event::PeerQuality {
                peer: id,
                period_ms: u32::try_from(since_us / 1_000).unwrap_or(u32::MAX),
                uplink_loss: figures.uplink_loss,
                downlink_loss: figures.downlink_loss,
                rtt_ms: figures.rtt_ms,
                silent_ms: figures.silent_ms,
                estimate_bps: figures.estimate_bps,
                uplink_bps: figures.uplink_bps,
                jitter_ms: self.worst_jitter_ms(at),
                freezes,
                frozen_ms: frozen_us / 1_000,
                is_heard: figures.is_heard,
            };
            self.tell(event);
        }
        self.tally_slots(at, looked_us);
    }

    fn on_source_time<S: Sink>(&mut self, at: usize, is_round: bool, sink: &mut S, now_us: u64) {
        let Some(source) = self.sources.get_mut(at) else { return };
        let Some(publisher) = source.publisher.filter(|publisher| publisher.kind == MediaKind::Video) else { return };
        if is_round {
            if source.mirror.is_none() && source.bury_layers(now_us) {
                self.settle_watchers(at, now_us);
                self.note_layers(at, now_us);
            }
            self.tell_wanted_layers(at, now_us);
            self.ask_again(at, now_us);
        }
        let Some(source) = self.sources.get_mut(at) else { return };
        if let Some(layer) = source.keyframes.due(now_us) {
            self.keyframe_requests.push((at, layer));
        }
        if source.closed_gates != 0 {
            return;
        }
        let Some(peer) = self.peers.get_mut(publisher.peer) else { return };
        let round_trip_us = peer.round_trip_us;
        let mut gave_up = None;
        for (place, layer) in source.layers.iter_mut().enumerate() {
            let Some(layer) = layer.as_mut().filter(|layer| !layer.missings.is_complete()) else { continue };
            if !layer.is_wanted {
                layer.missings.give_up(); // Nobody looks any more; who does next begins with a keyframe.
                continue;
            }
            let mut due = [0; MAX_MISSING];
            let mut has_given_up = false;
            let count = layer.missings.due(now_us, round_trip_us, &mut due, &mut has_given_up);
            let mut plain = [0; MAX_RTCP_LEN];
            let due = due.get(..count).unwrap_or_default();
            if let Some(len) = write_nack(&mut plain, FEEDBACK_SSRC, layer.ssrc, due) {
                send_rtcp(peer, publisher.peer, plain.get(..len).unwrap_or_default(), sink, &mut self.counters);
                self.counters.nack_packets_out += 1;
                self.counters.nacks_out += count as u64;
                layer.nacks = layer.nacks.saturating_add(count as u32);
            }
            if has_given_up {
                gave_up = Some(place as u8);
            }
        }
        if let Some(layer) = gave_up {
            self.want_keyframe(at, layer, now_us);
        }
    }

    /// Slots still wait for a keyframe that was asked for: it is asked for again, once per window.
    fn ask_again(&mut self, at: usize, now_us: u64) {
        for layer in 0..MAX_LAYERS as u8 {
            let Some(source) = self.sources.get_mut(at) else { return };
            if !source.keyframes.is_idle(now_us) || !source.layer(layer).is_some_and(|layer| layer.is_live) {
                continue;
            }
            let is_sending = |at: usize| self.peers.get(at).is_some_and(|peer| peer.is_sending && !peer.is_clogged);
            if source.watchers.iter().any(|watcher| watcher.pending == layer && is_sending(watcher.peer)) {
                self.want_keyframe(at, layer, now_us);
            }
        }
    }

    fn on_rooms_time(&mut self, now_us: u64) {
        let sources = &self.sources;
        let level_of = |at: usize| sources.get(at).map_or_else(Level::default, |source| source.level);
        let describe = |at: usize| sources.get(at).map_or((0, Level::default()), |it| (it.id, it.level));
        let mut told = Vec::new();
        let mut changed = Vec::new();
        for (id, room) in &mut self.rooms {
            if room.ranking.on_time(now_us, level_of) {
                changed.push(*id);
            }
            if self.exchange.as_ref().is_some_and(|exchange| !exchange.speaks_for(*id)) {
                continue;
            }
            if let Some(speakers) = room.ranking.tell(now_us, describe) {
                told.push(Event::Speakers { room: *id, speakers });
            }
        }
        for room in changed {
            self.assign_speakers(room, now_us);
        }
        for event in told {
            self.tell(event);
        }
    }
}
