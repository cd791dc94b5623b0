//! A publisher that takes REMB and no transport-wide feedback, on ways of all kinds: what it is told, and that who takes
//! the better feedback is told none. A model of a sender that follows what it is told, in virtual time; seeded.

use crate::common::{Packet, World, camera, slots, sound};
use crate::network::link::{Conditions, Link, Loss};
use vdx_relay::wire::extension::encode_abs_send_time;
use vdx_relay::wire::rtcp::{Rtcp, RtcpPackets};
use vdx_relay::wire_api::{Extensions, Receive};

const SEEDS: std::ops::Range<u64> = 1..21;
const PUBLISHER: u64 = 1;
const SSRC: u32 = 5_000;
const SEND_TIME: u8 = 6;
const STEP_US: u64 = 1_000;
const FRAME_US: u64 = 33_333;
const PACKET_BYTES: usize = 1_000;
/// What it sends before it is told anything.
const START_BPS: u64 = 1_000_000;
/// What its coder can use.
const MOST_BPS: u64 = 2_000_000;

struct Call {
    world: World,
    up: Link<Vec<u8>>,
    told_bps: Option<u64>,
    /// When, and what.
    told: Vec<(u64, u64)>,
    has_send_time: bool,
    index: u64,
    frame_us: u64,
    owed: f64,
    /// How long packets waited in the queue, since the last call.
    waits_us: Vec<u64>,
}

impl Call {
    fn new(conditions: Conditions, seed: u64, has_send_time: bool) -> Self {
        let mut world = World::new();
        let line = Receive { ssrc: SSRC, remb: true, ..camera("0", 11, &[]) };
        let mut add = World::add_peer(PUBLISHER, vec![line], Vec::new());
        add.extensions = Extensions { transport_cc: 0, ..add.extensions };
        add.extensions.abs_send_time = if has_send_time { SEND_TIME } else { 0 };
        world.connect_as(add);
        let frame_us = world.now_us;
        let up = Link::new(conditions, seed);
        let (told_bps, told, waits_us) = (None, Vec::new(), Vec::new());
        Self { world, up, told_bps, told, has_send_time, index: 100, frame_us, owed: 0.0, waits_us }
    }

    fn run_s(&mut self, seconds: f64) {
        let end_us = self.world.now_us + (seconds * 1e6) as u64;
        let mut checked_us = 0;
        while self.world.now_us < end_us {
            if self.world.now_us >= checked_us {
                checked_us = self.world.now_us + 2_500_000;
                self.world.check_all();
            }
            self.publish();
            self.world.now_us += STEP_US;
            let now_us = self.world.now_us;
            while let Some((_, datagram)) = self.up.receive(now_us) {
                let route = World::route_of(PUBLISHER);
                self.world.datagram(route, datagram);
            }
            if now_us % 5_000 == 0 {
                self.world.forwarder.handle_timeout(&mut self.world.sink, now_us);
                self.world.deliver();
                self.react();
            }
        }
    }

    fn publish(&mut self) {
        let now_us = self.world.now_us;
        if now_us < self.frame_us {
            return;
        }
        self.frame_us += FRAME_US;
        let bps = self.told_bps.unwrap_or(START_BPS).min(MOST_BPS);
        self.owed += bps as f64 * FRAME_US as f64 / 8e6;
        self.waits_us.push(self.up.wait_us(now_us));
        while self.owed > 0.0 {
            self.owed -= PACKET_BYTES as f64;
            self.index += 1;
            let mut packet: Packet = sound(SSRC, self.index, None);
            packet.payload_type = 96;
            packet.timestamp = (now_us * 9 / 100) as u32;
            packet.payload = vec![0x90, 0xE0, 0x80, self.index as u8, 1, 0, 1, 7];
            packet.payload.resize(PACKET_BYTES - 50, 0);
            if self.has_send_time {
                packet.extensions.insert(SEND_TIME, encode_abs_send_time(now_us).to_vec());
            }
            let (_, sealed) = self.world.seal(PUBLISHER, &packet, self.index);
            let len = sealed.len();
            self.up.send(sealed, len, now_us);
        }
    }

    fn react(&mut self) {
        for compound in self.world.clients.get_mut(&PUBLISHER).expect("a client").take_rtcp() {
            for packet in RtcpPackets::new(&compound) {
                match packet.expect("well-formed") {
                    Rtcp::Remb(remb) => {
                        assert_eq!(remb.ssrcs().collect::<Vec<_>>(), [SSRC]);
                        self.told_bps = Some(remb.bitrate_bps);
                        self.told.push((self.world.now_us, remb.bitrate_bps));
                    }
                    Rtcp::TransportFeedback(_) => panic!("was not negotiated"),
                    _ => {}
                }
            }
        }
    }

