//! A panic in one of three workers, over real sockets, with sound on its way: the peer that was handled ends, and nobody
//! else misses a packet.

use std::net::UdpSocket;
use std::time::Duration;

use super::{OPTIONS, Told, fence};
use crate::group::Group;
use crate::srtp::{Inbound, Outbound, Profile, SendGuard};
use crate::wire::rtp::{HeaderWriter, RtpView};
use crate::wire::stun::{BindingRequest, IntegrityKey, Role, write_request};
use crate::wire_api::{AddPeer, Command, Extensions, Ice, MediaKind, Payloads, Receive, Slot, SlotKind};

const OPUS: u8 = 111;
const ROOM: u64 = 1;
const PATIENCE: Duration = Duration::from_secs(10);
const WORKERS: usize = 3;

/// One client with keys, on a worker.
struct Client {
    id: u64,
    socket: UdpSocket,
    to_relay: Outbound,
    from_relay: Inbound,
    guard: SendGuard,
}

impl Client {
    /// Publishes a source, its SSRC one higher, and hears another in a slot of its own.
    fn join(group: &Group, id: u64, worker: u16, source: u32, hears: u32) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("bound");
        socket.set_read_timeout(Some(PATIENCE)).expect("set");
        let address = group.addresses().nth(usize::from(worker)).and_then(|it| it.first()).copied().expect("a worker");
        socket.connect(address).expect("connected");
        let ice =
            Ice { local_ufrag: format!("local{id}"), local_pwd: format!("{id:0>24}"), remote_ufrag: "remote".into() };
        let request = BindingRequest {
            remote_ufrag: ice.local_ufrag.as_bytes(),
            local_ufrag: ice.remote_ufrag.as_bytes(),
            priority: 1,
            role: Role::Controlling(1),
            use_candidate: true,
        };
        let mut check = [0; 256];
        let key = IntegrityKey::new(ice.local_pwd.as_bytes());
        let len = write_request(&mut check, &[id as u8; 12], &request, &key).expect("room");
        let receive = Receive {
            mid: "0".into(),
            source,
            kind: MediaKind::Audio,
            programme: false,
            screen: false,
            rids: Vec::new(),
            ssrc: source + 1,
            rtx_ssrc: 0,
            remb: false,
        };
        let slot = Slot {
            kind: SlotKind::Speaker,
            index: 0,
            mid: "1".into(),
            ssrc: 7,
            rtx_ssrc: 0,
            nack: false,
            transport_cc: false,
            red: false,
            extensions: None,
        };
        let send = |command: Command| group.command(command).expect("room");
        send(Command::AddPeer(Box::new(AddPeer {
            peer: id,
            room: ROOM,
            replaces: 0,
            worker,
            cname: "c".into(),
            ice,
            payloads: Payloads { opus: OPUS, ..Payloads::default() },
            extensions: Extensions::default(),
            receives: vec![receive],
            slots: vec![slot],
        })));
        let key = |tag: u8| -> Vec<u8> { (0..28).map(|byte: u8| byte ^ tag ^ id as u8).collect() };
        send(Command::SetKeys { peer: id, profile: 7, receive: key(0x40), send: key(0x80) });
        send(Command::SetHears { peer: id, classes: 1 });
        send(Command::SetSourceClasses { room: ROOM, source, classes: 1 });
        send(bind(id, hears));
        fence(group, 1_000 + id);
        socket.send(&check[..len]).expect("sent");
        let mut answer = [0; 512];
        socket.recv(&mut answer).expect("an answer to the check");
        Self {
            id,
            socket,
            to_relay: Outbound::new(Profile::AeadAes128Gcm, &key(0x40)).expect("keys"),
            from_relay: Inbound::new(Profile::AeadAes128Gcm, &key(0x80)).expect("keys"),
            guard: SendGuard::new(source + 1),
        }
    }

    /// Sends one packet; its payload is its number.
    fn speak(&mut self, number: u16) {
        let mut header = [0; 64];
        let len = HeaderWriter {
            is_marked: false,
            has_padding: false,
            payload_type: OPUS,
            sequence: number,
            timestamp: u32::from(number) * 960,
            ssrc: self.guard.ssrc(),
            source: 0,
        }
        .write(&mut header, &[])
        .expect("room");
        let claim = self.guard.claim(u64::from(number)).expect("used once");
        let mut sealed = [0; 256];
        let payload = number.to_be_bytes();
        let len = self.to_relay.seal_from(&header[..len], &[], &payload, &mut sealed, claim).expect("room");
        self.socket.send(&sealed[..len]).expect("sent");
    }

    /// The numbers of the next packets from `source` until one is `last`.
    fn hear_until(&mut self, source: u32, last: u16) -> Vec<u16> {
        let mut heard = Vec::new();
        let mut datagram = [0; 2048];
        while heard.last() != Some(&last) {
            let len = self.socket.recv(&mut datagram).expect("a packet in time");
            if datagram[0] >> 6 != 2 || (192..=223).contains(&datagram[1]) {
                continue;
            }
            let opened = self.from_relay.open_rtp(&mut datagram[..len]).expect("authentic");
            let view = RtpView::parse(&datagram[..opened.len]).expect("RTP");
            let sources: Vec<u32> = view.csrcs().collect();
            if sources.is_empty() {
                continue; // The silence that ends a voice is nobody's.
            }
            assert_eq!(sources, [source]);
            heard.push(u16::from_be_bytes(view.payload().try_into().expect("a number")));
        }
        heard
    }

    /// What the faulty worker stumbles over.
    fn trip(&self) {
        self.socket.send(b"\x16 hello").expect("sent");
    }
}

