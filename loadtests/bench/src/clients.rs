//! The other side: publishers and subscribers, each with its own socket, in one thread of this process.
//!
//! *Closed loop*: a frame leaves when the one before it begins to arrive and all earlier ones have arrived (or are given
//! up). So nothing overflows, the server has its next frame waiting while it sends one and does not sleep between, two
//! frames never meet in its queue, and its cost does not depend on how fast it or the clients are. *Paced*: packets leave
//! when they would from a browser.

use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use vdx_relay::srtp::{Inbound, Outbound, Profile, SendGuard};

use crate::client::{Client, NUMBER_BITS, Publishing, REMEMBERED};
use crate::delivered::Delivered;
use crate::feedback::Feedback;
use crate::scene::{Scene, check, master};
use crate::udp::{ReceiveOptions, Sockets};

/// What has not arrived is lost once nothing has come for so long. Long, because the machine may be busy with something
/// else.
const GIVE_UP: Duration = Duration::from_secs(2);
/// Later than this, a packet may meet the next one in the server's queue.
pub const LATE_US: u64 = 500;
/// First sequence number: below 2^15.
const FIRST: u64 = 100;
/// Every packet to so many subscribers, the first and the last among them, is decrypted and compared, unless all are.
const SAMPLED: usize = 3;
/// Of more subscribers than this, all but [`SAMPLED_OF_CROWD`] share sockets, and their packets are counted only.
const CROWD: usize = 2_000;
const SAMPLED_OF_CROWD: usize = 16;
/// What has arrived is taken in for so long at once: a packet that is due must not wait.
const TURN: Duration = Duration::from_micros(200);
/// Keyframes before a server has chosen who is seen and heard, 20 ms apart.
const CHOOSING_TURNS: usize = 20;
/// First byte of what goes straight from client to client: no protocol of a media port begins so (RFC 7983).
const DIRECT: u8 = 0xFF;

/// See the module.
pub struct Clients {
    profile: Profile,
    sockets: Sockets,
    peers: Vec<Client>,
    publishing: Vec<Publishing>,
    feedback: Option<Feedback>,
    server: SocketAddr,
    start: Instant,
    delivered: Delivered,
    expected: u64,
    overflowed: u64,
    direct_ns: Vec<u32>,
}

fn unix_ns() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos() as u64)
}

impl Clients {
    /// Binds the sockets. All packets are decrypted with `all`, else those of a few subscribers.
    pub fn new(scene: &Scene, server: SocketAddr, options: ReceiveOptions, all: bool) -> io::Result<Self> {
        let mut clients = Self {
            profile: scene.profile,
            sockets: Sockets::new(options)?,
            peers: Vec::new(),
            publishing: Vec::new(),
            feedback: scene.feedback.then(|| Feedback::new(scene)),
            server,
            start: Instant::now(),
            delivered: Delivered::default(),
            expected: 0,
            overflowed: 0,
            direct_ns: Vec::new(),
        };
        let subscribers = scene.participants.iter().filter(|it| !it.places.is_empty()).count();
        let is_crowd = subscribers > CROWD;
        let sampled = if is_crowd { SAMPLED_OF_CROWD } else { SAMPLED };
        let apart = (subscribers.saturating_sub(1) / (sampled - 1)).max(1);
        let mut seen = 0;
        for (at, participant) in scene.participants.iter().enumerate() {
            let is_subscriber = !participant.places.is_empty();
            let is_sampled = is_subscriber && (all || scene.feedback || seen % apart == 0 || seen + 1 == subscribers);
            seen += usize::from(is_subscriber);
            if is_crowd && is_subscriber && !is_sampled {
                clients.sockets.add_shared()?;
            } else {
                clients.sockets.add()?;
            }
            let inbound = is_sampled.then(|| Inbound::new(scene.profile, &master(scene.profile, at, false)));
            let outbound = Outbound::new(scene.profile, &master(scene.profile, at, true));
            let inbound = inbound.transpose().map_err(io::Error::other)?;
            clients.peers.push(Client::new(outbound.map_err(io::Error::other)?, inbound));
            for (position, stream) in participant.streams.iter().enumerate() {
                let shows = |it: &&crate::scene::Participant| {
                    it.places.iter().any(|place| {
                        place.is_audio == stream.is_audio && place.shows.is_some_and(|(publisher, _)| publisher == at)
                    })
                };
                let reach = scene.participants.iter().filter(shows).count() as u64;
                let ssrc = Scene::ssrc(at, position);
                clients.publishing.push(Publishing {
                    participant: at,
                    ssrc,
                    guard: SendGuard::new(ssrc),
                    next: FIRST * stream.packets_per_frame as u64,
                    // Publishers are not in step.
                    due_us: (at as u64 * 7_919 + position as u64 * 3_571) % stream.pace.frame_us,
                    wants_key: false,
                    sent_ns: vec![0; REMEMBERED],
                    reach: (!scene.feedback).then_some(reach),
                    stream: stream.clone(),
                });
            }
        }
        Ok(clients)
    }

