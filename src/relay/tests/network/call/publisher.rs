//! A model of a browser that publishes: a camera of three layers with temporal levels, keyframes on PLI,
//! retransmissions on NACK; a microphone; sender reports.

#![allow(dead_code)] // Each test file uses its part.

use std::collections::{HashMap, VecDeque};

use vdx_relay::wire::rtcp::{NtpTime, Rtcp, RtcpPackets, SenderInfo, write_sender_report};

use crate::common::{MID, Packet, RID, RRID, World, sound};
use crate::network::Seed;
use vdx_relay::wire::red::{self, Redundant};

const FRAME_US: u64 = 33_333;
const SOUND_US: u64 = 20_000;
/// Opus at 32 kbit/s.
const SOUND_LEN: usize = 80;
/// RTP timestamp units in a packet of sound.
const SOUND_TICKS: u16 = 960;
/// A syllable lasts so many packets, and so often there is none: somebody who speaks.
const SYLLABLE: u64 = 10;
const SILENT_SYLLABLES: f64 = 0.12;
const REPORT_US: u64 = 1_000_000;
const PART_BYTES: usize = 1_100;
/// A keyframe is so many times larger than another frame.
const KEYFRAME_TIMES: usize = 5;
/// The size of a frame of each temporal level against the mean: 40, 60 and 100 % of the rate up to each, as libvpx has it.
const LEVEL_PERCENT: [u64; 3] = [160, 80, 80];
/// Frames are larger or smaller by up to so much.
const SIZE_PERCENT: u64 = 30;
/// Of the layers, bits per second.
pub const LAYER_BPS: [usize; 3] = [120_000, 400_000, 1_200_000];
/// Packets kept for retransmission.
const KEPT: usize = 1_000;
/// What a payload says after its descriptor.
pub const DESCRIPTOR_LEN: usize = 6;

struct Layer {
    ssrc: u32,
    index: u64,
    rtx_index: u64,
    picture_id: u16,
    tl0: u8,
    level: usize,
    needs_keyframe: bool,
    /// The newest frames that others refer to: of the lowest level, of the middle one.
    references: [u32; 2],
    kept: VecDeque<(u16, Packet)>,
    packets: u32,
    bytes: u32,
}

