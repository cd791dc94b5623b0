use std::collections::{BTreeMap, BTreeSet, HashMap};

use proptest::prelude::*;

use super::{EVERY_LEVEL, FRAMES, RING};
use crate::facts::{Codec, Facts, PacketBase, PassedExtensions};
use crate::rewrite::{Feed, Mapped, Numbers, Rewriter};

/// Levels of a browser's three, and which of them need the last frame of level 0 only.
const PATTERN: [(u8, bool); 8] =
    [(0, false), (2, true), (1, true), (2, false), (0, false), (2, false), (1, false), (2, false)];

fn feed(epoch: u64) -> Feed {
    Feed { source: 3, layer: 1, epoch }
}

/// A publisher's packets in order, with numbers that wrap soon.
#[derive(Debug, Clone)]
struct Stream {
    index: u64,
    frame: u64,
    tl0: u8,
}

impl Stream {
    fn new(index: u64) -> Self {
        Self { index, frame: 0, tl0: 253 }
    }

    fn frame(&mut self, parts: u64, is_keyframe: bool) -> Vec<Facts> {
        let (level, is_sync) = if is_keyframe { (0, false) } else { PATTERN[self.frame as usize % PATTERN.len()] };
        self.tl0 = self.tl0.wrapping_add(u8::from(level == 0));
        let [high, low] = (0x7FF8_u16.wrapping_add(self.frame as u16) | 0x8000).to_be_bytes();
        let packets = (0..parts).map(|part| {
            let base = PacketBase {
                index: self.index + part,
                timestamp: 0xFFFF_F000_u32.wrapping_add(self.frame as u32 * 3_000),
                is_marked: part + 1 == parts,
                extensions: PassedExtensions::default(),
                arrival_us: self.frame * 33_333,
            };
            let descriptor = [
                if part == 0 { 0x90 } else { 0x80 },
                0xE0,
                high,
                low,
                self.tl0,
                level << 6 | u8::from(is_sync) << 5,
                u8::from(!is_keyframe),
            ];
            Facts::of(Codec::Vp8, &descriptor, base).expect("a picture")
        });
        let packets = packets.collect();
        self.index += parts;
        self.frame += 1;
        packets
    }

    fn film(&mut self, frames: usize) -> Vec<Facts> {
        (0..frames).flat_map(|_| self.frame(3, false)).collect()
    }
}

fn begun(stream: &mut Stream) -> Rewriter {
    let mut rewriter = Rewriter::new(0x7FFF, 0xFFFF_FF00, 0x7FF0);
    let start = stream.frame(1, true);
    rewriter.begin(feed(1), &start[0]);
    sent(rewriter.map(feed(1), &start[0]));
    rewriter
}

fn sent(mapped: Mapped) -> Numbers {
    match mapped {
        Mapped::Sent(numbers) => numbers,
        other => panic!("{other:?}"),
    }
}

/// Levels of the frames of which all packets were sent, in order; a frame in pieces fails the test.
fn levels(rewriter: &mut Rewriter, packets: &[Facts]) -> Vec<u8> {
    let mut levels = Vec::new();
    for frame in packets.chunk_by(|one, other| one.timestamp == other.timestamp) {
        let kept: Vec<bool> = frame.iter().map(|it| matches!(rewriter.map(feed(1), it), Mapped::Sent(_))).collect();
        assert!(kept.iter().all(|it| *it == kept[0]), "a frame in pieces");
        if kept[0] {
            levels.push(frame[0].temporal);
        }
    }
    levels
}

#[test]
fn falls_with_the_next_frame_and_rises_one_by_one_with_frames_that_permit_it() {
    let mut stream = Stream::new(65_530);
    let mut rewriter = begun(&mut stream);
    stream.frame = 8;
    assert_eq!(levels(&mut rewriter, &stream.film(4)), [0, 2, 1, 2]);
    let frame = stream.frame(3, false);
    sent(rewriter.map(feed(1), &frame[0]));
    rewriter.set_max_temporal(0);
    assert_eq!(levels(&mut rewriter, &frame[1..]), [0]);
    assert_eq!(levels(&mut rewriter, &stream.film(11)), [0, 0]);
    rewriter.set_max_temporal(1);
    assert_eq!(levels(&mut rewriter, &stream.film(8)), [0, 1, 0, 1], "the first 1 is one that permits it");
    rewriter.set_max_temporal(0);
    levels(&mut rewriter, &stream.film(5));
    rewriter.set_max_temporal(EVERY_LEVEL);
    assert_eq!(levels(&mut rewriter, &stream.film(3)), [], "2, 1 and 2 that need more than what was sent");
    assert_eq!(levels(&mut rewriter, &stream.film(8)), [0, 1, 0, 1]);
    assert_eq!(levels(&mut rewriter, &stream.film(8)), [0, 2, 1, 2, 0, 2, 1, 2]);
    rewriter.set_max_temporal(0);
    levels(&mut rewriter, &stream.film(4));
    rewriter.set_max_temporal(2);
    assert!(matches!(rewriter.map(feed(1), &stream.frame(1, true)[0]), Mapped::Sent(_)));
    assert_eq!(levels(&mut rewriter, &stream.film(3)), [2, 1, 2], "all at once with a keyframe");
}

