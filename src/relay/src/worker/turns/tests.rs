//! The worker over loopback: commands in, events out, a panic that ends one peer, a clean end.

use std::net::{SocketAddr, UdpSocket};

use super::*;
use crate::socket::SocketOptions;
use crate::wire::stun::{BindingRequest, IntegrityKey, Role, write_request};
use crate::wire_api::{AddPeer, Extensions, Ice, Payloads};
use crate::worker::{MAX_COMMANDS, QueueFull, Worker};

const OPTIONS: SocketOptions =
    SocketOptions { buffer_bytes: 1 << 18, segmentation: true, local_only: false, tcp: true };

fn ice(id: u64) -> Ice {
    Ice { local_ufrag: format!("local{id}"), local_pwd: "p".repeat(24), remote_ufrag: "remote".into() }
}

fn add(id: u64) -> Command {
    Command::AddPeer(Box::new(AddPeer {
        peer: id,
        room: 1,
        replaces: 0,
        worker: 0,
        cname: "c".into(),
        ice: ice(id),
        payloads: Payloads::default(),
        extensions: Extensions::default(),
        receives: Vec::new(),
        slots: Vec::new(),
    }))
}

fn check(id: u64) -> Vec<u8> {
    let ice = ice(id);
    let request = BindingRequest {
        remote_ufrag: ice.local_ufrag.as_bytes(),
        local_ufrag: ice.remote_ufrag.as_bytes(),
        priority: 1,
        role: Role::Controlling(1),
        use_candidate: true,
    };
    let mut out = vec![0; 256];
    let len = write_request(&mut out, &[1; 12], &request, &IntegrityKey::new(ice.local_pwd.as_bytes())).expect("room");
    out.truncate(len);
    out
}

/// A loop that the test turns itself.
fn manual() -> (Loop, Arc<Border>, SocketAddr) {
    let sockets = Sockets::bind(&["127.0.0.1:0".parse().expect("an address")], OPTIONS).expect("bound");
    let address = sockets.addresses()[0];
    let border = Arc::new(Border::alone().expect("descriptors"));
    let poller = Poller::new(&sockets, Arc::clone(&border.command_ready)).expect("a poller");
    (
        Loop::new(
            sockets,
            poller,
            Arc::clone(&border),
            Setting { own: 0, post: None, start: Instant::now(), seed: 1, prepare: |_| {} },
        ),
        border,
        address,
    )
}

fn has_event(border: &Border, tag: &str) -> bool {
    locked(&border.outgoing.events).iter().any(|event| event.windows(tag.len()).any(|part| part == tag.as_bytes()))
}

#[test]
fn panic_ends_the_peer_that_was_handled_and_a_second_one_is_too_many() {
    let (mut worker, border, address) = manual();
    let clients: Vec<UdpSocket> = (0..2).map(|_| UdpSocket::bind("127.0.0.1:0").expect("bound")).collect();
    for (id, client) in (1..).zip(&clients) {
        worker.forwarder.handle_command(add(id), &mut worker.sink, 1);
        client.send_to(&check(id), address).expect("sent");
    }
    while worker.forwarder.counters().stun_packets_out < 2 {
        assert_eq!(worker.guarded_turn(), Verdict::GoOn);
    }
    worker.forwarder.is_faulty = true;
    clients[0].send_to(b"\x16 hello", address).expect("sent");
    while worker.forwarder.counters().panics == 0 {
        assert_eq!(worker.guarded_turn(), Verdict::GoOn);
    }
    assert!(has_event(&border, "peer_fault"));
    assert_eq!(worker.forwarder.counters().peers, 1, "the other goes on");
    clients[1].send_to(b"\x16 hello", address).expect("sent");
    while !has_event(&border, "dtls_received") {
        assert_eq!(worker.guarded_turn(), Verdict::GoOn);
    }
    worker.forwarder.is_faulty = true;
    clients[1].send_to(b"\x16 hello", address).expect("sent");
    while worker.guarded_turn() == Verdict::GoOn {}
    assert_eq!(worker.forwarder.counters().panics, 2);
}

#[test]
fn panics_an_hour_apart_are_survived() {
    let (mut worker, _border, address) = manual();
    let client = UdpSocket::bind("127.0.0.1:0").expect("bound");
    for count in 1..=3 {
        worker.panicked_us = None; // As after an hour.
        worker.forwarder.is_faulty = true;
        client.send_to(b"\x16 hello", address).expect("sent");
        while worker.forwarder.counters().panics < count {
            assert_eq!(worker.guarded_turn(), Verdict::GoOn);
        }
    }
}

#[test]
fn panic_in_a_command_loses_none_of_those_after_it() {
    let (mut worker, border, _address) = manual();
    let outside =
        Worker { border: Arc::clone(&border), addresses: Vec::new(), tcp_addresses: Vec::new(), thread: None };
    worker.forwarder.is_faulty = true;
    for id in [5, 0, 6, 7] {
        assert_eq!(outside.command(Command::Fence { id }), Ok(()));
    }
    assert_eq!(worker.guarded_turn(), Verdict::GoOn);
    assert_eq!(worker.forwarder.counters().panics, 1);
    assert_eq!(outside.command(Command::Fence { id: 8 }), Ok(()));
    assert_eq!(worker.guarded_turn(), Verdict::GoOn);
    let ids: Vec<u64> =
        outside.drain().iter().map(|event| rmp_serde::from_slice::<Fence>(event).expect("a fence").id).collect();
    assert_eq!(ids, [5, 6, 7, 8]);
}

