//! SRTP as a whole: against the RFCs' and libsrtp's packets, and against itself under loss, replay and forgery.

use proptest::prelude::*;

use super::cipher::{Cipher, Gcm};
use super::keys::{Protocol, SessionKeys};
use super::testing::{PROFILES, header, hex, pair};
use super::{Inbound, MAX_INBOUND_SSRCS, Outbound, Profile, SendGuard, SrtpError};

const SSRC: u32 = 0x1234_5678;

/// One sealed packet.
fn sealed(outbound: &Outbound, guard: &mut SendGuard, index: u64, payload: &[u8]) -> Vec<u8> {
    let mut out = vec![0; 1500];
    let header = header(guard.ssrc(), index);
    let len = outbound.seal_from(&header, &[], payload, &mut out, guard.claim(index).unwrap()).unwrap();
    out.truncate(len);
    out
}

/// RFC 7714 §16.1 (which starts from session keys).
#[test]
fn seal_rfc_7714_srtp_example_gives_the_rfcs_packet() {
    let keys = SessionKeys {
        cipher: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15].into(),
        salt: {
            let mut salt = [0; 14];
            salt[..12].copy_from_slice(&hex("51756964 2070726f 2071756f"));
            salt.into()
        },
        auth: [0; 20].into(),
    };
    let header = hex("8040f17b 8041f8d3 5501a0b2");
    let payload = b"Gallia est omnis divisa in partes tres";
    let mut out = vec![0; payload.len() + 16];
    let gcm = Gcm::from_session_keys(&keys).unwrap();
    gcm.seal_from(0x5501_a0b2, 0xf17b, &header, &payload[..5], &payload[5..], &mut out).unwrap();
    assert_eq!(
        out,
        hex("f24de3a3 fb34de6c acba861c 9d7e4bca be633bd5 0d294e6f 42a5f47a 51c7d19b 36de3adf 8833899d 7f27beb1 \
             6a9152cf 765ee439 0cce")
    );
}

/// The reference packets of libsrtp's own self-test (`srtp_driver.c`).
#[test]
fn seal_libsrtps_reference_packet_gives_the_same_bytes() {
    let expected = [
        "c5002ede 04cfdd2e b91159e0 880aa06e d2976826 f796b201 df3131a1 27e8a392",
        "4e55dc4c e79978d8 8ca4d215 949d2402 b78d6acc 99ea179b 8dbb",
    ];
    let masters = [
        "000102030405060708090a0b0c0d0e0f a0a1a2a3a4a5a6a7a8a9aaab",
        "e1f97a0d3e018be0d64fa32c06de4139 0ec675ad498afeebb6960b3aabe6",
    ];
    for ((profile, expected), master) in PROFILES.into_iter().zip(expected).zip(masters) {
        let outbound = Outbound::new(profile, &hex(master)).unwrap();
        let mut packet = hex("800f1234 decafbad cafebabe abababab abababab abababab abababab");
        let len = packet.len();
        packet.resize(len + 16, 0);
        let index = SendGuard::new(0xcafe_babe).claim(0x1234).unwrap();
        let end = outbound.seal_rtp(&mut packet, 12, len, index).unwrap();
        assert_eq!(packet[12..end], hex(expected), "{profile:?}");
    }
}