#[test]
fn keyframe_whose_first_packet_comes_last_brings_all_frames_back() {
    let mut stream = Stream::new(9);
    let mut rewriter = begun(&mut stream);
    rewriter.set_max_temporal(0);
    levels(&mut rewriter, &stream.film(8));
    rewriter.set_max_temporal(EVERY_LEVEL);
    let keyframe = stream.frame(3, true);
    for packet in [&keyframe[1], &keyframe[2], &keyframe[0]] {
        sent(rewriter.map(feed(1), packet));
    }
    assert_eq!(levels(&mut rewriter, &stream.film(3)), [1, 2, 0], "none is left out");
}

#[test]
fn middle_of_a_frame_does_not_fall() {
    let mut stream = Stream::new(9);
    let mut rewriter = begun(&mut stream);
    let frame = stream.frame(3, false);
    assert_eq!(frame[0].temporal, 2);
    sent(rewriter.map(feed(1), &frame[0]));
    rewriter.set_max_temporal(0);
    let numbers = [&frame[2], &frame[1]].map(|it| sent(rewriter.map(feed(1), it)).index);
    assert_eq!(numbers[0], numbers[1] + 1, "its rest is sent, in any order");
    assert_eq!(levels(&mut rewriter, &stream.film(2)), []);
}

#[test]
fn late_packet_of_a_frame_that_was_left_out_is_not_sent_and_leaves_no_gap() {
    let mut stream = Stream::new(9);
    let mut rewriter = begun(&mut stream);
    rewriter.set_max_temporal(0);
    let packets = stream.film(8);
    let before = rewriter.last_index().expect("sent");
    // In the middle, at the end and at the beginning of frames that are left out.
    let late = [1, 5, 15];
    for (at, packet) in packets.iter().enumerate().filter(|(at, _)| !late.contains(at)) {
        let is_sent = matches!(rewriter.map(feed(1), packet), Mapped::Sent(_));
        assert_eq!(is_sent, packet.temporal == 0, "packet {at}");
    }
    for at in late {
        assert_eq!(rewriter.map(feed(1), &packets[at]), Mapped::Dropped, "packet {at}");
    }
    assert_eq!(rewriter.last_index(), Some(before + 6));
}

#[test]
fn late_packets_of_a_whole_frame_go_under_the_numbers_kept_free_for_them() {
    let mut stream = Stream::new(9);
    let mut rewriter = begun(&mut stream);
    rewriter.set_max_temporal(0);
    levels(&mut rewriter, &stream.film(7));
    let packets = stream.film(4);
    assert_eq!(packets[3].temporal, 2);
    assert_eq!(packets[0].temporal, 0);
    let base = rewriter.last_index().expect("sent");
    let picture = sent(rewriter.map(feed(1), &packets[0])).picture_id;
    sent(rewriter.map(feed(1), &packets[1]));
    sent(rewriter.map(feed(1), &packets[2]));
    // A frame of level 2 is missing; what follows is of level 1 and left out.
    assert_eq!(rewriter.map(feed(1), &packets[6]), Mapped::Dropped);
    for packet in &packets[7..] {
        assert_eq!(rewriter.map(feed(1), packet), Mapped::Dropped);
    }
    for (step, packet) in packets[3..6].iter().enumerate() {
        let Mapped::Filled(numbers) = rewriter.map(feed(1), packet) else { panic!("not filled") };
        assert_eq!(numbers.index, base + 4 + step as u64);
        assert_eq!(rewriter.find(numbers.index as u16), None, "never sent again");
        assert_eq!(rewriter.map(feed(1), packet), Mapped::BeforeSpan, "once");
    }
    let next = stream.film(1);
    assert_eq!(next[0].temporal, 0);
    let numbers = sent(rewriter.map(feed(1), &next[0]));
    assert_eq!((numbers.index, numbers.picture_id), (base + 7, (picture + 2) & 0x7FFF));
}

#[test]
fn packet_too_late_for_its_number_is_not_sent() {
    let mut stream = Stream::new(9);
    let mut rewriter = begun(&mut stream);
    rewriter.set_max_temporal(0);
    levels(&mut rewriter, &stream.film(4));
    let packets = stream.film(RING);
    for packet in packets.iter().skip(10) {
        rewriter.map(feed(1), packet);
    }
    assert_eq!(rewriter.map(feed(1), &packets[9]), Mapped::BeforeSpan);
}

