//! Writing what goes out: the header is rebuilt with the subscriber's numbers and ids, the payload sealed from where it
//! lies straight into the send buffer.

use crate::congestion::ProbeId;
use crate::counters::Counters;
use crate::facts::{Codec, Facts};
use crate::peer::Peer;
use crate::rewrite::Numbers;
use crate::sink::Sink;
use crate::slot::Slot;
use crate::wire::dependency_descriptor::targets;
use crate::wire::extension::{Extension, PlayoutDelay, encode_abs_send_time, encode_transport_sequence};
use crate::wire::red::{self, Red};
use crate::wire::rtp::HeaderWriter;
use crate::wire::rtx::ORIGINAL_SEQUENCE_LEN;
use crate::wire::vp8::MAX_DESCRIPTOR_LEN;

/// RTCP's sender SSRC of everything that does not belong to a slot. Any value will do; browsers look at the media SSRC.
pub const FEEDBACK_SSRC: u32 = 1;
/// Fixed header, one CSRC, six extensions of which mid is the longest, and the dependency descriptor.
const MAX_HEADER_LEN: usize = 12 + 4 + 4 + 64 + 2 + targets::MAX_WRITTEN_LEN;
/// What lies before the rest of a payload: of a retransmission or a picture, or of redundant sound.
const MAX_HEAD_LEN: usize = {
    let of_pictures = ORIGINAL_SEQUENCE_LEN + MAX_DESCRIPTOR_LEN;
    if of_pictures > red::MAX_HEADERS_LEN { of_pictures } else { red::MAX_HEADERS_LEN }
};
/// More than [`crate::srtp::Profile::rtp_overhead`] of any profile.
const MAX_OVERHEAD: usize = 32;

/// One media packet to one slot.
#[derive(Clone, Copy)]
pub struct Outgoing<'a> {
    /// The source's id.
    pub source: u32,
    /// Of the packet.
    pub facts: &'a Facts,
    /// As received, without the padding it came with.
    pub payload: &'a [u8],
    /// So many bytes at its end are ours, and nothing but padding.
    pub padding: u8,
    /// Dependency descriptor as it is kept ([`targets::keep`]); empty without.
    pub descriptor: &'a [u8],
    /// Of the slot.
    pub numbers: Numbers,
    /// The first packet after a switch.
    pub is_first: bool,
    /// Send it again, as a retransmission.
    pub is_again: bool,
}

