//! How late things were: packets, by how they came, and the generator itself.

use serde::Serialize;

use crate::command::Delay;
use crate::histogram::Histogram;

/// Of all clients. A packet's lateness begins when a later one of its stream came.
#[derive(Default)]
pub struct Lateness {
    /// Packets that came behind a later one, by themselves.
    pub reordered: Histogram,
    /// Packets that came behind their own retransmission.
    pub overtaken: Histogram,
    /// Retransmissions of what was missing.
    pub recovered: Histogram,
    /// Content that went backwards: by how much it was sent before the one that it followed.
    pub backwards: Histogram,
    /// The generator's own timers: from when each was due until it was looked at.
    pub own: Histogram,
}

/// The same as a line has it.
#[derive(Debug, Default, Serialize)]
#[allow(missing_docs)]
pub struct LatenessStats {
    pub reordered: Delay,
    pub overtaken: Delay,
    pub recovered: Delay,
    pub backwards: Delay,
    pub own: Delay,
}

impl Lateness {
    /// So far.
    pub fn stats(&self) -> LatenessStats {
        LatenessStats {
            reordered: Delay::of(&self.reordered),
            overtaken: Delay::of(&self.overtaken),
            recovered: Delay::of(&self.recovered),
            backwards: Delay::of(&self.backwards),
            own: Delay::of(&self.own),
        }
    }
}
