//! The relay's parts, one file each: one program, because linking each of them takes longer than running it. Those that
//! have a program of their own need an allocator, seeds or a setting of their own, or are simulations.

mod common;

mod bounds;
mod connections;
mod described;
mod equal_lengths;
mod forwarding;
mod layers;
mod pacing;
mod pictures;
mod playout_delay;
mod redundancy;
mod repairs;
mod reports;
mod shares;
mod sounds;
mod statistics;
mod streams;
mod workers;
mod wraps;
