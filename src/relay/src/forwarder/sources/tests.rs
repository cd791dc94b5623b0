//! Sources come and go on several workers whose commands and notes arrive in any order that the queues allow: nothing is
//! left of those that were forgotten.

use std::collections::{HashMap, VecDeque};

use super::super::Forwarder;
use crate::exchange::Parcel;
use crate::sink::Sink;
use crate::socket::Route;
use crate::wire::rtcp::NtpTime;
use crate::wire_api::{AddPeer, Command, Extensions, Ice, MediaKind, Payloads, Receive};

const WORKERS: usize = 3;
const SOURCES: u32 = 4;
const ROOM: u64 = 1;
/// At one worker at any time: twelve participants, and those whose commands wait.
const MOST_SOURCES: usize = 40 * SOURCES as usize;

#[derive(Default)]
struct Void(Vec<u8>);

impl Sink for Void {
    fn set_route(&mut self, _: usize, _: Route) {}
    fn remove(&mut self, _: usize) {}
    fn reserve(&mut self, _: usize, len: usize) -> &mut [u8] {
        self.0.resize(len, 0);
        &mut self.0
    }
    fn commit(&mut self, _: usize) {}
    fn send_now(&mut self, _: &Route, _: &[u8]) {}
}

struct Workers {
    forwarders: Vec<Forwarder>,
    commands: Vec<VecDeque<Command>>,
    parcels: HashMap<(u16, u16), VecDeque<Parcel>>,
    random: u64,
    peers: u64,
}

impl Workers {
    fn new(seed: u64) -> Self {
        let forwarder = |own: u16| {
            let mut forwarder = Forwarder::new(NtpTime::from_unix_us(1_800_000_000_000_000), 1);
            forwarder.join_exchange(own, WORKERS);
            forwarder
        };
        Self {
            forwarders: (0..WORKERS as u16).map(forwarder).collect(),
            commands: (0..WORKERS).map(|_| VecDeque::new()).collect(),
            parcels: HashMap::new(),
            random: seed,
            peers: 0,
        }
    }

    fn dice(&mut self, sides: u64) -> u64 {
        Forwarder::random(&mut self.random) % sides
    }

    fn all(&mut self, command: &Command) {
        for queue in &mut self.commands {
            queue.push_back(command.clone());
        }
    }

    /// A peer of this participant, on any worker; the former one is removed first. Answers peer and worker.
    fn connect(&mut self, participant: u32, former: Option<(u64, usize)>) -> (u64, usize) {
        let worker = self.dice(WORKERS as u64) as usize;
        self.peers += 1;
        let peer = self.peers;
        if let Some((former, at)) = former.filter(|(_, at)| *at != worker) {
            self.commands[at].push_back(Command::RemovePeer { peer: former });
        }
        let receive = |number: u32| Receive {
            mid: number.to_string(),
            source: participant * SOURCES + number + 1,
            kind: if number % 2 == 0 { MediaKind::Audio } else { MediaKind::Video },
            programme: false,
            screen: false,
            rids: Vec::new(),
            ssrc: 0,
            rtx_ssrc: 0,
            remb: false,
        };
        self.commands[worker].push_back(Command::AddPeer(Box::new(AddPeer {
            peer,
            room: ROOM,
            replaces: former.map_or(0, |(former, _)| former),
            worker: worker as u16,
            cname: "c".into(),
            ice: Ice { local_ufrag: format!("local{peer}"), local_pwd: "p".repeat(24), remote_ufrag: "remote".into() },
            payloads: Payloads::default(),
            extensions: Extensions::default(),
            receives: (0..SOURCES).map(receive).collect(),
            slots: Vec::new(),
        })));
        for source in participant * SOURCES + 1..=participant * SOURCES + SOURCES {
            self.all(&Command::SetGate { room: ROOM, source, gate: 1, open: false });
            self.all(&Command::SetSourceClasses { room: ROOM, source, classes: 1 });
        }
        (peer, worker)
    }

    fn forget(&mut self, participant: u32) {
        for source in participant * SOURCES + 1..=participant * SOURCES + SOURCES {
            self.all(&Command::ForgetSource { room: ROOM, source });
        }
    }

    /// Lets some worker do something: one command, or one parcel of another.
    fn turn(&mut self) {
        let at = self.dice(WORKERS as u64) as usize;
        let (sink, now_us) = (&mut Void::default(), 1_000_000);
        if let Some(command) = self.commands[at].pop_front() {
            self.forwarders[at].handle_command(command, sink, now_us);
        }
        let from = self.dice(WORKERS as u64) as u16;
        if let Some(mut parcel) = self.parcels.get_mut(&(from, at as u16)).and_then(VecDeque::pop_front) {
            self.forwarders[at].handle_parcel(from, &mut parcel, sink, now_us);
        }
        let parcels = &mut self.parcels;
        self.forwarders[at].post(|to, parcel| {
            if !parcel.is_empty() {
                parcels.entry((at as u16, to)).or_default().push_back(std::mem::take(parcel));
            }
            0
        });
    }

