//! Workers of one relay with real mailboxes between them, and one that stands still: the others go on, and of what it
//! is not told any more, upper layers go first, then pictures, then sound.

use crate::common;

use std::collections::VecDeque;
use std::sync::Arc;

use common::camera::{Camera, Stamp};
use common::{Packet, World, camera, microphone, slots, sound};
use vdx_relay::post::Post;
use vdx_relay::socket::EventFd;
use vdx_relay::wire_api::{Command, SlotKind};

const ANNA: u64 = 1;
const PICTURE: u32 = 11;
const VOICE: u32 = 12;
const VOICE_SSRC: u32 = 9_000;
const RIDS: [&str; 3] = ["q", "h", "f"];
const WORKERS: usize = 3;
/// Of the worker that stands still, and of one that does not.
const STUCK: usize = 1;
const LIVELY: usize = 2;
/// The highest layer that a viewer takes, by its place among those of a worker.
const LAYERS: [u8; 3] = [0, 1, 2];
const FRAME_MS: u64 = 50;
const VOICES_PER_FRAME: u64 = 5;

/// Anna is the first worker's; each other has three viewers, who take one layer each and her voice.
struct Relay {
    worlds: Vec<World>,
    post: Post,
    anna: Camera,
    spoken: u64,
}

fn viewer(worker: usize, place: usize) -> u64 {
    (10 * worker + place) as u64
}

impl Relay {
    fn new() -> Self {
        let wakes = (0..WORKERS).map(|_| Arc::new(EventFd::new().expect("a descriptor"))).collect();
        let mut worlds: Vec<World> = (0..WORKERS).map(|_| World::new()).collect();
        for (own, world) in (0..).zip(&mut worlds) {
            world.forwarder.join_exchange(own, WORKERS);
            world.forwarder.lift_media_budget();
        }
        let mut anna = Camera::new(ANNA, PICTURE, "0", &RIDS, 5_000);
        (anna.parts, anna.bulk) = ([60, 20, 20], 1_000);
        let mut relay = Self { worlds, post: Post::new(wakes), anna, spoken: 0 };
        let lines = vec![camera("0", PICTURE, &RIDS), microphone("1", VOICE, VOICE_SSRC)];
        relay.worlds[0].connect(ANNA, lines, Vec::new());
        for worker in [STUCK, LIVELY] {
            for (place, layer) in LAYERS.into_iter().enumerate() {
                let id = viewer(worker, place);
                relay.worlds[worker].connect(id, Vec::new(), slots(1));
                relay.worlds[worker].bind(id, SlotKind::Video, 0, PICTURE, layer);
                relay.worlds[worker].bind(id, SlotKind::Speaker, 0, VOICE, 0);
            }
        }
        for world in &mut relay.worlds {
            world.allow(PICTURE);
            world.allow(VOICE);
        }
        relay.exchange(true);
        relay
    }

    /// Each worker takes what came for it and sends what it has; one that stands still does neither.
    fn exchange(&mut self, is_stuck_moving: bool) {
        for _ in 0..4 {
            for (own, world) in self.worlds.iter_mut().enumerate() {
                if own == STUCK && !is_stuck_moving {
                    continue;
                }
                let mut parcels = VecDeque::new();
                for from in 0..WORKERS as u16 {
                    self.post.take(from, own as u16, &mut parcels);
                }
                for (from, mut parcel) in parcels {
                    world.forwarder.handle_parcel(from, &mut parcel, &mut world.sink, world.now_us);
                    world.deliver();
                    self.post.give_back(from, own as u16, parcel);
                }
                world.forwarder.post(|to, parcel| self.post.send(own as u16, to, parcel));
            }
        }
    }

    /// A frame of each layer, and sound; then time passes.
    fn step(&mut self, is_stuck_moving: bool) {
        self.anna.show(&mut self.worlds[0]);
        for _ in 0..VOICES_PER_FRAME {
            self.spoken += 1;
            let mut packet = sound(VOICE_SSRC, self.spoken, Some(20));
            packet.payload.resize(1_200, 0);
            self.worlds[0].send(ANNA, &packet, self.spoken);
        }
        self.exchange(is_stuck_moving);
        for (own, world) in self.worlds.iter_mut().enumerate() {
            if own == STUCK && !is_stuck_moving {
                world.now_us += FRAME_MS * 1_000;
            } else {
                world.run_ms(FRAME_MS);
            }
        }
        self.exchange(is_stuck_moving);
    }

    fn cut(&mut self) -> u64 {
        self.worlds[0].forwarder.counters().exchange_packets_cut
    }

