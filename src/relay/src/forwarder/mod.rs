//! The forwarder: all peers, sources and rooms of one worker, and what happens when a datagram, a command or a moment
//! comes.
//!
//! Sans-I/O: datagrams go out through a [`Sink`], events gather until [`Forwarder::take_events`], `now` is microseconds
//! of a steady clock. One thread owns it; nothing in it locks, waits or logs. Peers and sources are named by position;
//! who removes one takes its position out of every list first (`commands`).
//!
//! ```text
//! datagrams   demultiplexing, checks, DTLS           media      opened RTP to its layer and into the run
//! fan_out     the run leaves to each slot
//! feedback    opened RTCP                            settle     what each slot shows, from wishes and permissions
//! commands    what Python asks for                   timers     feedback, reports, retries, consent
//! urgent      whom the timers visit at every tick
//! run         packets that are fanned out together   shares     what each slot is given of its way
//! mirrors     sources that live on other workers     sources    how sources begin and end
//! ```

mod commands;
mod datagrams;
mod fan_out;
mod feedback;
mod layers;
mod media;
mod mirrors;
mod pacing;
mod run;
mod settle;
mod shares;
mod snapshot;
mod sources;
mod timers;
mod urgent;

pub use timers::TICK_US;

use std::collections::{HashMap, VecDeque};

use crate::counters::Counters;
use crate::egress::{FEEDBACK_SSRC, send_rtcp};
use crate::exchange::{Exchange, Note};
use crate::peer::Peer;
use crate::reports::ServerClock;
use crate::rewrite::Feed;
use crate::sink::Sink;
use crate::slab::Slab;
use crate::socket::Route;
use crate::source::Source;
use crate::speakers::Ranking;
use crate::wire::rtcp::{NtpTime, write_picture_loss};
use crate::wire_api::Event;
use run::Run;
use shares::Sharing;
use urgent::Urgent;

/// Events that wait at most; then the least important are dropped and counted.
const MAX_EVENTS: usize = 65_536;
/// Sources without a publisher whose gates and classes are kept; the oldest go first.
const MAX_ORPHANS: usize = 8_192;

/// A live conference: there while it has peers.
#[derive(Debug, Default)]
struct Room {
    peers: Vec<usize>,
    ranking: Ranking<usize>,
}

/// A slot changed its feed while a packet was fanned out.
#[derive(Debug, Clone, Copy)]
struct Switch {
    peer: usize,
    slot: usize,
    ended: Option<Feed>,
}

/// A picture began in a slot while a packet was fanned out. If that came late, what belongs behind it is in the history.
#[derive(Debug, Clone, Copy)]
struct Start {
    peer: usize,
    slot: usize,
    feed: Feed,
    index: u64,
}

/// See the module.
pub struct Forwarder {
    peers: Slab<Peer>,
    peer_ids: HashMap<u64, usize>,
    sources: Slab<Source>,
    source_ids: HashMap<u32, usize>,
    orphans: VecDeque<(usize, u64)>,
    orphan_count: u64,
    rooms: HashMap<u64, Room>,
    ufrags: HashMap<Vec<u8>, usize>,
    routes: HashMap<Route, usize>,
    events: Vec<Event>,
    counters: Counters,
    clock: ServerClock,
    random: u64,
    next_epoch: u64,
    keyframe_requests: Vec<(usize, u8)>,
    /// The layer whose keyframe is being handled: nobody needs to ask for it.
    starting: Option<(usize, u8)>,
    switches: Vec<Switch>,
    starts: Vec<Start>,
    run: Run,
    sharing: Sharing,
    /// With other workers, if there are any.
    exchange: Option<Exchange>,
    /// Slots whose pictures a clogged connection holds back, found in a fan-out.
    held_back: Vec<(usize, usize)>,
    /// Slots of sound whose feed ended: silence is said in them at the next tick.
    ended_sounds: Vec<(usize, usize)>,
    /// Slots for which no more can wait, after a fan-out.
    sheds: Vec<(usize, usize)>,
    has_media_budget: bool,
    handling: Option<usize>,
    /// Whom the timers visit at the next tick.
    urgent_peers: Urgent,
    urgent_sources: Urgent,
    /// Who is visited now; kept for its capacity.
    visited: Vec<usize>,
    ticked_us: u64,
    round_due_us: u64,
    /// Panics at the next DTLS datagram, or at a fence 0: how tests see that a panic ends one peer only.
    #[cfg(test)]
    pub(crate) is_faulty: bool,
}

