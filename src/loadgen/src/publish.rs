//! Publishing: frames at a chosen pace, keyframes when asked for, lost packets again as RTX (RFC 4588).
//!
//! The pace is constant: what is left out is an encoder that follows the server's feedback.

use crate::command::{Extensions, Layer, Payloads, Sent, Source};
use crate::loss::Loss;
use crate::rtcp;
use crate::rtp;
use crate::srtp::Keys;
use crate::stamp::{Filler, MAX_CODEC_LEN, Picture, STAMP_LEN, Stamp};

/// Packets of a layer that can be sent again: a second of 500.
const HISTORY: usize = 512;
/// Clock rates.
const AUDIO_HZ: u64 = 48_000;
const VIDEO_HZ: u64 = 90_000;
/// The picture's size by layer, lowest first; any larger layer has the last.
const SIZES: [(u16, u16); 3] = [(320, 180), (640, 360), (1280, 720)];

/// What sealing and numbering a packet needs of its client.
pub struct Uplink<'a> {
    /// For what we send.
    pub keys: &'a Keys,
    /// Of the client.
    pub payloads: Payloads,
    /// Of the client.
    pub extensions: Extensions,
    /// The next transport-wide number.
    pub transport_sequence: &'a mut u16,
    /// Sealed packets, in order.
    pub out: &'a mut Vec<Vec<u8>>,
    /// Counted here.
    pub sent: &'a mut Sent,
    /// For the content.
    pub filler: &'a Filler,
    /// What does not leave.
    pub loss: &'a mut Loss,
}

/// One source's streams.
pub struct Publisher {
    /// Media identification tag.
    pub mid: String,
    is_audio: bool,
    streams: Vec<Stream>,
    source: u32,
}

struct Stream {
    layer: Layer,
    at: u32,
    sequence: u64,
    rtx_sequence: u64,
    first_timestamp: u32,
    number: u64,
    picture_id: u16,
    tl0_index: u8,
    frame: Option<Frame>,
    next_frame_us: u64,
    /// Counts frames since the start, so that the pace has no rounding.
    frames: u64,
    began_us: u64,
    /// When the timestamps began, which go on over pauses.
    clock_us: Option<u64>,
    /// The server takes it.
    is_wanted: bool,
    wants_keyframe: bool,
    history: Vec<Past>,
    packets: u32,
    bytes: u32,
}

/// What of a frame has not left yet.
struct Frame {
    began_us: u64,
    sent: u16,
    total: u16,
    is_keyframe: bool,
}

#[derive(Clone, Default)]
struct Past {
    sequence: u16,
    is_marked: bool,
    timestamp: u32,
    payload: Vec<u8>,
}

impl Publisher {
    /// Of the layers, by their place; a layer that comes back begins with a keyframe.
    pub fn choose(&mut self, layers: &[u32], now_us: u64) {
        for stream in &mut self.streams {
            let is_wanted = layers.contains(&stream.at);
            if std::mem::replace(&mut stream.is_wanted, is_wanted) != is_wanted && self.source != 0 {
                stream.pause_or_go_on(now_us);
            }
        }
    }

    /// Silent until [`Publisher::start`]. Sequence numbers begin below 2^15 (RFC 3711 §3.3.1), from `seed`.
    pub fn new(source: &Source, seed: u64) -> Self {
        let streams = source.layers.iter().enumerate().map(|(at, layer)| {
            let seed = seed.rotate_left(at as u32 * 17);
            Stream {
                layer: layer.clone(),
                at: at as u32,
                sequence: seed & 0x3FFF,
                rtx_sequence: seed >> 14 & 0x3FFF,
                first_timestamp: (seed >> 28) as u32,
                number: 0,
                picture_id: (seed >> 40) as u16 & 0x7FFF,
                tl0_index: (seed >> 56) as u8,
                frame: None,
                next_frame_us: u64::MAX,
                frames: 0,
                began_us: 0,
                clock_us: None,
                is_wanted: true,
                wants_keyframe: true,
                history: if layer.rtx_ssrc == 0 { Vec::new() } else { vec![Past::default(); HISTORY] },
                packets: 0,
                bytes: 0,
            }
        });
        Self { mid: source.mid.clone(), is_audio: source.is_audio, streams: streams.collect(), source: 0 }
    }

