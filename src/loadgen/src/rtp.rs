//! RTP headers (RFC 3550 §5.1) with one-byte extensions (RFC 8285 §4.2), read and written.
//!
//! ```text
//!  0                   1                   2                   3
//! |V=2|P|X|  CC   |M|     PT      |       sequence number         |
//! |                           timestamp                           |
//! |                             SSRC                              |
//! |                     CSRC, CC of them …                        |
//! |     0xBEDE                    |   length in words             |
//! ```
//! What is left out: the two-byte form, which neither this crate nor the server writes to it.

/// Bytes without CSRCs and extensions.
pub const FIXED_LEN: usize = 12;
const ONE_BYTE_PROFILE: u16 = 0xBEDE;
const HALF: u16 = 1 << 15;

/// The facts of a header that are in clear in SRTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// The P bit: the last byte of the payload counts padding.
    pub has_padding: bool,
    /// The M bit: the end of a frame.
    pub is_marked: bool,
    /// 0 to 127.
    pub payload_type: u8,
    /// Wraps.
    pub sequence: u16,
    /// In the codec's clock.
    pub timestamp: u32,
    /// Of the stream.
    pub ssrc: u32,
    /// How many CSRCs there are.
    pub csrc_count: u8,
    /// The first CSRC, 0 without one.
    pub csrc: u32,
    /// Bytes before the payload.
    pub len: usize,
    /// Where the extensions' elements are.
    extensions: (usize, usize),
}

impl Header {
    /// `None` when it is cut off or not RTP version 2.
    #[inline]
    pub fn parse(packet: &[u8]) -> Option<Self> {
        let fixed = packet.first_chunk::<FIXED_LEN>()?;
        if fixed[0] >> 6 != 2 {
            return None;
        }
        let csrc_count = fixed[0] & 15;
        let mut len = FIXED_LEN + 4 * usize::from(csrc_count);
        let csrc = if csrc_count == 0 { 0 } else { u32_at(packet, FIXED_LEN)? };
        let mut extensions = (0, 0);
        if fixed[0] & 0x10 != 0 {
            let head = packet.get(len..len + 4)?;
            let bytes = 4 * usize::from(u16::from_be_bytes([head[2], head[3]]));
            if u16::from_be_bytes([head[0], head[1]]) == ONE_BYTE_PROFILE {
                extensions = (len + 4, len + 4 + bytes);
            }
            len += 4 + bytes;
        }
        if len > packet.len() {
            return None;
        }
        Some(Self {
            has_padding: fixed[0] & 0x20 != 0,
            is_marked: fixed[1] & 0x80 != 0,
            payload_type: fixed[1] & 0x7F,
            sequence: u16::from_be_bytes([fixed[2], fixed[3]]),
            timestamp: u32::from_be_bytes([fixed[4], fixed[5], fixed[6], fixed[7]]),
            ssrc: u32::from_be_bytes([fixed[8], fixed[9], fixed[10], fixed[11]]),
            csrc_count,
            csrc,
            len,
            extensions,
        })
    }

    /// The value of the extension with this id; id 0 is nobody's.
    #[inline]
    pub fn extension<'a>(&self, packet: &'a [u8], id: u8) -> Option<&'a [u8]> {
        let mut rest = packet.get(self.extensions.0..self.extensions.1)?;
        while let Some((&head, tail)) = rest.split_first() {
            if head == 0 {
                rest = tail;
                continue;
            }
            let (found, len) = (head >> 4, usize::from(head & 15) + 1);
            if found == 15 {
                return None;
            }
            if found == id {
                return tail.get(..len);
            }
            rest = tail.get(len..)?;
        }
        None
    }

    /// The payload of an opened packet without its padding; `None` when the padding is impossible.
    pub fn payload<'a>(&self, packet: &'a [u8]) -> Option<&'a [u8]> {
        let payload = packet.get(self.len..)?;
        let padding = if self.has_padding { usize::from(*payload.last()?) } else { 0 };
        payload.get(..payload.len().checked_sub(padding)?)
    }
}

