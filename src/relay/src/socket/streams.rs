//! All TCP connections of a worker: who may have one, who is ready, who was closed.
//!
//! What a stranger can have is bounded before anything is known of him: [`MAX_UNCHECKED`] connections in all,
//! [`MAX_UNCHECKED_PER_NETWORK`] from his network, each for [`UNCHECKED_US`] and a few kilobytes. One more closes the oldest of
//! them: who means it well has checked within a round trip, so it is not his. The first answer to a check (the forwarder
//! answers none whose integrity is wrong) makes a connection a peer's; from then on the peer's own bounds hold it.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use super::connection::{Connection, Ended};
use super::listener::{Happening, Listeners, MAX_HAPPENINGS, Token};
use super::udp::Sockets;
use super::{FIRST_TCP, Route, SendBatch};
use crate::wire::framing::next_frame;

/// Connections of one worker, if the process may have four times as many descriptors; otherwise a quarter of those.
const MAX_CONNECTIONS: usize = 4_096;
/// Connections that no check has come by yet.
const MAX_UNCHECKED: usize = 256;
/// Of these from one address (IPv6: one /64): an institution behind one NAT joins in a second.
const MAX_UNCHECKED_PER_NETWORK: usize = 32;
/// A connection without a valid check is closed after this: browsers check at once.
const UNCHECKED_US: u64 = 5_000_000;
/// Bytes read from one connection in a turn, so that the others get theirs.
const READ_LEN: usize = 64 << 10;
/// Connections accepted between two ticks, 20 us each: 6,400 a second while anything is forwarded. The others wait in the
/// kernel.
const MAX_ACCEPTS: u32 = 32;

/// Totals since the start, and `open`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StreamStats {
    /// Connections now.
    pub open: u64,
    /// Connections that were taken.
    pub accepted: u64,
    /// Not taken, or closed for a later one, because a bound was reached; or the system has no descriptors.
    pub refused: u64,
    /// Not taken: from another machine, see [`super::SocketOptions::local_only`].
    pub foreign: u64,
    /// Closed because no valid check came in time.
    pub unchecked: u64,
    /// Closed because of a frame longer than a datagram may be, of too many short ones, or of too much before a check.
    pub malformed: u64,
    /// Times a connection was clogged.
    pub clogged: u64,
}

/// Names a connection; one that is gone is not mistaken for a later one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct StreamId {
    at: u32,
    generation: u32,
}

/// See the module.
pub(super) struct Streams {
    listeners: Option<Arc<Listeners>>,
    local_ips: Option<Vec<IpAddr>>,
    connections: Vec<Option<Box<Connection>>>,
    free: Vec<u32>,
    by_route: HashMap<Route, StreamId>,
    unchecked: Vec<StreamId>,
    dirty: Vec<StreamId>,
    readable: Vec<StreamId>,
    relieved: Vec<usize>,
    closed: Vec<Route>,
    next_generation: u32,
    max_connections: usize,
    is_asleep: bool,
    /// Since the last tick.
    accepts: u32,
    stats: StreamStats,
}

impl Streams {
    /// None yet.
    pub(super) fn new(sockets: &Sockets) -> Self {
        let local_ips = sockets.addresses().iter().map(std::net::SocketAddr::ip).collect();
        Self {
            listeners: sockets.listeners.clone(),
            local_ips: sockets.local_only.then_some(local_ips),
            connections: Vec::new(),
            free: Vec::new(),
            by_route: HashMap::new(),
            unchecked: Vec::new(),
            dirty: Vec::new(),
            readable: Vec::new(),
            relieved: Vec::new(),
            closed: Vec::new(),
            next_generation: 0,
            max_connections: MAX_CONNECTIONS.min(descriptor_limit() / 4),
            is_asleep: false,
            accepts: 0,
            stats: StreamStats::default(),
        }
    }

    fn get_mut(&mut self, id: StreamId) -> Option<&mut Connection> {
        let connection = self.connections.get_mut(id.at as usize)?.as_deref_mut()?;
        (connection.generation == id.generation).then_some(connection)
    }

    pub(super) fn stats(&self) -> StreamStats {
        StreamStats { open: self.by_route.len() as u64, ..self.stats }
    }

    /// Accepts, writes where there is room, and notes who can be read: gives how many.
    pub(super) fn poll(&mut self, now_us: u64) -> usize {
        self.readable.clear();
        let Some(listeners) = self.listeners.clone() else { return 0 };
        let nothing = Happening { token: Token::Listener(0), is_readable: false, is_writable: false };
        let mut found = [nothing; MAX_HAPPENINGS];
        let count = listeners.wait(&mut found);
        for happening in &found[..count] {
            match happening.token {
                Token::Listener(socket) => self.accept(&listeners, socket, now_us),
                Token::Connection(at, generation) => {
                    let id = StreamId { at, generation };
                    if happening.is_writable {
                        self.write(id);
                    }
                    if happening.is_readable {
                        self.readable.push(id);
                    }
                }
            }
        }
        self.readable.len()
    }

