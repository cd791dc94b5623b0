//! Parsing STUN messages.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use super::integrity::{INTEGRITY_LEN, IntegrityKey, fingerprint};
use super::{HEADER_LEN, MAGIC_COOKIE, attribute};
use crate::wire::bytes::{u16_at, u32_at, u64_at};

/// How many unknown comprehension-required attributes are remembered for the 420 answer; more are only counted.
pub const MAX_UNKNOWN: usize = 8;

/// The 96 bits that tie an answer to its request.
pub type TransactionId = [u8; 12];

/// Why a datagram is not a STUN message that we read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StunError {
    /// No header, wrong cookie, or the length does not match the datagram.
    NotStun,
    /// A method other than Binding.
    Method,
    /// An attribute runs over the end, has the wrong length, or a fingerprint is not last or not right.
    Malformed,
}

/// The class bits of the message type (RFC 8489 §5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Wants an answer.
    Request,
    /// Wants none; keeps bindings alive.
    Indication,
    /// A success response.
    Success,
    /// An error response.
    Error,
}

/// What the sender of a check believes to be, with its tie-breaker (RFC 8445 §16.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// ICE-CONTROLLING. The right one: we are lite, therefore always controlled by a full agent.
    Controlling(u64),
    /// ICE-CONTROLLED: a role conflict with an ICE-lite agent; answer 487.
    Controlled(u64),
}

/// A Binding message. Nothing in it is to be believed before [`Message::verify_integrity`].
#[derive(Debug, Clone)]
pub struct Message<'a> {
    /// Request, indication or response.
    pub class: Class,
    /// To be repeated in the answer.
    pub transaction_id: TransactionId,
    /// USERNAME as it is: `<ufrag of the receiver>:<ufrag of the sender>`.
    pub username: Option<&'a [u8]>,
    /// PRIORITY.
    pub priority: Option<u32>,
    /// USE-CANDIDATE: the check nominates its pair.
    pub use_candidate: bool,
    /// ICE-CONTROLLING or ICE-CONTROLLED.
    pub role: Option<Role>,
    /// XOR-MAPPED-ADDRESS of a response.
    pub mapped_address: Option<SocketAddr>,
    /// ERROR-CODE of an error response, 300..=699.
    pub error_code: Option<u16>,
    /// Where the MESSAGE-INTEGRITY attribute (its type) lies in the datagram.
    pub integrity_at: Option<usize>,
    /// Where the FINGERPRINT attribute (its type) lies; when there is one it was right.
    pub fingerprint_at: Option<usize>,
    unknown: [u16; MAX_UNKNOWN],
    unknown_count: usize,
    datagram: &'a [u8],
}

/// Whether the datagram looks like STUN: first two bits zero, the cookie, a length that fits (RFC 8489 §6.3).
#[inline]
pub fn is_stun(datagram: &[u8]) -> bool {
    datagram.len() >= HEADER_LEN
        && datagram.first().is_some_and(|first| first & 0xC0 == 0)
        && u32_at(datagram, 4) == Some(MAGIC_COOKIE)
        && u16_at(datagram, 2).is_some_and(|len| len % 4 == 0 && usize::from(len) + HEADER_LEN == datagram.len())
}

impl<'a> Message<'a> {
    /// Parses a Binding message, checks its structure and, when it has one, its FINGERPRINT.
    ///
    /// Attributes after MESSAGE-INTEGRITY are ignored save FINGERPRINT (RFC 8489 §14.5), and of repeated attributes
    /// only the first counts (§14). Unknown comprehension-required attributes are collected, see
    /// [`Message::unknown_attributes`].
    pub fn parse(datagram: &'a [u8]) -> Result<Self, StunError> {
        if !is_stun(datagram) {
            return Err(StunError::NotStun);
        }
        let kind = u16_at(datagram, 0).ok_or(StunError::NotStun)?;
        let class = match kind {
            0x0001 => Class::Request,
            0x0011 => Class::Indication,
            0x0101 => Class::Success,
            0x0111 => Class::Error,
            _ => return Err(StunError::Method),
        };
        let transaction_id = *datagram.get(8..).and_then(<[u8]>::first_chunk).ok_or(StunError::NotStun)?;
        let mut message = Self {
            class,
            transaction_id,
            username: None,
            priority: None,
            use_candidate: false,
            role: None,
            mapped_address: None,
            error_code: None,
            integrity_at: None,
            fingerprint_at: None,
            unknown: [0; MAX_UNKNOWN],
            unknown_count: 0,
            datagram,
        };
        let mut at = HEADER_LEN;
        while at < datagram.len() {
            at = message.read_attribute(at).ok_or(StunError::Malformed)?;
        }
        Ok(message)
    }