    /// Frames begin now, each layer's a little later than the one's below, and at another time than others'.
    pub fn start(&mut self, source: u32, now_us: u64, seed: u64) {
        self.source = source;
        for stream in &mut self.streams {
            let interval_us = 1_000_000 / u64::from(stream.layer.frames_per_s.clamp(1, 1000));
            stream.pause_or_go_on(now_us + (seed.rotate_left(stream.at * 9) % interval_us));
        }
    }

    /// The frame that has begun is not finished.
    pub fn stop(&mut self) {
        self.source = 0;
        for stream in &mut self.streams {
            (stream.frame, stream.next_frame_us) = (None, u64::MAX);
        }
    }

    /// When [`Publisher::on_time`] is due.
    pub fn due_us(&self) -> u64 {
        self.streams.iter().map(Stream::due_us).min().unwrap_or(u64::MAX)
    }

    /// Sends what is due.
    pub fn on_time(&mut self, now_us: u64, uplink: &mut Uplink<'_>) {
        for stream in &mut self.streams {
            while stream.due_us() <= now_us {
                stream.step(self.is_audio, self.source, &self.mid, now_us, uplink);
            }
        }
    }

    /// A keyframe was asked for; answers whether the stream is one of these.
    pub fn want_keyframe(&mut self, ssrc: u32) -> bool {
        let found = self.streams.iter_mut().find(|stream| stream.layer.ssrc == ssrc);
        found.map(|stream| stream.wants_keyframe = true).is_some()
    }

    /// A packet is wanted again; answers whether the stream is one of these.
    pub fn send_again(&mut self, ssrc: u32, sequence: u16, uplink: &mut Uplink<'_>) -> bool {
        let Some(stream) = self.streams.iter_mut().find(|stream| stream.layer.ssrc == ssrc) else { return false };
        stream.send_again(sequence, &self.mid, uplink);
        true
    }

    /// Appends a sender report for each stream that has sent.
    pub fn report(&self, now_us: u64, ntp: u64, out: &mut Vec<u8>) {
        for stream in self.streams.iter().filter(|stream| stream.packets > 0) {
            let sent = rtcp::Sent {
                ssrc: stream.layer.ssrc,
                ntp,
                timestamp: stream.timestamp(now_us, self.is_audio),
                packets: stream.packets,
                bytes: stream.bytes,
            };
            rtcp::push_sender_report(out, &sent);
        }
    }

    /// The first stream's SSRC.
    pub fn ssrc(&self) -> Option<u32> {
        self.streams.first().map(|stream| stream.layer.ssrc)
    }
}

impl Stream {
    fn due_us(&self) -> u64 {
        let Some(frame) = &self.frame else { return self.next_frame_us };
        let spread_us = u64::from(self.layer.spread_ms) * 1000;
        frame.began_us + spread_us * u64::from(frame.sent) / u64::from(frame.total.max(1))
    }

    /// Frames begin at `from_us`, if the layer is wanted.
    fn pause_or_go_on(&mut self, from_us: u64) {
        self.began_us = from_us;
        if self.clock_us.replace(self.clock_us.unwrap_or(from_us)).is_none() {
            // Whoever loads the page anew has the same source: what he sends then is not older than what he sent.
            self.number = from_us;
        }
        (self.frames, self.frame, self.wants_keyframe) = (0, None, true);
        self.next_frame_us = if self.is_wanted { from_us } else { u64::MAX };
    }

    /// The clock of the time at which a frame was due: the wall's, in the codec's rate.
    fn timestamp(&self, at_us: u64, is_audio: bool) -> u32 {
        let rate = if is_audio { AUDIO_HZ } else { VIDEO_HZ };
        let elapsed = u128::from(at_us.saturating_sub(self.clock_us.unwrap_or(at_us))) * u128::from(rate) / 1_000_000;
        self.first_timestamp.wrapping_add(elapsed as u32)
    }

