//! An arena of outgoing datagrams, sent with `sendmmsg` and `UDP_SEGMENT` ([`kernel`]).

mod kernel;

use std::collections::VecDeque;
use std::sync::Arc;

use super::address::Name;
use super::control::Control;
use super::streams::{StreamId, Streams};
use super::udp::Socket;
use super::{MAX_DATAGRAM_LEN, Route, Sockets, StreamStats};

/// Bytes of the arena: a keyframe of 30 packets to 50 subscribers. Full: `reserve` flushes. A guess; a smaller one cuts
/// segmented runs short, a larger one leaves the processor's cache.
const ARENA_LEN: usize = 2 << 20;
/// No entry.
const NONE: u32 = u32::MAX;

/// Totals since the start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SendStats {
    /// Datagrams the kernel took.
    pub datagrams: u64,
    /// Their bytes (UDP payload).
    pub bytes: u64,
    /// Messages the kernel took (a segmented one carries several datagrams).
    pub messages: u64,
    /// `sendmmsg` and `sendmsg` calls.
    pub calls: u64,
    /// Datagrams dropped because the socket's buffer (or the device's queue) was full: pictures, and sound that found it so
    /// for several flushes.
    pub dropped_full: u64,
    /// Datagrams dropped because of another error (no destination, no route, no permission, too long).
    pub dropped_error: u64,
    /// Times segmentation was given up for a destination.
    pub segmentation_refused: u64,
}

impl SendStats {
    /// One datagram to a connection.
    fn count(&mut self, is_taken: bool, len: usize) {
        if is_taken {
            self.datagrams += 1;
            self.messages += 1;
            self.bytes += len as u64;
        } else {
            self.dropped_full += 1;
        }
    }
}

/// A committed datagram.
struct Entry {
    offset: u32,
    len: u32,
    /// The next one to the same destination, or [`NONE`].
    next: u32,
    /// Sound or RTCP.
    is_vital: bool,
}

/// A datagram that found the buffer full.
struct Kept {
    route: Route,
    name: Name,
    datagram: Vec<u8>,
    flushes: u8,
}

/// Where to, and the chain of what waits for it.
struct Destination {
    route: Route,
    name: Name,
    /// The connection, when the way is one.
    stream: Option<StreamId>,
    /// False after the kernel refused a segmented message on this way.
    segmentation: bool,
    first: u32,
    last: u32,
}

/// What one `mmsghdr` was made of.
#[derive(Clone, Copy)]
struct Group {
    destination: u32,
    first: u32,
    count: u32,
    bytes: u32,
}

/// Collects datagrams and sends them together. Order is kept per destination, not between destinations. Nothing is sent
/// before [`flush`](Self::flush), unless the arena (2 MiB) is full: then `reserve` flushes first.
///
/// A destination is a small number that the caller chooses (a peer's position). Segments are formed from successive
/// datagrams to one destination that are *all of one length, the last may be shorter*, whatever was reserved for other
/// destinations between them; datagrams of one destination that were also reserved in succession are cheaper still.
///
/// What goes by a TCP connection is framed into that connection's own buffer when it is committed.
pub struct SendBatch {
    sockets: Arc<[Socket]>,
    arena: Vec<u8>,
    used: usize,
    reserved: Option<(usize, usize)>,
    entries: Vec<Entry>,
    destinations: Vec<Option<Destination>>,
    /// Destinations with a chain.
    pending: Vec<u32>,
    stats: SendStats,
    pub(super) streams: Streams,
    /// The oldest first.
    kept: VecDeque<Kept>,
    /// Messages that the kernel takes before its buffer is full: how tests see what becomes of the rest.
    #[cfg(test)]
    pub(super) room: Option<usize>,
    // Kept for their capacity; empty between flushes.
    messages: Vec<libc::mmsghdr>,
    groups: Vec<Group>,
    vectors: Vec<libc::iovec>,
    controls: Vec<Control>,
}

// SAFETY: the raw pointers are in `messages` and `vectors` only, and those are empty outside `flush`.
unsafe impl Send for SendBatch {}

impl SendBatch {
    /// An empty batch that sends through these sockets.
    pub fn new(sockets: &Sockets) -> Self {
        Self {
            sockets: Arc::clone(&sockets.shared),
            arena: vec![0; ARENA_LEN],
            used: 0,
            reserved: None,
            entries: Vec::new(),
            destinations: Vec::new(),
            pending: Vec::new(),
            stats: SendStats::default(),
            streams: Streams::new(sockets),
            kept: VecDeque::new(),
            #[cfg(test)]
            room: None,
            messages: Vec::new(),
            groups: Vec::new(),
            vectors: Vec::new(),
            controls: Vec::new(),
        }
    }

    /// The destination is reached this way from now on; what waits for it goes there too. Segmentation is tried anew.
    pub fn set_route(&mut self, destination: usize, route: Route) {
        if destination >= self.destinations.len() {
            self.destinations.resize_with(destination + 1, || None);
        }
        let (first, last) = match &self.destinations[destination] {
            Some(known) if known.route == route => return,
            Some(known) => (known.first, known.last),
            None => (NONE, NONE),
        };
        let segmentation = self.sockets.get(usize::from(route.socket)).is_some_and(|socket| socket.segmentation);
        let name = Name::from(route.remote);
        let stream = if route.is_tcp() { self.streams.lead_to(destination, &route) } else { None };
        self.destinations[destination] = Some(Destination { route, name, stream, segmentation, first, last });
    }

