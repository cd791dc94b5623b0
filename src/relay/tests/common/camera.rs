//! A publisher of simulcast VP8: frames in several packets, keyframes on request, retransmissions on request. Every
//! payload says where it comes from, so that a receiver can check the name under which it got it.

use std::collections::HashMap;

use super::{MID, Packet, RID, RRID, World};
use vdx_relay::wire::rtcp::{Rtcp, RtcpPackets};

/// What a payload says after its VP8 descriptor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    pub is_keyframe: bool,
    pub source: u32,
    pub layer: u8,
    pub frame: u32,
    pub part: u8,
    pub picture_id: u16,
    pub tl0: u8,
    pub is_start: bool,
}

/// Bytes of the descriptor that the relay writes: X, I with 15 bits, L, T.
const DESCRIPTOR_LEN: usize = 6;

impl Stamp {
    pub fn read(payload: &[u8]) -> Self {
        let word = |at: usize| u32::from_be_bytes(payload[at..at + 4].try_into().expect("four bytes"));
        Self {
            is_keyframe: payload[DESCRIPTOR_LEN] & 1 == 0,
            source: word(DESCRIPTOR_LEN + 1),
            layer: payload[DESCRIPTOR_LEN + 5],
            frame: word(DESCRIPTOR_LEN + 6),
            part: payload[DESCRIPTOR_LEN + 10],
            picture_id: u16::from_be_bytes([payload[2], payload[3]]) & 0x7FFF,
            tl0: payload[4],
            is_start: payload[0] & 0x10 != 0,
        }
    }
}

struct Layer {
    rid: String,
    ssrc: u32,
    index: u64,
    rtx_index: u64,
    /// Of the layer's clock at the world's beginning; `None` before the first frame.
    timestamp_base: Option<u32>,
    picture_id: u16,
    tl0: u8,
    sent: HashMap<u16, Packet>,
}

/// Ticks from a camera's first frame to the first wrap of its timestamps, at least: half a second.
const TICKS_TO_WRAP: u32 = 45_000;

/// Of a camera's clock.
fn ticks(now_us: u64) -> u32 {
    (now_us * 90 / 1_000) as u32
}

/// One camera of one client.
pub struct Camera {
    pub client: u64,
    pub source: u32,
    mid: String,
    layers: Vec<Layer>,
    frame: u32,
    needs_keyframe: bool,
    pub plis: Vec<(u64, u32)>,
    /// Layers that are sent, by bit.
    pub active: u8,
    /// Packets per frame, by layer.
    pub parts: [u8; 3],
    /// Bytes more in each packet of the highest layer.
    pub bulk: usize,
    pub retransmits: bool,
}

impl Camera {
    /// SSRCs are `base + layer`, of retransmissions `base + 10 + layer`. Numbers begin near their wraps.
    pub fn new(client: u64, source: u32, mid: &str, rids: &[&str], base: u32) -> Self {
        let layer = |(place, rid): (usize, &&str)| Layer {
            rid: (*rid).to_owned(),
            ssrc: base + place as u32,
            index: 65_500 + place as u64 * 7,
            rtx_index: 5,
            timestamp_base: None,
            picture_id: 0x7FF0 + place as u16,
            tl0: 250,
            sent: HashMap::new(),
        };
        Self {
            client,
            source,
            mid: mid.to_owned(),
            layers: rids.iter().enumerate().map(layer).collect(),
            frame: 0,
            needs_keyframe: true,
            plis: Vec::new(),
            active: 0xFF,
            parts: [3; 3],
            bulk: 80,
            retransmits: true,
        }
    }

    /// Of a frame at this time, once the layer has had one. Every layer and every camera wraps at its own time, within
    /// two seconds of its first frame.
    pub fn timestamp(&self, place: usize, now_us: u64) -> u32 {
        let base = self.layers[place].timestamp_base.expect("a frame was made");
        base.wrapping_add(ticks(now_us))
    }

    /// The next packets are so many numbers on, as if the camera had begun anew; a decoder needs a keyframe.
    pub fn leap(&mut self, by: u64) {
        self.layers.iter_mut().for_each(|layer| layer.index += by);
    }

    /// Of the newest frame.
    pub fn frame_number(&self) -> u32 {
        self.frame
    }

