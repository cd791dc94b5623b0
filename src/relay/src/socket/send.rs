//! An arena of outgoing datagrams, sent with `sendmmsg` and `UDP_SEGMENT`.

use super::{Route, Sockets};

/// A registered destination (one per peer): an index, cheap to copy. Valid until [`SendBatch::remove_destination`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DestinationId(u32);

/// Totals since the start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SendStats {
    /// Datagrams the kernel took.
    pub datagrams: u64,
    /// Their bytes (UDP payload).
    pub bytes: u64,
    /// Messages given to the kernel (a segmented one carries several datagrams).
    pub messages: u64,
    /// `sendmmsg` and `sendmsg` calls.
    pub calls: u64,
    /// Datagrams dropped because the socket's buffer was full.
    pub dropped_full: u64,
    /// Datagrams dropped because of another error (no route, no permission, too long).
    pub dropped_error: u64,
    /// Destinations for which segmentation was given up.
    pub segmentation_refused: u64,
}

/// Collects datagrams and sends them together. Order is kept per destination, not between destinations. Nothing is sent
/// before [`flush`](Self::flush), unless the arena (2 MiB) is full: then `reserve` flushes first.
///
/// Segments are formed from datagrams to one destination that are *all of one length, the last may be shorter*, whatever
/// was reserved for other destinations between them.
pub struct SendBatch {}

impl SendBatch {
    /// An empty batch that sends through these sockets.
    pub fn new(sockets: &Sockets) -> Self {
        let _ = sockets;
        todo!()
    }

    /// Registers a destination.
    pub fn add_destination(&mut self, route: Route) -> DestinationId {
        let _ = route;
        todo!()
    }

    /// The peer moved (a nominated change of address). What waits for it goes to the new route.
    pub fn set_route(&mut self, destination: DestinationId, route: Route) {
        let _ = (destination, route);
        todo!()
    }

    /// Forgets a destination; what waits for it is flushed first.
    pub fn remove_destination(&mut self, destination: DestinationId) {
        let _ = destination;
        todo!()
    }

    /// A buffer of `len` bytes (at most [`super::MAX_DATAGRAM_LEN`]; a longer wish gives that much). It has undefined
    /// content. Reserving again without [`commit`](Self::commit) takes it back.
    pub fn reserve(&mut self, destination: DestinationId, len: usize) -> &mut [u8] {
        let _ = (destination, len);
        todo!()
    }

    /// Makes the first `len` bytes of the reserved buffer a datagram of the batch.
    pub fn commit(&mut self, len: usize) {
        let _ = len;
        todo!()
    }

    /// Sends one datagram at once to a route that is no destination (answers to checks from unknown addresses). Not
    /// ordered with what is in the batch.
    pub fn send_now(&mut self, route: &Route, datagram: &[u8]) {
        let _ = (route, datagram);
        todo!()
    }

    /// Sends everything. Never blocks: what does not fit is dropped and counted.
    pub fn flush(&mut self) {
        todo!()
    }

    /// Totals since the start.
    pub fn stats(&self) -> SendStats {
        todo!()
    }
}