/// Writes a packet; extensions are pairs of id and value, those with id 0 are left out.
pub fn write(
    packet: &mut Vec<u8>,
    (payload_type, is_marked): (u8, bool),
    (sequence, timestamp, ssrc): (u16, u32, u32),
    extensions: &[(u8, &[u8])],
) -> usize {
    packet.clear();
    packet.extend_from_slice(&[0x80, payload_type | if is_marked { 0x80 } else { 0 }]);
    packet.extend_from_slice(&sequence.to_be_bytes());
    packet.extend_from_slice(&timestamp.to_be_bytes());
    packet.extend_from_slice(&ssrc.to_be_bytes());
    let known = extensions.iter().filter(|(id, value)| (1..15).contains(id) && (1..=16).contains(&value.len()));
    if known.clone().next().is_some() {
        packet[0] |= 0x10;
        packet.extend_from_slice(&ONE_BYTE_PROFILE.to_be_bytes());
        packet.extend_from_slice(&[0, 0]);
        for (id, value) in known {
            packet.push(id << 4 | (value.len() - 1) as u8);
            packet.extend_from_slice(value);
        }
        packet.resize(packet.len().next_multiple_of(4), 0);
        let words = ((packet.len() - FIXED_LEN - 4) / 4) as u16;
        packet[FIXED_LEN + 2..FIXED_LEN + 4].copy_from_slice(&words.to_be_bytes());
    }
    packet.len()
}

/// Follows a wrapping 16-bit number (RFC 3711 §3.3.1, appendix A): the nearest to the highest so far.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unwrapper {
    highest: Option<u64>,
}

impl Unwrapper {
    /// The unwrapped number; the first one stands in the first round.
    #[inline]
    pub fn unwrap(&mut self, number: u16) -> u64 {
        let Some(highest) = self.highest else {
            self.highest = Some(u64::from(number));
            return u64::from(number);
        };
        let ahead = number.wrapping_sub(highest as u16);
        if ahead < HALF {
            let unwrapped = highest + u64::from(ahead);
            self.highest = Some(unwrapped);
            return unwrapped;
        }
        // Before the first round there is nothing: such a number can only be ahead.
        highest.checked_sub(u64::from(ahead.wrapping_neg())).unwrap_or(highest + u64::from(ahead))
    }
}

/// The big-endian number at a place.
#[inline]
pub fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

/// The big-endian number at a place.
#[inline]
pub fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

/// Lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        let _ = write!(text, "{byte:02x}"); // Into a string: it cannot fail.
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let mut packet = Vec::new();
        let extensions: [(u8, &[u8]); 4] = [(4, b"mid"), (0, b"none"), (3, &[1, 2]), (15, b"x")];
        let len = write(&mut packet, (96, true), (65_535, 9, 7), &extensions);
        packet.extend_from_slice(b"payload");
        let header = Header::parse(&packet).unwrap();
        assert_eq!(
            (header.len, header.payload_type, header.is_marked, header.sequence, header.timestamp, header.ssrc),
            (len, 96, true, 65_535, 9, 7)
        );
        assert_eq!(header.extension(&packet, 4), Some(&b"mid"[..]));
        assert_eq!(header.extension(&packet, 3), Some(&[1, 2][..]));
        assert_eq!(header.extension(&packet, 5), None);
        assert_eq!(header.payload(&packet), Some(&b"payload"[..]));
        for cut in 0..len {
            assert_eq!(Header::parse(&packet[..cut]), None, "{cut}");
        }
    }

    #[test]
    fn csrc_and_padding_are_found() {
        let mut packet = Vec::new();
        write(&mut packet, (111, false), (1, 2, 3), &[]);
        packet[0] |= 0x21;
        packet.extend_from_slice(&77_u32.to_be_bytes());
        packet.extend_from_slice(&[5, 5, 0, 2]);
        let header = Header::parse(&packet).unwrap();
        assert_eq!((header.csrc_count, header.csrc), (1, 77));
        assert_eq!(header.payload(&packet), Some(&[5, 5][..]));
        *packet.last_mut().unwrap() = 9;
        assert_eq!(header.payload(&packet), None);
    }

    #[test]
    fn numbers_are_followed_over_wraps_and_backwards() {
        let mut unwrapper = Unwrapper::default();
        let given = [65_534, 65_535, 0, 65_533, 1, 40_000, 30_000];
        let expected = [65_534, 65_535, 65_536, 65_533, 65_537, 40_000, 30_000 + 65_536];
        // 40,000 is nearer behind 65,537 than ahead of it.
        assert_eq!(given.map(|number| unwrapper.unwrap(number)), expected);
    }
}
