//! What the relay is compared with: one packet in, and for each subscriber rewrite, seal, send; each with a system call.
//!
//! The same crypto library and the same SRTP code, no allocation either. It has no statistics, no history for
//! retransmissions, no header extensions of its own, no permissions: a real server that sends packet by packet costs
//! more than this.

use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use vdx_relay::srtp::{Inbound, Outbound, SendGuard};

use crate::case::{Case, SUBSCRIBERS, master};
use crate::clients::Clients;
use crate::server::Server;

/// One subscriber as the loop sees it.
struct Subscriber {
    address: SocketAddr,
    ssrc: u32,
    outbound: Outbound,
    guard: SendGuard,
}

/// The running loop.
pub struct Naive {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<io::Result<()>>>,
}

impl Naive {
    /// Starts it and connects the clients.
    pub fn start(case: Case, clients: &mut Clients) -> io::Result<Self> {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
        socket.set_read_timeout(Some(Duration::from_millis(100)))?;
        clients.connect_publisher(socket.local_addr()?);
        let inbound = Inbound::new(case.profile, &master(case.profile, 0, true)).map_err(io::Error::other)?;
        let subscriber = |at: usize| {
            let ssrc = 1000 + at as u32;
            let outbound =
                Outbound::new(case.profile, &master(case.profile, at + 1, false)).map_err(io::Error::other)?;
            Ok(Subscriber { address: clients.subscriber_address(at), ssrc, outbound, guard: SendGuard::new(ssrc) })
        };
        let subscribers = (0..SUBSCRIBERS).map(subscriber).collect::<io::Result<Vec<_>>>()?;
        let stop = Arc::new(AtomicBool::new(false));
        let stopping = Arc::clone(&stop);
        let thread = std::thread::Builder::new()
            .name("naive".into())
            .spawn(move || forward(&socket, inbound, subscribers, &stopping))?;
        Ok(Self { stop, thread: Some(thread) })
    }
}

impl Server for Naive {
    fn datagrams_per_message(&self) -> f64 {
        1.0
    }

    fn drops(&self) -> String {
        "it does not count".into()
    }

    fn stop(mut self: Box<Self>) -> io::Result<()> {
        self.stop.store(true, Ordering::Relaxed);
        let thread = self.thread.take().expect("stopped once");
        thread.join().map_err(|_| io::Error::other("the naive loop panicked"))?
    }
}

fn forward(
    socket: &UdpSocket,
    mut inbound: Inbound,
    mut subscribers: Vec<Subscriber>,
    stop: &AtomicBool,
) -> io::Result<()> {
    let mut packet = [0; 2048];
    let mut out = [0; 2048];
    while !stop.load(Ordering::Relaxed) {
        let len = match socket.recv_from(&mut packet) {
            Ok((len, _)) => len,
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => continue,
            Err(error) => return Err(error),
        };
        let Ok(opened) = inbound.open_rtp(&mut packet[..len]) else { continue };
        let (header, rest) = packet.split_at_mut(opened.header_len);
        let payload = &rest[..opened.len - opened.header_len];
        for subscriber in &mut subscribers {
            header[8..12].copy_from_slice(&subscriber.ssrc.to_be_bytes());
            let Ok(index) = subscriber.guard.claim(opened.index) else { continue };
            let Ok(len) = subscriber.outbound.seal_from(header, &[], payload, &mut out, index) else { continue };
            // A full buffer loses the packet, as it would in the relay.
            let _ = socket.send_to(&out[..len], subscriber.address);
        }
    }
    Ok(())
}
