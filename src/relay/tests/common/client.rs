//! What stands around the forwarder: a network that is a list, and clients that hold the other half of the keys.

use std::collections::HashMap;

use vdx_relay::sink::Sink;
use vdx_relay::socket::Route;
use vdx_relay::srtp::{Inbound, Outbound, SendGuard};
use vdx_relay::wire::rtp::RtpHeader;
use vdx_relay::wire_api::Ice;

use super::World;

/// A generator of numbers that are the same in every run.
pub struct Dice(pub u64);

impl Dice {
    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    pub fn percent(&mut self, share: u64) -> bool {
        self.below(100) < share
    }
}

/// What the forwarder sent, by destination.
#[derive(Default)]
pub struct List {
    routes: HashMap<usize, Route>,
    buffer: Vec<u8>,
    reserved: Option<usize>,
    pub sent: Vec<(Route, Vec<u8>)>,
}

impl Sink for List {
    fn set_route(&mut self, destination: usize, route: Route) {
        self.routes.insert(destination, route);
    }

    fn remove(&mut self, destination: usize) {
        self.routes.remove(&destination);
    }

    fn reserve(&mut self, destination: usize, len: usize) -> &mut [u8] {
        self.reserved = Some(destination);
        self.buffer = vec![0xAA; len];
        &mut self.buffer
    }

    fn commit(&mut self, len: usize) {
        let destination = self.reserved.take().expect("commit after reserve");
        let route = *self.routes.get(&destination).expect("a destination that has a route");
        self.sent.push((route, self.buffer[..len].to_vec()));
    }

    fn send_now(&mut self, route: &Route, datagram: &[u8]) {
        self.sent.push((*route, datagram.to_vec()));
    }
}

/// One RTP packet as a test sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packet {
    pub ssrc: u32,
    pub payload_type: u8,
    pub sequence: u16,
    pub timestamp: u32,
    pub is_marked: bool,
    pub csrcs: Vec<u32>,
    pub extensions: HashMap<u8, Vec<u8>>,
    pub payload: Vec<u8>,
    pub at_us: u64,
    /// As sealed, padding included; 0 for one that was not sent by the relay.
    pub wire_len: usize,
}

impl World {
    /// Seals and sends a whole RTP packet, however odd, with a client's keys; number and SSRC are written into it.
    pub fn send_plain(&mut self, id: u64, plain: &[u8], ssrc: u32, index: u64) {
        let mut plain = plain.to_vec();
        plain[2..4].copy_from_slice(&(index as u16).to_be_bytes());
        plain[8..12].copy_from_slice(&ssrc.to_be_bytes());
        let header_len = RtpHeader::parse(&plain).map_or(12, |header| header.len);
        let client = self.clients.get_mut(&id).expect("a client");
        let guard = client.guards.entry(ssrc).or_insert_with(|| SendGuard::new(ssrc));
        let claim = guard.claim(index).expect("an index used once");
        let mut out = vec![0; plain.len() + 32];
        let (head, payload) = plain.split_at(header_len);
        let len = client.to_relay.seal_from(head, &[], payload, &mut out, claim).expect("room");
        out.truncate(len);
        let route = client.route;
        self.datagram(route, out);
    }
}

/// A browser's end.
pub struct Client {
    pub id: u64,
    pub route: Route,
    pub ice: Ice,
    pub to_relay: Outbound,
    pub from_relay: Inbound,
    pub guards: HashMap<u32, SendGuard>,
    pub rtp: Vec<Packet>,
    pub rtcp: Vec<Vec<u8>>,
    pub other: Vec<Vec<u8>>,
    pub transport_sequence: u16,
}

impl Client {
    /// Every RTCP packet that came, one by one.
    pub fn take_rtcp(&mut self) -> Vec<Vec<u8>> {
        std::mem::take(&mut self.rtcp)
    }
}
