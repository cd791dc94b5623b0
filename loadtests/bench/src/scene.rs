//! What is played: who is there, what each publishes and receives, and the packets.

use vdx_relay::srtp::Profile;
use vdx_relay::wire::extension::Extension;
use vdx_relay::wire::rtp::HeaderWriter;
use vdx_relay::wire_api::{AddPeer, Command, Extensions, Ice, MediaKind, Payloads, Receive, Slot, SlotKind};

/// Header extension ids, the same for all peers (as Chromium numbers them is of no matter here).
pub const EXTENSIONS: Extensions = Extensions {
    mid: 1,
    audio_level: 2,
    transport_cc: 3,
    abs_send_time: 4,
    rid: 5,
    rrid: 6,
    orientation: 0,
    playout_delay: 0,
    dependency_descriptor: 0,
};
/// Of sound.
pub const OPUS: u8 = 111;
const VP8: u8 = 96;
/// Of retransmissions.
pub const VP8_RTX: u8 = 97;
/// Everybody is in it.
const CLASS: u64 = 1;
const PASSWORD: &str = "a-password-of-more-than-22";
/// Names of layers, lowest first.
const RIDS: [&str; 3] = ["q", "h", "f"];
/// Bytes at the end of every packet that must arrive unchanged: the packet's number, and a pattern made of it.
pub const TAIL_LEN: usize = 64;

/// When the packets of a stream leave.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// Between two frames, microseconds.
    pub frame_us: u64,
    /// Packets that leave together.
    pub burst: usize,
    /// Between two bursts of a frame, microseconds.
    pub gap_us: u64,
}

/// One published layer.
#[derive(Debug, Clone)]
pub struct Stream {
    /// Sound or picture.
    pub is_audio: bool,
    /// Place among the layers of its source; `None` without simulcast.
    pub layer: Option<u8>,
    /// Packets of one frame.
    pub packets_per_frame: usize,
    /// Bytes of a plain packet as published, RTP header included.
    pub packet_len: usize,
    /// So many packets at the start of a frame are one byte shorter, as libwebrtc splits a frame.
    pub shorter: usize,
    /// When its packets leave, unless the next frame waits for the last to arrive.
    pub pace: Pace,
}

impl Stream {
    /// A camera's layer at 30 frames a second, each frame in one burst.
    pub const fn video(packets_per_frame: usize, packet_len: usize) -> Self {
        let pace = Pace { frame_us: 33_333, burst: packets_per_frame, gap_us: 0 };
        Self { is_audio: false, layer: None, packets_per_frame, packet_len, shorter: 0, pace }
    }

    /// A microphone: 50 packets a second.
    pub const fn audio() -> Self {
        let pace = Pace { frame_us: 20_000, burst: 1, gap_us: 0 };
        Self { is_audio: true, layer: None, packets_per_frame: 1, packet_len: 120, shorter: 0, pace }
    }

    /// The same stream, its packets spread.
    #[must_use]
    pub const fn paced(mut self, burst: usize, gap_us: u64) -> Self {
        self.pace.burst = burst;
        self.pace.gap_us = gap_us;
        self
    }

