//! The two that are measured, behind one face.

use std::io;

/// A running server; its threads end with it.
pub trait Server {
    /// Datagrams per message given to the kernel so far: above 1 with segmentation.
    fn datagrams_per_message(&self) -> f64;
    /// Ends it.
    fn stop(self: Box<Self>) -> io::Result<()>;
}
