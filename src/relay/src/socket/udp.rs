//! Binding sockets, and the route a datagram came by.

use std::io;
use std::mem::{size_of, size_of_val};
use std::net::{IpAddr, SocketAddr};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::sync::Arc;

use super::address::Name;
use super::listener::Listeners;

/// How many sockets one worker may have: as many as [`super::Ready`] has bits.
pub const MAX_SOCKETS: usize = 64;

/// A route's socket number from here on is that of a TCP connection.
pub const FIRST_TCP: u16 = 1 << 15;
/// With port 0 a number is wanted that is free on UDP and on TCP; after this many the bind fails.
const MAX_PORT_TRIES: usize = 16;

/// The way a datagram came, and so the way its answer goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Route {
    /// Index of our socket, in the order of the binds; [`FIRST_TCP`] more for a connection that was made to it by TCP.
    pub socket: u16,
    /// Our address that was written to (never unspecified, also when the bind is); answers leave from it.
    pub local: IpAddr,
    /// The other side.
    pub remote: SocketAddr,
}

impl Route {
    /// A connection, not datagrams: RFC 6544.
    #[inline]
    pub const fn is_tcp(&self) -> bool {
        self.socket >= FIRST_TCP
    }
}

/// How to bind.
#[derive(Debug, Clone, Copy)]
pub struct SocketOptions {
    /// Asked of the kernel for `SO_RCVBUF` and `SO_SNDBUF`. It gives less where its limits (`net.core.rmem_max`, `wmem_max`)
    /// say so.
    pub buffer_bytes: usize,
    /// False: never use `UDP_SEGMENT`, even where it works (for measurements and tests).
    pub segmentation: bool,
    /// True: drop what does not come from this machine, that is from loopback or from an address bound here. Routers and
    /// the kernel keep others from using those as their source (a martian, RFC 1812 §5.3.7).
    pub local_only: bool,
    /// Listen on TCP too, on the same numbers (RFC 6544).
    pub tcp: bool,
}

/// One bound socket.
pub(super) struct Socket {
    pub(super) fd: OwnedFd,
    pub(super) address: SocketAddr,
    /// The kernel knows `UDP_SEGMENT`, and the options allow it.
    pub(super) segmentation: bool,
}

impl Socket {
    fn bind(address: SocketAddr, options: SocketOptions) -> io::Result<Self> {
        let family = if address.is_ipv4() { libc::AF_INET } else { libc::AF_INET6 };
        let kind = libc::SOCK_DGRAM | libc::SOCK_NONBLOCK | libc::SOCK_CLOEXEC;
        // SAFETY: no pointers; the result is checked.
        let fd = checked(unsafe { libc::socket(family, kind, 0) })?;
        // SAFETY: `fd` is a new descriptor that nobody else owns.
        let fd = unsafe { OwnedFd::from_raw_fd(fd) };
        if address.is_ipv6() {
            set_option(&fd, libc::IPPROTO_IPV6, libc::IPV6_V6ONLY, 1)?;
        }
        if address.ip().is_unspecified() {
            // Otherwise the answer leaves from whatever address the routing table prefers.
            match address {
                SocketAddr::V4(_) => set_option(&fd, libc::IPPROTO_IP, libc::IP_PKTINFO, 1)?,
                SocketAddr::V6(_) => set_option(&fd, libc::IPPROTO_IPV6, libc::IPV6_RECVPKTINFO, 1)?,
            }
        }
        if address.is_ipv4() {
            // A datagram that is never fragmented needs no identification (RFC 6864 §4.1). The kernel's is a shared counter
            // behind a keyed hash: 20 ns of a datagram's 780 (sendmmsg of 50 to loopback, 160 B each).
            set_option(&fd, libc::IPPROTO_IP, libc::IP_MTU_DISCOVER, libc::IP_PMTUDISC_DO)?;
        }
        let bytes = i32::try_from(options.buffer_bytes).unwrap_or(i32::MAX);
        set_option(&fd, libc::SOL_SOCKET, libc::SO_RCVBUF, bytes)?;
        set_option(&fd, libc::SOL_SOCKET, libc::SO_SNDBUF, bytes)?;
        let segmentation = options.segmentation && option(&fd, libc::SOL_UDP, libc::UDP_SEGMENT).is_ok();

        let name = Name::from(address);
        // SAFETY: `name` is an address of `name.len()` bytes.
        checked(unsafe { libc::bind(fd.as_raw_fd(), (&raw const name).cast(), name.len()) })?;
        let mut name = Name::empty();
        let mut len = size_of_val(&name) as libc::socklen_t;
        // SAFETY: there is room for `len` bytes at `name`.
        checked(unsafe { libc::getsockname(fd.as_raw_fd(), (&raw mut name).cast(), &raw mut len) })?;
        let address = name.to_address().ok_or(io::ErrorKind::InvalidData)?;
        Ok(Self { fd, address, segmentation })
    }