    /// Its m-line's mid.
    pub const fn mid(&self) -> &'static str {
        if self.is_audio { "0" } else { "1" }
    }

    /// The plain packet with this number (from 0), whose frame is a keyframe when `is_key`, and its header's length.
    /// `name` is what its tail tells.
    pub fn packet(&self, ssrc: u32, number: u64, is_key: bool, name: u64) -> (Vec<u8>, usize) {
        let frame = number / self.packets_per_frame as u64;
        let place = (number % self.packets_per_frame as u64) as usize;
        let is_last = place + 1 == self.packets_per_frame;
        let clock_per_frame: u32 = if self.is_audio { 960 } else { 3000 };
        let rid = self.layer.map_or("", |layer| RIDS[usize::from(layer)]);
        let sequence = (number as u16).to_be_bytes();
        let unless = |is_left_out: bool, id: u8| if is_left_out { 0 } else { id };
        let elements = [
            Extension { id: EXTENSIONS.mid, data: self.mid().as_bytes() },
            // Voice at -10 dBov.
            Extension { id: unless(!self.is_audio, EXTENSIONS.audio_level), data: &[0x80 | 0x0A] },
            Extension { id: EXTENSIONS.transport_cc, data: &sequence },
            Extension { id: EXTENSIONS.abs_send_time, data: &[1, 2, 3] },
            Extension { id: unless(rid.is_empty(), EXTENSIONS.rid), data: rid.as_bytes() },
        ];
        let mut packet = vec![0; self.packet_len];
        let header = HeaderWriter {
            is_marked: is_last && !self.is_audio,
            has_padding: false,
            payload_type: if self.is_audio { OPUS } else { VP8 },
            sequence: number as u16,
            timestamp: (frame as u32).wrapping_mul(clock_per_frame),
            ssrc,
            source: 0,
        };
        let header_len = header.write(&mut packet, &elements).expect("a packet is longer than its header");
        packet.truncate(header_len);
        if !self.is_audio {
            let picture_id = (frame as u16 & 0x7FFF | 0x8000).to_be_bytes();
            packet.extend([0x80 | u8::from(place == 0) << 4, 0xE0, picture_id[0], picture_id[1], frame as u8, 0]);
            // The VP8 frame header of a shown frame (RFC 6386 §9.1), and of a keyframe 640 x 360.
            packet.extend([0x10 | u8::from(!is_key), 0, 0, 0x9D, 0x01, 0x2A, 0x80, 0x02, 0x68, 0x01]);
        }
        let len = self.packet_len - usize::from(place < self.shorter);
        packet.resize(len - TAIL_LEN, 0x5A);
        packet.extend(tail(name));
        (packet, header_len)
    }
}

/// The end of packet `number`.
fn tail(number: u64) -> [u8; TAIL_LEN] {
    let mut tail = [0; TAIL_LEN];
    tail[..8].copy_from_slice(&number.to_be_bytes());
    for (place, byte) in tail[8..].iter_mut().enumerate() {
        *byte = (number.wrapping_mul(31) >> (place % 8)) as u8 ^ place as u8;
    }
    tail
}

/// The number of the packet that ends with these bytes, if they are whole.
pub fn check_tail(packet: &[u8]) -> Option<u64> {
    let (_, found) = packet.split_last_chunk::<TAIL_LEN>()?;
    let number = u64::from_be_bytes(*found.first_chunk()?);
    (*found == tail(number)).then_some(number)
}

/// One slot of a participant, and what it is bound to.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// Sound or picture.
    pub is_audio: bool,
    /// Publisher's position and highest layer; `None`: the loudest, or nothing.
    pub shows: Option<(usize, u8)>,
}

/// Who is there.
#[derive(Debug, Clone, Default)]
pub struct Participant {
    /// The room.
    pub room: u64,
    /// What it sends.
    pub streams: Vec<Stream>,
    /// What it gets.
    pub places: Vec<Place>,
}

/// All participants, by position.
#[derive(Debug, Clone)]
pub struct Scene {
    /// Of all peers.
    pub profile: Profile,
    /// Who is there.
    pub participants: Vec<Participant>,
    /// They send reports, transport feedback, checks and requests for lost packets.
    pub feedback: bool,
}

impl Scene {
    /// In each of `rooms` one publishes `streams` to `subscribers`, who are bound to all of it.
    pub fn fan_out(profile: Profile, rooms: usize, subscribers: usize, streams: &[Stream]) -> Self {
        let mut participants = Vec::new();
        for room in 0..rooms {
            let publisher = participants.len();
            let streams = streams.to_vec();
            let kinds = streams.iter().filter(|stream| stream.layer.is_none_or(|layer| layer == 0));
            let place = |stream: &Stream| Place { is_audio: stream.is_audio, shows: Some((publisher, 2)) };
            let places: Vec<Place> = kinds.map(place).collect();
            let room = room as u64 + 1;
            participants.push(Participant { room, streams, places: Vec::new() });
            let subscriber = Participant { room, streams: Vec::new(), places };
            participants.extend(std::iter::repeat_n(subscriber, subscribers));
        }
        Self { profile, participants, feedback: false }
    }

