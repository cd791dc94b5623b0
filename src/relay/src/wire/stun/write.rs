//! Writing STUN messages; each answers its length in bytes, or `None` when the buffer is too short.

use std::net::{IpAddr, SocketAddr};

use super::integrity::{IntegrityKey, fingerprint};
use super::message::{Role, TransactionId, address_mask};
use super::{HEADER_LEN, MAGIC_COOKIE, attribute};
use crate::wire::bytes::Writer;

/// The error responses that we give.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorCode {
    /// 400: something that a check must have is missing.
    BadRequest,
    /// 401: the integrity is missing, of another password, or the user name is unknown.
    Unauthenticated,
    /// 420: carries UNKNOWN-ATTRIBUTES.
    UnknownAttribute,
    /// 487: the sender must be controlling, because we are ICE-lite.
    RoleConflict,
}

impl ErrorCode {
    /// The number and the reason phrase of the registry.
    fn parts(self) -> (u16, &'static str) {
        match self {
            Self::BadRequest => (400, "Bad Request"),
            Self::Unauthenticated => (401, "Unauthenticated"),
            Self::UnknownAttribute => (420, "Unknown Attribute"),
            Self::RoleConflict => (487, "Role Conflict"),
        }
    }
}

/// Writes a Binding success response to `address`, the source of the request, with integrity and fingerprint.
pub fn write_success(
    out: &mut [u8],
    transaction_id: &TransactionId,
    address: SocketAddr,
    key: &IntegrityKey,
) -> Option<usize> {
    let mut writer = begin(out, 0x0101, transaction_id);
    let port = address.port() ^ (MAGIC_COOKIE >> 16) as u16;
    // A dual-stack socket tells IPv4 peers as ::ffff:a.b.c.d; the peer knows itself as IPv4.
    match address.ip().to_canonical() {
        IpAddr::V4(ip) => {
            put_head(&mut writer, attribute::XOR_MAPPED_ADDRESS, 8);
            writer.put_u16(1);
            writer.put_u16(port);
            writer.put_u32(ip.to_bits() ^ MAGIC_COOKIE);
        }
        IpAddr::V6(ip) => {
            put_head(&mut writer, attribute::XOR_MAPPED_ADDRESS, 20);
            writer.put_u16(2);
            writer.put_u16(port);
            writer.put(&(ip.to_bits() ^ address_mask(transaction_id)).to_be_bytes());
        }
    }
    finish(writer, Some(key))
}

/// Writes a Binding error response. `unknown` is written with 420 only; without `key` (400, 401) it has no integrity
/// (RFC 8489 §9.1.3).
pub fn write_error(
    out: &mut [u8],
    transaction_id: &TransactionId,
    code: ErrorCode,
    unknown: &[u16],
    key: Option<&IntegrityKey>,
) -> Option<usize> {
    let mut writer = begin(out, 0x0111, transaction_id);
    let (number, reason) = code.parts();
    put_head(&mut writer, attribute::ERROR_CODE, 4 + reason.len());
    writer.put(&[0, 0, (number / 100) as u8, (number % 100) as u8]);
    writer.put(reason.as_bytes());
    writer.pad_to_word();
    if code == ErrorCode::UnknownAttribute {
        put_head(&mut writer, attribute::UNKNOWN_ATTRIBUTES, unknown.len() * 2);
        for kind in unknown {
            writer.put_u16(*kind);
        }
        writer.pad_to_word();
    }
    finish(writer, key)
}

/// A connectivity check as a full agent sends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BindingRequest<'a> {
    /// Of the agent that is asked.
    pub remote_ufrag: &'a [u8],
    /// Of the agent that asks.
    pub local_ufrag: &'a [u8],
    /// PRIORITY.
    pub priority: u32,
    /// Role and tie-breaker.
    pub role: Role,
    /// Nominate the pair.
    pub use_candidate: bool,
}

/// Writes a Binding request with integrity under `key` (the password of who is asked) and fingerprint.
pub fn write_request(
    out: &mut [u8],
    transaction_id: &TransactionId,
    request: &BindingRequest<'_>,
    key: &IntegrityKey,
) -> Option<usize> {
    let mut writer = begin(out, 0x0001, transaction_id);
    put_head(&mut writer, attribute::USERNAME, request.remote_ufrag.len() + 1 + request.local_ufrag.len());
    writer.put(request.remote_ufrag);
    writer.put(b":");
    writer.put(request.local_ufrag);
    writer.pad_to_word();
    put_head(&mut writer, attribute::PRIORITY, 4);
    writer.put_u32(request.priority);
    let (kind, tie_breaker) = match request.role {
        Role::Controlling(tie_breaker) => (attribute::ICE_CONTROLLING, tie_breaker),
        Role::Controlled(tie_breaker) => (attribute::ICE_CONTROLLED, tie_breaker),
    };
    put_head(&mut writer, kind, 8);
    writer.put_u64(tie_breaker);
    if request.use_candidate {
        put_head(&mut writer, attribute::USE_CANDIDATE, 0);
    }
    finish(writer, Some(key))
}

fn begin<'a>(out: &'a mut [u8], kind: u16, transaction_id: &TransactionId) -> Writer<'a> {
    let mut writer = Writer::new(out);
    writer.put_u16(kind);
    writer.put_u16(0);
    writer.put_u32(MAGIC_COOKIE);
    writer.put(transaction_id);
    writer
}

/// Attribute type and length; a length above 65535 cannot be and is caught by the message's own length.
fn put_head(writer: &mut Writer<'_>, kind: u16, len: usize) {
    writer.put_u16(kind);
    writer.put_u16(u16::try_from(len).unwrap_or(u16::MAX));
}

/// Adds integrity and fingerprint and sets the length.
fn finish(mut writer: Writer<'_>, key: Option<&IntegrityKey>) -> Option<usize> {
    if let Some(key) = key {
        let tag = key.tag(writer.written())?;
        put_head(&mut writer, attribute::MESSAGE_INTEGRITY, tag.len());
        writer.put(&tag);
    }
    let length_with_fingerprint = writer.len().checked_sub(HEADER_LEN)? + 8;
    writer.patch_u16(2, u16::try_from(length_with_fingerprint).ok()?);
    let value = fingerprint(writer.written());
    put_head(&mut writer, attribute::FINGERPRINT, 4);
    writer.put_u32(value);
    writer.finish()
}