    /// What the viewers of a worker got since the last call: of each the pictures of its layer, and the voices' numbers.
    fn take(&mut self, worker: usize) -> [(Vec<Stamp>, Vec<u64>); 3] {
        LAYERS.map(|layer| {
            let packets = self.worlds[worker].take_rtp(viewer(worker, usize::from(layer)));
            let (voices, pictures): (Vec<Packet>, Vec<Packet>) = packets.into_iter().partition(|it| it.ssrc < 1_000);
            assert!(voices.iter().all(|it| it.csrcs == [VOICE]) && pictures.iter().all(|it| it.csrcs == [PICTURE]));
            let numbers = voices.iter().map(|it| u64::from_be_bytes(it.payload[..8].try_into().expect("eight")));
            let numbers = numbers.collect();
            let stamps: Vec<Stamp> = pictures.iter().map(|it| Stamp::read(&it.payload)).collect();
            (stamps, numbers)
        })
    }
}

fn are_dense(frames: &[u32]) -> bool {
    frames.windows(2).all(|pair| pair[1] == pair[0] || pair[1] == pair[0] + 1)
}

#[test]
fn worker_that_stands_still_is_sent_less_and_less_while_the_others_miss_nothing() {
    let mut relay = Relay::new();
    for _ in 0..20 {
        relay.step(true);
    }
    for worker in [STUCK, LIVELY] {
        for (layer, (stamps, voices)) in LAYERS.into_iter().zip(relay.take(worker)) {
            assert!(stamps.iter().any(|it| it.layer == layer), "worker {worker} has layer {layer}");
            assert!(voices.len() > 80, "worker {worker} hears");
        }
    }
    assert_eq!(relay.cut(), 0);

    // It takes nothing until even sound is not sent to it any more.
    let (first_frame, first_voice) = (relay.anna.frame_number() + 1, relay.spoken + 1);
    let mut cuts = vec![relay.cut()];
    while cuts.len() < 400 {
        relay.step(false);
        cuts.push(relay.cut());
    }
    let (last_frame, last_voice) = (relay.anna.frame_number(), relay.spoken);
    let of_each_frame = u64::from(last_frame - first_frame + 1);
    for (layer, (stamps, voices)) in LAYERS.into_iter().zip(relay.take(LIVELY)) {
        let parts = u64::from(relay.anna.parts[usize::from(layer)]);
        assert_eq!(stamps.len() as u64, of_each_frame * parts, "all of layer {layer} where nothing is wrong");
        assert!(stamps.iter().all(|it| it.layer == layer));
        assert_eq!(voices, (first_voice..=last_voice).collect::<Vec<u64>>(), "and every voice");
    }

    // What waited for it: sound reaches furthest, then the lowest layer, and no frame has a hole before its end.
    relay.exchange(true);
    let waited = relay.take(STUCK);
    let ends = LAYERS.map(|layer| waited[usize::from(layer)].0.last().expect("some").frame);
    let sound_ends = waited[0].1.last().copied().expect("some");
    assert!(ends[2] < ends[0] && ends[1] < ends[0], "upper layers first: {ends:?}");
    assert!((sound_ends - first_voice) / VOICES_PER_FRAME > u64::from(ends[0] - first_frame), "sound last");
    assert!(sound_ends < last_voice, "and not even sound without end");
    let mut handed = 0;
    for (stamps, voices) in &waited {
        assert!(are_dense(&stamps.iter().map(|it| it.frame).collect::<Vec<u32>>()));
        assert_eq!(voices, &(first_voice..=sound_ends).collect::<Vec<u64>>());
        handed += stamps.len() as u64;
    }
    let pictures = of_each_frame * relay.anna.parts.iter().map(|parts| u64::from(*parts)).sum::<u64>();
    let not_handed = pictures - handed + (last_voice - sound_ends);
    assert_eq!(relay.cut(), not_handed, "what was not handed over is counted, each packet once");

    // It goes on with a keyframe in each layer.
    for world in &mut relay.worlds {
        world.check_all();
    }
    for _ in 0..40 {
        relay.step(true);
    }
    let cut = relay.cut();
    for (layer, (stamps, voices)) in LAYERS.into_iter().zip(relay.take(STUCK)) {
        let begin = stamps.first().expect("pictures again");
        assert!(
            begin.is_keyframe && begin.is_start && begin.frame > last_frame,
            "layer {layer} begins anew: {begin:?}"
        );
        assert!(are_dense(&stamps.iter().map(|it| it.frame).collect::<Vec<u32>>()));
        assert_eq!(voices.last(), Some(&relay.spoken));
    }
    for _ in 0..20 {
        relay.step(true);
    }
    assert_eq!(relay.cut(), cut, "nothing is cut any more");
}

#[test]
fn publisher_who_leaves_while_a_worker_stands_still_is_gone_from_it_when_it_moves_again() {
    let mut relay = Relay::new();
    for _ in 0..20 {
        relay.step(true);
    }
    for _ in 0..20 {
        relay.step(false);
    }
    relay.worlds[0].command(Command::RemovePeer { peer: ANNA });
    for source in [PICTURE, VOICE] {
        for world in &mut relay.worlds {
            world.command(Command::ForgetSource { room: common::ROOM, source });
        }
    }
    relay.exchange(false);
    relay.exchange(true);
    for world in &mut relay.worlds {
        world.run_ms(100);
        assert_eq!(world.forwarder.counters().sources, 0);
    }
}
