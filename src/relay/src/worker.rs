//! The thread around a [`Forwarder`]: drain the sockets, apply commands, fan out, the timers that are due, flush.
//!
//! Commands and events pass through two short queues, each under a lock that is held to swap it and never while a
//! packet is handled. A panic is caught at the loop: the peer that was handled ends; a second panic within a minute ends
//! the process, because what is broken then is not a peer.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::counters::{Counters, SharedCounters};
use crate::exchange::Parcel;
use crate::forwarder::{Forwarder, TICK_US};
use crate::group::Register;
use crate::latency::Latency;
use crate::post::Post;
use crate::socket::{
    EventFd, Poller, RECEIVE_BATCH_LEN, ReceiveBatch, SendBatch, SocketOptions, Sockets, StreamBatch, thread_cpu_ns,
};
use crate::wire::rtcp::NtpTime;
use crate::wire_api::{Command, Event};

#[cfg(test)]
mod tests;

/// Commands that wait at most.
pub const MAX_COMMANDS: usize = 65_536;
/// Encoded events that wait at most; then new ones are dropped and counted, those that tell a passing state first.
const MAX_WAITING_EVENTS: usize = 65_536;
/// Batches taken from one socket before commands and timers get their turn.
const MAX_BATCHES: usize = 16;
/// Two panics within this end the process.
const PANIC_WINDOW_US: u64 = 60_000_000;

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
        let thread = std::thread::Builder::new().name(name).spawn(move || {
            let prepare = setting.prepare;
            let mut ready = Loop::new(sockets, poller, shared, setting);
            prepare(&mut ready.forwarder);
            ready.run();
        })?;
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

/// Whether the thread can go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    GoOn,
    Broken,
}

/// What the thread owns.
struct Loop {
    sockets: Sockets,
    poller: Poller,
    border: Arc<Border>,
    forwarder: Forwarder,
    /// Taken from the border and not applied yet: those after one that panicked wait here for the next turn.
    commands: VecDeque<Command>,
    received: ReceiveBatch,
    frames: StreamBatch,
    sink: SendBatch,
    /// The way to the other workers, and which of them this is.
    post: Option<(Arc<Post>, u16)>,
    /// Taken from others and not handled yet: those after one that panicked wait here for the next turn.
    parcels: VecDeque<(u16, Parcel)>,
    start: Instant,
    panicked_us: Option<u64>,
    latency: Latency,
    /// Of the forwarder, after the last batch.
    forwards: u64,
    loops: u64,
    cpu_ns: u64,
    socket_errors: u64,
}

impl Loop {
    fn new(sockets: Sockets, poller: Poller, border: Arc<Border>, setting: Setting) -> Self {
        let Setting { own, post, start, seed, prepare: _ } = setting;
        let unix = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().saturating_sub(start.elapsed());
        let ntp_at_zero = NtpTime::from_unix_us(u64::try_from(unix.as_micros()).unwrap_or(0));
        let sink = SendBatch::new(&sockets);
        let mut forwarder = Forwarder::new(ntp_at_zero, seed);
        forwarder.join_exchange(own, post.as_ref().map_or(1, |post| post.workers()));
        Self {
            sockets,
            poller,
            border,
            forwarder,
            commands: VecDeque::new(),
            received: ReceiveBatch::new(),
            frames: StreamBatch::new(),
            sink,
            post: post.map(|post| (post, own)),
            parcels: VecDeque::new(),
            start,
            panicked_us: None,
            latency: Latency::default(),
            forwards: 0,
            loops: 0,
            cpu_ns: 0,
            socket_errors: 0,
        }
    }

