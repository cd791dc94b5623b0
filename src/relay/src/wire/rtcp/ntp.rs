//! NTP time stamps (RFC 3550 §4) and round-trip time (§6.4.1).

/// Seconds from 1900 to 1970.
const UNIX_EPOCH_S: u64 = 2_208_988_800;

/// 32.32 fixed-point seconds since 1900; wraps in 2036 and every 136 years, which the arithmetic survives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct NtpTime(pub u64);

impl NtpTime {
    /// From microseconds since 1970.
    #[inline]
    pub fn from_unix_us(unix_us: u64) -> Self {
        let seconds = (unix_us / 1_000_000).wrapping_add(UNIX_EPOCH_S);
        let fraction = ((unix_us % 1_000_000) << 32) / 1_000_000;
        Self(seconds << 32 | fraction)
    }

    /// Microseconds from `earlier` to this, to the nearest; negative when it is later; right within 68 years.
    #[inline]
    pub fn us_since(self, earlier: Self) -> i64 {
        let difference = i128::from(self.0.wrapping_sub(earlier.0) as i64);
        ((difference * 1_000_000 + (1 << 31)) >> 32) as i64
    }

    /// This plus a number of microseconds, which may be negative.
    #[must_use]
    #[inline]
    pub fn plus_us(self, us: i64) -> Self {
        let seconds = us.div_euclid(1_000_000);
        let fraction = ((us.rem_euclid(1_000_000) as u64) << 32) / 1_000_000;
        Self(self.0.wrapping_add((seconds as u64) << 32).wrapping_add(fraction))
    }

    /// The middle 32 bits, 16.16 seconds: what LSR repeats.
    #[inline]
    pub fn compact(self) -> u32 {
        (self.0 >> 16) as u32
    }
}

/// Microseconds as 16.16 seconds, for DLSR; longer than 18 hours is capped.
#[inline]
pub fn compact_from_us(us: u64) -> u32 {
    let units = u128::from(us) * 0x1_0000 / 1_000_000;
    u32::try_from(units).unwrap_or(u32::MAX)
}

/// 16.16 seconds as microseconds.
#[inline]
pub fn compact_to_us(units: u32) -> u64 {
    u64::from(units) * 1_000_000 / 0x1_0000
}

/// Round-trip time from a report block that came at `now`: now - LSR - DLSR.
///
/// `None` when the reporter had no sender report yet (LSR 0). Clocks that disagree by a little give a small negative
/// number, which counts as 0; anything that would be more than 2^15 s is nonsense and gives `None`.
#[inline]
pub fn round_trip_us(now: NtpTime, last_sender_report: u32, delay_since_last: u32) -> Option<u64> {
    if last_sender_report == 0 {
        return None;
    }
    let units = now.compact().wrapping_sub(last_sender_report).wrapping_sub(delay_since_last);
    match units as i32 {
        units @ 0.. => Some(compact_to_us(units as u32)),
        -0x1_0000..0 => Some(0),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
