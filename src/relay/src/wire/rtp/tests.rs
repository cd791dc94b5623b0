use proptest::prelude::*;

use super::*;

/// From a call of Chromium's: one-byte extension block with mid "0", payload of audio.
const WITH_MID: &[u8] = &[
    0x90, 0xEF, 0x37, 0x4C, 0x4F, 0x1B, 0xA1, 0xAD, 0xF3, 0x75, 0x3F, 0x70, 0xBE, 0xDE, 0x00, 0x01, 0x90, 0x30, 0x00,
    0x00, 0x78, 0x80, 0x0A,
];

#[test]
fn packet_with_mid_is_read() {
    let view = RtpView::parse(WITH_MID).unwrap();
    let header = view.header;
    assert!(header.is_marked);
    assert_eq!(header.payload_type, 111);
    assert_eq!(header.sequence, 0x374C);
    assert_eq!(header.timestamp, 0x4F1B_A1AD);
    assert_eq!(header.ssrc, 0xF375_3F70);
    assert_eq!(header.extension_profile, Some(ONE_BYTE_PROFILE));
    assert_eq!(header.extension_range(), 16..20);
    assert_eq!(header.len, 20);
    assert_eq!(view.payload(), [0x78, 0x80, 0x0A]);
    assert_eq!(view.padding_len(), 0);
    let elements: Vec<_> = view.extensions().collect();
    assert_eq!(elements, [Extension { id: 9, data: b"0" }]);
}

#[test]
fn csrcs_are_read_in_order() {
    let mut packet = vec![0x82, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3];
    packet.extend([0, 0, 0, 7, 0, 0, 0, 8, 0xFF]);
    let view = RtpView::parse(&packet).unwrap();
    assert_eq!(view.csrcs().collect::<Vec<_>>(), [7, 8]);
    assert_eq!(view.header.csrc_range(), 12..20);
    assert_eq!(view.header.extension_range(), 20..20);
    assert_eq!(view.payload(), [0xFF]);
}

fn padded(body: &[u8]) -> Vec<u8> {
    [&[0xA0, 96, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3], body].concat()
}

#[test]
fn padding_is_taken_off() {
    let packet = padded(&[1, 2, 0, 0, 3]);
    let view = RtpView::parse(&packet).unwrap();
    assert_eq!(view.payload(), [1, 2]);
    assert_eq!(view.padding_len(), 3);
}

#[test]
fn padding_of_the_whole_payload_leaves_none() {
    let mut body = vec![0; 255];
    body[254] = 255;
    let packet = padded(&body);
    let view = RtpView::parse(&packet).unwrap();
    assert_eq!(view.payload(), []);
    assert_eq!(view.padding_len(), 255);
}

#[test]
fn padding_of_zero_or_too_much_is_refused() {
    assert_eq!(RtpView::parse(&padded(&[1, 2, 0])).unwrap_err(), RtpError::Padding);
    assert_eq!(RtpView::parse(&padded(&[1, 2, 4])).unwrap_err(), RtpError::Padding);
    // The last byte of the header is no padding.
    assert_eq!(RtpView::parse(&padded(&[])).unwrap_err(), RtpError::Padding);
    // A sealed packet is told without looking at its end.
    assert!(RtpHeader::parse(&padded(&[1, 2, 0])).is_ok());
}

#[test]
fn every_cut_of_the_header_is_too_short() {
    for len in 0..20 {
        assert_eq!(RtpHeader::parse(&WITH_MID[..len]).unwrap_err(), RtpError::TooShort, "{len}");
    }
    assert_eq!(RtpHeader::parse(&[0x8F; 71]).unwrap_err(), RtpError::TooShort);
}

#[test]
fn other_versions_are_refused() {
    for first in [0x00, 0x50, 0xC0] {
        assert_eq!(RtpHeader::parse(&[first; 40]).unwrap_err(), RtpError::Version);
    }
}

#[test]
fn payload_range_of_a_shorter_packet_is_too_short() {
    let header = RtpHeader::parse(WITH_MID).unwrap();
    assert_eq!(header.payload_range(&WITH_MID[..19]), Err(RtpError::TooShort));
    assert_eq!(header.extensions(&WITH_MID[..17]).next(), None);
}

const FIELDS: HeaderWriter = HeaderWriter {
    is_marked: true,
    has_padding: false,
    payload_type: 96,
    sequence: 0x1234,
    timestamp: 0x5678_9ABC,
    ssrc: 0xDEAD_BEEF,
    source: 0x0102_0304,
};

