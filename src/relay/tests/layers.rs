//! Which layers a publisher is told that anybody takes, and what is shown while one comes back.

use crate::common;

use common::camera::{Camera, Stamp, film};
use common::link::{Link, film_over};
use common::stage::{ANNA, SLOT, VIEWER, call, of_slot};
use common::{World, measured_slots};
use vdx_relay::wire_api::{Command, Event, SlotKind};

/// What was told of Anna's camera since the last call.
fn told(world: &mut World) -> Vec<u8> {
    let told = world.take_events().into_iter().filter_map(|event| match event {
        Event::LayersWanted { peer: ANNA, source: 11, layers } => Some(layers),
        _ => None,
    });
    told.collect()
}

#[test]
fn layers_nobody_takes_are_told_after_a_while_and_wanted_at_once() {
    let (mut world, mut cameras) = call();
    world.bind(VIEWER, SlotKind::Video, 0, 11, 1);
    film(&mut world, &mut cameras, 4_500);
    assert_eq!(told(&mut world), [], "not at once");
    film(&mut world, &mut cameras, 1_500);
    assert_eq!(told(&mut world), [0b011], "the lowest stays for a way that narrows");
    world.bind(VIEWER, SlotKind::Video, 0, 11, 2);
    film(&mut world, &mut cameras, 100);
    assert_eq!(told(&mut world), [0b111]);
    world.bind(VIEWER, SlotKind::Video, 0, 0, 2);
    film(&mut world, &mut cameras, 6_000);
    assert_eq!(told(&mut world), [0b101, 0], "the middle one was not taken for longer; then nobody looks");
    world.bind(VIEWER, SlotKind::Video, 0, 11, 0);
    film(&mut world, &mut cameras, 100);
    assert_eq!(told(&mut world), [0b001]);
    assert_eq!(world.forwarder.counters().layers_told, 5 + 1, "and once that nobody looks at Bo");
}

#[test]
fn layer_that_never_came_is_not_told_off_and_is_shown_when_it_comes() {
    let (mut world, mut cameras) = call();
    world.connect(6, Vec::new(), measured_slots(1));
    let mut link = Link::new(6, 20_000_000);
    world.bind(6, SlotKind::Video, 0, 11, 2);
    cameras[0].active = 0b011;
    film_over(&mut world, &mut cameras, &mut link, 7_000);
    assert_eq!(told(&mut world), [], "a small camera has no more");
    cameras[0].active = 0b111;
    link.take(SLOT);
    film_over(&mut world, &mut cameras, &mut link, 3_000);
    let last = link.take(SLOT).last().map(|packet| Stamp::read(&packet.payload).layer);
    assert_eq!(last, Some(2), "a larger one has");
}

#[test]
fn who_may_not_see_a_source_takes_nothing_of_it() {
    let (mut world, mut cameras) = call();
    world.bind(VIEWER, SlotKind::Video, 0, 11, 2);
    film(&mut world, &mut cameras, 1_000);
    world.command(Command::SetSourceClasses { room: common::ROOM, source: 11, classes: 2 });
    film(&mut world, &mut cameras, 6_000);
    assert_eq!(told(&mut world).last(), Some(&0));
    world.allow(11);
    film(&mut world, &mut cameras, 100);
    assert_eq!(told(&mut world), [0b101], "what is taken, and the lowest");
}

/// Peer 6, on a way that is measured, watches the middle layer; the publisher stops the highest, which is then wanted.
fn upper_layer_is_wanted_again(rate_bps: u64, wait_ms: u64) -> (World, [Camera; 2], Link) {
    let (mut world, mut cameras) = call();
    world.connect(6, Vec::new(), measured_slots(1));
    let mut link = Link::new(6, rate_bps);
    world.bind(6, SlotKind::Video, 0, 11, 1);
    film_over(&mut world, &mut cameras, &mut link, 7_000);
    assert_eq!(told(&mut world), [0b011]);
    cameras[0].active = 0b011;
    film_over(&mut world, &mut cameras, &mut link, 2_000);
    world.bind(6, SlotKind::Video, 0, 11, 2);
    film_over(&mut world, &mut cameras, &mut link, wait_ms);
    (world, cameras, link)
}

#[test]
fn layer_that_was_stopped_comes_back_and_a_lower_one_is_shown_meanwhile() {
    let (mut world, mut cameras, mut link) = upper_layer_is_wanted_again(20_000_000, 3_000);
    assert_eq!(told(&mut world), [0b111], "by probes, where nothing is measured");
    link.take(SLOT);
    film_over(&mut world, &mut cameras, &mut link, 200);
    let last = link.take(SLOT).last().map(|packet| Stamp::read(&packet.payload).layer);
    assert_eq!(last, Some(1), "the best that is there");
    cameras[0].active = 0b111;
    film_over(&mut world, &mut cameras, &mut link, 1_500);
    let last = link.take(SLOT).last().map(|packet| Stamp::read(&packet.payload).layer);
    assert_eq!(last, Some(2));
    assert_eq!(told(&mut world), []);
}

#[test]
fn layer_that_was_let_go_is_asked_for_again_by_what_it_cost() {
    let (mut world, _, _) = upper_layer_is_wanted_again(1_200_000, 5_000);
    assert_eq!(told(&mut world), [0b111], "what such layers mostly take would not fit");
}

#[test]
fn unmeasured_subscriber_shows_a_lower_layer_meanwhile_too() {
    let (mut world, mut cameras) = call();
    world.bind(VIEWER, SlotKind::Video, 0, 11, 0);
    film(&mut world, &mut cameras, 7_000);
    assert_eq!(told(&mut world), [0b001]);
    cameras[0].active = 0b001;
    film(&mut world, &mut cameras, 2_000);
    world.bind(VIEWER, SlotKind::Video, 0, 11, 2);
    film(&mut world, &mut cameras, 500);
    assert_eq!(told(&mut world), [0b101]);
    world.take_rtp(VIEWER);
    cameras[0].active = 0b101;
    film(&mut world, &mut cameras, 1_000);
    let layers: Vec<u8> =
        of_slot(world.take_rtp(VIEWER), SLOT).iter().map(|packet| Stamp::read(&packet.payload).layer).collect();
    assert_eq!((layers.first(), layers.last()), (Some(&0), Some(&2)));
}

/// A layer's history is 0.77 MB.
#[test]
fn history_is_kept_of_layers_that_somebody_takes_and_of_no_others() {
    for (highest, layers) in [(None, 0), (Some(0), 1)] {
        let (mut world, [mut camera, _]) = call();
        camera.retransmits = false;
        if let Some(highest) = highest {
            world.bind(VIEWER, SlotKind::Video, 0, 11, highest);
        }
        let held = allocation_counter::measure(|| film(&mut world, std::slice::from_mut(&mut camera), 1_000));
        let histories = held.bytes_current / 700_000;
        assert_eq!(histories, layers, "up to layer {highest:?}: {} bytes", held.bytes_current);
    }
}
