//! A forwarder without sockets: clients with real keys around it, a list for a network, a clock that tests move.

#![allow(dead_code, clippy::missing_panics_doc, missing_docs)] // Each test file uses its part.

pub mod camera;
mod client;
pub mod described;
pub mod link;
pub mod stage;

#[allow(unused_imports)]
pub use client::{Client, Dice, List, Packet};

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use vdx_relay::forwarder::{Forwarder, TICK_US};
use vdx_relay::socket::Route;
use vdx_relay::srtp::{Inbound, Outbound, Profile, SendGuard};
use vdx_relay::wire::extension::Extension;
use vdx_relay::wire::red::{self, Redundant};
use vdx_relay::wire::rtcp::{NtpTime, Rtcp, RtcpPackets};
use vdx_relay::wire::rtp::{HeaderWriter, RtpView};
use vdx_relay::wire::stun::{BindingRequest, IntegrityKey, Message, Role, write_request};
use vdx_relay::wire_api::{
    AddPeer, Command, Event, Extensions, Ice, MediaKind, Payloads, Receive, Slot, SlotKind, UpdatePeer,
};

pub const ROOM: u64 = 1;
pub const MID: u8 = 1;
pub const RID: u8 = 2;
pub const RRID: u8 = 3;
/// So that the first slots of whoever comes first, of sound and of pictures, begin within a second of the wrap of their
/// timestamps; `tests/wraps.rs` sees that they do.
const SEED: u64 = 0x6F01_1688;
/// 20 ms of silence in Opus.
pub const SILENCE: [u8; 3] = [0xF8, 0xFF, 0xFE];
pub const LEVEL: u8 = 4;
pub const TRANSPORT: u8 = 5;

/// The forwarder and everyone around it.
pub struct World {
    pub forwarder: Forwarder,
    pub sink: List,
    pub now_us: u64,
    pub clients: HashMap<u64, Client>,
    pub events: Vec<Event>,
    /// Packets of nothing but padding that clients got.
    padding: u64,
}

pub fn payloads() -> Payloads {
    Payloads { opus: 111, red: 63, vp8: 96, vp8_rtx: 97, h264: 102, h264_rtx: 103, ..Payloads::default() }
}

pub fn extensions() -> Extensions {
    Extensions {
        mid: MID,
        rid: RID,
        rrid: RRID,
        audio_level: LEVEL,
        transport_cc: TRANSPORT,
        abs_send_time: 6,
        orientation: 7,
        playout_delay: 8,
        ..Extensions::default()
    }
}

pub fn microphone(mid: &str, source: u32, ssrc: u32) -> Receive {
    let mid = mid.to_owned();
    Receive {
        mid,
        source,
        kind: MediaKind::Audio,
        programme: false,
        screen: false,
        rids: Vec::new(),
        ssrc,
        rtx_ssrc: 0,
        remb: false,
    }
}

pub fn camera(mid: &str, source: u32, rids: &[&str]) -> Receive {
    let rids = rids.iter().map(|rid| (*rid).to_owned()).collect();
    Receive {
        mid: mid.into(),
        source,
        kind: MediaKind::Video,
        programme: false,
        screen: false,
        rids,
        ssrc: 0,
        rtx_ssrc: 0,
        remb: false,
    }
}

/// Three speaker slots with SSRCs 100.., and `pictures` video slots with SSRCs 1000.., RTX 2000... No transport-wide
/// numbers: nobody measures the way, and all is sent.
pub fn slots(pictures: u16) -> Vec<Slot> {
    let speaker = |index: u16| Slot {
        kind: SlotKind::Speaker,
        index,
        mid: format!("s{index}"),
        ssrc: 100 + u32::from(index),
        rtx_ssrc: 0,
        nack: false,
        transport_cc: false,
        red: false,
        extensions: None,
    };
    let picture = |index: u16| Slot {
        kind: SlotKind::Video,
        index,
        mid: format!("v{index}"),
        ssrc: 1000 + u32::from(index),
        rtx_ssrc: 2000 + u32::from(index),
        nack: true,
        transport_cc: false,
        red: false,
        extensions: None,
    };
    (0..3).map(speaker).chain((0..pictures).map(picture)).collect()
}

