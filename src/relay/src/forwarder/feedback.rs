//! RTCP that peers send: reports on what they send and get, and requests for packets and pictures.

use super::Forwarder;
use crate::egress::{Outgoing, send_media};
use crate::facts::Codec;
use crate::pacer::Waiting;
use crate::sink::Sink;
use crate::wire::rtcp::{Nack, ReportBlock, Rtcp, RtcpPackets, SenderReport, round_trip_us};

/// A packet is not resent to one subscriber again before this, or three quarters of a round trip if that is longer (up to
/// the maximum): who asks again after a round trip is answered, who asks oftener is not.
const RESEND_APART_US: u64 = 20_000;
const MAX_RESEND_APART_US: u64 = 400_000;
/// More packets than this between two reports of one stream is not a difference, but a restart or a lie.
const MAX_REPORTED: u32 = 100_000;

impl Forwarder {
    /// An SRTCP packet from a known address.
    pub(super) fn on_rtcp<S: Sink>(&mut self, at: usize, datagram: &mut [u8], sink: &mut S, now_us: u64) {
        let Some(peer) = self.peers.get_mut(at) else { return };
        let Some(inbound) = peer.inbound.as_mut() else {
            self.counters.dropped_no_keys += 1;
            return;
        };
        let bytes = datagram.len() as u64;
        let len = match inbound.open_rtcp(datagram) {
            Ok(len) => len,
            Err(error) => return self.count_refused(error),
        };
        peer.heard_us = now_us;
        self.counters.rtcp_packets_in += 1;
        self.counters.rtcp_bytes_in += bytes;
        for packet in RtcpPackets::new(datagram.get(..len).unwrap_or_default()) {
            let Ok(packet) = packet else {
                self.counters.dropped_malformed += 1;
                return;
            };
            if !self.peers.get_mut(at).is_some_and(|peer| peer.rtcp_budget.take(1, now_us)) {
                self.counters.dropped_rtcp_budget += 1;
                return;
            }
            match packet {
                Rtcp::SenderReport(report) => {
                    self.on_sender_report(at, &report, now_us);
                    report.blocks().for_each(|block| self.on_block(at, &block, now_us));
                }
                Rtcp::ReceiverReport(report) => {
                    self.counters.rr_in += 1;
                    report.blocks().for_each(|block| self.on_block(at, &block, now_us));
                }
                Rtcp::Nack(nack) => self.on_nack(at, &nack, sink, now_us),
                Rtcp::PictureLoss(loss) => self.on_picture_loss(at, loss.media_ssrc, now_us),
                Rtcp::FullIntraRequest(request) => {
                    request.entries().for_each(|entry| self.on_picture_loss(at, entry.ssrc, now_us));
                }
                Rtcp::Remb(remb) => {
                    self.counters.remb_in += 1;
                    if let Some(peer) = self.peers.get_mut(at) {
                        peer.way.on_remb(remb.bitrate_bps, now_us);
                    }
                }
                Rtcp::TransportFeedback(feedback) => {
                    self.counters.twcc_in += 1;
                    if let Some(peer) = self.peers.get_mut(at) {
                        peer.way.on_feedback(&feedback, now_us);
                        if peer.way.wishes() {
                            self.urgent_peers.insert(at); // The next probe may be due.
                        }
                    }
                }
                Rtcp::SourceDescription(_) | Rtcp::Goodbye(_) | Rtcp::Unknown { .. } => {}
            }
        }
    }

    /// A publisher ties its RTP clock to its wall clock.
    fn on_sender_report(&mut self, at: usize, report: &SenderReport<'_>, now_us: u64) {
        self.counters.sr_in += 1;
        let Some(peer) = self.peers.get_mut(at) else { return };
        let Some(stream) = peer.streams.iter_mut().find(|it| it.ssrc == report.ssrc && !it.is_superseded) else {
            return;
        };
        stream.reception.on_sender_report(report.info.ntp, now_us);
        if stream.is_rtx {
            return;
        }
        let clock_rate = if stream.is_audio { Codec::Opus.clock_rate() } else { Codec::Vp8.clock_rate() };
        let source = self.sources.get_mut(stream.source);
        let layer = source.and_then(|source| {
            source.note_due_us = 0;
            source.layer_mut(stream.layer)
        });
        if let Some(layer) = layer.filter(|layer| layer.ssrc == report.ssrc) {
            layer.clock.on_sender_report(&report.info, clock_rate, &mut peer.clock, self.clock, now_us);
        }
    }