    /// Steady microseconds since the start of the thread, beginning at one second: 0 means "never" in places.
    fn now_us(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_micros()).unwrap_or(u64::MAX) + 1_000_000
    }

    fn run(mut self) {
        while !self.border.is_closing.load(Ordering::Acquire) {
            if self.guarded_turn() == Verdict::Broken {
                eprintln!("vdx-relay: a second fault of the data plane within a minute; the process ends");
                std::process::abort();
            }
        }
        self.sink.flush();
    }

    /// One turn, with a panic caught.
    fn guarded_turn(&mut self) -> Verdict {
        match catch_unwind(AssertUnwindSafe(|| self.turn())) {
            Ok(()) => Verdict::GoOn,
            Err(_) => self.on_panic(),
        }
    }

    /// One turn: wait, commands, datagrams, timers, flush, events.
    fn turn(&mut self) {
        let until_due_us = self.forwarder.next_timeout_us().saturating_sub(self.now_us());
        let wait_us = if self.commands.is_empty() { until_due_us } else { 0 };
        let Ok(ready) = self.poller.wait(Some(Duration::from_micros(wait_us))) else {
            std::thread::sleep(Duration::from_micros(TICK_US));
            return;
        };
        if ready.woken || !self.commands.is_empty() {
            self.apply_commands();
        }
        self.take_parcels();
        for socket in 0..self.sockets.addresses().len() {
            if ready.has_socket(socket) {
                self.drain_socket(socket);
            }
        }
        if ready.streams {
            self.drain_streams();
        }
        let now_us = self.now_us();
        let is_due = now_us >= self.forwarder.next_timeout_us();
        if is_due {
            self.sink.on_time(now_us);
            self.forwarder.handle_timeout(&mut self.sink, now_us);
            self.cpu_ns = thread_cpu_ns();
        }
        self.sink.flush();
        let flushed_us = self.now_us();
        self.latency.on_flush(flushed_us, self.forwarder.counters());
        self.follow_streams();
        if let Some((post, own)) = &self.post {
            self.forwarder.post(|to, parcel| post.send(*own, to, parcel));
        }
        self.publish(is_due || ready.woken);
    }

    /// Handles what other workers sent.
    fn take_parcels(&mut self) {
        let Some((post, own)) = self.post.clone() else { return };
        for from in 0..post.workers() as u16 {
            post.take(from, own, &mut self.parcels);
        }
        let now_us = self.now_us();
        while let Some((from, parcel)) = self.parcels.front_mut() {
            self.forwarder.handle_parcel(*from, parcel, &mut self.sink, now_us);
            if let Some((from, parcel)) = self.parcels.pop_front() {
                post.give_back(from, own, parcel);
            }
        }
        self.note_batch(now_us);
    }

    fn apply_commands(&mut self) {
        self.commands.extend(locked(&self.border.commands).drain(..));
        let now_us = self.now_us();
        while let Some(command) = self.commands.pop_front() {
            self.forwarder.handle_command(command, &mut self.sink, now_us);
        }
    }

    fn drain_socket(&mut self, socket: usize) {
        for _ in 0..MAX_BATCHES {
            let Ok(count) = self.received.receive(&self.sockets, socket) else {
                // The socket is broken; the others go on, and this thread must not spin.
                self.socket_errors += 1;
                std::thread::sleep(Duration::from_micros(TICK_US));
                return;
            };
            let now_us = self.now_us();
            for position in 0..count {
                let datagram = self.received.datagram(position);
                self.forwarder.gather_datagram(datagram.route, datagram.bytes, &mut self.sink, now_us);
            }
            self.forwarder.fan_out_run(&mut self.sink, now_us);
            self.note_batch(now_us);
            if count < RECEIVE_BATCH_LEN {
                return;
            }
        }
    }

    /// What was forwarded since the last batch came with this one.
    fn note_batch(&mut self, received_us: u64) {
        let forwards = self.forwarder.counters().forwards;
        let before = std::mem::replace(&mut self.forwards, forwards);
        self.latency.on_batch(received_us, forwards.saturating_sub(before));
    }

    fn drain_streams(&mut self) {
        let now_us = self.now_us();
        for position in 0..self.sink.poll_streams(now_us) {
            let Some(route) = self.frames.receive(&mut self.sink, position) else { continue };
            while let Some(frame) = self.frames.next_frame() {
                self.forwarder.handle_datagram(route, frame, &mut self.sink, now_us);
            }
        }
    }

    /// What writing to connections has shown.
    fn follow_streams(&mut self) {
        while let Some(route) = self.sink.take_closed() {
            self.forwarder.on_route_closed(&route, &mut self.sink);
        }
        while let Some(destination) = self.sink.take_relieved() {
            let now_us = self.now_us();
            self.forwarder.on_relieved(destination, &mut self.sink, now_us);
        }
    }

    /// Hands counters over, then events: who is told an event finds it counted. Counters alone are handed over by the
    /// timers, and after commands: they are a hundred stores, too many for every packet.
    fn publish(&mut self, is_news: bool) {
        self.loops += 1;
        let events = self.forwarder.take_events();
        if is_news || !events.is_empty() {
            self.publish_counters();
        }
        if events.is_empty() {
            return;
        }
        let is_told = |event: &&Event| self.border.register.as_ref().is_none_or(|register| register.passes(event));
        let encode = |event: &Event| (event.is_awaited(), event.encode());
        let encoded: Vec<(bool, Vec<u8>)> = events.iter().filter(is_told).map(encode).collect();
        let mut waiting = locked(&self.border.outgoing.events);
        let mut dropped = 0;
        for (is_awaited, event) in encoded {
            // The last quarter is for what Python waits for.
            if waiting.len() < if is_awaited { MAX_WAITING_EVENTS } else { MAX_WAITING_EVENTS / 4 * 3 } {
                waiting.push(event);
            } else {
                dropped += 1;
            }
        }
        drop(waiting);
        self.forwarder.counters().events_dropped += dropped;
        self.border.outgoing.ready.wake();
    }

    fn publish_counters(&mut self) {
        let (sent, truncated, streams) = (self.sink.stats(), self.received.truncated(), self.sink.stream_stats());
        let counters: &mut Counters = self.forwarder.counters();
        counters.dropped_truncated = truncated;
        counters.dropped_foreign = self.received.foreign() + streams.foreign;
        counters.tcp_accepted = streams.accepted;
        counters.tcp_refused = streams.refused;
        counters.tcp_unchecked = streams.unchecked;
        counters.tcp_malformed = streams.malformed;
        counters.tcp_clogged = streams.clogged;
        counters.tcp_connections = streams.open;
        counters.dropped_send_full = sent.dropped_full;
        counters.dropped_send_error = sent.dropped_error;
        counters.sends = sent.datagrams;
        counters.send_messages = sent.messages;
        counters.send_calls = sent.calls;
        counters.send_segment_refused = sent.segmentation_refused;
        counters.worker_loops = self.loops;
        counters.worker_cpu_ns = self.cpu_ns;
        counters.socket_errors = self.socket_errors;
        self.border.counters.publish(counters);
    }

    fn on_panic(&mut self) -> Verdict {
        let now_us = self.now_us();
        let is_second = self.panicked_us.is_some_and(|before| now_us.saturating_sub(before) < PANIC_WINDOW_US);
        self.panicked_us = Some(now_us);
        let ended = catch_unwind(AssertUnwindSafe(|| self.forwarder.end_faulty_peer(&mut self.sink, now_us)));
        if is_second || ended.is_err() {
            return Verdict::Broken;
        }
        self.publish(true);
        Verdict::GoOn
    }
}
