//! Writing RTCP packets; each answers its length in bytes, or `None` when it does not fit.
//!
//! A compound datagram is made by writing one after another into the rest of the buffer. No packet is padded.

use super::report::{ReportBlock, SenderInfo};
use super::{format, packet_type};
use crate::wire::bytes::Writer;

/// The five bits of count end here.
const MAX_COUNT: usize = 31;
/// REMB's mantissa has 18 bits.
const MANTISSA_BITS: u32 = 18;

/// Writes an SR with at most 31 report blocks.
pub fn write_sender_report(out: &mut [u8], ssrc: u32, info: &SenderInfo, blocks: &[ReportBlock]) -> Option<usize> {
    let mut writer = begin(out, packet_type::SENDER_REPORT, blocks.len())?;
    writer.put_u32(ssrc);
    writer.put_u64(info.ntp.0);
    writer.put_u32(info.rtp_timestamp);
    writer.put_u32(info.packet_count);
    writer.put_u32(info.octet_count);
    put_blocks(&mut writer, blocks);
    finish(writer)
}

/// Writes an RR with at most 31 report blocks; without any it is the empty RR that begins a compound datagram.
pub fn write_receiver_report(out: &mut [u8], ssrc: u32, blocks: &[ReportBlock]) -> Option<usize> {
    let mut writer = begin(out, packet_type::RECEIVER_REPORT, blocks.len())?;
    writer.put_u32(ssrc);
    put_blocks(&mut writer, blocks);
    finish(writer)
}

/// Writes an SDES with the CNAME (at most 255 bytes) of one stream.
pub fn write_source_description(out: &mut [u8], ssrc: u32, cname: &str) -> Option<usize> {
    let len = u8::try_from(cname.len()).ok()?;
    let mut writer = begin(out, packet_type::SOURCE_DESCRIPTION, 1)?;
    writer.put_u32(ssrc);
    writer.put(&[1, len]);
    writer.put(cname.as_bytes());
    writer.put_u8(0);
    writer.pad_to_word();
    finish(writer)
}

/// Writes a BYE for at most 31 streams, without a reason.
pub fn write_goodbye(out: &mut [u8], ssrcs: &[u32]) -> Option<usize> {
    let mut writer = begin(out, packet_type::GOODBYE, ssrcs.len())?;
    for ssrc in ssrcs {
        writer.put_u32(*ssrc);
    }
    finish(writer)
}

/// Writes a NACK. `sequences` are in order (wrapping); up to 17 of them within 17 numbers share one word. `None` also
/// when there are none.
pub fn write_nack(out: &mut [u8], sender_ssrc: u32, media_ssrc: u32, sequences: &[u16]) -> Option<usize> {
    let (&first, rest) = sequences.split_first()?;
    let mut writer = begin(out, packet_type::TRANSPORT_FEEDBACK, format::NACK.into())?;
    writer.put_u32(sender_ssrc);
    writer.put_u32(media_ssrc);
    let (mut lead, mut following) = (first, 0_u16);
    for &sequence in rest {
        match sequence.wrapping_sub(lead) {
            0 => {}
            ahead @ 1..=16 => following |= 1 << (ahead - 1),
            _ => {
                writer.put_u16(lead);
                writer.put_u16(following);
                (lead, following) = (sequence, 0);
            }
        }
    }
    writer.put_u16(lead);
    writer.put_u16(following);
    finish(writer)
}

/// Writes a PLI, 12 bytes.
pub fn write_picture_loss(out: &mut [u8], sender_ssrc: u32, media_ssrc: u32) -> Option<usize> {
    let mut writer = begin(out, packet_type::PAYLOAD_FEEDBACK, format::PICTURE_LOSS.into())?;
    writer.put_u32(sender_ssrc);
    writer.put_u32(media_ssrc);
    finish(writer)
}

/// Writes a FIR for one stream, 20 bytes; `sequence` goes up by one with each new request.
pub fn write_full_intra_request(out: &mut [u8], sender_ssrc: u32, media_ssrc: u32, sequence: u8) -> Option<usize> {
    let mut writer = begin(out, packet_type::PAYLOAD_FEEDBACK, format::FULL_INTRA_REQUEST.into())?;
    writer.put_u32(sender_ssrc);
    writer.put_u32(0);
    writer.put_u32(media_ssrc);
    writer.put(&[sequence, 0, 0, 0]);
    finish(writer)
}

/// Writes a REMB for at most 255 streams. The bitrate is rounded down to 18 significant bits.
pub fn write_remb(out: &mut [u8], sender_ssrc: u32, bitrate_bps: u64, ssrcs: &[u32]) -> Option<usize> {
    let count = u8::try_from(ssrcs.len()).ok()?;
    let mut writer = begin(out, packet_type::PAYLOAD_FEEDBACK, format::APPLICATION.into())?;
    writer.put_u32(sender_ssrc);
    writer.put_u32(0);
    writer.put(b"REMB");
    let exponent = (u64::BITS - bitrate_bps.leading_zeros()).saturating_sub(MANTISSA_BITS);
    writer.put_u8(count);
    writer.put_u24(exponent << MANTISSA_BITS | (bitrate_bps >> exponent) as u32);
    for ssrc in ssrcs {
        writer.put_u32(*ssrc);
    }
    finish(writer)
}

fn put_blocks(writer: &mut Writer<'_>, blocks: &[ReportBlock]) {
    for block in blocks {
        writer.put_u32(block.ssrc);
        writer.put_u8(block.fraction_lost);
        writer.put_u24(block.cumulative_lost.clamp(-0x80_0000, 0x7F_FFFF) as u32);
        writer.put_u32(block.highest_sequence);
        writer.put_u32(block.jitter);
        writer.put_u32(block.last_sender_report);
        writer.put_u32(block.delay_since_last);
    }
}

/// The header with its length left open.
fn begin(out: &mut [u8], packet_type: u8, count: usize) -> Option<Writer<'_>> {
    let mut writer = Writer::new(out);
    let count = u8::try_from(count).ok().filter(|count| usize::from(*count) <= MAX_COUNT)?;
    writer.put(&[0x80 | count, packet_type, 0, 0]);
    Some(writer)
}

fn finish(mut writer: Writer<'_>) -> Option<usize> {
    let words = u16::try_from((writer.len() / 4).checked_sub(1)?).ok()?;
    writer.patch_u16(2, words);
    writer.finish()
}