    /// A subscriber says how one of our streams arrived.
    fn on_block(&mut self, at: usize, block: &ReportBlock, now_us: u64) {
        let Some(peer) = self.peers.get_mut(at) else { return };
        let Some(slot) = peer.slots.iter_mut().find(|slot| slot.ssrc == block.ssrc) else { return };
        let now = self.clock.ntp(now_us);
        if let Some(round_trip) = round_trip_us(now, block.last_sender_report, block.delay_since_last) {
            peer.round_trip_us = Some(peer.round_trip_us.map_or(round_trip, |known| (known * 7 + round_trip) / 8));
            peer.way.on_round_trip(round_trip);
        }
        let Some(before) = slot.reported_highest.replace(block.highest_sequence) else { return };
        let expected = block.highest_sequence.wrapping_sub(before);
        if expected > MAX_REPORTED {
            return;
        }
        let lost = (u64::from(expected) * u64::from(block.fraction_lost) / 256) as u32;
        slot.tally.loss = f32::from(block.fraction_lost) / 256.0;
        peer.downlink.expected = peer.downlink.expected.saturating_add(expected);
        peer.downlink.lost = peer.downlink.lost.saturating_add(lost);
        let is_picture = slot.codec.is_some_and(|codec| !codec.is_audio());
        peer.way.on_report(expected, lost, is_picture, now_us);
    }

    /// A subscriber's decoder needs a keyframe.
    fn on_picture_loss(&mut self, at: usize, ssrc: u32, now_us: u64) {
        self.counters.pli_in += 1;
        let peer = self.peers.get_mut(at);
        let Some(slot) = peer.and_then(|peer| peer.slots.iter_mut().find(|slot| slot.ssrc == ssrc)) else { return };
        slot.tally.keyframe_requests = slot.tally.keyframe_requests.saturating_add(1);
        if let Some(feed) = slot.current {
            if self.is_video(feed.source) {
                self.want_keyframe(feed.source, feed.layer, now_us);
            }
        }
    }

    /// A subscriber asks for lost packets: answered from the layer's history, as retransmissions.
    fn on_nack<S: Sink>(&mut self, at: usize, nack: &Nack<'_>, sink: &mut S, now_us: u64) {
        self.counters.nack_packets_in += 1;
        let Some(peer) = self.peers.get_mut(at) else { return };
        let found = peer.slots.iter().position(|slot| slot.ssrc == nack.media_ssrc && slot.has_nack);
        let Some(slot_at) = found else { return };
        let round_trip_us = peer.round_trip_us.unwrap_or(0);
        let apart_us = (round_trip_us.min(MAX_RESEND_APART_US) * 3 / 4).max(RESEND_APART_US);
        let (room, hears, is_sending) = (peer.room, peer.hears, peer.is_sending);
        if !is_sending {
            return;
        }
        if peer.slots.get(slot_at).is_some_and(|slot| slot.rtx_ssrc == 0) {
            return self.on_picture_loss(at, nack.media_ssrc, now_us);
        }
        peer.pacer.pay(now_us);
        for sequence in nack.sequences() {
            self.counters.nacks_in += 1;
            if !peer.nack_budget.take(1, now_us) {
                self.counters.nacks_over_budget += 1;
                return;
            }
            let Some(slot) = peer.slots.get_mut(slot_at) else { return };
            slot.tally.nacks = slot.tally.nacks.saturating_add(1);
            let Some((feed, index)) = slot.rewriter.find(sequence) else {
                self.counters.nacks_unanswered += 1;
                continue;
            };
            let source = self.sources.get(feed.source).filter(|source| source.is_permitted(room, hears));
            let layer = source.and_then(|source| source.layer(feed.layer)).filter(|layer| layer.epoch == feed.epoch);
            let (Some(source), Some((facts, payload, descriptor))) =
                (source, layer.and_then(|layer| layer.history.get(index)))
            else {
                self.counters.nacks_unanswered += 1;
                continue;
            };
            let Some(numbers) = slot.rewriter.numbers_again(feed, facts) else { continue };
            // One that came late, and waits itself, would come twice.
            if slot.awaits(numbers.index) || !slot.claim_resend(sequence, now_us, apart_us) {
                self.counters.nacks_repeated += 1;
                continue;
            }
            if !peer.rtx_budget.take(payload.len() as u64, now_us) {
                self.counters.nacks_over_budget += 1;
                return;
            }
            if !peer.pacer.has_room() || peer.pacer.has_resends() {
                // Of what the slot no longer shows: the keyframe that followed it is worth more.
                if slot.current != Some(feed) {
                    self.counters.resends_shed += 1;
                    continue;
                }
                let (bytes, is_first, is_again) = (payload.len() as u32, false, true);
                let waiting = Waiting { slot: slot_at, feed, index, numbers, bytes, is_first, is_again };
                self.counters.resends_shed += u64::from(!peer.pacer.push_again(waiting));
                self.urgent_peers.insert(at);
                continue;
            }
            let (source, is_first, is_again) = (source.id, false, true);
            let outgoing = Outgoing { source, facts, payload, padding: 0, descriptor, numbers, is_first, is_again };
            send_media(peer, at, slot_at, &outgoing, sink, &mut self.counters, now_us);
        }
    }
}
