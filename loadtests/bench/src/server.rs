//! The two that are measured, behind one face.

use std::io;

/// A running server; its threads end with it.
pub trait Server {
    /// Datagrams per message given to the kernel so far: above 1 with segmentation.
    fn datagrams_per_message(&self) -> f64;
    /// What it says about packets that did not go on, for the reader of a run with losses.
    fn drops(&self) -> String;
    /// Ends it.
    fn stop(self: Box<Self>) -> io::Result<()>;
}
