//! Statistics on request: what a room's snapshot says of its sources and slots, and that it says nothing of others'.

mod common;

use common::camera::{Camera, film};
use common::{World, camera, slots};
use vdx_relay::statistics::{PeerStatistics, SourceStatistics};
use vdx_relay::wire::rtcp::write_picture_loss;
use vdx_relay::wire_api::{Command, Event, SlotKind};

fn snapshot(world: &mut World, room: u64) -> (Vec<PeerStatistics>, Vec<SourceStatistics>) {
    world.command(Command::TakeSnapshot { id: 77, room });
    let found = world.events.iter().rev().find_map(|event| match event {
        Event::Snapshot { id: 77, peers, sources } => Some((peers.clone(), sources.clone())),
        _ => None,
    });
    found.expect("an answer")
}

#[test]
fn snapshot_tells_layers_and_slots_of_its_room_only() {
    let mut world = World::new();
    world.connect(2, vec![camera("1", 111, &["q", "h"])], Vec::new());
    world.connect(4, Vec::new(), slots(2));
    world.allow(111);
    world.bind(4, SlotKind::Video, 1, 111, 0);
    let mut cameras = [Camera::new(2, 111, "1", &["q", "h"], 6000)];
    film(&mut world, &mut cameras, 3_000);
    let mut loss = [0; 12];
    let len = write_picture_loss(&mut loss, 1, 1001).expect("room");
    world.send_rtcp(4, &loss[..len]);
    let (peers, sources) = snapshot(&mut world, 1);
    assert_eq!(peers.iter().map(|peer| peer.peer).collect::<Vec<_>>(), [2, 4]);
    let [slot] = peers[1].slots.as_slice() else { panic!("one slot is used: {:?}", peers[1].slots) };
    assert_eq!((slot.kind, slot.index, slot.source, slot.layer), (SlotKind::Video, 1, 111, 0));
    assert!(slot.packets > 40 && slot.bps > 0 && slot.freezes == 0, "{slot:?}");
    let [source] = sources.as_slice() else { panic!("{sources:?}") };
    assert_eq!((source.source, source.peer, source.layers.len()), (111, 2, 2));
    assert!(source.layers.iter().all(|layer| layer.is_live && layer.bps > 0 && layer.fps >= 18), "{source:?}");
    assert!(source.layers[0].is_wanted && !source.layers[1].is_wanted);
    assert_eq!(
        (slot.keyframe_requests, source.layers[0].keyframe_requests, source.layers[1].keyframe_requests),
        (1, 1, 0)
    );
    assert_eq!(snapshot(&mut world, 2), (Vec::new(), Vec::new()), "another room");
}
