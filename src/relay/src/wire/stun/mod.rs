//! STUN Binding for an ICE-lite server: read checks, verify them, answer them; and write checks, for tests.
//!
//! ```text
//!  0                   1                   2                   3
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |0 0|  message type (14)        |         message length        |
//! |                  magic cookie 0x2112A442                      |
//! |                     transaction id (96 bits)                  |
//! |         attribute type        |            length             |
//! |                     value, padded to 32 bits ...              |
//! ```
//! RFC 8489 §5, §14; RFC 8445 §7.3, §16. Only the short-term mechanism with HMAC-SHA1, which is what browsers send.

mod integrity;
mod message;
mod write;

pub use integrity::IntegrityKey;
pub use message::{Class, MAX_UNKNOWN, Message, Role, StunError, TransactionId, is_stun};
pub use write::{BindingRequest, ErrorCode, write_error, write_request, write_success};

/// Bytes of the message header.
pub const HEADER_LEN: usize = 20;
/// The second word of every message.
pub const MAGIC_COOKIE: u32 = 0x2112_A442;
/// Enough for every message that this module writes, in bytes, for user names up to 256 bytes.
pub const MAX_MESSAGE_LEN: usize = 512;

/// Attribute types (RFC 8489 §18.3, RFC 8445 §16.1).
mod attribute {
    pub const USERNAME: u16 = 0x0006;
    pub const MESSAGE_INTEGRITY: u16 = 0x0008;
    pub const ERROR_CODE: u16 = 0x0009;
    pub const UNKNOWN_ATTRIBUTES: u16 = 0x000A;
    pub const REALM: u16 = 0x0014;
    pub const NONCE: u16 = 0x0015;
    pub const MESSAGE_INTEGRITY_SHA256: u16 = 0x001C;
    pub const XOR_MAPPED_ADDRESS: u16 = 0x0020;
    pub const PRIORITY: u16 = 0x0024;
    pub const USE_CANDIDATE: u16 = 0x0025;
    pub const MAPPED_ADDRESS: u16 = 0x0001;
    pub const FINGERPRINT: u16 = 0x8028;
    pub const ICE_CONTROLLED: u16 = 0x8029;
    pub const ICE_CONTROLLING: u16 = 0x802A;
}

#[cfg(test)]
mod tests;
