use super::*;

mod properties;

/// The only packet of a datagram.
fn parse_one(datagram: &[u8]) -> Rtcp<'_> {
    let mut packets = RtcpPackets::new(datagram);
    let packet = packets.next().unwrap().unwrap();
    assert!(packets.next().is_none());
    packet
}

fn written(write: impl FnOnce(&mut [u8]) -> Option<usize>) -> Vec<u8> {
    let mut out = vec![0xEE; 1200];
    let len = write(&mut out).unwrap();
    out.truncate(len);
    out
}

const BLOCK: ReportBlock = ReportBlock {
    ssrc: 0x1122_3344,
    fraction_lost: 64,
    cumulative_lost: -5,
    highest_sequence: 0x0001_FFFE,
    jitter: 90,
    last_sender_report: 0xB705_2000,
    delay_since_last: 0x0005_4000,
};

const INFO: SenderInfo = SenderInfo {
    ntp: NtpTime(0x1234_5678_9ABC_DEF0),
    rtp_timestamp: 3_000_000_000,
    packet_count: 7,
    octet_count: 7000,
};

#[test]
fn sender_report_is_written_and_read() {
    let mut other = BLOCK;
    other.cumulative_lost = 0x7F_FFFF;
    let datagram = written(|out| write_sender_report(out, 9, &INFO, &[BLOCK, other]));
    assert_eq!(datagram.len(), 28 + 48);
    assert_eq!(datagram[..4], [0x82, 200, 0, 18]);
    let Rtcp::SenderReport(report) = parse_one(&datagram) else { panic!() };
    assert_eq!((report.ssrc, report.info), (9, INFO));
    assert_eq!(report.blocks().collect::<Vec<_>>(), [BLOCK, other]);
}

#[test]
fn receiver_report_is_written_and_read() {
    let mut capped = BLOCK;
    capped.cumulative_lost = i32::MIN;
    let datagram = written(|out| write_receiver_report(out, 9, &[capped]));
    let Rtcp::ReceiverReport(report) = parse_one(&datagram) else { panic!() };
    assert_eq!(report.ssrc, 9);
    assert_eq!(report.blocks().next().unwrap().cumulative_lost, -0x80_0000);
    assert_eq!(written(|out| write_receiver_report(out, 9, &[])), [0x80, 201, 0, 1, 0, 0, 0, 9]);
}

#[test]
fn more_than_31_blocks_are_refused() {
    let mut out = [0; 1200];
    assert!(write_receiver_report(&mut out, 1, &[BLOCK; 31]).is_some());
    assert_eq!(write_receiver_report(&mut out, 1, &[BLOCK; 32]), None);
    assert_eq!(write_goodbye(&mut out, &[1; 32]), None);
}

#[test]
fn source_description_is_written_and_read() {
    for cname in ["", "a", "ab", "abc", "abcd", "x".repeat(255).as_str()] {
        let datagram = written(|out| write_source_description(out, 5, cname));
        assert_eq!(datagram.len() % 4, 0);
        let Rtcp::SourceDescription(description) = parse_one(&datagram) else { panic!() };
        assert_eq!(description.cnames().collect::<Vec<_>>(), [(5, cname.as_bytes())]);
    }
    assert_eq!(write_source_description(&mut [0; 512], 5, &"x".repeat(256)), None);
}

#[test]
fn source_description_of_two_sources_skips_other_items() {
    let datagram = [
        0x82, 202, 0, 6, // two chunks
        0, 0, 0, 1, 2, 2, b'M', b'e', 1, 1, b'a', 0, // NAME, then CNAME
        0, 0, 0, 2, 2, 1, b'N', 0, // NAME only
        0, 0, 0, 0,
    ];
    let Rtcp::SourceDescription(description) = parse_one(&datagram) else { panic!() };
    assert_eq!(description.cnames().collect::<Vec<_>>(), [(1, &b"a"[..])]);
}