    /// A percentile of the waits in the queue since the last call.
    fn wait_ms(&mut self, percent: usize) -> u64 {
        let mut waits = std::mem::take(&mut self.waits_us);
        waits.sort_unstable();
        waits[waits.len() * percent / 100] / 1_000
    }

    fn bps(&self) -> u64 {
        self.told_bps.expect("it was told")
    }
}

fn link(seed: u64, rate_bps: u64) -> Conditions {
    Conditions {
        rate_bps,
        delay_us: 10_000 + seed % 5 * 15_000,
        jitter_us: seed % 3 * 6_000,
        loss: if seed % 4 == 3 { Loss::Random(0.01) } else { Loss::None },
        ..Conditions::default()
    }
}

#[test]
fn publisher_is_told_what_its_way_carries_and_follows_a_step_down_and_up() {
    for seed in SEEDS {
        let mut call = Call::new(link(seed, 1_000_000), seed, true);
        call.run_s(15.0);
        assert!((600_000..1_150_000).contains(&call.bps()), "seed {seed}: {} at 1 Mbit/s", call.bps());
        call.wait_ms(50);
        call.run_s(10.0);
        let wait_ms = call.wait_ms(80);
        assert!(wait_ms <= 100, "seed {seed}: {wait_ms} ms in the queue");
        call.up.conditions.rate_bps = 300_000;
        call.run_s(4.0);
        assert!((150_000..330_000).contains(&call.bps()), "seed {seed}: {} at 300 kbit/s", call.bps());
        call.wait_ms(50);
        call.run_s(10.0);
        let wait_ms = call.wait_ms(80);
        assert!(wait_ms <= 150, "seed {seed}: {wait_ms} ms in the narrow queue");
        call.up.conditions.rate_bps = 1_000_000;
        call.run_s(25.0);
        assert!(call.bps() > 550_000, "seed {seed}: {} after 1 Mbit/s is back", call.bps());
    }
}

#[test]
fn wide_way_is_used_up_and_rate_is_told_once_a_second() {
    let mut call = Call::new(Conditions::default(), 1, true);
    call.run_s(20.0);
    assert!(call.bps() >= MOST_BPS, "{}", call.bps());
    assert!((15..=22).contains(&call.told.len()), "{}", call.told.len());
    assert!(call.bps() <= MOST_BPS * 16 / 10 + 20_000, "no more than there is a sign of: {}", call.bps());
}

/// Nothing tells of the queue, but what it drops.
#[test]
fn without_send_times_loss_alone_lowers_the_rate() {
    let mut call = Call::new(link(0, 400_000), 3, false);
    call.run_s(15.0);
    assert!((200_000..560_000).contains(&call.bps()), "{}", call.bps());
    let mut free = Call::new(Conditions { loss: Loss::Random(0.01), ..Conditions::default() }, 4, false);
    free.run_s(15.0);
    assert!(free.bps() > 1_500_000, "{}", free.bps());
}

#[test]
fn silent_publisher_is_told_nothing_and_one_with_better_feedback_neither() {
    let mut call = Call::new(Conditions::default(), 1, true);
    call.run_s(5.0);
    let told = call.told.len();
    assert!(told >= 3);
    call.frame_us = u64::MAX;
    call.run_s(10.0);
    assert!(call.told.len() <= told + 1);
    let mut world = World::new();
    let mut line = camera("0", 11, &[]);
    line.ssrc = SSRC;
    world.connect(PUBLISHER, vec![line], slots(0));
    for index in 1..500 {
        let mut packet = sound(SSRC, index, None);
        (packet.payload_type, packet.payload) = (96, vec![0x90, 0xE0, 0x80, 1, 1, 0, 1, 7]);
        world.send(PUBLISHER, &packet, index);
        world.run_ms(10);
    }
    let counters = world.forwarder.counters();
    assert!(counters.twcc_out > 50 && counters.remb_out == 0);
}

/// A hostile sender's clock: send times that jump, run backwards or stand still. The rate stays within its bounds.
#[test]
fn nonsense_send_times_do_no_harm() {
    let mut call = Call::new(Conditions::default(), 1, true);
    let mut dice = crate::network::Seed::new(9);
    for _ in 0..2_000 {
        call.index += 1;
        let mut packet = sound(SSRC, call.index, None);
        (packet.payload_type, packet.payload) = (96, vec![0x90, 0xE0, 0x80, 1, 1, 0, 1, 7]);
        let nonsense = (dice.next() as u32).to_be_bytes();
        packet.extensions.insert(SEND_TIME, nonsense[..dice.below(5).min(4) as usize].to_vec());
        call.world.send(PUBLISHER, &packet, call.index);
        call.world.run_ms(7);
        call.react();
    }
    assert!(call.told.iter().all(|(_, bps)| (40_000..=100_000_000).contains(bps)));
}
