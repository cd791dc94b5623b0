//! Where the forwarder's datagrams go: the send batch in a worker, a list in tests.

use crate::socket::{Route, SendBatch};

/// Collects datagrams. A destination is a peer's position: set before it is used, removed with the peer.
pub trait Sink {
    /// The peer is reached this way from now on.
    fn set_route(&mut self, destination: usize, route: Route);
    /// The peer is gone.
    fn remove(&mut self, destination: usize);
    /// A buffer of `len` bytes with undefined content; a reservation that is not committed is void.
    fn reserve(&mut self, destination: usize, len: usize) -> &mut [u8];
    /// Makes the first `len` bytes of the reserved buffer a datagram.
    fn commit(&mut self, len: usize);
    /// The same; `is_vital`: sound or RTCP, small, and not to be lost when there is no room for pictures.
    fn commit_as(&mut self, len: usize, _is_vital: bool) {
        self.commit(len);
    }
    /// One datagram at once to where no peer need be.
    fn send_now(&mut self, route: &Route, datagram: &[u8]);
    /// More waits for the destination than it takes soon: pictures are held back until a keyframe after
    /// [`crate::forwarder::Forwarder::on_relieved`]. Only TCP keeps anything waiting.
    fn is_clogged(&mut self, _destination: usize) -> bool {
        false
    }
    /// No peer uses this way any more.
    fn forget(&mut self, _route: &Route) {}
}

impl Sink for SendBatch {
    fn set_route(&mut self, destination: usize, route: Route) {
        Self::set_route(self, destination, route);
    }

    fn remove(&mut self, destination: usize) {
        Self::remove(self, destination);
    }

    #[inline]
    fn reserve(&mut self, destination: usize, len: usize) -> &mut [u8] {
        Self::reserve(self, destination, len)
    }

    #[inline]
    fn commit(&mut self, len: usize) {
        Self::commit(self, len);
    }

    #[inline]
    fn commit_as(&mut self, len: usize, is_vital: bool) {
        Self::commit_as(self, len, is_vital);
    }

    fn send_now(&mut self, route: &Route, datagram: &[u8]) {
        Self::send_now(self, route, datagram);
    }

    fn is_clogged(&mut self, destination: usize) -> bool {
        Self::is_clogged(self, destination)
    }

    fn forget(&mut self, route: &Route) {
        Self::forget(self, route);
    }
}
