use proptest::prelude::*;

use super::*;

fn read(profile: u16, block: &[u8]) -> Vec<(u8, Vec<u8>)> {
    Extensions::new(profile, block).map(|element| (element.id, element.data.to_vec())).collect()
}

#[test]
fn one_byte_form_with_padding_between_is_read() {
    // The figure of RFC 8285 §4.2: one byte, two bytes, padding, four bytes.
    let block = [0x10, 0xAA, 0x21, 0xB0, 0xB1, 0, 0, 0x33, 1, 2, 3, 4];
    let expected = vec![(1, vec![0xAA]), (2, vec![0xB0, 0xB1]), (3, vec![1, 2, 3, 4])];
    assert_eq!(read(ONE_BYTE_PROFILE, &block), expected);
}

#[test]
fn two_byte_form_with_empty_element_is_read() {
    // The figure of RFC 8285 §4.3: no byte, one byte, padding, four bytes.
    let block = [1, 0, 2, 1, 0xBB, 0, 3, 4, 1, 2, 3, 4];
    let expected = vec![(1, vec![]), (2, vec![0xBB]), (3, vec![1, 2, 3, 4])];
    assert_eq!(read(0x100F, &block), expected);
}

#[test]
fn one_byte_form_ends_at_id_15() {
    assert_eq!(read(ONE_BYTE_PROFILE, &[0x10, 1, 0xF0, 9, 0x20, 2]), [(1, vec![1])]);
}

#[test]
fn one_byte_form_ends_at_padding_with_a_length() {
    assert_eq!(read(ONE_BYTE_PROFILE, &[0x10, 1, 0x01, 9, 9, 0x20, 2]), [(1, vec![1])]);
}

#[test]
fn two_byte_form_has_no_special_id_15() {
    assert_eq!(read(TWO_BYTE_PROFILE, &[15, 1, 7]), [(15, vec![7])]);
}

#[test]
fn element_over_the_end_ends_the_walk() {
    assert_eq!(read(ONE_BYTE_PROFILE, &[0x10, 1, 0x2F, 1]), [(1, vec![1])]);
    assert_eq!(read(TWO_BYTE_PROFILE, &[1, 1, 1, 2, 5, 0]), [(1, vec![1])]);
    assert_eq!(read(TWO_BYTE_PROFILE, &[1]), []);
}

#[test]
fn unknown_profile_has_no_elements() {
    assert_eq!(read(0x1234, &[0x10, 1, 2, 3]), []);
}

#[test]
fn audio_level_is_read_and_written() {
    let level = AudioLevel { is_voice: true, level: 30 };
    assert_eq!(level.encode(), [0x9E]);
    assert_eq!(AudioLevel::parse(&[0x9E]), Some(level));
    assert_eq!(AudioLevel::parse(&[0x7F]), Some(AudioLevel { is_voice: false, level: 127 }));
    assert_eq!(AudioLevel { is_voice: false, level: 200 }.encode(), [127]);
    assert_eq!(AudioLevel::parse(&[]), None);
}

#[test]
fn transport_sequence_of_both_versions_is_read() {
    assert_eq!(parse_transport_sequence(&encode_transport_sequence(0xABCD)), Some(0xABCD));
    assert_eq!(parse_transport_sequence(&[0, 7, 0x80, 1]), Some(7));
    assert_eq!(parse_transport_sequence(&[7]), None);
}

#[test]
fn abs_send_time_wraps_at_64_seconds() {
    assert_eq!(encode_abs_send_time(0), [0, 0, 0]);
    assert_eq!(encode_abs_send_time(1_000_000), [0x04, 0, 0]);
    assert_eq!(encode_abs_send_time(63_999_999), [0xFF, 0xFF, 0xFF]);
    assert_eq!(encode_abs_send_time(64_000_000), [0, 0, 0]);
    assert_eq!(encode_abs_send_time(64_500_000), [0x02, 0, 0]);
    assert_eq!(parse_abs_send_time(&[0x02, 0, 1]), Some(0x2_0001));
}

#[test]
fn orientation_is_read_and_written() {
    for byte in 0..16_u8 {
        let orientation = Orientation::parse(&[byte]).unwrap();
        assert_eq!(orientation.encode(), [byte]);
    }
    let orientation = Orientation::parse(&[0x0B]).unwrap();
    assert_eq!(orientation, Orientation { is_back_camera: true, is_flipped: false, rotation_degrees: 270 });
}

#[test]
fn playout_delay_is_read_and_written() {
    let delay = PlayoutDelay { minimum_ms: 100, maximum_ms: 400 };
    assert_eq!(delay.encode(), [0x00, 0xA0, 0x28]);
    assert_eq!(PlayoutDelay::parse(&[0x00, 0xA0, 0x28]), Some(delay));
    let capped = PlayoutDelay { minimum_ms: 0, maximum_ms: u16::MAX }.encode();
    assert_eq!(PlayoutDelay::parse(&capped).unwrap().maximum_ms, 40_950);
    assert_eq!(PlayoutDelay::parse(&[0, 0]), None);
}

#[test]
fn playout_delay_that_contradicts_itself_is_none_and_a_long_minimum_is_shortened() {
    assert_eq!(PlayoutDelay::parse(&[0x02, 0x80, 0x0A]), None, "400 ms at least, 100 ms at most");
    assert_eq!(PlayoutDelay::NONE.encode(), [0x00, 0x03, 0xE8]);
    let longest = PlayoutDelay::parse(&[0xFF, 0xFF, 0xFF]).unwrap().capped();
    assert_eq!(longest, PlayoutDelay { minimum_ms: 400, maximum_ms: 40_950 });
    assert_eq!(PlayoutDelay::NONE.capped(), PlayoutDelay::NONE);
}

proptest! {
    #![proptest_config(crate::wire::tests::same_every_run())]

    #[test]
    fn any_block_gives_elements_that_lie_in_it(profile: u16, block: Vec<u8>) {
        for profile in [profile, ONE_BYTE_PROFILE, TWO_BYTE_PROFILE] {
            let total: usize = Extensions::new(profile, &block).map(|element| element.data.len()).sum();
            prop_assert!(total <= block.len());
        }
    }

    #[test]
    fn any_abs_send_time_keeps_the_time_to_4_us(now_us: u64) {
        let units = u64::from(parse_abs_send_time(&encode_abs_send_time(now_us)).unwrap());
        prop_assert!(units.abs_diff((now_us % 64_000_000) * 262_144 / 1_000_000) <= 1);
    }
}
