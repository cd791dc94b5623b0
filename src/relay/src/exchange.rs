//! What workers tell each other: a room's peers may live on several, a source lives where its publisher does.
//!
//! ```text
//! owner -> all            SourceAdded, SourceGone, SourceForgotten, RoomJoined, RoomLeft
//! owner -> who has peers  Layers (what there is of a source), packets of voiced sound
//! owner -> who asked      packets of the layers asked for
//! mirror -> owner         Interest (the layers its subscribers show or wait for), Keyframe
//! ```
//!
//! A worker mirrors each source of the others: the same gates and classes (Python tells all workers), the same layers with
//! epochs of its own, its own history. Notes and packets to one worker keep their order. Gathered in a [`Parcel`] per
//! worker and turn; [`crate::post`] carries it. When the other does not keep up, pictures' upper layers are not sent to it
//! any more, then pictures, then sound; a layer that was cut begins again with a keyframe.
//! What is left out: who may see or hear what (gates and classes are looked at on both sides), and TWCC (a worker's own).

use std::collections::{HashMap, VecDeque};

use crate::facts::{Codec, Facts};
use crate::rates::Rates;
use crate::reports::{LayerClock, PublisherClock};
use crate::wanted::WantedLayers;
use crate::wire_api::{MAX_LAYERS, MediaKind};

/// Workers of one relay at most: a bit of a port range, and rings grow with the square.
pub const MAX_WORKERS: usize = 32;
/// More than this waiting for a worker: upper layers are not sent to it. Half a second of 16 Mbit/s.
const UPPER_LAYERS_END: usize = 1 << 20;
/// More than this: no pictures.
const PICTURES_END: usize = 2 << 20;
/// More than this: no sound.
const SOUND_ENDS: usize = 3 << 20;
/// More than this: no notes, which cannot be while the other worker lives; counted.
const NOTES_END: usize = 64 << 20;
/// What a note counts for in these.
const NOTE_LEN: usize = 128;

/// What a mirror knows of a layer before its packets.
#[derive(Debug, Clone)]
pub struct LayerNote {
    /// The owner's name of this incarnation.
    pub epoch: u64,
    /// Heard lately.
    pub is_live: bool,
    /// What it sends.
    pub rates: Rates,
    /// RTP clock to wall clock.
    pub clock: LayerClock,
}

/// What there is of a source.
#[derive(Debug, Clone)]
pub struct LayersNote {
    /// The source's id.
    pub source: u32,
    /// The publisher's peer id.
    pub owner: u64,
    /// From its packets.
    pub codec: Option<Codec>,
    /// Lowest first.
    pub layers: [Option<LayerNote>; MAX_LAYERS],
    /// The publisher's wall clock.
    pub clock: PublisherClock,
    /// What its publisher was told to send.
    pub wanted: WantedLayers,
}

/// One thing told to another worker.
#[derive(Debug, Clone)]
pub enum Note {
    /// A peer here publishes it. The highest owner counts: peers are numbered as they come.
    SourceAdded {
        /// Its id.
        source: u32,
        /// Whose it is.
        room: u64,
        /// The publisher's peer id.
        owner: u64,
        /// Sound or picture.
        kind: MediaKind,
        /// Never ranked.
        is_programme: bool,
    },
    /// It lost its publisher.
    SourceGone {
        /// Its id.
        source: u32,
        /// Who published it.
        owner: u64,
    },
    /// It will not be published again. Python tells all workers too, but maybe before they have heard of it.
    SourceForgotten {
        /// Its id.
        source: u32,
    },
    /// See there.
    Layers(Box<LayersNote>),
    /// The first peer of a room is here.
    RoomJoined(u64),
    /// The last one left.
    RoomLeft(u64),
    /// Which layers are wanted, by bit.
    Interest {
        /// The source's id.
        source: u32,
        /// Of which publisher.
        owner: u64,
        /// Bit i: packets of layer i.
        layers: u8,
        /// Bit i: its subscribers take layer i, or would.
        wanted: u8,
    },
    /// A keyframe is needed.
    Keyframe {
        /// The source's id.
        source: u32,
        /// Of this layer.
        layer: u8,
    },
}

/// A media packet, opened.
#[derive(Debug, Clone, Copy)]
pub struct Carried {
    /// The source's id.
    pub source: u32,
    /// Place of the layer.
    pub layer: u8,
    /// The owner's name of its incarnation.
    pub epoch: u64,
    /// Of the packet.
    pub facts: Facts,
    /// Bytes of its payload.
    pub len: u32,
    /// Bytes of its dependency descriptor, which follow the payload.
    pub descriptor_len: u32,
}

/// One item of a parcel.
#[derive(Debug)]
pub enum Item {
    /// See there.
    Note(Note),
    /// Its payload and descriptor are the next in the parcel's bytes.
    Packet(Carried),
}

/// What goes to one worker in one turn, in order.
#[derive(Debug, Default)]
pub struct Parcel {
    pub(crate) items: VecDeque<Item>,
    pub(crate) bytes: Vec<u8>,
    /// Where the payload of the first packet begins.
    pub(crate) from: usize,
}

