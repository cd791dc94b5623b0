//! CPU per forwarded packet: 1 publisher to 50 subscribers over loopback, the relay beside a naive loop.
//!
//! `cargo run --release -p vdx-bench -- [--json] [--rounds N] [--seconds S] [--only relay|naive|crypto] [--case NAME]`
//!
//! The relay is the real worker: bound to a real port, told its peers by commands, asked by connectivity checks with
//! integrity, fed with SRTP. What is counted is the CPU time of the server's thread, user and system, so what else runs
//! on the machine matters less (it empties the caches). The rounds of both interleave, so a machine that slows down
//! slows down both.
//!
//! Loopback charges the receiver's way through the kernel to the sender; docs/benchmarks.md says what that means.

// Nanoseconds and packets of one run are far below 2^52.
#![allow(clippy::cast_precision_loss)]

mod case;
mod clients;
mod cpu;
mod crypto;
mod naive;
mod relay;
mod report;
mod server;

use std::io;
use std::process::ExitCode;
use std::time::Duration;

use case::{CASES, Case};
use clients::{Clients, Delivered};
use cpu::Cores;
use server::Server;

/// Before the measurement: caches, branch predictors, and the relay's first reports.
const WARM_UP: Duration = Duration::from_millis(100);

/// Who is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// The real worker.
    Relay,
    /// See [`naive`].
    Naive,
}

/// One run of one case.
#[derive(Debug, Clone, Copy)]
pub struct Run {
    /// Position in [`CASES`].
    pub case: usize,
    /// Who.
    pub subject: Subject,
    /// Of the server's thread, per packet that arrived.
    pub cpu_ns_per_packet: f64,
    /// See [`Server::datagrams_per_message`].
    pub datagrams_per_message: f64,
    /// At the subscribers.
    pub delivered: Delivered,
}

/// What the command line asks for.
struct Options {
    json: bool,
    rounds: usize,
    time: Duration,
    only: Option<String>,
    case: Option<String>,
}

impl Options {
    fn parse() -> Result<Self, String> {
        let mut options = Self { json: false, rounds: 5, time: Duration::from_millis(500), only: None, case: None };
        let mut arguments = std::env::args().skip(1);
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or(format!("{argument} needs a value"));
            match argument.as_str() {
                "--json" => options.json = true,
                "--rounds" => options.rounds = number(&value()?)?,
                "--seconds" => {
                    let seconds: f64 = number(&value()?)?;
                    options.time = Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())?;
                }
                "--only" => options.only = Some(value()?),
                "--case" => options.case = Some(value()?),
                _ => return Err(format!("unknown argument {argument}")),
            }
        }
        match options.only.as_deref() {
            None | Some("relay" | "naive" | "crypto") => Ok(options),
            Some(other) => Err(format!("--only takes relay, naive or crypto, not {other}")),
        }
    }

    fn wants(&self, part: &str) -> bool {
        self.only.as_deref().is_none_or(|only| only == part)
    }
}

fn number<T: std::str::FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("{text} is not a number"))
}

fn main() -> ExitCode {
    if cfg!(debug_assertions) {
        eprintln!("This is a debug build; its figures mean nothing. Use `cargo run --release -p vdx-bench`.");
        return ExitCode::from(2);
    }
    let options = match Options::parse() {
        Ok(options) => options,
        Err(message) => {
            eprintln!("{message}");
            return ExitCode::from(2);
        }
    };
    match measure(&options) {
        Ok(is_good) => ExitCode::from(u8::from(!is_good)),
        Err(error) => {
            eprintln!("the benchmark cannot run: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Measures and prints; false when a packet was bad.
fn measure(options: &Options) -> io::Result<bool> {
    let cores = Cores::find();
    cores.pin_clients();
    let crypto = if options.wants("crypto") { crypto::measure() } else { Vec::new() };
    let mut runs = Vec::new();
    for round in 0..options.rounds {
        for (position, case) in CASES.iter().enumerate() {
            if options.case.as_ref().is_some_and(|wanted| !case.name.contains(wanted.as_str())) {
                continue;
            }
            for (subject, part) in [(Subject::Relay, "relay"), (Subject::Naive, "naive")] {
                if options.wants(part) {
                    eprintln!("round {} of {}: {} {part}", round + 1, options.rounds, case.name);
                    runs.push(run(position, *case, subject, cores, options.time)?);
                }
            }
        }
    }
    let report = report::Report { cores, crypto, runs };
    if options.json {
        report.print_json();
    } else {
        report.print_table();
    }
    Ok(report.is_good())
}

/// Starts a server and clients, and measures the server's threads for `time`.
fn run(position: usize, case: Case, subject: Subject, cores: Cores, time: Duration) -> io::Result<Run> {
    let before = cpu::threads();
    let mut clients = Clients::new(case)?;
    let server: Box<dyn Server> = match subject {
        Subject::Relay => Box::new(relay::Relay::start(case, &mut clients)?),
        Subject::Naive => Box::new(naive::Naive::start(case, &mut clients)?),
    };
    let threads: Vec<i32> = cpu::threads().difference(&before).copied().collect();
    for thread in &threads {
        cores.pin_server(*thread);
    }
    clients.start()?;
    clients.run(WARM_UP)?;
    let cpu_ns = || threads.iter().map(|thread| cpu::thread_cpu_ns(*thread)).sum::<u64>();
    let start_ns = cpu_ns();
    let delivered = clients.run(time)?;
    let spent_ns = cpu_ns() - start_ns;
    let datagrams_per_message = server.datagrams_per_message();
    if delivered.lost > 0 {
        eprintln!("{} of {} packets lost; the server: {}", delivered.lost, delivered.packets, server.drops());
    }
    server.stop()?;
    let cpu_ns_per_packet = spent_ns as f64 / delivered.packets.max(1) as f64;
    Ok(Run { case: position, subject, cpu_ns_per_packet, datagrams_per_message, delivered })
}
