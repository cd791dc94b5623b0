//! Connectivity, consent and DTLS through the whole forwarder.

use crate::common;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use common::camera::{Camera, film};
use common::{World, camera, is_success, microphone, slots, sound};
use vdx_relay::socket::Route;
use vdx_relay::wire::stun::{Class, Message, Role};
use vdx_relay::wire_api::{Command, Event, Ice, SlotKind};

/// What Python is told of a peer that is reached here.
fn bound(peer: u64, at: Route) -> Event {
    Event::PeerBound { peer, address: at.remote.ip().to_string(), is_tcp: at.is_tcp() }
}

fn route(port: u16) -> Route {
    let local = IpAddr::V4(Ipv4Addr::LOCALHOST);
    Route { socket: 0, local, remote: SocketAddr::new(IpAddr::V4(Ipv4Addr::new(10, 9, 9, 9)), port) }
}

/// What the sink holds, before clients take theirs: for routes that no client has.
fn answers(world: &mut World, from: Route, ice: &Ice, password: &str, nominate: bool, role: Role) -> Vec<Vec<u8>> {
    // A listener at that route.
    let ghost = 999;
    if !world.clients.contains_key(&ghost) {
        world.connect(ghost, Vec::new(), Vec::new());
    }
    let listener = world.clients.get_mut(&ghost).expect("there");
    listener.route = from;
    listener.other.clear();
    world.check_as(ice, password, from, nominate, role);
    std::mem::take(&mut world.clients.get_mut(&ghost).expect("there").other)
}

#[test]
fn only_a_check_with_the_right_password_is_answered_and_opens_the_way() {
    let mut world = World::new();
    let add = World::add_peer(2, Vec::new(), Vec::new());
    world.command(Command::AddPeer(Box::new(add)));
    let ice = World::ice_of(2);
    let controlling = Role::Controlling(1);
    assert!(answers(&mut world, route(1), &ice, "wrong password, wrong pass", true, controlling).is_empty());
    let unknown = Ice { local_ufrag: "nobody".into(), ..ice.clone() };
    assert!(answers(&mut world, route(1), &unknown, &ice.local_pwd, true, controlling).is_empty());
    let stranger = Ice { remote_ufrag: "stranger".into(), ..ice.clone() };
    assert!(answers(&mut world, route(1), &stranger, &ice.local_pwd, true, controlling).is_empty());
    world.datagram(route(1), b"\x16 client hello".to_vec());
    assert!(
        !world
            .take_events()
            .iter()
            .any(|it| matches!(it, Event::PeerBound { peer: 2, .. } | Event::DtlsReceived { .. }))
    );

    let conflict = answers(&mut world, route(1), &ice, &ice.local_pwd, true, Role::Controlled(1));
    let message = Message::parse(&conflict[0]).expect("STUN");
    assert_eq!((message.class, message.error_code), (Class::Error, Some(487)));
    world.datagram(route(1), b"\x16 client hello".to_vec());
    assert!(world.take_events().is_empty(), "a role conflict opens nothing");

    let good = answers(&mut world, route(1), &ice, &ice.local_pwd, false, controlling);
    assert!(is_success(&good[0]));
    assert_eq!(Message::parse(&good[0]).expect("STUN").mapped_address, Some(route(1).remote));
    world.datagram(route(1), b"\x16 client hello".to_vec());
    let events = world.take_events();
    assert_eq!(events, [bound(2, route(1)), Event::DtlsReceived { peer: 2, datagram: b"\x16 client hello".to_vec() }]);
    let counters = *world.forwarder.counters();
    assert_eq!((counters.dropped_stun_integrity, counters.dropped_stun_unknown_user), (1, 2));
    assert_eq!((counters.dropped_dtls_unvalidated, counters.stun_role_conflicts), (2, 1));
}

#[test]
fn datagrams_go_to_the_first_valid_address_then_to_the_last_nominated() {
    let mut world = World::new();
    world.connect(2, Vec::new(), Vec::new());
    let ice = World::ice_of(2);
    let role = Role::Controlling(1);
    world.connect(999, Vec::new(), Vec::new());
    world.take_events();
    let send = |world: &mut World| {
        world.command(Command::SendDtls { peer: 2, datagram: b"\x16 x".to_vec() });
        let at_home = std::mem::take(&mut world.clients.get_mut(&2).expect("there").other);
        let away = std::mem::take(&mut world.clients.get_mut(&999).expect("there").other);
        (at_home.contains(&b"\x16 x".to_vec()), away.contains(&b"\x16 x".to_vec()))
    };
    answers(&mut world, route(7), &ice, &ice.local_pwd, false, role);
    assert_eq!(send(&mut world), (true, false), "a check that does not nominate moves nothing");
    assert!(world.take_events().is_empty());
    answers(&mut world, route(7), &ice, &ice.local_pwd, true, role);
    assert_eq!(send(&mut world), (false, true));
    assert_eq!(world.take_events(), [bound(2, route(7))]);
}

