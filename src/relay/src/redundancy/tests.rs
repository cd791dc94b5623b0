use proptest::prelude::*;

use super::*;
use crate::wire::red;

/// What is recovered at `index` and `timestamp` from blocks with these offsets, when `newest` came before.
fn recovered(newest: (u64, u32), (index, timestamp): (u64, u32), offsets: &[u16]) -> Vec<(u64, u32)> {
    let mut redundancy = Redundancy::default();
    redundancy.on_packet(newest.0, newest.1);
    let blocks: Vec<_> =
        offsets.iter().map(|offset| Redundant { payload_type: 111, offset: *offset, payload: b"x" }).collect();
    let mut out = [0; 128];
    let len = red::write(&mut out, &blocks, 111, b"primary").expect("room");
    let red = Red::parse(&out[..len]).expect("just written");
    redundancy.recover(index, timestamp, &red).into_iter().flatten().map(|it| (it.index, it.timestamp)).collect()
}

#[test]
fn one_lost_packet_gets_its_own_number_and_time() {
    assert_eq!(recovered((100, 9_600), (102, 11_520), &[960]), [(101, 10_560)]);
    assert_eq!(recovered((100, 9_600), (102, 11_520), &[1_920, 960]), [(101, 10_560)]);
    assert_eq!(recovered((0x1_FFFF, u32::MAX - 959), (0x2_0001, 960), &[960]), [(0x2_0000, 0)]);
}

#[test]
fn two_lost_packets_are_recovered_from_two_blocks_and_the_nearer_from_one() {
    assert_eq!(recovered((100, 9_600), (103, 12_480), &[1_920, 960]), [(101, 10_560), (102, 11_520)]);
    assert_eq!(recovered((100, 9_600), (103, 12_480), &[960]), [(102, 11_520)]);
    assert_eq!(recovered((100, 9_600), (103, 12_480), &[1_920]), [(101, 10_560)], "a block need not be the neighbour");
}

#[test]
fn nothing_is_recovered_without_a_gap() {
    assert_eq!(recovered((100, 9_600), (101, 10_560), &[1_920, 960]), []);
    assert_eq!(recovered((100, 9_600), (100, 9_600), &[960]), []);
    assert_eq!(recovered((100, 9_600), (99, 8_640), &[960]), [], "late packets tell nothing");
    let mut out = [0; 16];
    let len = red::write(&mut out, &[], 111, b"first").expect("room");
    let red = Red::parse(&out[..len]).expect("just written");
    assert_eq!(Redundancy::default().recover(7, 1, &red), [None; MAX_REDUNDANT]);
}

#[test]
fn numbers_that_are_not_certain_are_not_guessed() {
    // After silence: 3 are missing over 400 ms, and one block is 60 ms old.
    assert_eq!(recovered((100, 0), (104, 19_200), &[2_880]), []);
    // One missing over the same silence: it must be that one.
    assert_eq!(recovered((100, 0), (102, 19_200), &[2_880]), [(101, 16_320)]);
    // More blocks than packets are missing, off the grid.
    assert_eq!(recovered((100, 0), (102, 1_920), &[1_200, 700]), []);
    assert_eq!(recovered((100, 0), (1_000, 900 * 960), &[960]), [], "a new start");
}

#[test]
fn blocks_out_of_order_or_twice_recover_nothing() {
    assert_eq!(recovered((100, 0), (105, 4_800), &[960, 1_920]), []);
    assert_eq!(recovered((100, 0), (105, 4_800), &[960, 960]), []);
    assert_eq!(recovered((100, 0), (102, 1_920), &[0]), []);
}

proptest! {
    /// Whatever a packet claims: numbers lie in the gap, each once, in order, and times with them.
    #[test]
    fn recovered_numbers_lie_in_the_gap(
        newest in (0..1_u64 << 40, any::<u32>()),
        step in 0..120_u64,
        ticks in any::<u32>(),
        offsets in prop::collection::vec(0..1_u16 << 14, 0..=MAX_REDUNDANT),
    ) {
        let index = newest.0 + step;
        let timestamp = newest.1.wrapping_add(ticks % 200_000);
        let found = recovered(newest, (index, timestamp), &offsets);
        prop_assert!(found.iter().all(|(it, _)| (newest.0 + 1..index).contains(it)));
        prop_assert!(found.windows(2).all(|pair| pair[0].0 < pair[1].0));
        prop_assert!(found.iter().all(|(_, at)| timestamp_distance(newest.1, *at) > 0 && timestamp_distance(*at, timestamp) > 0));
    }
}
