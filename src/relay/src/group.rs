//! Several workers as one relay: commands go to the worker they are about, events come out of one queue.
//!
//! ```text
//! add_peer                            to the worker it names; the peer it replaces is removed from its own first
//! about a peer                        to that peer's worker
//! gates, classes, shedding, forget,   to all; snapshots too: each worker answers
//! close
//! fence                               to all; reached when the last has reached it
//! ```
//!
//! Worker *i* is bound to each address with the port number plus *i*. Left out: which worker a peer goes to (Python's).

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use crate::counters::Counters;
use crate::exchange::MAX_WORKERS;
use crate::forwarder::Forwarder;
use crate::post::Post;
use crate::socket::{EventFd, SocketOptions};
use crate::wire_api::{Command, Event};
use crate::worker::{Border, Outgoing, Setting, Worker, locked};

#[cfg(test)]
mod tests;

/// Why a command was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotTaken {
    /// A worker's queue of commands is full.
    QueueFull,
    /// There is no such worker.
    NoSuchWorker,
}

/// What the workers of a group share beside their packets.
#[derive(Debug, Default)]
pub(crate) struct Register {
    /// Worker and room by peer.
    peers: Mutex<HashMap<u64, (u16, u64)>>,
    /// Workers that have not reached a fence.
    fences: Mutex<HashMap<u64, usize>>,
}

impl Register {
    /// Whether Python is to be told: a fence only by the last worker that reaches it. Peers that ended are forgotten.
    pub(crate) fn passes(&self, event: &Event) -> bool {
        match event {
            Event::FenceReached { id } => {
                let mut fences = locked(&self.fences);
                let Some(left) = fences.get_mut(id) else { return true };
                *left -= 1;
                let is_last = *left == 0;
                if is_last {
                    fences.remove(id);
                }
                is_last
            }
            Event::PeerExpired { peer } | Event::PeerFault { peer } => {
                locked(&self.peers).remove(peer);
                true
            }
            _ => true,
        }
    }
}

/// What one worker has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WorkerStats {
    /// CPU time of its thread since the start.
    pub cpu_ns: u64,
    /// Live peers.
    pub peers: u64,
}

/// Running workers; closed on drop.
pub struct Group {
    workers: Vec<Worker>,
    outgoing: Arc<Outgoing>,
    register: Arc<Register>,
}

impl Group {
    /// Binds the addresses of each worker and starts the threads. A port of 0 is any free one for each.
    ///
    /// Errors: the system's; `InvalidInput` for no worker, more than [`MAX_WORKERS`], or ports beyond the last.
    pub fn start(binds: &[SocketAddr], options: SocketOptions, seed: u64, workers: usize) -> io::Result<Self> {
        Self::start_with(binds, options, seed, workers, |_| |_| {})
    }

