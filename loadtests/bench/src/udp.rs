//! The clients' sockets: `recvmmsg`, optionally `UDP_GRO` and the kernel's time of arrival.
//!
//! Each client has a socket of its own, as over a network; epoll tells which have something. Of a large crowd most share
//! a few sockets: each still has an address of its own, since a socket bound to no address receives for all of 127/8, and
//! sends from any of them (`IP_PKTINFO`). So the server's work is the same, and one thread can follow. `unsafe` is in
//! here only.

use std::io;
use std::mem::{size_of, zeroed};
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::os::fd::AsRawFd;
use std::time::Duration;

use rustix::buffer::spare_capacity;
use rustix::event::{PollFd, PollFlags, Timespec, epoll, poll};

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
/// Sockets of all who share one, and the network their addresses are in.
const SHARED: usize = 16;
const SHARED_NETWORK: u32 = 0x7F01_0000;
/// Place of the count of lost datagrams in what the kernel tells of a socket's memory (`SK_MEMINFO_DROPS`), and how many
/// such numbers there are.
const DROPS: usize = 8;
const MEMORY_NUMBERS: usize = 9;
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

/// Where a client is reached.
struct Place {
    socket: usize,
    /// On a shared socket.
    shared: Option<Ipv4Addr>,
}

/// All sockets of the clients.
pub struct Sockets {
    all: Vec<UdpSocket>,
    /// Whose socket it is; `None`: shared.
    owners: Vec<Option<usize>>,
    /// By client.
    places: Vec<Place>,
    shared: Vec<usize>,
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
            owners: Vec::new(),
            places: Vec::new(),
            shared: Vec::new(),
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

    /// One more client, with a socket of its own.
    pub fn add(&mut self) -> io::Result<()> {
        let client = self.places.len();
        let socket = self.bind(Ipv4Addr::LOCALHOST, Some(client))?;
        self.places.push(Place { socket, shared: None });
        Ok(())
    }

    /// One more client, with an address of its own on a socket that it shares.
    pub fn add_shared(&mut self) -> io::Result<()> {
        let client = self.places.len();
        if self.shared.len() < SHARED {
            let socket = self.bind(Ipv4Addr::UNSPECIFIED, None)?;
            self.shared.push(socket);
        }
        let socket = self.shared[client % self.shared.len()];
        self.places.push(Place { socket, shared: Some(Ipv4Addr::from_bits(SHARED_NETWORK + client as u32)) });
        Ok(())
    }

    fn bind(&mut self, address: Ipv4Addr, owner: Option<usize>) -> io::Result<usize> {
        let socket = UdpSocket::bind((address, 0))?;
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
        self.owners.push(owner);
        Ok(position)
    }

    /// Whose socket it is, unless it is shared.
    pub fn owner(&self, socket: usize) -> Option<usize> {
        self.owners[socket]
    }

    /// Where a client is reached.
    pub fn address(&self, client: usize) -> io::Result<SocketAddr> {
        let Place { socket, shared } = self.places[client];
        let bound = self.all[socket].local_addr()?;
        Ok(shared.map_or(bound, |address| SocketAddr::from((address, bound.port()))))
    }

