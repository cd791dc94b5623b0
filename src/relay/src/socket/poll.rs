//! Waiting for sockets, a wake-up, or a deadline.

use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::ptr;
use std::sync::Arc;
use std::time::{Duration, Instant};

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
        Ok(Self { fd: owned(unsafe { libc::eventfd(0, libc::EFD_NONBLOCK | libc::EFD_CLOEXEC) })? })
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
    /// Somebody woke us.
    pub woken: bool,
}

impl Ready {
    /// True when socket `socket` has datagrams.
    pub fn has_socket(self, socket: usize) -> bool {
        socket < 64 && self.sockets >> socket & 1 == 1
    }
}

/// Waits for the worker's sockets, its wake-up descriptor, and a deadline.
///
/// Each wake-up costs as much as several packets, so there is little in it: epoll keeps its place in every queue where
/// `ppoll` goes there and back each time, and the deadline is a timer that stays armed while packets come and go. TCP
/// connections may be thousands: they have an epoll descriptor of their own, which is one of the handful here.
pub struct Poller {
    epoll: OwnedFd,
    timer: OwnedFd,
    armed: Option<Instant>,
    _wake: Arc<EventFd>,
    _listeners: Option<Arc<Listeners>>,
    /// Keeps the polled descriptors open.
    _sockets: Arc<[Socket]>,
}

/// What an event is about; below these it is the number of a socket.
const STREAMS: u64 = u64::MAX;
const WAKE: u64 = u64::MAX - 1;
const TIMER: u64 = u64::MAX - 2;
/// `EPOLLET`, which C has as a signed number.
const EDGE: u32 = 1 << 31;
/// Events that one wait gives: a worker has a handful of descriptors.
const MAX_READY: libc::c_int = 16;

impl Poller {
    /// For these sockets and this wake-up descriptor.
    pub fn new(sockets: &Sockets, wake: Arc<EventFd>) -> io::Result<Self> {
        // SAFETY: no pointers; the result is checked.
        let epoll = owned(unsafe { libc::epoll_create1(libc::EPOLL_CLOEXEC) })?;
        // SAFETY: as above.
        let timer =
            owned(unsafe { libc::timerfd_create(libc::CLOCK_MONOTONIC, libc::TFD_NONBLOCK | libc::TFD_CLOEXEC) })?;
        let listening = libc::EPOLLIN as u32;
        // The wake-up and the timer tell of each change, and need not be read.
        let edge = listening | EDGE;
        for (number, socket) in (0..).zip(sockets.shared.iter()) {
            add(&epoll, socket.as_raw_fd(), listening, number)?;
        }
        if let Some(listeners) = &sockets.listeners {
            add(&epoll, listeners.as_raw_fd(), listening, STREAMS)?;
        }
        add(&epoll, wake.as_raw_fd(), edge, WAKE)?;
        add(&epoll, timer.as_raw_fd(), edge, TIMER)?;
        let (shared, listeners) = (Arc::clone(&sockets.shared), sockets.listeners.clone());
        Ok(Self { epoll, timer, armed: None, _wake: wake, _listeners: listeners, _sockets: shared })
    }

    /// Blocks until something is ready or `timeout` has passed (`None`: for ever). It may return before, with nothing
    /// ready: after a signal, or when an earlier wait had a shorter timeout.
    pub fn wait(&mut self, timeout: Option<Duration>) -> io::Result<Ready> {
        let is_patient = timeout.is_none_or(|timeout| !timeout.is_zero());
        if let Some(timeout) = timeout.filter(|_| is_patient) {
            self.arm(timeout)?;
        }
        let mut events = [libc::epoll_event { events: 0, u64: 0 }; MAX_READY as usize];
        let patience = if is_patient { -1 } else { 0 };
        // SAFETY: the kernel writes at most `MAX_READY` events into `events`, which has that many; the descriptor is ours.
        let result = unsafe { libc::epoll_wait(self.epoll.as_raw_fd(), events.as_mut_ptr(), MAX_READY, patience) };
        let count = match checked(result) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => 0,
            other => usize::try_from(other?).unwrap_or(0),
        };
        let mut ready = Ready::default();
        for event in events.iter().take(count) {
            match event.u64 {
                STREAMS => ready.streams = true,
                WAKE => ready.woken = true,
                TIMER => self.armed = None,
                socket => ready.sockets |= 1_u64.checked_shl(socket as u32).unwrap_or(0),
            }
        }
        Ok(ready)
    }

    /// The timer ends the wait after `timeout`, unless it does so before.
    fn arm(&mut self, timeout: Duration) -> io::Result<()> {
        let deadline = Instant::now() + timeout;
        if self.armed.is_some_and(|armed| armed <= deadline) {
            return Ok(());
        }
        let value = libc::timespec {
            tv_sec: libc::time_t::try_from(timeout.as_secs()).unwrap_or(libc::time_t::MAX),
            tv_nsec: timeout.subsec_nanos().into(),
        };
        let setting = libc::itimerspec { it_interval: libc::timespec { tv_sec: 0, tv_nsec: 0 }, it_value: value };
        // SAFETY: `setting` outlives the call, which keeps no pointer; null: the old setting is not asked for.
        checked(unsafe { libc::timerfd_settime(self.timer.as_raw_fd(), 0, &raw const setting, ptr::null_mut()) })?;
        self.armed = Some(deadline);
        Ok(())
    }
}

/// A descriptor that was just made.
fn owned(fd: libc::c_int) -> io::Result<OwnedFd> {
    let fd = checked(fd)?;
    // SAFETY: `fd` is a new descriptor that nobody else owns.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

fn add(epoll: &OwnedFd, fd: RawFd, events: u32, number: u64) -> io::Result<()> {
    let mut event = libc::epoll_event { events, u64: number };
    // SAFETY: `event` outlives the call, which keeps no pointer.
    checked(unsafe { libc::epoll_ctl(epoll.as_raw_fd(), libc::EPOLL_CTL_ADD, fd, &raw mut event) })?;
    Ok(())
}
