//! Wire formats: borrowed bytes in, no panic, no allocation, no clock.
//!
//! Every parser takes what came from the network and answers a value or an error that is counted, never more. Every
//! writer writes into a buffer of the caller and answers `None` when it does not fit. Multi-byte integers are in
//! network byte order on the wire and native in the types. What is deliberately left out: cryptography other than
//! STUN's integrity, state across packets (only [`sequence`] has some), and decoding of media.

#![forbid(unsafe_code)]
// Two's complement is what the formats mean; the methods that say so need Rust 1.87.
#![allow(clippy::cast_possible_wrap, clippy::cast_sign_loss)]

mod bytes;

pub mod av1;
pub mod dependency_descriptor;
pub mod extension;
pub mod framing;
pub mod h264;
pub mod red;
pub mod rtcp;
pub mod rtp;
pub mod rtx;
pub mod sequence;
pub mod stun;
pub mod vp8;
pub mod vp9;

/// What a datagram on the one port is, told by its first bytes (RFC 7983 §7, RFC 5761 §4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatagramKind {
    /// First byte 0..=3.
    Stun,
    /// First byte 20..=63.
    Dtls,
    /// First byte 128..=191 and not RTCP.
    Rtp,
    /// First byte 128..=191, second byte 192..=223.
    Rtcp,
    /// Anything else (also ZRTP, TURN channels, QUIC) and what is too short to be told: dropped and counted.
    Unknown,
}

impl DatagramKind {
    /// Tells the kind from the first two bytes; promises nothing about the rest.
    #[inline]
    pub fn of(datagram: &[u8]) -> Self {
        match *datagram {
            [0..=3, _, ..] => Self::Stun,
            [20..=63, _, ..] => Self::Dtls,
            [128..=191, 192..=223, ..] => Self::Rtcp,
            [128..=191, _, ..] => Self::Rtp,
            _ => Self::Unknown,
        }
    }
}

#[cfg(test)]
mod tests;
