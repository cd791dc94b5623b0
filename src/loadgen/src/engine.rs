//! The one thread: commands in, sockets and timers, reports out.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::io::{self, Read, Write};
use std::os::fd::AsRawFd;
use std::time::Duration;

use aws_lc_rs::rand;

use crate::command::{Command, Delay, Report, Restart, Sent, Stats};
use crate::dtls::Identity;
use crate::findings::Findings;
use crate::histogram::Histogram;
use crate::lateness::Lateness;
use crate::peer::{Peer, Shared};
use crate::socket::{Poll, Receiver, monotonic_ns, thread_cpu_ns};
use crate::stamp::Filler;

/// Of standard input.
const COMMANDS_TOKEN: u64 = u64::MAX;
/// The longest line: a client with fifty slots has 8 kB.
const MAX_LINE: usize = 1 << 20;
/// Read at once.
const CHUNK_LEN: usize = 65_536;
/// Without anything to do.
const IDLE: Duration = Duration::from_secs(1);
/// Full batches taken from one socket before the next has its turn.
const BATCHES: usize = 4;

/// See the module.
pub struct Engine {
    poll: Poll,
    receiver: Receiver,
    coalescing: Option<Receiver>,
    places: Vec<Option<Place>>,
    by_name: HashMap<u64, usize>,
    timers: BinaryHeap<Reverse<(u64, usize)>>,
    shared: Shared,
    /// What those found who are gone.
    gone: Findings,
    line: Vec<u8>,
    chunk: Vec<u8>,
    is_over: bool,
}

struct Place {
    peer: Peer,
    /// The timer that counts; others of this place are out of date.
    due_us: u64,
}

impl Engine {
    /// Answers why it cannot be.
    pub fn new() -> Result<Self, String> {
        let poll = Poll::new().map_err(|error| error.to_string())?;
        let identity = Identity::new()?;
        let hello = Report::Hello { fingerprint: identity.fingerprint.clone() };
        Ok(Self {
            poll,
            receiver: Receiver::new(false),
            coalescing: None,
            places: Vec::new(),
            by_name: HashMap::new(),
            timers: BinaryHeap::new(),
            shared: Shared {
                identity,
                filler: Filler::default(),
                delay: Histogram::default(),
                lateness: Lateness::default(),
                sent: Sent::default(),
                strays: 0,
                reports: vec![hello],
                out: Vec::new(),
            },
            gone: Findings::default(),
            line: Vec::new(),
            chunk: vec![0; CHUNK_LEN],
            is_over: false,
        })
    }

    /// Until `quit`, or the end of the commands.
    pub fn run(&mut self, commands: &mut (impl Read + AsRawFd), reports: &mut impl Write) -> io::Result<()> {
        self.poll.add(commands.as_raw_fd(), COMMANDS_TOKEN)?;
        let mut tokens = Vec::new();
        while !self.is_over {
            for report in self.shared.reports.drain(..) {
                serde_json::to_writer(&mut *reports, &report)?;
                reports.write_all(b"\n")?;
            }
            reports.flush()?;
            self.poll.wait(self.patience(), &mut tokens)?;
            for token in &tokens {
                if *token == COMMANDS_TOKEN {
                    self.read_commands(commands)?;
                } else {
                    self.take(*token as usize);
                }
            }
            self.on_timers();
        }
        self.places.iter_mut().flatten().for_each(|place| place.peer.close());
        Ok(())
    }

    fn patience(&self) -> Duration {
        let Some(Reverse((due_us, _))) = self.timers.peek() else { return IDLE };
        Duration::from_micros(due_us.saturating_sub(monotonic_ns() / 1000)).min(IDLE)
    }

    /// Reads one client's socket.
    fn take(&mut self, at: usize) {
        let Some(place) = self.places.get_mut(at).and_then(Option::as_mut) else { return };
        let receiver = if place.peer.socket.is_coalescing() {
            self.coalescing.get_or_insert_with(|| Receiver::new(true))
        } else {
            &mut self.receiver
        };
        for _ in 0..BATCHES {
            let mut batch = receiver.receive(&place.peer.socket);
            let now_ns = monotonic_ns();
            while let Some(datagram) = batch.next_datagram() {
                place.peer.on_datagram(datagram, now_ns, &mut self.shared);
            }
            if !batch.is_full() {
                break;
            }
        }
        Self::schedule(&mut self.timers, at, place);
    }

    fn schedule(timers: &mut BinaryHeap<Reverse<(u64, usize)>>, at: usize, place: &mut Place) {
        let due_us = place.peer.due_us();
        if due_us != place.due_us {
            place.due_us = due_us;
            if due_us != u64::MAX {
                timers.push(Reverse((due_us, at)));
            }
        }
    }

    fn on_timers(&mut self) {
        let mut random = [0; 12];
        while let Some(Reverse((due_us, at))) = self.timers.peek().copied() {
            let now_ns = monotonic_ns();
            if due_us > now_ns / 1000 {
                return;
            }
            self.timers.pop();
            let Some(place) = self.places.get_mut(at).and_then(Option::as_mut) else { continue };
            if place.due_us != due_us {
                continue;
            }
            place.due_us = u64::MAX;
            self.shared.lateness.own.record(now_ns / 1000 - due_us);
            // Only what is random on the wire needs it, and most timers are media's.
            if place.peer.wants_random(now_ns / 1000) && rand::fill(&mut random).is_err() {
                continue;
            }
            place.peer.on_time(now_ns, random, &mut self.shared);
            Self::schedule(&mut self.timers, at, place);
        }
    }

