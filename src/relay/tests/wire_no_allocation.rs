//! Parsing and writing never allocate: what `wire` promises to the forwarding path.
//!
//! Counts what Rust allocates; inside the C library of the HMAC nothing is counted.

use std::hint::black_box;

use vdx_relay::wire::dependency_descriptor::Described;
use vdx_relay::wire::extension::{AudioLevel, Extension, encode_abs_send_time};
use vdx_relay::wire::h264::H264Payload;
use vdx_relay::wire::red::Red;
use vdx_relay::wire::rtcp::{self, FeedbackHead, NtpTime, Rtcp, RtcpPackets, SenderInfo};
use vdx_relay::wire::rtp::{HeaderWriter, RtpView};
use vdx_relay::wire::sequence::SequenceUnwrapper;
use vdx_relay::wire::stun::{self, BindingRequest, ErrorCode, IntegrityKey, Message, Role};
use vdx_relay::wire::vp8::Descriptor;
use vdx_relay::wire::vp9;

fn allocations(work: impl FnOnce()) -> u64 {
    allocation_counter::measure(work).count_total
}

#[test]
fn counter_counts() {
    assert_eq!(allocations(|| drop(black_box(vec![0_u8; 10]))), 1);
}

#[test]
fn rtp_and_payloads_allocate_nothing() {
    let fields = HeaderWriter {
        is_marked: true,
        has_padding: false,
        payload_type: 96,
        sequence: 1,
        timestamp: 2,
        ssrc: 3,
        source: 4,
    };
    let mut packet = [0; 1200];
    let mut unwrapper = SequenceUnwrapper::default();
    let count = allocations(|| {
        let level = AudioLevel { is_voice: true, level: 30 }.encode();
        let time = encode_abs_send_time(5);
        let extensions = [Extension { id: 1, data: &level }, Extension { id: 2, data: &time }];
        let len = fields.write(&mut packet, &extensions).unwrap();
        packet[len..len + 8].copy_from_slice(&[0x90, 0xE0, 0x92, 0x34, 0x56, 0x20, 0x10, 0x02]);
        let view = RtpView::parse(&packet[..len + 8]).unwrap();
        assert_eq!(view.extensions().count(), 2);
        assert_eq!(view.csrcs().next(), Some(4));
        unwrapper.unwrap(view.header.sequence);
        let red = Red::parse(&[0xEF, 0x0F, 0x00, 0x01, 0x6F, 1, 2]).unwrap();
        assert_eq!(red.write_headers(&mut [0; 8], 109), Some(5));
        assert_eq!((red.redundant().count(), red.primary()), (1, &[2_u8][..]));
        black_box(H264Payload::parse(view.payload()));
        let descriptor = Descriptor::parse(view.payload()).unwrap();
        assert!(descriptor.rewrite(&mut packet[len..], 7, 8));
        assert_eq!(descriptor.write_widened(&mut packet[len..], 7, 8), Some(6));
    });
    assert_eq!(count, 0);
}

#[test]
fn dependency_descriptor_allocates_its_structure_once() {
    // Three temporal levels, appendix A.6.1 of the AV1 payload format.
    let keyframe = [
        0x80, 0xFF, 0xFE, 0x80, 0x02, 0x14, 0xEA, 0xAA, 0x44, 0x10, 0x4D, 0x14, 0x10, 0x20, 0x10, 0x84, 0xE0, 0x9F,
        0xE0, 0x59, 0xE0,
    ];
    let mut structure = None;
    assert_eq!(allocations(|| assert!(Described::read(&keyframe, &mut structure).is_some())), 1);
    let count = allocations(|| {
        assert!(Described::read(&keyframe, &mut structure).is_some());
        assert!(Described::read(&[0xC2, 0, 1], &mut structure).is_some());
        black_box(vp9::Descriptor::parse(&[0xFC, 0x7F, 0x53, 0x03, 0x04, 0x99]));
    });
    assert_eq!(count, 0);
}

#[test]
fn rtcp_allocates_nothing() {
    let info = SenderInfo { ntp: NtpTime(1), rtp_timestamp: 2, packet_count: 3, octet_count: 4 };
    let head = FeedbackHead { sender_ssrc: 1, media_ssrc: 2, base_sequence: 3, feedback_count: 4 };
    let arrivals = (0..100_u64).map(|index| (index % 7 != 0).then_some(index * 3_000));
    let mut out = [0; 1200];
    let count = allocations(|| {
        let mut len = rtcp::write_sender_report(&mut out, 1, &info, &[]).unwrap();
        len += rtcp::write_source_description(&mut out[len..], 1, "someone").unwrap();
        len += rtcp::write_nack(&mut out[len..], 1, 2, &[3, 5, 90]).unwrap();
        len += rtcp::write_remb(&mut out[len..], 1, 1_000_000, &[3]).unwrap();
        len += rtcp::write_transport_feedback(&mut out[len..], &head, arrivals).unwrap().len;
        let mut seen = 0;
        for packet in RtcpPackets::new(&out[..len]) {
            seen += match packet.unwrap() {
                Rtcp::Nack(nack) => nack.sequences().count(),
                Rtcp::TransportFeedback(feedback) => feedback.statuses().count(),
                Rtcp::SourceDescription(description) => description.cnames().count(),
                _ => 1,
            };
        }
        assert_eq!(seen, 1 + 1 + 3 + 1 + 100);
    });
    assert_eq!(count, 0);
}

#[test]
fn stun_allocates_nothing() {
    let key = IntegrityKey::new(b"a password of twenty-two");
    let request = BindingRequest {
        remote_ufrag: b"ours",
        local_ufrag: b"theirs",
        priority: 1,
        role: Role::Controlling(2),
        use_candidate: true,
    };
    let address = "[2001:db8::1]:443".parse().unwrap();
    let mut out = [0; stun::MAX_MESSAGE_LEN];
    let mut answer = [0; stun::MAX_MESSAGE_LEN];
    let count = allocations(|| {
        let len = stun::write_request(&mut out, b"transaction1", &request, &key).unwrap();
        let message = Message::parse(&out[..len]).unwrap();
        assert!(message.verify_integrity(&key));
        stun::write_success(&mut answer, &message.transaction_id, address, &key).unwrap();
        stun::write_error(&mut answer, &message.transaction_id, ErrorCode::RoleConflict, &[], Some(&key)).unwrap();
    });
    assert_eq!(count, 0);
}