impl Parcel {
    /// What it counts for in the bounds.
    pub fn len(&self) -> usize {
        self.items.len() * NOTE_LEN + self.bytes.len()
    }

    /// Nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Empties it; the memory stays.
    pub fn clear(&mut self) {
        self.items.clear();
        self.bytes.clear();
        self.from = 0;
    }
}

/// A worker that wants layers of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interest {
    /// Who.
    pub worker: u16,
    /// Bit i: packets of layer i.
    pub layers: u8,
    /// Bit i: its subscribers take layer i, or would.
    pub wanted: u8,
    /// Layers that were cut, by bit: they begin again with a keyframe.
    pub cut: u8,
}

/// What a source that lives elsewhere is here.
#[derive(Debug, Clone)]
pub struct Mirror {
    /// Where it lives.
    pub worker: u16,
    /// The owner's names of the layers' incarnations.
    pub epochs: [u64; MAX_LAYERS],
    /// The publisher's wall clock.
    pub clock: PublisherClock,
    /// What the subscribers here take or would take, by bit.
    pub wanted: u8,
    /// The interest its owner was told: packets, and wanted layers.
    pub told: (u8, u8),
}

#[derive(Debug, Default)]
struct Outbox {
    parcel: Parcel,
    /// What waits at the other side, as last seen.
    waiting: usize,
}

/// One worker's side.
#[derive(Debug)]
pub struct Exchange {
    own: u16,
    outboxes: Vec<Outbox>,
    /// Other workers that have peers in a room.
    presence: HashMap<u64, Vec<u16>>,
    /// Mirrored sources whose watchers changed.
    pub(crate) interests_due: Vec<usize>,
    /// Sources that live elsewhere.
    pub(crate) mirrors: usize,
    pub(crate) notes_dropped: u64,
}

impl Exchange {
    /// Of worker `own` among `workers`.
    pub fn new(own: u16, workers: usize) -> Self {
        Self {
            own,
            outboxes: (0..workers).map(|_| Outbox::default()).collect(),
            presence: HashMap::new(),
            interests_due: Vec::new(),
            mirrors: 0,
            notes_dropped: 0,
        }
    }

    /// Tells one worker.
    pub fn tell(&mut self, worker: u16, note: Note) {
        let Some(outbox) = self.outboxes.get_mut(usize::from(worker)) else { return };
        if outbox.waiting + outbox.parcel.len() > NOTES_END {
            self.notes_dropped += 1;
            return;
        }
        outbox.parcel.items.push_back(Item::Note(note));
    }

    /// Tells all others.
    pub fn tell_all(&mut self, note: &Note) {
        for worker in 0..self.outboxes.len() as u16 {
            if worker != self.own {
                self.tell(worker, note.clone());
            }
        }
    }

    /// The other workers that have peers in a room.
    pub fn present(&self, room: u64) -> &[u16] {
        self.presence.get(&room).map_or(&[], Vec::as_slice)
    }

    /// Another worker has peers in a room now, or none any more.
    pub fn set_present(&mut self, worker: u16, room: u64, is_present: bool) {
        let workers = self.presence.entry(room).or_default();
        workers.retain(|known| *known != worker);
        if is_present {
            workers.push(worker);
        } else if workers.is_empty() {
            self.presence.remove(&room);
        }
    }

    /// Of the workers with peers in a room this one tells Python about it.
    pub fn speaks_for(&self, room: u64) -> bool {
        self.present(room).iter().all(|other| *other > self.own)
    }

    /// How a worker keeps up: whether a packet of this kind may be sent to it.
    pub fn has_room(&self, worker: u16, is_audio: bool, layer: u8) -> bool {
        let Some(outbox) = self.outboxes.get(usize::from(worker)) else { return false };
        let end = match (is_audio, layer) {
            (true, _) => SOUND_ENDS,
            (false, 0) => PICTURES_END,
            (false, _) => UPPER_LAYERS_END,
        };
        outbox.waiting + outbox.parcel.len() <= end
    }

    /// Sends a packet along.
    pub fn carry(&mut self, worker: u16, packet: Carried, payload: &[u8], descriptor: &[u8]) {
        if let Some(outbox) = self.outboxes.get_mut(usize::from(worker)) {
            outbox.parcel.items.push_back(Item::Packet(packet));
            outbox.parcel.bytes.extend_from_slice(payload);
            outbox.parcel.bytes.extend_from_slice(descriptor);
        }
    }

    /// Hands every parcel that is not empty to `post`, which leaves an empty one; it answers what waits there then.
    pub fn post(&mut self, mut post: impl FnMut(u16, &mut Parcel) -> usize) {
        for (worker, outbox) in (0..).zip(&mut self.outboxes) {
            if worker != self.own && (!outbox.parcel.is_empty() || outbox.waiting > 0) {
                outbox.waiting = post(worker, &mut outbox.parcel);
            }
        }
    }
}
