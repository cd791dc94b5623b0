//! UDP and TCP at the system's edge: batches in, batches out, waiting. `unsafe` is only here and in
//! `srtp/primitives.rs`.
//!
//! What costs in sending UDP is the walk of each packet through the kernel, not the system call, so runs of equal size
//! to one destination become one `UDP_SEGMENT` message (measured 1.8-5 times cheaper); everything else here serves that.
//! Nothing in here blocks except [`Poller::wait`]. Deliberately left out: a clock, and what is in the datagrams.

mod address;
mod connection;
mod control;
mod cpu;
mod listener;
mod poll;
mod receive;
mod send;
mod streams;
mod udp;

#[cfg(test)]
mod tcp_tests;
#[cfg(test)]
mod tests;

pub use control::local_address_in;
pub use cpu::thread_cpu_ns;
pub use poll::{EventFd, Poller, Ready};
pub use receive::{Datagram, RECEIVE_BATCH_LEN, ReceiveBatch};
pub use send::{SendBatch, SendStats};
pub use streams::{StreamBatch, StreamStats};
pub use udp::{FIRST_TCP, MAX_SOCKETS, Route, SocketOptions, Sockets};

/// Room for one datagram, in and out: more than any path MTU that a browser's packet fits in. Longer ones are dropped
/// and counted on receipt.
pub const MAX_DATAGRAM_LEN: usize = 2048;
