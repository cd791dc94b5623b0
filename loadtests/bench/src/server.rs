//! A server process as the clients' side sees it.

use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use vdx_relay::srtp::Profile;

use crate::cpu::{self, Cores, Spent};
use crate::serve::{NAIVE_THREAD, RELAY_THREAD};

/// Who is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Subject {
    /// The real worker.
    Relay,
    /// The real worker in a Python process, as in the product.
    PythonRelay,
    /// See [`crate::naive`].
    Naive,
}

/// A running server; it ends with this.
pub struct Server {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    /// Where it listens.
    pub address: SocketAddr,
    subject: Subject,
}

impl Server {
    /// Starts it.
    pub fn start(subject: Subject, profile: Profile, cores: Cores) -> io::Result<Self> {
        let profile = if profile == Profile::AeadAes128Gcm { "gcm" } else { "cm" };
        let mut command = match subject {
            Subject::PythonRelay => {
                let mut command = Command::new(std::env::var("VDX_BENCH_PYTHON").unwrap_or_else(|_| "python3".into()));
                command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("host.py"));
                command
            }
            Subject::Relay | Subject::Naive => {
                let mut command = Command::new(std::env::current_exe()?);
                command.arg("serve").arg(if subject == Subject::Relay { "relay" } else { "naive" }).arg(profile);
                command
            }
        };
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        cores.unpin(child.id());
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?);
        let nowhere = SocketAddr::from(([0, 0, 0, 0], 0));
        let mut server = Self { child, input, output, address: nowhere, subject };
        let line = server.line()?;
        let address = line.strip_prefix("ready ").and_then(|address| address.parse().ok());
        server.address = address.ok_or_else(|| io::Error::other(format!("the server does not start: {line}")))?;
        Ok(server)
    }

    /// Tells it something.
    pub fn tell(&mut self, line: &str) -> io::Result<()> {
        let input = self.input.as_mut().ok_or(io::ErrorKind::BrokenPipe)?;
        writeln!(input, "{line}")
    }

    /// Its next line.
    pub fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        Ok(line.trim_end().to_owned())
    }

    /// Pins its forwarding thread.
    pub fn pin(&self, cores: Cores) -> io::Result<()> {
        cores.pin_worker(self.child.id(), self.thread())
    }

    const fn thread(&self) -> &'static str {
        match self.subject {
            Subject::Naive => NAIVE_THREAD,
            Subject::Relay | Subject::PythonRelay => RELAY_THREAD,
        }
    }

    /// Keeps Python busy for a time, on the clients' core: what is asked is whether the relay waits for Python, not
    /// whether two threads share a core.
    pub fn hog(&mut self, cores: Cores, time: Duration) -> io::Result<()> {
        let core = cores.clients().map_or_else(|| "-1".into(), |core| core.to_string());
        self.tell(&format!("hog {} {core}", time.as_secs_f64()))
    }

    /// CPU time so far.
    pub fn spent(&self) -> io::Result<Spent> {
        cpu::spent(self.child.id(), self.thread())
    }

    /// Its counters; the naive loop has none.
    pub fn stats(&mut self) -> io::Result<HashMap<String, u64>> {
        if self.subject == Subject::Naive {
            return Ok(HashMap::new());
        }
        self.tell("stats")?;
        let line = self.line()?;
        let pairs = line.split(' ').filter_map(|pair| pair.split_once('='));
        Ok(pairs.filter_map(|(name, value)| Some((name.to_owned(), value.parse().ok()?))).collect())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The end of its input ends it.
        self.input.take();
        if self.child.wait().is_err() {
            let _ = self.child.kill();
        }
    }
}
