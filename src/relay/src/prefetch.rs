//! Asks the processor for memory that is read soon. A subscriber's keys, numbers and queues are read once per run of
//! packets and have left the nearest cache since; while one subscriber's packets are sealed, the next one's come.

/// Bytes of a line of the cache.
const LINE: usize = 64;

/// Asks for the first `len` bytes of `value`, or all of it.
#[inline]
pub(crate) fn prefetch<T>(value: &T, len: usize) {
    let start = std::ptr::from_ref(value).cast::<i8>();
    for offset in (0..len.min(size_of::<T>())).step_by(LINE) {
        // SAFETY: the address is within `value`; a hint reads nothing and cannot fault.
        #[cfg(target_arch = "x86_64")]
        unsafe {
            std::arch::x86_64::_mm_prefetch::<{ std::arch::x86_64::_MM_HINT_T0 }>(start.add(offset));
        }
        #[cfg(not(target_arch = "x86_64"))]
        let _ = (start, offset);
    }
}
