//! One client: connectivity, handshake, what it receives and checks, what it publishes and reports.

#![allow(clippy::similar_names)] // The same moment in two units.

use std::io;
use std::net::SocketAddr;

use crate::arrivals::Arrivals;
use crate::command::{Add, Extensions, Options, Payloads, Report, Restart, Sent, SlotStats};
use crate::dtls::{Handshake, Identity, Outcome};
use crate::histogram::Histogram;
use crate::ice::{Change, Ice};
use crate::lateness::Lateness;
use crate::loss::Loss;
use crate::order::Arrival;
use crate::publish::{Publisher, Uplink};
use crate::rtcp::{self, Block, MAX_BLOCKS};
use crate::rtp::{Header, u16_at};
use crate::slot::{Opening, SlotState};
use crate::socket::{Socket, unix_us};
use crate::srtp::Keys;
use crate::stamp::Filler;
use crate::stun;

/// Lost packets are looked at this often.
const NACK_TICK_US: u64 = 10_000;
/// A lost packet is asked for (again) after this, at most so many times.
const NACK_WAIT_US: u64 = 30_000;
const NACK_TIMES: u8 = 5;

/// What all clients of the process share.
pub struct Shared {
    /// Certificate and settings of DTLS.
    pub identity: Identity,
    /// Of payloads.
    pub filler: Filler,
    /// One-way delays of opened packets.
    pub delay: Histogram,
    /// Of packets and of ourselves.
    pub lateness: Lateness,
    /// Of all publishers.
    pub sent: Sent,
    /// Datagrams that fit no slot.
    pub strays: u64,
    /// Lines to be written.
    pub reports: Vec<Report>,
    /// Sealed packets on their way to the socket.
    pub out: Vec<Vec<u8>>,
}

/// See the module.
pub struct Peer {
    /// Its name.
    pub id: u64,
    /// Its own.
    pub socket: Socket,
    remote: SocketAddr,
    ice: Ice,
    remote_fingerprint: String,
    handshake: Option<Handshake>,
    handshake_due_us: u64,
    keys: Option<(Keys, Keys)>,
    is_dead: bool,
    added_us: u64,
    connected_us: u64,
    cname: String,
    payloads: Payloads,
    extensions: Extensions,
    options: Options,
    slots: Vec<SlotState>,
    publishers: Vec<Publisher>,
    wanted: Vec<(String, u32)>,
    transport_sequence: u16,
    incoming_loss: Loss,
    outgoing_loss: Loss,
    rtcp_index: u32,
    until_sample: u32,
    arrivals: Arrivals,
    feedback_due_us: u64,
    report_due_us: u64,
    nack_due_us: u64,
    picture_loss_due_us: u64,
}

impl Peer {
    /// Checks begin at once.
    pub fn new(add: Add, tie_breaker: u64, now_us: u64) -> io::Result<Self> {
        let socket = Socket::connect(add.remote, add.options.gro)?;
        let publishers = add.sources.iter().zip(1..).map(|(it, at)| Publisher::new(it, tie_breaker.rotate_left(at)));
        let slots = add.slots.into_iter().map(SlotState::new);
        Ok(Self {
            id: add.peer,
            socket,
            ice: Ice::new(&add.remote_ufrag, &add.local_ufrag, &add.remote_pwd, tie_breaker, now_us),
            remote_fingerprint: add.remote_fingerprint,
            handshake: None,
            handshake_due_us: u64::MAX,
            keys: None,
            is_dead: false,
            added_us: now_us,
            connected_us: 0,
            cname: if add.cname.is_empty() { format!("client{}", add.peer) } else { add.cname },
            payloads: add.payloads,
            extensions: add.extensions,
            remote: add.remote,
            slots: slots.collect(),
            publishers: publishers.collect(),
            wanted: Vec::new(),
            transport_sequence: 0,
            incoming_loss: Loss::new(add.options.lose_incoming, 2 * add.peer),
            outgoing_loss: Loss::new(add.options.lose_outgoing, 2 * add.peer + 1),
            rtcp_index: 0,
            until_sample: add.options.sample,
            options: add.options,
            arrivals: Arrivals::default(),
            feedback_due_us: u64::MAX,
            report_due_us: u64::MAX,
            nack_due_us: u64::MAX,
            picture_loss_due_us: u64::MAX,
        })
    }

