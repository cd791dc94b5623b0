//! An arena of outgoing datagrams, sent with `sendmmsg` and `UDP_SEGMENT`.

use std::collections::VecDeque;
use std::io;
use std::mem::zeroed;
use std::os::fd::AsRawFd;
use std::sync::Arc;

use super::address::Name;
use super::control::Control;
use super::streams::{StreamId, Streams};
use super::udp::Socket;
use super::{MAX_DATAGRAM_LEN, Route, Sockets, StreamStats};

/// Bytes of the arena: a keyframe of 30 packets to 50 subscribers. Full: `reserve` flushes. A guess; a smaller one cuts
/// segmented runs short, a larger one leaves the processor's cache.
const ARENA_LEN: usize = 2 << 20;
/// Datagrams in one segmented message (the kernel's `UDP_MAX_SEGMENTS` up to Linux 6.8).
const MAX_SEGMENTS: usize = 64;
/// Bytes in one segmented message: below the 65,507 B of a UDP datagram.
const MAX_SEGMENTED_LEN: usize = 65_000;
/// Messages per call (the kernel's `UIO_MAXIOV`; more are cut off silently).
const MAX_MESSAGES: usize = 1024;
/// Sound and RTCP that found the socket's buffer full wait for the next flushes, at most so many: a packet to each of a
/// room. What is more is dropped.
const MAX_KEPT: usize = 2048;
/// And for so many flushes: under load that is a few milliseconds, and then the sound is late.
const KEPT_FLUSHES: u8 = 8;
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

    /// Cuts the chains of the destinations on one socket into messages, and empties the chains.
    fn build(&mut self, socket: usize) {
        let bound = &self.sockets[socket];
        self.vectors.reserve(self.entries.len());
        self.controls.reserve(self.entries.len());
        for position in &self.pending {
            let Some(known) = self.destinations[*position as usize].as_mut() else { continue };
            if usize::from(known.route.socket) != socket {
                continue;
            }
            let local = bound.is_wildcard().then_some(known.route.local);
            let mut next = std::mem::replace(&mut known.first, NONE);
            known.last = NONE;
            while next != NONE {
                let mut group = Group { destination: *position, first: next, count: 0, bytes: 0 };
                let first_vector = self.vectors.len();
                let segment_len = self.entries[next as usize].len;
                while next != NONE {
                    let entry = &self.entries[next as usize];
                    let is_full = group.count as usize >= MAX_SEGMENTS
                        || (group.bytes + entry.len) as usize > MAX_SEGMENTED_LEN
                        || entry.len > segment_len
                        // An empty datagram cannot be a segment.
                        || entry.len == 0
                        || !known.segmentation;
                    if group.count > 0 && is_full {
                        break;
                    }
                    let start = self.arena[entry.offset as usize..].as_mut_ptr().cast::<libc::c_void>();
                    match self.vectors[first_vector..].last_mut() {
                        Some(vector) if vector.iov_base.wrapping_byte_add(vector.iov_len) == start => {
                            vector.iov_len += entry.len as usize;
                        }
                        _ => self.vectors.push(libc::iovec { iov_base: start, iov_len: entry.len as usize }),
                    }
                    group.count += 1;
                    group.bytes += entry.len;
                    next = entry.next;
                    if entry.len < segment_len {
                        break;
                    }
                }
                let mut control = Control::empty();
                let control_len = control.fill(local, (group.count > 1).then_some(segment_len as u16));
                self.controls.push(control);
                // SAFETY: all bits zero is a valid mmsghdr.
                let mut message: libc::mmsghdr = unsafe { zeroed() };
                message.msg_hdr.msg_name = (&raw mut known.name).cast();
                message.msg_hdr.msg_namelen = known.name.len();
                // Both vectors have room for all entries (reserved above), so they do not move while they grow.
                message.msg_hdr.msg_iov = self.vectors[first_vector..].as_mut_ptr();
                message.msg_hdr.msg_iovlen = (self.vectors.len() - first_vector) as _;
                if control_len > 0 {
                    message.msg_hdr.msg_control = self.controls[self.groups.len()].as_mut_ptr();
                    message.msg_hdr.msg_controllen = control_len as _;
                }
                self.messages.push(message);
                self.groups.push(group);
            }
        }
    }

    /// Gives the built messages to the kernel.
    fn send_built(&mut self, socket: usize) {
        let fd = self.sockets[socket].as_raw_fd();
        let mut sent = 0;
        while sent < self.messages.len() {
            let count = (self.messages.len() - sent).min(MAX_MESSAGES) as u32;
            self.stats.calls += 1;
            // SAFETY: `count` messages from `sent` are in the vector. Each points to a name in `destinations`, to vectors
            // into the arena and to a control area; none of these has changed or moved since `build`.
            #[cfg(test)]
            if self.room == Some(0) {
                self.keep_vital(sent);
                break;
            }
            #[cfg(test)]
            let count = self.room.map_or(count, |room| count.min(room as u32));
            let result = unsafe {
                libc::sendmmsg(
                    fd,
                    self.messages[sent..].as_mut_ptr(),
                    count,
                    (libc::MSG_DONTWAIT | libc::MSG_NOSIGNAL) as _,
                )
            };
            if let Ok(taken) = usize::try_from(result) {
                for group in &self.groups[sent..sent + taken] {
                    self.stats.datagrams += u64::from(group.count);
                    self.stats.bytes += u64::from(group.bytes);
                }
                self.stats.messages += taken as u64;
                sent += taken;
                #[cfg(test)]
                {
                    self.room = self.room.map(|room| room - taken);
                }
                continue;
            }
            let failed = self.groups[sent];
            match io::Error::last_os_error().raw_os_error().unwrap_or(0) {
                libc::EINTR => {}
                libc::EAGAIN | libc::ENOBUFS => {
                    self.keep_vital(sent);
                    break;
                }
                libc::EMSGSIZE if self.sockets[socket].permit_fragments() => {}
                libc::EINVAL | libc::EIO | libc::EMSGSIZE | libc::EOPNOTSUPP if failed.count > 1 => {
                    self.send_unsegmented(failed);
                    sent += 1;
                }
                _ => {
                    self.stats.dropped_error += u64::from(failed.count);
                    sent += 1;
                }
            }
        }
        self.forget_messages();
    }

    /// The buffer is full: of the groups from `sent` on pictures are dropped, and the rest is kept for the next flush. Not
    /// on the way of a packet that leaves, so that this may allocate.
    #[cold]
    fn keep_vital(&mut self, sent: usize) {
        for group in &self.groups[sent..] {
            let Some(known) = self.destinations[group.destination as usize].as_ref() else { continue };
            let mut next = group.first;
            for _ in 0..group.count {
                let entry = &self.entries[next as usize];
                next = entry.next;
                if !entry.is_vital || self.kept.len() >= MAX_KEPT {
                    self.stats.dropped_full += 1;
                    continue;
                }
                let (offset, len) = (entry.offset as usize, entry.len as usize);
                let datagram = self.arena[offset..offset + len].to_vec();
                self.kept.push_back(Kept { route: known.route, name: known.name, datagram, flushes: 0 });
            }
        }
    }

    /// Tries again what was kept, in its order, until the buffer is full.
    #[cold]
    fn send_kept(&mut self) {
        while let Some(kept) = self.kept.pop_front() {
            if self.try_single(kept.route, kept.name, kept.datagram.as_ptr(), kept.datagram.len()) {
                continue;
            }
            self.kept.push_front(kept);
            break;
        }
        for kept in &mut self.kept {
            kept.flushes += 1;
        }
        while self.kept.front().is_some_and(|kept| kept.flushes >= KEPT_FLUSHES) {
            self.kept.pop_front();
            self.stats.dropped_full += 1;
        }
    }

    fn forget_messages(&mut self) {
        self.messages.clear();
        self.groups.clear();
        self.vectors.clear();
        self.controls.clear();
    }

    /// The way does not take segmented messages (a device without checksum offload, a smaller MTU): sends the group one
    /// by one, and builds none for this destination any more.
    fn send_unsegmented(&mut self, group: Group) {
        let Some(known) = self.destinations[group.destination as usize].as_mut() else { return };
        if known.segmentation {
            known.segmentation = false;
            self.stats.segmentation_refused += 1;
        }
        let (route, name) = (known.route, known.name);
        let mut next = group.first;
        for _ in 0..group.count {
            let entry = &self.entries[next as usize];
            next = entry.next;
            let (offset, len) = (entry.offset as usize, entry.len as usize);
            let start = self.arena[offset..offset + len].as_ptr();
            self.send_single(route, name, start, len);
        }
    }

    /// Sends `len` readable bytes at `start`, or drops them.
    fn send_single(&mut self, route: Route, name: Name, start: *const u8, len: usize) {
        if !self.try_single(route, name, start, len) {
            self.stats.dropped_full += 1;
        }
    }

    /// Sends `len` readable bytes at `start`. `false`: the buffer is full.
    fn try_single(&mut self, route: Route, mut name: Name, start: *const u8, len: usize) -> bool {
        #[cfg(test)]
        match &mut self.room {
            Some(0) => return false,
            Some(room) => *room -= 1,
            None => {}
        }
        let Some(bound) = self.sockets.get(usize::from(route.socket)) else {
            self.stats.dropped_error += 1;
            return true;
        };
        let mut control = Control::empty();
        let control_len = control.fill(bound.is_wildcard().then_some(route.local), None);
        let mut vector = libc::iovec { iov_base: start.cast_mut().cast(), iov_len: len };
        // SAFETY: all bits zero is a valid msghdr.
        let mut message: libc::msghdr = unsafe { zeroed() };
        message.msg_name = (&raw mut name).cast();
        message.msg_namelen = name.len();
        message.msg_iov = &raw mut vector;
        message.msg_iovlen = 1;
        if control_len > 0 {
            message.msg_control = control.as_mut_ptr();
            message.msg_controllen = control_len as _;
        }
        loop {
            self.stats.calls += 1;
            // SAFETY: the message points to locals that outlive the call, and to `len` bytes that the kernel only reads.
            let result = unsafe {
                libc::sendmsg(bound.as_raw_fd(), &raw const message, libc::MSG_DONTWAIT | libc::MSG_NOSIGNAL)
            };
            if result >= 0 {
                self.stats.datagrams += 1;
                self.stats.messages += 1;
                self.stats.bytes += len as u64;
                return true;
            }
            match io::Error::last_os_error().raw_os_error().unwrap_or(0) {
                libc::EINTR => {}
                libc::EMSGSIZE if bound.permit_fragments() => {}
                libc::EAGAIN | libc::ENOBUFS => return false,
                _ => {
                    self.stats.dropped_error += 1;
                    return true;
                }
            }
        }
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
