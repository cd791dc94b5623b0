use proptest::prelude::*;

use super::*;

#[test]
fn descriptor_of_one_byte_is_read() {
    let descriptor = Descriptor::parse(&[0x10, 0x00]).unwrap();
    assert_eq!(descriptor.len, 1);
    assert!(descriptor.is_keyframe_start);
    assert_eq!(descriptor.picture_id, None);
}

#[test]
fn descriptor_as_browsers_send_it_is_read() {
    // X S, I L T, 15-bit picture id 0x1234, TL0PICIDX 0x56, TID 2 with Y; P = 1.
    let payload = [0x90, 0xE0, 0x92, 0x34, 0x56, 0xA0, 0x01, 0xFF];
    let descriptor = Descriptor::parse(&payload).unwrap();
    assert_eq!(descriptor.len, 6);
    assert_eq!(descriptor.picture_id, Some(PictureId::Long(0x1234)));
    assert_eq!(descriptor.tl0_picture_index, Some(0x56));
    assert_eq!(descriptor.temporal_layer, Some(2));
    assert!(descriptor.is_layer_sync);
    assert_eq!(descriptor.key_index, None);
    assert!(!descriptor.is_keyframe_start);
    assert!(!descriptor.is_non_reference);
}

#[test]
fn keyframe_starts_only_with_s_and_partition_0_and_p_0() {
    let starts = |first, header| Descriptor::parse(&[first, header]).unwrap().is_keyframe_start;
    assert!(starts(0x10, 0xF0));
    assert!(!starts(0x10, 0xF1));
    assert!(!starts(0x00, 0xF0));
    assert!(!starts(0x11, 0xF0));
}

#[test]
fn descriptor_cut_anywhere_is_none() {
    let payload = [0x90, 0xF0, 0x92, 0x34, 0x56, 0xA0, 0x00];
    for len in 0..payload.len() {
        assert_eq!(Descriptor::parse(&payload[..len]), None, "{len}");
    }
    assert!(Descriptor::parse(&payload).is_some());
}

#[test]
fn rewrite_keeps_the_length_and_all_else() {
    let mut payload = [0x90, 0xE0, 0x92, 0x34, 0x56, 0xA0, 0x01];
    let descriptor = Descriptor::parse(&payload).unwrap();
    assert!(descriptor.rewrite(&mut payload, 0x7FFF, 0xEE));
    assert_eq!(payload, [0x90, 0xE0, 0xFF, 0xFF, 0xEE, 0xA0, 0x01]);
}

#[test]
fn rewrite_of_a_short_picture_id_takes_7_bits() {
    let mut payload = [0x80, 0xC0, 0x05, 0x56, 0x01];
    let descriptor = Descriptor::parse(&payload).unwrap();
    assert!(descriptor.rewrite(&mut payload, 0x1FF, 1));
    assert_eq!(payload, [0x80, 0xC0, 0x7F, 0x01, 0x01]);
}

#[test]
fn rewrite_adds_nothing() {
    let mut payload = [0x80, 0x20, 0x40, 0x01];
    let descriptor = Descriptor::parse(&payload).unwrap();
    assert!(descriptor.rewrite(&mut payload, 0x1FF, 1));
    assert_eq!(payload, [0x80, 0x20, 0x40, 0x01]);
}

#[test]
fn rewrite_of_a_shorter_payload_is_refused() {
    let descriptor = Descriptor::parse(&[0x90, 0xE0, 0x92, 0x34, 0x56, 0xA0, 0x01]).unwrap();
    assert!(!descriptor.rewrite(&mut [0; 5], 1, 1));
}

#[test]
fn widened_descriptor_has_15_bits() {
    let descriptor = Descriptor::parse(&[0x90, 0xF0, 0x05, 0x56, 0x67, 0x00]).unwrap();
    assert_eq!(descriptor.len, 5);
    let mut out = [0; MAX_DESCRIPTOR_LEN];
    assert_eq!(descriptor.write_widened(&mut out, 0x1234, 0x78), Some(6));
    assert_eq!(out, [0x90, 0xF0, 0x92, 0x34, 0x78, 0x67]);
    assert_eq!(descriptor.write_widened(&mut out[..5], 0x1234, 0x78), None);
}

proptest! {
    #![proptest_config(crate::wire::tests::same_every_run())]

    #[test]
    fn any_payload_rewritten_reads_back(payload: Vec<u8>, picture_id in 0..0x8000_u16, tl0: u8) {
        let Some(descriptor) = Descriptor::parse(&payload) else { return Ok(()) };
        let mut copy = payload.clone();
        prop_assert!(descriptor.rewrite(&mut copy, picture_id, tl0));
        let expected = Descriptor {
            picture_id: descriptor.picture_id.map(|old| match old {
                PictureId::Short(_) => PictureId::Short((picture_id & 0x7F) as u8),
                PictureId::Long(_) => PictureId::Long(picture_id),
            }),
            tl0_picture_index: descriptor.tl0_picture_index.map(|_| tl0),
            ..descriptor
        };
        prop_assert_eq!(Descriptor::parse(&copy), Some(expected));
        prop_assert_eq!(&copy[descriptor.len..], &payload[descriptor.len..]);

        let mut widened = vec![0; MAX_DESCRIPTOR_LEN];
        let len = descriptor.write_widened(&mut widened, picture_id, tl0).unwrap();
        widened.truncate(len);
        widened.extend(&payload[descriptor.len..]);
        let expected = Descriptor {
            picture_id: descriptor.picture_id.map(|_| PictureId::Long(picture_id)),
            len,
            ..expected
        };
        // An extension byte that announces nothing is dropped; the fields are the same.
        prop_assert_eq!(Descriptor::parse(&widened), Some(expected));
    }
}