/// Packets that libsrtp sealed (`tests/data/srtp/generate.py`): we open each, and seal each to the same bytes.
#[test]
fn open_and_seal_agree_with_libsrtp() {
    let vectors = include_str!("../../../../tests/data/srtp/libsrtp.txt");
    let mut contexts = None;
    let mut seen = 0;
    for line in vectors.lines().filter(|line| !line.starts_with('#')) {
        let fields: Vec<&str> = line.split(' ').collect();
        let profile = Profile::from_number(fields[0].parse().unwrap()).unwrap();
        if fields[1] == "master" {
            let master = hex(fields[2]);
            contexts = Some((
                Outbound::new(profile, &master).unwrap(),
                Inbound::new(profile, &master).unwrap(),
                SendGuard::new(0xcafe_babe),
            ));
            continue;
        }
        let (outbound, inbound, guard) = contexts.as_mut().unwrap();
        let index = u64::from_str_radix(fields[2], 16).unwrap();
        let (plain, theirs) = (hex(fields[3]), hex(fields[4]));
        let mut opened = theirs.clone();
        let mut ours = plain.clone();
        ours.resize(plain.len() + 20, 0);
        let (opened_len, sealed_len) = if fields[1] == "rtp" {
            let packet = inbound.open_rtp(&mut opened).unwrap();
            assert_eq!(packet.index, index);
            let claimed = guard.claim(index).unwrap();
            (packet.len, outbound.seal_rtp(&mut ours, packet.header_len, plain.len(), claimed).unwrap())
        } else {
            (inbound.open_rtcp(&mut opened).unwrap(), outbound.seal_rtcp(&mut ours, plain.len()).unwrap())
        };
        assert_eq!(opened[..opened_len], plain, "{line}");
        assert_eq!(ours[..sealed_len], theirs, "{line}");
        seen += 1;
    }
    assert_eq!(seen, 36);
}

#[test]
fn open_same_packet_twice_is_a_replay() {
    for profile in PROFILES {
        let (outbound, mut inbound) = pair(profile);
        let packet = sealed(&outbound, &mut SendGuard::new(SSRC), 5, b"once");
        assert!(inbound.open_rtp(&mut packet.clone()).is_ok());
        assert_eq!(inbound.open_rtp(&mut packet.clone()), Err(SrtpError::Replayed));
        assert_eq!(inbound.stats().replayed, 1);

        let (mut outbound, mut inbound) = pair(profile);
        let mut report = hex("80c90001 12345678");
        report.resize(8 + 20, 0);
        let len = outbound.seal_rtcp(&mut report, 8).unwrap();
        report.truncate(len);
        assert_eq!(inbound.open_rtcp(&mut report.clone()), Ok(8));
        assert_eq!(inbound.open_rtcp(&mut report), Err(SrtpError::Replayed));
    }
}

#[test]
fn open_late_packets_within_the_window_only() {
    let (outbound, mut inbound) = pair(Profile::AeadAes128Gcm);
    let mut guard = SendGuard::new(SSRC);
    let late = sealed(&outbound, &mut guard, 1000, b"late");
    let too_late = sealed(&outbound, &mut guard, 999, b"too late");
    let newest = sealed(&outbound, &mut guard, 1000 + 1023, b"newest");
    assert_eq!(inbound.open_rtp(&mut newest.clone()).unwrap().index, 2023);
    assert_eq!(inbound.open_rtp(&mut late.clone()).unwrap().index, 1000);
    assert_eq!(inbound.open_rtp(&mut too_late.clone()), Err(SrtpError::Replayed));
}

#[test]
fn open_across_three_wraps_with_reordering_keeps_the_rollover_counter() {
    for profile in PROFILES {
        let (outbound, mut inbound) = pair(profile);
        let mut guard = SendGuard::new(SSRC);
        let mut expected = Vec::new();
        let mut opened = Vec::new();
        // Every seventh packet, each pair swapped, over 3 · 2^16 indices; and every one around each wrap.
        let near_wrap = |index: &u64| index % 7 == 0 || (*index + 20) % 65_536 < 40;
        let indices: Vec<u64> = (0..200_000).filter(near_wrap).collect();
        for pair in indices.chunks(2) {
            for index in pair.iter().rev() {
                let mut packet = sealed(&outbound, &mut guard, *index, &index.to_be_bytes());
                expected.push(*index);
                opened.push(inbound.open_rtp(&mut packet).unwrap().index);
                assert_eq!(packet[12..20], index.to_be_bytes());
            }
        }
        assert_eq!(opened, expected);
    }
}

