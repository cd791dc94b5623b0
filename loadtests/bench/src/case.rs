//! What is sent: the cases, and their packets.

use vdx_relay::srtp::Profile;

/// The room has one publisher and this many subscribers.
pub const SUBSCRIBERS: usize = 50;

/// Header extension ids, the same for all peers (as Chromium numbers them is of no matter here).
pub const MID: u8 = 1;
/// RFC 6464.
pub const AUDIO_LEVEL: u8 = 2;
/// Transport-wide congestion control.
pub const TRANSPORT_CC: u8 = 3;
/// Absolute send time.
pub const ABS_SEND_TIME: u8 = 4;

/// Payload types.
pub const OPUS: u8 = 111;
/// See [`OPUS`].
pub const VP8: u8 = 96;

/// Of the packets that the publisher sends.
pub const PUBLISHER_SSRC: u32 = 0x0101_0101;

/// What one run measures.
#[derive(Debug, Clone, Copy)]
pub struct Case {
    /// For the table.
    pub name: &'static str,
    /// Of all peers.
    pub profile: Profile,
    /// Sound or picture.
    pub is_audio: bool,
    /// Sent back to back.
    pub packets_per_frame: usize,
    /// Bytes of a plain packet as published, RTP header included.
    pub packet_len: usize,
}

/// Video as a 3 Mbit/s camera has it, audio as Opus has it; both profiles.
pub const CASES: [Case; 4] = [
    video("video GCM", Profile::AeadAes128Gcm),
    audio("audio GCM", Profile::AeadAes128Gcm),
    video("video CM", Profile::Aes128CmSha1_80),
    audio("audio CM", Profile::Aes128CmSha1_80),
];

const fn video(name: &'static str, profile: Profile) -> Case {
    Case { name, profile, is_audio: false, packets_per_frame: 10, packet_len: 1200 }
}

const fn audio(name: &'static str, profile: Profile) -> Case {
    Case { name, profile, is_audio: true, packets_per_frame: 1, packet_len: 120 }
}

/// Bytes at the end of every packet that must arrive unchanged: the packet's number, and a pattern made of it.
pub const TAIL_LEN: usize = 64;

/// Fixed header, extension head and 12 bytes of elements.
pub const HEADER_LEN: usize = 12 + 4 + 12;

impl Case {
    /// The plain packet with this number (from 0), whose frame is a keyframe when `is_key`.
    pub fn packet(&self, number: u64, is_key: bool) -> Vec<u8> {
        let frame = number / self.packets_per_frame as u64;
        let place = (number % self.packets_per_frame as u64) as usize;
        let is_last = place + 1 == self.packets_per_frame;
        let payload_type = if self.is_audio { OPUS } else { VP8 };
        let clock_per_frame = if self.is_audio { 960 } else { 3000 };
        let mut packet = Vec::with_capacity(self.packet_len);
        packet.extend([0x90, u8::from(is_last && !self.is_audio) << 7 | payload_type]);
        packet.extend((number as u16).to_be_bytes());
        packet.extend((frame as u32).wrapping_mul(clock_per_frame).to_be_bytes());
        packet.extend(PUBLISHER_SSRC.to_be_bytes());
        packet.extend([0xBE, 0xDE, 0, 3]);
        packet.extend([MID << 4, b'0']);
        packet.extend([ABS_SEND_TIME << 4 | 2, 1, 2, 3]);
        let sequence = (number as u16).to_be_bytes();
        packet.extend([TRANSPORT_CC << 4 | 1, sequence[0], sequence[1]]);
        // Voice at -10 dBov; ignored on video.
        packet.extend([AUDIO_LEVEL << 4, 0x80 | 0x0A, 0]);
        debug_assert_eq!(packet.len(), HEADER_LEN);
        if !self.is_audio {
            let picture_id = (frame as u16 & 0x7FFF | 0x8000).to_be_bytes();
            packet.extend([0x80 | u8::from(place == 0) << 4, 0xE0, picture_id[0], picture_id[1], frame as u8, 0]);
            // The VP8 frame header of a shown frame (RFC 6386 §9.1), and of a keyframe 640 x 360.
            packet.extend([0x10 | u8::from(!is_key), 0, 0, 0x9D, 0x01, 0x2A, 0x80, 0x02, 0x68, 0x01]);
        }
        packet.resize(self.packet_len - TAIL_LEN, 0x5A);
        packet.extend(tail(number));
        packet
    }
}

/// The end of packet `number`.
pub fn tail(number: u64) -> [u8; TAIL_LEN] {
    let mut tail = [0; TAIL_LEN];
    tail[..8].copy_from_slice(&number.to_be_bytes());
    for (place, byte) in tail[8..].iter_mut().enumerate() {
        *byte = (number.wrapping_mul(31) >> (place % 8)) as u8 ^ place as u8;
    }
    tail
}

/// The number of the packet that ends with these bytes, if they are whole.
pub fn check_tail(packet: &[u8]) -> Option<u64> {
    let (_, found) = packet.split_last_chunk::<TAIL_LEN>()?;
    let number = u64::from_be_bytes(*found.first_chunk()?);
    (*found == tail(number)).then_some(number)
}

/// Master key and salt of a peer, to (`true`) or from the server; from nothing secret.
pub fn master(profile: Profile, peer: usize, to_server: bool) -> Vec<u8> {
    (0..profile.master_len()).map(|at| (at * 7 + peer * 13 + usize::from(to_server)) as u8).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use vdx_relay::wire::rtp::RtpView;
    use vdx_relay::wire::vp8::Descriptor;

    #[test]
    fn packet_is_what_a_browser_would_send() {
        for case in CASES {
            for number in [0, 9, 10, 70_000] {
                let packet = case.packet(number, true);
                assert_eq!(packet.len(), case.packet_len);
                let view = RtpView::parse(&packet).unwrap();
                assert_eq!(view.payload().len(), case.packet_len - HEADER_LEN);
                let place = number as usize % case.packets_per_frame;
                let descriptor = Descriptor::parse(view.payload()).filter(|_| !case.is_audio);
                let starts = descriptor.map(|descriptor| (descriptor.is_partition_start, descriptor.len));
                assert_eq!(starts, (!case.is_audio).then_some((place == 0, 6)), "{} {number}", case.name);
            }
        }
    }

    #[test]
    fn check_tail_finds_the_number_of_a_whole_packet_only() {
        let mut packet = CASES[0].packet(1234, false);
        assert_eq!(check_tail(&packet), Some(1234));
        packet[1190] ^= 1;
        assert_eq!(check_tail(&packet), None);
        assert_eq!(check_tail(&[0; 10]), None);
    }
}
