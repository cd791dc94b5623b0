//! RTCP as a client writes and reads it: reports (RFC 3550 §6.4), NACK, PLI (RFC 4585), FIR (RFC 5104), and transport-wide
//! feedback (draft-holmer-rmcat-transport-wide-cc-extensions-01).
//!
//! What is left out: SDES but for the CNAME, BYE, REMB, extended reports.

use crate::rtp::{u16_at, u32_at};

const SENDER_REPORT: u8 = 200;
const RECEIVER_REPORT: u8 = 201;
const SOURCE_DESCRIPTION: u8 = 202;
const TRANSPORT_FEEDBACK: u8 = 205;
const PAYLOAD_FEEDBACK: u8 = 206;
const FMT_NACK: u8 = 1;
const FMT_TRANSPORT_WIDE: u8 = 15;
const FMT_PLI: u8 = 1;
const FMT_FIR: u8 = 4;
/// Most report blocks in one packet: five bits.
pub const MAX_BLOCKS: usize = 31;
/// Statuses in one transport-wide feedback: fits a datagram with two bytes of delta each.
pub const MAX_STATUSES: usize = 400;
/// Unix time 0 in NTP seconds.
const NTP_EPOCH_S: u64 = 2_208_988_800;

/// How one stream arrived (RFC 3550 §6.4.1).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Block {
    /// The stream.
    pub ssrc: u32,
    /// Since the last report, of 256.
    pub fraction_lost: u8,
    /// 24 bits.
    pub lost: u32,
    /// Rounds and sequence number.
    pub highest: u32,
    /// In the codec's clock.
    pub jitter: u32,
    /// The middle of the last sender report's NTP time.
    pub last_report: u32,
    /// Since then, in 1/65536 s.
    pub delay: u32,
}

/// What a packet from the server means for us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Received {
    /// Of one of our slots: the middle of its NTP time.
    SenderReport {
        /// The stream.
        ssrc: u32,
        /// For the report blocks.
        middle: u32,
    },
    /// The stream that is to begin anew: PLI or FIR.
    Keyframe {
        /// The stream.
        ssrc: u32,
    },
    /// One packet that is to be sent again.
    Nack {
        /// The stream.
        ssrc: u32,
        /// Its number.
        sequence: u16,
    },
    /// Transport-wide feedback on what we sent.
    TransportFeedback,
    /// Anything else.
    Other,
}

/// Reads an opened compound packet; answers `false` when it is malformed.
pub fn read(mut compound: &[u8], mut on: impl FnMut(Received)) -> bool {
    while !compound.is_empty() {
        if read_one(&mut compound, &mut on).is_none() {
            return false;
        }
    }
    true
}

fn read_one(compound: &mut &[u8], on: &mut impl FnMut(Received)) -> Option<()> {
    let (first, kind) = (*compound.first()?, *compound.get(1)?);
    let len = 4 * (usize::from(u16_at(compound, 2)?) + 1);
    if first >> 6 != 2 {
        return None;
    }
    let packet = compound.get(..len)?;
    *compound = &compound[len..];
    match (kind, first & 31) {
        (SENDER_REPORT, _) => on(Received::SenderReport { ssrc: u32_at(packet, 4)?, middle: u32_at(packet, 10)? }),
        (PAYLOAD_FEEDBACK, FMT_PLI) => on(Received::Keyframe { ssrc: u32_at(packet, 8)? }),
        (PAYLOAD_FEEDBACK, FMT_FIR) => {
            for entry in packet.get(12..)?.chunks_exact(8) {
                on(Received::Keyframe { ssrc: u32_at(entry, 0)? });
            }
        }
        (TRANSPORT_FEEDBACK, FMT_NACK) => {
            let ssrc = u32_at(packet, 8)?;
            for entry in packet.get(12..)?.chunks_exact(4) {
                let (base, mask) = (u16_at(entry, 0)?, u16_at(entry, 2)?);
                on(Received::Nack { ssrc, sequence: base });
                for bit in (0..16).filter(|bit| mask >> bit & 1 == 1) {
                    on(Received::Nack { ssrc, sequence: base.wrapping_add(bit + 1) });
                }
            }
        }
        (TRANSPORT_FEEDBACK, FMT_TRANSPORT_WIDE) => on(Received::TransportFeedback),
        _ => on(Received::Other),
    }
    Some(())
}

/// Seconds since 1900 in the upper half.
pub fn ntp(unix_us: u64) -> u64 {
    let (seconds, rest) = (unix_us / 1_000_000, unix_us % 1_000_000);
    ((seconds + NTP_EPOCH_S) << 32) | ((rest << 32) / 1_000_000)
}

