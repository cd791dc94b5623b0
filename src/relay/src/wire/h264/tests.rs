use proptest::prelude::*;

use super::*;

const SPS: &[u8] = &[0x67, 0x42, 0xE0, 0x1F];
const PPS: &[u8] = &[0x68, 0xCE, 0x38];
const IDR: &[u8] = &[0x65, 0x88, 0x84];

fn stap_a(units: &[&[u8]]) -> Vec<u8> {
    let mut payload = vec![0x78];
    for unit in units {
        payload.extend((unit.len() as u16).to_be_bytes());
        payload.extend(*unit);
    }
    payload
}

#[test]
fn stap_a_with_parameters_is_a_keyframe_start() {
    let found = H264Payload::parse(&stap_a(&[SPS, PPS])).unwrap();
    assert_eq!(found.packing, Packing::StapA);
    assert!(found.has_sps && found.has_pps && !found.has_idr);
    assert!(found.is_keyframe_start());
    let found = H264Payload::parse(&stap_a(&[SPS, PPS, IDR])).unwrap();
    assert!(found.has_idr && found.is_keyframe_start());
}

#[test]
fn single_units_are_told_apart() {
    let sps = H264Payload::parse(SPS).unwrap();
    assert_eq!(sps.packing, Packing::Single);
    assert!(sps.is_keyframe_start());
    let pps = H264Payload::parse(PPS).unwrap();
    assert!(pps.has_pps && !pps.is_keyframe_start());
    let idr = H264Payload::parse(IDR).unwrap();
    assert!(idr.is_idr_start && !idr.is_keyframe_start());
    let slice = H264Payload::parse(&[0x41, 0x9A]).unwrap();
    assert!(!slice.has_idr && !slice.is_keyframe_start());
}

#[test]
fn fragments_of_an_idr_start_once() {
    let start = H264Payload::parse(&[0x7C, 0x85, 0x88]).unwrap();
    assert_eq!(start.packing, Packing::FuA { is_start: true, is_end: false });
    assert!(start.has_idr && start.is_idr_start && !start.is_keyframe_start());
    let end = H264Payload::parse(&[0x7C, 0x45, 0x88]).unwrap();
    assert_eq!(end.packing, Packing::FuA { is_start: false, is_end: true });
    assert!(end.has_idr && !end.is_idr_start);
}

#[test]
fn fragment_in_the_middle_of_an_sps_is_no_start() {
    assert!(H264Payload::parse(&[0x7C, 0x87, 0x42]).unwrap().is_keyframe_start());
    assert!(!H264Payload::parse(&[0x7C, 0x07, 0x42]).unwrap().is_keyframe_start());
}

#[test]
fn broken_payloads_are_none() {
    let cut = stap_a(&[SPS, PPS]);
    let empty_unit = stap_a(&[SPS, &[]]);
    for payload in [
        &[][..],
        &[0x00, 1],       // unspecified
        &[0x79, 0, 0, 1], // STAP-B
        &[0x7D, 0x85, 1], // FU-B
        &[0x78],          // STAP-A without units
        &[0x7C, 0x85],    // FU-A without payload
        &cut[..cut.len() - 1],
        &empty_unit,
    ] {
        assert_eq!(H264Payload::parse(payload), None, "{payload:x?}");
    }
}

proptest! {
    #![proptest_config(crate::wire::tests::same_every_run())]

    #[test]
    fn any_payload_gives_consistent_facts(payload: Vec<u8>) {
        if let Some(found) = H264Payload::parse(&payload) {
            prop_assert!(!found.is_idr_start || found.has_idr);
        }
    }

    #[test]
    fn any_stap_a_finds_each_unit(types in prop::collection::vec(1..=23_u8, 1..8), size in 1..40_usize) {
        let units: Vec<Vec<u8>> = types.iter().map(|kind| vec![*kind; size]).collect();
        let units: Vec<&[u8]> = units.iter().map(Vec::as_slice).collect();
        let found = H264Payload::parse(&stap_a(&units)).unwrap();
        prop_assert_eq!(found.has_sps, types.contains(&7));
        prop_assert_eq!(found.has_pps, types.contains(&8));
        prop_assert_eq!(found.has_idr, types.contains(&5));
    }
}
