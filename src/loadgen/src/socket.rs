//! UDP sockets in batches (`recvmmsg`, `sendmmsg`, `UDP_GRO`), and waiting for many of them: the one place with `unsafe`.
//!
//! Each client has a connected socket of its own, because the server knows clients by their address.

#![allow(clippy::cast_possible_wrap, clippy::cast_sign_loss)] // The C library's integers; all values are small.

use std::io;
use std::mem;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::time::Duration;

/// Datagrams of one call.
const BATCH: usize = 64;
/// More than any path's.
const DATAGRAM_LEN: usize = 2048;
/// Coalesced datagrams of one call, and the most bytes of each.
const COALESCED_BATCH: usize = 16;
const COALESCED_LEN: usize = 65_536;
/// The kernel's queue: 20 ms of a thousand packets at its bookkeeping of 2 kB each would be less.
const QUEUE_BYTES: libc::c_int = 4 << 20;
/// Sockets that one wait tells of.
const EVENTS: usize = 256;

/// One client's socket.
pub struct Socket {
    inner: UdpSocket,
    is_coalescing: bool,
}

impl Socket {
    /// Any free port towards `remote`.
    pub fn connect(remote: SocketAddr, is_coalescing: bool) -> io::Result<Self> {
        let any: SocketAddr =
            if remote.is_ipv4() { (Ipv4Addr::UNSPECIFIED, 0).into() } else { (Ipv6Addr::UNSPECIFIED, 0).into() };
        let inner = UdpSocket::bind(any)?;
        inner.connect(remote)?;
        inner.set_nonblocking(true)?;
        let fd = inner.as_raw_fd();
        // A privileged process gets what it asks for, others what the kernel's limit leaves.
        if set_option(fd, libc::SOL_SOCKET, libc::SO_RCVBUFFORCE, QUEUE_BYTES).is_err() {
            set_option(fd, libc::SOL_SOCKET, libc::SO_RCVBUF, QUEUE_BYTES)?;
        }
        if is_coalescing {
            set_option(fd, libc::SOL_UDP, libc::UDP_GRO, 1)?;
        }
        Ok(Self { inner, is_coalescing })
    }

    /// Whether datagrams come coalesced.
    pub const fn is_coalescing(&self) -> bool {
        self.is_coalescing
    }

    /// Sends one datagram; answers whether the kernel took it.
    pub fn send(&self, datagram: &[u8]) -> bool {
        self.inner.send(datagram).is_ok()
    }

    /// Sends in order; answers how many the kernel took.
    pub fn send_all(&self, datagrams: &[Vec<u8>]) -> usize {
        let mut taken = 0;
        for chunk in datagrams.chunks(BATCH) {
            // SAFETY: all-zero is valid for these plain structures.
            let mut parts: [libc::iovec; BATCH] = unsafe { mem::zeroed() };
            // SAFETY: as above.
            let mut heads: [libc::mmsghdr; BATCH] = unsafe { mem::zeroed() };
            for ((part, head), datagram) in parts.iter_mut().zip(&mut heads).zip(chunk) {
                part.iov_base = datagram.as_ptr().cast_mut().cast();
                part.iov_len = datagram.len();
                head.msg_hdr.msg_iov = part;
                head.msg_hdr.msg_iovlen = 1;
            }
            // SAFETY: as many heads as told are filled; they point to parts and datagrams that outlive the call, which
            // does not write to either.
            let sent =
                unsafe { libc::sendmmsg(self.inner.as_raw_fd(), heads.as_mut_ptr(), chunk.len() as libc::c_uint, 0) };
            taken += usize::try_from(sent).unwrap_or(0);
        }
        taken
    }
}

impl AsRawFd for Socket {
    fn as_raw_fd(&self) -> RawFd {
        self.inner.as_raw_fd()
    }
}

/// Buffers for receiving, used for one socket after another.
pub struct Receiver {
    buffers: Vec<u8>,
    stride: usize,
    parts: Vec<libc::iovec>,
    controls: Vec<Control>,
    heads: Vec<libc::mmsghdr>,
}

/// Room for one control message with an int.
#[repr(C, align(8))]
#[derive(Clone, Copy)]
struct Control([u8; 64]);

