//! The real worker, driven as a signalling server and its clients would: commands, checks with integrity, SRTP.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use vdx_relay::socket::SocketOptions;
use vdx_relay::srtp::Profile;
use vdx_relay::wire::stun::{BindingRequest, IntegrityKey, MAX_MESSAGE_LEN, Role, write_request};
use vdx_relay::wire_api::{AddPeer, Command, Extensions, Ice, MediaKind, Payloads, Receive, Slot, SlotKind};
use vdx_relay::worker::Worker;

use crate::case::{
    ABS_SEND_TIME, AUDIO_LEVEL, Case, MID, OPUS, PUBLISHER_SSRC, SUBSCRIBERS, TRANSPORT_CC, VP8, master,
};
use crate::clients::Clients;
use crate::server::Server;

const ROOM: u64 = 1;
const SOURCE: u32 = 77;
/// Everybody is in it.
const CLASS: u64 = 1;
const PASSWORD: &str = "a-password-of-more-than-22";
/// Asked for; the kernel gives what it allows.
const BUFFER_BYTES: usize = 4 << 20;

/// The running relay.
pub struct Relay {
    worker: Worker,
}

impl Relay {
    /// Starts it, makes the room, and connects the clients. Peer 0 publishes, the others have one slot each.
    pub fn start(case: Case, clients: &mut Clients) -> io::Result<Self> {
        let bind = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let worker = Worker::start(
            &[bind],
            SocketOptions { buffer_bytes: BUFFER_BYTES, segmentation: true, local_only: false, tcp: true },
            1,
        )?;
        let command = |command| worker.command(command).map_err(|_| io::Error::other("the command queue is full"));
        for peer in 0..=SUBSCRIBERS {
            command(Command::AddPeer(Box::new(add_peer(case, peer))))?;
            command(Command::SetKeys {
                peer: peer as u64,
                profile: if case.profile == Profile::AeadAes128Gcm { 7 } else { 1 },
                receive: master(case.profile, peer, true),
                send: master(case.profile, peer, false),
            })?;
            command(Command::SetHears { peer: peer as u64, classes: CLASS })?;
        }
        command(Command::SetSourceClasses { room: ROOM, source: SOURCE, classes: CLASS })?;
        for peer in 1..=SUBSCRIBERS as u64 {
            command(Command::BindSlot {
                peer,
                kind: slot_kind(case),
                index: 0,
                source: SOURCE,
                max_layer: 2,
                priority: 0,
            })?;
        }
        let server = worker.addresses()[0];
        clients.connect_publisher(server);
        for peer in 0..=SUBSCRIBERS {
            // A success response has message type 0x0101 (RFC 8489 §5).
            clients.ask(peer, server, &check(peer)?, |answer| answer.starts_with(&[1, 1]))?;
        }
        Ok(Self { worker })
    }
}

impl Server for Relay {
    fn datagrams_per_message(&self) -> f64 {
        let total = |wanted| self.worker.stats().find(|(name, _)| *name == wanted).map_or(0, |(_, value)| value);
        total("sends") as f64 / total("send_messages") as f64
    }

    fn drops(&self) -> String {
        let told = self.worker.stats().filter(|(name, value)| *value > 0 && !name.contains("bytes"));
        told.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
    }

    fn stop(mut self: Box<Self>) -> io::Result<()> {
        self.worker.close();
        Ok(())
    }
}

const fn slot_kind(case: Case) -> SlotKind {
    if case.is_audio { SlotKind::Speaker } else { SlotKind::Video }
}

fn ufrag(peer: usize) -> String {
    format!("peer{peer:04}")
}

fn add_peer(case: Case, peer: usize) -> AddPeer {
    let publishes = Receive {
        mid: "0".into(),
        source: SOURCE,
        kind: if case.is_audio { MediaKind::Audio } else { MediaKind::Video },
        programme: false,
        screen: false,
        rids: Vec::new(),
        ssrc: PUBLISHER_SSRC,
        rtx_ssrc: 0,
    };
    let slot = Slot {
        kind: slot_kind(case),
        index: 0,
        mid: "1".into(),
        ssrc: 1000 + peer as u32,
        rtx_ssrc: if case.is_audio { 0 } else { 100_000 + peer as u32 },
        nack: !case.is_audio,
        transport_cc: true,
        red: false,
        extensions: None,
    };
    AddPeer {
        peer: peer as u64,
        room: ROOM,
        replaces: 0,
        cname: "bench".into(),
        ice: Ice { local_ufrag: ufrag(peer), local_pwd: PASSWORD.into(), remote_ufrag: "client".into() },
        payloads: Payloads { opus: OPUS, vp8: VP8, vp8_rtx: VP8 + 1, ..Payloads::default() },
        extensions: Extensions {
            mid: MID,
            audio_level: AUDIO_LEVEL,
            transport_cc: TRANSPORT_CC,
            abs_send_time: ABS_SEND_TIME,
            ..Extensions::default()
        },
        receives: if peer == 0 { vec![publishes] } else { Vec::new() },
        slots: if peer == 0 { Vec::new() } else { vec![slot] },
    }
}

/// A nominating connectivity check of one client.
fn check(peer: usize) -> io::Result<Vec<u8>> {
    let mut message = vec![0; MAX_MESSAGE_LEN];
    let remote_ufrag = ufrag(peer);
    let request = BindingRequest {
        remote_ufrag: remote_ufrag.as_bytes(),
        local_ufrag: b"client",
        priority: 1,
        role: Role::Controlling(1),
        use_candidate: true,
    };
    let transaction = [peer as u8; 12];
    let len = write_request(&mut message, &transaction, &request, &IntegrityKey::new(PASSWORD.as_bytes()))
        .ok_or_else(|| io::Error::other("the check is too long"))?;
    message.truncate(len);
    Ok(message)
}
