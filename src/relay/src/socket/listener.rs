//! Listening on TCP beside UDP (RFC 6544, passive candidates), and the epoll descriptor of everything TCP.

use std::io;
use std::mem::size_of_val;
use std::net::SocketAddr;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};

use super::address::Name;
use super::udp::{checked, set_option};

/// Connections that wait for `accept`; a join storm fits.
const BACKLOG: i32 = 1_024;
/// `SO_RCVBUF` of a connection: 80 ms of 25 Mbit/s, and what a silent stranger can fill.
const RECEIVE_BYTES: i32 = 256 << 10;
/// `TCP_NOTSENT_LOWAT`: what waits, waits with us, where upper layers can still be dropped.
const UNSENT_BYTES: i32 = 16 << 10;
/// `TCP_USER_TIMEOUT`: the kernel gives up a connection whose other side acknowledges nothing; as long as consent.
const SILENT_MS: i32 = 30_000;

/// What an epoll event is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token {
    /// A listener, by its socket's index.
    Listener(u16),
    /// A connection, by place and generation.
    Connection(u32, u32),
}

impl Token {
    fn to_bits(self) -> u64 {
        match self {
            Self::Listener(socket) => u64::from(u32::MAX) << 32 | u64::from(socket),
            Self::Connection(at, generation) => u64::from(at) << 32 | u64::from(generation),
        }
    }

    fn from_bits(bits: u64) -> Self {
        let (high, low) = ((bits >> 32) as u32, bits as u32);
        if high == u32::MAX { Self::Listener(low as u16) } else { Self::Connection(high, low) }
    }
}

/// One listening socket.
struct Listener {
    fd: OwnedFd,
    address: SocketAddr,
}

/// All listening sockets of a worker, in the order of the binds.
pub(super) struct Listeners {
    epoll: OwnedFd,
    listeners: Vec<Listener>,
}

/// What [`Listeners::wait`] found.
#[derive(Debug, Clone, Copy)]
pub(super) struct Happening {
    pub(super) token: Token,
    /// There is something to read, also an error or the end.
    pub(super) is_readable: bool,
    pub(super) is_writable: bool,
}

/// Events taken in one turn.
pub(super) const MAX_HAPPENINGS: usize = 64;

impl Listeners {
    /// None yet.
    pub(super) fn new() -> io::Result<Self> {
        // SAFETY: no pointers; the result is checked.
        let fd = checked(unsafe { libc::epoll_create1(libc::EPOLL_CLOEXEC) })?;
        // SAFETY: `fd` is a new descriptor that nobody else owns.
        Ok(Self { epoll: unsafe { OwnedFd::from_raw_fd(fd) }, listeners: Vec::new() })
    }

    /// Listens on one more address.
    pub(super) fn listen(&mut self, address: SocketAddr) -> io::Result<()> {
        let family = if address.is_ipv4() { libc::AF_INET } else { libc::AF_INET6 };
        let kind = libc::SOCK_STREAM | libc::SOCK_NONBLOCK | libc::SOCK_CLOEXEC;
        // SAFETY: no pointers; the result is checked.
        let fd = checked(unsafe { libc::socket(family, kind, 0) })?;
        // SAFETY: `fd` is a new descriptor that nobody else owns.
        let fd = unsafe { OwnedFd::from_raw_fd(fd) };
        if address.is_ipv6() {
            set_option(&fd, libc::IPPROTO_IPV6, libc::IPV6_V6ONLY, 1)?;
        }
        // A restart must not wait for connections of the last run.
        set_option(&fd, libc::SOL_SOCKET, libc::SO_REUSEADDR, 1)?;
        // Set before listening: the window of a connection is agreed when it is made.
        set_option(&fd, libc::SOL_SOCKET, libc::SO_RCVBUF, RECEIVE_BYTES)?;
        let name = Name::from(address);
        // SAFETY: `name` is an address of `name.len()` bytes.
        checked(unsafe { libc::bind(fd.as_raw_fd(), (&raw const name).cast(), name.len()) })?;
        // SAFETY: no pointers.
        checked(unsafe { libc::listen(fd.as_raw_fd(), BACKLOG) })?;
        let socket = self.listeners.len() as u16;
        self.watch(fd.as_raw_fd(), Token::Listener(socket), libc::EPOLLIN as u32, libc::EPOLL_CTL_ADD)?;
        self.listeners.push(Listener { fd, address });
        Ok(())
    }

    pub(super) fn addresses(&self) -> Vec<SocketAddr> {
        self.listeners.iter().map(|listener| listener.address).collect()
    }