    /// Where participant `at` is.
    pub fn address(&self, at: usize) -> io::Result<SocketAddr> {
        self.sockets.address(at)
    }

    fn now_us(&self) -> u64 {
        self.start.elapsed().as_micros() as u64 + 1_000_000
    }

    /// A check with integrity from each participant, until the server has answered it.
    pub fn connect(&mut self) -> io::Result<()> {
        let until = Instant::now() + Duration::from_secs(10);
        for at in 0..self.peers.len() {
            let mut count = 0;
            while !self.peers[at].is_answered {
                if Instant::now() >= until {
                    return Err(io::Error::new(io::ErrorKind::TimedOut, "the server does not answer a check"));
                }
                self.sockets.send(at, self.server, &check(at, count))?;
                count += 1;
                let resend = Instant::now() + Duration::from_millis(50);
                while !self.peers[at].is_answered && Instant::now() < resend {
                    self.drain(Duration::from_millis(1))?;
                }
            }
        }
        Ok(())
    }

    /// Sends the next packet of a stream.
    fn publish_one(&mut self, at: usize, is_key: bool) -> io::Result<()> {
        let publishing = &mut self.publishing[at];
        let number = publishing.next;
        publishing.next += 1;
        let name = (at as u64) << NUMBER_BITS | number;
        let (mut packet, header_len) = publishing.stream.packet(publishing.ssrc, number, is_key, name);
        let index = publishing.guard.claim(number).map_err(io::Error::other)?;
        let len = packet.len();
        packet.resize(len + self.profile.rtp_overhead(), 0);
        let outbound = &self.peers[publishing.participant].outbound;
        let len = outbound.seal_rtp(&mut packet, header_len, len, index).map_err(io::Error::other)?;
        self.expected += publishing.reach.unwrap_or(0);
        publishing.sent_ns[number as usize % REMEMBERED] = unix_ns();
        self.sockets.send(publishing.participant, self.server, &packet[..len])
    }

    fn publish_frames(&mut self, is_key: bool) -> io::Result<()> {
        for at in 0..self.publishing.len() {
            for _ in 0..self.publishing[at].stream.packets_per_frame {
                self.publish_one(at, is_key)?;
            }
        }
        Ok(())
    }

    /// Takes in what has arrived, after at most `timeout`, for a [`TURN`]. A timeout of zero never sleeps: the kernel would
    /// charge waking this thread to the server, which over a network it is not.
    fn drain(&mut self, timeout: Duration) -> io::Result<()> {
        let mut ready = self.sockets.wait(timeout)?;
        let until = Instant::now() + TURN;
        while !ready.is_empty() {
            let mut full = Vec::new();
            for socket in ready {
                if self.take_in(socket)? {
                    full.push(socket);
                }
                if Instant::now() >= until {
                    return Ok(());
                }
            }
            ready = full;
        }
        Ok(())
    }

