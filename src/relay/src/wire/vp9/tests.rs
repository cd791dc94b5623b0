use proptest::prelude::*;

use super::{Descriptor, MAX_FRONT_LEN};
use crate::wire::vp8::PictureId;

#[test]
fn keyframe_of_two_spatial_levels_with_its_structure() {
    // I, L, B, V; 15 bits; TID 0, U, SID 0; TL0PICIDX; two spatial levels with sizes, a group of two pictures.
    let structure = [0x38, 1, 0x40, 0, 0xB4, 2, 0x80, 1, 0x68, 2, 0x04, 1, 0x34, 1];
    let mut payload = vec![0xAA, 0x92, 0x34, 0x10, 0x56];
    payload.extend(structure);
    assert_eq!(Descriptor::parse(&payload), None, "nothing follows");
    payload.push(0x82);
    let found = Descriptor::parse(&payload).expect("a descriptor");
    assert!(found.is_keyframe_start() && found.is_switching_up() && !found.is_frame_end() && !found.is_flexible());
    assert_eq!((found.temporal(), found.spatial()), (0, 0));
    assert_eq!((found.picture_id, found.tl0_picture_index), (Some(PictureId::Long(0x1234)), Some(0x56)));
    assert_eq!(found.front_len, 5);
    for len in 0..payload.len() {
        assert_eq!(Descriptor::parse(&payload[..len]), None);
    }
}

#[test]
fn delta_of_the_third_temporal_level_in_flexible_mode() {
    // I, P, L, F, B, E; 7 bits; TID 2, U, SID 1, D; two differences.
    let payload = [0xFC, 0x7F, 0x53, 0x03, 0x04, 0x99];
    let found = Descriptor::parse(&payload).expect("a descriptor");
    assert!(found.is_frame_start() && found.is_frame_end() && found.is_flexible() && found.is_switching_up());
    assert!(!found.is_keyframe_start() && !found.is_picture_start());
    assert_eq!((found.temporal(), found.spatial()), (2, 1));
    assert_eq!((found.picture_id, found.tl0_picture_index), (Some(PictureId::Short(0x7F)), None));
    assert_eq!(Descriptor::parse(&[0xFC, 0x7F, 0x53, 3, 3, 3, 2, 9]), None, "four differences");
}

#[test]
fn second_spatial_level_of_a_keyframe_is_no_start() {
    assert!(!Descriptor::parse(&[0x28, 0x02, 0x07, 1]).expect("a descriptor").is_keyframe_start());
    assert!(Descriptor::parse(&[0x08, 1]).expect("a descriptor").is_keyframe_start());
}

proptest! {
    #[test]
    fn rewritten_front_reads_back_and_keeps_the_rest(
        payload in prop::collection::vec(any::<u8>(), 0..40), picture_id in 0..0x8000_u16, tl0 in any::<u8>(),
    ) {
        let Some(found) = Descriptor::parse(&payload) else { return Ok(()) };
        let mut out = [0; MAX_FRONT_LEN];
        let len = found.write_front(&mut out, picture_id, tl0).expect("room");
        let mut again = out[..len].to_vec();
        again.extend(&payload[found.front_len..]);
        let read = Descriptor::parse(&again).expect("a descriptor");
        prop_assert_eq!(read.picture_id, found.picture_id.map(|_| PictureId::Long(picture_id)));
        prop_assert_eq!(read.tl0_picture_index, found.tl0_picture_index.map(|_| tl0));
        prop_assert_eq!((read.first, read.layer), (found.first, found.layer));
        prop_assert_eq!(&again[read.front_len..], &payload[found.front_len..]);
        prop_assert_eq!(found.write_front(&mut out[..len - 1], picture_id, tl0), None);
    }
}
