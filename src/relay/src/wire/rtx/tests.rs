use super::*;

#[test]
fn original_sequence_and_payload_are_told_apart() {
    assert_eq!(parse_original(&[0xFF, 0xFE, 0xAA, 0xAB]), Some((0xFFFE, &[0xAA_u8, 0xAB][..])));
    assert_eq!(parse_original(&[0, 1]), Some((1, &[][..])));
}

#[test]
fn original_sequence_of_a_probe_is_none() {
    assert_eq!(parse_original(&[]), None);
    assert_eq!(parse_original(&[1]), None);
}
