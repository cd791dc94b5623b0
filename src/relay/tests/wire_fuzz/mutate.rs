//! Mutations of seeds, the same in every run.

/// The generator of Vigna's splitmix64: small, and good enough to choose bytes.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ mixed >> 31
    }

    /// 0..limit; 0 when the limit is 0.
    pub fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit.max(1) as u64) as usize
    }
}

/// Values at which lengths and counts go wrong.
const INTERESTING: [u8; 12] = [0, 1, 2, 3, 4, 0x0F, 0x10, 0x7F, 0x80, 0xFE, 0xFF, 0xBE];
/// Longer inputs only take time.
const MAX_LEN: usize = 2048;

/// Changes `input` in 1..=6 places; `other` is a seed to splice with.
pub fn mutate(input: &mut Vec<u8>, other: &[u8], random: &mut Random) {
    for _ in 0..=random.below(6) {
        let at = random.below(input.len());
        match random.below(8) {
            0 => {
                if let Some(byte) = input.get_mut(at) {
                    *byte ^= 1 << random.below(8);
                }
            }
            1 | 2 => {
                if let Some(byte) = input.get_mut(at) {
                    *byte = INTERESTING[random.below(INTERESTING.len())];
                }
            }
            3 => {
                if let Some(byte) = input.get_mut(at) {
                    *byte = random.next() as u8;
                }
            }
            4 => input.truncate(at),
            5 => {
                let piece = input[at..].iter().copied().take(random.below(64)).collect::<Vec<_>>();
                input.splice(at..at, piece);
            }
            6 => {
                let end = (at + random.below(16)).min(input.len());
                input.drain(at..end);
            }
            _ => {
                input.truncate(at);
                input.extend(&other[random.below(other.len())..]);
            }
        }
    }
    input.truncate(MAX_LEN);
}

/// Makes the lengths in the headers fit again, so that what lies behind them is reached: the message length of STUN,
/// the word count of a single RTCP packet.
pub fn repair_length(target: &str, input: &mut Vec<u8>) {
    let header_len = match target {
        "stun" => 20,
        "rtcp" => 4,
        _ => return,
    };
    if input.len() < header_len {
        return;
    }
    input.truncate(input.len() & !3);
    let len = if target == "stun" { input.len() - 20 } else { input.len() / 4 - 1 };
    input[2..4].copy_from_slice(&(len as u16).to_be_bytes());
}