    /// Takes in what one socket has, once; false when there may be no more.
    fn take_in(&mut self, socket: usize) -> io::Result<bool> {
        let now_us = self.start.elapsed().as_micros() as u64 + 1_000_000;
        let Self { sockets, peers, publishing, feedback, delivered, direct_ns, .. } = self;
        let owner = sockets.owner(socket);
        sockets.receive(socket, |received| {
            let bytes = received.bytes;
            match bytes.first().copied() {
                Some(0 | 1) if bytes.len() > 16 => {
                    let answered = bytes[8..16].try_into().map_or(0, u64::from_be_bytes) as usize;
                    if let Some(client) = peers.get_mut(answered) {
                        client.is_answered |= bytes[1] == 1;
                    }
                }
                Some(DIRECT) if bytes.len() > 8 => {
                    let sent = bytes[1..9].try_into().map_or(0, u64::from_be_bytes);
                    direct_ns.push(received.at_ns.saturating_sub(sent) as u32);
                }
                // RTP, not RTCP (RFC 5761 §4).
                Some(128..=191) if bytes.len() > 12 && !(192..=223).contains(&bytes[1]) => {
                    let thrown = owner.zip(feedback.as_mut()).is_some_and(|(at, it)| it.on_packet(at, bytes, now_us));
                    if thrown {
                        return;
                    }
                    delivered.count(bytes);
                    if let Some(at) = owner {
                        peers[at].on_packet(bytes, received.at_ns, publishing, delivered);
                    }
                }
                Some(128..=191) if feedback.is_some() => {
                    if let Some(at) = owner {
                        peers[at].on_reports(bytes, publishing);
                    }
                }
                _ => {}
            }
        })
    }

    fn give_feedback(&mut self) -> io::Result<()> {
        let now_us = self.now_us();
        let Self { sockets, peers, feedback, server, publishing, .. } = self;
        let Some(feedback) = feedback else { return Ok(()) };
        let sent = publishing.iter().map(|it| (it.participant, it.ssrc, it.next, &it.stream));
        feedback.on_time(now_us, sent, |at, plain, is_check| {
            if is_check {
                return sockets.send(at, *server, plain);
            }
            let mut sealed = plain.to_vec();
            sealed.resize(plain.len() + 32, 0);
            let len = peers[at].outbound.seal_rtcp(&mut sealed, plain.len()).map_err(io::Error::other)?;
            sockets.send(at, *server, &sealed[..len])
        })
    }

    fn reset(&mut self) {
        self.delivered = Delivered::default();
        self.expected = 0;
        self.overflowed = self.sockets.overflowed();
    }

    fn finish(&mut self) -> Delivered {
        self.delivered.overflowed = self.sockets.overflowed() - self.overflowed;
        std::mem::take(&mut self.delivered)
    }

    /// Publishes keyframes until one of each stream arrives at every subscriber whole.
    pub fn begin(&mut self) -> io::Result<()> {
        let turns = if self.feedback.is_some() { CHOOSING_TURNS } else { 50 };
        for _ in 0..turns {
            self.reset();
            self.publish_frames(true)?;
            if self.feedback.is_some() {
                // The server chooses who is heard: there is no number to wait for.
                let until = Instant::now() + Duration::from_millis(20);
                while Instant::now() < until {
                    self.drain(Duration::ZERO)?;
                    self.give_feedback()?;
                }
                continue;
            }
            self.settle(self.expected)?;
            if self.delivered.lost == 0 && self.delivered.bad == 0 {
                return Ok(());
            }
        }
        if self.feedback.is_some() {
            return Ok(());
        }
        Err(io::Error::new(io::ErrorKind::TimedOut, "no keyframe reaches all subscribers"))
    }

    /// Publishes nothing for a time.
    pub fn idle(&mut self, time: Duration) -> io::Result<()> {
        let until = Instant::now() + time;
        while Instant::now() < until {
            self.drain(Duration::ZERO)?;
        }
        Ok(())
    }

