//! The two that are measured, behind one face.

use std::io;

/// A running server; its threads end with it.
pub trait Server {
    /// Ends it.
    fn stop(self: Box<Self>) -> io::Result<()>;
}
