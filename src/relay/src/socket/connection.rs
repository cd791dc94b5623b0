//! One TCP connection: frames of RFC 4571 ([`crate::wire::framing`]) in and out, within bounds.

use std::io;
use std::os::fd::{AsRawFd, OwnedFd};

use super::{MAX_DATAGRAM_LEN, Route};
use crate::wire::framing::{HEAD_LEN, whole_frames};

/// The longest frame, with its head.
const MAX_FRAME_LEN: usize = HEAD_LEN + MAX_DATAGRAM_LEN;
/// With more than this waiting, pictures are held back until a keyframe: two of the largest keyframes; two seconds of
/// 1 Mbit/s. A guess.
pub(super) const CLOGGED_BYTES: usize = 256 << 10;
/// With no more than this, they go on.
const RELIEVED_BYTES: usize = 32 << 10;
/// What may wait: above [`CLOGGED_BYTES`] there is room for the packets that are on their way (a batch of
/// them), and for sound. Full: dropped and counted.
pub(super) const MAX_WAITING_BYTES: usize = CLOGGED_BYTES + (256 << 10);
/// A buffer that grew above this is given back when it is empty.
const KEPT_BYTES: usize = 16 << 10;

/// What a stranger may send before a valid check: some twenty checks. Browsers need one or two.
pub(super) const MAX_UNCHECKED_BYTES: usize = 4 << 10;

/// Why a connection cannot go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    /// The other side closed it, or the way is broken.
    Closed,
    /// A frame longer than a datagram may be, or too many short ones: what comes is not RFC 4571. Or more than
    /// [`MAX_UNCHECKED_BYTES`] of a stranger.
    Malformed,
}

#[allow(clippy::struct_excessive_bools)] // Each is a fact of its own; they are no states of one machine.
/// One accepted connection. Its memory before the first check is this struct, in a slot that is counted.
pub(super) struct Connection {
    pub(super) fd: OwnedFd,
    pub(super) route: Route,
    pub(super) generation: u32,
    pub(super) accepted_us: u64,
    /// A check with right integrity came by it.
    pub(super) is_checked: bool,
    /// What came before that.
    unchecked_bytes: usize,
    /// The peer that is sent to by it.
    pub(super) destination: Option<usize>,
    /// It was said to be clogged, and not yet to be relieved.
    pub(super) is_clogged: bool,
    /// Room to send is waited for.
    pub(super) is_sending: bool,
    /// It is in the list of those to write.
    pub(super) is_dirty: bool,
    /// The beginning of a frame.
    partial: [u8; MAX_FRAME_LEN],
    partial_len: usize,
    waiting: Vec<u8>,
}

impl Connection {
    pub(super) fn new(fd: OwnedFd, route: Route, generation: u32, now_us: u64) -> Self {
        Self {
            fd,
            route,
            generation,
            accepted_us: now_us,
            is_checked: false,
            unchecked_bytes: 0,
            destination: None,
            is_clogged: false,
            is_sending: false,
            is_dirty: false,
            partial: [0; MAX_FRAME_LEN],
            partial_len: 0,
            waiting: Vec::new(),
        }
    }

    /// Reads once into `buffer`, which then begins with whole frames: gives their bytes together. Begins of frames are
    /// kept for the next time. 0: nothing whole has come.
    pub(super) fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Ended> {
        let kept = self.partial_len;
        buffer[..kept].copy_from_slice(&self.partial[..kept]);
        let most = if self.is_checked { buffer.len() } else { buffer.len().min(kept + MAX_UNCHECKED_BYTES) };
        let room = &mut buffer[kept..most];
        let count = loop {
            // SAFETY: the kernel writes at most `room.len()` bytes at `room`.
            let count =
                unsafe { libc::recv(self.fd.as_raw_fd(), room.as_mut_ptr().cast(), room.len(), libc::MSG_DONTWAIT) };
            match usize::try_from(count) {
                Ok(0) => return Err(Ended::Closed),
                Ok(count) => break count,
                Err(_) => match io::Error::last_os_error().raw_os_error() {
                    Some(libc::EINTR) => {}
                    Some(libc::EAGAIN) => return Ok(0),
                    _ => return Err(Ended::Closed),
                },
            }
        };
        if !self.is_checked {
            self.unchecked_bytes += count;
            if self.unchecked_bytes > MAX_UNCHECKED_BYTES {
                return Err(Ended::Malformed);
            }
        }
        let came = &buffer[..kept + count];
        let whole = whole_frames(came, MAX_DATAGRAM_LEN).ok_or(Ended::Malformed)?;
        let rest = &came[whole..];
        self.partial[..rest.len()].copy_from_slice(rest);
        self.partial_len = rest.len();
        Ok(whole)
    }

    /// Frames one datagram behind what waits. False: there is no room.
    pub(super) fn push(&mut self, datagram: &[u8]) -> bool {
        let Ok(len) = u16::try_from(datagram.len()) else { return false };
        if self.waiting.len() + HEAD_LEN + datagram.len() > MAX_WAITING_BYTES {
            return false;
        }
        self.waiting.extend_from_slice(&len.to_be_bytes());
        self.waiting.extend_from_slice(datagram);
        true
    }

    /// Gives the kernel as much as it takes. Answers whether something still waits.
    pub(super) fn write(&mut self) -> Result<bool, Ended> {
        let mut written = 0;
        while written < self.waiting.len() {
            let rest = &self.waiting[written..];
            let flags = libc::MSG_DONTWAIT | libc::MSG_NOSIGNAL;
            // SAFETY: the kernel reads at most `rest.len()` bytes at `rest`.
            let count = unsafe { libc::send(self.fd.as_raw_fd(), rest.as_ptr().cast(), rest.len(), flags) };
            match usize::try_from(count) {
                Ok(count) => written += count,
                Err(_) => match io::Error::last_os_error().raw_os_error() {
                    Some(libc::EINTR) => {}
                    Some(libc::EAGAIN | libc::ENOBUFS) => break,
                    _ => return Err(Ended::Closed),
                },
            }
        }
        self.waiting.drain(..written);
        if self.waiting.is_empty() && self.waiting.capacity() > KEPT_BYTES && !self.is_clogged {
            self.waiting.shrink_to(KEPT_BYTES);
        }
        Ok(!self.waiting.is_empty())
    }

    /// More waits than is sent soon.
    pub(super) fn is_full(&self) -> bool {
        self.waiting.len() > CLOGGED_BYTES
    }

    /// Little waits.
    pub(super) fn is_relieved(&self) -> bool {
        self.waiting.len() <= RELIEVED_BYTES
    }
}
