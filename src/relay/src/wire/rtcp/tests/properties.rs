use proptest::prelude::*;

use super::*;

proptest! {
    #![proptest_config(crate::wire::tests::same_every_run())]

    #[test]
    fn any_bytes_never_panic(mut datagram: Vec<u8>, packet_type in 199..209_u8, fix_length: bool) {
        if fix_length && datagram.len() >= 8 {
            datagram.truncate(datagram.len() & !3);
            datagram[0] = datagram[0] & 0x3F | 0x80;
            datagram[1] = packet_type;
            let words = (datagram.len() / 4 - 1) as u16;
            datagram[2..4].copy_from_slice(&words.to_be_bytes());
        }
        for packet in RtcpPackets::new(&datagram) {
            match packet {
                Ok(Rtcp::TransportFeedback(feedback)) => {
                    prop_assert_eq!(feedback.statuses().count(), usize::from(feedback.status_count));
                }
                Ok(Rtcp::Nack(nack)) => prop_assert!(nack.sequences().count() >= 1),
                Ok(Rtcp::SourceDescription(description)) => description.cnames().for_each(drop),
                _ => {}
            }
        }
    }

    #[test]
    fn any_nack_survives(start: u16, steps in prop::collection::vec(1..40_u16, 0..200)) {
        let mut sequences = vec![start];
        for step in steps {
            sequences.push(sequences.last().unwrap().wrapping_add(step));
        }
        let mut out = vec![0; 1200];
        let len = write_nack(&mut out, 1, 2, &sequences).unwrap();
        let Rtcp::Nack(nack) = parse_one(&out[..len]) else { panic!() };
        prop_assert_eq!(nack.sequences().collect::<Vec<_>>(), sequences);
    }

    #[test]
    fn any_report_survives(values: [u32; 5], fraction_lost: u8, lost in -0x80_0000..0x80_0000_i32) {
        let [ssrc, highest_sequence, jitter, last_sender_report, delay_since_last] = values;
        let block = ReportBlock {
            ssrc, fraction_lost, cumulative_lost: lost, highest_sequence, jitter, last_sender_report, delay_since_last,
        };
        let datagram = written(|out| write_receiver_report(out, 1, &[block]));
        let Rtcp::ReceiverReport(report) = parse_one(&datagram) else { panic!() };
        prop_assert_eq!(report.blocks().collect::<Vec<_>>(), [block]);
    }
}
