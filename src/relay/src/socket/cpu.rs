//! What the calling thread has cost so far.

use std::mem::zeroed;

/// Processor time of the calling thread in nanoseconds (`CLOCK_THREAD_CPUTIME_ID`); 0 if the system cannot tell.
pub fn thread_cpu_ns() -> u64 {
    // SAFETY: `timespec` is plain data, for which all zero is a value.
    let mut spent: libc::timespec = unsafe { zeroed() };
    // SAFETY: the clock writes one `timespec` to a place that is ours.
    if unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut spent) } != 0 {
        return 0;
    }
    let seconds = u64::try_from(spent.tv_sec).unwrap_or(0);
    seconds * 1_000_000_000 + u64::try_from(spent.tv_nsec).unwrap_or(0)
}