impl Forwarder {
    /// An empty one. `ntp_at_zero` is the wall clock at steady time 0; `seed` must be unpredictable (first sequence
    /// numbers and timestamps come from it).
    pub fn new(ntp_at_zero: NtpTime, seed: u64) -> Self {
        Self {
            peers: Slab::default(),
            peer_ids: HashMap::new(),
            sources: Slab::default(),
            source_ids: HashMap::new(),
            orphans: VecDeque::new(),
            orphan_count: 0,
            rooms: HashMap::new(),
            ufrags: HashMap::new(),
            routes: HashMap::new(),
            events: Vec::new(),
            counters: Counters::default(),
            clock: ServerClock { ntp_at_zero },
            random: seed,
            next_epoch: 1,
            keyframe_requests: Vec::new(),
            starting: None,
            switches: Vec::new(),
            starts: Vec::new(),
            run: Run::new(),
            sharing: Sharing::default(),
            exchange: None,
            held_back: Vec::new(),
            ended_sounds: Vec::new(),
            sheds: Vec::new(),
            has_media_budget: true,
            handling: None,
            urgent_peers: Urgent::default(),
            urgent_sources: Urgent::default(),
            visited: Vec::new(),
            ticked_us: 0,
            round_due_us: 0,
            #[cfg(test)]
            is_faulty: false,
        }
    }

    /// Takes any amount of media from a publisher: for benchmarks, which ask how much that is.
    pub fn lift_media_budget(&mut self) {
        self.has_media_budget = false;
    }

    /// Everything that happened since the last call.
    pub fn take_events(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.events)
    }

    /// Totals, with the gauges set.
    pub fn counters(&mut self) -> &mut Counters {
        self.counters.peers = self.peers.len() as u64;
        let mirrors = self.exchange.as_ref().map_or(0, |exchange| exchange.mirrors);
        self.counters.sources = self.sources.len().saturating_sub(mirrors) as u64;
        self.counters.rooms = self.rooms.len() as u64;
        &mut self.counters
    }

    /// After a caught panic: ends the peer that was being handled, if one was.
    pub fn end_faulty_peer<S: Sink>(&mut self, sink: &mut S, now_us: u64) {
        self.counters.panics += 1;
        self.keyframe_requests.clear();
        self.switches.clear();
        self.starts.clear();
        self.run.clear();
        self.held_back.clear();
        self.ended_sounds.clear();
        self.sheds.clear();
        self.starting = None;
        if let Some(at) = self.handling.take() {
            if let Some(id) = self.peers.get(at).map(|peer| peer.id) {
                self.remove_peer_at(at, sink, now_us);
                self.tell(Event::PeerFault { peer: id });
            }
        }
    }

    fn tell(&mut self, event: Event) {
        // The last quarter is for what Python waits for.
        let room = if event.is_awaited() { MAX_EVENTS } else { MAX_EVENTS / 4 * 3 };
        if self.events.len() < room {
            self.events.push(event);
        } else {
            self.counters.events_dropped += 1;
        }
    }

    /// `SplitMix64` (Steele, Lea, Flood 2014): not for keys.
    fn random(state: &mut u64) -> u64 {
        *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = *state;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ mixed >> 31
    }

    /// Asks a source's publisher for a keyframe, now or at the end of the window.
    fn want_keyframe(&mut self, source_at: usize, layer: u8, now_us: u64) {
        if self.starting == Some((source_at, layer)) {
            return;
        }
        let Some(source) = self.sources.get_mut(source_at) else { return };
        match source.keyframes.want(layer, now_us) {
            Some(layer) => self.keyframe_requests.push((source_at, layer)),
            None => self.counters.pli_coalesced += 1,
        }
    }

    /// Sends the requests that [`Self::want_keyframe`] gathered.
    fn send_keyframe_requests<S: Sink>(&mut self, sink: &mut S) {
        while let Some((source_at, layer)) = self.keyframe_requests.pop() {
            let Some(source) = self.sources.get_mut(source_at) else { continue };
            if let (Some(mirror), Some(exchange)) = (&source.mirror, self.exchange.as_mut()) {
                exchange.tell(mirror.worker, Note::Keyframe { source: source.id, layer });
                continue;
            }
            let (Some(publisher), Some(layer)) = (source.publisher, source.layer_mut(layer)) else { continue };
            let Some(peer) = self.peers.get_mut(publisher.peer) else { continue };
            let mut plain = [0; 12];
            if layer.ssrc == 0 {
                continue;
            }
            layer.plis += 1;
            if let Some(len) = write_picture_loss(&mut plain, FEEDBACK_SSRC, layer.ssrc) {
                send_rtcp(peer, publisher.peer, &plain[..len], sink, &mut self.counters);
                self.counters.pli_out += 1;
            }
        }
    }
}
