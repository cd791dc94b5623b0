//! What the relay is compared with: one packet in, and for each subscriber rewrite, seal, send; each with a system call.
//!
//! The same crypto library and the same SRTP code, no allocation either. It has no statistics, no history for
//! retransmissions, no header extensions of its own, no permissions: a real server that sends packet by packet costs
//! more than this.

use std::collections::HashMap;
use std::io;
use std::net::{SocketAddr, UdpSocket};

use vdx_relay::srtp::{Inbound, Outbound, SendGuard};

/// Where packets of a stream go.
struct Target {
    subscriber: usize,
    ssrc: u32,
    guard: SendGuard,
}

/// A published stream.
struct Stream {
    ssrc: u32,
    targets: Vec<Target>,
}

struct Publisher {
    inbound: Inbound,
    streams: Vec<Stream>,
}

struct Subscriber {
    address: SocketAddr,
    outbound: Outbound,
}

/// Everybody.
#[derive(Default)]
pub struct Naive {
    publishers: HashMap<SocketAddr, Publisher>,
    subscribers: Vec<Subscriber>,
}

impl Naive {
    /// One more, at the next position.
    pub fn add_subscriber(&mut self, address: SocketAddr, outbound: Outbound) {
        self.subscribers.push(Subscriber { address, outbound });
    }

    /// Who sends from `address`.
    pub fn add_publisher(&mut self, address: SocketAddr, inbound: Inbound) {
        self.publishers.insert(address, Publisher { inbound, streams: Vec::new() });
    }

    /// Packets of this SSRC from `address` go to a subscriber, under another SSRC.
    pub fn add_target(&mut self, address: SocketAddr, from_ssrc: u32, subscriber: usize, ssrc: u32) {
        let Some(publisher) = self.publishers.get_mut(&address) else { return };
        let target = Target { subscriber, ssrc, guard: SendGuard::new(ssrc) };
        match publisher.streams.iter_mut().find(|stream| stream.ssrc == from_ssrc) {
            Some(stream) => stream.targets.push(target),
            None => publisher.streams.push(Stream { ssrc: from_ssrc, targets: vec![target] }),
        }
    }

    /// Forwards for ever.
    pub fn run(mut self, socket: &UdpSocket) -> io::Result<()> {
        let mut packet = [0; 2048];
        let mut out = [0; 2048];
        loop {
            let (len, from) = socket.recv_from(&mut packet)?;
            let Some(publisher) = self.publishers.get_mut(&from) else { continue };
            let Ok(opened) = publisher.inbound.open_rtp(&mut packet[..len]) else { continue };
            let (header, rest) = packet.split_at_mut(opened.header_len);
            let payload = &rest[..opened.len - opened.header_len];
            let ssrc = u32::from_be_bytes([header[8], header[9], header[10], header[11]]);
            let Some(stream) = publisher.streams.iter_mut().find(|stream| stream.ssrc == ssrc) else { continue };
            for target in &mut stream.targets {
                header[8..12].copy_from_slice(&target.ssrc.to_be_bytes());
                let subscriber = &self.subscribers[target.subscriber];
                let Ok(index) = target.guard.claim(opened.index) else { continue };
                let Ok(len) = subscriber.outbound.seal_from(header, &[], payload, &mut out, index) else { continue };
                // A full buffer loses the packet, as it would in the relay.
                let _ = socket.send_to(&out[..len], subscriber.address);
            }
        }
    }
}