/// The same with transport-wide numbers.
pub fn measured_slots(pictures: u16) -> Vec<Slot> {
    slots(pictures).into_iter().map(|slot| Slot { transport_cc: true, ..slot }).collect()
}

impl World {
    pub fn new() -> Self {
        let forwarder = Forwarder::new(NtpTime::from_unix_us(1_800_000_000_000_000), SEED);
        Self {
            forwarder,
            sink: List::default(),
            now_us: 1_000_000,
            clients: HashMap::new(),
            events: Vec::new(),
            padding: 0,
        }
    }

    /// Peer 2 publishes a picture (SSRC 5000, source 11), and peer 4 is shown it.
    pub fn with_picture() -> Self {
        let mut world = Self::new();
        let mut line = camera("0", 11, &[]);
        line.ssrc = 5000;
        world.connect(2, vec![line], Vec::new());
        world.connect(4, Vec::new(), slots(1));
        world.allow(11);
        world.bind(4, SlotKind::Video, 0, 11, 2);
        world
    }

    pub fn command(&mut self, command: Command) {
        self.forwarder.handle_command(command, &mut self.sink, self.now_us);
        self.deliver();
    }

    pub fn ice_of(id: u64) -> Ice {
        let (local_ufrag, remote_ufrag) = (format!("local{id}"), format!("remote{id}"));
        Ice { local_ufrag, local_pwd: format!("{id:0>24}"), remote_ufrag }
    }