#[test]
fn goodbye_is_written_and_read() {
    let datagram = written(|out| write_goodbye(out, &[1, 0xFFFF_FFFF]));
    assert_eq!(datagram, [0x82, 203, 0, 2, 0, 0, 0, 1, 0xFF, 0xFF, 0xFF, 0xFF]);
    let Rtcp::Goodbye(goodbye) = parse_one(&datagram) else { panic!() };
    assert_eq!(goodbye.ssrcs().collect::<Vec<_>>(), [1, 0xFFFF_FFFF]);
}

#[test]
fn nack_packs_up_to_17_numbers_across_the_wrap() {
    let sequences: Vec<u16> = (0..17).map(|step| 0xFFF8_u16.wrapping_add(step)).chain([0x0009]).collect();
    let datagram = written(|out| write_nack(out, 1, 2, &sequences));
    assert_eq!(datagram[12..], [0xFF, 0xF8, 0xFF, 0xFF, 0, 9, 0, 0]);
    let Rtcp::Nack(nack) = parse_one(&datagram) else { panic!() };
    assert_eq!((nack.sender_ssrc, nack.media_ssrc), (1, 2));
    assert_eq!(nack.sequences().collect::<Vec<_>>(), sequences);
    assert_eq!(write_nack(&mut [0; 99], 1, 2, &[]), None);
}

#[test]
fn picture_loss_and_full_intra_request_are_written_and_read() {
    let datagram = written(|out| write_picture_loss(out, 1, 2));
    assert_eq!(datagram, [0x81, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2]);
    let Rtcp::PictureLoss(loss) = parse_one(&datagram) else { panic!() };
    assert_eq!(loss, PictureLoss { sender_ssrc: 1, media_ssrc: 2 });

    let datagram = written(|out| write_full_intra_request(out, 1, 2, 200));
    let Rtcp::FullIntraRequest(request) = parse_one(&datagram) else { panic!() };
    assert_eq!(request.sender_ssrc, 1);
    assert_eq!(request.entries().collect::<Vec<_>>(), [FirEntry { ssrc: 2, sequence: 200 }]);
}

#[test]
fn remb_of_a_known_packet_is_read_and_written() {
    let known =
        [0x8F, 206, 0, 5, 0, 0, 0, 1, 0, 0, 0, 0, b'R', b'E', b'M', b'B', 1, 0x1A, 0x20, 0xDF, 0x48, 0x74, 0xED, 0x16];
    let Rtcp::Remb(remb) = parse_one(&known) else { panic!() };
    assert_eq!((remb.sender_ssrc, remb.bitrate_bps), (1, 8_927_168));
    assert_eq!(remb.ssrcs().collect::<Vec<_>>(), [0x4874_ED16]);
    assert_eq!(written(|out| write_remb(out, 1, 8_927_168, &[0x4874_ED16])), known);
}

#[test]
fn remb_bitrates_at_the_limits_survive() {
    for bitrate_bps in [0, 1, 0x3_FFFF, 0x4_0000, !((1 << 46) - 1)] {
        let datagram = written(|out| write_remb(out, 1, bitrate_bps, &[]));
        let Rtcp::Remb(remb) = parse_one(&datagram) else { panic!() };
        assert_eq!(remb.bitrate_bps, bitrate_bps);
    }
    // Exponent 63: more than 64 bits.
    let mut datagram = written(|out| write_remb(out, 1, 0, &[]));
    datagram[17..20].copy_from_slice(&[0xFF, 0xFF, 0xFF]);
    let Rtcp::Remb(remb) = parse_one(&datagram) else { panic!() };
    assert_eq!(remb.bitrate_bps, u64::MAX);
}