    /// Reads the RTCP that came: PLIs make the next frame a keyframe on all layers, NACKs are answered.
    pub fn react(&mut self, world: &mut World) {
        for compound in world.clients.get_mut(&self.client).expect("a client").take_rtcp() {
            for packet in RtcpPackets::new(&compound) {
                match packet.expect("well-formed") {
                    Rtcp::PictureLoss(loss) => {
                        self.needs_keyframe = true;
                        self.plis.push((world.now_us, loss.media_ssrc));
                    }
                    Rtcp::Nack(nack) if self.retransmits => {
                        for sequence in nack.sequences() {
                            self.send_again(world, nack.media_ssrc, sequence);
                        }
                    }
                    _ => {}
                }
            }
        }
    }

    fn send_again(&mut self, world: &mut World, ssrc: u32, sequence: u16) {
        let Some(layer) = self.layers.iter_mut().find(|layer| layer.ssrc == ssrc) else { return };
        let Some(mut packet) = layer.sent.get(&sequence).cloned() else { return };
        packet.ssrc = ssrc + 10;
        packet.payload_type = 97;
        packet.extensions.remove(&RID);
        packet.extensions.insert(RRID, layer.rid.clone().into_bytes());
        packet.payload = [sequence.to_be_bytes().as_slice(), &packet.payload].concat();
        layer.rtx_index += 1;
        world.send(self.client, &packet, layer.rtx_index);
    }

    /// Makes one frame of every active layer and gives its packets to `carry`, which sends, delays or loses them.
    pub fn frame(&mut self, world: &mut World, mut carry: impl FnMut(&mut World, u64, Packet, u64)) {
        let is_keyframe = std::mem::take(&mut self.needs_keyframe);
        self.frame += 1;
        for (place, layer) in self.layers.iter_mut().enumerate() {
            if self.active >> place & 1 == 0 {
                continue;
            }
            let to_wrap = TICKS_TO_WRAP + self.source % 50 * 1_009 + place as u32 * 7_919;
            let base = *layer.timestamp_base.get_or_insert(0_u32.wrapping_sub(to_wrap + ticks(world.now_us)));
            layer.picture_id = (layer.picture_id + 1) & 0x7FFF;
            layer.tl0 = layer.tl0.wrapping_add(1);
            let parts = self.parts[place];
            for part in 0..parts {
                layer.index += 1;
                let is_start = part == 0;
                let [high, low] = (layer.picture_id | 0x8000).to_be_bytes();
                let mut payload = vec![0x80 | u8::from(is_start) << 4, 0xE0, high, low, layer.tl0, 0];
                payload.push(u8::from(!is_keyframe));
                payload.extend(self.source.to_be_bytes());
                payload.push(place as u8);
                payload.extend(self.frame.to_be_bytes());
                payload.push(part);
                payload.resize(payload.len() + place * self.bulk / 2, 0);
                let mut packet = Packet {
                    ssrc: layer.ssrc,
                    payload_type: 96,
                    sequence: layer.index as u16,
                    timestamp: base.wrapping_add(ticks(world.now_us)),
                    is_marked: part + 1 == parts,
                    csrcs: vec![self.source ^ 0xFFFF],
                    extensions: HashMap::new(),
                    payload,
                    at_us: world.now_us,
                    wire_len: 0,
                };
                packet.extensions.insert(MID, self.mid.clone().into_bytes());
                if layer.rid != "-" {
                    packet.extensions.insert(RID, layer.rid.clone().into_bytes());
                }
                layer.sent.insert(packet.sequence, packet.clone());
                carry(world, self.client, packet, layer.index);
            }
        }
    }

    /// A frame that arrives as it is.
    pub fn show(&mut self, world: &mut World) {
        self.react(world);
        self.frame(world, |world, client, packet, index| world.send(client, &packet, index));
    }
}

/// Frames of several cameras, 20 a second, for some time.
pub fn film(world: &mut World, cameras: &mut [Camera], ms: u64) {
    let end = world.now_us + ms * 1_000;
    while world.now_us < end {
        for camera in cameras.iter_mut() {
            camera.show(world);
        }
        world.run_ms(50);
    }
}
