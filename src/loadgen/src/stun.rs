//! The client's half of ICE's connectivity checks (RFC 8445 §7, RFC 8489): writes requests, judges responses.
//!
//! What is left out: answering checks (the server is ICE-lite and sends none), candidates, TURN.

use aws_lc_rs::hmac;

const MAGIC_COOKIE: u32 = 0x2112_A442;
const BINDING_REQUEST: u16 = 0x0001;
const BINDING_SUCCESS: u16 = 0x0101;
const BINDING_ERROR: u16 = 0x0111;
const USERNAME: u16 = 0x0006;
const MESSAGE_INTEGRITY: u16 = 0x0008;
const ERROR_CODE: u16 = 0x0009;
const XOR_MAPPED_ADDRESS: u16 = 0x0020;
const PRIORITY: u16 = 0x0024;
const USE_CANDIDATE: u16 = 0x0025;
const FINGERPRINT: u16 = 0x8028;
const ICE_CONTROLLING: u16 = 0x802A;
const HEADER_LEN: usize = 20;
const INTEGRITY_LEN: usize = 20;
/// Combined with the CRC by exclusive or (RFC 8489 §14.7).
const FINGERPRINT_XOR: u32 = 0x5354_554E;
/// Of a host candidate, as a peer-reflexive one would be announced (RFC 8445 §5.1.2.1, §7.1.1).
const HOST_PRIORITY: u32 = (110 << 24) | (65_535 << 8) | 255;

/// 96 random bits that tie a response to its request.
pub type TransactionId = [u8; 12];

/// What a check says about the sender.
#[derive(Debug)]
pub struct Check<'a> {
    /// `remote ufrag:local ufrag`.
    pub username: &'a str,
    /// The remote password keys the integrity of both directions.
    pub password: &'a [u8],
    /// The tie breaker of a controlling agent.
    pub tie_breaker: u64,
    /// Whether this check selects the pair.
    pub nominates: bool,
}

/// What a response means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Response {
    /// The server has seen us and agrees; the port it saw, 0 when it did not tell.
    Success {
        /// From XOR-MAPPED-ADDRESS.
        mapped_port: u16,
    },
    /// Authentic refusal with its code.
    Error(u16),
    /// Not for this request, not authentic, or not a response.
    Foreign,
}

/// Writes a binding request with MESSAGE-INTEGRITY and FINGERPRINT.
pub fn write_check(check: &Check<'_>, id: &TransactionId) -> Vec<u8> {
    let mut message = Vec::with_capacity(128);
    message.extend_from_slice(&BINDING_REQUEST.to_be_bytes());
    message.extend_from_slice(&[0, 0]);
    message.extend_from_slice(&MAGIC_COOKIE.to_be_bytes());
    message.extend_from_slice(id);
    push(&mut message, USERNAME, check.username.as_bytes());
    push(&mut message, PRIORITY, &HOST_PRIORITY.to_be_bytes());
    push(&mut message, ICE_CONTROLLING, &check.tie_breaker.to_be_bytes());
    if check.nominates {
        push(&mut message, USE_CANDIDATE, &[]);
    }
    set_len(&mut message, 4 + INTEGRITY_LEN);
    let tag = integrity(check.password, &message);
    push(&mut message, MESSAGE_INTEGRITY, &tag);
    set_len(&mut message, 8);
    let fingerprint = crc32(&message) ^ FINGERPRINT_XOR;
    push(&mut message, FINGERPRINT, &fingerprint.to_be_bytes());
    message
}

/// Judges a datagram as the response to the request `id`.
pub fn read_response(message: &[u8], id: &TransactionId, password: &[u8]) -> Response {
    parse(message, id, password).unwrap_or(Response::Foreign)
}

/// Whether a datagram is STUN by its first byte and cookie (RFC 7983).
pub fn is_stun(datagram: &[u8]) -> bool {
    datagram.len() >= HEADER_LEN && datagram[0] < 4 && datagram[4..8] == MAGIC_COOKIE.to_be_bytes()
}

fn parse(message: &[u8], id: &TransactionId, password: &[u8]) -> Option<Response> {
    if !is_stun(message) || message.get(8..HEADER_LEN)? != id {
        return None;
    }
    let kind = u16_at(message, 0)?;
    let mut at = HEADER_LEN;
    let (mut mapped_port, mut code) = (0, 0);
    while at + 4 <= message.len() {
        let (name, len) = (u16_at(message, at)?, usize::from(u16_at(message, at + 2)?));
        let value = message.get(at + 4..at + 4 + len)?;
        match name {
            XOR_MAPPED_ADDRESS => mapped_port = u16_at(value, 2)? ^ (MAGIC_COOKIE >> 16) as u16,
            ERROR_CODE => code = u16::from(*value.get(2)?) * 100 + u16::from(*value.get(3)?),
            MESSAGE_INTEGRITY => {
                let mut covered = message.get(..at)?.to_vec();
                set_len(&mut covered, 4 + INTEGRITY_LEN);
                if integrity(password, &covered) != value {
                    return None;
                }
                // What follows is not covered, and is only FINGERPRINT.
                return match kind {
                    BINDING_SUCCESS => Some(Response::Success { mapped_port }),
                    BINDING_ERROR => Some(Response::Error(code)),
                    _ => None,
                };
            }
            _ => {}
        }
        at += 4 + len.next_multiple_of(4);
    }
    None
}

