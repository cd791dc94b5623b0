use std::net::SocketAddr;

use proptest::prelude::*;

use super::*;

const PASSWORD: &[u8] = b"VOkJxbRl1RmTxUk/WvJxBt";
const TRANSACTION_ID: TransactionId = [0xB7, 0xE7, 0xA7, 0x01, 0xBC, 0x34, 0xD6, 0x86, 0xFA, 0x87, 0xDF, 0xAE];

/// RFC 5769 §2.1.
const SAMPLE_REQUEST: &[u8] = b"\x00\x01\x00\x58\x21\x12\xa4\x42\
    \xb7\xe7\xa7\x01\xbc\x34\xd6\x86\xfa\x87\xdf\xae\
    \x80\x22\x00\x10STUN test client\
    \x00\x24\x00\x04\x6e\x00\x01\xff\
    \x80\x29\x00\x08\x93\x2f\xf9\xb1\x51\x26\x3b\x36\
    \x00\x06\x00\x09\x65\x76\x74\x6a\x3a\x68\x36\x76\x59\x20\x20\x20\
    \x00\x08\x00\x14\x9a\xea\xa7\x0c\xbf\xd8\xcb\x56\x78\x1e\xf2\xb5\xb2\xd3\xf2\x49\xc1\xb5\x71\xa2\
    \x80\x28\x00\x04\xe5\x7a\x3b\xcf";

/// RFC 5769 §2.2.
const SAMPLE_IPV4_RESPONSE: &[u8] = b"\x01\x01\x00\x3c\x21\x12\xa4\x42\
    \xb7\xe7\xa7\x01\xbc\x34\xd6\x86\xfa\x87\xdf\xae\
    \x80\x22\x00\x0btest vector\x20\
    \x00\x20\x00\x08\x00\x01\xa1\x47\xe1\x12\xa6\x43\
    \x00\x08\x00\x14\x2b\x91\xf5\x99\xfd\x9e\x90\xc3\x8c\x74\x89\xf9\x2a\xf9\xba\x53\xf0\x6b\xe7\xd7\
    \x80\x28\x00\x04\xc0\x7d\x4c\x96";

/// RFC 5769 §2.3.
const SAMPLE_IPV6_RESPONSE: &[u8] = b"\x01\x01\x00\x48\x21\x12\xa4\x42\
    \xb7\xe7\xa7\x01\xbc\x34\xd6\x86\xfa\x87\xdf\xae\
    \x80\x22\x00\x0btest vector\x20\
    \x00\x20\x00\x14\x00\x02\xa1\x47\x01\x13\xa9\xfa\xa5\xd3\xf1\x79\xbc\x25\xf4\xb5\xbe\xd2\xb9\xd9\
    \x00\x08\x00\x14\xa3\x82\x95\x4e\x4b\xe6\x7b\xf1\x17\x84\xc9\x7c\x82\x92\xc2\x75\xbf\xe3\xed\x41\
    \x80\x28\x00\x04\xc8\xfb\x0b\x4c";

fn key() -> IntegrityKey {
    IntegrityKey::new(PASSWORD)
}