impl Receiver {
    /// For sockets that coalesce, or for those that do not.
    pub fn new(is_coalescing: bool) -> Self {
        let (count, stride) = if is_coalescing { (COALESCED_BATCH, COALESCED_LEN) } else { (BATCH, DATAGRAM_LEN) };
        let mut receiver = Self {
            buffers: vec![0; count * stride],
            stride,
            // SAFETY: all-zero is valid for these plain structures.
            parts: vec![unsafe { mem::zeroed() }; count],
            controls: vec![Control([0; 64]); if is_coalescing { count } else { 0 }],
            // SAFETY: as above.
            heads: vec![unsafe { mem::zeroed() }; count],
        };
        for (at, part) in receiver.parts.iter_mut().enumerate() {
            part.iov_base = receiver.buffers[at * stride..].as_mut_ptr().cast();
            part.iov_len = stride;
        }
        for (at, head) in receiver.heads.iter_mut().enumerate() {
            head.msg_hdr.msg_iov = &raw mut receiver.parts[at];
            head.msg_hdr.msg_iovlen = 1;
        }
        receiver
    }

    /// Takes what waits, at most one batch. Answers whether there may be more.
    pub fn receive(&mut self, socket: &Socket) -> Received<'_> {
        for (head, control) in self.heads.iter_mut().zip(&mut self.controls) {
            head.msg_hdr.msg_control = control.0.as_mut_ptr().cast();
            head.msg_hdr.msg_controllen = control.0.len();
        }
        // SAFETY: every head points to one part and, if any, one control buffer of its own, which point to buffers of
        // the told lengths; all are owned by `self`, on the heap, and not moved.
        let count = unsafe {
            libc::recvmmsg(
                socket.as_raw_fd(),
                self.heads.as_mut_ptr(),
                self.heads.len() as libc::c_uint,
                libc::MSG_DONTWAIT,
                std::ptr::null_mut(),
            )
        };
        // An error is that nothing waits, or that the server's port is closed: its silence tells.
        let count = usize::try_from(count).unwrap_or(0);
        Received { receiver: self, count, at: 0, rest: 0..0, segment: 0 }
    }

    /// The size of the datagrams in a coalesced one, from its control message; 0 without one.
    fn segment_len(&self, at: usize) -> usize {
        if self.controls.is_empty() {
            return 0;
        }
        let header = &self.heads[at].msg_hdr;
        // SAFETY: the kernel has written control and its length; the macros stay within it.
        unsafe {
            let message = libc::CMSG_FIRSTHDR(header);
            if message.is_null() || (*message).cmsg_level != libc::SOL_UDP || (*message).cmsg_type != libc::UDP_GRO {
                return 0;
            }
            let len: libc::c_int = libc::CMSG_DATA(message).cast::<libc::c_int>().read_unaligned();
            usize::try_from(len).unwrap_or(0)
        }
    }
}

/// What one call brought, datagram by datagram.
pub struct Received<'a> {
    receiver: &'a mut Receiver,
    count: usize,
    at: usize,
    rest: std::ops::Range<usize>,
    segment: usize,
}

impl Received<'_> {
    /// The batch was full: there may be more.
    pub fn is_full(&self) -> bool {
        self.count == self.receiver.heads.len()
    }

    /// The next datagram, which may be changed in place.
    pub fn next_datagram(&mut self) -> Option<&mut [u8]> {
        while self.rest.is_empty() {
            if self.at == self.count {
                return None;
            }
            let len = (self.receiver.heads[self.at].msg_len as usize).min(self.receiver.stride);
            let begin = self.at * self.receiver.stride;
            self.segment = match self.receiver.segment_len(self.at) {
                0 => len,
                segment => segment,
            };
            self.rest = begin..begin + len;
            self.at += 1;
        }
        let begin = self.rest.start;
        let end = (begin + self.segment.max(1)).min(self.rest.end);
        self.rest.start = end;
        Some(&mut self.receiver.buffers[begin..end])
    }
}

/// Waits for many descriptors.
pub struct Poll {
    epoll: OwnedFd,
    events: Vec<libc::epoll_event>,
}

impl Poll {
    /// Of none yet.
    pub fn new() -> io::Result<Self> {
        // SAFETY: no pointers.
        let fd = check(unsafe { libc::epoll_create1(libc::EPOLL_CLOEXEC) })?;
        // SAFETY: the call has just made it, and nobody else owns it.
        let epoll = unsafe { OwnedFd::from_raw_fd(fd) };
        Ok(Self { epoll, events: vec![libc::epoll_event { events: 0, u64: 0 }; EVENTS] })
    }

