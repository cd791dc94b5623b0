//! Waiting for sockets, a wake-up, or a deadline.

use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::ptr;
use std::sync::Arc;
use std::time::Duration;

use super::Sockets;
use super::listener::Listeners;
use super::udp::{Socket, checked};

/// A counter that makes a file descriptor readable (`eventfd(2)`): wakes a worker, or tells Python that events wait.
/// `&self` everywhere and `Sync`: share it in an `Arc`. Closed on drop.
#[derive(Debug)]
pub struct EventFd {
    fd: OwnedFd,
}

impl EventFd {
    /// A new one, not readable.
    pub fn new() -> io::Result<Self> {
        // SAFETY: no pointers; the result is checked.
        let fd = checked(unsafe { libc::eventfd(0, libc::EFD_NONBLOCK | libc::EFD_CLOEXEC) })?;
        // SAFETY: `fd` is a new descriptor that nobody else owns.
        Ok(Self { fd: unsafe { OwnedFd::from_raw_fd(fd) } })
    }

    /// Makes it readable. Never blocks; waking twice is one wake-up.
    pub fn wake(&self) {
        let one = 1_u64.to_ne_bytes();
        // SAFETY: the kernel reads eight bytes at `one`. The only error is a full counter, which is readable already.
        unsafe { libc::write(self.fd.as_raw_fd(), one.as_ptr().cast(), one.len()) };
    }

    /// Makes it unreadable again.
    pub fn clear(&self) {
        let mut count = [0_u8; 8];
        // SAFETY: the kernel writes eight bytes at `count`. The only error is an empty counter, which is what we want.
        unsafe { libc::read(self.fd.as_raw_fd(), count.as_mut_ptr().cast(), count.len()) };
    }
}

impl AsRawFd for EventFd {
    fn as_raw_fd(&self) -> RawFd {
        self.fd.as_raw_fd()
    }
}

/// What [`Poller::wait`] found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ready {
    /// Bit *i*: socket *i* has datagrams (or an error that receiving will tell).
    pub sockets: u64,
    /// TCP has something: a connection, frames, room to send.
    pub streams: bool,
    /// The wake-up descriptor was readable (it has been cleared).
    pub woken: bool,
}

impl Ready {
    /// True when socket `socket` has datagrams.
    pub fn has_socket(self, socket: usize) -> bool {
        socket < 64 && self.sockets >> socket & 1 == 1
    }
}

/// Waits for the worker's sockets and its wake-up descriptor. `ppoll`, not epoll: a worker has a handful of descriptors,
/// and its deadline is finer than a millisecond. TCP connections may be thousands: they have an epoll descriptor of their
/// own, which is one of the handful.
pub struct Poller {
    /// The sockets, TCP's epoll descriptor if there is one, then the wake-up.
    polled: Vec<libc::pollfd>,
    sockets: usize,
    wake: Arc<EventFd>,
    _listeners: Option<Arc<Listeners>>,
    /// Keeps the polled descriptors open.
    _sockets: Arc<[Socket]>,
}

impl Poller {
    /// For these sockets and this wake-up descriptor.
    pub fn new(sockets: &Sockets, wake: Arc<EventFd>) -> Self {
        let streams = sockets.listeners.iter().map(AsRawFd::as_raw_fd);
        let descriptors = sockets.shared.iter().map(AsRawFd::as_raw_fd).chain(streams).chain([wake.as_raw_fd()]);
        let polled = descriptors.map(|fd| libc::pollfd { fd, events: libc::POLLIN, revents: 0 }).collect();
        let (shared, listeners) = (Arc::clone(&sockets.shared), sockets.listeners.clone());
        Self { polled, sockets: shared.len(), wake, _listeners: listeners, _sockets: shared }
    }

    /// Blocks until something is ready or `timeout` has passed (`None`: for ever). Interrupted by a signal means nothing
    /// is ready.
    pub fn wait(&mut self, timeout: Option<Duration>) -> io::Result<Ready> {
        let timeout = timeout.map(|timeout| libc::timespec {
            tv_sec: libc::time_t::try_from(timeout.as_secs()).unwrap_or(libc::time_t::MAX),
            tv_nsec: timeout.subsec_nanos().into(),
        });
        let timeout = timeout.as_ref().map_or(ptr::null(), ptr::from_ref);
        // SAFETY: `polled` has that many entries, with open descriptors (kept by `_sockets`, `_listeners` and `wake`); `timeout` is null
        // or points to a value that outlives the call.
        let result =
            unsafe { libc::ppoll(self.polled.as_mut_ptr(), self.polled.len() as libc::nfds_t, timeout, ptr::null()) };
        match checked(result) {
            Ok(0) => return Ok(Ready::default()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Ok(Ready::default()),
            Err(error) => return Err(error),
            Ok(_) => {}
        }
        let mut ready = Ready::default();
        let wake_position = self.polled.len() - 1;
        for (position, polled) in self.polled.iter().enumerate().filter(|(_, polled)| polled.revents != 0) {
            if position == wake_position {
                debug_assert_eq!(polled.fd, self.wake.as_raw_fd());
                self.wake.clear();
                ready.woken = true;
            } else if position == self.sockets {
                ready.streams = true;
            } else {
                ready.sockets |= 1 << position;
            }
        }
        Ok(ready)
    }
}
