//! The second look at permission: whatever else has a fault, a packet reaches nobody who may not have it.

use super::super::Forwarder;
use crate::facts::{Codec, Facts, PacketBase, PassedExtensions};
use crate::rewrite::Feed;
use crate::sink::Sink;
use crate::socket::Route;
use crate::source::Layer;
use crate::wire::rtcp::NtpTime;
use crate::wire_api::{AddPeer, Command, Extensions, Ice, MediaKind, Payloads, Receive, Slot, SlotKind};

const ROOM: u64 = 1;
const SOURCE: u32 = 11;
const PUBLISHER: u64 = 2;
const VIEWER: u64 = 4;
/// A keyframe's first packet (RFC 7741 §4.2, §4.3).
const KEYFRAME: [u8; 12] = [0x90, 0xE0, 0x92, 0x34, 0x56, 0x20, 0x10, 0x02, 0, 0x9D, 0x01, 0x2A];

/// Counts what leaves.
#[derive(Default)]
struct Tally {
    room: Vec<u8>,
    left: usize,
}

impl Sink for Tally {
    fn set_route(&mut self, _: usize, _: Route) {}
    fn remove(&mut self, _: usize) {}
    fn reserve(&mut self, _: usize, len: usize) -> &mut [u8] {
        self.room.resize(len, 0);
        &mut self.room
    }
    fn commit(&mut self, _: usize) {
        self.left += 1;
    }
    fn send_now(&mut self, _: &Route, _: &[u8]) {}
}

fn add(peer: u64, receives: Vec<Receive>, slots: Vec<Slot>) -> Command {
    Command::AddPeer(Box::new(AddPeer {
        peer,
        room: ROOM,
        replaces: 0,
        worker: 0,
        cname: "c".into(),
        ice: Ice { local_ufrag: format!("local{peer}"), local_pwd: "p".repeat(24), remote_ufrag: "remote".into() },
        payloads: Payloads { vp8: 96, ..Payloads::default() },
        extensions: Extensions::default(),
        receives,
        slots,
    }))
}

/// A viewer who is shown a camera.
fn call() -> (Forwarder, Feed) {
    let camera = Receive {
        mid: "0".into(),
        source: SOURCE,
        kind: MediaKind::Video,
        programme: false,
        screen: false,
        rids: Vec::new(),
        ssrc: 5_000,
        rtx_ssrc: 0,
        remb: false,
    };
    let slot = Slot {
        kind: SlotKind::Video,
        index: 0,
        mid: "v0".into(),
        ssrc: 1_000,
        rtx_ssrc: 0,
        nack: false,
        transport_cc: false,
        red: false,
        extensions: None,
    };
    let mut forwarder = Forwarder::new(NtpTime::from_unix_us(1_800_000_000_000_000), 1);
    let sink = &mut Tally::default();
    for command in [
        add(PUBLISHER, vec![camera], Vec::new()),
        add(VIEWER, Vec::new(), vec![slot]),
        Command::SetKeys { peer: VIEWER, profile: 7, receive: vec![1; 28], send: vec![2; 28] },
        Command::SetHears { peer: VIEWER, classes: 1 },
        Command::SetSourceClasses { room: ROOM, source: SOURCE, classes: 1 },
    ] {
        forwarder.handle_command(command, sink, 0);
    }
    let viewer = forwarder.peer_ids[&VIEWER];
    forwarder.peers.get_mut(viewer).expect("there").is_sending = true;
    let at = forwarder.source_ids[&SOURCE];
    let source = forwarder.sources.get_mut(at).expect("there");
    source.codec = Some(Codec::Vp8);
    let mut layer = Layer::new(1, 5_000);
    layer.is_live = true;
    source.layers[0] = Some(layer);
    let (peer, kind) = (VIEWER, SlotKind::Video);
    let bind = Command::BindSlot { peer, kind, index: 0, source: SOURCE, max_layer: 2, priority: 0 };
    forwarder.handle_command(bind, sink, 0);
    (forwarder, Feed { source: at, layer: 0, epoch: 1 })
}

/// What leaves of a packet that came.
fn left(forwarder: &mut Forwarder, feed: Feed, index: u64) -> usize {
    let extensions = PassedExtensions::default();
    let base = PacketBase { index, timestamp: 3_000 * index as u32, is_marked: true, extensions, arrival_us: index };
    let facts = Facts::of(Codec::Vp8, &KEYFRAME, base).expect("a keyframe");
    let publisher = forwarder.peer_ids[&PUBLISHER];
    forwarder.run.push(feed, publisher, &facts, &KEYFRAME, &[]);
    let mut sink = Tally::default();
    forwarder.fan_out_run(&mut sink, index);
    sink.left
}

#[test]
fn slot_that_was_not_settled_gets_nothing_that_its_subscriber_may_not_have() {
    let (mut forwarder, feed) = call();
    let viewer = forwarder.peer_ids[&VIEWER];
    assert_eq!(left(&mut forwarder, feed, 1), 1);
    // As if nobody had settled the slot: it still watches the source.
    forwarder.peers.get_mut(viewer).expect("there").hears = 2;
    assert_eq!((left(&mut forwarder, feed, 2), forwarder.counters().dropped_audience), (0, 1), "another class");
    forwarder.peers.get_mut(viewer).expect("there").hears = 1;
    assert_eq!(left(&mut forwarder, feed, 3), 1);
    forwarder.peers.get_mut(viewer).expect("there").room = 9;
    assert_eq!((left(&mut forwarder, feed, 4), forwarder.counters().dropped_audience), (0, 2), "another room");
    forwarder.peers.get_mut(viewer).expect("there").room = ROOM;
    assert_eq!(left(&mut forwarder, feed, 5), 1);
}
