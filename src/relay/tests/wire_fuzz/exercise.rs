//! What is asked of each parser with any bytes whatever: it returns, what it returns lies within the bytes, and what
//! our writers make of it reads back the same. Shared by the short deterministic run (`cargo test`) and by the
//! libFuzzer targets in `fuzz/`, which include this file.

use std::net::IpAddr;

use vdx_relay::redundancy::Redundancy;
use vdx_relay::socket::local_address_in;
use vdx_relay::wire::dependency_descriptor::{
    self, Described, MAX_DESCRIPTOR_LEN as MAX_DEPENDENCY_LEN, Structure, targets,
};
use vdx_relay::wire::extension::{
    self, AudioLevel, Extensions, ONE_BYTE_PROFILE, Orientation, PlayoutDelay, TWO_BYTE_PROFILE,
};
use vdx_relay::wire::h264::{H264Payload, Packing};
use vdx_relay::wire::red::{self, Red};
use vdx_relay::wire::rtcp::{self, FeedbackHead, Rtcp, RtcpPackets, TransportFeedback};
use vdx_relay::wire::rtp::{HeaderWriter, RtpHeader, RtpView};
use vdx_relay::wire::stun::{self, BindingRequest, IntegrityKey, Message};
use vdx_relay::wire::vp8::{Descriptor, MAX_DESCRIPTOR_LEN, PictureId};
use vdx_relay::wire::{DatagramKind, av1, rtx, vp9};

/// The password under which the seeds of STUN are signed.
pub const PASSWORD: &[u8] = b"VOkJxbRl1RmTxUk/WvJxBt";

/// A datagram that is taken for STUN; a request is answered, and the answer read back.
pub fn stun(datagram: &[u8]) {
    let parsed = Message::parse(datagram);
    assert!(parsed.is_err() || stun::is_stun(datagram));
    let Ok(message) = parsed else { return };
    assert_eq!(DatagramKind::of(datagram), DatagramKind::Stun);
    let key = IntegrityKey::new(PASSWORD);
    let is_genuine = message.verify_integrity(&key);
    assert!(!is_genuine || message.integrity_at.is_some());
    assert!(message.unknown_attributes().len() <= stun::MAX_UNKNOWN);

    let mut out = [0; stun::MAX_MESSAGE_LEN];
    if let Some(address) = message.mapped_address {
        let len = stun::write_success(&mut out, &message.transaction_id, address, &key).unwrap();
        let answer = Message::parse(&out[..len]).unwrap();
        assert!(answer.verify_integrity(&key));
        let mapped = answer.mapped_address.unwrap();
        assert_eq!((mapped.ip(), mapped.port()), (address.ip().to_canonical(), address.port()));
    }
    let code = stun::ErrorCode::UnknownAttribute;
    let unknown = message.unknown_attributes();
    let len = stun::write_error(&mut out, &message.transaction_id, code, unknown, Some(&key)).unwrap();
    assert!(Message::parse(&out[..len]).unwrap().verify_integrity(&key));
    if let (Some((local, remote)), Some(role)) = (message.ufrags(), message.role) {
        let request = BindingRequest {
            remote_ufrag: local,
            local_ufrag: remote,
            priority: message.priority.unwrap_or(0),
            role,
            use_candidate: message.use_candidate,
        };
        if let Some(len) = stun::write_request(&mut out, &message.transaction_id, &request, &key) {
            let again = Message::parse(&out[..len]).unwrap();
            assert_eq!((again.ufrags(), again.role), (message.ufrags(), message.role));
            assert_eq!(again.use_candidate, message.use_candidate);
        }
    }
}

/// A packet that is taken for RTP, before and after opening; its header is written anew.
pub fn rtp(packet: &[u8]) {
    let Ok(header) = RtpHeader::parse(packet) else { return };
    assert!(header.len <= packet.len());
    assert!(header.csrc_range().end <= header.extension_range().start);
    assert_eq!(header.extension_range().end, header.len);
    header.extensions(&[]).for_each(drop);
    let Ok(view) = RtpView::parse(packet) else { return };
    assert_eq!(header.len + view.payload().len() + view.padding_len(), packet.len());
    rtx::parse_original(view.payload());

    let elements: Vec<_> = view.extensions().collect();
    for element in &elements {
        extension_values(element.data);
    }
    let fields = HeaderWriter {
        is_marked: header.is_marked,
        has_padding: header.has_padding,
        payload_type: header.payload_type,
        sequence: header.sequence,
        timestamp: header.timestamp,
        ssrc: header.ssrc,
        source: view.csrcs().next().unwrap_or(0),
    };
    let mut out = vec![0; packet.len() * 2 + 64];
    let len = fields.write(&mut out, &elements).unwrap();
    let again = RtpHeader::parse(&out[..len]).unwrap();
    assert_eq!(again.len, len);
    assert_eq!((again.sequence, again.ssrc), (header.sequence, header.ssrc));
    assert_eq!(again.extensions(&out).collect::<Vec<_>>(), elements);
}