    fn accept(&mut self, listeners: &Listeners, socket: u16, now_us: u64) {
        loop {
            if self.accepts >= MAX_ACCEPTS {
                self.is_asleep = listeners.set_awake(false).is_ok();
                return;
            }
            self.accepts += 1;
            let (fd, remote, local) = match listeners.accept(socket) {
                Ok(accepted) => accepted,
                Err(error) => match error.raw_os_error() {
                    Some(libc::EAGAIN) => return,
                    Some(libc::EMFILE | libc::ENFILE | libc::ENOBUFS | libc::ENOMEM) => {
                        self.stats.refused += 1;
                        // Until the next tick.
                        self.is_asleep = listeners.set_awake(false).is_ok();
                        return;
                    }
                    _ => continue, // It was reset before it was taken.
                },
            };
            let is_taken = |local: &Vec<IpAddr>| remote.ip().is_loopback() || local.contains(&remote.ip());
            if !self.local_ips.as_ref().is_none_or(is_taken) {
                self.stats.foreign += 1;
                continue;
            }
            if !self.make_room(remote.ip()) {
                self.stats.refused += 1;
                continue;
            }
            let mut remote = remote;
            if let std::net::SocketAddr::V6(address) = &mut remote {
                address.set_flowinfo(0);
            }
            let route = Route { socket: FIRST_TCP + socket, local: local.ip(), remote };
            self.next_generation = self.next_generation.wrapping_add(1);
            let generation = self.next_generation;
            let at = self.free.pop().unwrap_or(self.connections.len() as u32);
            let id = StreamId { at, generation };
            if at as usize == self.connections.len() {
                self.connections.push(None);
            }
            if listeners.add(&fd, Token::Connection(at, generation)).is_err() {
                self.free.push(at);
                self.stats.refused += 1;
                continue;
            }
            self.connections[at as usize] = Some(Box::new(Connection::new(fd, route, generation, now_us)));
            self.by_route.insert(route, id);
            self.unchecked.push(id);
            self.stats.accepted += 1;
        }
    }

    /// Closes the oldest stranger where one more would be too many: of this network, or of all. False: all connections are
    /// those of peers.
    fn make_room(&mut self, remote: IpAddr) -> bool {
        let is_of_network = |id: &&StreamId| {
            let connection = self.connections.get(id.at as usize).and_then(Option::as_deref);
            connection.is_some_and(|it| network(it.route.remote.ip()) == network(remote))
        };
        // Oldest first.
        let mut of_network = self.unchecked.iter().filter(is_of_network);
        let oldest = if of_network.clone().count() >= MAX_UNCHECKED_PER_NETWORK {
            of_network.next().copied()
        } else if self.unchecked.len() >= MAX_UNCHECKED || self.by_route.len() >= self.max_connections {
            self.unchecked.first().copied()
        } else {
            return true;
        };
        let Some(oldest) = oldest else { return false };
        self.stats.refused += 1;
        self.close(oldest);
        true
    }

    /// Closes whoever passed no check in time.
    pub(super) fn on_time(&mut self, now_us: u64) {
        self.accepts = 0;
        if std::mem::take(&mut self.is_asleep) {
            if let Some(listeners) = &self.listeners {
                self.is_asleep = listeners.set_awake(true).is_err();
            }
        }
        // Oldest first.
        while let Some(&id) = self.unchecked.first() {
            let is_late = self.get_mut(id).is_none_or(|it| now_us.saturating_sub(it.accepted_us) >= UNCHECKED_US);
            if !is_late {
                return;
            }
            self.stats.unchecked += 1;
            self.close(id);
        }
    }

    /// The peer is sent to by this connection from now on.
    pub(super) fn lead_to(&mut self, destination: usize, route: &Route) -> Option<StreamId> {
        let id = self.by_route.get(route).copied()?;
        self.get_mut(id)?.destination = Some(destination);
        Some(id)
    }

    /// An answer to a check: the connection is a peer's. False: it is gone, or full.
    pub(super) fn answer(&mut self, route: &Route, datagram: &[u8]) -> bool {
        let Some(id) = self.by_route.get(route).copied() else { return false };
        let Some(connection) = self.get_mut(id) else { return false };
        if !std::mem::replace(&mut connection.is_checked, true) {
            self.unchecked.retain(|waiting| *waiting != id);
        }
        self.push(id, datagram)
    }

    /// Lets a datagram wait for the next [`flush`](Self::flush). False: it is gone, or full.
    pub(super) fn push(&mut self, id: StreamId, datagram: &[u8]) -> bool {
        let Some(connection) = self.get_mut(id) else { return false };
        if !connection.push(datagram) {
            return false;
        }
        if !std::mem::replace(&mut connection.is_dirty, true) {
            self.dirty.push(id);
        }
        true
    }

