//! The clients' sockets: `recvmmsg`, optionally `UDP_GRO` and the kernel's time of arrival.
//!
//! Each client has a socket of its own, as over a network; epoll tells which have something. `unsafe` is in here only.

use std::io;
use std::mem::{size_of, zeroed};
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::os::fd::AsRawFd;
use std::time::Duration;

use rustix::buffer::spare_capacity;
use rustix::event::epoll;

/// Datagrams per call without coalescing.
const BATCH: usize = 32;
/// Bytes of one plain datagram.
const DATAGRAM_LEN: usize = 2048;
/// Coalesced messages per call, and bytes of one.
const COALESCED_BATCH: usize = 8;
const COALESCED_LEN: usize = 65_535;
/// Asked of the kernel per client.
const BUFFER_BYTES: libc::c_int = 4 << 20;
/// Two control messages, each at most a `timespec` and a head.
const CONTROL_LEN: usize = 96;
/// Sockets that one look at epoll tells.
const READY: usize = 1024;

/// How the clients receive.
#[derive(Debug, Clone, Copy, Default)]
pub struct ReceiveOptions {
    /// `UDP_GRO`: segmented messages arrive whole.
    pub coalesce: bool,
    /// The kernel notes when each datagram reached the socket (`SO_TIMESTAMPNS`).
    pub stamp: bool,
}

/// All sockets of the clients, by position.
pub struct Sockets {
    all: Vec<UdpSocket>,
    poll: rustix::fd::OwnedFd,
    ready: Vec<epoll::Event>,
    options: ReceiveOptions,
    buffer_len: usize,
    buffers: Vec<u8>,
    controls: Vec<[u64; CONTROL_LEN / 8]>,
    vectors: Vec<libc::iovec>,
    messages: Vec<libc::mmsghdr>,
}

/// One datagram as the kernel gave it.
pub struct Received<'a> {
    /// The datagram.
    pub bytes: &'a mut [u8],
    /// Nanoseconds of the wall clock, if asked for.
    pub at_ns: u64,
}

impl Sockets {
    /// None yet.
    pub fn new(options: ReceiveOptions) -> io::Result<Self> {
        let (count, buffer_len) =
            if options.coalesce { (COALESCED_BATCH, COALESCED_LEN) } else { (BATCH, DATAGRAM_LEN) };
        let mut sockets = Self {
            all: Vec::new(),
            poll: epoll::create(epoll::CreateFlags::CLOEXEC)?,
            ready: Vec::with_capacity(READY),
            options,
            buffer_len,
            buffers: vec![0; count * buffer_len],
            controls: vec![[0; CONTROL_LEN / 8]; count],
            vectors: Vec::with_capacity(count),
            messages: Vec::with_capacity(count),
        };
        for place in 0..count {
            let start = sockets.buffers[place * buffer_len..].as_mut_ptr();
            sockets.vectors.push(libc::iovec { iov_base: start.cast(), iov_len: buffer_len });
        }
        for place in 0..count {
            // SAFETY: all bits zero is a valid mmsghdr.
            let mut message: libc::mmsghdr = unsafe { zeroed() };
            message.msg_hdr.msg_iov = &raw mut sockets.vectors[place];
            message.msg_hdr.msg_iovlen = 1;
            message.msg_hdr.msg_control = sockets.controls[place].as_mut_ptr().cast();
            sockets.messages.push(message);
        }
        Ok(sockets)
    }

    /// Binds one more on loopback; gives its position.
    pub fn add(&mut self) -> io::Result<usize> {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
        socket.set_nonblocking(true)?;
        enlarge(&socket)?;
        if self.options.coalesce {
            set_option(&socket, libc::SOL_UDP, libc::UDP_GRO, 1)?;
        }
        if self.options.stamp {
            set_option(&socket, libc::SOL_SOCKET, libc::SO_TIMESTAMPNS, 1)?;
        }
        let position = self.all.len();
        epoll::add(&self.poll, &socket, epoll::EventData::new_u64(position as u64), epoll::EventFlags::IN)?;
        self.all.push(socket);
        Ok(position)
    }

