use super::super::{Described, Structure};
use super::{MAX_KEPT_LEN, MAX_WRITTEN_LEN, keep, write};

/// `tests/data/descriptors/README.md` says where they are from.
const CAPTURED: [&str; 2] = [
    include_str!("../../../../../../tests/data/descriptors/chromium-av1.txt"),
    include_str!("../../../../../../tests/data/descriptors/chromium-vp9.txt"),
];
/// One spatial and three temporal levels, appendix A.6.1: targets of 30, 15 and 7.5 frames a second.
const KEYFRAME: [u8; 21] = [
    0x80, 0xFF, 0xFE, 0x80, 0x02, 0x14, 0xEA, 0xAA, 0x44, 0x10, 0x4D, 0x14, 0x10, 0x20, 0x10, 0x84, 0xE0, 0x9F, 0xE0,
    0x59, 0xE0,
];

/// What is said of one packet when it goes on, with the frame number 7.
fn forwarded(data: &[u8], structure: &mut Option<Box<Structure>>, temporal: Option<u8>) -> Vec<u8> {
    let described = Described::read(data, structure);
    let mut room = [0; MAX_KEPT_LEN];
    let kept = keep(&mut room, data, described.as_ref().map(|it| &it.targets)).expect("room");
    let mut out = [0xFF; MAX_WRITTEN_LEN];
    write(&mut out, kept, 7, temporal).expect("a descriptor").to_vec()
}

/// As a receiver reads it, which knows only what was forwarded.
fn received(data: &[u8], structure: &mut Option<Box<Structure>>) -> Described {
    Described::read(data, structure).expect("a descriptor")
}

fn captured(text: &str) -> impl Iterator<Item = Vec<u8>> {
    let byte = |line: &str, at: usize| u8::from_str_radix(&line[at..at + 2], 16).expect("hexadecimal");
    text.lines().map(move |line| (0..line.len()).step_by(2).map(|at| byte(line, at)).collect())
}

#[test]
fn descriptor_goes_on_as_it_came_where_nothing_is_left_out() {
    for text in CAPTURED {
        let mut structure = None;
        for data in captured(text) {
            let sent = forwarded(&data, &mut structure, None);
            assert_eq!((&sent[..1], &sent[3..]), (&data[..1], &data[3..]));
        }
    }
}

#[test]
fn short_descriptor_gets_flags_and_the_targets_that_are_left() {
    let mut structure = None;
    forwarded(&KEYFRAME, &mut structure, None);
    // Flags 01000, targets 1 and 2 (of level 1 and 0), no more.
    assert_eq!(forwarded(&[0xC2, 1, 2], &mut structure, Some(1)), [0xC2, 0, 7, 0b0100_0110]);
    assert_eq!(forwarded(&[0xC1, 1, 2], &mut structure, Some(0)), [0xC1, 0, 7, 0b0100_0100]);
    assert_eq!(forwarded(&[0xC3, 1, 2], &mut structure, Some(7)), [0xC3, 0, 7, 0b0100_0111], "all again");
}

#[test]
fn bitmask_lies_behind_the_structure_and_nothing_else_changes() {
    let mut structure = None;
    let sent = forwarded(&KEYFRAME, &mut structure, Some(0));
    assert_eq!(sent.len(), KEYFRAME.len() + 1, "the structure ends near the end of its last byte");
    let mut theirs = None;
    let read = received(&sent, &mut theirs);
    let whole = received(&KEYFRAME, &mut structure);
    assert_eq!((whole.active_targets, read.active_targets), (Some(0b111), Some(0b100)));
    assert_eq!((read.frame_number, read.has_structure, read.temporal, read.opens), (7, true, 0, whole.opens));
    // What follows is read by the structure that came with it.
    assert_eq!(received(&[0xC2, 0, 8], &mut theirs).targets.active, 0b100, "as was told last");
}

#[test]
fn publishers_own_bitmask_is_replaced_and_what_it_does_not_send_stays_inactive() {
    let mut structure = None;
    forwarded(&KEYFRAME, &mut structure, None);
    // It ends target 0 (the flag and 110), and has a chain difference of its own (50).
    let own = [0xC1, 0, 1, 0b0100_1110, 0b0011_0010];
    assert_eq!(forwarded(&own, &mut structure, Some(7)), [0xC1, 0, 7, 0b0100_1110, 0b0011_0010]);
    assert_eq!(forwarded(&own, &mut structure, Some(0)), [0xC1, 0, 7, 0b0100_1100, 0b0011_0010]);
    assert_eq!(forwarded(&[0xC1, 0, 2], &mut structure, Some(7)), [0xC1, 0, 7, 0b0100_0110], "still");
    let _ = forwarded(&KEYFRAME, &mut structure, None);
    assert_eq!(forwarded(&[0xC1, 0, 2], &mut structure, Some(7)), [0xC1, 0, 7, 0b0100_0111], "a structure begins anew");
}

#[test]
fn stream_whose_every_target_is_cut_and_one_that_cannot_be_read_go_on_unchanged() {
    // One target of two temporal levels, no chain: 1 frame in two is left out of it.
    let single = [0x80, 0, 1, 0b1000_0000, 0, 0b0111_1001, 0b0100_0000, 0];
    let mut structure = None;
    let read = received(&single, &mut structure);
    assert_eq!((read.targets.count, read.targets.levels[0]), (1, 1));
    assert_eq!(forwarded(&[0xC0, 1, 2], &mut structure, Some(0)), [0xC0, 0, 7]);
    assert_eq!(forwarded(&[0xC5, 1, 2], &mut structure, Some(0)), [0xC5, 0, 7], "of no structure that came");
}

/// What Chromium sends (references and chains of its own, frame numbers that skip those of other layers) stays readable and
/// means the same, but for the targets.
#[test]
fn captured_descriptors_say_the_same_with_fewer_targets() {
    for text in CAPTURED {
        for level in 0..=2 {
            let (mut ours, mut theirs) = (None, None);
            let mut left_out = 0;
            // Its targets are 7.5, 15 and 30 frames a second.
            for data in captured(text) {
                let came = Described::read(&data, &mut ours).expect("a descriptor");
                if came.temporal > level {
                    left_out += 1;
                    continue;
                }
                let read = received(&forwarded(&data, &mut ours, Some(level)), &mut theirs);
                let left = 0b111 >> (2 - level);
                assert_eq!(read.active_targets, Some(left));
                let known = |it: Described| {
                    (it.is_frame_start, it.is_frame_end, it.has_structure, it.spatial, it.temporal, it.opens)
                };
                assert_eq!(known(read), known(came));
            }
            assert_eq!(left_out > 10, level < 2, "{left_out}");
        }
    }
}

/// The bits behind the bitmask are those that were there.
#[test]
fn references_and_chains_of_a_captured_frame_are_only_moved() {
    let frames: Vec<Vec<u8>> = captured(CAPTURED[1]).collect();
    let mut structure = None;
    forwarded(&frames[0], &mut structure, None);
    let long = frames.iter().skip(1).find(|frame| frame.len() == 6).expect("references and chains of its own");
    let sent = forwarded(long, &mut structure, Some(1));
    let bits = |bytes: &[u8]| -> Vec<bool> {
        bytes.iter().flat_map(|byte| (0..8).rev().map(move |at| byte >> at & 1 == 1)).collect()
    };
    let (before, after) = (bits(long), bits(&sent));
    assert_eq!(after[24..29], [false, true, before[26], before[27], before[28]]);
    assert_eq!(after[29..32], [false, true, true]);
    assert_eq!(after[32..32 + before.len() - 29], before[29..]);
}
