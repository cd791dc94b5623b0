//! The way to one subscriber: what it carries, and when its slots are to be given their shares anew.
//!
//! ```text
//! transport-wide feedback or REMB comes    the estimate
//! negotiated, but none came yet            what the estimate begins with, for [`FEEDBACK_WAIT_US`]
//! else                                     nothing is known: all is sent, up to a highest layer from reported loss
//! ```
//!
//! Left out: the estimate itself ([`crate::congestion`]), and the shares ([`crate::allocation`]).

use std::mem::offset_of;

use crate::allocation::{ALL_SOUND_ABOVE_BPS, Allocation, ONE_SOUND_BELOW_BPS};
use crate::congestion::{LayerCap, Probe, ProbeId, SendSide};
use crate::wire::rtcp::TransportFeedback;

/// From the first packet that asks for feedback. Browsers send it every 50 to 250 ms; the rest is the round trip.
pub const FEEDBACK_WAIT_US: u64 = 1_000_000;
/// Shares are given anew at most this often, but for what Python asks for.
const SHARE_APART_US: u64 = 50_000;
/// And at least this often while there is an estimate: the sources' rates change by themselves.
const SHARE_AT_LEAST_US: u64 = 500_000;
/// A change of the estimate that matters, in percent.
const ESTIMATE_STEP_PERCENT: u64 = 5;
/// While nothing else is sent, padding is: 23 kbit/s.
const SIGN_APART_US: u64 = 100_000;
/// Up to here a way is tried from the start, before anything is wished for: a picture then begins with what the way is
/// known to carry. 9 kB in all.
const START_WISH_BPS: u64 = 2_000_000;
/// A probe that ended within this proves the estimate.
const PROBE_PROVES_US: u64 = 1_000_000;

/// Packets that left and that the estimate has not been told of yet: four lines of the cache.
const MAX_DEPARTURES: usize = 32;

/// A packet that left.
#[derive(Debug, Clone, Copy)]
struct Departure {
    /// After the first of those that are kept.
    after_us: u32,
    bytes: u16,
    probe: Option<ProbeId>,
}

/// The packets that left last, under successive transport-wide numbers. The estimate's memory is large and is touched once
/// for all of them: it costs more than all else that a packet does there.
#[derive(Debug)]
struct Departures {
    first_us: u64,
    count: usize,
    packets: [Departure; MAX_DEPARTURES],
}

/// See the module. What every packet touches lies in front.
#[derive(Debug)]
#[repr(C)]
pub struct Way {
    /// The next transport-wide sequence number.
    transport_sequence: u16,
    sent_us: u64,
    departures: Departures,
    send_side: Option<Box<SendSide>>,
    /// Some slot carries transport-wide numbers.
    pub is_measured: bool,
    has_remb: bool,
    first_sent_us: Option<u64>,
    /// The highest layer while there is no estimate.
    pub layer_cap: LayerCap,
    /// The shares of the slots.
    pub allocation: Allocation,
    /// Something changed that the shares depend on.
    pub is_share_due: bool,
    shared: Shared,
    probed_us: Option<u64>,
    wish_bps: u64,
}

/// Bytes of a way that every packet touches.
pub const TOUCHED_LEN: usize = offset_of!(Way, has_remb);

/// When and by what the slots were given their shares.
#[derive(Debug, Clone, Copy, Default)]
struct Shared {
    at_us: u64,
    estimate_bps: Option<u64>,
    cap: u8,
}

impl Default for Way {
    fn default() -> Self {
        let layer_cap = LayerCap::default();
        Self {
            send_side: None,
            is_measured: false,
            has_remb: false,
            first_sent_us: None,
            transport_sequence: 0,
            departures: Departures {
                first_us: 0,
                count: 0,
                packets: [Departure { after_us: 0, bytes: 0, probe: None }; MAX_DEPARTURES],
            },
            shared: Shared { cap: layer_cap.cap(), ..Shared::default() },
            layer_cap,
            allocation: Allocation::default(),
            is_share_due: false,
            probed_us: None,
            sent_us: 0,
            wish_bps: 0,
        }
    }
}

impl Way {
    /// The transport-wide sequence number of the next packet.
    pub fn transport_sequence(&self) -> u16 {
        self.transport_sequence
    }

    /// A packet with the next transport-wide number left.
    #[inline]
    pub fn on_sent(&mut self, bytes: usize, now_us: u64, probe: Option<ProbeId>) {
        let departures = &mut self.departures;
        if departures.count == 0 {
            departures.first_us = now_us;
        }
        let after_us = now_us.saturating_sub(departures.first_us) as u32;
        let bytes = u16::try_from(bytes).unwrap_or(u16::MAX);
        if let Some(place) = departures.packets.get_mut(departures.count) {
            *place = Departure { after_us, bytes, probe };
            departures.count += 1;
        }
        self.sent_us = now_us;
        self.transport_sequence = self.transport_sequence.wrapping_add(1);
        if departures.count == MAX_DEPARTURES || self.send_side.is_none() {
            self.tell_departures();
        }
    }

    /// Tells the estimate what left: when the place for it is full, and before the estimate is used.
    fn tell_departures(&mut self) {
        let departures = &mut self.departures;
        let first_us = departures.first_us;
        let first_sequence = self.transport_sequence.wrapping_sub(departures.count as u16);
        let packets = departures.packets.get(..std::mem::take(&mut departures.count)).unwrap_or_default();
        if packets.is_empty() {
            return;
        }
        self.first_sent_us.get_or_insert(first_us);
        let send_side = self.send_side.get_or_insert_with(|| Box::new(SendSide::new(first_us)));
        for (sequence, packet) in (0..).map(|step| first_sequence.wrapping_add(step)).zip(packets) {
            send_side.on_sent(sequence, packet.bytes.into(), first_us + u64::from(packet.after_us), packet.probe);
        }
    }