/// What a sender report says about a published stream.
#[derive(Debug, Clone, Copy)]
pub struct Sent {
    /// The stream.
    pub ssrc: u32,
    /// See [`ntp`].
    pub ntp: u64,
    /// The RTP time of the same moment.
    pub timestamp: u32,
    /// Since the start.
    pub packets: u32,
    /// Of payload.
    pub bytes: u32,
}

/// Appends a sender report without blocks.
pub fn push_sender_report(out: &mut Vec<u8>, sent: &Sent) {
    let at = begin(out, SENDER_REPORT, 0, sent.ssrc);
    out.extend_from_slice(&sent.ntp.to_be_bytes());
    for word in [sent.timestamp, sent.packets, sent.bytes] {
        out.extend_from_slice(&word.to_be_bytes());
    }
    end(out, at);
}

/// Appends a receiver report with at most [`MAX_BLOCKS`] of the blocks.
pub fn push_receiver_report(out: &mut Vec<u8>, sender: u32, blocks: &[Block]) {
    let blocks = &blocks[..blocks.len().min(MAX_BLOCKS)];
    let at = begin(out, RECEIVER_REPORT, blocks.len() as u8, sender);
    for block in blocks {
        let words = [
            block.ssrc,
            u32::from(block.fraction_lost) << 24 | block.lost & 0xFF_FFFF,
            block.highest,
            block.jitter,
            block.last_report,
            block.delay,
        ];
        for word in words {
            out.extend_from_slice(&word.to_be_bytes());
        }
    }
    end(out, at);
}

/// Appends an SDES packet with the CNAME, which every compound packet has (RFC 3550 §6.1).
pub fn push_cname(out: &mut Vec<u8>, ssrc: u32, cname: &str) {
    let name = &cname.as_bytes()[..cname.len().min(255)];
    let at = begin(out, SOURCE_DESCRIPTION, 1, ssrc);
    out.extend_from_slice(&[1, name.len() as u8]);
    out.extend_from_slice(name);
    out.push(0);
    out.resize(at + (out.len() - at).next_multiple_of(4), 0);
    end(out, at);
}

/// Appends a request for a keyframe.
pub fn push_picture_loss(out: &mut Vec<u8>, sender: u32, ssrc: u32) {
    let at = begin(out, PAYLOAD_FEEDBACK, FMT_PLI, sender);
    out.extend_from_slice(&ssrc.to_be_bytes());
    end(out, at);
}

/// Appends a request for lost packets, ascending.
pub fn push_nack(out: &mut Vec<u8>, sender: u32, ssrc: u32, sequences: &[u16]) {
    let at = begin(out, TRANSPORT_FEEDBACK, FMT_NACK, sender);
    out.extend_from_slice(&ssrc.to_be_bytes());
    let mut rest = sequences;
    while let Some((&base, more)) = rest.split_first() {
        let taken = more.iter().take_while(|number| (1..=16).contains(&number.wrapping_sub(base))).count();
        let mask = more[..taken].iter().fold(0_u16, |mask, number| mask | 1 << (number.wrapping_sub(base) - 1));
        out.extend_from_slice(&base.to_be_bytes());
        out.extend_from_slice(&mask.to_be_bytes());
        rest = &more[taken..];
    }
    end(out, at);
}

/// Appends transport-wide feedback: for each number from `base` when it came (microseconds, 0: lost). The reference time
/// counts 64 ms, the deltas 250 µs. Answers how many were taken; a delta that does not fit ends it early.
pub fn push_transport_feedback(
    out: &mut Vec<u8>,
    (sender, media): (u32, u32),
    base: u16,
    count: u8,
    arrivals_us: &[u64],
) -> usize {
    let Some(first_us) = arrivals_us.iter().copied().find(|arrival| *arrival != 0) else {
        return 0;
    };
    let reference = first_us / 64_000;
    let mut ticks = i64::try_from(reference * 256).unwrap_or(0);
    let mut symbols = Vec::with_capacity(arrivals_us.len().min(MAX_STATUSES));
    let mut deltas = Vec::with_capacity(2 * MAX_STATUSES);
    for arrival in arrivals_us.iter().take(MAX_STATUSES) {
        if *arrival == 0 {
            symbols.push(0_u16);
            continue;
        }
        let now = i64::try_from(arrival / 250).unwrap_or(0);
        let delta = now - ticks;
        if let Ok(small) = u8::try_from(delta) {
            symbols.push(1);
            deltas.push(small);
        } else if let Ok(large) = i16::try_from(delta) {
            symbols.push(2);
            deltas.extend_from_slice(&large.to_be_bytes());
        } else {
            break;
        }
        ticks = now;
    }
    let at = begin(out, TRANSPORT_FEEDBACK, FMT_TRANSPORT_WIDE, sender);
    out.extend_from_slice(&media.to_be_bytes());
    out.extend_from_slice(&base.to_be_bytes());
    out.extend_from_slice(&(symbols.len() as u16).to_be_bytes());
    out.extend_from_slice(&((reference as u32) << 8 | u32::from(count)).to_be_bytes());
    push_chunks(out, &symbols);
    out.extend_from_slice(&deltas);
    let unpadded = out.len() - at;
    out.resize(at + unpadded.next_multiple_of(4), 0);
    let padding = out.len() - at - unpadded;
    if padding > 0 {
        out[at] |= 0x20;
        if let Some(last) = out.last_mut() {
            *last = padding as u8;
        }
    }
    end(out, at);
    symbols.len()
}

