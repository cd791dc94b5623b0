//! Congestion control both ways: feedback to publishers about every packet's arrival, and what the way to each
//! subscriber carries.
//!
//! ```text
//! arrivals    what came from a publisher, as transport-wide feedback to it
//! send_side   the estimate of one subscriber's way, from its feedback; asks for probes
//! sent        what was sent to a subscriber and is not reported yet
//! layer_cap   a highest layer from loss alone
//! ```
//!
//! Left out: what the estimate is spent on (allocation), and when packets leave (pacing).

mod arrivals;
mod layer_cap;
mod send_side;
mod sent;

pub use arrivals::{Arrivals, FEEDBACK_INTERVAL_US};
pub use layer_cap::{LayerCap, LossCap};
pub use send_side::{MIN_BPS, Probe, ProbeId, START_BPS, SendSide};
