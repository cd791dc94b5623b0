use proptest::prelude::*;

use super::{Described, MAX_DESCRIPTOR_LEN, Structure, renumber};

/// Writes bits as the format's syntax tables name them.
#[derive(Default)]
struct Pen {
    bits: Vec<bool>,
}

impl Pen {
    fn put(&mut self, value: u32, width: usize) -> &mut Self {
        self.bits.extend((0..width).rev().map(|at| value >> at & 1 == 1));
        self
    }

    fn bytes(&self) -> Vec<u8> {
        self.bits
            .chunks(8)
            .map(|eight| eight.iter().enumerate().fold(0, |byte, (at, bit)| byte | u8::from(*bit) << (7 - at)))
            .collect()
    }
}

/// Appendix A.6.1: one spatial and three temporal levels. Targets: 30, 15 and 7.5 frames a second.
fn l1t3(pen: &mut Pen, first_id: u32) {
    let (n, d, s) = (0, 1, 2);
    pen.put(first_id, 6).put(2, 5);
    // Templates: T0, T0, T1, T2, T2.
    for next in [0, 1, 1, 0, 3] {
        pen.put(next, 2);
    }
    for indications in [[s, s, s], [s, s, s], [s, d, n], [d, n, n], [d, n, n]] {
        for indication in indications {
            pen.put(indication, 2);
        }
    }
    for fdiff in [None, Some(4), Some(2), Some(1), Some(1)] {
        if let Some(fdiff) = fdiff {
            pen.put(1, 1).put(fdiff - 1, 4);
        }
        pen.put(0, 1);
    }
    // One chain of 0..=3: ns(4) has w = 3, m = 4, so two bits. Each of three targets is protected by 0: ns(2).
    pen.put(1, 2).put(0, 1).put(0, 1).put(0, 1);
    for chain_fdiff in [0, 4, 2, 1, 3] {
        pen.put(chain_fdiff, 4);
    }
    pen.put(1, 1).put(1279, 16).put(719, 16);
}

fn keyframe(first_id: u32) -> Vec<u8> {
    let mut pen = Pen::default();
    pen.put(0b10, 2).put(first_id, 6).put(0xFFFE, 16).put(0b10000, 5);
    l1t3(&mut pen, first_id);
    pen.bytes()
}

fn frame(template: u32, number: u16) -> [u8; 3] {
    let [high, low] = number.to_be_bytes();
    [0xC0 | template as u8, high, low]
}

#[test]
fn keyframe_brings_the_structure_that_the_others_name() {
    let mut structure = None;
    assert_eq!(Described::read(&frame(60, 1), &mut structure), None, "no structure yet");
    let bytes = keyframe(60);
    assert!(bytes.len() > 16, "more than the one-byte form carries");
    let found = Described::read(&bytes, &mut structure).expect("a keyframe");
    assert!(found.has_structure && found.is_frame_start && !found.is_frame_end);
    assert_eq!((found.frame_number, found.temporal, found.opens), (0xFFFE, 0, 2));
    assert_eq!(found.active_targets, Some(0b111));
    // Template ids wrap at 64: 60 and 61 are T0, 62 is T1, 63 and 0 are T2.
    let told = |template, structure: &mut _| {
        Described::read(&frame(template, 7), structure).map(|it| (it.temporal, it.opens, it.has_structure))
    };
    assert_eq!(told(61, &mut structure), Some((0, 2, false)));
    assert_eq!(told(62, &mut structure), Some((1, 2, false)));
    assert_eq!(told(63, &mut structure), Some((2, 0, false)));
    assert_eq!(told(0, &mut structure), Some((2, 0, false)));
    assert_eq!(told(1, &mut structure), None, "of no structure that came");
    for len in 0..bytes.len() {
        let mut other = None;
        assert_eq!(Described::read(&bytes[..len], &mut other), None);
        assert_eq!(other, None);
    }
}

#[test]
fn own_indications_references_chains_and_active_targets_are_read() {
    let mut structure: Option<Box<Structure>> = None;
    Described::read(&keyframe(3), &mut structure).expect("a keyframe");
    let mut pen = Pen::default();
    pen.put(0b11, 2).put(6, 6).put(500, 16).put(0b01111, 5);
    pen.put(0b110, 3).put(0b10_01_00, 6);
    pen.put(1, 2).put(3, 4).put(3, 2).put(999, 12).put(0, 2);
    pen.put(200, 8);
    let bytes = pen.bytes();
    let found = Described::read(&bytes, &mut structure).expect("a frame");
    assert_eq!((found.temporal, found.opens, found.active_targets), (2, 2, Some(0b110)));
    for len in 0..bytes.len() {
        assert_eq!(Described::read(&bytes[..len], &mut structure).filter(|_| len != 3), None);
    }
}

#[test]
fn too_many_templates_levels_or_bytes_are_refused() {
    let mut pen = Pen::default();
    pen.put(0b10, 2).put(0, 6).put(1, 16).put(0b10000, 5).put(0, 6).put(0, 5);
    for _ in 0..64 {
        pen.put(0, 2);
    }
    pen.put(3, 2);
    for _ in 0..20 {
        pen.put(0, 32);
    }
    assert_eq!(Described::read(&pen.bytes(), &mut None), None);
    let mut pen = Pen::default();
    pen.put(0b10, 2).put(0, 6).put(1, 16).put(0b10000, 5).put(0, 6).put(0, 5);
    for _ in 0..4 {
        pen.put(2, 2);
    }
    pen.put(3, 2);
    for _ in 0..20 {
        pen.put(0, 32);
    }
    assert_eq!(Described::read(&pen.bytes(), &mut None), None);
    let mut long = keyframe(0);
    long.resize(MAX_DESCRIPTOR_LEN + 1, 0);
    assert_eq!(Described::read(&long, &mut None), None);
}

proptest! {
    /// Any bytes after any structure: no panic; a new number is all that a rewrite changes.
    #[test]
    fn any_bytes_are_read_or_refused(
        data in prop::collection::vec(any::<u8>(), 0..140), first_id in 0..64_u32, number in any::<u16>(), cut in 0..60_usize,
    ) {
        let mut structure = None;
        Described::read(&keyframe(first_id), &mut structure).expect("a keyframe");
        Described::read(&data, &mut structure);
        let mut mixed = keyframe(first_id);
        mixed.truncate(cut);
        mixed.extend(&data);
        let before = structure.clone();
        if let Some(found) = Described::read(&mixed, &mut structure) {
            let mut again = before;
            prop_assert!(renumber(&mut mixed, number));
            let rewritten = Described::read(&mixed, &mut again).expect("still read");
            prop_assert_eq!(rewritten, Described { frame_number: number, ..found });
            prop_assert_eq!(again, structure);
        }
    }
}
