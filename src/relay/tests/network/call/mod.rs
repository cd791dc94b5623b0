//! A call over the real forwarder with real SRTP: publishers and viewers, each on a way of two links.

mod publisher;
mod viewer;

use vdx_relay::forwarder::TICK_US;
use vdx_relay::wire_api::{Command, Event, Slot, SlotKind};

use crate::common::stage::RIDS;
use crate::common::{World, camera, measured_slots, microphone};
use crate::network::link::{Conditions, Link};
use publisher::Publisher;
use viewer::Viewer;

const STEP_US: u64 = 1_000;
const CHECK_US: u64 = 2_500_000;

/// A way to the relay and back.
pub struct Way {
    pub up: Link<Vec<u8>>,
    pub down: Link<Vec<u8>>,
}

impl Way {
    pub fn new(up: Conditions, down: Conditions, seed: u64) -> Self {
        Self { up: Link::new(up, seed), down: Link::new(down, seed ^ 0xABCD) }
    }
}

pub struct Call {
    pub world: World,
    pub publishers: Vec<(Publisher, Way)>,
    pub viewers: Vec<(Viewer, Way)>,
    /// The estimate of the first viewer once a second, as Python is told.
    pub estimates: Vec<(u64, u64)>,
    /// When its pictures were paused and went on, as Python is told.
    pub pauses: Vec<(u64, bool)>,
    check_us: u64,
}

impl Call {
    /// Publishers have ids from 1 and sources 11, 12, ...; sound is source + 100.
    pub fn new(publishers: u64, viewers: u64, up: Conditions, down: Conditions, seed: u64) -> Self {
        let world = World::new();
        let check_us = world.now_us;
        let (estimates, pauses) = (Vec::new(), Vec::new());
        let mut call = Self { world, publishers: Vec::new(), viewers: Vec::new(), estimates, pauses, check_us };
        (1..=publishers).for_each(|id| call.publish(id, up, seed));
        (50..50 + viewers).for_each(|id| call.join(id, publishers, down, seed));
        call
    }

    /// A publisher comes, and is shown to nobody yet.
    pub fn publish(&mut self, id: u64, up: Conditions, seed: u64) {
        let world = &mut self.world;
        let source = 10 + id as u32;
        let sound_ssrc = 10_050 + id as u32 * 100;
        let lines = vec![microphone("0", source + 100, sound_ssrc), camera("1", source, &RIDS)];
        world.connect(id, lines, Vec::new());
        world.allow(source);
        world.allow(source + 100);
        let begins_us = world.now_us + (id * 7_000 + seed * 3_700) % 33_000;
        let publisher = Publisher::new(id, RIDS, begins_us, seed * 1_000 + id * 10);
        self.publishers.push((publisher, Way::new(up, Conditions::default(), seed * 100 + id)));
    }

    /// A viewer comes with so many slots for pictures, and is shown everyone who is there.
    pub fn join(&mut self, id: u64, slots: u64, down: Conditions, seed: u64) {
        let slots = measured_slots(slots as u16).into_iter().map(|slot| Slot { red: true, ..slot });
        self.world.connect(id, Vec::new(), slots.collect());
        (0..self.publishers.len()).for_each(|index| self.show(id, index));
        let way = Way::new(Conditions::default(), down, seed * 100 + id);
        self.viewers.push((Viewer::new(id, self.world.now_us), way));
    }

    /// A viewer is shown a publisher.
    pub fn show(&mut self, viewer: u64, publisher: usize) {
        let (kind, index, source) = (SlotKind::Video, publisher as u16, 11 + publisher as u32);
        let bind = Command::BindSlot { peer: viewer, kind, index, source, max_layer: 2, priority: 0 };
        // What the relay sends for it goes onto the links, a request for a keyframe too.
        self.world.forwarder.handle_command(bind, &mut self.world.sink, self.world.now_us);
    }

    pub fn run_s(&mut self, seconds: f64) {
        let end_us = self.world.now_us + (seconds * 1e6) as u64;
        while self.world.now_us < end_us {
            self.step();
        }
    }

    fn step(&mut self) {
        self.world.now_us += STEP_US;
        let now_us = self.world.now_us;
        if now_us >= self.check_us {
            self.check_us += CHECK_US;
            let ids: Vec<u64> = self.world.clients.keys().copied().collect();
            for id in ids {
                self.world.check(id, true);
            }
        }
        for at in 0..self.publishers.len() {
            let (publisher, way) = &mut self.publishers[at];
            while let Some((_, mut datagram)) = way.down.receive(now_us) {
                let client = self.world.clients.get_mut(&publisher.client).expect("a client");
                let Ok(len) = client.from_relay.open_rtcp(&mut datagram) else { continue };
                for again in publisher.react(&datagram[..len], &mut self.world) {
                    let len = again.len();
                    way.up.send(again, len, now_us);
                }
            }
            for datagram in publisher.make(&mut self.world, now_us) {
                let len = datagram.len();
                way.up.send(datagram, len, now_us);
            }
            let id = publisher.client;
            while let Some((_, mut datagram)) = self.publishers[at].1.up.receive(now_us) {
                let world = &mut self.world;
                world.forwarder.handle_datagram(World::route_of(id), &mut datagram, &mut world.sink, now_us);
            }
        }
        for at in 0..self.viewers.len() {
            let (viewer, way) = &mut self.viewers[at];
            while let Some((_, mut datagram)) = way.down.receive(now_us) {
                if matches!(datagram[1], 192..=223) {
                    viewer.on_rtcp(&mut datagram, &mut self.world, now_us);
                } else {
                    viewer.on_rtp(&mut datagram, &mut self.world, now_us);
                }
            }
            for datagram in viewer.make(&mut self.world, now_us) {
                let len = datagram.len();
                way.up.send(datagram, len, now_us);
            }
            let id = viewer.client;
            while let Some((_, mut datagram)) = self.viewers[at].1.up.receive(now_us) {
                let world = &mut self.world;
                world.forwarder.handle_datagram(World::route_of(id), &mut datagram, &mut world.sink, now_us);
            }
        }
        if now_us % TICK_US == 0 {
            let world = &mut self.world;
            world.forwarder.handle_timeout(&mut world.sink, now_us);
        }
        self.carry();
        self.listen();
    }

    /// What the forwarder sent goes onto the links.
    fn carry(&mut self) {
        let now_us = self.world.now_us;
        for (route, datagram) in std::mem::take(&mut self.world.sink.sent) {
            let len = datagram.len();
            let ways = self.publishers.iter_mut().map(|(publisher, way)| (publisher.client, way));
            let mut ways = ways.chain(self.viewers.iter_mut().map(|(viewer, way)| (viewer.client, way)));
            let is_media = matches!(datagram[0], 128..=191);
            if let Some((_, way)) = ways.find(|(id, _)| is_media && World::route_of(*id) == route) {
                way.down.send(datagram, len, now_us);
            }
        }
    }

    fn listen(&mut self) {
        let first = self.viewers.first().map_or(0, |(viewer, _)| viewer.client);
        for event in self.world.forwarder.take_events() {
            if std::env::var("TRACE").is_ok() {
                println!("{} {event:?}", self.world.now_us);
            }
            match event {
                Event::PeerQuality { peer, estimate_bps, .. } if peer == first => {
                    self.estimates.push((self.world.now_us, estimate_bps));
                }
                Event::SlotPaused { peer, kind: SlotKind::Video, paused, .. } if peer == first => {
                    self.pauses.push((self.world.now_us, paused));
                }
                _ => {}
            }
        }
    }
}