    fn read_commands(&mut self, commands: &mut impl Read) -> io::Result<()> {
        let len = commands.read(&mut self.chunk)?;
        self.is_over |= len == 0;
        let chunk = self.chunk[..len].to_vec();
        for part in chunk.split_inclusive(|byte| *byte == b'\n') {
            self.line.extend_from_slice(part);
            if self.line.last() == Some(&b'\n') {
                let line = std::mem::take(&mut self.line);
                match serde_json::from_slice(&line) {
                    Ok(command) => self.on_command(command),
                    Err(error) => self.refuse(format!("not a command: {error}")),
                }
            } else if self.line.len() > MAX_LINE {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "a line is too long"));
            }
        }
        Ok(())
    }

    fn refuse(&mut self, detail: String) {
        self.shared.reports.push(Report::Refused { detail });
    }

    fn on_command(&mut self, command: Command) {
        match command {
            Command::Add(add) => self.add(*add),
            Command::Start { peer, mid, source } => self.with(peer, |it, now_us| it.start(&mid, source, now_us)),
            Command::Stop { peer, mid } => self.with(peer, |it, _| it.stop(&mid)),
            Command::Choose { peer, mid, layers } => self.with(peer, |it, now_us| it.choose(&mid, &layers, now_us)),
            Command::Restart(restart) => self.restart(&restart),
            Command::Bind { peer, mid, source } => self.with(peer, |it, _| it.bind(&mid, source)),
            Command::Remove { peer } => match self.by_name.remove(&peer) {
                Some(at) => {
                    if let Some(mut place) = self.places[at].take() {
                        let mut slots = Vec::new();
                        place.peer.slot_stats(false, |slot| slots.push(slot));
                        for slot in &slots {
                            self.gone.add(&slot.findings);
                        }
                        self.shared.reports.push(Report::Gone { peer, slots });
                        place.peer.close();
                    }
                }
                None => self.refuse(format!("no peer {peer}")),
            },
            Command::Stats { peers, reset } => {
                let stats = self.stats(peers, reset);
                self.shared.reports.push(Report::Stats(Box::new(stats)));
            }
            Command::Quit => self.is_over = true,
        }
    }

    fn add(&mut self, add: crate::command::Add) {
        let name = add.peer;
        if self.by_name.contains_key(&name) {
            return self.refuse(format!("peer {name} is there already"));
        }
        let mut random = [0; 8];
        let made = rand::fill(&mut random)
            .map_err(io::Error::other)
            .and_then(|()| Peer::new(add, u64::from_be_bytes(random), monotonic_ns() / 1000));
        let at = self.places.len();
        let added = made.and_then(|peer| self.poll.add(peer.socket.as_raw_fd(), at as u64).map(|()| peer));
        match added {
            Ok(peer) => {
                let mut place = Place { peer, due_us: u64::MAX };
                Self::schedule(&mut self.timers, at, &mut place);
                self.places.push(Some(place));
                self.by_name.insert(name, at);
            }
            Err(error) => {
                let detail = error.to_string();
                self.shared.reports.push(Report::Failed { peer: name, reason: "socket", detail });
            }
        }
    }

    fn restart(&mut self, with: &Restart) {
        let mut random = [0; 8];
        let at = self.by_name.get(&with.peer).copied();
        let found = at.and_then(|at| Some((at, self.places.get_mut(at)?.as_mut()?)));
        let Some((at, place)) = found else { return self.refuse(format!("no peer {}", with.peer)) };
        let restarted = rand::fill(&mut random)
            .map_err(io::Error::other)
            .and_then(|()| place.peer.restart(with, u64::from_be_bytes(random), monotonic_ns() / 1000))
            // The closed socket is out of the poll by itself.
            .and_then(|()| if with.moves { self.poll.add(place.peer.socket.as_raw_fd(), at as u64) } else { Ok(()) });
        Self::schedule(&mut self.timers, at, place);
        if let Err(error) = restarted {
            self.refuse(format!("peer {} cannot move: {error}", with.peer));
        }
    }

    fn with(&mut self, name: u64, act: impl FnOnce(&mut Peer, u64) -> bool) {
        let at = self.by_name.get(&name).copied();
        let found = at.and_then(|at| Some((at, self.places.get_mut(at)?.as_mut()?)));
        let is_known = found.is_some_and(|(at, place)| {
            let is_known = act(&mut place.peer, monotonic_ns() / 1000);
            Self::schedule(&mut self.timers, at, place);
            is_known
        });
        if !is_known {
            self.refuse(format!("peer {name} has no such m-line, or is not there"));
        }
    }

    fn stats(&mut self, with_slots: bool, reset: bool) -> Stats {
        let (at_ns, cpu_ns, findings) = (monotonic_ns(), thread_cpu_ns(), self.gone);
        let mut stats = Stats { at_ns, cpu_ns, findings, ..Stats::default() };
        for place in self.places.iter_mut().flatten() {
            stats.peers += 1;
            stats.connected += u64::from(place.peer.is_connected());
            place.peer.slot_stats(reset, |slot| {
                stats.findings.add(&slot.findings);
                if with_slots {
                    stats.slots.push(slot);
                }
            });
        }
        stats.faults = stats.findings.faults();
        stats.delay = Delay::of(&self.shared.delay);
        stats.lateness = self.shared.lateness.stats();
        (stats.sent, stats.strays) = (self.shared.sent, self.shared.strays);
        if reset {
            (self.shared.sent, self.shared.strays, self.shared.delay) = Default::default();
            self.shared.lateness = Lateness::default();
            self.gone = Findings::default();
        }
        stats
    }
}
