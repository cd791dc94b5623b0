//! The load generator's native half: many clients of a call in one thread, each with real ICE, DTLS and SRTP, that publish
//! at a chosen pace and check what arrives.
//!
//! It shares no code with the relay, so that it shares no error with it. Signalling is the Python half's
//! (`loadtests/native.py`), which hands over what offer and answer have settled.
//!
//! # Commands
//!
//! JSON, one object a line on standard input, `type` as the tag; fields and defaults are [`command`]'s.
//!
//! | `type` | fields | does |
//! |---|---|---|
//! | `add` | [`command::Add`] | a client begins: checks, handshake, receiving |
//! | `start` | `peer`, `mid`, `source` | it publishes on an m-line, from now or as soon as it is connected |
//! | `stop` | `peer`, `mid` | it publishes no more |
//! | `choose` | `peer`, `mid`, `layers` | only these layers of the m-line's source are sent, by their place |
//! | `bind` | `peer`, `mid`, `source` | packets of other sources in this slot are faults from now on |
//! | `restart` | `peer`, `remote_ufrag`, `remote_pwd`, `local_ufrag`, `moves` | ICE begins anew; keys and streams go on |
//! | `remove` | `peer` | it says goodbye and goes; a line `gone` follows |
//! | `stats` | `peers`, `reset` | a line `stats` follows, with the slots of all clients if wanted |
//! | `quit` | | all go; so does the end of the input |
//!
//! # Reports
//!
//! One object a line on standard output: `hello` first, then [`command::Report`]'s others as they happen. Times are
//! `CLOCK_MONOTONIC` in nanoseconds, which Python's `time.monotonic_ns()` is as well.
//!
//! # What a figure means
//!
//! *Delay* is from the moment a publisher of the same machine wrote the packet until the subscriber's batch was read; it
//! contains the generator's own lateness, so a generator near 100 % of its core measures itself. `cpu_ns` tells.
//! *Lateness* tells packets that came by themselves behind a later one (`reordered`) or behind their own retransmission
//! (`overtaken`) from retransmissions (`recovered`), and how late the generator's own timers were (`own`).
//! *Faults* are [`findings::Findings::faults`]: on a server that is right there are none, whatever the load.

pub mod arrivals;
pub mod command;
pub mod dtls;
pub mod engine;
pub mod findings;
pub mod histogram;
pub mod ice;
pub mod inspect;
pub mod lateness;
pub mod loss;
pub mod order;
pub mod peer;
pub mod publish;
pub mod rtcp;
pub mod rtp;
pub mod slot;
pub mod socket;
pub mod srtp;
pub mod stamp;
pub mod stun;