/// Seals one packet into the sink. Answers the bytes sent, `None` when it could not be (counted).
#[inline]
pub fn send_media<S: Sink>(
    peer: &mut Peer,
    peer_at: usize,
    slot_at: usize,
    outgoing: &Outgoing<'_>,
    sink: &mut S,
    counters: &mut Counters,
    now_us: u64,
) -> Option<usize> {
    let Outgoing { facts, numbers, mut payload, .. } = *outgoing;
    let (media_type, rtx_type) = peer.payload_types(facts.codec);
    let outbound = peer.outbound.as_ref()?;
    let slot = peer.slots.get_mut(slot_at)?;
    let (mut payload_type, ssrc, index) = if outgoing.is_again {
        (rtx_type, slot.rtx_ssrc, slot.rtx_index)
    } else {
        (media_type, slot.ssrc, numbers.index)
    };
    if payload_type == 0 {
        return None;
    }
    let opus_type = payload_type;
    let mut red = None;
    if facts.is_redundant {
        let whole = Red::parse(payload)?;
        payload = whole.primary();
        if peer.payloads.red != 0 && slot.takes_redundancy(facts.timestamp, whole.reach()) {
            payload_type = peer.payloads.red;
            red = Some(whole);
        }
    }

    let abs_send_time = encode_abs_send_time(now_us);
    let transport_sequence = encode_transport_sequence(peer.way.transport_sequence());
    // Of this m-line: what it did not negotiate may be another extension there, or nothing (RFC 8285 §4.1).
    let ids = slot.extensions;
    let level = facts.extensions.audio_level.map(|level| [level]);
    let orientation = facts.extensions.orientation.map(|orientation| [orientation]);
    let playout_delay = playout_delay(slot, facts);
    let mut room;
    let mut descriptor = None;
    if !outgoing.descriptor.is_empty() {
        room = [0; targets::MAX_WRITTEN_LEN];
        descriptor = targets::write(&mut room, outgoing.descriptor, numbers.frame_number, numbers.temporal);
    }
    let elements = [
        Extension { id: ids.mid, data: slot.mid.as_bytes() },
        Extension { id: ids.abs_send_time, data: &abs_send_time },
        Extension { id: ids.transport_cc, data: &transport_sequence },
        passed(ids.audio_level, level.as_ref().map(<[u8; 1]>::as_slice)),
        passed(ids.orientation, orientation.as_ref().map(<[u8; 1]>::as_slice)),
        passed(ids.dependency_descriptor, descriptor),
        passed(ids.playout_delay, playout_delay.as_ref().map(<[u8; 3]>::as_slice)),
    ];
    // Nearly all packets have no playout delay: it is the last.
    let count = elements.len() - usize::from(playout_delay.is_none());
    let mut header = [0; MAX_HEADER_LEN];
    let header_len = HeaderWriter {
        is_marked: facts.is_marked || (outgoing.is_first && facts.codec.is_audio()),
        has_padding: outgoing.padding > 0,
        payload_type,
        sequence: index as u16,
        timestamp: numbers.timestamp,
        ssrc,
        source: outgoing.source,
    }
    .write(&mut header, elements.get(..count)?)?;

    let mut head = [0; MAX_HEAD_LEN];
    let mut head_len = 0;
    if outgoing.is_again {
        head.first_chunk_mut().map(|osn| *osn = (numbers.index as u16).to_be_bytes())?;
        head_len = ORIGINAL_SEQUENCE_LEN;
    }
    let tail;
    if let Some(red) = red {
        head_len = red.write_headers(&mut head, opus_type)?;
        tail = red.data();
    } else {
        let (written, rest) = write_picture_head(head.get_mut(head_len..)?, facts, payload, &numbers)?;
        head_len += written;
        tail = rest;
    }

    let guard = if outgoing.is_again { &mut slot.rtx_guard } else { &mut slot.guard };
    let Ok(claim) = guard.claim(index) else {
        counters.dropped_seal += 1;
        return None;
    };
    let out = sink.reserve(peer_at, header_len + head_len + tail.len() + MAX_OVERHEAD);
    let sealed = outbound.seal_from(header.get(..header_len)?, head.get(..head_len)?, tail, out, claim);
    if outgoing.is_again {
        slot.rtx_index += 1;
    }
    let Ok(len) = sealed else {
        counters.dropped_seal += 1;
        return None;
    };
    sink.commit_as(len, facts.codec.is_audio());
    peer.pacer.on_sent(len);
    if ids.transport_cc != 0 {
        peer.way.on_sent(len, now_us, None);
    }
    if outgoing.is_again {
        slot.tally.resent = slot.tally.resent.saturating_add(1);
        counters.rtx_packets_out += 1;
        counters.rtx_bytes_out += len as u64;
        return Some(len);
    }
    slot.packet_count = slot.packet_count.wrapping_add(1);
    // Without padding (RFC 3550 §6.4.1).
    slot.octet_count = slot.octet_count.wrapping_add((head_len + tail.len() - usize::from(outgoing.padding)) as u32);
    counters.equalised_packets_out += u64::from(outgoing.padding > 0);
    count_forward(counters, facts.codec, len as u64, red.is_some());
    Some(len)
}

/// What a packet tells the receiver of playout delay: what the publisher said, or at the start of a source that said nothing
/// that an earlier one's is over.
#[inline]
fn playout_delay(slot: &mut Slot, facts: &Facts) -> Option<[u8; 3]> {
    if facts.extensions.playout_delay.is_some() {
        slot.holds_playout_delay |= slot.extensions.playout_delay != 0;
        return facts.extensions.playout_delay;
    }
    (slot.holds_playout_delay && facts.is_start).then_some(const { PlayoutDelay::NONE.encode() })
}

#[inline]
fn count_forward(counters: &mut Counters, codec: Codec, bytes: u64, is_red: bool) {
    counters.forwards += 1;
    if codec.is_audio() {
        counters.audio_packets_out += 1;
        counters.audio_bytes_out += bytes;
        counters.red_packets_out += u64::from(is_red);
    } else {
        counters.video_packets_out += 1;
        counters.video_bytes_out += bytes;
    }
}