/// An opened RTCP datagram; NACK, transport feedback and REMB are written anew.
pub fn rtcp(datagram: &[u8]) {
    let mut out = vec![0; datagram.len() * 8 + 64];
    for packet in RtcpPackets::new(datagram).flatten() {
        match packet {
            Rtcp::SenderReport(report) => {
                let blocks: Vec<_> = report.blocks().collect();
                let len = rtcp::write_sender_report(&mut out, report.ssrc, &report.info, &blocks).unwrap();
                let Rtcp::SenderReport(again) = parse_one(&out[..len]) else { panic!("no longer an SR") };
                assert_eq!((again.info, again.blocks().collect()), (report.info, blocks));
            }
            Rtcp::ReceiverReport(report) => {
                let blocks: Vec<_> = report.blocks().collect();
                let len = rtcp::write_receiver_report(&mut out, report.ssrc, &blocks).unwrap();
                let Rtcp::ReceiverReport(again) = parse_one(&out[..len]) else { panic!("no longer an RR") };
                assert_eq!(again.blocks().collect::<Vec<_>>(), blocks);
            }
            Rtcp::SourceDescription(description) => assert!(description.cnames().count() <= 31),
            Rtcp::Goodbye(goodbye) => assert!(goodbye.ssrcs().count() <= 31),
            Rtcp::Nack(nack) => {
                let sequences: Vec<_> = nack.sequences().collect();
                let len = rtcp::write_nack(&mut out, 1, nack.media_ssrc, &sequences).unwrap();
                let Rtcp::Nack(again) = parse_one(&out[..len]) else { panic!("no longer a NACK") };
                assert!(sequences.iter().all(|sequence| again.sequences().any(|other| other == *sequence)));
            }
            Rtcp::FullIntraRequest(request) => request.entries().for_each(drop),
            Rtcp::Remb(remb) => {
                let ssrcs: Vec<_> = remb.ssrcs().collect();
                let len = rtcp::write_remb(&mut out, 1, remb.bitrate_bps, &ssrcs).unwrap();
                let Rtcp::Remb(again) = parse_one(&out[..len]) else { panic!("no longer a REMB") };
                assert!(again.bitrate_bps <= remb.bitrate_bps);
                assert_eq!(again.ssrcs().collect::<Vec<_>>(), ssrcs);
            }
            Rtcp::TransportFeedback(feedback) => transport_feedback(&feedback),
            Rtcp::PictureLoss(_) | Rtcp::Unknown { .. } => {}
        }
    }
}

fn parse_one(datagram: &[u8]) -> Rtcp<'_> {
    RtcpPackets::new(datagram).next().unwrap().unwrap()
}

/// The statuses written anew come out the same, in as many feedbacks as it takes.
fn transport_feedback(feedback: &TransportFeedback<'_>) {
    let statuses: Vec<_> = feedback.statuses().collect();
    assert_eq!(statuses.len(), usize::from(feedback.status_count));
    // Negative times come from negative deltas at the zero of the clock, which no receiver writes.
    let arrivals = statuses.iter().map(|status| status.arrival_us.and_then(|us| u64::try_from(us).ok()));
    let mut out = [0; 1200];
    let mut done = 0;
    let mut head = FeedbackHead {
        sender_ssrc: feedback.sender_ssrc,
        media_ssrc: feedback.media_ssrc,
        base_sequence: feedback.base_sequence,
        feedback_count: feedback.feedback_count,
    };
    while let Some(written) = rtcp::write_transport_feedback(&mut out, &head, arrivals.clone().skip(done)) {
        let Rtcp::TransportFeedback(again) = parse_one(&out[..written.len]) else { panic!("no longer a feedback") };
        let expected = statuses.iter().zip(arrivals.clone()).skip(done);
        for (status, (original, arrival_us)) in again.statuses().zip(expected) {
            assert_eq!(status.sequence, original.sequence);
            // The clock of the wire wraps.
            let wrap = 64_000_i64 << 24;
            let read_us = status.arrival_us.and_then(|us| u64::try_from(us.rem_euclid(wrap)).ok());
            assert_eq!(read_us, arrival_us.map(|us| us % wrap.unsigned_abs()));
        }
        done += usize::from(written.statuses);
        head.base_sequence = head.base_sequence.wrapping_add(written.statuses);
    }
    assert!(arrivals.skip(done).all(|arrival| arrival.is_none()));
}

