//! What has arrived at subscribers.

use std::ops::AddAssign;

use crate::scene::VP8_RTX;

/// What arrived.
#[derive(Debug, Clone, Default)]
pub struct Delivered {
    /// RTP packets at subscribers.
    pub packets: u64,
    /// Packets that should have arrived, and did not in time.
    pub lost: u64,
    /// Packets that were decrypted and found whole.
    pub verified: u64,
    /// Packets that did not decrypt, or were not what was sent, or came out of order.
    pub bad: u64,
    /// Retransmissions among the packets.
    pub again: u64,
    /// Bursts that a paced publisher sent.
    pub bursts: u64,
    /// Bursts that left more than [`crate::clients::LATE_US`] after their time.
    pub late: u64,
    /// Datagrams that came and found a full socket: the clients did not follow.
    pub overflowed: u64,
    /// Nanoseconds from the publisher's send call to the subscriber's socket, of the packets that were decrypted.
    pub latencies_ns: Vec<u32>,
}

impl AddAssign for Delivered {
    fn add_assign(&mut self, mut more: Self) {
        self.packets += more.packets;
        self.lost += more.lost;
        self.verified += more.verified;
        self.bad += more.bad;
        self.again += more.again;
        self.bursts += more.bursts;
        self.late += more.late;
        self.overflowed += more.overflowed;
        self.latencies_ns.append(&mut more.latencies_ns);
    }
}

impl Delivered {
    /// One more RTP packet, sealed.
    pub fn count(&mut self, bytes: &[u8]) {
        self.packets += 1;
        self.again += u64::from(bytes[1] & 0x7F == VP8_RTX);
    }
}
