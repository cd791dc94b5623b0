use super::*;
use crate::facts::{Codec, PacketBase, PassedExtensions};
use proptest::prelude::*;

fn feed(epoch: u64) -> Feed {
    Feed { source: 3, layer: 1, epoch }
}

fn facts(index: u64, timestamp: u32, arrival_us: u64) -> Facts {
    let base = PacketBase { index, timestamp, is_marked: false, extensions: PassedExtensions::default(), arrival_us };
    Facts::of(Codec::Opus, &[1], base).expect("sound is always good")
}

fn picture(index: u64, picture_id: u16, tl0: u8) -> Facts {
    let base = PacketBase {
        index,
        timestamp: index as u32 * 3_000,
        is_marked: false,
        extensions: PassedExtensions::default(),
        arrival_us: index * 33_333,
    };
    let [high, low] = (picture_id | 0x8000).to_be_bytes();
    Facts::of(Codec::Vp8, &[0x90, 0xE0, high, low, tl0, 0, 0], base).expect("a picture")
}

fn sent(mapped: Mapped) -> Numbers {
    match mapped {
        Mapped::Sent(numbers) => numbers,
        other => panic!("{other:?}"),
    }
}

#[test]
fn switch_goes_on_where_the_last_span_ended() {
    let mut rewriter = Rewriter::new(0xFFFF, 0xFFFF_FF00, 0x7FFE);
    rewriter.begin(feed(1), &picture(70_000, 5, 9));
    let first = sent(rewriter.map(feed(1), &picture(70_000, 5, 9)));
    assert_eq!((first.index, first.picture_id), (0x7FFF, 0x7FFF), "first sequence below 2^15");
    let third = sent(rewriter.map(feed(1), &picture(70_002, 6, 10)));
    assert_eq!((third.index, third.picture_id), (0x8001, 0));
    let second = sent(rewriter.map(feed(1), &picture(70_001, 5, 9)));
    assert_eq!((second.index, second.picture_id), (0x8000, 0x7FFF), "late, under its own number");
    rewriter.begin(feed(2), &picture(9, 300, 200));
    let after = sent(rewriter.map(feed(2), &picture(9, 300, 200)));
    assert_eq!((after.index, after.picture_id), (0x8002, 1));
    assert_eq!(after.tl0_picture_index, third.tl0_picture_index.wrapping_add(1));
    assert_eq!(rewriter.map(feed(2), &picture(8, 299, 199)), Mapped::BeforeSpan);
    assert_eq!(rewriter.map(feed(1), &picture(70_003, 7, 11)), Mapped::OtherLayer);
    assert_eq!(rewriter.map(feed(2), &picture(10 + MAX_GAP, 299, 199)), Mapped::Gap);
}

#[test]
fn timestamp_goes_on_by_the_time_that_passed() {
    let mut rewriter = Rewriter::new(0, 1_000, 0);
    rewriter.begin(feed(1), &facts(1, 777, 1_000_000));
    assert_eq!(sent(rewriter.map(feed(1), &facts(1, 777, 1_000_000))).timestamp, 1_001);
    rewriter.begin(feed(2), &facts(1, 0xFFFF_FFFF, 1_500_000));
    let numbers = sent(rewriter.map(feed(2), &facts(1, 0xFFFF_FFFF, 1_500_000)));
    assert_eq!(numbers.timestamp, 1_001 + 24_000);
    rewriter.begin(feed(3), &facts(1, 5, 1_500_000));
    assert_eq!(sent(rewriter.map(feed(3), &facts(1, 5, 1_500_000))).timestamp, numbers.timestamp + 1);
    // By capture, when both are known and plausible.
    let at = |captured_us, arrival_us| Facts { captured_us: Some(captured_us), ..facts(1, 5, arrival_us) };
    rewriter.begin(feed(4), &at(2_000_000, 2_100_000));
    let before = sent(rewriter.map(feed(4), &at(2_000_000, 2_100_000))).timestamp;
    rewriter.begin(feed(5), &at(2_020_000, 2_300_000));
    assert_eq!(sent(rewriter.map(feed(5), &at(2_020_000, 2_300_000))).timestamp, before + 960);
    rewriter.begin(feed(6), &at(9_000_000, 2_320_000));
    assert_eq!(sent(rewriter.map(feed(6), &at(9_000_000, 2_320_000))).timestamp, before + 960 * 2);
}

#[test]
fn old_numbers_lead_back_to_their_packets_until_too_many_switches_came() {
    let mut rewriter = Rewriter::new(100, 0, 0);
    for epoch in 1..=20_u64 {
        rewriter.begin(feed(epoch), &facts(epoch * 1_000, 0, 0));
        for index in 0..10 {
            sent(rewriter.map(feed(epoch), &facts(epoch * 1_000 + index, 0, 0)));
        }
    }
    assert_eq!(rewriter.find(100 + 19 * 10 + 3), Some((feed(20), 20_003)));
    assert_eq!(rewriter.find(100 + 12 * 10), Some((feed(13), 13_000)));
    assert_eq!(rewriter.find(100 + 11 * 10 + 9), None, "the ninth last span");
    assert_eq!(rewriter.find(100 + 200), None, "not sent yet");
    let again = rewriter.numbers_again(feed(13), &facts(13_004, 0, 0)).expect("kept");
    assert_eq!(again.index, 100 + 12 * 10 + 4);
    rewriter.forget(|it| it == feed(13));
    assert_eq!(rewriter.find(100 + 12 * 10), None);
    assert!(rewriter.numbers_again(feed(13), &facts(13_004, 0, 0)).is_none());
}

proptest! {
    /// Whatever arrives and however often it switches: no index twice, timestamps of new spans go forward, each
    /// number leads back to its packet.
    #[test]
    fn no_index_is_used_twice(
        first in any::<u16>(),
        turns in prop::collection::vec((any::<u32>(), any::<u32>(), prop::collection::vec(0..40_u64, 1..60)), 1..30),
    ) {
        let mut rewriter = Rewriter::new(first, 0xFFFF_0000, 0x7FF0);
        let mut used = std::collections::HashSet::new();
        let mut now_us = 0;
        let mut last_timestamp = None;
        for (turn, (base, timestamp, jumps)) in turns.into_iter().enumerate() {
            let feed = feed(turn as u64);
            let start = u64::from(base) + 0x1_0000;
            now_us += 20_000;
            rewriter.begin(feed, &facts(start, timestamp, now_us));
            let mut arrived = std::collections::HashSet::new();
            let mut highest = start;
            // The first packet, then steps of up to 19 forward or 20 back, each packet once.
            for jump in std::iter::once(20).chain(jumps) {
                let index = (highest + jump).saturating_sub(20);
                if !arrived.insert(index) {
                    continue;
                }
                highest = highest.max(index);
                let packet = facts(index, timestamp.wrapping_add((index.wrapping_sub(start) as u32).wrapping_mul(960)), now_us);
                match rewriter.map(feed, &packet) {
                    Mapped::Sent(numbers) => {
                        prop_assert!(used.insert(numbers.index));
                        prop_assert_eq!(rewriter.find(numbers.index as u16), Some((feed, index)));
                        if index == start {
                            if let Some(last) = last_timestamp {
                                prop_assert!(is_newer_timestamp(numbers.timestamp, last));
                            }
                        }
                        if last_timestamp.is_none_or(|last| is_newer_timestamp(numbers.timestamp, last)) {
                            last_timestamp = Some(numbers.timestamp);
                        }
                    }
                    Mapped::BeforeSpan => prop_assert!(index < start),
                    other => prop_assert!(false, "{:?}", other),
                }
            }
        }
    }
}