/// A payload that is taken for VP9; its front is written anew. Its first byte also as AV1.
pub fn vp9(payload: &[u8]) {
    av1::AggregationHeader::parse(payload);
    let Some(descriptor) = vp9::Descriptor::parse(payload) else { return };
    assert!(descriptor.front_len < payload.len());
    let mut out = [0; vp9::MAX_FRONT_LEN];
    let len = descriptor.write_front(&mut out, 0x1234, 0x56).unwrap();
    let mut again = out[..len].to_vec();
    again.extend_from_slice(&payload[descriptor.front_len..]);
    let read = vp9::Descriptor::parse(&again).unwrap();
    assert_eq!(read.picture_id, descriptor.picture_id.map(|_| PictureId::Long(0x1234)));
    assert_eq!(read.tl0_picture_index, descriptor.tl0_picture_index.map(|_| 0x56));
    assert_eq!(read.is_keyframe_start(), descriptor.is_keyframe_start());
    assert_eq!((read.temporal(), read.spatial()), (descriptor.temporal(), descriptor.spatial()));
}

/// Dependency descriptors one after the other, each after a byte with its length: the later ones name what the earlier
/// ones told.
pub fn dependency_descriptor(elements: &[u8]) {
    let mut structure = None;
    let mut rest = elements;
    while let [len, after @ ..] = rest {
        let (data, next) = after.split_at(after.len().min(usize::from(*len)));
        rest = next;
        let before = structure.clone();
        let Some(found) = Described::read(data, &mut structure) else {
            assert_eq!(before, structure, "what is refused changes nothing");
            continue;
        };
        assert!(data.len() <= MAX_DEPENDENCY_LEN && found.spatial <= 3 && found.temporal <= 7 && found.opens <= 7);
        assert_eq!(dependency_descriptor::frame_number(data), Some(found.frame_number));
        let mut copy = data.to_vec();
        assert!(dependency_descriptor::renumber(&mut copy, 0xABCD));
        let again = Described::read(&copy, &mut structure).unwrap();
        assert_eq!(again, Described { frame_number: 0xABCD, ..found });
        for temporal in 0..=7 {
            with_fewer_targets(data, &found, temporal, before.clone());
        }
    }
}

/// Leaving frames out changes what is said of targets, to fewer of those that were sent, and nothing else.
fn with_fewer_targets(data: &[u8], found: &Described, temporal: u8, mut structure: Option<Box<Structure>>) {
    let mut room = [0; targets::MAX_KEPT_LEN];
    let kept = targets::keep(&mut room, data, Some(&found.targets)).unwrap();
    let mut out = [0xFF; targets::MAX_WRITTEN_LEN];
    let written = targets::write(&mut out, kept, 0xABCD, Some(temporal)).unwrap();
    assert!(written.len() <= data.len() + 1 + found.targets.count.div_ceil(8) as usize);
    if written.len() > MAX_DEPENDENCY_LEN {
        return;
    }
    let read = Described::read(written, &mut structure).unwrap();
    assert_eq!(read.targets.active & !found.targets.active, 0);
    assert!(read.targets.active != 0 || found.targets.active == 0);
    let (active_targets, targets) = (read.active_targets, read.targets);
    assert_eq!(read, Described { frame_number: 0xABCD, active_targets, targets, ..*found });
}

/// An extension block in both forms.
pub fn extension(block: &[u8]) {
    for profile in [ONE_BYTE_PROFILE, TWO_BYTE_PROFILE, 0] {
        let mut total = 0;
        for element in Extensions::new(profile, block) {
            assert!(element.id != 0 && (profile != ONE_BYTE_PROFILE || element.id < 15));
            total += 1 + element.data.len();
            extension_values(element.data);
        }
        assert!(total <= block.len());
    }
}

