//! A published source and its layers: what came, what is missing, and which slots look at it.

use crate::allocation::LayerRate;
use crate::exchange::{Interest, Mirror};
use crate::facts::{Codec, Facts};
use crate::history::History;
use crate::keyframes::KeyframeRequests;
use crate::nack::Missings;
use crate::rates::Rates;
use crate::redundancy::Redundancy;
use crate::reports::LayerClock;
use crate::speakers::Level;
use crate::wanted::WantedLayers;
use crate::wire::dependency_descriptor::Structure;
use crate::wire_api::{MAX_LAYERS, MediaKind, Shedding};

/// A layer that sent nothing for this long is dead: slots fall to a lower one. A still screen comes at 1 frame a second.
pub const LAYER_DEAD_US: u64 = 1_200_000;
/// A layer that fell silent this long before another of its source is dead too: browsers pause the highest when
/// bandwidth falls, and send every frame on all that are left.
pub const LAYER_BEHIND_US: u64 = 400_000;
/// A layer that was silent this long is not asked for again: its packets are forgotten (0.77 MB each; a share that ended
/// stays on its m-line for the whole call).
pub const FORGET_US: u64 = 5_000_000;
/// It must be seen to be behind so often (every 50 ms): the layers of one frame come one after the other.
const BEHIND_TIMES: u8 = 2;

/// One slot that wishes for, shows, or waits for a source. The layers are a copy of the slot's, so that the fan-out
/// passes by slots of other layers without touching them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Watcher {
    /// Position of the subscriber.
    pub peer: usize,
    /// Position of the slot in the subscriber.
    pub slot: usize,
    /// The layer that is sent; [`NO_LAYER`]: none of this source.
    pub current: u8,
    /// The layer that is waited for.
    pub pending: u8,
}

/// No layer.
pub const NO_LAYER: u8 = u8::MAX;

/// One encoding of a source, from its first packet until its SSRC changes or the publisher goes.
#[derive(Debug)]
pub struct Layer {
    /// Names this incarnation.
    pub epoch: u64,
    /// Of the primary stream; 0: only retransmissions have come.
    pub ssrc: u32,
    /// Gaps and duplicates.
    pub missings: Missings,
    /// Of video only.
    pub history: History,
    /// Of sound only.
    pub redundancy: Redundancy,
    /// What it cost when its publisher was told that nobody takes it; 0 everywhere: that was not so yet.
    pub let_go_rate: LayerRate,
    /// RTP clock to wall clock.
    pub clock: LayerClock,
    /// The last picture id, widened.
    pub picture: u16,
    /// Of the dependency descriptors of its last keyframe: 1 kB, when it sends such.
    pub structure: Option<Box<Structure>>,
    /// What it sends, per temporal level.
    pub rates: Rates,
    /// The last packet with payload.
    pub heard_us: u64,
    /// Heard lately.
    pub is_live: bool,
    /// How often it was seen to be behind the others.
    behind: u8,
    /// A slot shows it or waits for it.
    pub is_wanted: bool,
    /// Sequence numbers that were asked for again.
    pub nacks: u32,
    /// Keyframes that were asked for.
    pub plis: u32,
}

impl Layer {
    /// Nothing came yet.
    pub fn new(epoch: u64, ssrc: u32) -> Self {
        Self {
            epoch,
            ssrc,
            missings: Missings::default(),
            history: History::new(),
            redundancy: Redundancy::default(),
            let_go_rate: LayerRate::default(),
            clock: LayerClock::default(),
            picture: 0,
            structure: None,
            rates: Rates::default(),
            heard_us: 0,
            is_live: false,
            behind: 0,
            is_wanted: false,
            nacks: 0,
            plis: 0,
        }
    }

    /// A packet came that is not one of before; `is_repair`: it was lost first, and tells nothing of time. `len` is of
    /// its payload.
    #[inline]
    pub fn on_packet(&mut self, facts: &Facts, len: usize, is_repair: bool, now_us: u64) {
        if facts.codec.is_audio() {
            self.redundancy.on_packet(facts.index, facts.timestamp);
        }
        if facts.is_padding {
            return;
        }
        self.heard_us = now_us;
        self.rates.on_packet(facts, len, now_us);
        if !is_repair {
            self.clock.on_packet(facts.timestamp, now_us);
        }
    }