    /// Tells `token` while `fd` can be read. A closed descriptor leaves by itself.
    pub fn add(&self, fd: RawFd, token: u64) -> io::Result<()> {
        let mut event = libc::epoll_event { events: libc::EPOLLIN as u32, u64: token };
        // SAFETY: `event` is valid for the call.
        check(unsafe { libc::epoll_ctl(self.epoll.as_raw_fd(), libc::EPOLL_CTL_ADD, fd, &raw mut event) }).map(|_| ())
    }

    /// Waits at most so long; answers the tokens of what can be read.
    pub fn wait(&mut self, timeout: Duration, tokens: &mut Vec<u64>) -> io::Result<()> {
        let timeout = libc::timespec {
            tv_sec: timeout.as_secs() as libc::time_t,
            tv_nsec: libc::c_long::from(timeout.subsec_nanos() as i32),
        };
        tokens.clear();
        // SAFETY: as many events as told can be written; the time is valid for the call; no signal mask.
        let count = unsafe {
            libc::epoll_pwait2(
                self.epoll.as_raw_fd(),
                self.events.as_mut_ptr(),
                EVENTS as libc::c_int,
                &raw const timeout,
                std::ptr::null(),
            )
        };
        match check(count) {
            Ok(count) => tokens.extend(self.events[..count as usize].iter().map(|event| event.u64)),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }
}

/// Nanoseconds of the machine's monotonic clock.
pub fn monotonic_ns() -> u64 {
    clock_ns(libc::CLOCK_MONOTONIC)
}

/// Nanoseconds of processor time of this thread.
pub fn thread_cpu_ns() -> u64 {
    clock_ns(libc::CLOCK_THREAD_CPUTIME_ID)
}

/// Microseconds since 1970.
pub fn unix_us() -> u64 {
    clock_ns(libc::CLOCK_REALTIME) / 1000
}

fn clock_ns(clock: libc::clockid_t) -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` is valid for the call. These clocks are always there.
    unsafe { libc::clock_gettime(clock, &raw mut time) };
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}

fn set_option(fd: RawFd, level: libc::c_int, name: libc::c_int, value: libc::c_int) -> io::Result<()> {
    let len = size_of::<libc::c_int>() as libc::socklen_t;
    // SAFETY: `value` is an int of the told length, valid for the call.
    check(unsafe { libc::setsockopt(fd, level, name, (&raw const value).cast(), len) }).map(|_| ())
}

fn check(result: libc::c_int) -> io::Result<libc::c_int> {
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(result) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sends datagrams of these lengths to a socket and reads them back, until all have come.
    fn exchange(is_coalescing: bool, lens: &[usize]) -> Vec<usize> {
        let far = UdpSocket::bind("127.0.0.1:0").unwrap();
        let near = Socket::connect(far.local_addr().unwrap(), is_coalescing).unwrap();
        let datagrams: Vec<Vec<u8>> = lens.iter().map(|len| vec![*len as u8; *len]).collect();
        let back = near.inner.local_addr().unwrap();
        far.connect((Ipv4Addr::LOCALHOST, back.port())).unwrap();
        let sender = Socket { inner: far, is_coalescing: false };
        assert_eq!(sender.send_all(&datagrams), lens.len());
        let mut poll = Poll::new().unwrap();
        poll.add(near.as_raw_fd(), 7).unwrap();
        let (mut receiver, mut tokens, mut found) = (Receiver::new(is_coalescing), Vec::new(), Vec::new());
        while found.len() < lens.len() {
            poll.wait(Duration::from_secs(5), &mut tokens).unwrap();
            assert_eq!(tokens, [7]);
            let mut batch = receiver.receive(&near);
            while let Some(datagram) = batch.next_datagram() {
                assert!(datagram.iter().all(|byte| usize::from(*byte) == datagram.len() % 256));
                found.push(datagram.len());
            }
        }
        found
    }

    #[test]
    fn datagrams_come_whole_and_in_order() {
        let lens: Vec<usize> = (0..150).map(|at| 10 + at * 7).collect();
        assert_eq!(exchange(false, &lens), lens);
        assert_eq!(exchange(true, &lens), lens);
    }

    #[test]
    fn wait_ends_in_time_without_anything() {
        let (mut poll, mut tokens) = (Poll::new().unwrap(), vec![1]);
        let began_ns = monotonic_ns();
        poll.wait(Duration::from_micros(300), &mut tokens).unwrap();
        assert!(tokens.is_empty());
        assert!(monotonic_ns() - began_ns >= 300_000);
    }
}