    /// Where socket `at` is bound.
    pub fn address(&self, at: usize) -> io::Result<SocketAddr> {
        self.all[at].local_addr()
    }

    /// Sends one datagram; a full buffer loses it.
    pub fn send(&self, at: usize, to: SocketAddr, datagram: &[u8]) -> io::Result<()> {
        match self.all[at].send_to(datagram, to) {
            Ok(_) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Sockets with something to read, after at most `timeout`.
    pub fn wait(&mut self, timeout: Duration) -> io::Result<Vec<usize>> {
        let timeout = rustix::event::Timespec { tv_sec: 0, tv_nsec: i64::from(timeout.subsec_nanos()) };
        self.ready.clear();
        match epoll::wait(&self.poll, spare_capacity(&mut self.ready), Some(&timeout)) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        Ok(self.ready.iter().map(|event| event.data.u64() as usize).collect())
    }

    /// Takes in what one socket has, once; false when there may be no more.
    pub fn receive(&mut self, at: usize, mut take: impl FnMut(Received<'_>)) -> io::Result<bool> {
        for message in &mut self.messages {
            message.msg_hdr.msg_controllen = CONTROL_LEN as _;
        }
        // SAFETY: each message points to a vector with its buffer and to a control area of this value; they are alive,
        // of the lengths given, and nothing else refers to them during the call.
        let count = unsafe {
            libc::recvmmsg(
                self.all[at].as_raw_fd(),
                self.messages.as_mut_ptr(),
                self.messages.len() as u32,
                libc::MSG_DONTWAIT as _,
                std::ptr::null_mut(),
            )
        };
        let Ok(count) = usize::try_from(count) else {
            let error = io::Error::last_os_error();
            return if error.kind() == io::ErrorKind::WouldBlock { Ok(false) } else { Err(error) };
        };
        for place in 0..count {
            let (segment_len, at_ns) = read_control(&self.messages[place].msg_hdr);
            let len = self.messages[place].msg_len as usize;
            let start = place * self.buffer_len;
            let bytes = &mut self.buffers[start..start + len];
            for datagram in bytes.chunks_mut(if segment_len == 0 { len.max(1) } else { segment_len }) {
                take(Received { bytes: datagram, at_ns });
            }
        }
        Ok(count == self.messages.len())
    }
}

/// The segment length of a coalesced message (0: one datagram), and when it came.
fn read_control(head: &libc::msghdr) -> (usize, u64) {
    let (mut segment_len, mut at_ns) = (0, 0);
    // SAFETY: the kernel filled the control area of this head, and wrote its length.
    let mut message = unsafe { libc::CMSG_FIRSTHDR(head) };
    while !message.is_null() {
        // SAFETY: not null, so it is a whole control message within the area; its data has the size of its type.
        unsafe {
            let data = libc::CMSG_DATA(message);
            match ((*message).cmsg_level, (*message).cmsg_type) {
                (libc::SOL_UDP, libc::UDP_GRO) => {
                    segment_len = usize::try_from(data.cast::<libc::c_int>().read_unaligned()).unwrap_or(0);
                }
                (libc::SOL_SOCKET, libc::SCM_TIMESTAMPNS) => {
                    let time = data.cast::<libc::timespec>().read_unaligned();
                    at_ns = time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64;
                }
                _ => {}
            }
            message = libc::CMSG_NXTHDR(head, message);
        }
    }
    (segment_len, at_ns)
}

/// Gives a socket the receive buffer that the relay's has.
pub fn enlarge(socket: &UdpSocket) -> io::Result<()> {
    set_option(socket, libc::SOL_SOCKET, libc::SO_RCVBUF, BUFFER_BYTES)
}

fn set_option(socket: &UdpSocket, level: i32, name: i32, value: libc::c_int) -> io::Result<()> {
    // SAFETY: the kernel reads four bytes at `value`.
    let result = unsafe {
        let len = size_of::<libc::c_int>() as libc::socklen_t;
        libc::setsockopt(socket.as_raw_fd(), level, name, (&raw const value).cast(), len)
    };
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}