    pub fn route_of(id: u64) -> Route {
        let local = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let remote = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(10, 0, (id >> 8) as u8, id as u8)), 5000);
        Route { socket: 0, local, remote }
    }

    pub fn add_peer(id: u64, receives: Vec<Receive>, slots: Vec<Slot>) -> AddPeer {
        AddPeer {
            peer: id,
            room: ROOM,
            replaces: 0,
            worker: 0,
            cname: "cname".into(),
            ice: Self::ice_of(id),
            payloads: payloads(),
            extensions: extensions(),
            receives,
            slots,
        }
    }

    pub fn update_peer(id: u64, receives: Vec<Receive>, slots: Vec<Slot>) -> UpdatePeer {
        let (payloads, extensions) = (payloads(), extensions());
        UpdatePeer { peer: id, ice: Self::ice_of(id), payloads, extensions, receives, slots }
    }

    /// A peer with keys, heard and hearing class 1.
    pub fn connect(&mut self, id: u64, receives: Vec<Receive>, slots: Vec<Slot>) {
        let add = Self::add_peer(id, receives, slots);
        self.connect_as(add);
    }

    pub fn connect_as(&mut self, add: AddPeer) {
        let id = add.peer;
        self.command(Command::AddPeer(Box::new(add)));
        let profile = if id % 2 == 0 { Profile::AeadAes128Gcm } else { Profile::Aes128CmSha1_80 };
        let number = if id % 2 == 0 { 7 } else { 1 };
        let key = |tag: u8| -> Vec<u8> { (0..profile.master_len() as u8).map(|byte| byte ^ tag ^ id as u8).collect() };
        let (receive, send) = (key(0x40), key(0x80));
        let client = Client {
            id,
            route: Self::route_of(id),
            ice: Self::ice_of(id),
            to_relay: Outbound::new(profile, &receive).expect("keys"),
            from_relay: Inbound::new(profile, &send).expect("keys"),
            guards: HashMap::new(),
            rtp: Vec::new(),
            rtcp: Vec::new(),
            other: Vec::new(),
            transport_sequence: 0,
        };
        self.clients.insert(id, client);
        self.check(id, true);
        self.command(Command::SetKeys { peer: id, profile: number, receive, send });
        self.command(Command::SetHears { peer: id, classes: 1 });
    }

    /// A valid connectivity check from the client's route.
    pub fn check(&mut self, id: u64, use_candidate: bool) {
        let (ice, route) = (self.clients[&id].ice.clone(), self.clients[&id].route);
        self.check_as(&ice, &ice.local_pwd, route, use_candidate, Role::Controlling(7));
    }

    pub fn check_as(&mut self, ice: &Ice, password: &str, route: Route, use_candidate: bool, role: Role) {
        let request = BindingRequest {
            remote_ufrag: ice.local_ufrag.as_bytes(),
            local_ufrag: ice.remote_ufrag.as_bytes(),
            priority: 1,
            role,
            use_candidate,
        };
        let mut datagram = [0; 256];
        let key = IntegrityKey::new(password.as_bytes());
        let len = write_request(&mut datagram, &[7; 12], &request, &key).expect("room");
        self.datagram(route, datagram[..len].to_vec());
    }

    pub fn datagram(&mut self, route: Route, mut datagram: Vec<u8>) {
        self.forwarder.handle_datagram(route, &mut datagram, &mut self.sink, self.now_us);
        self.deliver();
    }

    /// Seals and sends one RTP packet of a client; `index` is the unwrapped sequence number.
    pub fn send(&mut self, id: u64, packet: &Packet, index: u64) {
        let (route, sealed) = self.seal(id, packet, index);
        self.datagram(route, sealed);
    }

    pub fn seal(&mut self, id: u64, packet: &Packet, index: u64) -> (Route, Vec<u8>) {
        let client = self.clients.get_mut(&id).expect("a client");
        let guard = client.guards.entry(packet.ssrc).or_insert_with(|| SendGuard::new(packet.ssrc));
        let claim = guard.claim(index).expect("an index used once");
        let mut elements: Vec<Extension<'_>> =
            packet.extensions.iter().map(|(id, data)| Extension { id: *id, data }).collect();
        elements.sort_by_key(|element| element.id);
        let transport = client.transport_sequence.to_be_bytes();
        elements.push(Extension { id: TRANSPORT, data: &transport });
        client.transport_sequence = client.transport_sequence.wrapping_add(1);
        let mut header = [0; 512];
        let len = HeaderWriter {
            is_marked: packet.is_marked,
            has_padding: false,
            payload_type: packet.payload_type,
            sequence: index as u16,
            timestamp: packet.timestamp,
            ssrc: packet.ssrc,
            source: packet.csrcs.first().copied().unwrap_or(0),
        }
        .write(&mut header, &elements)
        .expect("room");
        let mut out = vec![0; 2048];
        let len = client.to_relay.seal_from(&header[..len], &[], &packet.payload, &mut out, claim).expect("room");
        out.truncate(len);
        (client.route, out)
    }

    pub fn send_rtcp(&mut self, id: u64, plain: &[u8]) {
        let client = self.clients.get_mut(&id).expect("a client");
        let mut out = plain.to_vec();
        out.resize(plain.len() + 32, 0);
        let len = client.to_relay.seal_rtcp(&mut out, plain.len()).expect("room");
        out.truncate(len);
        let route = client.route;
        self.datagram(route, out);
    }

    /// Lets time pass in ticks.
    pub fn run_ms(&mut self, ms: u64) {
        let end = self.now_us + ms * 1_000;
        while self.now_us < end {
            self.now_us += TICK_US.min(end - self.now_us);
            self.forwarder.handle_timeout(&mut self.sink, self.now_us);
            self.deliver();
        }
    }

    /// A check by every client.
    pub fn check_all(&mut self) {
        let ids: Vec<u64> = self.clients.keys().copied().collect();
        for id in ids {
            self.check(id, true);
        }
    }

    /// As [`Self::run_ms`], with checks by every client each 2.5 s.
    pub fn live_ms(&mut self, ms: u64) {
        let end = self.now_us + ms * 1_000;
        while self.now_us < end {
            self.check_all();
            self.run_ms(2_500.min((end - self.now_us).div_ceil(1_000)));
        }
    }

    /// Opens what was sent, at its client. A packet that does not open (a wrong rollover counter, an index used twice)
    /// fails the test.
    pub fn deliver(&mut self) {
        self.events.extend(self.forwarder.take_events());
        for (route, mut datagram) in std::mem::take(&mut self.sink.sent) {
            let Some(client) = self.clients.values_mut().find(|client| client.route == route) else { continue };
            match datagram[..2] {
                [128..=191, 192..=223] => {
                    let len = client.from_relay.open_rtcp(&mut datagram).expect("RTCP opens");
                    client.rtcp.push(datagram[..len].to_vec());
                }
                [128..=191, _] => {
                    let wire_len = datagram.len();
                    let opened = client.from_relay.open_rtp(&mut datagram).expect("RTP opens");
                    let view = RtpView::parse(&datagram[..opened.len]).expect("RTP parses");
                    if view.header.has_padding && view.payload().is_empty() {
                        let is_measured = view.extensions().any(|it| it.id == TRANSPORT);
                        assert!(is_measured && view.header.csrc_count == 0, "padding that is no probe");
                        self.padding += 1;
                    }
                    client.rtp.push(Packet {
                        ssrc: view.header.ssrc,
                        payload_type: view.header.payload_type,
                        sequence: view.header.sequence,
                        timestamp: view.header.timestamp,
                        is_marked: view.header.is_marked,
                        csrcs: view.csrcs().collect(),
                        extensions: view.extensions().map(|it| (it.id, it.data.to_vec())).collect(),
                        payload: view.payload().to_vec(),
                        at_us: self.now_us,
                        wire_len,
                    });
                }
                _ => client.other.push(datagram),
            }
        }
        assert!(self.padding <= self.forwarder.counters().padding_packets_out, "padding that nobody counted");
    }

    /// What a client received since the last call, but for the silence that the relay says where a voice ended.
    pub fn take_rtp(&mut self, id: u64) -> Vec<Packet> {
        let mut packets = self.take_all_rtp(id);
        packets.retain(|packet| packet.payload != SILENCE);
        packets
    }

    /// With it.
    pub fn take_all_rtp(&mut self, id: u64) -> Vec<Packet> {
        std::mem::take(&mut self.clients.get_mut(&id).expect("a client").rtp)
    }

    /// PLIs to a client since the last call, by media SSRC; other RTCP is thrown away.
    pub fn take_plis(&mut self, id: u64) -> Vec<u32> {
        let mut found = Vec::new();
        for compound in self.clients.get_mut(&id).expect("a client").take_rtcp() {
            for packet in RtcpPackets::new(&compound) {
                if let Rtcp::PictureLoss(loss) = packet.expect("well-formed") {
                    found.push(loss.media_ssrc);
                }
            }
        }
        found
    }

    pub fn take_events(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.events)
    }

    pub fn bind(&mut self, peer: u64, kind: SlotKind, index: u16, source: u32, max_layer: u8) {
        self.command(Command::BindSlot { peer, kind, index, source, max_layer, priority: 0 });
    }

    pub fn allow(&mut self, source: u32) {
        self.command(Command::SetSourceClasses { room: ROOM, source, classes: 1 });
    }

    pub fn gate(&mut self, source: u32, gate: u8, open: bool) {
        self.command(Command::SetGate { room: ROOM, source, gate, open });
    }
}

