//! The relay from outside: one program, because compiling the forwarder into each of several, and linking them, takes
//! longer than running all. A file or folder is a subject; `cargo test --test relay calls::` runs one.

// Rates, shares and virtual times: far from the ends of their types.
#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss
)]

mod common;
mod network;

#[path = "network/call/mod.rs"]
mod call;
#[path = "network/path.rs"]
mod path;

mod bounds;
mod calls;
mod connections;
mod described;
mod equal_lengths;
mod estimate;
mod estimate_hostile;
mod forwarding;
mod layers;
mod pacing;
mod pictures;
mod playout_delay;
mod redundancy;
mod remb;
mod repairs;
mod reports;
mod shares;
mod sounds;
mod starts;
mod statistics;
mod streams;
mod wire_fuzz;
mod wire_no_allocation;
mod workers;
mod wraps;
