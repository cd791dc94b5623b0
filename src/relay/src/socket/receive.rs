//! `recvmmsg` into reusable buffers.

use super::{Route, Sockets};
use std::io;

/// One received datagram; the bytes may be changed in place (they are opened there).
pub struct Datagram<'a> {
    /// What came.
    pub bytes: &'a mut [u8],
    /// From where and to which of our addresses.
    pub route: Route,
}

/// Room for 64 datagrams of [`super::MAX_DATAGRAM_LEN`], used again and again.
pub struct ReceiveBatch {}

impl ReceiveBatch {
    /// Allocates the buffers.
    pub fn new() -> Self {
        todo!()
    }

    /// Replaces the content with what socket `socket` has waiting, at most 64 datagrams; 0 means that it would block.
    /// A full batch means that there may be more. Errors other than would-block are the socket's (it is broken).
    pub fn receive(&mut self, sockets: &Sockets, socket: usize) -> io::Result<usize> {
        let _ = (sockets, socket);
        todo!()
    }

    /// How many datagrams are in the batch.
    pub fn len(&self) -> usize {
        todo!()
    }

    /// True when there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The datagram at `position` (below `len()`).
    pub fn datagram(&mut self, position: usize) -> Datagram<'_> {
        let _ = position;
        todo!()
    }

    /// Datagrams dropped because they were longer than the buffer, since the start.
    pub fn truncated(&self) -> u64 {
        todo!()
    }
}

impl Default for ReceiveBatch {
    fn default() -> Self {
        Self::new()
    }
}