/// Whether a datagram is a STUN success answer.
pub fn is_success(datagram: &[u8]) -> bool {
    Message::parse(datagram).is_ok_and(|message| message.class == vdx_relay::wire::stun::Class::Success)
}

/// An Opus packet.
pub fn sound(ssrc: u32, sequence: u64, level: Option<u8>) -> Packet {
    let level = level.map(|level| (LEVEL, vec![0x80 | level]));
    Packet {
        ssrc,
        payload_type: 111,
        sequence: sequence as u16,
        timestamp: (sequence as u32).wrapping_mul(960),
        is_marked: false,
        csrcs: Vec::new(),
        extensions: level.into_iter().collect(),
        payload: sequence.to_be_bytes().to_vec(),
        at_us: 0,
        wire_len: 0,
    }
}

/// As Chromium sends an Opus packet with the payloads of the `depth` packets before it (RFC 2198).
pub fn redundant_sound(ssrc: u32, sequence: u64, level: Option<u8>, depth: u64) -> Packet {
    let earlier: Vec<(u16, [u8; 8])> =
        (1..=depth).rev().map(|step| (step as u16 * 960, (sequence - step).to_be_bytes())).collect();
    let blocks: Vec<Redundant<'_>> =
        earlier.iter().map(|(offset, payload)| Redundant { payload_type: 111, offset: *offset, payload }).collect();
    let plain = sound(ssrc, sequence, level);
    let mut payload = vec![0; 256];
    let len = red::write(&mut payload, &blocks, 111, &plain.payload).expect("room");
    payload.truncate(len);
    Packet { payload_type: 63, payload, ..plain }
}
