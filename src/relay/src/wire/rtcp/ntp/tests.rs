use proptest::prelude::*;

use super::*;

#[test]
fn ntp_times_of_known_instants_are_right() {
    assert_eq!(NtpTime::from_unix_us(0).0, 2_208_988_800 << 32);
    assert_eq!(NtpTime::from_unix_us(500_000).0 as u32, 0x8000_0000);
    // 7 February 2036: the era ends.
    let end_us = ((1_u64 << 32) - 2_208_988_800) * 1_000_000;
    assert_eq!(NtpTime::from_unix_us(end_us).0, 0);
    assert_eq!(NtpTime::from_unix_us(end_us).us_since(NtpTime::from_unix_us(end_us - 7)), 7);
}

#[test]
fn round_trip_of_the_example_of_rfc_3550_is_right() {
    // §6.4.1: A = 0xb710:8000, LSR = 0xb705:2000, DLSR = 5.250 s; 6.125 s.
    let now = NtpTime(0xB710_8000 << 16);
    assert_eq!(round_trip_us(now, 0xB705_2000, 0x0005_4000), Some(6_125_000));
    assert_eq!(round_trip_us(now, 0, 0x0005_4000), None);
    assert_eq!(round_trip_us(now, 0xB710_8000, 10), Some(0));
    assert_eq!(round_trip_us(now, 0xB710_8000, 0x0010_0000), None);
}

#[test]
fn compact_times_are_capped() {
    assert_eq!(compact_from_us(5_250_000), 0x0005_4000);
    assert_eq!(compact_from_us(u64::MAX), u32::MAX);
    assert_eq!(compact_to_us(0x0005_4000), 5_250_000);
}

proptest! {
    #![proptest_config(crate::wire::tests::same_every_run())]

    #[test]
    fn any_ntp_difference_survives(start_us in 0..1_u64 << 50, difference_us in -(1_i64 << 40)..1 << 40) {
        let start = NtpTime::from_unix_us(start_us);
        prop_assert_eq!(start.plus_us(difference_us).us_since(start), difference_us);
    }
}
