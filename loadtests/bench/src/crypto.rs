//! Nanoseconds to seal and to open one packet, alone, in a loop.

use std::time::{Duration, Instant};

use vdx_relay::srtp::{Inbound, Outbound, Profile, SendGuard};

use crate::scene::master;

/// Packets between two looks at the clock: they stay in the processor's cache, as a batch of the relay does.
const PACKETS: usize = 64;
/// The median of so many is given.
const MEASUREMENTS: usize = 999;
const SSRC: u32 = 7;

/// One line of the table.
#[derive(Debug, Clone, Copy)]
pub struct CryptoCost {
    /// Measured.
    pub profile: Profile,
    /// Bytes of payload behind a 24-byte header.
    pub payload_len: usize,
    /// Nanoseconds, copy from the shared plaintext included.
    pub seal_ns: f64,
    /// Nanoseconds, a copy into the buffer included.
    pub open_ns: f64,
}

/// Measures both profiles at the sizes of audio and video.
pub fn measure(quick: bool) -> Vec<CryptoCost> {
    let count = if quick { 1 } else { MEASUREMENTS };
    let mut costs = Vec::new();
    for profile in [Profile::AeadAes128Gcm, Profile::Aes128CmSha1_80] {
        for payload_len in [120, 1200] {
            costs.push(measure_one(profile, payload_len, count));
        }
    }
    costs
}

fn measure_one(profile: Profile, payload_len: usize, count: usize) -> CryptoCost {
    let key = master(profile, 0, true);
    let outbound = Outbound::new(profile, &key).expect("the key has the profile's length");
    let mut inbound = Inbound::new(profile, &key).expect("the key has the profile's length");
    let mut guard = SendGuard::new(SSRC);
    let payload = vec![0x5A; payload_len];
    let mut header = [0; 24];
    header[..12].copy_from_slice(&[0x90, 96, 0, 0, 0, 0, 0, 0, 0, 0, 0, SSRC as u8]);
    header[12..16].copy_from_slice(&[0xBE, 0xDE, 0, 2]);
    let sealed_len = header.len() + payload_len + profile.rtp_overhead();
    let mut sealed = vec![0; sealed_len * PACKETS];
    let (mut seal_ns, mut open_ns) = (Vec::new(), Vec::new());
    let mut buffer = vec![0; sealed_len];
    let mut next = 0;
    for _ in 0..count {
        let start = Instant::now();
        for out in sealed.chunks_exact_mut(sealed_len) {
            header[2..4].copy_from_slice(&(next as u16).to_be_bytes());
            let index = guard.claim(next).expect("each index comes once");
            outbound.seal_from(&header, &payload[..6], &payload[6..], out, index).expect("there is room");
            next += 1;
        }
        seal_ns.push(per_packet(start.elapsed()));
        let start = Instant::now();
        for packet in sealed.chunks_exact(sealed_len) {
            buffer.copy_from_slice(packet);
            inbound.open_rtp(&mut buffer).expect("it was sealed with the same key");
        }
        open_ns.push(per_packet(start.elapsed()));
    }
    CryptoCost { profile, payload_len, seal_ns: median(seal_ns), open_ns: median(open_ns) }
}

fn per_packet(time: Duration) -> f64 {
    time.as_nanos() as f64 / PACKETS as f64
}

/// The middle one.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
