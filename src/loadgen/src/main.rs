//! The binary: the engine between standard input and standard output.

use std::io::{BufWriter, Read};
use std::os::fd::{AsFd, AsRawFd, RawFd};
use std::process::ExitCode;

use vdx_loadgen::engine::Engine;

/// Standard input without a buffer, so that what waits in it can be seen from outside.
struct Input(std::fs::File);

impl Read for Input {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.0.read(buffer)
    }
}

impl AsRawFd for Input {
    fn as_raw_fd(&self) -> RawFd {
        self.0.as_raw_fd()
    }
}

fn run() -> Result<(), String> {
    let mut engine = Engine::new()?;
    let input = std::io::stdin().as_fd().try_clone_to_owned().map_err(|error| format!("standard input: {error}"))?;
    let mut output = BufWriter::new(std::io::stdout().lock());
    engine.run(&mut Input(input.into()), &mut output).map_err(|error| error.to_string())
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("vdx-loadgen: {reason}");
            ExitCode::FAILURE
        }
    }
}