    /// Forgets a destination; if anything waits for it, everything is flushed first.
    pub fn remove(&mut self, destination: usize) {
        if self.destination(destination).is_some_and(|known| known.first != NONE) {
            self.flush();
        }
        if let Some(stream) = self.destination(destination).and_then(|known| known.stream) {
            self.streams.write(stream);
        }
        if let Some(known) = self.destinations.get_mut(destination) {
            *known = None;
        }
    }

    fn destination(&self, destination: usize) -> Option<&Destination> {
        self.destinations.get(destination)?.as_ref()
    }

    /// A buffer of `len` bytes (at most [`MAX_DATAGRAM_LEN`]; a longer wish gives that much). It has undefined content.
    /// Reserving again without [`commit`](Self::commit) takes it back.
    pub fn reserve(&mut self, destination: usize, len: usize) -> &mut [u8] {
        let len = len.min(MAX_DATAGRAM_LEN);
        if self.used + len > self.arena.len() {
            self.flush();
        }
        self.reserved = Some((destination, len));
        &mut self.arena[self.used..self.used + len]
    }

    /// Makes the first `len` bytes of the reserved buffer a datagram of the batch.
    pub fn commit(&mut self, len: usize) {
        self.commit_as(len, false);
    }

    /// The same; what is vital is small and not to be lost when the socket's buffer is full: it is tried again, before all
    /// else.
    #[inline]
    pub fn commit_as(&mut self, len: usize, is_vital: bool) {
        let Some((destination, reserved_len)) = self.reserved.take() else {
            debug_assert!(false, "commit without reserve");
            return;
        };
        debug_assert!(len <= reserved_len, "more committed than reserved");
        let len = len.min(reserved_len);
        let Some(known) = self.destinations.get_mut(destination).and_then(Option::as_mut) else {
            self.stats.dropped_error += 1;
            return;
        };
        if known.route.is_tcp() {
            let datagram = &self.arena[self.used..self.used + len];
            self.stats.count(known.stream.is_some_and(|stream| self.streams.push(stream, datagram)), len);
            return;
        }
        let position = self.entries.len() as u32;
        self.entries.push(Entry { offset: self.used as u32, len: len as u32, next: NONE, is_vital });
        if known.first == NONE {
            known.first = position;
            self.pending.push(destination as u32);
        } else {
            self.entries[known.last as usize].next = position;
        }
        known.last = position;
        self.used += len;
    }

    /// Sends one datagram at once to a route that need not be a destination (answers to checks from unknown addresses).
    /// Not ordered with what is in the batch.
    pub fn send_now(&mut self, route: &Route, datagram: &[u8]) {
        if route.is_tcp() {
            let is_taken = self.streams.answer(route, datagram);
            self.stats.count(is_taken, datagram.len());
            return;
        }
        let name = Name::from(route.remote);
        self.send_single(*route, name, datagram.as_ptr(), datagram.len());
    }

    /// Sends everything. Never blocks: what does not fit is dropped and counted, sound and RTCP after some more flushes.
    pub fn flush(&mut self) {
        self.stats.calls += self.streams.flush();
        if !self.kept.is_empty() {
            self.send_kept();
        }
        if self.pending.is_empty() {
            self.used = 0;
            return;
        }
        // Empty, unless a panic ended the flush before.
        self.forget_messages();
        for socket in 0..self.sockets.len() {
            self.build(socket);
            self.send_built(socket);
        }
        for position in self.pending.drain(..) {
            let Some(known) = self.destinations[position as usize].as_mut() else { continue };
            // Only a route with the number of no socket is left.
            while known.first != NONE {
                known.first = self.entries[known.first as usize].next;
                self.stats.dropped_error += 1;
            }
            known.last = NONE;
        }
        self.entries.clear();
        self.used = 0;
        self.reserved = None;
    }

    /// Whether more waits for the destination than it takes soon: only TCP keeps anything waiting. Once it said yes,
    /// [`take_relieved`](Self::take_relieved) tells when it is over.
    pub fn is_clogged(&mut self, destination: usize) -> bool {
        let stream = self.destination(destination).and_then(|known| known.stream);
        stream.is_some_and(|stream| self.streams.is_clogged(stream))
    }

    /// A way is not used any more: a connection is closed.
    pub fn forget(&mut self, route: &Route) {
        if route.is_tcp() {
            self.streams.forget(route);
        }
    }

    /// TCP has something: accepts, sends what waited, and gives how many connections [`super::StreamBatch`] can read.
    pub fn poll_streams(&mut self, now_us: u64) -> usize {
        self.streams.poll(now_us)
    }

    /// Closes connections that passed no check in time; to be called every few milliseconds.
    pub fn on_time(&mut self, now_us: u64) {
        self.streams.on_time(now_us);
    }

    /// A destination that was clogged and is not any more.
    pub fn take_relieved(&mut self) -> Option<usize> {
        self.streams.take_relieved()
    }

    /// A connection that has ended by itself or by an error.
    pub fn take_closed(&mut self) -> Option<Route> {
        self.streams.take_closed()
    }

    /// Of TCP.
    pub fn stream_stats(&self) -> StreamStats {
        self.streams.stats()
    }

    /// Totals since the start.
    pub fn stats(&self) -> SendStats {
        self.stats
    }
}
