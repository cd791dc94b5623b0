use proptest::prelude::*;

use super::*;

fn block(offset: u16, payload: &[u8]) -> Redundant<'_> {
    Redundant { payload_type: 111, offset, payload }
}

#[test]
fn payload_as_chromium_sends_it_is_read() {
    // One block, 960 earlier, of 3 bytes; then the primary.
    let payload = [0xEF, 0x0F, 0x00, 0x03, 0x6F, 1, 2, 3, 7, 8, 9, 10];
    let red = Red::parse(&payload).unwrap();
    assert_eq!(red.primary(), [7, 8, 9, 10]);
    assert_eq!(red.redundant().collect::<Vec<_>>(), [block(960, &[1, 2, 3])]);
    assert_eq!(red.reach(), 960);
    assert!(red.is_all(111) && !red.is_all(110));
}

#[test]
fn payload_without_redundancy_is_one_header_byte_and_the_primary() {
    let red = Red::parse(&[0x6F, 7, 8]).unwrap();
    assert_eq!((red.primary(), red.redundant().count(), red.reach()), (&[7_u8, 8][..], 0, 0));
    let comfort = Red::parse(&[0x6F]).unwrap();
    assert_eq!(comfort.primary(), []);
}

#[test]
fn forged_lengths_are_refused() {
    let cases: [&[u8]; 8] = [
        &[],
        &[0x80],
        &[0xEF, 0x0F, 0x00],
        &[0xEF, 0x0F, 0x00, 0x00],
        &[0xEF, 0x0F, 0x00, 0x01, 0x6F],
        &[0xEF, 0x0F, 0x03, 0xFF, 0x6F, 1, 2, 3],
        &[0xEF, 0x0F, 0x00, 0x01, 0xEF, 0x07, 0x80, 0x01, 0x6F, 1],
        &[0xFF; 1200],
    ];
    for payload in cases {
        assert!(Red::parse(payload).is_none(), "{payload:02x?}");
    }
}

#[test]
fn blocks_beyond_the_bound_are_refused() {
    let mut out = [0; 256];
    let blocks = [block(960, &[1]); MAX_REDUNDANT];
    let len = write(&mut out, &blocks, 111, &[9]).unwrap();
    assert_eq!(Red::parse(&out[..len]).unwrap().redundant().count(), MAX_REDUNDANT);
    let mut more = vec![0xEF, 0x0F, 0x00, 0x01];
    more.extend(&out[..len]);
    more.push(1);
    assert!(Red::parse(&more).is_none());
    assert_eq!(write(&mut out, &[block(960, &[1]); MAX_REDUNDANT + 1], 111, &[9]), None);
}

#[test]
fn blocks_of_another_payload_type_are_told() {
    let mut out = [0; 64];
    let len = write(&mut out, &[Redundant { payload_type: 13, offset: 960, payload: &[1] }], 111, &[9]).unwrap();
    assert!(!Red::parse(&out[..len]).unwrap().is_all(111));
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_a_panic_and_within_the_bytes(payload in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Some(red) = Red::parse(&payload) {
            let blocks: Vec<_> = red.redundant().collect();
            prop_assert!(blocks.len() <= MAX_REDUNDANT);
            let len: usize = blocks.iter().map(|block| REDUNDANT_HEADER_LEN + block.payload.len()).sum();
            prop_assert_eq!(len + PRIMARY_HEADER_LEN + red.primary().len(), payload.len());
        }
    }

    #[test]
    fn what_is_written_is_read_again_also_under_another_payload_type(
        blocks in prop::collection::vec((0..OFFSET_END, prop::collection::vec(any::<u8>(), 0..100)), 0..=MAX_REDUNDANT),
        primary in prop::collection::vec(any::<u8>(), 0..300),
        other in 0..128_u8,
    ) {
        let blocks: Vec<_> = blocks.iter().map(|(offset, payload)| block(*offset, payload)).collect();
        let mut out = [0; 1500];
        let len = write(&mut out, &blocks, 111, &primary).unwrap();
        let red = Red::parse(&out[..len]).unwrap();
        prop_assert_eq!(red.redundant().collect::<Vec<_>>(), blocks.clone());
        prop_assert_eq!(red.primary(), &primary[..]);
        let mut again = [0; 1500];
        let headers_len = red.write_headers(&mut again, other).unwrap();
        again[headers_len..len].copy_from_slice(red.data());
        let rewritten = Red::parse(&again[..len]).unwrap();
        prop_assert!(rewritten.is_all(other));
        prop_assert_eq!(rewritten.primary(), red.primary());
        let without_type = |red: &Red<'_>| red.redundant().map(|it| (it.offset, it.payload.to_vec())).collect::<Vec<_>>();
        prop_assert_eq!(without_type(&rewritten), without_type(&red));
        prop_assert_eq!(red.write_headers(&mut again[..headers_len - 1], other), None);
    }
}
