//! Congestion control both ways: feedback to publishers about every packet's arrival, and what the way to each
//! subscriber carries.
//!
//! ```text
//! arrivals    what came from a publisher, as transport-wide feedback to it
//! receive_side what the way of a publisher carries that takes no such feedback, told as REMB
//! send_side   the estimate of one subscriber's way, from its feedback; asks for probes
//! sent        what was sent to a subscriber and is not reported yet
//! queue       the queue on its way, from delays: whether it stands, and what passes meanwhile
//! losses      which losses more sending causes
//! delivered   how much arrived lately
//! probes      when to try more, and what that showed
//! layer_cap   a highest layer from loss alone
//! ```
//!
//! Left out: what the estimate is spent on (allocation), and when packets leave (pacing).

// Estimates of rates and shares: far from the ends of f64's integers.
#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap
)]

mod arrivals;
mod delivered;
mod layer_cap;
mod losses;
mod probes;
mod queue;
mod receive_side;
mod send_side;
mod sent;

pub use arrivals::{Arrivals, FEEDBACK_INTERVAL_US};
pub use layer_cap::LayerCap;
pub use receive_side::ReceiveSide;
pub use send_side::{MAX_BPS, MIN_BPS, Probe, ProbeId, START_BPS, SendSide};
pub use sent::MAX_SENT;