#[test]
fn header_written_is_exact_to_the_byte() {
    let mut out = [0xEE; 64];
    let extensions = [
        Extension { id: 4, data: b"12" },
        Extension { id: 0, data: b"left out" },
        Extension { id: 3, data: &[0xAB, 0xCD] },
    ];
    let len = FIELDS.write(&mut out, &extensions).unwrap();
    let expected = [
        0x91, 0xE0, 0x12, 0x34, 0x56, 0x78, 0x9A, 0xBC, 0xDE, 0xAD, 0xBE, 0xEF, 1, 2, 3, 4, 0xBE, 0xDE, 0, 2, 0x41,
        b'1', b'2', 0x31, 0xAB, 0xCD, 0, 0,
    ];
    assert_eq!(out[..len], expected);
}

#[test]
fn header_without_extensions_has_no_block() {
    let mut out = [0; 16];
    assert_eq!(FIELDS.write(&mut out, &[Extension { id: 0, data: b"x" }]), Some(16));
    assert_eq!(out[0], 0x81);
    let without_source = HeaderWriter { source: 0, has_padding: true, ..FIELDS };
    assert_eq!(without_source.write(&mut out, &[]), Some(12));
    assert_eq!(out[0], 0xA0);
}

#[test]
fn header_takes_the_two_byte_form_only_when_needed() {
    let mut out = [0; 512];
    for (id, len, profile) in [
        (14, 16, ONE_BYTE_PROFILE),
        (15, 1, TWO_BYTE_PROFILE),
        (1, 17, TWO_BYTE_PROFILE),
        (1, 0, TWO_BYTE_PROFILE),
        (255, 255, TWO_BYTE_PROFILE),
    ] {
        let element = Extension { id, data: &[7; 255][..len] };
        let written = FIELDS.write(&mut out, &[element]).unwrap();
        let header = RtpHeader::parse(&out[..written]).unwrap();
        assert_eq!(header.extension_profile, Some(profile));
        assert_eq!(header.extensions(&out).collect::<Vec<_>>(), [element]);
    }
    assert_eq!(FIELDS.write(&mut out, &[Extension { id: 1, data: &[0; 256] }]), None);
}

#[test]
fn header_into_any_shorter_buffer_is_none() {
    let extensions = [Extension { id: 1, data: b"abc" }];
    for len in 0..24 {
        assert_eq!(FIELDS.write(&mut vec![0; len], &extensions), None, "{len}");
    }
    assert_eq!(FIELDS.write(&mut [0; 24], &extensions), Some(24));
}

#[test]
fn longest_and_shortest_padding_is_taken_off() {
    for len in 1..=255_usize {
        let mut packet = [0; 300];
        let start = HeaderWriter { has_padding: true, ..FIELDS }.write(&mut packet, &[]).unwrap();
        packet[start + len - 1] = len as u8;
        let view = RtpView::parse(&packet[..start + len]).unwrap();
        assert_eq!((view.payload(), view.padding_len()), (&[][..], len));
    }
}

proptest! {
    #![proptest_config(crate::wire::tests::same_every_run())]

    #[test]
    fn any_bytes_parse_within_bounds(mut bytes: Vec<u8>) {
        if let Some(first) = bytes.first_mut() {
            *first = *first & 0x3F | 0x80;
        }
        if let Ok(view) = RtpView::parse(&bytes) {
            prop_assert_eq!(view.header.len + view.payload().len() + view.padding_len(), bytes.len());
            prop_assert_eq!(view.csrcs().count(), usize::from(view.header.csrc_count));
            view.extensions().for_each(drop);
        }
    }

    #[test]
    fn any_header_survives_a_round_trip(
        (is_marked, payload_type, sequence, timestamp, ssrc, source) in any::<(bool, u8, u16, u32, u32, u32)>(),
        elements in prop::collection::vec((1..=20_u8, prop::collection::vec(any::<u8>(), 0..20)), 0..6),
        payload: Vec<u8>,
    ) {
        let fields = HeaderWriter {
            is_marked, has_padding: false, payload_type: payload_type & 0x7F, sequence, timestamp, ssrc, source,
        };
        let extensions: Vec<_> = elements.iter().map(|(id, data)| Extension { id: *id, data }).collect();
        let mut packet = vec![0; 400];
        let len = fields.write(&mut packet, &extensions).unwrap();
        packet.truncate(len);
        packet.extend(&payload);
        let view = RtpView::parse(&packet).unwrap();
        let header = view.header;
        prop_assert_eq!(header.len, len);
        prop_assert_eq!(
            (header.is_marked, header.payload_type, header.sequence, header.timestamp, header.ssrc),
            (is_marked, payload_type & 0x7F, sequence, timestamp, ssrc)
        );
        prop_assert_eq!(view.csrcs().next().unwrap_or(0), source);
        prop_assert_eq!(view.extensions().collect::<Vec<_>>(), extensions);
        prop_assert_eq!(view.payload(), &payload[..]);
    }
}
