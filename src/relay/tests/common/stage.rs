//! The call of the picture tests: two who publish three layers each, one who looks.

use super::camera::{Camera, Stamp};
use super::{Packet, World, camera, slots};

pub const ANNA: u64 = 1;
pub const BO: u64 = 2;
pub const VIEWER: u64 = 4;
pub const SLOT: u32 = 1000;
pub const RIDS: [&str; 3] = ["q", "h", "f"];

/// Anna and Bo publish three layers each, a viewer has two slots.
pub fn call() -> (World, [Camera; 2]) {
    let mut world = World::new();
    world.connect(ANNA, vec![camera("0", 11, &RIDS)], Vec::new());
    world.connect(BO, vec![camera("0", 22, &RIDS)], Vec::new());
    world.connect(VIEWER, Vec::new(), slots(2));
    world.allow(11);
    world.allow(22);
    (world, [Camera::new(ANNA, 11, "0", &RIDS, 5000), Camera::new(BO, 22, "0", &RIDS, 6000)])
}

/// Checks that one slot's packets are one unbroken stream and answers their stamps.
pub fn unbroken(packets: &[Packet], last: &mut Option<(Packet, Stamp)>) -> Vec<Stamp> {
    let mut stamps = Vec::new();
    for packet in packets {
        let stamp = Stamp::read(&packet.payload);
        assert_eq!(packet.csrcs, [stamp.source], "a picture under another's name");
        if let Some((before, before_stamp)) = last {
            assert_eq!(packet.sequence, before.sequence.wrapping_add(1), "sequence");
            let is_same_frame = (stamp.source, stamp.layer, stamp.frame)
                == (before_stamp.source, before_stamp.layer, before_stamp.frame);
            let ticks = packet.timestamp.wrapping_sub(before.timestamp);
            let pictures = stamp.picture_id.wrapping_sub(before_stamp.picture_id) & 0x7FFF;
            let tl0 = stamp.tl0.wrapping_sub(before_stamp.tl0);
            if is_same_frame {
                assert_eq!((ticks, pictures, tl0), (0, 0, 0), "one frame");
            } else {
                assert!((1..90_000).contains(&ticks), "timestamp went on by {ticks}");
                assert_eq!((pictures, tl0), (1, 1), "picture id and TL0PICIDX");
                if (stamp.source, stamp.layer) != (before_stamp.source, before_stamp.layer) {
                    assert!(stamp.is_keyframe && stamp.is_start, "a switch begins with a keyframe");
                }
            }
        } else {
            assert!(stamp.is_keyframe && stamp.is_start, "the first packet is a keyframe's");
        }
        *last = Some((packet.clone(), stamp));
        stamps.push(stamp);
    }
    stamps
}

pub fn of_slot(packets: Vec<Packet>, ssrc: u32) -> Vec<Packet> {
    packets.into_iter().filter(|packet| packet.ssrc == ssrc).collect()
}
