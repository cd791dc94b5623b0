use super::*;

#[test]
fn original_sequence_written_is_read_back() {
    let mut payload = [0xAA; 6];
    assert_eq!(write_original_sequence(&mut payload, 0xFFFE), Some(2));
    assert_eq!(parse_original(&payload), Some((0xFFFE, &[0xAA_u8; 4][..])));
}

#[test]
fn original_sequence_of_a_probe_is_none() {
    assert_eq!(parse_original(&[]), None);
    assert_eq!(parse_original(&[1]), None);
}

#[test]
fn original_sequence_without_room_writes_nothing() {
    let mut payload = [7];
    assert_eq!(write_original_sequence(&mut payload, 1), None);
    assert_eq!(payload, [7]);
}