#[test]
fn commands_are_applied_in_order_and_the_queue_is_bounded() {
    let (mut worker, border, _address) = manual();
    let outside =
        Worker { border: Arc::clone(&border), addresses: Vec::new(), tcp_addresses: Vec::new(), thread: None };
    for id in 0..MAX_COMMANDS as u64 {
        assert_eq!(outside.command(Command::Fence { id }), Ok(()));
    }
    assert_eq!(outside.command(Command::Fence { id: 0 }), Err(QueueFull));
    assert_eq!(worker.guarded_turn(), Verdict::GoOn);
    let events = outside.drain();
    assert_eq!(events.len(), MAX_COMMANDS);
    let ids: Vec<u64> = events.iter().map(|event| rmp_serde::from_slice::<Fence>(event).expect("a fence").id).collect();
    assert!(ids.is_sorted());
    assert_eq!(outside.command(Command::Fence { id: 0 }), Ok(()));
}

/// Python stands still: events wait up to a bound, and the last quarter is for those that something hangs on.
#[test]
fn events_that_nobody_takes_are_bounded_and_counted() {
    let (mut worker, border, address) = manual();
    let outside =
        Worker { border: Arc::clone(&border), addresses: Vec::new(), tcp_addresses: Vec::new(), thread: None };
    let client = UdpSocket::bind("127.0.0.1:0").expect("bound");
    worker.forwarder.handle_command(add(1), &mut worker.sink, 1);
    let keys = || vec![7; 28];
    worker.forwarder.handle_command(
        Command::SetKeys { peer: 1, profile: 7, receive: keys(), send: keys() },
        &mut worker.sink,
        1,
    );
    client.send_to(&check(1), address).expect("sent");
    while !has_event(&border, "peer_bound") {
        assert_eq!(worker.guarded_turn(), Verdict::GoOn);
    }
    locked(&border.outgoing.events).resize(MAX_WAITING_EVENTS / 4 * 3, Vec::new());
    // The quality of the peer is told once a second, and dropped.
    while worker.forwarder.counters().events_dropped == 0 {
        assert_eq!(worker.guarded_turn(), Verdict::GoOn);
    }
    assert_eq!(locked(&border.outgoing.events).len(), MAX_WAITING_EVENTS / 4 * 3);
    assert_eq!(outside.command(Command::Fence { id: 1 }), Ok(()));
    assert_eq!(worker.guarded_turn(), Verdict::GoOn);
    assert!(has_event(&border, "fence_reached"));
    locked(&border.outgoing.events).resize(MAX_WAITING_EVENTS, Vec::new());
    let dropped = worker.forwarder.counters().events_dropped;
    assert_eq!(outside.command(Command::Fence { id: 2 }), Ok(()));
    assert_eq!(worker.guarded_turn(), Verdict::GoOn);
    assert!(worker.forwarder.counters().events_dropped > dropped);
    assert_eq!(outside.drain().len(), MAX_WAITING_EVENTS);
    assert_eq!(outside.command(Command::Fence { id: 3 }), Ok(()));
    assert_eq!(worker.guarded_turn(), Verdict::GoOn);
    assert!(has_event(&border, "fence_reached"), "and then it goes on");
}

/// A burst on the socket is drained in one turn or two, and a command waits for no more than one.
#[test]
fn burst_of_datagrams_delays_a_command_by_one_turn_at_most() {
    let (mut worker, border, address) = manual();
    let outside =
        Worker { border: Arc::clone(&border), addresses: Vec::new(), tcp_addresses: Vec::new(), thread: None };
    let client = UdpSocket::bind("127.0.0.1:0").expect("bound");
    let sent = (0..1_000).filter(|_| client.send_to(&[0xC8; 40], address).is_ok()).count() as u64;
    assert_eq!(outside.command(Command::Fence { id: 1 }), Ok(()));
    assert_eq!(worker.guarded_turn(), Verdict::GoOn);
    assert!(has_event(&border, "fence_reached"));
    let came = |worker: &mut Loop| {
        let counters = worker.forwarder.counters();
        counters.dropped_unknown_address + counters.dropped_unknown_kind
    };
    let first = came(&mut worker);
    assert!(first > 100, "more than one batch: {first} of {sent}");
    assert_eq!(worker.guarded_turn(), Verdict::GoOn);
    assert_eq!(came(&mut worker), first, "all that the kernel had kept");
}

#[derive(serde::Deserialize)]
struct Fence {
    id: u64,
}

#[test]
fn thread_answers_and_ends() {
    let mut worker = Worker::start(&["127.0.0.1:0".parse().expect("an address")], OPTIONS, 1).expect("started");
    let client = UdpSocket::bind("127.0.0.1:0").expect("bound");
    client.set_read_timeout(Some(Duration::from_secs(5))).expect("set");
    worker.command(add(1)).expect("room");
    worker.command(Command::Fence { id: 1 }).expect("room");
    while worker.drain().is_empty() {
        std::thread::yield_now();
    }
    client.send_to(&check(1), worker.addresses()[0]).expect("sent");
    let mut answer = [0; 512];
    let (len, from) = client.recv_from(&mut answer).expect("an answer");
    assert_eq!((from, &answer[..2]), (worker.addresses()[0], &[1, 1][..]));
    assert!(len > 40);
    worker.close();
    worker.close();
    assert!(worker.stats().any(|(name, value)| name == "stun_packets_out" && value == 1));
}