#[test]
fn transport_feedback_of_libwebrtc_with_odd_padding_is_read() {
    // One packet, small delta of 37 ms; one byte of padding that is not a whole word.
    let datagram = [
        0xAF, 0xCD, 0, 5, 0xFA, 0x17, 0xFA, 0x17, 0x43, 0x03, 0x2F, 0xA0, 0, 0x99, 0, 1, 0x3D, 0xE8, 0x02, 0x17, 0x20,
        0x01, 0x94, 0x01,
    ];
    let Rtcp::TransportFeedback(feedback) = parse_one(&datagram) else { panic!() };
    assert_eq!(feedback.sender_ssrc, 0xFA17_FA17);
    assert_eq!((feedback.base_sequence, feedback.status_count), (153, 1));
    assert_eq!((feedback.reference_time, feedback.feedback_count), (4_057_090, 23));
    let expected = PacketStatus { sequence: 153, arrival_us: Some(4_057_090 * 64_000 + 37_000) };
    assert_eq!(feedback.statuses().collect::<Vec<_>>(), [expected]);
}

/// A transport feedback with the given count, chunks and deltas; reference time 1.
fn feedback_with(count: u16, chunks: &[u16], deltas: &[u8]) -> Vec<u8> {
    let mut datagram = vec![0x8F, 205, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2, 0xFF, 0xFF];
    datagram.extend(count.to_be_bytes());
    datagram.extend([0, 0, 1, 7]);
    datagram.extend(chunks.iter().flat_map(|chunk| chunk.to_be_bytes()));
    datagram.extend(deltas);
    datagram.resize(datagram.len().next_multiple_of(4), 0);
    let words = (datagram.len() / 4 - 1) as u16;
    datagram[2..4].copy_from_slice(&words.to_be_bytes());
    datagram
}

#[test]
fn transport_feedback_with_each_chunk_is_read() {
    // Not received twice; a vector of one-bit symbols; a vector of two-bit symbols, the rest of it beyond the count.
    let chunks = [2, 0x8000 | 1 << 13 | 1, 0xC000 | 2 << 12 | 1 << 10];
    let datagram = feedback_with(18, &chunks, &[1, 255, 0xFF, 0xFE, 4]);
    let Rtcp::TransportFeedback(feedback) = parse_one(&datagram) else { panic!() };
    let received: Vec<_> =
        feedback.statuses().filter_map(|status| Some((status.sequence, status.arrival_us?))).collect();
    let ticks = |ticks: i64| 64_000 + ticks * 250;
    assert_eq!(received, [(1, ticks(1)), (14, ticks(256)), (15, ticks(254)), (16, ticks(258))]);
    assert_eq!(feedback.statuses().count(), 18);
    assert_eq!(feedback.statuses().next().unwrap().sequence, 0xFFFF);
}

#[test]
fn transport_feedback_that_is_incomplete_is_refused() {
    let is_refused = |count, chunks: &[u16], deltas: &[u8]| {
        RtcpPackets::new(&feedback_with(count, chunks, deltas)).next().is_some_and(|packet| packet.is_err())
    };
    assert!(is_refused(5, &[4, 0], &[])); // too few chunks (an empty run covers nothing)
    assert!(is_refused(3, &[0x2003, 0], &[])); // fewer deltas than received
    assert!(is_refused(3, &[0x6003, 0], &[0; 12])); // the reserved symbol in a run
    assert!(is_refused(1, &[0xF000, 0], &[0; 12])); // the reserved symbol in a vector
    assert!(is_refused(0x8001, &[0x1FFF; 5], &[])); // more than can be in flight
    assert!(!is_refused(0x8000, &[0x1FFF; 5], &[]));
    assert!(!is_refused(0, &[], &[]));
}

#[test]
fn compound_datagram_is_walked_in_order() {
    let mut out = [0; 1200];
    let mut len = write_sender_report(&mut out, 1, &INFO, &[]).unwrap();
    len += write_source_description(&mut out[len..], 1, "someone").unwrap();
    len += write_nack(&mut out[len..], 1, 2, &[3]).unwrap();
    let packets: Vec<_> = RtcpPackets::new(&out[..len]).map(Result::unwrap).collect();
    assert!(matches!(packets[..], [Rtcp::SenderReport(_), Rtcp::SourceDescription(_), Rtcp::Nack(_)]));
}