    /// Waits until so many packets have arrived or been lost.
    fn settle(&mut self, wanted: u64) -> io::Result<()> {
        let mut until = Instant::now() + GIVE_UP;
        loop {
            let arrived = self.delivered.packets - self.delivered.again + self.delivered.lost;
            if arrived >= wanted {
                return Ok(());
            }
            let before = self.delivered.packets;
            self.drain(Duration::ZERO)?;
            if self.delivered.packets != before {
                until = Instant::now() + GIVE_UP;
            } else if Instant::now() >= until {
                self.delivered.lost += wanted - arrived;
                return Ok(());
            }
        }
    }

    /// Publishes in a closed loop for a time; gives what arrived of it.
    pub fn run_closed(&mut self, time: Duration) -> io::Result<Delivered> {
        self.reset();
        let until = Instant::now() + time;
        let mut before = 0;
        while Instant::now() < until {
            self.publish_frames(false)?;
            self.settle(before + 1)?;
            before = self.expected;
        }
        self.settle(self.expected)?;
        Ok(self.finish())
    }

    /// Publishes as a browser would for a time; gives what arrived of it. Without `spin` this thread sleeps between.
    pub fn run_paced(&mut self, time: Duration, spin: bool) -> io::Result<Delivered> {
        self.reset();
        let base_us = self.now_us();
        for publishing in &mut self.publishing {
            publishing.due_us = base_us + publishing.due_us % publishing.stream.pace.frame_us;
        }
        let until_us = base_us + time.as_micros() as u64;
        loop {
            let now_us = self.now_us();
            if now_us >= until_us {
                break;
            }
            let mut next_us = now_us + 1_000;
            for at in 0..self.publishing.len() {
                while self.publishing[at].due_us <= now_us {
                    self.delivered.bursts += 1;
                    self.delivered.late += u64::from(self.now_us() - self.publishing[at].due_us > LATE_US);
                    self.publish_burst(at)?;
                }
                next_us = next_us.min(self.publishing[at].due_us);
            }
            self.give_feedback()?;
            let idle = if spin { 0 } else { next_us.saturating_sub(self.now_us()) };
            self.drain(Duration::from_micros(idle))?;
        }
        if self.feedback.is_some() {
            let until = Instant::now() + Duration::from_millis(50);
            while Instant::now() < until {
                self.drain(Duration::ZERO)?;
            }
        } else {
            self.settle(self.expected)?;
        }
        Ok(self.finish())
    }

    /// Sends what leaves together, and says when the next does.
    fn publish_burst(&mut self, at: usize) -> io::Result<()> {
        let Publishing { stream, next, .. } = &self.publishing[at];
        let (pace, per_frame) = (stream.pace, stream.packets_per_frame);
        let sent = (*next % per_frame as u64) as usize;
        let count = pace.burst.min(per_frame - sent);
        // The frame's first packet tells; the others of a keyframe need not.
        let is_key = sent == 0 && std::mem::take(&mut self.publishing[at].wants_key);
        for _ in 0..count {
            self.publish_one(at, is_key)?;
        }
        let bursts = per_frame.div_ceil(pace.burst) as u64 - 1;
        let is_last = sent + count == per_frame;
        self.publishing[at].due_us += if is_last { pace.frame_us - bursts * pace.gap_us } else { pace.gap_us };
        Ok(())
    }

    /// Nanoseconds from a send call to another client's socket, without a server, one packet per millisecond.
    pub fn direct(&mut self, count: usize, packet_len: usize) -> io::Result<Vec<u32>> {
        self.direct_ns.clear();
        let mut packet = vec![0; packet_len];
        packet[0] = DIRECT;
        for turn in 0..count {
            let to = 1 + turn % (self.peers.len() - 1);
            packet[1..9].copy_from_slice(&unix_ns().to_be_bytes());
            self.sockets.send(0, self.sockets.address(to)?, &packet)?;
            let until = Instant::now() + Duration::from_millis(1);
            while Instant::now() < until {
                self.drain(Duration::ZERO)?;
            }
        }
        Ok(std::mem::take(&mut self.direct_ns))
    }
}
