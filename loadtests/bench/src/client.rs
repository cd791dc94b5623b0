//! One client: what it publishes, and how it looks at what arrives.

use vdx_relay::srtp::{Inbound, Outbound, SendGuard};
use vdx_relay::wire::rtcp::{Rtcp, RtcpPackets};
use vdx_relay::wire::rtp::RtpHeader;

use crate::delivered::Delivered;
use crate::scene::{OPUS, Stream, VP8_RTX, check_tail};

/// Send times that are remembered per stream: more than two seconds of it.
pub const REMEMBERED: usize = 4096;
/// Bits of a packet's number within its name; the rest is the stream's position.
pub const NUMBER_BITS: u32 = 40;

/// A frame of silence in Opus (RFC 6716 §3.1).
const SILENCE: [u8; 3] = [0xF8, 0xFF, 0xFE];

/// A published stream.
pub struct Publishing {
    /// Whose.
    pub participant: usize,
    /// What.
    pub stream: Stream,
    /// Its SSRC.
    pub ssrc: u32,
    /// Of its packets' numbers.
    pub guard: SendGuard,
    /// Number of the next packet.
    pub next: u64,
    /// When its next burst leaves.
    pub due_us: u64,
    /// A keyframe was asked for.
    pub wants_key: bool,
    /// When each of the last packets left, by number.
    pub sent_ns: Vec<u64>,
    /// Subscribers that get each packet; `None` when the server chooses.
    pub reach: Option<u64>,
}

/// A stream as it arrives.
struct Arriving {
    ssrc: u32,
    next_name: [u64; 2],
    highest: Option<u16>,
}

/// See the module.
pub struct Client {
    /// To the server.
    pub outbound: Outbound,
    /// From it; `None`: what arrives is counted only.
    inbound: Option<Inbound>,
    arriving: Vec<Arriving>,
    /// The server has answered its check.
    pub is_answered: bool,
}

impl Client {
    /// To whom nothing has come.
    pub fn new(outbound: Outbound, inbound: Option<Inbound>) -> Self {
        Self { outbound, inbound, arriving: Vec::new(), is_answered: false }
    }

    /// Compound RTCP came: the server may want a keyframe, as it does for a picture that was paused.
    pub fn on_reports(&mut self, bytes: &mut [u8], publishing: &mut [Publishing]) {
        let Some(len) = self.inbound.as_mut().and_then(|inbound| inbound.open_rtcp(bytes).ok()) else { return };
        for packet in RtcpPackets::new(&bytes[..len]).flatten() {
            if let Rtcp::PictureLoss(loss) = packet {
                for asked in publishing.iter_mut().filter(|it| it.ssrc == loss.media_ssrc) {
                    asked.wants_key = true;
                }
            }
        }
    }

    /// A sealed RTP packet came.
    pub fn on_packet(&mut self, bytes: &mut [u8], at_ns: u64, publishing: &[Publishing], delivered: &mut Delivered) {
        let is_again = bytes[1] & 0x7F == VP8_RTX;
        let Some(inbound) = &mut self.inbound else { return };
        let Ok(header) = RtpHeader::parse(bytes) else {
            delivered.bad += 1;
            return;
        };
        let opened = inbound.open_rtp(bytes);
        if opened.is_ok_and(|opened| header.payload_type == OPUS && bytes[opened.header_len..opened.len] == SILENCE) {
            // How the server ends a voice: authentic, and nothing of the publisher's.
            delivered.packets -= 1;
            return;
        }
        let name = opened.ok().and_then(|opened| check_tail(without_padding(&bytes[..opened.len])));
        if is_again && opened.is_ok() && name.is_none() {
            // Padding that probes the way: authentic, and nothing of the publisher's.
            delivered.packets -= 1;
            delivered.again -= 1;
            return;
        }
        let Some(name) = name else {
            delivered.bad += 1;
            return;
        };
        delivered.verified += 1;
        if is_again {
            return;
        }
        let found = self.arriving.iter().position(|arriving| arriving.ssrc == header.ssrc);
        let found = found.unwrap_or_else(|| {
            self.arriving.push(Arriving { ssrc: header.ssrc, next_name: [0; 2], highest: None });
            self.arriving.len() - 1
        });
        let arriving = &mut self.arriving[found];
        // A slot may change its source, but within a source and in its own numbers nothing goes back.
        let (stream, number) = (name >> NUMBER_BITS, name & ((1 << NUMBER_BITS) - 1));
        let goes_back = arriving.next_name[0] == stream && number < arriving.next_name[1];
        let step = header.sequence.wrapping_sub(arriving.highest.unwrap_or(header.sequence.wrapping_sub(1)));
        arriving.next_name = [stream, number + 1];
        arriving.highest = Some(header.sequence);
        if goes_back || step == 0 || step > 0x7FFF {
            delivered.bad += 1;
        }
        if at_ns > 0 {
            let sent = publishing.get(stream as usize).map(|it| it.sent_ns[number as usize % REMEMBERED]);
            delivered.latencies_ns.push(at_ns.saturating_sub(sent.unwrap_or(at_ns)) as u32);
        }
    }
}

/// Of an opened RTP packet (RFC 3550 §5.1).
fn without_padding(packet: &[u8]) -> &[u8] {
    let (Some(first), Some(padding)) = (packet.first(), packet.last()) else { return packet };
    let padding = if first & 0x20 == 0 { 0 } else { usize::from(*padding) };
    packet.get(..packet.len().saturating_sub(padding)).unwrap_or_default()
}
