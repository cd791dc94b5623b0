//! One direction of a way: a bounded queue in front of a rate, then a delay with jitter; losses before the queue.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::Seed;

/// IP and UDP headers, which the link carries too.
const HEADERS: u64 = 28;

/// How packets are lost at random.
#[derive(Debug, Clone, Copy)]
pub enum Loss {
    None,
    /// Each with this probability.
    Random(f64),
    /// Gilbert-Elliott: probability per packet to become bad, to become good again, and loss while bad.
    Bursts {
        to_bad: f64,
        to_good: f64,
        bad: f64,
    },
}

/// What a link does; may be changed while packets are on it.
#[derive(Debug, Clone, Copy)]
pub struct Conditions {
    /// Bits per second, with IP and UDP headers; `u64::MAX`: no limit.
    pub rate_bps: u64,
    /// Of the queue at this rate; what does not fit is dropped.
    pub queue_us: u64,
    pub delay_us: u64,
    /// Added uniformly between 0 and this.
    pub jitter_us: u64,
    /// Jitter may let one packet overtake another.
    pub is_reordering: bool,
    pub loss: Loss,
    /// Probability that a packet arrives twice.
    pub duplicate: f64,
}

impl Default for Conditions {
    fn default() -> Self {
        Self {
            rate_bps: u64::MAX,
            queue_us: 300_000,
            delay_us: 20_000,
            jitter_us: 0,
            is_reordering: false,
            loss: Loss::None,
            duplicate: 0.0,
        }
    }
}

/// See the module. `T` is what travels.
pub struct Link<T> {
    pub conditions: Conditions,
    seed: Seed,
    is_bad: bool,
    free_us: u64,
    last_us: u64,
    order: u64,
    on_the_way: BinaryHeap<Reverse<(u64, u64)>>,
    packets: std::collections::HashMap<u64, T>,
    pub sent: u64,
    pub lost: u64,
    pub dropped: u64,
    /// The longest wait in the queue since it was last set to 0.
    pub longest_us: u64,
    /// Bits that left the queue.
    pub bits: u64,
}

impl<T: Clone> Link<T> {
    pub fn new(conditions: Conditions, seed: u64) -> Self {
        Self {
            conditions,
            seed: Seed::new(seed),
            is_bad: false,
            free_us: 0,
            last_us: 0,
            order: 0,
            on_the_way: BinaryHeap::new(),
            packets: std::collections::HashMap::new(),
            sent: 0,
            lost: 0,
            dropped: 0,
            longest_us: 0,
            bits: 0,
        }
    }

    /// How long a packet that comes now waits.
    pub fn wait_us(&self, now_us: u64) -> u64 {
        self.free_us.saturating_sub(now_us)
    }

    pub fn send(&mut self, packet: T, bytes: usize, now_us: u64) {
        self.sent += 1;
        if self.is_lost() {
            self.lost += 1;
            return;
        }
        let mut leaves_us = now_us;
        if self.conditions.rate_bps != u64::MAX {
            let wait_us = self.wait_us(now_us);
            if wait_us > self.conditions.queue_us {
                self.dropped += 1;
                return;
            }
            self.longest_us = self.longest_us.max(wait_us);
            let bits = (bytes as u64 + HEADERS) * 8;
            self.free_us = now_us + wait_us + bits * 1_000_000 / self.conditions.rate_bps;
            self.bits += bits;
            leaves_us = self.free_us;
        }
        let copies = 1 + u64::from(self.seed.chance(self.conditions.duplicate));
        for _ in 0..copies {
            let mut arrives_us = leaves_us + self.conditions.delay_us;
            if self.conditions.jitter_us > 0 {
                arrives_us += self.seed.below(self.conditions.jitter_us);
            }
            if !self.conditions.is_reordering {
                arrives_us = arrives_us.max(self.last_us);
            }
            self.last_us = self.last_us.max(arrives_us);
            self.order += 1;
            self.on_the_way.push(Reverse((arrives_us, self.order)));
            self.packets.insert(self.order, packet.clone());
        }
    }

    fn is_lost(&mut self) -> bool {
        match self.conditions.loss {
            Loss::None => false,
            Loss::Random(share) => self.seed.chance(share),
            Loss::Bursts { to_bad, to_good, bad } => {
                let turns = if self.is_bad { to_good } else { to_bad };
                self.is_bad ^= self.seed.chance(turns);
                self.is_bad && self.seed.chance(bad)
            }
        }
    }

    /// When the next packet arrives.
    pub fn next_us(&self) -> Option<u64> {
        self.on_the_way.peek().map(|Reverse((at_us, _))| *at_us)
    }

    /// The next packet that has arrived by now, and when.
    pub fn receive(&mut self, now_us: u64) -> Option<(u64, T)> {
        let Reverse((at_us, order)) = *self.on_the_way.peek()?;
        if at_us > now_us {
            return None;
        }
        self.on_the_way.pop();
        Some((at_us, self.packets.remove(&order)?))
    }

    /// Fills the queue as another's packet would.
    pub fn occupy(&mut self, bytes: u64, now_us: u64) -> bool {
        let wait_us = self.wait_us(now_us);
        if wait_us > self.conditions.queue_us {
            return false;
        }
        self.free_us = now_us + wait_us + bytes * 8_000_000 / self.conditions.rate_bps;
        self.longest_us = self.longest_us.max(wait_us);
        true
    }
}
