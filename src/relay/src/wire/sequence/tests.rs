use proptest::prelude::*;

use super::*;

#[test]
fn newer_across_the_wrap_holds() {
    assert!(is_newer(0, 0xFFFF));
    assert!(!is_newer(0xFFFF, 0));
    assert!(!is_newer(5, 5));
    assert!(is_newer_timestamp(10, u32::MAX - 10));
}

#[test]
fn newer_of_exact_opposites_is_neither() {
    assert!(!is_newer(0x8000, 0));
    assert!(!is_newer(0, 0x8000));
    assert!(!is_newer_timestamp(0x8000_0000, 0));
    assert!(!is_newer_timestamp(0, 0x8000_0000));
}

#[test]
fn unwrapper_follows_reordering_across_the_wrap() {
    let mut unwrapper = SequenceUnwrapper::default();
    assert_eq!(unwrapper.highest(), None);
    let extended: Vec<u64> =
        [0xFFFE, 0, 0xFFFF, 1, 0xFFF0].into_iter().map(|number| unwrapper.unwrap(number)).collect();
    assert_eq!(extended, [0x1_FFFE, 0x2_0000, 0x1_FFFF, 0x2_0001, 0x1_FFF0]);
    assert_eq!(unwrapper.highest(), Some(0x2_0001));
}

#[test]
fn unwrapper_takes_numbers_before_the_first() {
    let mut unwrapper = SequenceUnwrapper::default();
    assert_eq!(unwrapper.unwrap(0), 0x1_0000);
    assert_eq!(unwrapper.unwrap(0xFFFF), 0xFFFF);
    assert_eq!(unwrapper.unwrap(0x8000), 0x8000);
    let mut unwrapper = TimestampUnwrapper::default();
    assert_eq!(unwrapper.unwrap(0), 0x1_0000_0000);
    assert_eq!(unwrapper.unwrap(u32::MAX), 0xFFFF_FFFF);
}

#[test]
fn peek_remembers_nothing() {
    let mut unwrapper = SequenceUnwrapper::default();
    unwrapper.unwrap(10);
    assert_eq!(unwrapper.peek(20), 0x1_0014);
    assert_eq!(unwrapper.highest(), Some(0x1_000A));
}

proptest! {
    #![proptest_config(crate::wire::tests::same_every_run())]

    #[test]
    fn newer_is_antisymmetric(a: u16, b: u16) {
        prop_assert!(!(is_newer(a, b) && is_newer(b, a)));
        if a != b && a.wrapping_sub(b) != 0x8000 {
            prop_assert!(is_newer(a, b) ^ is_newer(b, a));
        }
        prop_assert_eq!(a.wrapping_add_signed(distance(a, b)), b);
    }

    #[test]
    fn unwrapper_inverts_truncation(start: u16, steps in prop::collection::vec(-0x7FFF_i64..0x8000, 1..200)) {
        let mut unwrapper = SequenceUnwrapper::default();
        let mut highest = 0x1_0000 + u64::from(start);
        prop_assert_eq!(unwrapper.unwrap(start), highest);
        for step in steps {
            let truth = highest.saturating_add_signed(step);
            prop_assert_eq!(unwrapper.unwrap(truth as u16), truth);
            highest = highest.max(truth);
            prop_assert_eq!(unwrapper.highest(), Some(highest));
        }
    }

    #[test]
    fn timestamps_invert_truncation(start: u32, steps in prop::collection::vec(-0x7FFF_FFFF_i64..0x8000_0000, 1..50)) {
        let mut unwrapper = TimestampUnwrapper::default();
        let mut highest = 0x1_0000_0000 + u64::from(start);
        prop_assert_eq!(unwrapper.unwrap(start), highest);
        for step in steps {
            let truth = highest.saturating_add_signed(step);
            prop_assert_eq!(unwrapper.unwrap(truth as u32), truth);
            highest = highest.max(truth);
        }
    }
}