    /// `size` people with a camera and a microphone each: everybody sees all others (the first in the highest layer, the
    /// rest in the lowest) and hears three.
    pub fn meeting(profile: Profile, size: usize, streams: &[Stream]) -> Self {
        let participant = |at: usize| {
            let others = (0..size).map(|step| (at + step) % size).filter(|other| *other != at);
            let picture =
                |(position, other)| Place { is_audio: false, shows: Some((other, if position == 0 { 2 } else { 0 })) };
            let mut places: Vec<Place> = others.enumerate().map(picture).collect();
            places.extend([Place { is_audio: true, shows: None }; 3]);
            Participant { room: 1, streams: streams.to_vec(), places }
        };
        Self { profile, participants: (0..size).map(participant).collect(), feedback: true }
    }

    /// Pictures' packets per second that arrive when everybody sees what he is to.
    pub fn pictures_per_s(&self) -> f64 {
        let per_s = |(publisher, layer): (usize, u8)| {
            let streams = self.participants[publisher].streams.iter();
            let shown = streams.filter(|it| !it.is_audio && it.layer.is_none_or(|place| place == layer));
            shown.map(|it| it.packets_per_frame as f64 * 1e6 / it.pace.frame_us as f64).sum::<f64>()
        };
        let places = self.participants.iter().flat_map(|it| &it.places).filter(|place| !place.is_audio);
        places.filter_map(|place| place.shows).map(per_s).sum()
    }

    /// SSRC of a published stream.
    pub fn ssrc(participant: usize, stream: usize) -> u32 {
        0x0100_0000 + (participant as u32) * 16 + stream as u32
    }

    /// SSRC of a slot.
    pub fn slot_ssrc(participant: usize, place: usize) -> u32 {
        0x0200_0000 + (participant as u32) * 64 + place as u32 * 2
    }

    fn source(participant: usize, is_audio: bool) -> u32 {
        (participant as u32 + 1) * 2 + u32::from(is_audio)
    }

    /// What a signalling server would say.
    pub fn commands(&self) -> Vec<Command> {
        let mut commands = Vec::new();
        for (at, participant) in self.participants.iter().enumerate() {
            let room = participant.room;
            commands.push(Command::AddPeer(Box::new(self.add_peer(at))));
            commands.push(Command::SetKeys {
                peer: at as u64,
                profile: if self.profile == Profile::AeadAes128Gcm { 7 } else { 1 },
                receive: master(self.profile, at, true),
                send: master(self.profile, at, false),
            });
            commands.push(Command::SetHears { peer: at as u64, classes: CLASS });
            for is_audio in [false, true] {
                if participant.streams.iter().any(|stream| stream.is_audio == is_audio) {
                    let source = Self::source(at, is_audio);
                    commands.push(Command::SetSourceClasses { room, source, classes: CLASS });
                }
            }
        }
        for (at, participant) in self.participants.iter().enumerate() {
            for (kind, index, place) in slots(participant) {
                let Some((publisher, max_layer)) = place.shows else { continue };
                let source = Self::source(publisher, place.is_audio);
                let peer = at as u64;
                commands.push(Command::BindSlot { peer, kind, index, source, max_layer, priority: 0 });
            }
        }
        commands
    }

    fn add_peer(&self, at: usize) -> AddPeer {
        let participant = &self.participants[at];
        let mut receives: Vec<Receive> = Vec::new();
        for (position, stream) in participant.streams.iter().enumerate() {
            let rid = stream.layer.map(|layer| RIDS[usize::from(layer)].to_owned());
            if let Some(known) = receives.iter_mut().find(|known| known.mid == stream.mid()) {
                known.rids.extend(rid);
                continue;
            }
            receives.push(Receive {
                mid: stream.mid().into(),
                source: Self::source(at, stream.is_audio),
                kind: if stream.is_audio { MediaKind::Audio } else { MediaKind::Video },
                programme: false,
                screen: false,
                ssrc: if rid.is_some() { 0 } else { Self::ssrc(at, position) },
                rids: rid.into_iter().collect(),
                rtx_ssrc: 0,
                remb: false,
            });
        }
        let slot = |(position, (kind, index, place)): (usize, (SlotKind, u16, Place))| Slot {
            kind,
            index,
            mid: format!("s{position}"),
            ssrc: Self::slot_ssrc(at, position),
            rtx_ssrc: if place.is_audio { 0 } else { Self::slot_ssrc(at, position) + 1 },
            nack: !place.is_audio,
            transport_cc: true,
            red: false,
            extensions: None,
        };
        AddPeer {
            peer: at as u64,
            room: participant.room,
            replaces: 0,
            worker: 0,
            cname: format!("bench{at}"),
            ice: Ice { local_ufrag: ufrag(at), local_pwd: PASSWORD.into(), remote_ufrag: "client".into() },
            payloads: Payloads { opus: OPUS, vp8: VP8, vp8_rtx: VP8_RTX, ..Payloads::default() },
            extensions: EXTENSIONS,
            receives,
            slots: slots(participant).enumerate().map(slot).collect(),
        }
    }
}