    /// Bits per second of the temporal levels 0 to `temporal` together, over the last second; 0: not known yet.
    pub fn rate_bps(&self, temporal: u8) -> u64 {
        self.rates.rate_bps(temporal)
    }

    /// Frames per second of the temporal levels 0 to `temporal` together, over the last second.
    pub fn frames_per_s(&self, temporal: u8) -> u64 {
        self.rates.frames_per_s(temporal)
    }

    /// Temporal levels that came within the last second; 1 without temporal layers.
    pub fn temporal_levels(&self) -> u8 {
        self.rates.temporal_levels()
    }
}

/// The position of a publisher that is another worker's peer.
pub const NOBODY: usize = usize::MAX;

/// Where a source's packets come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Publisher {
    /// Position of the peer; [`NOBODY`]: it is another worker's.
    pub peer: usize,
    /// Sound or picture.
    pub kind: MediaKind,
    /// Never ranked among the speakers.
    pub is_programme: bool,
}

/// A microphone, camera or screen. It outlives its publisher: gates and classes are kept for the next one.
#[derive(Debug)]
pub struct Source {
    /// Travels as CSRC.
    pub id: u32,
    /// The room of its publisher; `None` before the first.
    pub room: Option<u64>,
    /// Who sends it now.
    pub publisher: Option<Publisher>,
    /// Bits of gates that are closed.
    pub closed_gates: u8,
    /// Audience classes; 0: nobody.
    pub classes: u64,
    /// What is given up first when bandwidth is short.
    pub shedding: Shedding,
    /// Lowest first.
    pub layers: [Option<Layer>; MAX_LAYERS],
    /// Slots that look at it.
    pub watchers: Vec<Watcher>,
    /// Which layers anybody takes.
    pub wanted: WantedLayers,
    /// Requests to its publisher.
    pub keyframes: KeyframeRequests,
    /// Audio only.
    pub level: Level,
    /// From the first packet; a source changes it only with a keyframe.
    pub codec: Option<Codec>,
    /// The last that its publisher said.
    pub playout_delay: Option<[u8; 3]>,
    /// Python was told.
    pub is_started: bool,
    /// When it lost its publisher, as a count of such losses.
    pub orphaned: u64,
    /// It ends as soon as it has no publisher.
    pub is_forgotten: bool,
    /// A peer of this worker has published it: the other workers heard of it from here.
    pub has_lived_here: bool,
    /// The id of the peer that publishes it, or did last.
    pub owner: u64,
    /// It lives on another worker.
    pub mirror: Option<Mirror>,
    /// Other workers that want layers of it.
    pub interests: Vec<Interest>,
    /// When the other workers are to be told what there is of it.
    pub note_due_us: u64,
}

impl Source {
    /// Known by id only.
    pub fn new(id: u32) -> Self {
        Self {
            id,
            room: None,
            publisher: None,
            closed_gates: 0,
            classes: 0,
            shedding: Shedding::default(),
            layers: [None, None, None],
            watchers: Vec::new(),
            wanted: WantedLayers::default(),
            keyframes: KeyframeRequests::default(),
            level: Level::default(),
            codec: None,
            playout_delay: None,
            is_started: false,
            orphaned: 0,
            is_forgotten: false,
            has_lived_here: false,
            owner: 0,
            mirror: None,
            interests: Vec::new(),
            note_due_us: 0,
        }
    }

    /// It has a new publisher: nothing has come yet.
    pub fn begin_anew(&mut self) {
        self.layers = [None, None, None];
        self.codec = None;
        self.playout_delay = None;
        self.is_started = false;
        self.is_forgotten = false;
        self.wanted = WantedLayers::default();
        self.level.reset();
        self.interests.clear();
    }

    /// Keeps what a packet says for its successors, and gives what they said to one with which a decoder can start.
    #[inline]
    pub fn complete(&mut self, facts: &mut Facts) {
        match facts.extensions.playout_delay {
            None if facts.is_start && !facts.is_padding => facts.extensions.playout_delay = self.playout_delay,
            None => {}
            said => self.playout_delay = said,
        }
    }

    /// Whether a subscriber of `room` who hears `hears` may have it now.
    #[inline]
    pub fn is_permitted(&self, room: u64, hears: u64) -> bool {
        self.publisher.is_some() && self.room == Some(room) && self.closed_gates == 0 && self.classes & hears != 0
    }

