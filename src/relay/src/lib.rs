//! The data plane: opens each packet once, rewrites its header per subscriber, seals and sends it.
//!
//! A pure Rust library: no Python in it, no clock inside (`now` is an argument), sockets and threads only in
//! [`socket`] and [`worker`]. What it deliberately leaves out: who may see or hear whom (Python decides and sends
//! commands), DTLS (Python's, through events), and decoding of media.

pub mod allocation;
pub mod bucket;
pub mod congestion;
pub mod counters;
pub mod drops;
pub mod egress;
pub mod exchange;
pub mod facts;
pub mod forwarder;
pub mod frame;
pub mod group;
pub mod history;
pub mod ice;
pub mod keyframes;
pub mod latency;
pub mod nack;
pub mod pacer;
pub mod peer;
pub mod post;
mod prefetch;
pub mod quality;
pub mod rates;
pub mod redundancy;
pub mod reports;
pub mod rewrite;
pub mod sink;
pub mod slab;
pub mod slot;
pub mod socket;
pub mod source;
pub mod speakers;
pub mod srtp;
pub mod statistics;
pub mod wanted;
pub mod way;
pub mod wire;
pub mod wire_api;
pub mod worker;
