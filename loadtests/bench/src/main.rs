//! What forwarding costs: the relay beside a naive loop, each in a process of its own, over loopback.
//!
//! `vdx-bench [--quick] [--case NAME]... [--rounds N] [--json FILE] [--only relay|naive|crypto] [--list]`
//!
//! The relay is the real worker: bound to a real port, told its peers by commands, asked by connectivity checks with
//! integrity, fed with SRTP. What is counted is the CPU time of the forwarding thread, user and system, so what else runs
//! on the machine matters less (it empties the caches). The rounds of all interleave, so a machine that slows down
//! slows down all.
//!
//! It prints JSON, or writes it to a file; `python -m loadtests.bench` (`make bench`) runs it, adds what needs a whole
//! server, and prints the table.
//!
//! Loopback charges the receiver's way through the kernel to the sender; docs/benchmarks.md says what that means.

// Nanoseconds and packets of one run are far below 2^52.
#![allow(clippy::cast_precision_loss, clippy::cast_sign_loss)]

mod client;
mod clients;
mod cpu;
mod crypto;
mod delivered;
mod feedback;
mod measure;
mod naive;
mod report;
mod rows;
mod scene;
mod serve;
mod server;
mod tracks;
mod udp;

use std::io;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use cpu::Cores;
use report::{Environment, Report};
use rows::Measured;
use server::Subject;
use tracks::Scale;

/// More packets than this do not arrive: the run says nothing.
const LOST_PERCENT: f64 = 1.0;

/// What the command line asks for.
struct Options {
    json: Option<String>,
    rounds: usize,
    quick: bool,
    only: Option<String>,
    cases: Vec<String>,
    list: bool,
}

impl Options {
    fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Self { json: None, rounds: 0, quick: false, only: None, cases: Vec::new(), list: false };
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or(format!("{argument} needs a value"));
            match argument.as_str() {
                "--json" => options.json = Some(value()?),
                "--rounds" => {
                    let rounds = value()?;
                    options.rounds = rounds.parse().map_err(|_| format!("{rounds} is not a number"))?;
                }
                "--quick" => options.quick = true,
                "--only" => options.only = Some(value()?),
                "--case" => options.cases.push(value()?),
                "--list" => options.list = true,
                _ => return Err(format!("unknown argument {argument}")),
            }
        }
        if options.rounds == 0 {
            options.rounds = if options.quick { 1 } else { 3 };
        }
        match options.only.as_deref() {
            None | Some("relay" | "naive" | "crypto") => Ok(options),
            Some(other) => Err(format!("--only takes relay, naive or crypto, not {other}")),
        }
    }

    fn wants(&self, subject: Subject) -> bool {
        match self.only.as_deref() {
            None => true,
            Some(only) => only == if subject == Subject::Naive { "naive" } else { "relay" },
        }
    }

    /// By its whole name.
    fn wants_case(&self, name: &str) -> bool {
        self.cases.is_empty() || self.cases.iter().any(|wanted| wanted == name)
    }

    fn scale(&self) -> Scale {
        let ms = |long, quick| Duration::from_millis(if self.quick { quick } else { long });
        Scale { closed: ms(500, 60), paced: ms(2_000, 250), quick: self.quick }
    }
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [serve, kind, profile] = arguments.as_slice() {
        if serve == "serve" {
            return finish(serve::serve(kind, profile).map(|()| true));
        }
    }
    let options = match Options::parse(arguments.into_iter()) {
        Ok(options) => options,
        Err(message) => {
            eprintln!("{message}");
            return ExitCode::from(2);
        }
    };
    if cfg!(debug_assertions) && !options.quick {
        eprintln!(
            "This is a debug build; its figures mean nothing. Use `make bench`, or `--quick` to see that it works."
        );
        return ExitCode::from(2);
    }
    finish(measure(&options))
}

fn finish(result: io::Result<bool>) -> ExitCode {
    match result {
        Ok(is_good) => ExitCode::from(u8::from(!is_good)),
        Err(error) => {
            eprintln!("the benchmark cannot run: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Measures and tells; false when a packet was bad or many were lost.
fn measure(options: &Options) -> io::Result<bool> {
    let cores = Cores::find();
    let scale = options.scale();
    let tracks = tracks::all(scale);
    let is_unknown = |case: &String| !tracks.iter().any(|track| track.name == case.as_str());
    if options.list || options.cases.iter().any(is_unknown) {
        for track in &tracks {
            println!("{}", track.name);
        }
        return Ok(options.list);
    }
    allow_sockets()?;
    cores.pin_clients();
    let has_python = std::env::var_os("VDX_BENCH_PYTHON").is_some();
    if !has_python {
        eprintln!("without VDX_BENCH_PYTHON the rows of a Python process are left out");
    }
    let wants_crypto = options.only.as_deref().map_or(options.cases.is_empty(), |only| only == "crypto");
    let crypto = if wants_crypto { crypto::measure(options.quick) } else { Vec::new() };
    let mut measured = Measured::default();
    let mut planned = Vec::new();
    for round in 1..=options.rounds {
        for track in tracks.iter().filter(|track| options.wants_case(track.name)) {
            let subjects = track.subjects.iter().filter(|subject| options.wants(**subject));
            let subjects = subjects.filter(|subject| **subject != Subject::PythonRelay || has_python);
            planned.extend(subjects.map(|subject| (round, track, *subject)));
        }
    }
    let start = Instant::now();
    for (done, (round, track, subject)) in planned.iter().enumerate() {
        eprintln!(
            "{:4.0} s  {} of {}  round {round}: {} {subject:?}",
            start.elapsed().as_secs_f64(),
            done + 1,
            planned.len(),
            track.name
        );
        let run = measure::run(&track.plan, *subject, cores)?;
        measured.runs.entry((track.name, *subject)).or_default().push(run);
    }
    let report = Report { environment: Environment::find(cores), crypto, measured, rounds: options.rounds };
    match &options.json {
        Some(path) => std::fs::write(path, report.json())?,
        None => print!("{}", report.json()),
    }
    Ok(report.is_good(if options.quick { 0.0 } else { LOST_PERCENT }))
}

/// Every client has a socket.
fn allow_sockets() -> io::Result<()> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum })?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Options, String> {
        Options::parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn command_line_is_read_or_refused() {
        let options = parse("--quick --case video --case audio --json out.json").unwrap();
        assert_eq!((options.rounds, options.json.as_deref()), (1, Some("out.json")));
        assert!(options.wants_case("audio") && !options.wants_case("video-cm"));
        assert_eq!(parse("").unwrap().rounds, 3);
        assert!(parse("--rounds many").is_err() && parse("--only me").is_err() && parse("--times").is_err());
    }
}