#[test]
fn slot_that_leaves_nothing_out_any_more_has_nothing_to_remember() {
    let mut stream = Stream::new(65_000);
    let mut rewriter = begun(&mut stream);
    stream.frame = 8;
    rewriter.set_max_temporal(0);
    levels(&mut rewriter, &stream.film(800));
    rewriter.set_max_temporal(EVERY_LEVEL);
    levels(&mut rewriter, &stream.film(16));
    assert!(rewriter.is_dropping());
    let packets = stream.film(RING / 3 + 8);
    let mut last: Option<Numbers> = None;
    let mut known = Vec::new();
    for packet in &packets {
        let numbers = sent(rewriter.map(feed(1), packet));
        if let Some(last) = last {
            assert_eq!(numbers.index, last.index + 1);
            assert!(matches!(numbers.picture_id.wrapping_sub(last.picture_id) & 0x7FFF, 0 | 1));
        }
        known.push((numbers, *packet));
        last = Some(numbers);
    }
    assert!(!rewriter.is_dropping());
    for (numbers, packet) in known.iter().rev().take(RING / 2) {
        assert_eq!(rewriter.find(numbers.index as u16), Some((feed(1), packet.index)));
        // But for what was told of levels while some could still be asked for: all are sent.
        assert_eq!(rewriter.numbers_again(feed(1), packet), Some(Numbers { temporal: None, ..*numbers }));
    }
}

/// A step of the network or of the bandwidth.
#[derive(Debug, Clone)]
enum Step {
    /// Frames, each of so many packets.
    Frames(Vec<u64>),
    Level(u8),
    Keyframe,
    /// Another source, whose numbers begin anywhere.
    Switch(u32),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        6 => prop::collection::vec(1..5_u64, 1..20).prop_map(Step::Frames),
        3 => prop_oneof![0..3_u8, Just(EVERY_LEVEL)].prop_map(Step::Level),
        1 => Just(Step::Keyframe),
        1 => any::<u32>().prop_map(Step::Switch),
    ];
    prop::collection::vec(step, 1..40)
}

