//! Waiting for sockets, a wake-up, or a deadline.

use super::Sockets;
use std::io;
use std::os::fd::{AsRawFd, RawFd};
use std::time::Duration;

/// A counter that makes a file descriptor readable (`eventfd`): wakes a worker, or tells Python that events wait.
/// `&self` everywhere and `Sync`: share it in an `Arc`.
pub struct EventFd {}

impl EventFd {
    /// A new one, not readable.
    pub fn new() -> io::Result<Self> {
        todo!()
    }

    /// Makes it readable. Never blocks; waking twice is one wake-up.
    pub fn wake(&self) {
        todo!()
    }

    /// Makes it unreadable again.
    pub fn clear(&self) {
        todo!()
    }
}

impl AsRawFd for EventFd {
    fn as_raw_fd(&self) -> RawFd {
        todo!()
    }
}

/// What [`Poller::wait`] found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ready {
    /// Bit *i*: socket *i* has datagrams.
    pub sockets: u64,
    /// The wake-up descriptor was readable (it has been cleared).
    pub woken: bool,
}

impl Ready {
    /// True when socket `socket` has datagrams.
    pub fn has_socket(self, socket: usize) -> bool {
        self.sockets >> socket & 1 == 1
    }
}

/// Waits for the worker's sockets and its wake-up descriptor.
pub struct Poller {}

impl Poller {
    /// For these sockets (at most 64) and this wake-up descriptor.
    pub fn new(sockets: &Sockets, wake: std::sync::Arc<EventFd>) -> Self {
        let _ = (sockets, wake);
        todo!()
    }

    /// Blocks until something is ready or `timeout` has passed (`None`: for ever). Interrupted by a signal means nothing
    /// is ready.
    pub fn wait(&mut self, timeout: Option<Duration>) -> io::Result<Ready> {
        let _ = timeout;
        todo!()
    }
}
