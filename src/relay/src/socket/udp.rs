//! Binding sockets, and the route a datagram came by.

use std::io;
use std::net::{IpAddr, SocketAddr};

/// The way a datagram came, and so the way its answer goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Route {
    /// Index of our socket, in the order of the binds.
    pub socket: u16,
    /// Our address that was written to (never unspecified, also when the bind is); answers leave from it.
    pub local: IpAddr,
    /// The other side.
    pub remote: SocketAddr,
}

/// How to bind.
#[derive(Debug, Clone, Copy)]
pub struct SocketOptions {
    /// Asked of the kernel for `SO_RCVBUF` and `SO_SNDBUF`; see [`Sockets::receive_buffer_bytes`] for what it gave.
    pub buffer_bytes: usize,
    /// False: never use `UDP_SEGMENT`, even where it works (for measurements and tests).
    pub segmentation: bool,
}

/// The worker's UDP sockets, non-blocking. Closed on drop (and when the last [`super::SendBatch`] is gone).
pub struct Sockets {}

impl Sockets {
    /// Binds each address (IPv6 sockets are v6-only; port 0 is any free one).
    pub fn bind(binds: &[SocketAddr], options: SocketOptions) -> io::Result<Self> {
        let _ = (binds, options);
        todo!()
    }

    /// What was bound, with real ports, in the order of the binds.
    pub fn addresses(&self) -> &[SocketAddr] {
        todo!()
    }

    /// The smallest `SO_RCVBUF` of the sockets that the kernel really gave (it doubles what is asked, and has a limit).
    pub fn receive_buffer_bytes(&self) -> usize {
        todo!()
    }
}