    /// The subscriber told how packets came.
    pub fn on_feedback(&mut self, feedback: &TransportFeedback<'_>, now_us: u64) {
        self.tell_departures();
        if let Some(send_side) = &mut self.send_side {
            send_side.on_feedback(feedback, now_us);
        }
    }

    /// The subscriber's own estimate.
    pub fn on_remb(&mut self, bps: u64, now_us: u64) {
        self.has_remb = true;
        self.send_side.get_or_insert_with(|| Box::new(SendSide::new(now_us))).on_remb(bps, now_us);
    }

    /// The subscriber told of `expected` packets of one stream that `lost` were lost.
    pub fn on_report(&mut self, expected: u32, lost: u32, is_picture: bool, now_us: u64) {
        if is_picture {
            self.layer_cap.on_report(expected, lost, now_us);
        }
        if let Some(send_side) = &mut self.send_side {
            send_side.on_report(expected, lost, now_us);
        }
    }

    /// A round trip, as reports measure it.
    pub fn on_round_trip(&mut self, us: u64) {
        if let Some(send_side) = &mut self.send_side {
            send_side.on_round_trip(us);
        }
    }

    /// To be called every 50 ms.
    pub fn on_time(&mut self, now_us: u64) {
        self.tell_departures();
        if let Some(send_side) = &mut self.send_side {
            send_side.on_time(now_us);
        }
    }

    /// The estimate, if there is one; see the module.
    pub fn estimate_bps(&self, now_us: u64) -> Option<u64> {
        let Some(send_side) = &self.send_side else {
            return self.is_measured.then_some(crate::congestion::START_BPS);
        };
        let waits = || self.first_sent_us.is_none_or(|first| now_us.saturating_sub(first) < FEEDBACK_WAIT_US);
        let is_known = send_side.has_feedback() || self.has_remb || (self.is_measured && waits());
        is_known.then(|| send_side.estimate_bps())
    }

    /// Much more was sent than the way takes, and waits on it.
    pub fn is_congested(&self) -> bool {
        self.send_side.as_ref().is_some_and(|send_side| send_side.is_congested())
    }

    /// Nothing waits on it, as far as is known, and nothing is lost for sending too much.
    pub fn is_clear(&self) -> bool {
        self.send_side.as_ref().is_some_and(|send_side| send_side.is_clear())
    }

    /// Whether the slots are to be given their shares anew now.
    pub fn needs_share(&self, now_us: u64) -> bool {
        let age_us = now_us.saturating_sub(self.shared.at_us);
        if age_us < SHARE_APART_US {
            return false;
        }
        let estimate_bps = self.estimate_bps(now_us);
        let has_moved = match (self.shared.estimate_bps, estimate_bps) {
            (None, None) => self.shared.cap != self.layer_cap.cap(),
            (Some(before_bps), Some(now_bps)) => {
                let is_step = before_bps.abs_diff(now_bps) * 100 > before_bps * ESTIMATE_STEP_PERCENT;
                let crosses = |limit_bps| (before_bps < limit_bps) != (now_bps < limit_bps);
                is_step || crosses(ONE_SOUND_BELOW_BPS) || crosses(ALL_SOUND_ABOVE_BPS)
            }
            _ => true,
        };
        self.is_share_due || has_moved || (estimate_bps.is_some() && age_us >= SHARE_AT_LEAST_US)
    }

    /// The slots are given their shares now.
    pub fn begin_share(&mut self, now_us: u64) -> Option<u64> {
        self.is_share_due = false;
        let estimate_bps = self.estimate_bps(now_us);
        self.shared = Shared { at_us: now_us, estimate_bps, cap: self.layer_cap.cap() };
        estimate_bps
    }

    /// What the best share needs; 0: it is given.
    pub fn set_wish_bps(&mut self, bps: u64) {
        self.wish_bps = bps;
    }

    /// More than is given could be used.
    pub fn wishes(&self) -> bool {
        self.wish_bps > 0
    }

    /// What is to be sent in addition, if a probe is due.
    pub fn probe(&mut self, now_us: u64) -> Option<Probe> {
        if !self.is_measured {
            return None;
        }
        let send_side = self.send_side.get_or_insert_with(|| Box::new(SendSide::new(now_us)));
        let least_bps = if send_side.is_starting() { START_WISH_BPS } else { 0 };
        send_side.set_wish_bps(self.wish_bps.max(least_bps));
        send_side.probe(now_us)
    }

    /// The estimate still rises by probes that come back whole.
    pub fn is_starting(&self) -> bool {
        self.send_side.as_ref().is_none_or(|send_side| send_side.is_starting())
    }

    /// Something is wished for, and nothing left for so long that the estimate knows nothing: a packet of padding is to
    /// leave. Who is sent nothing because nothing fits would else never hear that more does.
    pub fn needs_sign(&self, now_us: u64) -> bool {
        let Some(send_side) = self.send_side.as_ref().filter(|_| self.is_measured && self.wish_bps > 0) else {
            return false;
        };
        send_side.has_feedback() && now_us.saturating_sub(self.sent_us) >= SIGN_APART_US
    }

    /// A probe was sent to its end.
    pub fn on_probe_over(&mut self, now_us: u64) {
        self.probed_us = Some(now_us);
    }

    /// A probe raised the estimate just now.
    pub fn is_proven(&self, now_us: u64) -> bool {
        self.probed_us.is_some_and(|probed| now_us.saturating_sub(probed) < PROBE_PROVES_US)
    }
}