    fn settle(&mut self) {
        let is_waiting = |it: &Self| {
            it.commands.iter().any(|queue| !queue.is_empty()) || it.parcels.values().any(|queue| !queue.is_empty())
        };
        while is_waiting(self) {
            self.turn();
        }
    }

    /// Sources at one worker, kept for somebody or not.
    fn sources(&self) -> Vec<usize> {
        self.forwarders.iter().map(|forwarder| forwarder.sources.len()).collect()
    }

    fn assert_empty(&self) {
        for forwarder in &self.forwarders {
            assert_eq!((forwarder.sources.len(), forwarder.source_ids.len()), (0, 0), "sources");
            assert_eq!((forwarder.peers.len(), forwarder.peer_ids.len(), forwarder.ufrags.len()), (0, 0, 0), "peers");
            assert!(forwarder.rooms.is_empty() && forwarder.routes.is_empty());
            let exchange = forwarder.exchange.as_ref().expect("one of several");
            assert_eq!((exchange.mirrors, exchange.present(ROOM).len()), (0, 0), "mirrors");
        }
    }
}

/// A hundred and fifty participants come, some change the worker, all go, about twelve at a time.
#[test]
fn sources_of_those_who_left_are_forgotten_on_every_worker_in_whatever_order_they_hear_of_it() {
    for seed in 1..=20 {
        let mut workers = Workers::new(seed);
        let mut there: VecDeque<(u32, (u64, usize))> = VecDeque::new();
        let mut most = 0;
        for participant in 0..150 {
            let connected = workers.connect(participant, None);
            there.push_back((participant, connected));
            if workers.dice(3) == 0 {
                let (who, before) = there.pop_front().expect("somebody");
                let now = workers.connect(who, Some(before));
                there.push_back((who, now));
            }
            while there.len() > 12 {
                let (who, (peer, worker)) = there.pop_front().expect("somebody");
                workers.commands[worker].push_back(Command::RemovePeer { peer });
                workers.forget(who);
            }
            for _ in 0..workers.dice(200) {
                workers.turn();
            }
            if participant % 30 == 29 {
                workers.settle();
                assert_eq!(workers.sources(), [12 * SOURCES as usize; WORKERS], "seed {seed}: of those who are there");
            }
            most = most.max(workers.sources().into_iter().max().unwrap_or(0));
        }
        assert!(most < MOST_SOURCES, "seed {seed}: {most} at once");
        for (who, (peer, worker)) in there {
            workers.commands[worker].push_back(Command::RemovePeer { peer });
            workers.forget(who);
        }
        workers.settle();
        workers.assert_empty();
        for forwarder in &workers.forwarders {
            assert!(forwarder.sources.end() < MOST_SOURCES, "positions are used again");
            assert!(forwarder.orphans.len() <= 4 * 150 * SOURCES as usize);
        }
    }
}

#[test]
fn room_that_closes_while_people_come_leaves_no_source_anywhere() {
    for seed in 1..=50 {
        let mut workers = Workers::new(seed);
        for participant in 0..6 {
            workers.connect(participant, None);
            for _ in 0..workers.dice(20) {
                workers.turn();
            }
        }
        workers.all(&Command::CloseRoom { room: ROOM });
        workers.settle();
        workers.assert_empty();
    }
}

#[test]
fn source_that_is_not_forgotten_keeps_its_gate_for_the_next_connection() {
    let mut workers = Workers::new(7);
    let (peer, worker) = workers.connect(0, None);
    workers.connect(9, None);
    workers.settle();
    workers.commands[worker].push_back(Command::RemovePeer { peer });
    workers.settle();
    workers.connect(0, None);
    // As the gates are told again with every connection, look before.
    for queue in &mut workers.commands {
        queue.retain(|command| matches!(command, Command::AddPeer(_)));
    }
    workers.settle();
    for forwarder in &workers.forwarders {
        let source = forwarder.source_ids.get(&1).and_then(|at| forwarder.sources.get(*at)).expect("kept");
        assert_eq!((source.closed_gates, source.classes), (1, 1));
        assert!(source.publisher.is_some());
    }
}

#[test]
fn source_of_another_room_is_not_forgotten() {
    let mut workers = Workers::new(3);
    workers.connect(0, None);
    workers.all(&Command::ForgetSource { room: ROOM + 1, source: 1 });
    workers.all(&Command::CloseRoom { room: ROOM + 1 });
    workers.settle();
    assert_eq!(workers.sources(), [SOURCES as usize; WORKERS]);
}
