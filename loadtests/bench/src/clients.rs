//! The other side: one publisher and the subscribers, each with its own socket, in one thread.
//!
//! They run in a closed loop with two frames under way: the next leaves when the last but one has reached all subscribers
//! (or is given up). So nothing overflows, the server always has its next frame waiting and does not sleep between, and
//! its cost does not depend on how fast it or the clients are.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use vdx_relay::socket::{EventFd, Poller, ReceiveBatch, Route, SendBatch, SocketOptions, Sockets};
use vdx_relay::srtp::{Inbound, Outbound, SendGuard};

use crate::case::{Case, PUBLISHER_SSRC, SUBSCRIBERS, check_tail, master};

/// What has not arrived by then is lost. Long, because the machine may be busy with something else.
const GIVE_UP: Duration = Duration::from_secs(2);
/// Every packet of these subscribers is decrypted and compared.
const SAMPLED: [usize; 3] = [0, 24, 49];
/// First sequence number: below 2^15.
const FIRST: u64 = 100;

/// What arrived.
#[derive(Debug, Clone, Copy, Default)]
pub struct Delivered {
    /// RTP packets at subscribers.
    pub packets: u64,
    /// Packets that should have arrived, and did not in time.
    pub lost: u64,
    /// Packets that were decrypted and found whole.
    pub verified: u64,
    /// Packets that did not decrypt, or were not what was sent, or came out of order.
    pub bad: u64,
}

/// A subscriber whose packets are looked at.
struct Sample {
    inbound: Inbound,
    next: u64,
}

/// See the module.
pub struct Clients {
    case: Case,
    sockets: Sockets,
    poller: Poller,
    received: ReceiveBatch,
    out: SendBatch,
    outbound: Outbound,
    guard: SendGuard,
    next_packet: u64,
    samples: Vec<Option<Sample>>,
    delivered: Delivered,
}

impl Clients {
    /// Binds the sockets; socket 0 is the publisher's.
    pub fn new(case: Case) -> io::Result<Self> {
        let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let options = SocketOptions { buffer_bytes: 4 << 20, segmentation: true, local_only: false, tcp: false };
        let sockets = Sockets::bind(&[any; SUBSCRIBERS + 1], options)?;
        let poller = Poller::new(&sockets, Arc::new(EventFd::new()?));
        let out = SendBatch::new(&sockets);
        let outbound = Outbound::new(case.profile, &master(case.profile, 0, true)).map_err(io::Error::other)?;
        let sample = |subscriber: usize| {
            let key = master(case.profile, subscriber + 1, false);
            SAMPLED.contains(&subscriber).then(|| Inbound::new(case.profile, &key)).transpose()
        };
        let samples = (0..SUBSCRIBERS).map(|subscriber| {
            sample(subscriber)
                .map(|inbound| inbound.map(|inbound| Sample { inbound, next: 0 }))
                .map_err(io::Error::other)
        });
        Ok(Self {
            case,
            samples: samples.collect::<io::Result<_>>()?,
            sockets,
            poller,
            received: ReceiveBatch::new(),
            out,
            outbound,
            guard: SendGuard::new(PUBLISHER_SSRC),
            next_packet: FIRST,
            delivered: Delivered::default(),
        })
    }

    /// Where subscriber `subscriber` receives.
    pub fn subscriber_address(&self, subscriber: usize) -> SocketAddr {
        self.sockets.addresses()[subscriber + 1]
    }

    /// Where the publisher sends.
    pub fn connect_publisher(&mut self, server: SocketAddr) {
        self.out.set_route(0, self.route(0, server));
    }

    fn route(&self, socket: usize, server: SocketAddr) -> Route {
        Route { socket: socket as u16, local: self.sockets.addresses()[socket].ip(), remote: server }
    }

    /// Sends one datagram from the socket of a peer (0: the publisher) and waits for an answer that `is_answer` takes.
    pub fn ask(
        &mut self,
        peer: usize,
        server: SocketAddr,
        datagram: &[u8],
        is_answer: impl Fn(&[u8]) -> bool,
    ) -> io::Result<()> {
        let until = Instant::now() + Duration::from_secs(5);
        while Instant::now() < until {
            self.out.send_now(&self.route(peer, server), datagram);
            let resend = Instant::now() + Duration::from_millis(100);
            while Instant::now() < resend {
                self.poller.wait(Some(Duration::from_millis(10)))?;
                while self.received.receive(&self.sockets, peer)? > 0 {
                    for position in 0..self.received.len() {
                        if is_answer(self.received.datagram(position).bytes) {
                            return Ok(());
                        }
                    }
                }
            }
        }
        Err(io::Error::new(io::ErrorKind::TimedOut, "the server does not answer a check"))
    }