#[test]
fn unknown_packets_are_passed_over() {
    let mut datagram = vec![0x80, 207, 0, 1, 0, 0, 0, 1]; // XR
    datagram.extend([0x8F, 206, 0, 3, 0, 0, 0, 1, 0, 0, 0, 0, b'G', b'O', b'O', b'G']); // not REMB
    datagram.extend(written(|out| write_picture_loss(out, 1, 2)));
    let packets: Vec<_> = RtcpPackets::new(&datagram).map(Result::unwrap).collect();
    assert!(matches!(
        packets[..],
        [
            Rtcp::Unknown { packet_type: 207, format: 0 },
            Rtcp::Unknown { packet_type: 206, format: 15 },
            Rtcp::PictureLoss(_)
        ]
    ));
}

#[test]
fn broken_body_does_not_hide_the_next_packet() {
    let mut datagram = vec![0x81, 203, 0, 0]; // BYE that lacks its source
    datagram.extend(written(|out| write_picture_loss(out, 1, 2)));
    let packets: Vec<_> = RtcpPackets::new(&datagram).collect();
    assert!(matches!(packets[..], [Err(RtcpMalformed), Ok(Rtcp::PictureLoss(_))]));
}

#[test]
fn broken_header_ends_the_walk() {
    for datagram in [
        &[0x80][..],
        &[0x80, 201, 0, 2, 0, 0, 0, 1], // longer than the datagram
        &[0x40, 201, 0, 1, 0, 0, 0, 1], // version 1
        &[0xA0, 201, 0, 1, 0, 0, 0, 0], // padding of 0
        &[0xA0, 201, 0, 1, 0, 0, 0, 5], // padding over the body
        &[0xA0, 201, 0, 0],             // padding without body
    ] {
        let packets: Vec<_> = RtcpPackets::new(datagram).collect();
        assert!(matches!(packets[..], [Err(RtcpMalformed)]), "{datagram:x?}");
    }
}

#[test]
fn every_cut_of_every_packet_is_an_error() {
    let packets = [
        written(|out| write_sender_report(out, 1, &INFO, &[BLOCK])),
        written(|out| write_receiver_report(out, 1, &[BLOCK])),
        written(|out| write_goodbye(out, &[1, 2])),
        written(|out| write_nack(out, 1, 2, &[3])),
        written(|out| write_picture_loss(out, 1, 2)),
        written(|out| write_remb(out, 1, 2, &[3])),
        feedback_with(3, &[0x2003], &[1, 2, 3]),
    ];
    for packet in packets {
        for words in 0..packet.len() / 4 - 1 {
            let mut cut = packet[..(words + 1) * 4].to_vec();
            cut[3] = words as u8;
            let first = RtcpPackets::new(&cut).next().unwrap();
            // REMB cut before its name is some other application's message.
            assert!(matches!(first, Err(_) | Ok(Rtcp::Unknown { .. })), "{cut:x?}");
        }
    }
}

/// A writer with its arguments.
type Write = fn(&mut [u8]) -> Option<usize>;

#[test]
fn every_writer_into_any_shorter_buffer_is_none() {
    let writers: [Write; 8] = [
        |out| write_sender_report(out, 1, &INFO, &[BLOCK]),
        |out| write_receiver_report(out, 1, &[BLOCK]),
        |out| write_source_description(out, 1, "someone"),
        |out| write_goodbye(out, &[1, 2]),
        |out| write_nack(out, 1, 2, &[3, 40]),
        |out| write_picture_loss(out, 1, 2),
        |out| write_full_intra_request(out, 1, 2, 3),
        |out| write_remb(out, 1, 2, &[3]),
    ];
    for write in writers {
        let whole = written(write);
        for len in 0..whole.len() {
            assert_eq!(write(&mut vec![0; len]), None);
        }
        assert_eq!(write(&mut vec![0; whole.len()]), Some(whole.len()));
    }
}
