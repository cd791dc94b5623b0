//! The data plane: opens each packet once, rewrites its header per subscriber, seals and sends it.
//!
//! A pure Rust library: no Python in it, no clock inside (`now` is an argument), sockets and threads only in
//! [`socket`] and [`worker`]. What it deliberately leaves out: who may see or hear whom (Python decides and sends
//! commands), DTLS (Python's, through events), and decoding of media.

pub mod socket;
pub mod srtp;
pub mod wire;