#[test]
fn open_forged_packets_leaves_the_state_untouched() {
    for profile in PROFILES {
        let (outbound, mut inbound) = pair(profile);
        let mut guard = SendGuard::new(SSRC);
        inbound.open_rtp(&mut sealed(&outbound, &mut guard, 100, b"first")).unwrap();
        // Far ahead: had it been believed, the true packets would be too old.
        let mut forged = sealed(&outbound, &mut SendGuard::new(SSRC), 30_000, b"forged");
        *forged.last_mut().unwrap() ^= 1;
        assert_eq!(inbound.open_rtp(&mut forged), Err(SrtpError::NotAuthentic));
        // Unknown SSRCs without the key: none is remembered.
        for ssrc in 0..2 * MAX_INBOUND_SSRCS as u32 {
            let mut stranger = [&header(ssrc, 1)[..], &[0; 40]].concat();
            assert_eq!(inbound.open_rtp(&mut stranger), Err(SrtpError::NotAuthentic));
            let mut stranger = [&hex("80c90001")[..], &ssrc.to_be_bytes(), &[0xff; 40]].concat();
            assert_eq!(inbound.open_rtcp(&mut stranger), Err(SrtpError::NotAuthentic));
        }
        let opened = inbound.open_rtp(&mut sealed(&outbound, &mut guard, 101, b"second")).unwrap();
        assert_eq!(opened.index, 101);
        assert_eq!(inbound.stats().not_authentic, 1 + 4 * MAX_INBOUND_SSRCS as u64);
    }
}

#[test]
fn open_any_changed_bit_of_a_packet_is_refused() {
    for profile in PROFILES {
        let (mut outbound, mut inbound) = pair(profile);
        let packet = sealed(&outbound, &mut SendGuard::new(SSRC), 7, b"payload");
        for bit in 0..packet.len() * 8 {
            let mut changed = packet.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(inbound.open_rtp(&mut changed).is_err(), "{profile:?} bit {bit}");
        }
        inbound.open_rtp(&mut packet.clone()).unwrap();
        let mut report = hex("81c90007 12345678 00000000 11111111");
        report.resize(16 + 20, 0);
        let len = outbound.seal_rtcp(&mut report, 16).unwrap();
        for bit in 0..len * 8 {
            let mut changed = report[..len].to_vec();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(inbound.open_rtcp(&mut changed).is_err(), "{profile:?} RTCP bit {bit}");
        }
        assert_eq!(inbound.open_rtcp(&mut report[..len]), Ok(16));
    }
}

#[test]
fn open_more_ssrcs_than_the_cap_is_refused_and_counted() {
    let (outbound, mut inbound) = pair(Profile::AeadAes128Gcm);
    for ssrc in 0..MAX_INBOUND_SSRCS as u32 {
        inbound.open_rtp(&mut sealed(&outbound, &mut SendGuard::new(ssrc), 1, b"")).unwrap();
    }
    let mut one_more = sealed(&outbound, &mut SendGuard::new(SSRC), 1, b"");
    assert_eq!(inbound.open_rtp(&mut one_more), Err(SrtpError::TooManySsrcs));
    assert_eq!(inbound.stats().too_many_ssrcs, 1);
    assert!(inbound.open_rtp(&mut sealed(&outbound, &mut SendGuard::new(0), 2, b"")).is_ok());
}

#[test]
fn claim_same_index_twice_or_too_late_is_refused() {
    let mut guard = SendGuard::new(SSRC);
    assert!(guard.claim(70_000).is_ok());
    assert_eq!(guard.claim(70_000), Err(SrtpError::IndexUsed));
    assert!(guard.claim(70_000 - 1023).is_ok());
    assert_eq!(guard.claim(70_000 - 1024), Err(SrtpError::IndexUsed));
    assert_eq!(guard.claim(1 << 48), Err(SrtpError::IndexUsed));
    assert!(guard.claim((1 << 48) - 1).is_ok());
}