/// A request with the given attributes, without integrity and fingerprint.
fn request_with(attributes: &[(u16, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (kind, value) in attributes {
        body.extend(kind.to_be_bytes());
        body.extend((value.len() as u16).to_be_bytes());
        body.extend(*value);
        body.resize(body.len().next_multiple_of(4), 0);
    }
    let mut datagram = vec![0, 1];
    datagram.extend((body.len() as u16).to_be_bytes());
    datagram.extend(MAGIC_COOKIE.to_be_bytes());
    datagram.extend(TRANSACTION_ID);
    datagram.extend(body);
    datagram
}

const CHECK: BindingRequest<'static> = BindingRequest {
    remote_ufrag: b"ours",
    local_ufrag: b"theirs",
    priority: 0x6E00_1EFF,
    role: Role::Controlling(0x0123_4567_89AB_CDEF),
    use_candidate: true,
};

fn check() -> Vec<u8> {
    let mut out = vec![0; MAX_MESSAGE_LEN];
    let len = write_request(&mut out, &TRANSACTION_ID, &CHECK, &key()).unwrap();
    out.truncate(len);
    out
}

#[test]
fn request_of_rfc_5769_is_read_and_verified() {
    let message = Message::parse(SAMPLE_REQUEST).unwrap();
    assert_eq!(message.class, Class::Request);
    assert_eq!(message.transaction_id, TRANSACTION_ID);
    assert_eq!(message.username, Some(&b"evtj:h6vY"[..]));
    assert_eq!(message.ufrags(), Some((&b"evtj"[..], &b"h6vY"[..])));
    assert_eq!(message.priority, Some(0x6E00_01FF));
    assert_eq!(message.role, Some(Role::Controlled(0x932F_F9B1_5126_3B36)));
    assert!(!message.use_candidate);
    assert_eq!(message.integrity_at, Some(SAMPLE_REQUEST.len() - 32));
    assert_eq!(message.fingerprint_at, Some(SAMPLE_REQUEST.len() - 8));
    assert!(message.unknown_attributes().is_empty());
    assert!(message.verify_integrity(&key()));
    assert!(!message.verify_integrity(&IntegrityKey::new(b"VOkJxbRl1RmTxUk/WvJxBu")));
}

#[test]
fn responses_of_rfc_5769_are_read_and_verified() {
    for (datagram, address) in [
        (SAMPLE_IPV4_RESPONSE, "192.0.2.1:32853"),
        (SAMPLE_IPV6_RESPONSE, "[2001:db8:1234:5678:11:2233:4455:6677]:32853"),
    ] {
        let message = Message::parse(datagram).unwrap();
        assert_eq!(message.class, Class::Success);
        assert_eq!(message.mapped_address, Some(address.parse().unwrap()));
        assert!(message.verify_integrity(&key()));
    }
}

#[test]
fn success_carries_the_address_and_verifies() {
    for address in ["203.0.113.9:1", "[2001:db8::1]:65535"] {
        let address: SocketAddr = address.parse().unwrap();
        let mut out = [0; MAX_MESSAGE_LEN];
        let len = write_success(&mut out, &TRANSACTION_ID, address, &key()).unwrap();
        let message = Message::parse(&out[..len]).unwrap();
        assert_eq!(message.class, Class::Success);
        assert_eq!(message.transaction_id, TRANSACTION_ID);
        assert_eq!(message.mapped_address, Some(address));
        assert!(message.fingerprint_at.is_some());
        assert!(message.verify_integrity(&key()));
        for shorter in 0..len {
            assert_eq!(write_success(&mut out[..shorter], &TRANSACTION_ID, address, &key()), None);
        }
    }
}

#[test]
fn success_to_a_mapped_ipv4_address_tells_ipv4() {
    let mut out = [0; MAX_MESSAGE_LEN];
    let mapped = "[::ffff:203.0.113.9]:5000".parse().unwrap();
    let len = write_success(&mut out, &TRANSACTION_ID, mapped, &key()).unwrap();
    let message = Message::parse(&out[..len]).unwrap();
    assert_eq!(message.mapped_address, Some("203.0.113.9:5000".parse().unwrap()));
}

#[test]
fn errors_carry_their_code() {
    let mut out = [0; MAX_MESSAGE_LEN];
    for (code, number) in [
        (ErrorCode::BadRequest, 400),
        (ErrorCode::Unauthenticated, 401),
        (ErrorCode::UnknownAttribute, 420),
        (ErrorCode::RoleConflict, 487),
    ] {
        let len = write_error(&mut out, &TRANSACTION_ID, code, &[0x7777, 0x0777, 3], Some(&key())).unwrap();
        let message = Message::parse(&out[..len]).unwrap();
        assert_eq!((message.class, message.error_code), (Class::Error, Some(number)));
        assert!(message.verify_integrity(&key()));
        let len = write_error(&mut out, &TRANSACTION_ID, code, &[], None).unwrap();
        let message = Message::parse(&out[..len]).unwrap();
        assert_eq!((message.integrity_at, message.error_code), (None, Some(number)));
        assert!(!message.verify_integrity(&key()));
    }
}

#[test]
fn request_written_is_read_back() {
    let datagram = check();
    let message = Message::parse(&datagram).unwrap();
    assert_eq!(message.ufrags(), Some((CHECK.remote_ufrag, CHECK.local_ufrag)));
    assert_eq!(message.priority, Some(CHECK.priority));
    assert_eq!(message.role, Some(CHECK.role));
    assert!(message.use_candidate);
    assert!(message.verify_integrity(&key()));
}

#[test]
fn request_and_error_into_any_shorter_buffer_are_none() {
    let mut out = [0; MAX_MESSAGE_LEN];
    for len in 0..check().len() {
        assert_eq!(write_request(&mut out[..len], &TRANSACTION_ID, &CHECK, &key()), None);
    }
    let code = ErrorCode::UnknownAttribute;
    let len = write_error(&mut out, &TRANSACTION_ID, code, &[7], Some(&key())).unwrap();
    for shorter in 0..len {
        assert_eq!(write_error(&mut out[..shorter], &TRANSACTION_ID, code, &[7], Some(&key())), None);
    }
}

#[test]
fn every_flipped_bit_is_refused() {
    let datagram = check();
    for bit in 0..datagram.len() * 8 {
        let mut broken = datagram.clone();
        broken[bit / 8] ^= 1 << (bit % 8);
        let is_accepted = Message::parse(&broken).is_ok_and(|message| message.verify_integrity(&key()));
        // With another type the fingerprint is some attribute behind the integrity, which is ignored.
        let is_fingerprint_type = (datagram.len() - 8..datagram.len() - 6).contains(&(bit / 8));
        assert_eq!(is_accepted, is_fingerprint_type, "bit {bit}");
    }
}

#[test]
fn every_cut_is_not_stun() {
    for len in 0..SAMPLE_REQUEST.len() {
        assert_eq!(Message::parse(&SAMPLE_REQUEST[..len]).unwrap_err(), StunError::NotStun);
    }
    let longer = [SAMPLE_REQUEST, &[0; 4]].concat();
    assert!(!is_stun(&longer));
    assert!(is_stun(SAMPLE_REQUEST));
}

#[test]
fn other_methods_are_told() {
    let mut datagram = request_with(&[]);
    datagram[1] = 3; // Allocate, of TURN.
    assert_eq!(Message::parse(&datagram).unwrap_err(), StunError::Method);
}

#[test]
fn unknown_attributes_are_collected_only_when_required() {
    let datagram = request_with(&[(0x7777, b"x"), (0xC057, b"optional"), (0x0003, b"")]);
    let message = Message::parse(&datagram).unwrap();
    assert_eq!(message.unknown_attributes(), [0x7777, 0x0003]);
    let many = vec![(0x7000, &b""[..]); 100];
    let datagram = request_with(&many);
    assert_eq!(Message::parse(&datagram).unwrap().unknown_attributes().len(), MAX_UNKNOWN);
}

#[test]
fn attributes_behind_the_integrity_are_ignored() {
    let datagram = request_with(&[(0x0008, &[0; 20]), (0x0025, b""), (0x0006, b"a:b"), (0x7777, b"")]);
    let message = Message::parse(&datagram).unwrap();
    assert!(!message.use_candidate);
    assert_eq!(message.username, None);
    assert!(message.unknown_attributes().is_empty());
}

#[test]
fn of_repeated_attributes_the_first_counts() {
    let datagram = request_with(&[(0x0006, b"a:b"), (0x0006, b"c:d"), (0x0024, &[1; 4]), (0x0024, &[2; 4])]);
    let message = Message::parse(&datagram).unwrap();
    assert_eq!(message.ufrags(), Some((&b"a"[..], &b"b"[..])));
    assert_eq!(message.priority, Some(0x0101_0101));
}

#[test]
fn malformed_attributes_are_refused() {
    let wrong_fingerprint = request_with(&[(0x8028, &[1, 2, 3, 4])]);
    let short_priority = request_with(&[(0x0024, &[1, 2])]);
    let short_role = request_with(&[(0x802A, &[1; 4])]);
    let short_integrity = request_with(&[(0x0008, &[0; 16])]);
    let odd_address = request_with(&[(0x0020, &[0, 3, 1, 2, 3, 4, 5, 6])]);
    let short_error = request_with(&[(0x0009, &[0, 0])]);
    let mut over_the_end = request_with(&[(0x0006, b"a:bc")]);
    over_the_end[HEADER_LEN + 3] = 5;
    for datagram in
        [wrong_fingerprint, short_priority, short_role, short_integrity, odd_address, short_error, over_the_end]
    {
        assert_eq!(Message::parse(&datagram).unwrap_err(), StunError::Malformed, "{datagram:x?}");
    }
}

#[test]
fn fingerprint_has_to_be_last() {
    let mut datagram = check();
    datagram.extend([0x80, 0x22, 0, 0]);
    let len = (datagram.len() - HEADER_LEN) as u16;
    datagram[2..4].copy_from_slice(&len.to_be_bytes());
    assert_eq!(Message::parse(&datagram).unwrap_err(), StunError::Malformed);
}

#[test]
fn username_without_colon_has_no_ufrags() {
    let datagram = request_with(&[(0x0006, b"abc")]);
    assert_eq!(Message::parse(&datagram).unwrap().ufrags(), None);
}

#[test]
fn key_shows_nothing_in_debug() {
    assert_eq!(format!("{:?}", key()), "IntegrityKey(..)");
}

proptest! {
    #![proptest_config(crate::wire::tests::same_every_run())]

    #[test]
    fn any_attributes_never_panic(kind in prop::sample::select(vec![1_u16, 0x11, 0x101, 0x111]), body: Vec<u8>) {
        let mut datagram = request_with(&[]);
        datagram.extend(body);
        datagram.truncate(datagram.len() & !3);
        let len = (datagram.len() - HEADER_LEN) as u16;
        datagram[..2].copy_from_slice(&kind.to_be_bytes());
        datagram[2..4].copy_from_slice(&len.to_be_bytes());
        if let Ok(message) = Message::parse(&datagram) {
            prop_assert!(!message.verify_integrity(&key()));
            message.ufrags();
        }
    }

    #[test]
    fn any_bytes_never_panic(datagram: Vec<u8>) {
        prop_assert!(Message::parse(&datagram).is_err());
    }

    #[test]
    fn any_request_survives_a_round_trip(
        remote in "[a-zA-Z0-9+/]{4,64}", local in "[a-zA-Z0-9+/]{4,64}", password: Vec<u8>,
        (id, priority, tie_breaker, is_controlling, use_candidate) in any::<([u8; 12], u32, u64, bool, bool)>(),
    ) {
        let role = if is_controlling { Role::Controlling(tie_breaker) } else { Role::Controlled(tie_breaker) };
        let request = BindingRequest {
            remote_ufrag: remote.as_bytes(), local_ufrag: local.as_bytes(), priority, role, use_candidate,
        };
        let mut out = [0; MAX_MESSAGE_LEN];
        let key = IntegrityKey::new(&password);
        let len = write_request(&mut out, &id, &request, &key).unwrap();
        let message = Message::parse(&out[..len]).unwrap();
        prop_assert_eq!(message.transaction_id, id);
        prop_assert_eq!(message.ufrags(), Some((remote.as_bytes(), local.as_bytes())));
        prop_assert_eq!(message.priority, Some(priority));
        prop_assert_eq!((message.role, message.use_candidate), (Some(role), use_candidate));
        prop_assert!(message.verify_integrity(&key));
    }
}
