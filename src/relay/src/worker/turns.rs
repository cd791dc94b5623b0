//! The thread's turns: wait, drain the sockets, apply commands, fan out, the timers that are due, flush, publish.
//!
//! A panic is caught at the loop: the peer that was handled ends; a second panic within a minute ends the process, because
//! what is broken then is not a peer.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::{Border, Setting, locked};
use crate::counters::Counters;
use crate::exchange::Parcel;
use crate::forwarder::{Forwarder, TICK_US};
use crate::latency::Latency;
use crate::post::Post;
use crate::socket::{Poller, RECEIVE_BATCH_LEN, ReceiveBatch, SendBatch, Sockets, StreamBatch, thread_cpu_ns};
use crate::wire::rtcp::NtpTime;
use crate::wire_api::{Command, Event};

#[cfg(test)]
mod tests;

/// Encoded events that wait at most; then new ones are dropped and counted, those that tell a passing state first.
const MAX_WAITING_EVENTS: usize = 65_536;
/// Batches taken from one socket before commands and timers get their turn.
const MAX_BATCHES: usize = 16;
/// Two panics within this end the process.
const PANIC_WINDOW_US: u64 = 60_000_000;

/// Whether the thread can go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    GoOn,
    Broken,
}

/// What the thread owns.
pub(super) struct Loop {
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
    pub(super) fn new(sockets: Sockets, poller: Poller, border: Arc<Border>, setting: Setting) -> Self {
        let Setting { own, post, start, seed, prepare } = setting;
        let unix = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().saturating_sub(start.elapsed());
        let ntp_at_zero = NtpTime::from_unix_us(u64::try_from(unix.as_micros()).unwrap_or(0));
        let sink = SendBatch::new(&sockets);
        let mut forwarder = Forwarder::new(ntp_at_zero, seed);
        forwarder.join_exchange(own, post.as_ref().map_or(1, |post| post.workers()));
        prepare(&mut forwarder);
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

    pub(super) fn run(mut self) {
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
