//! A link of some rate behind the relay: what came over it, and the transport-wide feedback of who is behind it.

use std::collections::VecDeque;

use super::camera::Camera;
use super::{Packet, TRANSPORT, World};
use vdx_relay::congestion::Arrivals;

/// Of UDP and IPv4.
const HEADERS_LEN: u64 = 28;
/// What waits longer is lost.
const MAX_QUEUE_US: u64 = 300_000;
/// One way.
const DELAY_US: u64 = 20_000;

/// Of one client.
pub struct Link {
    client: u64,
    pub bps: u64,
    free_us: u64,
    under_way: VecDeque<(u64, Packet)>,
    arrivals: Arrivals,
    /// What arrived, in order.
    pub received: Vec<Packet>,
    /// Transport-wide numbers in the order of leaving.
    pub left: Vec<u16>,
    pub lost: u64,
    pub longest_queue_us: u64,
}

impl Link {
    pub fn new(client: u64, bps: u64) -> Self {
        Self {
            client,
            bps,
            free_us: 0,
            under_way: VecDeque::new(),
            arrivals: Arrivals::default(),
            received: Vec::new(),
            left: Vec::new(),
            lost: 0,
            longest_queue_us: 0,
        }
    }

    /// Puts on the link what the relay sent by now, takes off it what arrived, and answers with feedback.
    pub fn carry(&mut self, world: &mut World) {
        let now_us = world.now_us;
        for packet in world.take_rtp(self.client) {
            let number = packet.extensions.get(&TRANSPORT).expect("a transport-wide number");
            self.left.push(u16::from_be_bytes([number[0], number[1]]));
            let waits_us = self.free_us.saturating_sub(packet.at_us);
            self.longest_queue_us = self.longest_queue_us.max(waits_us);
            if waits_us > MAX_QUEUE_US {
                self.lost += 1;
                continue;
            }
            let bits = (packet.wire_len as u64 + HEADERS_LEN) * 8;
            self.free_us = self.free_us.max(packet.at_us) + bits * 1_000_000 / self.bps;
            self.under_way.push_back((self.free_us + DELAY_US, packet));
        }
        while self.under_way.front().is_some_and(|(at_us, _)| *at_us <= now_us) {
            let (at_us, packet) = self.under_way.pop_front().expect("looked at");
            let number = &packet.extensions[&TRANSPORT];
            self.arrivals.on_packet(u16::from_be_bytes([number[0], number[1]]), packet.ssrc, at_us);
            self.received.push(packet);
        }
        if self.arrivals.is_due(now_us) {
            let mut plain = [0; 1_000];
            while let Some(len) = self.arrivals.write(1, &mut plain, now_us) {
                world.send_rtcp(self.client, &plain[..len]);
            }
        }
    }

    /// What arrived since the last call under one SSRC.
    pub fn take(&mut self, ssrc: u32) -> Vec<Packet> {
        let (of_it, rest) = std::mem::take(&mut self.received).into_iter().partition(|packet| packet.ssrc == ssrc);
        self.received = rest;
        of_it
    }
}

/// Frames of several cameras, 20 a second, over a link.
pub fn film_over(world: &mut World, cameras: &mut [Camera], link: &mut Link, ms: u64) {
    for tick in 0..ms / 5 {
        if tick % 10 == 0 {
            for camera in cameras.iter_mut() {
                camera.show(world);
            }
        }
        if tick % 500 == 0 {
            world.check_all();
        }
        world.run_ms(5);
        link.carry(world);
    }
}
