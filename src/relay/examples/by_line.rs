//! The relay's SRTP and parsers for tests in another language: a question in each line, its answer in one.
//!
//! ```text
//! keys PROFILE MASTER      both directions begin anew with this master key and salt; "ok"
//! seal INDEX PACKET        RTP, sealed under this index       open PACKET        "INDEX PACKET"
//! seal-rtcp PACKET         sealed                             open-rtcp PACKET   opened
//! rtp PACKET               what is told of it, as JSON        rtcp PACKET        likewise, of each packet in it
//! ```
//! Bytes are hexadecimal, `-` is none; what is refused is answered with `error`.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::{BufRead, Write, stdin, stdout};

use vdx_relay::srtp::{Inbound, Outbound, Profile, SendGuard};
use vdx_relay::wire::rtcp::{ReportBlock, Rtcp, RtcpPackets};
use vdx_relay::wire::rtp::{RtpHeader, RtpView};

/// More than any profile adds.
const MAX_OVERHEAD: usize = 32;

/// What `keys` made.
struct Association {
    outbound: Outbound,
    inbound: Inbound,
    guards: HashMap<u32, SendGuard>,
}

impl Association {
    fn new(profile: &str, master: &[u8]) -> Option<Self> {
        let profile = Profile::from_number(profile.parse().ok()?)?;
        let (outbound, inbound) = (Outbound::new(profile, master).ok()?, Inbound::new(profile, master).ok()?);
        Some(Self { outbound, inbound, guards: HashMap::new() })
    }

    /// As the forwarder does it: header, and the payload from two places.
    fn seal(&mut self, index: u64, packet: &[u8]) -> Option<Vec<u8>> {
        let header = RtpHeader::parse(packet).ok()?;
        let guard = self.guards.entry(header.ssrc).or_insert_with(|| SendGuard::new(header.ssrc));
        let claim = guard.claim(index).ok()?;
        let (head, payload) = packet.split_at_checked(header.len)?;
        let (front, back) = payload.split_at(payload.len() / 3);
        let mut out = vec![0; packet.len() + MAX_OVERHEAD];
        let len = self.outbound.seal_from(head, front, back, &mut out, claim).ok()?;
        out.truncate(len);
        Some(out)
    }

    fn open(&mut self, mut packet: Vec<u8>) -> Option<String> {
        let opened = self.inbound.open_rtp(&mut packet).ok()?;
        Some(format!("{} {}", opened.index, hex(packet.get(..opened.len)?)))
    }

    fn seal_rtcp(&mut self, mut packet: Vec<u8>) -> Option<Vec<u8>> {
        let len = packet.len();
        packet.resize(len + MAX_OVERHEAD, 0);
        let end = self.outbound.seal_rtcp(&mut packet, len).ok()?;
        packet.truncate(end);
        Some(packet)
    }

    fn open_rtcp(&mut self, mut packet: Vec<u8>) -> Option<Vec<u8>> {
        let len = self.inbound.open_rtcp(&mut packet).ok()?;
        packet.truncate(len);
        Some(packet)
    }
}

fn rtp(packet: &[u8]) -> Option<String> {
    let view = RtpView::parse(packet).ok()?;
    let header = &view.header;
    let csrcs: Vec<u32> = view.csrcs().collect();
    let extensions: Vec<String> = view.extensions().map(|it| format!("[{},\"{}\"]", it.id, hex(it.data))).collect();
    Some(format!(
        "[{},{},{},{},{},{csrcs:?},[{}],\"{}\",{}]",
        u8::from(header.is_marked),
        header.payload_type,
        header.sequence,
        header.timestamp,
        header.ssrc,
        extensions.join(","),
        hex(view.payload()),
        view.padding_len(),
    ))
}

fn blocks(blocks: impl Iterator<Item = ReportBlock>) -> String {
    let block = |it: ReportBlock| {
        let ReportBlock { ssrc, fraction_lost, cumulative_lost, highest_sequence, jitter, .. } = it;
        let (last, delay) = (it.last_sender_report, it.delay_since_last);
        format!("[{ssrc},{fraction_lost},{cumulative_lost},{highest_sequence},{jitter},{last},{delay}]")
    };
    blocks.map(block).collect::<Vec<_>>().join(",")
}

fn rtcp(packet: &[u8]) -> Option<String> {
    let mut told = Vec::new();
    for one in RtcpPackets::new(packet) {
        told.push(match one.ok()? {
            Rtcp::SenderReport(it) => format!(
                "[\"sr\",{},{},{},{},{},[{}]]",
                it.ssrc,
                it.info.ntp.0,
                it.info.rtp_timestamp,
                it.info.packet_count,
                it.info.octet_count,
                blocks(it.blocks())
            ),
            Rtcp::ReceiverReport(it) => format!("[\"rr\",{},[{}]]", it.ssrc, blocks(it.blocks())),
            Rtcp::SourceDescription(it) => {
                let names: Vec<String> =
                    it.cnames().map(|(ssrc, name)| format!("[{ssrc},\"{}\"]", hex(name))).collect();
                format!("[\"sdes\",[{}]]", names.join(","))
            }
            Rtcp::Goodbye(it) => format!("[\"bye\",{:?}]", it.ssrcs().collect::<Vec<_>>()),
            Rtcp::Nack(it) => {
                format!("[\"nack\",{},{},{:?}]", it.sender_ssrc, it.media_ssrc, it.sequences().collect::<Vec<_>>())
            }
            Rtcp::PictureLoss(it) => format!("[\"pli\",{},{}]", it.sender_ssrc, it.media_ssrc),
            Rtcp::FullIntraRequest(it) => {
                let entries: Vec<String> = it.entries().map(|it| format!("[{},{}]", it.ssrc, it.sequence)).collect();
                format!("[\"fir\",{},[{}]]", it.sender_ssrc, entries.join(","))
            }
            Rtcp::Remb(it) => {
                format!("[\"remb\",{},{},{:?}]", it.sender_ssrc, it.bitrate_bps, it.ssrcs().collect::<Vec<_>>())
            }
            Rtcp::TransportFeedback(_) => "[\"twcc\"]".to_owned(),
            Rtcp::Unknown { packet_type, format } => format!("[\"unknown\",{packet_type},{format}]"),
        });
    }
    Some(format!("[{}]", told.join(",")))
}

fn answer(association: &mut Option<Association>, line: &str) -> Option<String> {
    let words: Vec<&str> = line.split(' ').collect();
    match words[..] {
        ["keys", profile, master] => {
            *association = Association::new(profile, &unhex(master)?);
            association.as_ref().map(|_| "ok".to_owned())
        }
        ["seal", index, packet] => association.as_mut()?.seal(index.parse().ok()?, &unhex(packet)?).map(|it| hex(&it)),
        ["open", packet] => association.as_mut()?.open(unhex(packet)?),
        ["seal-rtcp", packet] => association.as_mut()?.seal_rtcp(unhex(packet)?).map(|it| hex(&it)),
        ["open-rtcp", packet] => association.as_mut()?.open_rtcp(unhex(packet)?).map(|it| hex(&it)),
        ["rtp", packet] => rtp(&unhex(packet)?),
        ["rtcp", packet] => rtcp(&unhex(packet)?),
        _ => None,
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let text = if text == "-" { "" } else { text };
    let pair = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    text.as_bytes().chunks(2).map(pair).collect()
}

fn main() -> std::io::Result<()> {
    let mut association = None;
    for line in stdin().lock().lines() {
        let told = answer(&mut association, &line?).unwrap_or_else(|| "error".to_owned());
        writeln!(stdout(), "{told}")?;
    }
    Ok(())
}