/// Runs of the same symbol where they are long, vectors of seven otherwise.
fn push_chunks(out: &mut Vec<u8>, mut symbols: &[u16]) {
    while let Some(&symbol) = symbols.first() {
        let run = symbols.iter().take_while(|other| **other == symbol).count();
        let chunk = if run > 7 {
            symbol << 13 | run as u16
        } else {
            let vector = symbols.iter().take(7).enumerate();
            vector.fold(0xC000, |chunk, (at, symbol)| chunk | symbol << (12 - 2 * at))
        };
        out.extend_from_slice(&chunk.to_be_bytes());
        symbols = &symbols[if run > 7 { run } else { symbols.len().min(7) }..];
    }
}

fn begin(out: &mut Vec<u8>, kind: u8, count: u8, ssrc: u32) -> usize {
    let at = out.len();
    out.extend_from_slice(&[0x80 | count, kind, 0, 0]);
    out.extend_from_slice(&ssrc.to_be_bytes());
    at
}

fn end(out: &mut [u8], at: usize) {
    let words = ((out.len() - at) / 4 - 1) as u16;
    out[at + 2..at + 4].copy_from_slice(&words.to_be_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all(compound: &[u8]) -> Vec<Received> {
        let mut found = Vec::new();
        assert!(read(compound, |received| found.push(received)));
        found
    }

    #[test]
    fn compound_of_everything_is_read_again() {
        let mut out = Vec::new();
        let sent = Sent { ssrc: 5, ntp: 0x1111_2222_3333_4444, timestamp: 1, packets: 2, bytes: 3 };
        push_sender_report(&mut out, &sent);
        push_receiver_report(&mut out, 1, &[Block { ssrc: 8, ..Block::default() }]);
        push_cname(&mut out, 1, "someone");
        push_picture_loss(&mut out, 1, 6);
        push_nack(&mut out, 1, 7, &[65_535, 0, 15, 16, 100]);
        assert_eq!(push_transport_feedback(&mut out, (1, 2), 3, 4, &[64_000, 0, 64_250]), 3);
        let mut expected = vec![
            Received::SenderReport { ssrc: 5, middle: 0x2222_3333 },
            Received::Other,
            Received::Other,
            Received::Keyframe { ssrc: 6 },
        ];
        expected.extend([65_535, 0, 15, 16, 100].map(|sequence| Received::Nack { ssrc: 7, sequence }));
        expected.push(Received::TransportFeedback);
        assert_eq!(read_all(&out), expected);
    }

    #[test]
    fn malformed_packets_are_told_and_do_no_harm() {
        let mut out = Vec::new();
        push_nack(&mut out, 1, 7, &[1, 2, 3]);
        for len in 1..out.len() {
            assert!(!read(&out[..len], |_| {}), "{len}");
        }
        assert!(!read(&[0x81, 205, 0, 0], |_| {}));
    }

    /// Two-bit vectors and runs, by the draft's §3.1.3 and §3.1.4.
    #[test]
    fn transport_feedback_has_the_drafts_bytes() {
        let mut out = Vec::new();
        push_transport_feedback(&mut out, (1, 2), 0x1234, 9, &[128_250, 0, 128_000]);
        let expected = [
            0xAF,
            205,
            0,
            6,
            0,
            0,
            0,
            1,
            0,
            0,
            0,
            2,
            0x12,
            0x34,
            0,
            3,
            0,
            0,
            2,
            9,
            0b1101_0010,
            0,
            1,
            0xFF,
            0xFF,
            0,
            0,
            3,
        ];
        assert_eq!(out, expected);
        out.clear();
        push_transport_feedback(&mut out, (1, 2), 0, 0, &[64_000; 8]);
        assert_eq!(out[20..22], [0x20, 8]);
        assert_eq!(push_transport_feedback(&mut out, (1, 2), 0, 0, &[64_000, 64_000_000]), 1);
    }

    #[test]
    fn ntp_time_begins_in_1900() {
        assert_eq!(ntp(500_000), (NTP_EPOCH_S << 32) + (1 << 31));
    }
}