    /// Sends the next packet, beginning or ending a frame.
    fn step(&mut self, is_audio: bool, source: u32, mid: &str, now_us: u64, uplink: &mut Uplink<'_>) {
        if self.frame.is_none() {
            self.begin(is_audio, now_us, uplink.sent);
        }
        let Some(frame) = &mut self.frame else { return };
        let (began_us, is_keyframe) = (frame.began_us, frame.is_keyframe);
        let is_start = frame.sent == 0;
        frame.sent += 1;
        let is_end = frame.sent >= frame.total;
        if is_end {
            self.frame = None;
        }
        let stamp = Stamp { source, layer: self.at, number: self.number, sent_ns: crate::socket::monotonic_ns() };
        self.number += 1;
        let mut payload = Vec::with_capacity(usize::from(self.layer.bytes).max(MAX_CODEC_LEN + STAMP_LEN));
        if is_audio {
            uplink.filler.push_audio(&mut payload, &stamp, usize::from(self.layer.bytes));
        } else {
            let size = SIZES[(self.at as usize).min(SIZES.len() - 1)];
            let (picture_id, tl0_index) = (self.picture_id, self.tl0_index);
            let picture = Picture { picture_id, tl0_index, is_start, is_keyframe, size };
            uplink.filler.push_video(&mut payload, &picture, &stamp, usize::from(self.layer.bytes));
        }
        let past = Past {
            sequence: self.sequence as u16,
            is_marked: if is_audio { false } else { is_end },
            timestamp: self.timestamp(began_us, is_audio),
            payload,
        };
        let payload_type = if is_audio { uplink.payloads.opus } else { uplink.payloads.vp8 };
        let level = is_audio.then(|| self.level());
        let extensions = (level, uplink.extensions.rid);
        self.packets = self.packets.wrapping_add(1);
        self.bytes = self.bytes.wrapping_add(past.payload.len() as u32);
        seal(uplink, (payload_type, self.layer.ssrc, self.sequence), mid, (&self.layer.rid, extensions), &past, false);
        self.sequence += 1;
        if !self.history.is_empty() {
            let place = usize::from(past.sequence) % HISTORY;
            self.history[place] = past;
        }
    }

    fn begin(&mut self, is_audio: bool, now_us: u64, sent: &mut Sent) {
        let frames_per_s = u64::from(self.layer.frames_per_s.clamp(1, 1000));
        let began_us = self.next_frame_us;
        self.frames += 1;
        self.next_frame_us = self.began_us + self.frames * 1_000_000 / frames_per_s;
        if now_us > self.next_frame_us {
            sent.late_frames += 1;
        }
        let is_keyframe = !is_audio && std::mem::take(&mut self.wants_keyframe);
        let total = if is_keyframe && self.layer.keyframe_packets > 0 {
            self.layer.keyframe_packets
        } else {
            self.layer.packets
        };
        self.picture_id = (self.picture_id + 1) & 0x7FFF;
        self.tl0_index = self.tl0_index.wrapping_add(1);
        sent.frames += 1;
        sent.keyframes += u64::from(is_keyframe);
        self.frame = Some(Frame { began_us, sent: 0, total: total.max(1), is_keyframe });
    }

    /// Moves about the wished level as speech does; the voice bit is set (RFC 6464 §3).
    fn level(&self) -> u8 {
        0x80 | self.layer.level.saturating_add((self.number * 7 % 11) as u8).min(127)
    }

    fn send_again(&mut self, sequence: u16, mid: &str, uplink: &mut Uplink<'_>) {
        let Some(past) = self.history.get(usize::from(sequence) % HISTORY) else { return };
        if past.sequence != sequence || past.payload.is_empty() || uplink.payloads.vp8_rtx == 0 {
            return;
        }
        let mut again = past.clone();
        again.payload.splice(..0, sequence.to_be_bytes());
        let identity = (uplink.payloads.vp8_rtx, self.layer.rtx_ssrc, self.rtx_sequence);
        let extensions = (None, uplink.extensions.rrid);
        seal(uplink, identity, mid, (&self.layer.rid, extensions), &again, true);
        self.rtx_sequence += 1;
    }
}