/// Firefox and aiortc nominate once; their consent checks, 4 to 6 s apart, do not. When their NAT forgets the mapping
/// those checks come from a new address, are answered, and so the client sees nothing wrong.
#[test]
fn datagrams_follow_a_check_that_does_not_nominate_once_the_old_address_is_silent() {
    let mut world = World::new();
    world.connect(10, vec![microphone("0", 110, 5010)], Vec::new());
    world.connect(12, Vec::new(), slots(0));
    world.allow(110);
    let (ice, home, moved) = (World::ice_of(12), World::route_of(12), route(7));
    let role = Role::Controlling(1);
    let mut sequence = 0;
    let mut is_heard_at = |world: &mut World, at: Route| {
        sequence += 1;
        world.clients.get_mut(&12).expect("there").route = at;
        world.take_rtp(12);
        world.send(10, &sound(5010, sequence, Some(20)), sequence);
        !world.take_rtp(12).is_empty()
    };
    for _ in 0..5 {
        world.check_as(&ice, &ice.local_pwd, home, false, role);
        world.run_ms(2_000);
        world.check_as(&ice, &ice.local_pwd, moved, false, role);
        assert!(is_heard_at(&mut world, home), "another way is checked, this one lives");
        world.run_ms(500);
    }
    world.check_as(&ice, &ice.local_pwd, home, false, role);
    world.take_events();
    world.run_ms(4_000);
    world.check_as(&ice, "not its password at all!", moved, false, role);
    assert!(is_heard_at(&mut world, home), "only a check that is authentic moves anything");
    world.check_as(&ice, &ice.local_pwd, moved, false, role);
    assert!(is_heard_at(&mut world, moved));
    assert!(world.take_events().contains(&bound(12, moved)));
    world.check_as(&ice, &ice.local_pwd, home, false, role);
    assert!(is_heard_at(&mut world, moved), "a single check from where it was moves nothing back");
    world.check_as(&ice, &ice.local_pwd, home, true, role);
    assert!(is_heard_at(&mut world, home), "nominated");
}

#[test]
fn restart_keeps_old_credentials_until_a_check_with_the_new_nominates() {
    let mut world = World::new();
    world.connect(2, Vec::new(), Vec::new());
    let old = World::ice_of(2);
    let new = Ice { local_ufrag: "newlocal".into(), local_pwd: "n".repeat(24), remote_ufrag: "newremote".into() };
    let mut update = World::update_peer(2, Vec::new(), Vec::new());
    update.ice = new.clone();
    world.command(Command::UpdatePeer(Box::new(update)));
    let role = Role::Controlling(1);
    let is_answered = |world: &mut World, ice: &Ice, nominate| {
        !answers(world, route(7), ice, &ice.local_pwd, nominate, role).is_empty()
    };
    assert!(is_answered(&mut world, &old, true));
    assert!(is_answered(&mut world, &new, false));
    assert!(is_answered(&mut world, &old, false), "not nominated yet");
    assert!(is_answered(&mut world, &new, true));
    assert!(!is_answered(&mut world, &old, true), "over");
    assert!(is_answered(&mut world, &new, true));
}

#[test]
fn addresses_of_one_peer_are_bounded_and_one_that_moves_to_another_peer_is_its_own() {
    let mut world = World::new();
    world.connect(2, Vec::new(), Vec::new());
    world.connect(4, Vec::new(), Vec::new());
    let (two, four) = (World::ice_of(2), World::ice_of(4));
    let role = Role::Controlling(1);
    for port in 1..50 {
        world.now_us += 1_000;
        answers(&mut world, route(port), &two, &two.local_pwd, false, role);
    }
    world.take_events();
    world.datagram(route(1), b"\x16 old".to_vec());
    assert!(world.take_events().is_empty(), "given up for newer ones");
    world.datagram(route(49), b"\x16 new".to_vec());
    world.datagram(World::route_of(2), b"\x16 home".to_vec());
    assert_eq!(world.take_events().len(), 2, "where it is sent to is never given up");
    answers(&mut world, route(49), &four, &four.local_pwd, false, role);
    world.take_events();
    world.datagram(route(49), b"\x16 mine".to_vec());
    assert_eq!(world.take_events(), [Event::DtlsReceived { peer: 4, datagram: b"\x16 mine".to_vec() }]);
}

#[test]
fn dtls_to_python_is_bounded() {
    let mut world = World::new();
    world.connect(2, Vec::new(), Vec::new());
    world.take_events();
    let home = World::route_of(2);
    for _ in 0..1_000 {
        world.datagram(home, vec![22; 100]);
    }
    world.datagram(home, vec![22; 1_600]);
    assert!((50..=80).contains(&world.take_events().len()));
    assert!(world.forwarder.counters().dropped_dtls_rate > 900);
}