/// Every extension that we know, of the same bytes.
fn extension_values(data: &[u8]) {
    if let Some(level) = AudioLevel::parse(data) {
        assert_eq!(level.encode()[..], data[..1]);
    }
    if let Some(sequence) = extension::parse_transport_sequence(data) {
        assert_eq!(extension::encode_transport_sequence(sequence)[..], data[..2]);
    }
    if let Some(orientation) = Orientation::parse(data) {
        assert_eq!(orientation.encode()[0], data[0] & 0x0F);
    }
    if let Some(delay) = PlayoutDelay::parse(data) {
        assert_eq!(delay.encode()[..], data[..3]);
    }
    if let Some(units) = extension::parse_abs_send_time(data) {
        assert!(units < 1 << 24);
    }
}

/// A VP8 payload; its picture id and TL0PICIDX are rewritten, in place and widened.
pub fn vp8(payload: &[u8]) {
    let Some(descriptor) = Descriptor::parse(payload) else { return };
    assert!(descriptor.len <= MAX_DESCRIPTOR_LEN && descriptor.len < payload.len());
    let mut copy = payload.to_vec();
    assert!(descriptor.rewrite(&mut copy, 0x1234, 0x56));
    let rewritten = Descriptor::parse(&copy).unwrap();
    assert_eq!(rewritten.len, descriptor.len);
    assert_eq!(rewritten.is_keyframe_start, descriptor.is_keyframe_start);
    assert_eq!(copy[descriptor.len..], payload[descriptor.len..]);

    let mut widened = vec![0; MAX_DESCRIPTOR_LEN];
    let len = descriptor.write_widened(&mut widened, 0x1234, 0x56).unwrap();
    widened.truncate(len);
    widened.extend(&payload[descriptor.len..]);
    let read = Descriptor::parse(&widened).unwrap();
    assert_eq!(read.picture_id.map(PictureId::value), descriptor.picture_id.map(|_| 0x1234));
    assert_eq!(read.tl0_picture_index, descriptor.tl0_picture_index.map(|_| 0x56));
    assert_eq!((read.temporal_layer, read.key_index), (descriptor.temporal_layer, descriptor.key_index));
    assert_eq!(read.is_keyframe_start, descriptor.is_keyframe_start);
}

/// A payload of redundant sound; it is written anew, and what of a gap before it could be recovered.
pub fn red(payload: &[u8]) {
    let Some(found) = Red::parse(payload) else { return };
    let blocks: Vec<_> = found.redundant().collect();
    assert!(blocks.len() <= red::MAX_REDUNDANT);
    let redundant_len: usize = blocks.iter().map(|block| block.payload.len()).sum();
    assert_eq!(redundant_len + found.primary().len(), found.data().len());
    let mut out = vec![0; payload.len()];
    let len = found.write_headers(&mut out, 77).unwrap();
    assert_eq!(len + found.data().len(), payload.len());
    out[len..].copy_from_slice(found.data());
    let again = Red::parse(&out).unwrap();
    assert!(again.is_all(77));
    assert_eq!((again.primary(), again.reach()), (found.primary(), found.reach()));
    for (before, index) in [(100, 102), (100, 105), (100, 101), (200, 100)] {
        let mut redundancy = Redundancy::default();
        redundancy.on_packet(before, 0);
        let timestamp = u32::try_from(index * 960).unwrap();
        let recovered: Vec<_> = redundancy.recover(index, timestamp, &found).into_iter().flatten().collect();
        assert!(recovered.iter().all(|it| (before + 1..index).contains(&it.index)));
        assert!(recovered.windows(2).all(|pair| pair[0].index < pair[1].index));
    }
}

/// What the kernel says beside a datagram: an address that is read is there.
pub fn control(bytes: &[u8]) {
    let Some(address) = local_address_in(bytes) else { return };
    let octets = match address {
        IpAddr::V4(ip) => ip.octets().to_vec(),
        IpAddr::V6(ip) => ip.octets().to_vec(),
    };
    assert!(bytes.windows(octets.len()).any(|window| window == octets), "{address}");
}

/// An H.264 payload.
pub fn h264(payload: &[u8]) {
    let Some(found) = H264Payload::parse(payload) else { return };
    assert!(!found.is_idr_start || found.has_idr);
    if let Packing::FuA { is_start: false, .. } = found.packing {
        assert!(!found.has_sps && !found.has_pps && !found.is_idr_start);
    }
}