    /// Publishes one frame without waiting.
    fn publish(&mut self, is_key: bool) -> io::Result<()> {
        for _ in 0..self.case.packets_per_frame {
            let mut plain = self.case.packet(self.next_packet, is_key);
            let index = self.guard.claim(self.next_packet).map_err(io::Error::other)?;
            let len = plain.len();
            plain.resize(len + self.case.profile.rtp_overhead(), 0);
            let header_len = crate::case::HEADER_LEN;
            let len = self.outbound.seal_rtp(&mut plain, header_len, len, index).map_err(io::Error::other)?;
            self.out.reserve(0, len).copy_from_slice(&plain[..len]);
            self.out.commit(len);
            self.next_packet += 1;
        }
        self.out.flush();
        Ok(())
    }

    /// Takes in what has arrived at the subscribers; the publisher's feedback is read and dropped.
    ///
    /// Never sleeps: the kernel would charge waking this thread to the server, which over a network it is not.
    fn drain(&mut self) -> io::Result<()> {
        let ready = self.poller.wait(Some(Duration::ZERO))?;
        for socket in (0..=SUBSCRIBERS).filter(|socket| ready.has_socket(*socket)) {
            while self.received.receive(&self.sockets, socket)? > 0 {
                for position in 0..self.received.len() {
                    let bytes = self.received.datagram(position).bytes;
                    // RTP, not RTCP (RFC 5761 §4) and not an answer to a check.
                    let is_rtp = bytes.len() > 12 && bytes[0] >> 6 == 2 && !(192..=223).contains(&bytes[1]);
                    if let (true, Some(subscriber)) = (is_rtp, socket.checked_sub(1)) {
                        self.delivered.packets += 1;
                        if let Some(sample) = &mut self.samples[subscriber] {
                            if sample.is_good(bytes) {
                                self.delivered.verified += 1;
                            } else {
                                self.delivered.bad += 1;
                            }
                        }
                    }
                }
            }
        }
        Ok(())
    }

    /// Publishes keyframes until one arrives at every subscriber whole.
    pub fn start(&mut self) -> io::Result<()> {
        for _ in 0..50 {
            self.delivered = Delivered::default();
            self.publish(true)?;
            self.await_packets(self.packets_per_frame())?;
            if self.delivered.lost == 0 && self.delivered.bad == 0 {
                return Ok(());
            }
        }
        Err(io::Error::new(io::ErrorKind::TimedOut, "no keyframe reaches all subscribers"))
    }

    /// At all subscribers.
    fn packets_per_frame(&self) -> u64 {
        (self.case.packets_per_frame * SUBSCRIBERS) as u64
    }

    /// Waits until so many packets have arrived or been lost.
    fn await_packets(&mut self, wanted: u64) -> io::Result<()> {
        let until = Instant::now() + GIVE_UP;
        loop {
            let arrived = self.delivered.packets + self.delivered.lost;
            if arrived >= wanted {
                return Ok(());
            }
            let is_late = Instant::now() >= until;
            let before = self.delivered.packets;
            self.drain()?;
            if is_late && self.delivered.packets == before {
                self.delivered.lost += wanted - arrived;
                return Ok(());
            }
        }
    }

    /// Publishes for a time; gives what arrived of it.
    pub fn run(&mut self, time: Duration) -> io::Result<Delivered> {
        self.delivered = Delivered::default();
        let until = Instant::now() + time;
        let mut published = 0;
        while Instant::now() < until {
            self.publish(false)?;
            self.await_packets(published)?;
            published += self.packets_per_frame();
        }
        self.await_packets(published)?;
        Ok(self.delivered)
    }
}

impl Sample {
    fn is_good(&mut self, bytes: &mut [u8]) -> bool {
        let Ok(opened) = self.inbound.open_rtp(bytes) else { return false };
        let Some(number) = check_tail(&bytes[..opened.len]) else { return false };
        let is_in_order = number >= self.next;
        self.next = number + 1;
        is_in_order
    }
}