    /// `prepare` gives what is done to the forwarder of each worker before its first turn.
    fn start_with(
        binds: &[SocketAddr],
        options: SocketOptions,
        seed: u64,
        workers: usize,
        prepare: fn(u16) -> fn(&mut Forwarder),
    ) -> io::Result<Self> {
        if workers == 0 || workers > MAX_WORKERS {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "1 to 32 workers can be started"));
        }
        let outgoing = Arc::new(Outgoing::new()?);
        let register = Arc::new(Register::default());
        let wakes = (0..workers).map(|_| EventFd::new().map(Arc::new)).collect::<io::Result<Vec<_>>>()?;
        let post = (workers > 1).then(|| Arc::new(Post::new(wakes.clone())));
        let start = Instant::now();
        let mut group = Self { workers: Vec::with_capacity(workers), outgoing, register };
        for (own, wake) in (0..).zip(wakes) {
            let shifted = shift_ports(binds, own)?;
            let border = Arc::new(Border::new(wake, Arc::clone(&group.outgoing), Some(Arc::clone(&group.register))));
            let seed = seed.wrapping_add(u64::from(own) << 32);
            let setting = Setting { own, post: post.clone(), start, seed, prepare: prepare(own) };
            group.workers.push(Worker::start_in(&shifted, options, border, setting)?);
        }
        Ok(group)
    }

    /// What each worker has bound, in the order of the binds.
    pub fn addresses(&self) -> impl Iterator<Item = &[SocketAddr]> {
        self.workers.iter().map(Worker::addresses)
    }

    /// Where each worker takes TCP, in the order of the binds; empty without it.
    pub fn tcp_addresses(&self) -> impl Iterator<Item = &[SocketAddr]> {
        self.workers.iter().map(Worker::tcp_addresses)
    }

    /// Becomes readable when events wait.
    pub fn event_ready(&self) -> &EventFd {
        self.outgoing.ready()
    }

    /// Enqueues a command, with all it is for or with none.
    pub fn command(&self, command: Command) -> Result<(), NotTaken> {
        if self.workers.iter().any(Worker::is_full) {
            return Err(NotTaken::QueueFull);
        }
        let mut peers = locked(&self.register.peers);
        let about = match &command {
            Command::AddPeer(add) => {
                if usize::from(add.worker) >= self.workers.len() {
                    return Err(NotTaken::NoSuchWorker);
                }
                // Its own worker removes it in the same step; another one at least before.
                if let Some((worker, _)) = peers.remove(&add.replaces).filter(|(worker, _)| *worker != add.worker) {
                    self.give(worker, Command::RemovePeer { peer: add.replaces })?;
                }
                peers.entry(add.peer).or_insert((add.worker, add.room)).0
            }
            Command::RemovePeer { peer } => peers.remove(peer).map_or(0, |(worker, _)| worker),
            Command::UpdatePeer(update) => peers.get(&update.peer).map_or(0, |(worker, _)| *worker),
            Command::SetKeys { peer, .. }
            | Command::SendDtls { peer, .. }
            | Command::SetHears { peer, .. }
            | Command::BindSlot { peer, .. } => peers.get(peer).map_or(0, |(worker, _)| *worker),
            Command::CloseRoom { room } => {
                peers.retain(|_, (_, of)| of != room);
                return self.give_all(&command);
            }
            Command::Fence { id } => {
                *locked(&self.register.fences).entry(*id).or_default() += self.workers.len();
                return self.give_all(&command);
            }
            Command::SetGate { .. }
            | Command::SetSourceClasses { .. }
            | Command::SetShedding { .. }
            | Command::ForgetSource { .. }
            | Command::TakeSnapshot { .. } => return self.give_all(&command),
        };
        self.give(about, command)
    }

    fn give(&self, worker: u16, command: Command) -> Result<(), NotTaken> {
        let worker = self.workers.get(usize::from(worker)).ok_or(NotTaken::NoSuchWorker)?;
        worker.command(command).map_err(|_| NotTaken::QueueFull)
    }

    fn give_all(&self, command: &Command) -> Result<(), NotTaken> {
        for worker in &self.workers {
            worker.command(command.clone()).map_err(|_| NotTaken::QueueFull)?;
        }
        Ok(())
    }

    /// All waiting events, encoded.
    pub fn drain(&self) -> Vec<Vec<u8>> {
        self.outgoing.drain()
    }

    /// Counters by name, summed; each worker's at most one loop old. A room with peers on two workers counts twice.
    pub fn stats(&self) -> impl Iterator<Item = (&'static str, u64)> + '_ {
        let mut sums = [0_u64; Counters::NAMES.len()];
        for worker in &self.workers {
            for (sum, (_, value)) in sums.iter_mut().zip(worker.stats()) {
                *sum += value;
            }
        }
        Counters::NAMES.iter().zip(sums).map(|(name, sum)| (*name, sum))
    }

    /// Of each worker.
    pub fn worker_stats(&self) -> impl Iterator<Item = WorkerStats> + '_ {
        self.workers.iter().map(|worker| {
            let find = |name: &str| worker.stats().find(|(known, _)| *known == name).map_or(0, |(_, value)| value);
            WorkerStats { cpu_ns: find("worker_cpu_ns"), peers: find("peers") }
        })
    }

    /// Ends the threads and closes their sockets. Twice is fine.
    pub fn close(&mut self) {
        for worker in &mut self.workers {
            worker.close();
        }
    }
}

/// The binds of a worker.
fn shift_ports(binds: &[SocketAddr], own: u16) -> io::Result<Vec<SocketAddr>> {
    let shift = |bind: &SocketAddr| {
        let mut bind = *bind;
        if bind.port() != 0 {
            let beyond = || io::Error::new(io::ErrorKind::InvalidInput, "the workers' ports go beyond 65535");
            bind.set_port(bind.port().checked_add(own).ok_or_else(beyond)?);
        }
        Ok(bind)
    };
    binds.iter().map(shift).collect()
}