/// The slots of a participant with their names at the border.
fn slots(participant: &Participant) -> impl Iterator<Item = (SlotKind, u16, Place)> {
    let (mut pictures, mut sounds) = (0, 0);
    participant.places.iter().map(move |place| {
        let (kind, count) =
            if place.is_audio { (SlotKind::Speaker, &mut sounds) } else { (SlotKind::Video, &mut pictures) };
        *count += 1;
        (kind, *count - 1, *place)
    })
}

/// Master key and salt of a peer, to (`true`) or from the server; from nothing secret.
pub fn master(profile: Profile, peer: usize, to_server: bool) -> Vec<u8> {
    let byte = |at: usize| (at * 7 + peer * 13 + (peer >> 8) * 5 + usize::from(to_server)) as u8;
    (0..profile.master_len()).map(byte).collect()
}

/// The server's ICE user name for a peer.
pub fn ufrag(peer: usize) -> String {
    format!("peer{peer:05}")
}

/// A nominating connectivity check of one client.
pub fn check(peer: usize, count: u64) -> Vec<u8> {
    use vdx_relay::wire::stun::{BindingRequest, IntegrityKey, MAX_MESSAGE_LEN, Role, write_request};
    let mut message = vec![0; MAX_MESSAGE_LEN];
    let remote_ufrag = ufrag(peer);
    let request = BindingRequest {
        remote_ufrag: remote_ufrag.as_bytes(),
        local_ufrag: b"client",
        priority: 1,
        role: Role::Controlling(1),
        use_candidate: true,
    };
    let mut transaction = [0; 12];
    transaction[..8].copy_from_slice(&(peer as u64).to_be_bytes());
    transaction[8..].copy_from_slice(&(count as u32).to_be_bytes());
    let key = IntegrityKey::new(PASSWORD.as_bytes());
    let len = write_request(&mut message, &transaction, &request, &key).expect("a check fits into its longest form");
    message.truncate(len);
    message
}

#[cfg(test)]
mod tests {
    use super::*;
    use vdx_relay::wire::rtp::RtpView;
    use vdx_relay::wire::vp8::Descriptor;

    #[test]
    fn packet_is_what_a_browser_would_send() {
        for stream in [Stream::video(10, 1200), Stream::audio()] {
            for number in [0, 9, 10, 70_000] {
                let (packet, header_len) = stream.packet(7, number, true, number);
                assert_eq!(packet.len(), stream.packet_len);
                let view = RtpView::parse(&packet).unwrap();
                assert_eq!(view.payload().len(), stream.packet_len - header_len);
                let place = number as usize % stream.packets_per_frame;
                let descriptor = Descriptor::parse(view.payload()).filter(|_| !stream.is_audio);
                let starts = descriptor.map(|descriptor| (descriptor.is_partition_start, descriptor.len));
                assert_eq!(starts, (!stream.is_audio).then_some((place == 0, 6)), "{number}");
            }
        }
    }

    #[test]
    fn check_tail_finds_the_number_of_a_whole_packet_only() {
        let (mut packet, _) = Stream::video(10, 1200).packet(7, 1234, false, 1234);
        assert_eq!(check_tail(&packet), Some(1234));
        packet[1190] ^= 1;
        assert_eq!(check_tail(&packet), None);
        assert_eq!(check_tail(&[0; 10]), None);
    }

    #[test]
    fn every_command_of_a_meeting_passes_the_border() {
        let stream = |layer| Stream { layer: Some(layer), ..Stream::video(5, 1100) };
        let streams = [stream(0), stream(1), stream(2), Stream::audio()];
        let scene = Scene::meeting(Profile::AeadAes128Gcm, 8, &streams);
        for command in scene.commands() {
            assert_eq!(Command::decode(&command.encode()), Ok(command));
        }
    }
}
