use proptest::test_runner::{Config, RngSeed};

use super::DatagramKind;

/// Property tests try the same cases in every run: a test that failed fails again. What chance would find is the
/// business of the fuzz targets.
pub(super) fn same_every_run() -> Config {
    Config { cases: 1000, rng_seed: RngSeed::Fixed(0x5EED), failure_persistence: None, ..Config::default() }
}

#[test]
fn kind_of_each_first_byte_follows_rfc_7983() {
    for first in 0..=255_u8 {
        let expected = match first {
            0..=3 => DatagramKind::Stun,
            20..=63 => DatagramKind::Dtls,
            128..=191 => DatagramKind::Rtp,
            _ => DatagramKind::Unknown,
        };
        assert_eq!(DatagramKind::of(&[first, 0x60, 0, 0]), expected);
    }
}

#[test]
fn kind_of_second_byte_192_to_223_is_rtcp() {
    for second in 0..=255_u8 {
        let is_rtcp = DatagramKind::of(&[0x80, second]) == DatagramKind::Rtcp;
        assert_eq!(is_rtcp, (192..=223).contains(&second));
    }
}

#[test]
fn kind_of_less_than_two_bytes_is_unknown() {
    assert_eq!(DatagramKind::of(&[]), DatagramKind::Unknown);
    assert_eq!(DatagramKind::of(&[0x80]), DatagramKind::Unknown);
}
