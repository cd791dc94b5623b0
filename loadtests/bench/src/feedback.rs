//! What a browser sends back: transport feedback, receiver and sender reports, connectivity checks, and requests for
//! packets that were lost. One in a hundred pictures' packets is thrown away on arrival, so that there is something to
//! ask for.

use std::io;

use vdx_relay::congestion::Arrivals;
use vdx_relay::wire::extension::parse_transport_sequence;
use vdx_relay::wire::rtcp::{NtpTime, ReportBlock, SenderInfo, write_nack, write_receiver_report, write_sender_report};
use vdx_relay::wire::rtp::RtpHeader;

use crate::scene::{EXTENSIONS, Scene, Stream, VP8_RTX, check};

/// Thrown away: one packet in so many.
const DROP_ONE_IN: u64 = 100;
/// A request leaves so long after the gap was seen, as libwebrtc's timer has it.
const NACK_AFTER_US: u64 = 10_000;
const REPORT_US: u64 = 1_000_000;
const CHECK_US: u64 = 2_500_000;
/// Our own SSRC in feedback.
const SSRC: u32 = 1;
/// A peer's slots whose packets it reports on.
const MAX_BLOCKS: usize = 31;

/// One stream that arrives.
struct Heard {
    ssrc: u32,
    highest: u32,
    missing: Vec<u16>,
}

struct Peer {
    arrivals: Arrivals,
    heard: Vec<Heard>,
    report_us: u64,
    check_us: u64,
    nack_us: u64,
}

/// Of all clients.
pub struct Feedback {
    peers: Vec<Peer>,
    seen: u64,
    checks: u64,
}

impl Feedback {
    /// Nothing has come.
    pub fn new(scene: &Scene) -> Self {
        let peer = |at: usize| Peer {
            arrivals: Arrivals::default(),
            heard: Vec::new(),
            // Not all in the same millisecond.
            report_us: 1_000_000 + at as u64 * 97_000,
            check_us: 1_000_000 + at as u64 * 211_000,
            nack_us: u64::MAX,
        };
        Self { peers: (0..scene.participants.len()).map(peer).collect(), seen: 0, checks: 0 }
    }

    /// A sealed RTP packet came; true when it is to be thrown away.
    pub fn on_packet(&mut self, at: usize, bytes: &[u8], now_us: u64) -> bool {
        let Ok(header) = RtpHeader::parse(bytes) else { return false };
        let peer = &mut self.peers[at];
        self.seen += 1;
        let is_picture = header.payload_type < 100 && header.payload_type != VP8_RTX;
        let is_dropped = is_picture && self.seen % DROP_ONE_IN == 0;
        if !is_dropped {
            let transport = header.extensions(bytes).find(|element| element.id == EXTENSIONS.transport_cc);
            if let Some(sequence) = transport.and_then(|element| parse_transport_sequence(element.data)) {
                peer.arrivals.on_packet(sequence, header.ssrc, now_us);
            }
        }
        if header.payload_type == VP8_RTX {
            return false;
        }
        let found = peer.heard.iter().position(|heard| heard.ssrc == header.ssrc).unwrap_or_else(|| {
            peer.heard.push(Heard { ssrc: header.ssrc, highest: u32::from(header.sequence), missing: Vec::new() });
            peer.heard.len() - 1
        });
        let heard = &mut peer.heard[found];
        let step = header.sequence.wrapping_sub(heard.highest as u16);
        if step < 0x8000 {
            heard.highest += u32::from(step);
        }
        if is_dropped {
            heard.missing.push(header.sequence);
            peer.nack_us = peer.nack_us.min(now_us + NACK_AFTER_US);
        }
        is_dropped
    }

    /// Sends what is due: plain RTCP, or (with `true`) a check.
    pub fn on_time<'a>(
        &mut self,
        now_us: u64,
        published: impl Iterator<Item = (usize, u32, u64, &'a Stream)>,
        mut send: impl FnMut(usize, &[u8], bool) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut plain = [0; 1_200];
        for (at, ssrc, count, stream) in published {
            if now_us < self.peers[at].report_us {
                continue;
            }
            let clock_rate: u64 = if stream.is_audio { 48_000 } else { 90_000 };
            let info = SenderInfo {
                ntp: NtpTime::from_unix_us(1_800_000_000_000_000 + now_us),
                rtp_timestamp: (now_us * clock_rate / 1_000_000) as u32,
                packet_count: count as u32,
                octet_count: (count * stream.packet_len as u64) as u32,
            };
            if let Some(len) = write_sender_report(&mut plain, ssrc, &info, &[]) {
                send(at, &plain[..len], false)?;
            }
        }
        for (at, peer) in self.peers.iter_mut().enumerate() {
            if peer.arrivals.is_due(now_us) {
                while let Some(len) = peer.arrivals.write(SSRC, &mut plain, now_us) {
                    send(at, &plain[..len], false)?;
                }
            }
            if now_us >= peer.report_us {
                peer.report_us = now_us + REPORT_US;
                let block = |heard: &Heard| ReportBlock {
                    ssrc: heard.ssrc,
                    fraction_lost: 0,
                    cumulative_lost: 0,
                    highest_sequence: heard.highest,
                    jitter: 0,
                    last_sender_report: 0,
                    delay_since_last: 0,
                };
                let blocks: Vec<ReportBlock> = peer.heard.iter().take(MAX_BLOCKS).map(block).collect();
                if let Some(len) = write_receiver_report(&mut plain, SSRC, &blocks) {
                    send(at, &plain[..len], false)?;
                }
            }
            if now_us >= peer.nack_us {
                peer.nack_us = u64::MAX;
                for heard in peer.heard.iter_mut().filter(|heard| !heard.missing.is_empty()) {
                    if let Some(len) = write_nack(&mut plain, SSRC, heard.ssrc, &heard.missing) {
                        send(at, &plain[..len], false)?;
                    }
                    heard.missing.clear();
                }
            }
            if now_us >= peer.check_us {
                peer.check_us = now_us + CHECK_US;
                self.checks += 1;
                send(at, &check(at, self.checks), true)?;
            }
        }
        Ok(())
    }
}