    /// A datagram was refused as longer than its way takes: the kernel may fragment from now on, where it must. Answers
    /// whether it might not before, so that the datagram is worth another try. IPv6 does so anyway.
    #[cold]
    pub(super) fn permit_fragments(&self) -> bool {
        let (level, name) = (libc::IPPROTO_IP, libc::IP_MTU_DISCOVER);
        self.address.is_ipv4()
            && option(&self.fd, level, name).is_ok_and(|value| value == libc::IP_PMTUDISC_DO)
            && set_option(&self.fd, level, name, libc::IP_PMTUDISC_WANT).is_ok()
    }

    /// True when each message needs its local address told.
    pub(super) fn is_wildcard(&self) -> bool {
        self.address.ip().is_unspecified()
    }
}

impl AsRawFd for Socket {
    fn as_raw_fd(&self) -> RawFd {
        self.fd.as_raw_fd()
    }
}

/// The worker's UDP sockets, non-blocking. Closed when this and every [`super::SendBatch`] and [`super::Poller`] made
/// from it are gone.
pub struct Sockets {
    pub(super) shared: Arc<[Socket]>,
    pub(super) local_only: bool,
    pub(super) listeners: Option<Arc<Listeners>>,
    addresses: Vec<SocketAddr>,
}

impl Sockets {
    /// Binds each address (IPv6 sockets are v6-only; port 0 is any free one).
    ///
    /// Errors: the system's for an address that cannot be bound; `InvalidInput` for more than [`MAX_SOCKETS`] or none.
    pub fn bind(binds: &[SocketAddr], options: SocketOptions) -> io::Result<Self> {
        if binds.is_empty() || binds.len() > MAX_SOCKETS {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "1 to 64 addresses can be bound"));
        }
        let mut listeners = options.tcp.then(Listeners::new).transpose()?;
        let mut sockets = Vec::with_capacity(binds.len());
        for bind in binds {
            sockets.push(Self::bind_both(*bind, options, listeners.as_mut())?);
        }
        let addresses = sockets.iter().map(|socket| socket.address).collect();
        let (shared, listeners) = (sockets.into(), listeners.map(Arc::new));
        Ok(Self { shared, local_only: options.local_only, listeners, addresses })
    }

    /// Binds UDP, and TCP on the same number.
    fn bind_both(bind: SocketAddr, options: SocketOptions, listeners: Option<&mut Listeners>) -> io::Result<Socket> {
        let Some(listeners) = listeners else { return Socket::bind(bind, options) };
        let mut tries = 0;
        // Numbers that were refused stay bound meanwhile: otherwise the kernel may give them again.
        let mut refused = Vec::new();
        loop {
            tries += 1;
            let socket = Socket::bind(bind, options)?;
            match listeners.listen(socket.address) {
                Ok(()) => return Ok(socket),
                Err(error) if bind.port() != 0 || tries == MAX_PORT_TRIES => return Err(error),
                Err(_) => refused.push(socket),
            }
        }
    }

    /// What TCP listens on, in the order of the binds; empty without it.
    pub fn tcp_addresses(&self) -> Vec<SocketAddr> {
        self.listeners.as_ref().map_or_else(Vec::new, |listeners| listeners.addresses())
    }

    /// Whether datagrams from this address are taken; see [`SocketOptions::local_only`].
    pub(super) fn takes(&self, remote: IpAddr) -> bool {
        !self.local_only || remote.is_loopback() || self.addresses.iter().any(|bound| bound.ip() == remote)
    }

    /// What was bound, with real ports, in the order of the binds.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }
}

/// The system call's result, or its error.
pub(super) fn checked(result: i32) -> io::Result<i32> {
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(result) }
}

/// Sets an option whose value is an `int`.
pub(super) fn set_option(fd: &impl AsRawFd, level: i32, name: i32, value: i32) -> io::Result<()> {
    // SAFETY: the kernel reads four bytes at `value`.
    let result = unsafe {
        let len = size_of::<i32>() as libc::socklen_t;
        libc::setsockopt(fd.as_raw_fd(), level, name, (&raw const value).cast(), len)
    };
    checked(result).map(drop)
}

pub(super) fn option(fd: &impl AsRawFd, level: i32, name: i32) -> io::Result<i32> {
    let mut value = 0_i32;
    let mut len = size_of::<i32>() as libc::socklen_t;
    // SAFETY: the kernel writes at most `len` bytes at `value`.
    let result = unsafe { libc::getsockopt(fd.as_raw_fd(), level, name, (&raw mut value).cast(), &raw mut len) };
    checked(result).map(|_| value)
}