proptest! {
    /// Whatever is lost or late, however the level changes and the sources switch: no number twice; a frame is sent in
    /// whole or not at all; numbers and pictures in the order of the source; without loss there is no gap; each number
    /// leads back to its packet, and none to a packet that was left out.
    #[test]
    fn numbers_stay_dense_and_frames_whole(
        first in any::<u16>(),
        steps in steps(),
        disorder in prop::collection::vec((0..100_u8, 0..60_usize), 4_000),
        // In percent: lost for good, late.
        (loss, delay) in prop_oneof![Just((0, 0)), Just((0, 10)), Just((5, 10)), Just((20, 30))],
    ) {
        let mut rewriter = Rewriter::new(first, 0xFFFF_0000, 0x7FF0);
        let mut dice = disorder.into_iter().cycle();
        let mut used: BTreeMap<u64, (u64, Option<Facts>)> = BTreeMap::new();
        let mut stream = Stream::new(u64::from(first) + 0x1_0000);
        let mut epoch = 0;
        let mut needs_start = true;
        // Packets of the open span that wait, with the packets that still pass them.
        let mut held: Vec<(usize, Facts)> = Vec::new();
        let mut fates: HashMap<u32, bool> = HashMap::new();
        let mut lost = 0;
        for step in steps {
            let packets = match step {
                Step::Level(level) => {
                    rewriter.set_max_temporal(level);
                    continue;
                }
                Step::Switch(base) => {
                    stream = Stream::new(u64::from(base) + 0x1_0000);
                    needs_start = true;
                    continue;
                }
                Step::Keyframe => stream.frame(2, true),
                Step::Frames(parts) => parts.iter().flat_map(|parts| stream.frame(*parts, needs_start && stream.frame == 0)).collect(),
            };
            for packet in packets {
                if needs_start {
                    if !packet.is_start {
                        continue;
                    }
                    epoch += 1;
                    (held, fates) = (Vec::new(), HashMap::new());
                    rewriter.begin(feed(epoch), &packet);
                    needs_start = false;
                } else {
                    let (die, time) = dice.next().expect("endless");
                    if die < loss {
                        lost += 1;
                        continue;
                    }
                    if die < loss + delay {
                        held.push((time, packet));
                        continue;
                    }
                }
                let (mut due, newest) = (vec![packet], packet.timestamp);
                held.retain_mut(|(time, packet)| {
                    if *time == 0 {
                        due.push(*packet);
                        return false;
                    }
                    *time -= 1;
                    true
                });
                for packet in due {
                    match rewriter.map(feed(epoch), &packet) {
                        Mapped::Sent(numbers) => {
                            prop_assert!(used.insert(numbers.index, (epoch, Some(packet))).is_none(), "a number twice");
                            prop_assert!(*fates.entry(packet.timestamp).or_insert(true), "a piece of a frame left out");
                            prop_assert_eq!(rewriter.find(numbers.index as u16), Some((feed(epoch), packet.index)));
                            prop_assert_eq!(rewriter.numbers_again(feed(epoch), &packet), Some(numbers));
                        }
                        Mapped::Filled(numbers) => {
                            prop_assert!(used.insert(numbers.index, (epoch, None)).is_none(), "a number twice");
                            // What is very late is of no use, whatever became of the frame.
                            let frames_late = newest.wrapping_sub(packet.timestamp) / 3_000;
                            let is_whole = frames_late > FRAMES as u32 / 2 || !*fates.entry(packet.timestamp).or_insert(false);
                            prop_assert!(is_whole, "a piece of a frame that was sent is missing");
                            prop_assert_eq!(rewriter.find(numbers.index as u16), None);
                        }
                        Mapped::Dropped => {
                            prop_assert!(!*fates.entry(packet.timestamp).or_insert(false), "a piece of a frame that was sent is missing");
                            prop_assert_eq!(rewriter.numbers_again(feed(epoch), &packet), None);
                        }
                        // Its span began after it.
                        Mapped::BeforeSpan => prop_assert!(delay > 0),
                        other => prop_assert!(false, "{:?}", other),
                    }
                }
            }
        }
        // In order of what went out: of what came, with no gap where nothing is missing.
        let mut last: Option<(u64, u64, u64)> = None;
        let mut frames = BTreeSet::new();
        for (index, (epoch, packet)) in &used {
            if let Some((before, before_epoch, before_in)) = last {
                prop_assert!(*epoch >= before_epoch);
                if loss == 0 && delay == 0 {
                    prop_assert_eq!(*index, before + 1, "a gap");
                }
                if let Some(packet) = packet {
                    prop_assert!(*epoch > before_epoch || packet.index > before_in);
                }
            }
            if let Some(packet) = packet {
                last = Some((*index, *epoch, packet.index));
                frames.insert((*epoch, packet.timestamp));
            }
        }
        prop_assert!(lost == 0 || loss > 0);
    }

    /// Pictures are counted on without a gap where none is lost, also over their wrap.
    #[test]
    fn picture_ids_are_dense(levels in prop::collection::vec(prop_oneof![0..3_u8, Just(EVERY_LEVEL)], 1..30)) {
        let mut stream = Stream::new(65_000);
        let mut rewriter = begun(&mut stream);
        let mut last: Option<(u32, Numbers, u8)> = None;
        for level in levels {
            rewriter.set_max_temporal(level);
            for packet in stream.film(13) {
                let Mapped::Sent(numbers) = rewriter.map(feed(1), &packet) else { continue };
                if let Some((timestamp, before, _)) = last {
                    let step = numbers.picture_id.wrapping_sub(before.picture_id) & 0x7FFF;
                    prop_assert_eq!(step, u16::from(packet.timestamp != timestamp));
                    prop_assert_eq!(numbers.index, before.index + 1);
                    let step = numbers.tl0_picture_index.wrapping_sub(before.tl0_picture_index);
                    prop_assert_eq!(step, u8::from(packet.timestamp != timestamp && packet.temporal == 0));
                }
                last = Some((packet.timestamp, numbers, packet.temporal));
            }
        }
    }
}

#[test]
fn vp9_rises_after_a_frame_that_opens_what_follows_and_keeps_the_distances_of_its_pictures() {
    let mut stream = Stream::new(9);
    let mut rewriter = begun(&mut stream);
    stream.frame = 8;
    let vp9 = |facts: &Facts| Facts {
        codec: Codec::Vp9,
        is_layer_sync: false,
        opens: if facts.temporal == 0 { EVERY_LEVEL } else { 0 },
        ..*facts
    };
    rewriter.set_max_temporal(0);
    let first: Vec<Facts> = stream.film(8).iter().map(vp9).collect();
    let mut pictures = Vec::new();
    for packet in &first {
        if let Mapped::Sent(numbers) = rewriter.map(feed(1), packet) {
            pictures.push(numbers.picture_id);
        }
    }
    assert_eq!(pictures[3].wrapping_sub(pictures[0]) & 0x7FFF, 4, "a gap where three were left out");
    rewriter.set_max_temporal(1);
    let second: Vec<Facts> = stream.film(8).iter().map(vp9).collect();
    assert_eq!(levels(&mut rewriter, &second), [0, 1, 0, 1]);
    rewriter.set_max_temporal(EVERY_LEVEL);
    let third: Vec<Facts> = stream.film(8).iter().map(vp9).collect();
    assert_eq!(levels(&mut rewriter, &third), [0, 2, 1, 2, 0, 2, 1, 2]);
}
