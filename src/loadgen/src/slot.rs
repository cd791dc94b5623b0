//! One stream from the server: its findings, its retransmissions, and what is reported of it.

use crate::command::{Report, Slot, SlotStats};
use crate::inspect::Inspection;
use crate::order::Arrival;
use crate::peer::Shared;
use crate::rtcp::Block;
use crate::rtp::{Header, Unwrapper, hex, u16_at};
use crate::srtp::Keys;

/// What opening a packet needs of its client.
pub struct Opening<'a> {
    /// Its name.
    pub peer: u64,
    /// What is opened is reported, too.
    pub taps: bool,
    /// For what it receives.
    pub keys: &'a Keys,
    /// When the packet was read.
    pub now_ns: u64,
}

/// See the module.
pub struct SlotState {
    /// As the answer has it.
    pub slot: Slot,
    /// Anything but a picture.
    pub is_audio: bool,
    /// What was found.
    pub inspection: Inspection,
    rtx: Unwrapper,
    /// An authentic packet has come.
    pub is_known: bool,
    /// The middle of the last sender report's NTP time; 0: none.
    pub last_report: u32,
    /// When it came.
    pub last_report_us: u64,
    heard_us: u64,
}

impl SlotState {
    /// Nothing has come yet.
    pub fn new(slot: Slot) -> Self {
        let is_audio = slot.kind != "video";
        Self {
            is_audio,
            slot,
            inspection: Inspection::new(is_audio),
            rtx: Unwrapper::default(),
            is_known: false,
            last_report: 0,
            last_report_us: 0,
            heard_us: 0,
        }
    }

    /// Judges a header of its own stream, as [`Inspection::on_header`].
    #[inline]
    pub fn on_header(&mut self, header: &Header, datagram_len: usize, remembers: bool, now_us: u64) -> (u64, Arrival) {
        if header.csrc_count != 0 {
            self.heard_us = now_us;
        }
        self.inspection.on_header(header, datagram_len, remembers, now_us)
    }

    /// Nobody's packet, as sound has them.
    pub fn is_silence(&self, header: &Header) -> bool {
        self.is_audio && header.csrc_count == 0
    }

    /// A packet as it came, for another library.
    fn tap(&self, of: &Opening<'_>, packet: &[u8], is_again: bool, shared: &mut Shared) {
        if of.taps {
            let (peer, mid, data) = (of.peer, self.slot.mid.clone(), hex(packet));
            shared.reports.push(Report::Packet { peer, mid, is_again, data });
        }
    }

    /// Opens a packet of its own stream and compares it.
    pub fn open(&mut self, of: &Opening<'_>, header: &Header, packet: &mut [u8], index: u64, shared: &mut Shared) {
        self.inspection.findings.opened += 1;
        self.tap(of, packet, false, shared);
        let Ok(len) = of.keys.open_rtp(packet, header.len, index) else {
            self.inspection.findings.not_authentic += 1;
            return;
        };
        if !std::mem::replace(&mut self.is_known, true) {
            let (peer, mid) = (of.peer, self.slot.mid.clone());
            shared.reports.push(Report::FirstPacket { peer, mid, source: header.csrc, at_ns: of.now_ns });
        }
        match header.payload(&packet[..len]) {
            Some([]) => self.inspection.findings.probes += 1,
            Some(payload) if self.is_silence(header) => self.inspection.on_silence(payload),
            payload => self.on_content(of, header.csrc, index, payload.unwrap_or_default(), shared),
        }
    }

    fn on_content(&mut self, of: &Opening<'_>, csrc: u32, index: u64, payload: &[u8], shared: &mut Shared) {
        let stamp = shared.filler.read(payload, self.is_audio);
        if let Some(stamp) = &stamp {
            shared.delay.record(of.now_ns.saturating_sub(stamp.sent_ns) / 1000);
        }
        self.inspection.on_content(csrc, index, stamp, &mut shared.lateness);
    }

    /// The first two bytes of the payload are the original's number (RFC 4588 §4). Opened and compared.
    pub fn on_retransmission(&mut self, of: &Opening<'_>, header: &Header, packet: &mut [u8], shared: &mut Shared) {
        let index = self.rtx.unwrap(header.sequence);
        self.inspection.findings.opened += 1;
        self.tap(of, packet, true, shared);
        let findings = &mut self.inspection.findings;
        let Ok(len) = of.keys.open_rtp(packet, header.len, index) else {
            findings.not_authentic += 1;
            return;
        };
        let payload = header.payload(&packet[..len]).unwrap_or_default();
        let Some((sequence, original)) = u16_at(payload, 0).zip(payload.get(2..).filter(|it| !it.is_empty())) else {
            findings.probes += 1;
            return;
        };
        if let Some((index, late_us)) = self.inspection.on_retransmission(sequence, of.now_ns / 1000) {
            if let Some(late_us) = late_us {
                shared.lateness.recovered.record(late_us);
            }
            self.on_content(of, header.csrc, index, original, shared);
        }
    }

    /// What was found so far.
    pub fn stats(&self, peer: u64) -> SlotStats {
        SlotStats {
            peer,
            mid: self.slot.mid.clone(),
            kind: self.slot.kind.clone(),
            index: self.slot.index,
            source: self.inspection.source,
            heard: self.inspection.heard.clone(),
            longest_gap_us: self.inspection.longest_gap_us(),
            heard_us: self.heard_us,
            findings: self.inspection.findings,
        }
    }

    /// For a receiver report. Jitter is not measured: the server does not use it.
    pub fn block(&mut self, now_us: u64) -> Option<Block> {
        let (highest, fraction_lost) = self.inspection.report()?;
        let delay_us = if self.last_report == 0 { 0 } else { now_us.saturating_sub(self.last_report_us) };
        Some(Block {
            ssrc: self.slot.ssrc,
            fraction_lost,
            lost: self.inspection.lost_in_all() as u32,
            highest: highest as u32,
            jitter: 0,
            last_report: self.last_report,
            delay: (delay_us * 65_536 / 1_000_000) as u32,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rtp;

    #[test]
    fn silence_that_the_server_fills_in_is_nobody_heard() {
        let mut packet = Vec::new();
        rtp::write(&mut packet, (111, false), (1, 0, 9), &[]);
        let mut header = Header::parse(&packet).expect("a packet");
        let slot = Slot { kind: "speaker".into(), index: 0, mid: "1".into(), ssrc: 9, rtx_ssrc: 0 };
        let mut state = SlotState::new(slot);
        for (csrc_count, now_us, heard_us) in [(0, 10, 0), (1, 20, 20), (0, 30, 20)] {
            header.csrc_count = csrc_count;
            state.on_header(&header, packet.len(), false, now_us);
            assert_eq!(state.stats(7).heard_us, heard_us);
        }
    }
}
