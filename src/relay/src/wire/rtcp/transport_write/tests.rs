use proptest::prelude::*;

use super::*;
use crate::wire::rtcp::{Rtcp, RtcpPackets, TransportFeedback};

const HEAD: FeedbackHead = FeedbackHead { sender_ssrc: 1, media_ssrc: 2, base_sequence: 0xFFFA, feedback_count: 9 };

fn parse(datagram: &[u8]) -> TransportFeedback<'_> {
    match RtcpPackets::new(datagram).next() {
        Some(Ok(Rtcp::TransportFeedback(feedback))) => feedback,
        other => panic!("{other:?}"),
    }
}

/// Writes all arrivals, in as many feedbacks of at most `room` bytes as it takes, and reads them back: the arrivals in
/// ticks, and the number of feedbacks.
fn round_trip(arrivals: &[Option<u64>], room: usize) -> (Vec<Option<u64>>, usize) {
    let mut out = vec![0xEE; room];
    let mut read = Vec::new();
    let mut feedbacks = 0;
    let mut head = HEAD;
    while read.len() < arrivals.len() {
        let rest = arrivals[read.len()..].iter().copied();
        let Some(written) = write_transport_feedback(&mut out, &head, rest.clone()) else {
            assert!(rest.clone().all(|arrival| arrival.is_none()), "nothing written of {rest:?}");
            read.resize(arrivals.len(), None);
            break;
        };
        assert!(written.len <= room && written.len % 4 == 0);
        let feedback = parse(&out[..written.len]);
        assert_eq!((feedback.sender_ssrc, feedback.media_ssrc), (1, 2));
        assert_eq!((feedback.status_count, feedback.feedback_count), (written.statuses, head.feedback_count));
        for (index, status) in feedback.statuses().enumerate() {
            assert_eq!(status.sequence, head.base_sequence.wrapping_add(index as u16));
            read.push(status.arrival_us.map(|us| us as u64 / TICK_US));
        }
        head.base_sequence = head.base_sequence.wrapping_add(written.statuses);
        head.feedback_count = head.feedback_count.wrapping_add(1);
        feedbacks += 1;
    }
    (read, feedbacks)
}

fn ticks(arrivals: &[Option<u64>]) -> Vec<Option<u64>> {
    arrivals.iter().map(|arrival| arrival.map(|us| us / TICK_US)).collect()
}

#[test]
fn steady_arrivals_take_one_run() {
    let arrivals: Vec<_> = (0..100).map(|index| Some(1_000_000 + index * 10_000)).collect();
    let mut out = [0; 1200];
    let written = write_transport_feedback(&mut out, &HEAD, arrivals.iter().copied()).unwrap();
    assert_eq!(written, FeedbackWritten { len: 20 + 2 + 100 + 2, statuses: 100 });
    assert_eq!(out[20..22], (0x2000_u16 + 100).to_be_bytes());
    assert_eq!(round_trip(&arrivals, 1200), (ticks(&arrivals), 1));
}

#[test]
fn lost_and_reordered_arrivals_survive() {
    let arrivals =
        [None, Some(90_000), None, None, Some(80_000), Some(80_249), Some(300_000), None, Some(64_000), None];
    assert_eq!(round_trip(&arrivals, 1200), (ticks(&arrivals), 1));
}

#[test]
fn long_loss_takes_one_run() {
    let mut arrivals = vec![None; 9001];
    arrivals[0] = Some(7_000_000);
    arrivals[9000] = Some(7_100_000);
    let (read, feedbacks) = round_trip(&arrivals, 40);
    assert_eq!((read, feedbacks), (ticks(&arrivals), 1));
}

#[test]
fn delta_that_does_not_fit_starts_a_new_feedback() {
    for jump_us in [8_192_000, 60_000_000] {
        let arrivals = [Some(64_000), Some(64_000 + jump_us), Some(64_000 + jump_us + 500)];
        assert_eq!(round_trip(&arrivals, 1200), (ticks(&arrivals), 2));
    }
    let arrivals = [Some(64_000), Some(64_000 + 8_191_750)];
    assert_eq!(round_trip(&arrivals, 1200), (ticks(&arrivals), 1));
    let backwards = [Some(64_000 + 8_192_250), Some(64_000)];
    assert_eq!(round_trip(&backwards, 1200).0, ticks(&backwards));
}

#[test]
fn full_buffer_starts_a_new_feedback() {
    let arrivals: Vec<_> = (0..50).map(|index| Some(1_000_000 + index * 100_000)).collect();
    let (read, feedbacks) = round_trip(&arrivals, 24);
    assert_eq!(read, ticks(&arrivals));
    assert_eq!(feedbacks, 50);
}

#[test]
fn nothing_received_or_no_room_writes_nothing() {
    let mut out = [0; 64];
    assert_eq!(write_transport_feedback(&mut out, &HEAD, [].into_iter()), None);
    assert_eq!(write_transport_feedback(&mut out, &HEAD, [None, None].into_iter()), None);
    for room in 0..24 {
        assert_eq!(write_transport_feedback(&mut out[..room], &HEAD, [Some(5)].into_iter()), None);
    }
    assert!(write_transport_feedback(&mut out[..24], &HEAD, [Some(5)].into_iter()).is_some());
}

#[test]
fn reference_time_wraps_at_24_bits() {
    let mut out = [0; 64];
    let now_us = (1 << 24) * 64_000 + 500;
    let written = write_transport_feedback(&mut out, &HEAD, [Some(now_us)].into_iter()).unwrap();
    let feedback = parse(&out[..written.len]);
    assert_eq!(feedback.reference_time, 0);
    assert_eq!(feedback.statuses().next().unwrap().arrival_us, Some(500));
}

#[test]
fn statuses_end_at_the_limit() {
    let mut arrivals = vec![None; 0x9000];
    arrivals[0] = Some(1);
    arrivals[0x8FFF] = Some(2);
    let mut out = [0; 1200];
    let written = write_transport_feedback(&mut out, &HEAD, arrivals.iter().copied()).unwrap();
    assert_eq!(written.statuses, MAX_STATUS_COUNT);
    assert_eq!(round_trip(&arrivals, 1200), (ticks(&arrivals), 2));
}

/// Mostly small steps, sometimes a loss, a long pause or a step back.
fn arrivals() -> impl Strategy<Value = Vec<Option<u64>>> {
    let step = prop_oneof![
        6 => (0..20_000_i64).prop_map(Some),
        3 => Just(None),
        1 => (-100_000..100_000_i64).prop_map(Some),
        1 => (-9_000_000..9_000_000_i64).prop_map(Some),
    ];
    (100_000_000_u64..1 << 39, prop::collection::vec((step, 1..20_usize), 1..40)).prop_map(|(start, steps)| {
        let mut now = start;
        let mut arrivals = Vec::new();
        for (step, count) in steps {
            for _ in 0..count {
                now = step.map_or(now, |step| now.saturating_add_signed(step).clamp(1_000_000, 1 << 39));
                arrivals.push(step.map(|_| now));
            }
        }
        arrivals
    })
}

proptest! {
    #![proptest_config(crate::wire::tests::same_every_run())]

    #[test]
    fn any_arrivals_survive(arrivals in arrivals(), room in 24..400_usize) {
        let (read, _) = round_trip(&arrivals, room);
        prop_assert_eq!(read, ticks(&arrivals));
    }
}