    /// Sends one datagram of a client; a full buffer loses it.
    pub fn send(&self, client: usize, to: SocketAddr, datagram: &[u8]) -> io::Result<()> {
        let Place { socket, shared } = self.places[client];
        let sent = match shared {
            None => self.all[socket].send_to(datagram, to),
            Some(from) => send_from(&self.all[socket], from, to, datagram),
        };
        match sent {
            Ok(_) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Datagrams that the clients' sockets had no room for, since they were bound.
    pub fn overflowed(&self) -> u64 {
        self.all.iter().map(|socket| u64::from(dropped(socket))).sum()
    }

    /// Sockets with something to read, after at most `timeout`.
    pub fn wait(&mut self, timeout: Duration) -> io::Result<Vec<usize>> {
        if !timeout.is_zero() {
            // Unlike `epoll_wait` it sleeps no longer than asked: that rounds up to a millisecond.
            let timeout = Timespec { tv_sec: 0, tv_nsec: i64::from(timeout.subsec_nanos()) };
            match poll(&mut [PollFd::new(&self.poll, PollFlags::IN)], Some(&timeout)) {
                Ok(_) | Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
        self.ready.clear();
        match epoll::wait(&self.poll, spare_capacity(&mut self.ready), Some(&Timespec::default())) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        Ok(self.ready.iter().map(|event| event.data.u64() as usize).collect())
    }

    /// Takes in what one socket has, once; false when there may be no more.
    pub fn receive(&mut self, socket: usize, mut take: impl FnMut(Received<'_>)) -> io::Result<bool> {
        for message in &mut self.messages {
            message.msg_hdr.msg_controllen = CONTROL_LEN as _;
        }
        // SAFETY: each message points to a vector with its buffer and to a control area of this value; they are alive,
        // of the lengths given, and nothing else refers to them during the call.
        let count = unsafe {
            libc::recvmmsg(
                self.all[socket].as_raw_fd(),
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

/// Sends from an address that a socket is not bound to.
fn send_from(socket: &UdpSocket, from: Ipv4Addr, to: SocketAddr, datagram: &[u8]) -> io::Result<usize> {
    let SocketAddr::V4(to) = to else { return Err(io::ErrorKind::Unsupported.into()) };
    let mut name = libc::sockaddr_in {
        sin_family: libc::AF_INET as libc::sa_family_t,
        sin_port: to.port().to_be(),
        sin_addr: libc::in_addr { s_addr: to.ip().to_bits().to_be() },
        sin_zero: [0; 8],
    };
    let mut vector = libc::iovec { iov_base: datagram.as_ptr().cast_mut().cast(), iov_len: datagram.len() };
    let mut control = [0_u64; CONTROL_LEN / 8];
    let source = libc::in_pktinfo {
        ipi_ifindex: 0,
        ipi_spec_dst: libc::in_addr { s_addr: from.to_bits().to_be() },
        ipi_addr: libc::in_addr { s_addr: 0 },
    };
    // SAFETY: all bits zero is a valid msghdr; it points to locals that outlive the call, with their lengths. The control
    // area is aligned for a head and longer than one with its data; the kernel only reads the datagram.
    let sent = unsafe {
        let mut message: libc::msghdr = zeroed();
        message.msg_name = (&raw mut name).cast();
        message.msg_namelen = size_of::<libc::sockaddr_in>() as libc::socklen_t;
        message.msg_iov = &raw mut vector;
        message.msg_iovlen = 1;
        message.msg_control = control.as_mut_ptr().cast();
        message.msg_controllen = libc::CMSG_SPACE(size_of::<libc::in_pktinfo>() as u32) as _;
        let head = libc::CMSG_FIRSTHDR(&raw const message);
        (*head).cmsg_level = libc::IPPROTO_IP;
        (*head).cmsg_type = libc::IP_PKTINFO;
        (*head).cmsg_len = libc::CMSG_LEN(size_of::<libc::in_pktinfo>() as u32) as _;
        libc::CMSG_DATA(head).cast::<libc::in_pktinfo>().write_unaligned(source);
        libc::sendmsg(socket.as_raw_fd(), &raw const message, libc::MSG_DONTWAIT)
    };
    usize::try_from(sent).map_err(|_| io::Error::last_os_error())
}

/// Datagrams that a socket had no room for; 0 where the kernel does not tell.
fn dropped(socket: &UdpSocket) -> u32 {
    let mut numbers = [0_u32; MEMORY_NUMBERS];
    let mut len = size_of::<[u32; MEMORY_NUMBERS]>() as libc::socklen_t;
    // SAFETY: the kernel writes at most `len` bytes at `numbers`.
    let result = unsafe {
        let value = numbers.as_mut_ptr().cast();
        libc::getsockopt(socket.as_raw_fd(), libc::SOL_SOCKET, libc::SO_MEMINFO, value, &raw mut len)
    };
    if result < 0 { 0 } else { numbers[DROPS] }
}
