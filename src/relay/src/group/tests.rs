//! Workers together: which command goes where, fences, ports, and a panic that stays where it is.

mod faults;

use super::*;
use crate::wire_api::{AddPeer, Extensions, Ice, Payloads};

const OPTIONS: SocketOptions =
    SocketOptions { buffer_bytes: 1 << 18, segmentation: true, local_only: false, tcp: false };

fn group(workers: usize) -> Group {
    Group::start(&["127.0.0.1:0".parse().expect("an address")], OPTIONS, 1, workers).expect("started")
}

fn add(peer: u64, worker: u16, replaces: u64) -> Command {
    Command::AddPeer(Box::new(AddPeer {
        peer,
        room: peer % 10,
        replaces,
        worker,
        cname: "c".into(),
        ice: Ice { local_ufrag: format!("local{peer}"), local_pwd: "p".repeat(24), remote_ufrag: "remote".into() },
        payloads: Payloads::default(),
        extensions: Extensions::default(),
        receives: Vec::new(),
        slots: Vec::new(),
    }))
}

#[derive(serde::Deserialize)]
struct Told {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    id: u64,
    #[serde(default)]
    peer: u64,
}

/// Waits for a fence; gives everything told until then.
fn fence(group: &Group, id: u64) -> Vec<Told> {
    group.command(Command::Fence { id }).expect("room");
    let mut told = Vec::new();
    while !told.iter().any(|it: &Told| it.kind == "fence_reached" && it.id == id) {
        told.extend(group.drain().iter().map(|event| rmp_serde::from_slice::<Told>(event).expect("an event")));
        std::thread::yield_now();
    }
    told
}

fn peers(group: &Group) -> Vec<u64> {
    group.worker_stats().map(|stats| stats.peers).collect()
}

#[test]
fn fence_is_told_once_when_all_have_reached_it() {
    let group = group(4);
    for id in 1..200 {
        let told = fence(&group, id);
        assert_eq!(told.iter().filter(|it| it.kind == "fence_reached").count(), 1);
    }
    assert!(locked(&group.register.fences).is_empty());
}

#[test]
fn peers_live_where_they_are_put_and_are_removed_there() {
    let group = group(3);
    for (peer, worker) in [(1, 0), (2, 1), (3, 1), (4, 2)] {
        group.command(add(peer, worker, 0)).expect("room");
    }
    fence(&group, 1);
    assert_eq!(peers(&group), [1, 2, 1]);
    assert_eq!(group.command(add(9, 3, 1)), Err(NotTaken::NoSuchWorker));
    // Another generation on another worker, and one on the same.
    group.command(add(5, 2, 2)).expect("room");
    group.command(add(6, 1, 3)).expect("room");
    group.command(Command::RemovePeer { peer: 1 }).expect("room");
    fence(&group, 2);
    assert_eq!(peers(&group), [0, 1, 2]);
    group.command(Command::CloseRoom { room: 5 }).expect("room");
    group.command(Command::CloseRoom { room: 4 }).expect("room");
    group.command(Command::RemovePeer { peer: 77 }).expect("room");
    fence(&group, 3);
    assert_eq!(peers(&group), [0, 1, 0]);
    assert_eq!(locked(&group.register.peers).len(), 1, "nothing is kept of those that are gone");
}

#[test]
fn workers_have_successive_ports_and_none_beyond_the_last() {
    let shifted = |port: u16, own: u16| shift_ports(&[SocketAddr::from(([127, 0, 0, 1], port))], own);
    assert_eq!(shifted(7_882, 2).expect("there is one")[0].port(), 7_884);
    assert_eq!(shifted(0, 2).expect("any")[0].port(), 0);
    assert!(shifted(65_534, 2).is_err());
    for workers in [0, MAX_WORKERS + 1] {
        assert!(Group::start(&["127.0.0.1:0".parse().expect("an address")], OPTIONS, 1, workers).is_err());
    }
}