    /// The layer at this place.
    #[inline]
    pub fn layer(&self, at: u8) -> Option<&Layer> {
        self.layers.get(usize::from(at))?.as_ref()
    }

    /// The layer at this place.
    #[inline]
    pub fn layer_mut(&mut self, at: u8) -> Option<&mut Layer> {
        self.layers.get_mut(usize::from(at))?.as_mut()
    }

    /// Looks for layers that fell silent; answers whether one died. To be called every 50 ms.
    pub fn bury_layers(&mut self, now_us: u64) -> bool {
        let newest_us = self.layers.iter().flatten().map(|layer| layer.heard_us).max().unwrap_or(0);
        let mut has_died = false;
        for layer in self.layers.iter_mut().flatten() {
            layer.rates.on_time(now_us);
            if !layer.is_live {
                if now_us.saturating_sub(layer.heard_us) > FORGET_US {
                    layer.history.clear();
                }
                continue;
            }
            let is_behind = newest_us.saturating_sub(layer.heard_us) > LAYER_BEHIND_US;
            layer.behind = if is_behind { layer.behind + 1 } else { 0 };
            if layer.behind >= BEHIND_TIMES || now_us.saturating_sub(layer.heard_us) > LAYER_DEAD_US {
                (layer.is_live, layer.behind) = (false, 0);
                has_died = true;
            }
        }
        has_died
    }

    /// Some slot shows this layer or waits for it.
    pub fn is_watched(&self, layer: u8) -> bool {
        self.watchers.iter().any(|watcher| watcher.current == layer || watcher.pending == layer)
    }

    /// A packet is missing that may have to be asked for.
    pub fn waits_for_packets(&self) -> bool {
        self.closed_gates == 0 && self.layers.iter().flatten().any(|layer| !layer.missings.is_complete())
    }

    /// The place of a layer that is still the same incarnation.
    pub fn place_of(&self, epoch: u64) -> Option<u8> {
        let is_it = |layer: &Option<Layer>| layer.as_ref().is_some_and(|layer| layer.epoch == epoch);
        self.layers.iter().position(is_it).map(|at| at as u8)
    }

    /// The highest live layer up to `cap`, else the lowest live one.
    pub fn choose_layer(&self, cap: u8) -> Option<u8> {
        let is_live = |at: &u8| self.layer(*at).is_some_and(|layer| layer.is_live);
        (0..=cap.min(MAX_LAYERS as u8 - 1)).rev().find(is_live).or_else(|| (0..MAX_LAYERS as u8).find(is_live))
    }

    /// Takes note of what a slot shows and awaits of this source; `None` removes it.
    pub fn watch(&mut self, peer: usize, slot: usize, layers: Option<(u8, u8)>) {
        let found = self.watchers.iter().position(|watcher| watcher.peer == peer && watcher.slot == slot);
        match (found, layers) {
            (Some(at), Some((current, pending))) => {
                if let Some(watcher) = self.watchers.get_mut(at) {
                    (watcher.current, watcher.pending) = (current, pending);
                }
            }
            (Some(at), None) => {
                self.watchers.swap_remove(at);
            }
            (None, Some((current, pending))) => self.watchers.push(Watcher { peer, slot, current, pending }),
            (None, None) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{Facts, PacketBase, PassedExtensions};

    #[test]
    fn packets_of_a_layer_that_ended_are_forgotten() {
        let base = PacketBase {
            index: 7,
            timestamp: 0,
            is_marked: false,
            extensions: PassedExtensions::default(),
            arrival_us: 0,
        };
        let facts = Facts::of(Codec::Opus, &[1], base).expect("sound is always good");
        let mut layer = Layer::new(1, 5);
        (layer.is_live, layer.heard_us) = (true, 1_000_000);
        layer.history.keep(&facts, b"picture", &[]);
        let mut source = Source::new(9);
        source.layers[0] = Some(layer);
        let is_kept = |source: &Source| source.layer(0).is_some_and(|layer| layer.history.get(7).is_some());
        assert!(source.bury_layers(1_000_001 + LAYER_DEAD_US));
        assert!(is_kept(&source), "the last packets may still be asked for");
        assert!(!source.bury_layers(1_000_000 + FORGET_US));
        assert!(is_kept(&source));
        assert!(!source.bury_layers(1_000_001 + FORGET_US));
        assert!(!is_kept(&source));
    }
}
