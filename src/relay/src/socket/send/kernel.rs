//! What a batch gives to the kernel: messages made of the chains, and what becomes of those that it does not take.

use std::io;
use std::mem::zeroed;
use std::os::fd::AsRawFd;

use super::super::Route;
use super::super::address::Name;
use super::super::control::Control;
use super::{Group, Kept, NONE, SendBatch};

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

impl SendBatch {
    /// Cuts the chains of the destinations on one socket into messages, and empties the chains.
    pub(super) fn build(&mut self, socket: usize) {
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
    pub(super) fn send_built(&mut self, socket: usize) {
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
    pub(super) fn send_kept(&mut self) {
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

    pub(super) fn forget_messages(&mut self) {
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
    pub(super) fn send_single(&mut self, route: Route, name: Name, start: *const u8, len: usize) {
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
}
