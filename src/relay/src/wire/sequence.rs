//! Arithmetic of numbers that wrap: RTP sequence numbers (16 bit) and timestamps (32 bit).
//!
//! RFC 1982 with half the circle as horizon; the value exactly opposite counts as older, so that the relation is
//! never both ways.

/// Whether `a` comes after `b` on the circle of 16 bits.
#[inline]
pub fn is_newer(a: u16, b: u16) -> bool {
    distance(b, a) > 0
}

/// Steps from `from` to `to`, -32768..=32767: negative when `to` is older.
#[inline]
pub fn distance(from: u16, to: u16) -> i16 {
    to.wrapping_sub(from) as i16
}

/// Whether `a` comes after `b` on the circle of 32 bits.
#[inline]
pub fn is_newer_timestamp(a: u32, b: u32) -> bool {
    timestamp_distance(b, a) > 0
}

/// Steps from `from` to `to` in timestamp units: negative when `to` is older.
#[inline]
pub fn timestamp_distance(from: u32, to: u32) -> i32 {
    to.wrapping_sub(from) as i32
}

/// Extends 16-bit sequence numbers to 64 bits, each to the candidate nearest to the highest one seen.
///
/// The first number is put into the second round (`0x1_0000 + n`), so that numbers from before it do not go below
/// zero. `as u16` of the result is always the number given.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SequenceUnwrapper {
    highest: Option<u64>,
}

impl SequenceUnwrapper {
    /// Extends `number`, and takes it as the new highest when it is newer.
    #[inline]
    pub fn unwrap(&mut self, number: u16) -> u64 {
        let extended = self.peek(number);
        if self.highest.is_none_or(|highest| extended > highest) {
            self.highest = Some(extended);
        }
        extended
    }

    /// Extends `number` and remembers nothing: for numbers from feedback, which anyone can make up.
    #[inline]
    pub fn peek(&self, number: u16) -> u64 {
        match self.highest {
            None => 0x1_0000 + u64::from(number),
            Some(highest) => highest.wrapping_add_signed(i64::from(distance(highest as u16, number))),
        }
    }

    /// The highest extended number so far.
    #[inline]
    pub fn highest(&self) -> Option<u64> {
        self.highest
    }
}

/// Extends 32-bit RTP timestamps to 64 bits, as [`SequenceUnwrapper`] does for 16 bits.
///
/// The first one is put into the second round (`0x1_0000_0000 + t`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TimestampUnwrapper {
    highest: Option<u64>,
}

impl TimestampUnwrapper {
    /// Extends `timestamp`, and takes it as the new highest when it is newer.
    #[inline]
    pub fn unwrap(&mut self, timestamp: u32) -> u64 {
        let extended = self.peek(timestamp);
        if self.highest.is_none_or(|highest| extended > highest) {
            self.highest = Some(extended);
        }
        extended
    }

    /// Extends `timestamp` and remembers nothing.
    #[inline]
    pub fn peek(&self, timestamp: u32) -> u64 {
        match self.highest {
            None => 0x1_0000_0000 + u64::from(timestamp),
            Some(highest) => highest.wrapping_add_signed(i64::from(timestamp_distance(highest as u32, timestamp))),
        }
    }

    /// The highest extended timestamp so far.
    #[inline]
    pub fn highest(&self) -> Option<u64> {
        self.highest
    }
}

#[cfg(test)]
mod tests;