fn push(message: &mut Vec<u8>, name: u16, value: &[u8]) {
    message.extend_from_slice(&name.to_be_bytes());
    message.extend_from_slice(&(value.len() as u16).to_be_bytes());
    message.extend_from_slice(value);
    message.resize(message.len().next_multiple_of(4), 0);
    set_len(message, 0);
}

/// The header's length: what is there, and `more` bytes that will be.
fn set_len(message: &mut [u8], more: usize) {
    let len = (message.len() - HEADER_LEN + more) as u16;
    message[2..4].copy_from_slice(&len.to_be_bytes());
}

fn integrity(password: &[u8], covered: &[u8]) -> [u8; INTEGRITY_LEN] {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, password);
    let mut tag = [0; INTEGRITY_LEN];
    tag.copy_from_slice(hmac::sign(&key, covered).as_ref());
    tag
}

/// The CRC of ISO 3309, bit by bit: checks are rare.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xEDB8_8320 & 0_u32.wrapping_sub(crc & 1)))
    })
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSWORD: &[u8] = b"VOkJxbRl1RmTxUk/WvJxBt";
    /// RFC 5769 §2.2: the sample response over IPv4, from 192.0.2.1 port 32853.
    const SAMPLE_RESPONSE: [u8; 80] = [
        0x01, 0x01, 0x00, 0x3c, 0x21, 0x12, 0xa4, 0x42, 0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6, 0x86, 0xfa, 0x87,
        0xdf, 0xae, 0x80, 0x22, 0x00, 0x0b, 0x74, 0x65, 0x73, 0x74, 0x20, 0x76, 0x65, 0x63, 0x74, 0x6f, 0x72, 0x20,
        0x00, 0x20, 0x00, 0x08, 0x00, 0x01, 0xa1, 0x47, 0xe1, 0x12, 0xa6, 0x43, 0x00, 0x08, 0x00, 0x14, 0x2b, 0x91,
        0xf5, 0x99, 0xfd, 0x9e, 0x90, 0xc3, 0x8c, 0x74, 0x89, 0xf9, 0x2a, 0xf9, 0xba, 0x53, 0xf0, 0x6b, 0xe7, 0xd7,
        0x80, 0x28, 0x00, 0x04, 0xc0, 0x7d, 0x4c, 0x96,
    ];

    fn sample_id() -> TransactionId {
        SAMPLE_RESPONSE[8..20].try_into().unwrap()
    }

    #[test]
    fn sample_response_of_rfc_5769_is_taken_with_its_port() {
        let read = read_response(&SAMPLE_RESPONSE, &sample_id(), PASSWORD);
        assert_eq!(read, Response::Success { mapped_port: 32853 });
        assert_eq!(crc32(&SAMPLE_RESPONSE[..72]) ^ FINGERPRINT_XOR, 0xc07d_4c96);
    }

    #[test]
    fn response_with_a_changed_byte_or_another_key_or_id_is_foreign() {
        for at in 20..72 {
            let mut changed = SAMPLE_RESPONSE;
            changed[at] ^= 1;
            assert_eq!(read_response(&changed, &sample_id(), PASSWORD), Response::Foreign, "byte {at}");
        }
        assert_eq!(read_response(&SAMPLE_RESPONSE, &sample_id(), b"another"), Response::Foreign);
        assert_eq!(read_response(&SAMPLE_RESPONSE, &[0; 12], PASSWORD), Response::Foreign);
        for len in 0..72 {
            assert_eq!(read_response(&SAMPLE_RESPONSE[..len], &sample_id(), PASSWORD), Response::Foreign);
        }
    }

    #[test]
    fn check_has_its_attributes_and_an_integrity_that_its_password_confirms() {
        let check = Check { username: "server:client", password: PASSWORD, tie_breaker: 7, nominates: true };
        let mut message = write_check(&check, &[9; 12]);
        let text = String::from_utf8_lossy(&message).into_owned();
        assert!(text.contains("server:client"));
        assert_eq!(usize::from(u16_at(&message, 2).unwrap()), message.len() - HEADER_LEN);
        let without = write_check(&Check { nominates: false, ..check }, &[9; 12]);
        assert_eq!(without.len() + 4, message.len());
        // Read as if it were an answer: the integrity covers it.
        message[0..2].copy_from_slice(&BINDING_SUCCESS.to_be_bytes());
        assert_eq!(read_response(&message, &[9; 12], PASSWORD), Response::Foreign, "the type is covered too");
    }
}
