//! RTCP: walk a compound or reduced-size datagram, and write the packets that the relay sends.
//!
//! ```text
//!  0                   1                   2                   3
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |V=2|P| RC/FMT  |      PT       |       length in words - 1     |
//! |                        SSRC of the sender                     |
//! |                        body ...                               |
//! ```
//! RFC 3550 §6, RFC 4585 §6, RFC 5104 §4.3.1, RFC 5506 (any order, no SR or RR needed), draft-alvestrand-rmcat-remb-03,
//! draft-holmer-rmcat-transport-wide-cc-extensions-01.

mod feedback;
mod ntp;
mod report;
mod transport;
mod transport_write;
mod write;

pub use feedback::{FirEntry, FullIntraRequest, Nack, PictureLoss, Remb};
pub use ntp::{NtpTime, compact_from_us, compact_to_us, round_trip_us};
pub use report::{Goodbye, ReceiverReport, ReportBlock, SenderInfo, SenderReport, SourceDescription};
pub use transport::{MAX_STATUS_COUNT, PacketStatus, Statuses, TransportFeedback};
pub use transport_write::{FeedbackHead, FeedbackWritten, write_transport_feedback};
pub use write::{
    write_full_intra_request, write_goodbye, write_nack, write_picture_loss, write_receiver_report, write_remb,
    write_sender_report, write_source_description,
};

use super::bytes::u16_at;

/// Packet types (RFC 3550 §12.1, RFC 4585 §9).
mod packet_type {
    pub const SENDER_REPORT: u8 = 200;
    pub const RECEIVER_REPORT: u8 = 201;
    pub const SOURCE_DESCRIPTION: u8 = 202;
    pub const GOODBYE: u8 = 203;
    pub const TRANSPORT_FEEDBACK: u8 = 205;
    pub const PAYLOAD_FEEDBACK: u8 = 206;
}

/// Feedback message types: 205 / FMT and 206 / FMT.
mod format {
    pub const NACK: u8 = 1;
    pub const TRANSPORT_CC: u8 = 15;
    pub const PICTURE_LOSS: u8 = 1;
    pub const FULL_INTRA_REQUEST: u8 = 4;
    pub const APPLICATION: u8 = 15;
}

/// The datagram is broken from here on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RtcpMalformed;

/// One packet of a datagram.
#[derive(Debug, Clone)]
pub enum Rtcp<'a> {
    /// SR.
    SenderReport(SenderReport<'a>),
    /// RR.
    ReceiverReport(ReceiverReport<'a>),
    /// SDES.
    SourceDescription(SourceDescription<'a>),
    /// BYE.
    Goodbye(Goodbye<'a>),
    /// Generic NACK.
    Nack(Nack<'a>),
    /// PLI.
    PictureLoss(PictureLoss),
    /// FIR.
    FullIntraRequest(FullIntraRequest<'a>),
    /// Receiver estimated maximum bitrate.
    Remb(Remb<'a>),
    /// Transport-wide congestion control feedback.
    TransportFeedback(TransportFeedback<'a>),
    /// Well-formed and of no use to us (APP, XR, TMMBR ...).
    Unknown {
        /// 192..=223 when it came through [`super::DatagramKind`].
        packet_type: u8,
        /// The five bits of count or FMT.
        format: u8,
    },
}

/// Walks the packets of an opened datagram. A packet with a broken body is an error, and the walk goes on behind it;
/// after a broken header it ends, because nobody knows where the next packet begins.
#[derive(Debug, Clone)]
pub struct RtcpPackets<'a> {
    rest: &'a [u8],
}

impl<'a> RtcpPackets<'a> {
    /// Of a whole datagram after SRTCP was taken off.
    #[inline]
    pub fn new(datagram: &'a [u8]) -> Self {
        Self { rest: datagram }
    }
}

impl<'a> Iterator for RtcpPackets<'a> {
    type Item = Result<Rtcp<'a>, RtcpMalformed>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let Some((packet, rest)) = split_packet(self.rest) else {
            self.rest = &[];
            return Some(Err(RtcpMalformed));
        };
        self.rest = rest;
        Some(parse_packet(packet).ok_or(RtcpMalformed))
    }
}

/// One packet with its header, and what follows it.
fn split_packet(datagram: &[u8]) -> Option<(&[u8], &[u8])> {
    (datagram.first()? >> 6 == 2).then_some(())?;
    datagram.split_at_checked((usize::from(u16_at(datagram, 2)?) + 1) * 4)
}

fn parse_packet(packet: &[u8]) -> Option<Rtcp<'_>> {
    let (&[first, packet_type, ..], mut body) = packet.split_first_chunk::<4>()?;
    if first & 0x20 != 0 {
        // RFC 3550 §6.4.1 wants whole words, and padding on the last packet only; libwebrtc fills up its transport
        // feedback with 1..=3 bytes that it calls padding, so any number on any packet is taken.
        let padding = usize::from(*body.last()?);
        if padding == 0 {
            return None;
        }
        body = body.get(..body.len().checked_sub(padding)?)?;
    }
    parse_body(packet_type, first & 0x1F, body)
}

fn parse_body(packet_type: u8, count: u8, body: &[u8]) -> Option<Rtcp<'_>> {
    Some(match (packet_type, count) {
        (packet_type::SENDER_REPORT, _) => Rtcp::SenderReport(SenderReport::parse(count, body)?),
        (packet_type::RECEIVER_REPORT, _) => Rtcp::ReceiverReport(ReceiverReport::parse(count, body)?),
        (packet_type::SOURCE_DESCRIPTION, _) => Rtcp::SourceDescription(SourceDescription::parse(count, body)?),
        (packet_type::GOODBYE, _) => Rtcp::Goodbye(Goodbye::parse(count, body)?),
        (packet_type::TRANSPORT_FEEDBACK, format::NACK) => Rtcp::Nack(Nack::parse(body)?),
        (packet_type::TRANSPORT_FEEDBACK, format::TRANSPORT_CC) => {
            Rtcp::TransportFeedback(TransportFeedback::parse(body)?)
        }
        (packet_type::PAYLOAD_FEEDBACK, format::PICTURE_LOSS) => Rtcp::PictureLoss(PictureLoss::parse(body)?),
        (packet_type::PAYLOAD_FEEDBACK, format::FULL_INTRA_REQUEST) => {
            Rtcp::FullIntraRequest(FullIntraRequest::parse(body)?)
        }
        (packet_type::PAYLOAD_FEEDBACK, format::APPLICATION) if body.get(8..12) == Some(b"REMB") => {
            Rtcp::Remb(Remb::parse(body)?)
        }
        _ => Rtcp::Unknown { packet_type, format: count },
    })
}

#[cfg(test)]
mod tests;
