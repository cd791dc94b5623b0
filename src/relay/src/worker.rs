//! A worker: the thread that owns a [`Forwarder`], and the queues to it. What the thread does is in [`turns`].
//!
//! Commands and events pass through two short queues, each under a lock that is held to swap it and never while a
//! packet is handled.

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant;

use crate::counters::SharedCounters;
use crate::forwarder::Forwarder;
use crate::group::Register;
use crate::post::Post;
use crate::socket::{EventFd, Poller, SocketOptions, Sockets};
use crate::wire_api::Command;
use turns::Loop;

mod turns;

/// Commands that wait at most.
pub const MAX_COMMANDS: usize = 65_536;

/// Events on their way to Python, of one worker or of a group.
#[derive(Debug)]
pub(crate) struct Outgoing {
    events: Mutex<Vec<Vec<u8>>>,
    ready: EventFd,
}

impl Outgoing {
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self { events: Mutex::new(Vec::new()), ready: EventFd::new()? })
    }

    pub(crate) fn ready(&self) -> &EventFd {
        &self.ready
    }

    /// All waiting events.
    pub(crate) fn drain(&self) -> Vec<Vec<u8>> {
        // Cleared first: an event that comes in between makes it readable again.
        self.ready.clear();
        std::mem::take(&mut *locked(&self.events))
    }
}

/// The queues between Python and the thread.
pub(crate) struct Border {
    commands: Mutex<Vec<Command>>,
    outgoing: Arc<Outgoing>,
    /// Commands or parcels of other workers wait.
    command_ready: Arc<EventFd>,
    counters: SharedCounters,
    is_closing: AtomicBool,
    register: Option<Arc<Register>>,
}

impl Border {
    pub(crate) fn new(wake: Arc<EventFd>, outgoing: Arc<Outgoing>, register: Option<Arc<Register>>) -> Self {
        Self {
            commands: Mutex::new(Vec::new()),
            outgoing,
            command_ready: wake,
            counters: SharedCounters::default(),
            is_closing: AtomicBool::new(false),
            register,
        }
    }

    /// Of a worker that is alone.
    fn alone() -> io::Result<Self> {
        Ok(Self::new(Arc::new(EventFd::new()?), Arc::new(Outgoing::new()?), None))
    }
}

/// A lock that a panicking thread left is still good: the queues are changed in single steps.
pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A worker's place in its group.
pub(crate) struct Setting {
    /// Which it is.
    pub(crate) own: u16,
    /// The way to the others; `None`: there are none.
    pub(crate) post: Option<Arc<Post>>,
    /// Steady time begins here for all.
    pub(crate) start: Instant,
    /// Unpredictable.
    pub(crate) seed: u64,
    /// What is done with the forwarder before the first turn.
    pub(crate) prepare: fn(&mut Forwarder),
}

/// A running worker; closed on drop.
pub struct Worker {
    border: Arc<Border>,
    addresses: Vec<SocketAddr>,
    tcp_addresses: Vec<SocketAddr>,
    thread: Option<JoinHandle<()>>,
}

/// The queue of commands is full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueFull;

impl Worker {
    /// Binds the addresses and starts the thread, without others.
    pub fn start(binds: &[SocketAddr], options: SocketOptions, seed: u64) -> io::Result<Self> {
        Self::start_with(binds, options, seed, |_| {})
    }

    fn start_with(
        binds: &[SocketAddr],
        options: SocketOptions,
        seed: u64,
        prepare: fn(&mut Forwarder),
    ) -> io::Result<Self> {
        let setting = Setting { own: 0, post: None, start: Instant::now(), seed, prepare };
        Self::start_in(binds, options, Arc::new(Border::alone()?), setting)
    }

    /// Binds the addresses and starts the thread of a group.
    pub(crate) fn start_in(
        binds: &[SocketAddr],
        options: SocketOptions,
        border: Arc<Border>,
        setting: Setting,
    ) -> io::Result<Self> {
        let sockets = Sockets::bind(binds, options)?;
        let (addresses, tcp_addresses) = (sockets.addresses().to_vec(), sockets.tcp_addresses());
        let poller = Poller::new(&sockets, Arc::clone(&border.command_ready))?;
        let shared = Arc::clone(&border);
        // The name tells load tests whose time is the relay's.
        let name = if setting.own == 0 { "vdx-relay".into() } else { format!("vdx-relay-{}", setting.own) };
        let thread =
            std::thread::Builder::new().name(name).spawn(move || Loop::new(sockets, poller, shared, setting).run())?;
        Ok(Self { border, addresses, tcp_addresses, thread: Some(thread) })
    }

    /// As [`Self::start`], without a bound on what one publisher may send: for benchmarks.
    pub fn start_without_budget(binds: &[SocketAddr], options: SocketOptions, seed: u64) -> io::Result<Self> {
        Self::start_with(binds, options, seed, Forwarder::lift_media_budget)
    }

    /// What was bound, in the order of the binds.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// Where TCP is taken, in the order of the binds; empty without it.
    pub fn tcp_addresses(&self) -> &[SocketAddr] {
        &self.tcp_addresses
    }

    /// Becomes readable when events wait.
    pub fn event_ready(&self) -> &EventFd {
        self.border.outgoing.ready()
    }

    /// Enqueues a command.
    pub fn command(&self, command: Command) -> Result<(), QueueFull> {
        let mut commands = locked(&self.border.commands);
        if commands.len() >= MAX_COMMANDS {
            return Err(QueueFull);
        }
        commands.push(command);
        let is_first = commands.len() == 1;
        drop(commands);
        if is_first {
            self.border.command_ready.wake();
        }
        Ok(())
    }

    /// Fewer than two more commands fit: one may bring another with it.
    pub(crate) fn is_full(&self) -> bool {
        locked(&self.border.commands).len() + 1 >= MAX_COMMANDS
    }

    /// All waiting events, encoded.
    pub fn drain(&self) -> Vec<Vec<u8>> {
        self.border.outgoing.drain()
    }

    /// Counters by name, as of the last timers, command or event: at most 50 ms old.
    pub fn stats(&self) -> impl Iterator<Item = (&'static str, u64)> + '_ {
        self.border.counters.read()
    }

    /// Ends the thread and closes its sockets. Twice is fine.
    pub fn close(&mut self) {
        self.border.is_closing.store(true, Ordering::Release);
        self.border.command_ready.wake();
        if let Some(thread) = self.thread.take() {
            // It never panics past its loop; if it did there is nothing left to do here.
            let _ = thread.join();
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.close();
    }
}