    /// Whether a listener's new connections are told of. Without descriptors to take them they would be, for ever.
    pub(super) fn set_awake(&self, is_awake: bool) -> io::Result<()> {
        let events = if is_awake { libc::EPOLLIN as u32 } else { 0 };
        for (socket, listener) in self.listeners.iter().enumerate() {
            self.watch(listener.fd.as_raw_fd(), Token::Listener(socket as u16), events, libc::EPOLL_CTL_MOD)?;
        }
        Ok(())
    }

    /// Begins to watch a connection.
    pub(super) fn add(&self, fd: &OwnedFd, token: Token) -> io::Result<()> {
        self.watch(fd.as_raw_fd(), token, libc::EPOLLIN as u32, libc::EPOLL_CTL_ADD)
    }

    /// Whether room to send is to be told of, beside what there is to read.
    pub(super) fn set_sending(&self, fd: &OwnedFd, token: Token, is_sending: bool) -> io::Result<()> {
        let events = if is_sending { (libc::EPOLLIN | libc::EPOLLOUT) as u32 } else { libc::EPOLLIN as u32 };
        self.watch(fd.as_raw_fd(), token, events, libc::EPOLL_CTL_MOD)
    }

    fn watch(&self, fd: RawFd, token: Token, events: u32, operation: i32) -> io::Result<()> {
        let mut event = libc::epoll_event { events, u64: token.to_bits() };
        // SAFETY: the kernel reads one event at `event`.
        checked(unsafe { libc::epoll_ctl(self.epoll.as_raw_fd(), operation, fd, &raw mut event) }).map(drop)
    }

    /// What has happened, without waiting. Gives how many of `found` it filled.
    pub(super) fn wait(&self, found: &mut [Happening; MAX_HAPPENINGS]) -> usize {
        let mut events = [libc::epoll_event { events: 0, u64: 0 }; MAX_HAPPENINGS];
        let most = libc::c_int::try_from(events.len()).unwrap_or(libc::c_int::MAX);
        // SAFETY: the kernel writes at most that many events at `events`.
        let count = unsafe { libc::epoll_wait(self.epoll.as_raw_fd(), events.as_mut_ptr(), most, 0) };
        let count = usize::try_from(count).unwrap_or(0);
        for (event, found) in events.iter().zip(found.iter_mut()).take(count) {
            let (bits, events) = (event.u64, event.events);
            let sending = libc::EPOLLOUT as u32;
            *found = Happening {
                token: Token::from_bits(bits),
                is_readable: events & !sending != 0,
                is_writable: events & sending != 0,
            };
        }
        count
    }

    /// Takes a connection that waits on a listener, with its other and its own address; `WouldBlock` when none does.
    pub(super) fn accept(&self, socket: u16) -> io::Result<(OwnedFd, SocketAddr, SocketAddr)> {
        let listener = self.listeners.get(usize::from(socket)).ok_or(io::ErrorKind::InvalidInput)?;
        let mut name = Name::empty();
        let mut len = size_of_val(&name) as libc::socklen_t;
        // SAFETY: there is room for `len` bytes at `name`.
        let fd = checked(unsafe {
            libc::accept4(
                listener.fd.as_raw_fd(),
                (&raw mut name).cast(),
                &raw mut len,
                libc::SOCK_NONBLOCK | libc::SOCK_CLOEXEC,
            )
        })?;
        // SAFETY: `fd` is a new descriptor that nobody else owns.
        let fd = unsafe { OwnedFd::from_raw_fd(fd) };
        let remote = name.to_address();
        let mut len = size_of_val(&name) as libc::socklen_t;
        // SAFETY: there is room for `len` bytes at `name`.
        checked(unsafe { libc::getsockname(fd.as_raw_fd(), (&raw mut name).cast(), &raw mut len) })?;
        set_option(&fd, libc::IPPROTO_TCP, libc::TCP_NODELAY, 1)?;
        set_option(&fd, libc::IPPROTO_TCP, libc::TCP_NOTSENT_LOWAT, UNSENT_BYTES)?;
        set_option(&fd, libc::IPPROTO_TCP, libc::TCP_USER_TIMEOUT, SILENT_MS)?;
        let (Some(remote), Some(local)) = (remote, name.to_address()) else {
            return Err(io::ErrorKind::InvalidData.into());
        };
        Ok((fd, remote, local))
    }
}

impl AsRawFd for Listeners {
    fn as_raw_fd(&self) -> RawFd {
        self.epoll.as_raw_fd()
    }
}