pub struct Publisher {
    pub client: u64,
    sound_ssrc: u32,
    rids: [&'static str; 3],
    layers: Vec<Layer>,
    frame: u32,
    frame_us: u64,
    sound_us: u64,
    sound_index: u64,
    /// Redundancy as Chromium sends it: the packet before once more.
    pub has_red: bool,
    /// The payload of the packet before.
    said: Vec<u8>,
    speech: Seed,
    film: Seed,
    is_silent: bool,
    report_us: u64,
    pub keyframes: u32,
    pub layer_bps: [usize; 3],
    /// Its frames have temporal levels.
    pub has_levels: bool,
}

impl Publisher {
    /// Sound is on m-line "0", the picture on "1".
    pub fn new(client: u64, rids: [&'static str; 3], now_us: u64, seed: u64) -> Self {
        let base = 10_000 + client as u32 * 100;
        let layer = |place: u32| Layer {
            ssrc: base + place,
            index: 65_000 + u64::from(place),
            rtx_index: 1,
            picture_id: 100,
            tl0: 7,
            level: 0,
            needs_keyframe: true,
            references: [0; 2],
            kept: VecDeque::new(),
            packets: 0,
            bytes: 0,
        };
        Self {
            client,
            sound_ssrc: base + 50,
            rids,
            layers: (0..3).map(layer).collect(),
            frame: 0,
            frame_us: now_us,
            sound_us: now_us,
            sound_index: 500,
            has_red: false,
            said: Vec::new(),
            speech: Seed::new(seed),
            film: Seed::new(seed + 1),
            is_silent: false,
            report_us: now_us,
            keyframes: 0,
            layer_bps: LAYER_BPS,
            has_levels: true,
        }
    }

    /// It has no simulcast: one layer of so much.
    pub fn send_one_layer(&mut self, bps: usize) {
        self.layers.truncate(1);
        self.layer_bps[0] = bps;
    }

    /// Everything that leaves by now, sealed.
    pub fn make(&mut self, world: &mut World, now_us: u64) -> Vec<Vec<u8>> {
        let mut out = Vec::new();
        while now_us >= self.sound_us {
            let packet = self.speak();
            out.push(world.seal(self.client, &packet, self.sound_index).1);
        }
        while now_us >= self.frame_us {
            self.frame_us += FRAME_US;
            self.frame += 1;
            for place in 0..self.layers.len() {
                self.frame_of(place, world, now_us, &mut out);
            }
        }
        if now_us >= self.report_us {
            self.report_us += REPORT_US;
            for layer in &self.layers {
                let info = SenderInfo {
                    ntp: NtpTime::from_unix_us(1_800_000_000_000_000 + now_us),
                    rtp_timestamp: (now_us * 9 / 100) as u32,
                    packet_count: layer.packets,
                    octet_count: layer.bytes,
                };
                out.push(seal_rtcp(world, self.client, |plain| write_sender_report(plain, layer.ssrc, &info, &[])));
            }
        }
        out
    }

    /// Syllables with pauses in between, each packet with the time when it was made.
    fn speak(&mut self) -> Packet {
        if self.sound_index % SYLLABLE == 0 {
            self.is_silent = self.speech.chance(SILENT_SYLLABLES);
        }
        let level = if self.is_silent { 127 } else { 20 + self.speech.below(12) as u8 };
        self.sound_index += 1;
        let mut packet = sound(self.sound_ssrc, self.sound_index, Some(level));
        packet.extensions.insert(MID, b"0".to_vec());
        packet.payload = self.sound_us.to_be_bytes().to_vec();
        packet.payload.resize(SOUND_LEN, 0);
        self.sound_us += SOUND_US;
        let before = std::mem::replace(&mut self.said, packet.payload.clone());
        if self.has_red && !before.is_empty() {
            let block = Redundant { payload_type: 111, offset: SOUND_TICKS, payload: &before };
            let mut payload = vec![0; 2 * SOUND_LEN + red::MAX_HEADERS_LEN];
            let len = red::write(&mut payload, &[block], 111, &packet.payload).expect("room");
            payload.truncate(len);
            (packet.payload_type, packet.payload) = (63, payload);
        }
        packet
    }

    /// L1T3: levels 0, 2, 1, 2; or each frame refers to the one before.
    fn frame_of(&mut self, place: usize, world: &mut World, now_us: u64, out: &mut Vec<Vec<u8>>) {
        let layer = &mut self.layers[place];
        let is_keyframe = std::mem::take(&mut layer.needs_keyframe);
        self.keyframes += u32::from(is_keyframe);
        if is_keyframe || !self.has_levels {
            layer.level = 0;
        }
        let (level, reference) = match layer.level % 4 {
            0 => (0, layer.references[0]),
            2 => (1, layer.references[0]),
            1 => (2, layer.references[0]),
            _ => (2, layer.references[1]),
        };
        layer.level += 1;
        match level {
            0 => layer.references = [self.frame; 2],
            1 => layer.references[1] = self.frame,
            _ => {}
        }
        layer.picture_id = (layer.picture_id + 1) & 0x7FFF;
        layer.tl0 = layer.tl0.wrapping_add(u8::from(level == 0));
        let times = if is_keyframe { KEYFRAME_TIMES } else { 1 };
        let percent = if is_keyframe || !self.has_levels { 100 } else { LEVEL_PERCENT[usize::from(level)] };
        let percent = percent - SIZE_PERCENT + self.film.below(2 * SIZE_PERCENT + 1);
        let bytes = (self.layer_bps[place] * FRAME_US as usize / 8_000_000 * times * percent as usize / 100).max(60);
        let parts = bytes.div_ceil(PART_BYTES);
        for part in 0..parts {
            layer.index += 1;
            let [high, low] = (layer.picture_id | 0x8000).to_be_bytes();
            let is_start = part == 0;
            let mut payload = vec![0x80 | u8::from(is_start) << 4, 0xE0, high, low, layer.tl0, level << 6];
            payload.push(u8::from(!is_keyframe));
            payload.extend(self.frame.to_be_bytes());
            payload.extend(if is_keyframe { 0 } else { reference }.to_be_bytes());
            payload.extend([place as u8, part as u8, parts as u8]);
            payload.resize((bytes / parts).max(payload.len()), 0);
            let mut packet = Packet {
                ssrc: layer.ssrc,
                payload_type: 96,
                sequence: layer.index as u16,
                timestamp: (now_us * 9 / 100) as u32,
                is_marked: part + 1 == parts,
                csrcs: Vec::new(),
                extensions: HashMap::new(),
                payload,
                at_us: now_us,
                wire_len: 0,
            };
            packet.extensions.insert(MID, b"1".to_vec());
            packet.extensions.insert(RID, self.rids[place].as_bytes().to_vec());
            layer.packets += 1;
            layer.bytes += packet.payload.len() as u32;
            out.push(world.seal(self.client, &packet, layer.index).1);
            layer.kept.push_back((packet.sequence, packet));
            if layer.kept.len() > KEPT {
                layer.kept.pop_front();
            }
        }
    }

    /// RTCP from the relay; answers retransmissions, sealed.
    pub fn react(&mut self, compound: &[u8], world: &mut World) -> Vec<Vec<u8>> {
        let mut out = Vec::new();
        for packet in RtcpPackets::new(compound) {
            match packet.expect("well-formed") {
                Rtcp::PictureLoss(loss) => {
                    for layer in self.layers.iter_mut().filter(|layer| layer.ssrc == loss.media_ssrc) {
                        layer.needs_keyframe = true;
                    }
                }
                Rtcp::Nack(nack) => {
                    for (place, layer) in self.layers.iter_mut().enumerate() {
                        for sequence in nack.sequences().filter(|_| layer.ssrc == nack.media_ssrc) {
                            let Some((_, kept)) = layer.kept.iter().find(|(kept, _)| *kept == sequence) else {
                                continue;
                            };
                            let mut packet = kept.clone();
                            packet.ssrc += 10;
                            packet.payload_type = 97;
                            packet.extensions.remove(&RID);
                            packet.extensions.insert(RRID, self.rids[place].as_bytes().to_vec());
                            packet.payload = [sequence.to_be_bytes().as_slice(), &packet.payload].concat();
                            layer.rtx_index += 1;
                            out.push(world.seal(self.client, &packet, layer.rtx_index).1);
                        }
                    }
                }
                _ => {}
            }
        }
        out
    }
}

/// Seals what `write` writes.
pub fn seal_rtcp(world: &mut World, client: u64, write: impl FnOnce(&mut [u8]) -> Option<usize>) -> Vec<u8> {
    let mut out = vec![0; 1_200];
    let len = write(&mut out).expect("room");
    let client = world.clients.get_mut(&client).expect("a client");
    let len = client.to_relay.seal_rtcp(&mut out, len).expect("room");
    out.truncate(len);
    out
}