fn bind(peer: u64, source: u32) -> Command {
    Command::BindSlot { peer, kind: SlotKind::Speaker, index: 0, source, max_layer: 0, priority: 0 }
}

fn stat(group: &Group, name: &str) -> u64 {
    group.stats().find(|(known, _)| *known == name).map_or(0, |(_, value)| value)
}

/// The peers that ended by a fault, as soon as so many have been told.
fn faults(group: &Group, count: usize) -> Vec<u64> {
    let mut found = Vec::new();
    while found.len() < count {
        let told = group.drain();
        let told = told.iter().map(|event| rmp_serde::from_slice::<Told>(event).expect("an event"));
        found.extend(told.filter(|told| told.kind == "peer_fault").map(|told| told.peer));
        std::thread::yield_now();
    }
    found
}

/// Three workers of which one panics at the first DTLS datagram that it gets.
fn group(faulty: fn(u16) -> fn(&mut crate::forwarder::Forwarder)) -> Group {
    let any = ["127.0.0.1:0".parse().expect("an address")];
    Group::start_with(&any, OPTIONS, 1, WORKERS, faulty).expect("started")
}

#[test]
fn panic_of_one_worker_ends_one_peer_and_nobody_else_misses_a_packet() {
    let group = group(|own| if own == 1 { |forwarder| forwarder.is_faulty = true } else { |_| {} });
    let mut anna = Client::join(&group, 1, 0, 10, 0);
    let mut listeners: Vec<Client> = (0..WORKERS as u16)
        .map(|worker| {
            let id = 2 + u64::from(worker);
            Client::join(&group, id, worker, id as u32 * 10, 10)
        })
        .collect();
    let victim = Client::join(&group, 8, 1, 80, 10);
    // Before its first packet nobody knows that there is anything to hear.
    anna.speak(0);
    for listener in &mut listeners {
        listener.hear_until(10, 0);
    }
    // No more at once than the kernel keeps for a socket.
    for first in (1..=600).step_by(50) {
        for number in first..first + 50 {
            anna.speak(number);
            if number == 325 {
                victim.trip();
            }
        }
        for listener in &mut listeners {
            let heard = listener.hear_until(10, first + 49);
            assert_eq!(heard, (first..first + 50).collect::<Vec<u16>>(), "peer {}", listener.id);
        }
    }
    assert_eq!(faults(&group, 1), [8]);
    fence(&group, 1);
    assert_eq!(stat(&group, "panics"), 1);
    assert_eq!(group.worker_stats().map(|stats| stats.peers).collect::<Vec<u64>>(), [2, 1, 1]);
}

#[test]
fn publisher_lost_to_a_panic_is_gone_from_all_workers_and_heard_again_as_a_new_peer() {
    let group = group(|own| if own == 2 { |forwarder| forwarder.is_faulty = true } else { |_| {} });
    let mut anna = Client::join(&group, 1, 2, 10, 0);
    let mut bent = Client::join(&group, 2, 0, 20, 0);
    let mut clara = Client::join(&group, 3, 1, 30, 10);
    let mut dorte = Client::join(&group, 4, 2, 40, 20);
    for (speaker, source, listener) in [(&mut anna, 10, &mut clara), (&mut bent, 20, &mut dorte)] {
        speaker.speak(0);
        listener.hear_until(source, 0);
    }
    anna.trip();
    assert_eq!(faults(&group, 1), [1]);
    fence(&group, 1);
    let unknown = stat(&group, "dropped_unknown_address");
    for number in 1..=50 {
        anna.speak(number); // Of a peer that is not there any more.
        bent.speak(number);
    }
    assert_eq!(dorte.hear_until(20, 50), (1..=50).collect::<Vec<u16>>());
    fence(&group, 2);
    assert_eq!(stat(&group, "dropped_unknown_address"), unknown + 50);
    // The participant comes back on another worker, as its page does.
    let mut again = Client::join(&group, 5, 0, 10, 0);
    again.speak(100);
    assert_eq!(clara.hear_until(10, 100), [100]);
    assert_eq!(stat(&group, "panics"), 1);
}