#[test]
fn consent_is_lost_comes_back_and_expires() {
    let mut world = World::new();
    world.connect(10, vec![microphone("0", 110, 5010)], Vec::new());
    world.connect(12, Vec::new(), slots(0));
    world.allow(110);
    let mut sequence = 0;
    let mut talk = |world: &mut World, ms: u64| {
        for _ in 0..ms / 100 {
            sequence += 1;
            world.check(10, true);
            world.send(10, &sound(5010, sequence, Some(20)), sequence);
            world.run_ms(100);
        }
    };
    talk(&mut world, 29_900);
    assert!(!world.take_rtp(12).is_empty());
    talk(&mut world, 300);
    assert!(world.take_events().contains(&Event::ConsentLost { peer: 12 }));
    world.take_rtp(12);
    world.clients.get_mut(&12).expect("there").take_rtcp();
    talk(&mut world, 1_500);
    assert!(world.take_rtp(12).is_empty() && world.clients[&12].rtcp.is_empty(), "nothing is sent");
    world.check(12, true);
    assert!(world.take_events().contains(&Event::ConsentBack { peer: 12 }));
    talk(&mut world, 200);
    assert!(!world.take_rtp(12).is_empty(), "the same keys and slots go on");
    talk(&mut world, 89_500);
    assert!(!world.take_events().contains(&Event::PeerExpired { peer: 12 }));
    talk(&mut world, 1_000);
    assert!(world.take_events().contains(&Event::PeerExpired { peer: 12 }));
    assert_eq!(world.forwarder.counters().peers, 1);
}

#[test]
fn peer_that_is_never_heard_expires_after_thirty_seconds() {
    let mut world = World::new();
    let add = World::add_peer(2, Vec::new(), Vec::new());
    world.command(Command::AddPeer(Box::new(add)));
    world.run_ms(29_900);
    assert!(world.take_events().is_empty());
    world.run_ms(200);
    assert_eq!(world.take_events(), [Event::PeerExpired { peer: 2 }]);
}

#[test]
fn removed_and_replaced_peers_leave_nothing_behind() {
    let mut world = World::new();
    for round in 0..200_u64 {
        let id = 10 + round * 2;
        let mut add = World::add_peer(id, vec![microphone("0", 110, 5000), camera("1", 111, &["q", "h"])], slots(4));
        add.replaces = if round == 0 { 0 } else { id - 2 };
        world.connect_as(add);
        world.bind(id, SlotKind::Video, 0, 111, 2);
        world.send(id, &sound(5000, 1, Some(10)), 1);
        world.run_ms(5);
    }
    let counters = *world.forwarder.counters();
    assert_eq!((counters.peers, counters.sources, counters.rooms), (1, 2, 1));
    world.command(Command::RemovePeer { peer: 10 + 199 * 2 });
    // A microphone that was gated and never published ends with the room, as the others.
    world.gate(900, 1, false);
    world.command(Command::SetSourceClasses { room: common::ROOM, source: 901, classes: 1 });
    world.command(Command::CloseRoom { room: common::ROOM });
    let counters = *world.forwarder.counters();
    assert_eq!((counters.peers, counters.rooms, counters.sources), (0, 0, 0));
}

#[test]
fn fence_comes_after_what_was_before_it() {
    let mut world = World::new();
    world.connect(10, vec![microphone("0", 110, 5010)], Vec::new());
    world.connect(12, Vec::new(), slots(0));
    world.allow(110);
    world.send(10, &sound(5010, 1, Some(20)), 1);
    assert_eq!(world.take_rtp(12).len(), 1);
    world.gate(110, 2, false);
    world.take_events();
    world.command(Command::Fence { id: 7 });
    assert_eq!(world.take_events(), [Event::FenceReached { id: 7 }]);
    world.send(10, &sound(5010, 2, Some(20)), 2);
    assert!(world.take_rtp(12).is_empty());
}

#[test]
fn same_keys_again_reset_nothing() {
    let mut world = World::new();
    world.connect(2, vec![camera("1", 111, &["q"])], Vec::new());
    world.connect(4, Vec::new(), slots(1));
    world.allow(111);
    world.bind(4, SlotKind::Video, 0, 111, 0);
    let mut cameras = [Camera::new(2, 111, "1", &["q"], 6000)];
    film(&mut world, &mut cameras, 300);
    let key = |tag: u8| -> Vec<u8> { (0..28_u8).map(|byte| byte ^ tag ^ 4).collect() };
    world.command(Command::SetKeys { peer: 4, profile: 7, receive: key(0x40), send: key(0x80) });
    // Each packet still opens with the receiver's replay window: no index was used twice.
    film(&mut world, &mut cameras, 300);
    assert!(world.take_rtp(4).len() > 30);
}