    /// Reads the attribute at `at` and answers where the next one begins; `None` when it is malformed.
    fn read_attribute(&mut self, at: usize) -> Option<usize> {
        if self.fingerprint_at.is_some() {
            return None; // FINGERPRINT has to be the last.
        }
        let kind = u16_at(self.datagram, at)?;
        let len = usize::from(u16_at(self.datagram, at + 2)?);
        let value = self.datagram.get(at + 4..at + 4 + len)?;
        let next = at + 4 + len.next_multiple_of(4);
        if kind == attribute::FINGERPRINT {
            let covered = self.datagram.get(..at)?;
            (len == 4 && u32_at(value, 0) == Some(fingerprint(covered))).then_some(())?;
            self.fingerprint_at = Some(at);
            return Some(next);
        }
        if self.integrity_at.is_some() {
            return Some(next);
        }
        match kind {
            attribute::MESSAGE_INTEGRITY => {
                (len == INTEGRITY_LEN).then_some(())?;
                self.integrity_at = Some(at);
            }
            attribute::USERNAME => {
                self.username.get_or_insert(value);
            }
            attribute::PRIORITY => {
                (len == 4).then_some(())?;
                self.priority.get_or_insert(u32_at(value, 0)?);
            }
            attribute::USE_CANDIDATE => self.use_candidate = true,
            attribute::ICE_CONTROLLING => {
                (len == 8).then_some(())?;
                self.role.get_or_insert(Role::Controlling(u64_at(value, 0)?));
            }
            attribute::ICE_CONTROLLED => {
                (len == 8).then_some(())?;
                self.role.get_or_insert(Role::Controlled(u64_at(value, 0)?));
            }
            attribute::XOR_MAPPED_ADDRESS => {
                let address = parse_xor_address(value, &self.transaction_id)?;
                self.mapped_address.get_or_insert(address);
            }
            attribute::ERROR_CODE => {
                let code = u16::from(value.get(2)? & 0x07) * 100 + u16::from(*value.get(3)?);
                self.error_code.get_or_insert(code);
            }
            // Understood, and of no use to us.
            attribute::MAPPED_ADDRESS
            | attribute::UNKNOWN_ATTRIBUTES
            | attribute::REALM
            | attribute::NONCE
            | attribute::MESSAGE_INTEGRITY_SHA256 => {}
            0x0000..=0x7FFF => {
                if let Some(entry) = self.unknown.get_mut(self.unknown_count) {
                    *entry = kind;
                    self.unknown_count += 1;
                }
            }
            _ => {}
        }
        Some(next)
    }

    /// The two parts of USERNAME, split at the first colon: (ours, the sender's).
    #[inline]
    pub fn ufrags(&self) -> Option<(&'a [u8], &'a [u8])> {
        let username = self.username?;
        let colon = username.iter().position(|byte| *byte == b':')?;
        Some((username.get(..colon)?, username.get(colon + 1..)?))
    }

    /// Whether MESSAGE-INTEGRITY is there and right; constant time.
    #[inline]
    pub fn verify_integrity(&self, key: &IntegrityKey) -> bool {
        self.integrity_at.is_some_and(|at| {
            let covered = self.datagram.get(..at).unwrap_or_default();
            let tag = self.datagram.get(at + 4..at + 4 + INTEGRITY_LEN).unwrap_or_default();
            key.verify(covered, tag)
        })
    }

    /// Comprehension-required attributes that we do not know, at most [`MAX_UNKNOWN`]: answer 420 with them.
    #[inline]
    pub fn unknown_attributes(&self) -> &[u16] {
        self.unknown.get(..self.unknown_count).unwrap_or_default()
    }
}

/// `|0|family|port ^ cookie|address ^ (cookie, transaction id)|` (RFC 8489 §14.2).
fn parse_xor_address(value: &[u8], transaction_id: &TransactionId) -> Option<SocketAddr> {
    let port = u16_at(value, 2)? ^ (MAGIC_COOKIE >> 16) as u16;
    let address = match (value.get(1)?, value.len()) {
        (1, 8) => IpAddr::V4(Ipv4Addr::from_bits(u32_at(value, 4)? ^ MAGIC_COOKIE)),
        (2, 20) => {
            let bits = u128::from_be_bytes(*value.get(4..)?.first_chunk()?);
            IpAddr::V6(Ipv6Addr::from_bits(bits ^ address_mask(transaction_id)))
        }
        _ => return None,
    };
    Some(SocketAddr::new(address, port))
}

/// The mask of an IPv6 address: the cookie, then the transaction id.
pub(super) fn address_mask(transaction_id: &TransactionId) -> u128 {
    let mut mask = [0; 16];
    let (cookie, rest) = mask.split_at_mut(4);
    cookie.copy_from_slice(&MAGIC_COOKIE.to_be_bytes());
    rest.copy_from_slice(transaction_id);
    u128::from_be_bytes(mask)
}
