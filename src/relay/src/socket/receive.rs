//! `recvmmsg` into reusable buffers.

use std::io;
use std::mem::{size_of, zeroed};
use std::net::SocketAddr;
use std::os::fd::AsRawFd;
use std::ptr;

use super::address::Name;
use super::control::Control;
use super::{MAX_DATAGRAM_LEN, Route, Sockets};

/// Datagrams per system call. A guess: more gain nothing (the call is 1 % of a packet's cost), fewer do.
pub const RECEIVE_BATCH_LEN: usize = 64;

/// One received datagram; the bytes may be changed in place (they are opened there).
#[derive(Debug)]
pub struct Datagram<'a> {
    /// What came.
    pub bytes: &'a mut [u8],
    /// From where and to which of our addresses.
    pub route: Route,
}

/// Where a datagram of the current batch is.
struct Received {
    buffer: usize,
    len: usize,
    route: Route,
}

/// Room for [`RECEIVE_BATCH_LEN`] datagrams of [`MAX_DATAGRAM_LEN`], used again and again.
pub struct ReceiveBatch {
    buffers: Vec<[u8; MAX_DATAGRAM_LEN]>,
    names: Vec<Name>,
    controls: Vec<Control>,
    vectors: Vec<libc::iovec>,
    messages: Vec<libc::mmsghdr>,
    received: Vec<Received>,
    /// Messages whose lengths the kernel has written, or that were never prepared.
    used: usize,
    /// What the messages are prepared for.
    control_len: usize,
    truncated: u64,
    foreign: u64,
}

// SAFETY: the raw pointers are in `vectors` and `messages` only; they point into the heap blocks of this value's own
// vectors, which are never resized and move with it.
unsafe impl Send for ReceiveBatch {}

impl ReceiveBatch {
    /// Allocates the buffers.
    pub fn new() -> Self {
        let mut batch = Self {
            buffers: vec![[0; MAX_DATAGRAM_LEN]; RECEIVE_BATCH_LEN],
            names: vec![Name::empty(); RECEIVE_BATCH_LEN],
            controls: vec![Control::empty(); RECEIVE_BATCH_LEN],
            vectors: Vec::with_capacity(RECEIVE_BATCH_LEN),
            messages: Vec::with_capacity(RECEIVE_BATCH_LEN),
            received: Vec::with_capacity(RECEIVE_BATCH_LEN),
            used: RECEIVE_BATCH_LEN,
            control_len: 0,
            truncated: 0,
            foreign: 0,
        };
        for buffer in &mut batch.buffers {
            batch.vectors.push(libc::iovec { iov_base: buffer.as_mut_ptr().cast(), iov_len: MAX_DATAGRAM_LEN });
        }
        for i in 0..RECEIVE_BATCH_LEN {
            // SAFETY: all bits zero is a valid mmsghdr.
            let mut message: libc::mmsghdr = unsafe { zeroed() };
            message.msg_hdr.msg_name = (&raw mut batch.names[i]).cast();
            message.msg_hdr.msg_iov = &raw mut batch.vectors[i];
            message.msg_hdr.msg_iovlen = 1;
            message.msg_hdr.msg_control = batch.controls[i].as_mut_ptr();
            batch.messages.push(message);
        }
        batch
    }

    /// Replaces the content with what socket `socket` has waiting, at most 64 datagrams; 0 means that it would block.
    /// A full batch (64 before those too long were dropped) means that there may be more, so go on until 0.
    ///
    /// Errors other than would-block are the socket's (it is broken), or `InvalidInput` when there is no such socket.
    pub fn receive(&mut self, sockets: &Sockets, socket: usize) -> io::Result<usize> {
        self.received.clear();
        let bound = sockets.shared.get(socket).ok_or(io::ErrorKind::InvalidInput)?;
        let is_wildcard = bound.is_wildcard();
        loop {
            let count = self.fill(bound.as_raw_fd(), is_wildcard)?;
            for buffer in 0..count {
                let message = &self.messages[buffer];
                let len = message.msg_len as usize;
                if message.msg_hdr.msg_flags & libc::MSG_TRUNC != 0 {
                    self.truncated += 1;
                    continue;
                }
                let local = if is_wildcard {
                    self.controls[buffer].local_address(message.msg_hdr.msg_controllen as _)
                } else {
                    Some(bound.address.ip())
                };
                let (Some(local), Some(remote)) = (local, self.names[buffer].to_address()) else {
                    continue;
                };
                if !sockets.takes(remote.ip()) {
                    self.foreign += 1;
                    continue;
                }
                // A flow label on the way in says nothing about the way back.
                let remote = match remote {
                    SocketAddr::V6(mut remote) => {
                        remote.set_flowinfo(0);
                        remote.into()
                    }
                    SocketAddr::V4(_) => remote,
                };
                let route = Route { socket: socket as u16, local, remote };
                self.received.push(Received { buffer, len, route });
            }
            // All of them dropped is not "would block".
            if count == 0 || !self.received.is_empty() {
                return Ok(self.received.len());
            }
        }
    }

    /// One `recvmmsg`; gives the number of messages, 0 for would-block.
    fn fill(&mut self, fd: libc::c_int, is_wildcard: bool) -> io::Result<usize> {
        let control_len = if is_wildcard { Control::LEN } else { 0 };
        if std::mem::replace(&mut self.control_len, control_len) != control_len {
            self.used = RECEIVE_BATCH_LEN;
        }
        // One more than came may have been written to (on an error), so that one is prepared, too.
        for message in self.messages.iter_mut().take(self.used + 1) {
            message.msg_hdr.msg_namelen = size_of::<Name>() as libc::socklen_t;
            message.msg_hdr.msg_controllen = control_len as _;
        }
        self.used = 0;
        loop {
            // SAFETY: each message points to a name, a vector with its buffer, and a control area of this value, all alive
            // and of the lengths given; no reference to them is held across the call.
            let count = unsafe {
                libc::recvmmsg(
                    fd,
                    self.messages.as_mut_ptr(),
                    RECEIVE_BATCH_LEN as u32,
                    libc::MSG_DONTWAIT as _,
                    ptr::null_mut(),
                )
            };
            if let Ok(count) = usize::try_from(count) {
                self.used = count;
                return Ok(count);
            }
            let error = io::Error::last_os_error();
            match error.raw_os_error() {
                Some(libc::EINTR) => {}
                Some(libc::EAGAIN) => return Ok(0),
                _ => return Err(error),
            }
        }
    }

    /// How many datagrams are in the batch.
    pub fn len(&self) -> usize {
        self.received.len()
    }

    /// True when there is none.
    pub fn is_empty(&self) -> bool {
        self.received.is_empty()
    }

    /// The datagram at `position`, which must be below `len()`.
    pub fn datagram(&mut self, position: usize) -> Datagram<'_> {
        let received = &self.received[position];
        Datagram { bytes: &mut self.buffers[received.buffer][..received.len], route: received.route }
    }

    /// Datagrams dropped because they were longer than the buffer, since the start.
    pub fn truncated(&self) -> u64 {
        self.truncated
    }

    /// Datagrams dropped because they came from another machine, since the start.
    pub fn foreign(&self) -> u64 {
        self.foreign
    }
}

impl Default for ReceiveBatch {
    fn default() -> Self {
        Self::new()
    }
}