    /// The handshake is done and consent is there.
    pub fn is_connected(&self) -> bool {
        !self.is_dead && self.keys.is_some() && self.ice.is_connected()
    }

    /// When [`Peer::on_time`] is due.
    pub fn due_us(&self) -> u64 {
        if self.is_dead {
            return u64::MAX;
        }
        [
            self.ice.due_us(),
            self.handshake_due_us,
            self.feedback_due_us,
            self.report_due_us,
            self.nack_due_us,
            self.picture_loss_due_us,
        ]
        .into_iter()
        .chain(self.publishers.iter().map(Publisher::due_us))
        .min()
        .unwrap_or(u64::MAX)
    }

    /// Publishing begins now or when the client is connected. Answers whether there is such an m-line.
    pub fn start(&mut self, mid: &str, source: u32, now_us: u64) -> bool {
        let Some(publisher) = self.publishers.iter_mut().find(|publisher| publisher.mid == mid) else { return false };
        if self.keys.is_some() {
            publisher.start(source, now_us, u64::from(source).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        } else {
            self.wanted.push((mid.to_owned(), source));
        }
        true
    }

    /// ICE begins anew; the server keeps the old address until a check is answered. Who moves waits for a new socket.
    pub fn restart(&mut self, with: &Restart, tie_breaker: u64, now_us: u64) -> io::Result<()> {
        if with.moves {
            self.socket = Socket::connect(self.remote, self.options.gro)?;
        }
        self.ice = Ice::new(&with.remote_ufrag, &with.local_ufrag, &with.remote_pwd, tie_breaker, now_us);
        Ok(())
    }

    /// Answers whether there is such an m-line.
    pub fn stop(&mut self, mid: &str) -> bool {
        self.wanted.retain(|(wanted, _)| wanted != mid);
        self.publishers.iter_mut().find(|it| it.mid == mid).map(Publisher::stop).is_some()
    }

    /// The layers that are to be sent on an m-line. Answers whether there is such a one.
    pub fn choose(&mut self, mid: &str, layers: &[u32], now_us: u64) -> bool {
        self.publishers.iter_mut().find(|it| it.mid == mid).map(|it| it.choose(layers, now_us)).is_some()
    }

    /// Answers whether there is such a slot.
    pub fn bind(&mut self, mid: &str, source: u32) -> bool {
        let found = self.slots.iter_mut().find(|state| state.slot.mid == mid);
        found.map(|state| state.inspection.bind(source)).is_some()
    }

    /// One datagram from the server; changed in place.
    #[inline]
    pub fn on_datagram(&mut self, datagram: &mut [u8], now_ns: u64, shared: &mut Shared) {
        match datagram.first() {
            Some(128..=191) if matches!(datagram.get(1), Some(192..=223)) => self.on_rtcp(datagram, now_ns, shared),
            Some(128..=191) => self.on_rtp(datagram, now_ns, shared),
            Some(20..=63) => {
                if let Some(handshake) = self.handshake.as_mut().filter(|_| !self.is_dead) {
                    let mut outcomes = Vec::new();
                    handshake.on_datagram(datagram, &mut outcomes);
                    self.follow(outcomes, now_ns, shared);
                }
            }
            _ if stun::is_stun(datagram) => {
                if self.ice.on_datagram(datagram, now_ns / 1000) == Change::Connected && self.handshake.is_none() {
                    self.begin_handshake(now_ns, shared);
                }
            }
            _ => shared.strays += 1,
        }
    }

    fn begin_handshake(&mut self, now_ns: u64, shared: &mut Shared) {
        self.connected_us = now_ns / 1000;
        let mut association = Handshake::new(&shared.identity, &self.remote_fingerprint);
        let mut outcomes = Vec::new();
        association.on_time(&mut outcomes);
        self.handshake = Some(association);
        self.follow(outcomes, now_ns, shared);
    }

    fn follow(&mut self, outcomes: Vec<Outcome>, now_ns: u64, shared: &mut Shared) {
        for outcome in outcomes {
            match outcome {
                Outcome::Datagram(datagram) => shared.sent.refused += u64::from(!self.socket.send(&datagram)),
                Outcome::Keys(made) => {
                    self.keys = Some((made.send, made.receive));
                    let now_us = now_ns / 1000;
                    shared.reports.push(Report::Connected {
                        peer: self.id,
                        profile: made.profile.number(),
                        at_ns: now_ns,
                        ice_us: self.connected_us.saturating_sub(self.added_us),
                        dtls_us: now_us.saturating_sub(self.connected_us),
                        key: self.options.tap.then_some(made.server_master),
                    });
                    self.on_connected(now_us);
                }
                Outcome::Closed => self.fail("closed", String::new(), shared),
                Outcome::Failed(reason, detail) => self.fail(reason, detail, shared),
            }
        }
        let due_in_us = self.handshake.as_ref().map(Handshake::due_in_us);
        self.handshake_due_us = due_in_us.map_or(u64::MAX, |due_in_us| now_ns / 1000 + due_in_us);
    }

    fn on_connected(&mut self, now_us: u64) {
        let every = |interval_ms: u32| match u64::from(interval_ms) * 1000 {
            0 => u64::MAX,
            interval_us => now_us + interval_us,
        };
        self.feedback_due_us = every(self.options.feedback_ms);
        self.report_due_us = every(self.options.report_ms);
        self.picture_loss_due_us = every(self.options.picture_loss_ms);
        for (mid, source) in std::mem::take(&mut self.wanted) {
            self.start(&mid, source, now_us);
        }
    }

    fn fail(&mut self, reason: &'static str, detail: String, shared: &mut Shared) {
        if !std::mem::replace(&mut self.is_dead, true) {
            shared.reports.push(Report::Failed { peer: self.id, reason, detail });
        }
    }

    #[inline]
    fn on_rtp(&mut self, packet: &mut [u8], now_ns: u64, shared: &mut Shared) {
        let (Some((_, keys)), Some(header)) = (&self.keys, Header::parse(packet)) else {
            shared.strays += 1;
            return;
        };
        let is_own = |state: &SlotState| state.slot.ssrc == header.ssrc;
        let found = self.slots.iter_mut().find(|state| is_own(state) || state.slot.rtx_ssrc == header.ssrc);
        // The first packet of a slot always comes: one that nobody knows of is missed by nobody.
        if let Some(state) = found.filter(|state| state.is_known) {
            if self.incoming_loss.takes_next() {
                let is_primary = is_own(state);
                let findings = &mut state.inspection.findings;
                findings.lost_on_purpose += u64::from(is_primary);
                findings.recovered_lost_on_purpose += u64::from(!is_primary);
                return;
            }
        }
        if let Some(sequence) = header.extension(packet, self.extensions.transport_cc).and_then(|it| u16_at(it, 0)) {
            self.arrivals.on_packet(sequence, header.ssrc, now_ns / 1000);
        }
        let Some(at) = self.slots.iter().position(|state| is_own(state) || state.slot.rtx_ssrc == header.ssrc) else {
            shared.strays += 1;
            return;
        };
        let state = &mut self.slots[at];
        let opening = Opening { peer: self.id, taps: self.options.tap, keys, now_ns };
        if !is_own(state) {
            return state.on_retransmission(&opening, &header, packet, shared);
        }
        let remembers = self.options.nack && !state.is_audio;
        let (index, arrival) = state.on_header(&header, packet.len(), remembers, now_ns / 1000);
        if remembers && self.nack_due_us == u64::MAX && state.inspection.has_wanted() {
            self.nack_due_us = now_ns / 1000 + NACK_TICK_US;
        }
        match arrival {
            Arrival::Late(Some(late_us)) => shared.lateness.reordered.record(late_us),
            Arrival::Overtaken(Some(late_us)) => shared.lateness.overtaken.record(late_us),
            _ => {}
        }
        self.until_sample = self.until_sample.saturating_sub(1);
        let is_noteworthy = matches!(arrival, Arrival::Overtaken(_)) || state.is_silence(&header);
        if self.until_sample != 0 && state.is_known && !is_noteworthy {
            return;
        }
        if self.until_sample == 0 {
            self.until_sample = self.options.sample;
        }
        state.open(&opening, &header, packet, index, shared);
    }

    fn on_rtcp(&mut self, packet: &mut [u8], now_ns: u64, shared: &mut Shared) {
        let Some((sealing, opening)) = &self.keys else {
            shared.strays += 1;
            return;
        };
        let Ok(len) = opening.open_rtcp(packet) else {
            shared.strays += 1;
            return;
        };
        let (slots, publishers) = (&mut self.slots, &mut self.publishers);
        let (sent, out) = (&mut shared.sent, &mut shared.out);
        let mut again = Vec::new();
        let is_whole = rtcp::read(&packet[..len], |received| match received {
            rtcp::Received::SenderReport { ssrc, middle } => {
                if let Some(state) = slots.iter_mut().find(|state| state.slot.ssrc == ssrc) {
                    (state.last_report, state.last_report_us) = (middle, now_ns / 1000);
                }
            }
            rtcp::Received::Keyframe { ssrc } => {
                sent.keyframe_requests += u64::from(publishers.iter_mut().any(|it| it.want_keyframe(ssrc)));
            }
            rtcp::Received::Nack { ssrc, sequence } => {
                sent.nacks_received += 1;
                again.push((ssrc, sequence));
            }
            rtcp::Received::TransportFeedback => sent.transport_feedbacks_received += 1,
            rtcp::Received::Other => {}
        });
        shared.strays += u64::from(!is_whole);
        let mut uplink = Uplink {
            keys: sealing,
            payloads: self.payloads,
            extensions: self.extensions,
            transport_sequence: &mut self.transport_sequence,
            out,
            sent,
            filler: &shared.filler,
            loss: &mut self.outgoing_loss,
        };
        for (ssrc, sequence) in again {
            publishers.iter_mut().any(|publisher| publisher.send_again(ssrc, sequence, &mut uplink));
        }
        self.flush(shared);
    }

    fn flush(&self, shared: &mut Shared) {
        if !shared.out.is_empty() {
            let taken = self.socket.send_all(&shared.out);
            shared.sent.refused += (shared.out.len() - taken) as u64;
            shared.out.clear();
        }
    }

    /// Whether a check is due, which has a random transaction id.
    pub const fn wants_random(&self, now_us: u64) -> bool {
        self.ice.due_us() <= now_us
    }

    /// Does what is due.
    pub fn on_time(&mut self, now_ns: u64, random: [u8; 12], shared: &mut Shared) {
        let now_us = now_ns / 1000;
        let (request, change) = self.ice.on_time(now_us, random);
        if let Some(request) = request {
            shared.sent.refused += u64::from(!self.socket.send(&request));
        }
        if let Change::Lost(reason) = change {
            return self.fail(reason, String::new(), shared);
        }
        if self.handshake_due_us <= now_us {
            if let Some(handshake) = &mut self.handshake {
                let mut outcomes = Vec::new();
                handshake.on_time(&mut outcomes);
                self.follow(outcomes, now_ns, shared);
            }
        }
        let Some((keys, _)) = &self.keys else { return };
        let mut uplink = Uplink {
            keys,
            payloads: self.payloads,
            extensions: self.extensions,
            transport_sequence: &mut self.transport_sequence,
            out: &mut shared.out,
            sent: &mut shared.sent,
            filler: &shared.filler,
            loss: &mut self.outgoing_loss,
        };
        for publisher in self.publishers.iter_mut().filter(|publisher| publisher.due_us() <= now_us) {
            publisher.on_time(now_us, &mut uplink);
        }
        self.write_rtcp(now_us, shared);
        self.flush(shared);
    }

    fn own_ssrc(&self) -> u32 {
        self.publishers.iter().find_map(Publisher::ssrc).unwrap_or(1)
    }

    fn write_rtcp(&mut self, now_us: u64, shared: &mut Shared) {
        let own = self.own_ssrc();
        if self.feedback_due_us <= now_us {
            self.feedback_due_us = now_us + u64::from(self.options.feedback_ms) * 1000;
            while let Some(feedback) = self.arrivals.write(own) {
                self.seal_rtcp(feedback, shared);
            }
        }
        if self.report_due_us <= now_us {
            self.report_due_us = now_us + u64::from(self.options.report_ms) * 1000;
            let report = self.write_reports(own, now_us);
            self.seal_rtcp(report, shared);
        }
        if self.nack_due_us <= now_us {
            self.nack_due_us = u64::MAX;
            let mut requests = Vec::new();
            for state in self.slots.iter_mut().filter(|state| state.inspection.has_wanted()) {
                let mut sequences = Vec::new();
                state.inspection.due_nacks(now_us, NACK_WAIT_US, NACK_TIMES, &mut sequences);
                if !sequences.is_empty() {
                    rtcp::push_nack(&mut requests, own, state.slot.ssrc, &sequences);
                }
                if state.inspection.has_wanted() {
                    self.nack_due_us = now_us + NACK_TICK_US;
                }
            }
            self.seal_rtcp(requests, shared);
        }
        if self.picture_loss_due_us <= now_us {
            self.picture_loss_due_us = now_us + u64::from(self.options.picture_loss_ms) * 1000;
            let mut requests = Vec::new();
            for state in self.slots.iter_mut().filter(|state| !state.is_audio && state.is_known) {
                rtcp::push_picture_loss(&mut requests, own, state.slot.ssrc);
                state.inspection.findings.picture_losses += 1;
            }
            self.seal_rtcp(requests, shared);
        }
    }

    fn write_reports(&mut self, own: u32, now_us: u64) -> Vec<u8> {
        let mut out = Vec::with_capacity(256);
        let ntp = rtcp::ntp(unix_us());
        self.publishers.iter().for_each(|publisher| publisher.report(now_us, ntp, &mut out));
        let blocks: Vec<Block> = self.slots.iter_mut().filter_map(|state| state.block(now_us)).collect();
        if blocks.is_empty() {
            rtcp::push_receiver_report(&mut out, own, &[]);
        }
        blocks.chunks(MAX_BLOCKS).for_each(|blocks| rtcp::push_receiver_report(&mut out, own, blocks));
        rtcp::push_cname(&mut out, own, &self.cname);
        out
    }

    fn seal_rtcp(&mut self, mut compound: Vec<u8>, shared: &mut Shared) {
        let Some((keys, _)) = self.keys.as_ref().filter(|_| !compound.is_empty()) else { return };
        self.rtcp_index += 1;
        if keys.seal_rtcp(&mut compound, self.rtcp_index).is_ok() {
            shared.out.push(compound);
        }
    }

    /// Says goodbye.
    pub fn close(&mut self) {
        let mut outcomes = Vec::new();
        if let Some(handshake) = self.handshake.as_mut().filter(|_| !self.is_dead) {
            handshake.close(&mut outcomes);
        }
        for outcome in outcomes {
            if let Outcome::Datagram(datagram) = outcome {
                self.socket.send(&datagram);
            }
        }
    }

    /// What each slot found; with `reset` the counts begin anew.
    pub fn slot_stats(&mut self, reset: bool, mut on: impl FnMut(SlotStats)) {
        for state in &mut self.slots {
            on(state.stats(self.id));
            if reset {
                state.inspection.reset();
            }
        }
    }
}