    /// Writes what was pushed, but to those that wait for room. Gives the number of calls.
    pub(super) fn flush(&mut self) -> u64 {
        let mut calls = 0;
        while let Some(id) = self.dirty.pop() {
            let Some(connection) = self.get_mut(id) else { continue };
            connection.is_dirty = false;
            if !connection.is_sending {
                self.write(id);
                calls += 1;
            }
        }
        calls
    }

    /// Writes to one.
    pub(super) fn write(&mut self, id: StreamId) {
        let Some(connection) = self.get_mut(id) else { return };
        let Ok(waits) = connection.write() else { return self.lose(id) };
        let (was_sending, was_clogged) = (connection.is_sending, connection.is_clogged);
        connection.is_sending = waits;
        connection.is_clogged = was_clogged && !connection.is_relieved();
        if was_clogged && !connection.is_clogged {
            let destination = connection.destination;
            self.relieved.extend(destination);
        }
        if waits == was_sending {
            return;
        }
        let (Some(listeners), Some(connection)) = (self.listeners.clone(), self.get_mut(id)) else { return };
        let token = Token::Connection(id.at, id.generation);
        if listeners.set_sending(&connection.fd, token, waits).is_err() {
            self.lose(id);
        }
    }

    pub(super) fn is_clogged(&mut self, id: StreamId) -> bool {
        let Some(connection) = self.get_mut(id) else { return false };
        let was_clogged = connection.is_clogged;
        connection.is_clogged |= connection.is_full();
        let is_clogged = connection.is_clogged;
        self.stats.clogged += u64::from(is_clogged && !was_clogged);
        is_clogged
    }

    pub(super) fn take_relieved(&mut self) -> Option<usize> {
        self.relieved.pop()
    }

    pub(super) fn take_closed(&mut self) -> Option<Route> {
        self.closed.pop()
    }

    /// Closes a connection on the peer's side of the house: nobody needs to be told.
    pub(super) fn forget(&mut self, route: &Route) {
        if let Some(id) = self.by_route.get(route).copied() {
            self.write(id);
            self.close(id);
        }
    }

    /// A connection ended by itself.
    fn lose(&mut self, id: StreamId) {
        if let Some(connection) = self.get_mut(id) {
            let (route, is_checked) = (connection.route, connection.is_checked);
            if is_checked {
                self.closed.push(route);
            }
            self.close(id);
        }
    }

    fn close(&mut self, id: StreamId) {
        self.unchecked.retain(|waiting| *waiting != id);
        if self.get_mut(id).is_none() {
            return;
        }
        let connection = self.connections.get_mut(id.at as usize).and_then(Option::take);
        if let Some(route) = connection.map(|connection| connection.route) {
            self.by_route.remove(&route);
            self.free.push(id.at);
        }
    }

    /// Reads one of those that [`poll`](Self::poll) found: its route, and how many bytes of whole frames there are.
    fn read(&mut self, position: usize, buffer: &mut [u8]) -> Option<(Route, usize)> {
        let id = self.readable.get(position).copied()?;
        let connection = self.get_mut(id)?;
        match connection.read(buffer) {
            Ok(len) => Some((connection.route, len)),
            Err(ended) => {
                self.stats.malformed += u64::from(ended == Ended::Malformed);
                self.lose(id);
                None
            }
        }
    }
}

/// What is counted as one stranger.
fn network(ip: IpAddr) -> u64 {
    match ip {
        IpAddr::V4(ip) => u64::from(ip.to_bits()),
        IpAddr::V6(ip) => (ip.to_bits() >> 64) as u64,
    }
}

/// How many descriptors the process may have.
fn descriptor_limit() -> usize {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: the kernel writes one limit at `limit`.
    let result = unsafe { libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit) };
    if result == 0 { usize::try_from(limit.rlim_cur).unwrap_or(usize::MAX) } else { 256 }
}

/// Room for what is read from one connection at a time, used again and again.
pub struct StreamBatch {
    buffer: Box<[u8]>,
    from: usize,
    end: usize,
}

impl StreamBatch {
    /// Allocates the buffer.
    pub fn new() -> Self {
        Self { buffer: vec![0; READ_LEN].into(), from: 0, end: 0 }
    }

    /// Reads from one of the connections that [`SendBatch::poll_streams`] counted: the way of all frames in it.
    /// `None`: it has ended, which [`SendBatch::take_closed`] tells.
    pub fn receive(&mut self, sockets: &mut SendBatch, position: usize) -> Option<Route> {
        (self.from, self.end) = (0, 0);
        let (route, end) = sockets.streams.read(position, &mut self.buffer)?;
        self.end = end;
        Some(route)
    }

    /// The next frame's content, which may be changed in place. Empty ones are passed over (RFC 4571 §2).
    pub fn next_frame(&mut self) -> Option<&mut [u8]> {
        loop {
            let frame = next_frame(&self.buffer, &mut self.from, self.end)?;
            if !frame.is_empty() {
                return self.buffer.get_mut(frame);
            }
        }
    }
}

impl Default for StreamBatch {
    fn default() -> Self {
        Self::new()
    }
}