/// Writes, seals and queues one packet.
fn seal(
    uplink: &mut Uplink<'_>,
    (payload_type, ssrc, index): (u8, u32, u64),
    mid: &str,
    (rid, (level, rid_id)): (&str, (Option<u8>, u8)),
    past: &Past,
    is_again: bool,
) {
    let ids = uplink.extensions;
    let transport_sequence = uplink.transport_sequence.to_be_bytes();
    *uplink.transport_sequence = uplink.transport_sequence.wrapping_add(1);
    // Seconds in 6.18 bits, wrapping.
    let send_time = ((u128::from(crate::socket::monotonic_ns()) << 18) / 1_000_000_000) as u32;
    let level = level.map(|level| [level]);
    let extensions: [(u8, &[u8]); 5] = [
        (ids.mid, mid.as_bytes()),
        (if rid.is_empty() { 0 } else { rid_id }, rid.as_bytes()),
        (if level.is_some() { ids.audio_level } else { 0 }, level.as_ref().map_or(&[], |level| &level[..])),
        (ids.transport_cc, &transport_sequence),
        (ids.abs_send_time, &send_time.to_be_bytes()[1..]),
    ];
    let mut packet = Vec::with_capacity(80 + past.payload.len() + crate::srtp::MAX_OVERHEAD);
    let header_len =
        rtp::write(&mut packet, (payload_type, past.is_marked), (index as u16, past.timestamp, ssrc), &extensions);
    packet.extend_from_slice(&past.payload);
    if uplink.keys.seal_rtp(&mut packet, header_len, index).is_ok() {
        uplink.sent.packets += 1;
        uplink.sent.bytes += packet.len() as u64;
        uplink.sent.retransmissions += u64::from(is_again);
        if uplink.loss.takes_next() {
            uplink.sent.lost_on_purpose += 1;
        } else {
            uplink.out.push(packet);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rtp::Header;
    use crate::srtp::Profile;

    const PAYLOADS: Payloads = Payloads { opus: 111, vp8: 96, vp8_rtx: 97 };
    const EXTENSIONS: Extensions =
        Extensions { mid: 1, rid: 2, rrid: 3, audio_level: 4, transport_cc: 5, abs_send_time: 6 };

    struct Bench {
        keys: Keys,
        filler: Filler,
        transport_sequence: u16,
        sent: Sent,
        loss: Loss,
    }

    impl Bench {
        fn new() -> Self {
            let keys = Keys::new(Profile::AeadAes128Gcm, &[1; 16], &[2; 12]).unwrap();
            let loss = Loss::new(0, 0);
            Self { keys, filler: Filler::default(), transport_sequence: 0, sent: Sent::default(), loss }
        }

        fn with(&mut self, act: impl FnOnce(&mut Uplink<'_>)) -> Vec<(Header, Vec<u8>)> {
            let mut out = Vec::new();
            act(&mut Uplink {
                keys: &self.keys,
                payloads: PAYLOADS,
                extensions: EXTENSIONS,
                transport_sequence: &mut self.transport_sequence,
                out: &mut out,
                sent: &mut self.sent,
                filler: &self.filler,
                loss: &mut self.loss,
            });
            let open = |mut packet: Vec<u8>| {
                let header = Header::parse(&packet).unwrap();
                let len = self.keys.open_rtp(&mut packet, header.len, u64::from(header.sequence)).unwrap();
                packet.truncate(len);
                (header, packet)
            };
            out.into_iter().map(open).collect()
        }
    }

    fn camera(spread_ms: u32) -> Publisher {
        let layer = format!(
            r#"{{"rid":"f","ssrc":9,"rtx_ssrc":10,"frames_per_s":30,"packets":4,"bytes":1000,"spread_ms":{spread_ms},
            "keyframe_packets":8}}"#
        );
        let layer: Layer = serde_json::from_str(&layer).unwrap();
        let mut publisher = Publisher::new(&Source { mid: "1".into(), is_audio: false, layers: vec![layer] }, 5);
        publisher.start(77, 1_000_000, 0);
        publisher
    }

    #[test]
    fn frames_keep_their_pace_and_begin_with_a_keyframe() {
        let (mut bench, mut publisher) = (Bench::new(), camera(0));
        let mut times = Vec::new();
        for _ in 0..31 {
            let now_us = publisher.due_us();
            let packets = bench.with(|uplink| publisher.on_time(now_us, uplink));
            times.push((now_us, packets.len()));
            assert!(packets.last().unwrap().0.is_marked);
            assert_eq!(packets.iter().filter(|(header, _)| header.is_marked).count(), 1);
        }
        assert_eq!(times[0], (1_000_000, 8));
        assert_eq!(times[30], (2_000_000, 4));
        assert_eq!((bench.sent.frames, bench.sent.keyframes), (31, 1));
    }

    #[test]
    fn packets_of_a_frame_are_spread() {
        let (mut bench, mut publisher) = (Bench::new(), camera(16));
        let mut times = Vec::new();
        for _ in 0..8 {
            times.push(publisher.due_us() - 1_000_000);
            let now_us = publisher.due_us();
            assert_eq!(bench.with(|uplink| publisher.on_time(now_us, uplink)).len(), 1);
        }
        assert_eq!(times, [0, 2_000, 4_000, 6_000, 8_000, 10_000, 12_000, 14_000]);
    }

    #[test]
    fn packets_tell_their_line_layer_and_content() {
        let (mut bench, mut publisher) = (Bench::new(), camera(0));
        let packets = bench.with(|uplink| publisher.on_time(1_000_000, uplink));
        for (at, (header, packet)) in packets.iter().enumerate() {
            assert_eq!(header.extension(packet, 1), Some(&b"1"[..]));
            assert_eq!(header.extension(packet, 2), Some(&b"f"[..]));
            assert_eq!(header.extension(packet, 5), Some(&[0, at as u8][..]));
            let stamp = bench.filler.read(&packet[header.len..], false).unwrap();
            assert_eq!((stamp.source, stamp.number), (77, 1_000_000 + at as u64));
        }
    }

    #[test]
    fn layer_that_nobody_takes_is_not_sent_and_comes_back_with_a_keyframe_and_a_later_time() {
        let (mut bench, mut publisher) = (Bench::new(), camera(0));
        let before = bench.with(|uplink| publisher.on_time(1_000_000, uplink))[0].0.timestamp;
        publisher.choose(&[1], 1_010_000);
        assert_eq!(publisher.due_us(), u64::MAX);
        publisher.choose(&[0], 2_000_000);
        let packets = bench.with(|uplink| publisher.on_time(2_000_000, uplink));
        assert_eq!(packets.len(), 8, "a keyframe");
        assert_eq!(packets[0].0.timestamp.wrapping_sub(before), 90_000);
    }

    #[test]
    fn lost_packet_is_sent_again_on_the_repair_stream() {
        let (mut bench, mut publisher) = (Bench::new(), camera(0));
        let packets = bench.with(|uplink| publisher.on_time(1_000_000, uplink));
        let (lost, content) = &packets[3];
        let again = bench.with(|uplink| assert!(publisher.send_again(9, lost.sequence, uplink)));
        let (header, packet) = &again[0];
        assert_eq!((header.ssrc, header.payload_type, header.timestamp), (10, 97, lost.timestamp));
        assert_eq!(packet[header.len..header.len + 2], lost.sequence.to_be_bytes());
        assert_eq!(packet[header.len + 2..], content[lost.len..]);
        assert_eq!(header.extension(packet, 3), Some(&b"f"[..]));
        assert!(bench.with(|uplink| assert!(publisher.send_again(9, 40_000, uplink))).is_empty());
    }

    #[test]
    fn keyframe_comes_with_the_next_frame_after_a_request() {
        let (mut bench, mut publisher) = (Bench::new(), camera(0));
        for _ in 0..2 {
            let now_us = publisher.due_us();
            bench.with(|uplink| publisher.on_time(now_us, uplink));
        }
        assert!(publisher.want_keyframe(9));
        assert!(!publisher.want_keyframe(10));
        let now_us = publisher.due_us();
        assert_eq!(bench.with(|uplink| publisher.on_time(now_us, uplink)).len(), 8);
        assert_eq!(bench.sent.keyframes, 2);
    }

    #[test]
    fn sound_has_a_level_that_moves() {
        let layer: Layer = serde_json::from_str(r#"{"ssrc":3,"frames_per_s":50,"bytes":120}"#).unwrap();
        let mut publisher = Publisher::new(&Source { mid: "0".into(), is_audio: true, layers: vec![layer] }, 5);
        publisher.start(1, 0, 0);
        let mut bench = Bench::new();
        let packets = bench.with(|uplink| publisher.on_time(100_000, uplink));
        let levels: Vec<u8> = packets.iter().map(|(header, it)| header.extension(it, 4).unwrap()[0]).collect();
        assert_eq!(levels.len(), 6);
        assert!(levels.iter().all(|level| level & 0x80 != 0) && levels[0] != levels[1]);
        let apart = packets[1].0.timestamp.wrapping_sub(packets[0].0.timestamp);
        assert_eq!(apart, 960);
    }
}