/// Writes the payload descriptor with the slot's numbers, where the codec has one that tells them: its length, and the
/// rest of the payload. `None` when there is no room.
#[inline]
fn write_picture_head<'a>(
    out: &mut [u8],
    facts: &Facts,
    payload: &'a [u8],
    numbers: &Numbers,
) -> Option<(usize, &'a [u8])> {
    if let Some(descriptor) = facts.vp8.as_ref().filter(|_| facts.codec == Codec::Vp8) {
        let len = descriptor.write_widened(out, numbers.picture_id, numbers.tl0_picture_index)?;
        return Some((len, payload.get(descriptor.len..)?));
    }
    if let Some(descriptor) = facts.vp9.as_ref().filter(|_| facts.codec == Codec::Vp9) {
        let len = descriptor.write_front(out, numbers.picture_id, numbers.tl0_picture_index)?;
        return Some((len, payload.get(descriptor.front_len..)?));
    }
    Some((0, payload))
}

/// Longest padding (RFC 3550 §5.1: its length is one byte).
const PADDING_LEN: usize = 255;

/// Seals one packet of nothing but padding into the sink, as a retransmission of nothing (RFC 4588 §4: the receiver
/// finds no original in it), so that the sequence of the pictures stays as it is. Answers the bytes sent.
pub fn send_padding<S: Sink>(
    peer: &mut Peer,
    peer_at: usize,
    slot_at: usize,
    probe: Option<ProbeId>,
    sink: &mut S,
    counters: &mut Counters,
    now_us: u64,
) -> Option<usize> {
    let slot = peer.slots.get(slot_at)?;
    let shown = slot.codec.unwrap_or(Codec::Vp8);
    let codecs = [shown, Codec::Vp8, Codec::H264, Codec::Vp9, Codec::Av1];
    let payload_type = codecs.into_iter().map(|codec| peer.payload_types(codec).1).find(|number| *number != 0)?;
    let outbound = peer.outbound.as_ref()?;
    let slot = peer.slots.get_mut(slot_at)?;
    let abs_send_time = encode_abs_send_time(now_us);
    let transport_sequence = encode_transport_sequence(peer.way.transport_sequence());
    let ids = slot.extensions;
    let elements = [
        Extension { id: ids.mid, data: slot.mid.as_bytes() },
        Extension { id: ids.abs_send_time, data: &abs_send_time },
        Extension { id: ids.transport_cc, data: &transport_sequence },
    ];
    let index = slot.rtx_index;
    let mut header = [0; MAX_HEADER_LEN];
    let header_len = HeaderWriter {
        is_marked: false,
        has_padding: true,
        payload_type,
        sequence: index as u16,
        timestamp: (u128::from(now_us) * u128::from(Codec::Vp8.clock_rate()) / 1_000_000) as u32,
        ssrc: slot.rtx_ssrc,
        source: 0,
    }
    .write(&mut header, &elements)?;
    let mut padding = [0; PADDING_LEN];
    *padding.last_mut()? = PADDING_LEN as u8;
    let Ok(claim) = slot.rtx_guard.claim(index) else {
        counters.dropped_seal += 1;
        return None;
    };
    slot.rtx_index += 1;
    let out = sink.reserve(peer_at, header_len + PADDING_LEN + MAX_OVERHEAD);
    let Ok(len) = outbound.seal_from(header.get(..header_len)?, &[], &padding, out, claim) else {
        counters.dropped_seal += 1;
        return None;
    };
    sink.commit(len);
    peer.pacer.on_sent(len);
    peer.way.on_sent(len, now_us, probe);
    counters.padding_packets_out += 1;
    counters.padding_bytes_out += len as u64;
    Some(len)
}

fn passed(id: u8, data: Option<&[u8]>) -> Extension<'_> {
    match data {
        Some(data) => Extension { id, data },
        None => Extension { id: 0, data: &[] },
    }
}

/// Seals one compound RTCP packet into the sink; counted. Nothing when the peer cannot be sent to.
pub fn send_rtcp<S: Sink>(peer: &mut Peer, peer_at: usize, plain: &[u8], sink: &mut S, counters: &mut Counters) {
    if !peer.is_sending || plain.is_empty() {
        return;
    }
    let Some(outbound) = peer.outbound.as_mut() else { return };
    let out = sink.reserve(peer_at, plain.len() + MAX_OVERHEAD);
    let Some(front) = out.get_mut(..plain.len()) else { return };
    front.copy_from_slice(plain);
    match outbound.seal_rtcp(out, plain.len()) {
        Ok(len) => {
            sink.commit_as(len, true);
            counters.rtcp_packets_out += 1;
            counters.rtcp_bytes_out += len as u64;
        }
        Err(_) => counters.dropped_seal += 1,
    }
}
