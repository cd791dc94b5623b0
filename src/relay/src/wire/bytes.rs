//! Reading and writing integers in network byte order without a way to panic.

/// The two bytes at `at`, or `None` beyond the end.
#[inline]
pub(super) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|chunk| u16::from_be_bytes(*chunk))
}

/// The three bytes at `at` as the low 24 bits.
#[inline]
pub(super) fn u24_at(bytes: &[u8], at: usize) -> Option<u32> {
    let [high, middle, low] = *bytes.get(at..)?.first_chunk()?;
    Some(u32::from_be_bytes([0, high, middle, low]))
}

/// The four bytes at `at`.
#[inline]
pub(super) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|chunk| u32::from_be_bytes(*chunk))
}

/// The eight bytes at `at`.
#[inline]
pub(super) fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..)?.first_chunk().map(|chunk| u64::from_be_bytes(*chunk))
}

/// Writes front to back into a buffer of the caller; once something did not fit, `finish` answers `None`.
#[derive(Debug)]
pub(super) struct Writer<'a> {
    out: &'a mut [u8],
    len: usize,
    overflown: bool,
}

impl<'a> Writer<'a> {
    #[inline]
    pub(super) fn new(out: &'a mut [u8]) -> Self {
        Self { out, len: 0, overflown: false }
    }

    /// Bytes written so far.
    #[inline]
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// What was written so far.
    #[inline]
    pub(super) fn written(&self) -> &[u8] {
        self.out.get(..self.len).unwrap_or_default()
    }

    #[inline]
    pub(super) fn put(&mut self, bytes: &[u8]) {
        let end = self.len.saturating_add(bytes.len());
        match self.out.get_mut(self.len..end) {
            Some(target) if !self.overflown => {
                target.copy_from_slice(bytes);
                self.len = end;
            }
            _ => self.overflown = true,
        }
    }

    #[inline]
    pub(super) fn put_u8(&mut self, value: u8) {
        self.put(&[value]);
    }

    #[inline]
    pub(super) fn put_u16(&mut self, value: u16) {
        self.put(&value.to_be_bytes());
    }

    #[inline]
    pub(super) fn put_u24(&mut self, value: u32) {
        let [_, bytes @ ..] = value.to_be_bytes();
        self.put(&bytes);
    }

    #[inline]
    pub(super) fn put_u32(&mut self, value: u32) {
        self.put(&value.to_be_bytes());
    }

    #[inline]
    pub(super) fn put_u64(&mut self, value: u64) {
        self.put(&value.to_be_bytes());
    }

    /// Zero bytes up to the next multiple of four.
    #[inline]
    pub(super) fn pad_to_word(&mut self) {
        let missing = self.len.wrapping_neg() & 3;
        self.put(&[0; 3][..missing]);
    }

    /// Overwrites two bytes written before; beyond what is written it does nothing.
    #[inline]
    pub(super) fn patch_u16(&mut self, at: usize, value: u16) {
        if let Some(target) = self.out.get_mut(..self.len).and_then(|out| out.get_mut(at..at.checked_add(2)?)) {
            target.copy_from_slice(&value.to_be_bytes());
        }
    }

    /// The length, or `None` when something did not fit.
    #[inline]
    pub(super) fn finish(self) -> Option<usize> {
        (!self.overflown).then_some(self.len)
    }
}