#[test]
fn seal_without_room_is_refused() {
    for profile in PROFILES {
        let (mut outbound, _) = pair(profile);
        let mut guard = SendGuard::new(SSRC);
        let mut out = vec![0; 12 + 4 + profile.rtp_overhead() - 1];
        let index = guard.claim(1).unwrap();
        assert_eq!(outbound.seal_from(&header(SSRC, 1), b"ab", b"cd", &mut out, index), Err(SrtpError::NoRoom));
        let index = guard.claim(2).unwrap();
        out[..12].copy_from_slice(&header(SSRC, 2));
        assert_eq!(outbound.seal_rtp(&mut out, 12, 16, index), Err(SrtpError::NoRoom));
        let mut report = vec![0x80; 8 + profile.rtcp_overhead() - 1];
        assert_eq!(outbound.seal_rtcp(&mut report, 8), Err(SrtpError::NoRoom));
        assert_eq!(outbound.seal_rtcp(&mut report, 7), Err(SrtpError::Malformed));
    }
}

#[test]
fn new_wrong_key_length_is_refused() {
    for profile in PROFILES {
        assert_eq!(Inbound::new(profile, &[0; 29]).err(), Some(SrtpError::BadKeyLength));
        assert_eq!(Outbound::new(profile, &[]).err(), Some(SrtpError::BadKeyLength));
    }
    assert_eq!(Profile::from_number(2), None);
}

#[test]
fn srtp_and_srtcp_keys_differ() {
    for profile in PROFILES {
        let master = vec![9; profile.master_len()];
        let keys = [Protocol::Srtp, Protocol::Srtcp].map(|p| SessionKeys::derive(profile, &master, p).unwrap());
        assert_ne!(keys[0].cipher, keys[1].cipher);
        assert!(Cipher::new(profile, &master, Protocol::Srtp).is_ok());
    }
}

proptest! {
    /// Whatever is sealed opens to the same, however the payload was cut and wherever in a cycle the index is.
    #[test]
    fn seal_then_open_gives_the_same(
        payload in prop::collection::vec(any::<u8>(), 0..1200),
        cut in 0_usize..20,
        start in 0_u64..40_000,
        gcm in any::<bool>(),
    ) {
        let (outbound, mut inbound) = pair(PROFILES[usize::from(gcm)]);
        let mut guard = SendGuard::new(SSRC);
        let (head, tail) = payload.split_at(cut.min(payload.len()));
        let mut out = [0; 1500];
        for index in [start, start + 30_000, start + 2] {
            let claimed = guard.claim(index);
            let Ok(claimed) = claimed else { continue };
            let len = outbound.seal_from(&header(SSRC, index), head, tail, &mut out, claimed).unwrap();
            if index == start + 2 {
                prop_assert_eq!(inbound.open_rtp(&mut out[..len]), Err(SrtpError::Replayed));
            } else {
                let opened = inbound.open_rtp(&mut out[..len]).unwrap();
                prop_assert_eq!(opened.index, index);
                prop_assert_eq!(&out[12..opened.len], &payload[..]);
            }
        }
    }

    /// No bytes make it panic, and none are taken for a packet.
    #[test]
    fn open_garbage_is_refused(
        mut bytes in prop::collection::vec(any::<u8>(), 0..200),
        first in prop::option::of(0x80_u8..0xa0),
        gcm in any::<bool>(),
    ) {
        let (_, mut inbound) = pair(PROFILES[usize::from(gcm)]);
        if let (Some(first), Some(byte)) = (first, bytes.first_mut()) {
            *byte = first;
        }
        prop_assert!(inbound.open_rtp(&mut bytes.clone()).is_err());
        prop_assert!(inbound.open_rtcp(&mut bytes).is_err());
    }
}
