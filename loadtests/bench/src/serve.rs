//! The two that are measured, each as a process of its own that is told what to do in lines on its standard input and
//! answers in lines on its standard output. `host.py` speaks the same lines.
//!
//! ```text
//! relay   command HEX            one command of the border     stats -> name=value ...
//! naive   subscriber ADDRESS PEER | publisher ADDRESS PEER | target PUBLISHER SSRC SUBSCRIBER SSRC
//!         go -> going            the rest of its life is forwarding
//! ```

use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::os::fd::{AsRawFd, BorrowedFd};
use std::sync::Arc;

use rustix::event::{PollFd, PollFlags, poll};
use vdx_relay::socket::SocketOptions;
use vdx_relay::srtp::{Inbound, Outbound, Profile};
use vdx_relay::wire_api::Command;
use vdx_relay::worker::Worker;

use crate::naive::Naive;
use crate::scene::master;
use crate::udp::enlarge;

/// Asked for; the kernel gives what it allows.
const BUFFER_BYTES: usize = 4 << 20;
/// Name of the naive loop's thread.
pub const NAIVE_THREAD: &str = "naive";
/// Name of the relay's thread.
pub const RELAY_THREAD: &str = "vdx-relay";

/// Serves as the first argument says, until the input ends.
pub fn serve(kind: &str, profile: &str) -> io::Result<()> {
    let profile = if profile == "gcm" { Profile::AeadAes128Gcm } else { Profile::Aes128CmSha1_80 };
    match kind {
        "relay" => serve_relay(),
        "naive" => serve_naive(profile),
        _ => Err(io::Error::new(io::ErrorKind::InvalidInput, "serves as relay or naive")),
    }
}

fn say(line: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()
}

fn bad_line(line: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("cannot read the line: {line:.60}"))
}

fn serve_relay() -> io::Result<()> {
    let bind = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let options = SocketOptions { buffer_bytes: BUFFER_BYTES, segmentation: true, local_only: false, tcp: true };
    let worker = Arc::new(Worker::start_without_budget(&[bind], options, 1)?);
    let drained = Arc::clone(&worker);
    // Events are taken as the product takes them; its cost is in the figure of the whole process.
    std::thread::Builder::new().name("events".into()).spawn(move || {
        // SAFETY: the descriptor is the worker's, which this thread keeps alive.
        let ready = unsafe { BorrowedFd::borrow_raw(drained.event_ready().as_raw_fd()) };
        while poll(&mut [PollFd::new(&ready, PollFlags::IN)], None).is_ok() {
            drained.drain();
        }
    })?;
    say(&format!("ready {}", worker.addresses()[0]))?;
    for line in io::stdin().lines() {
        let line = line?;
        match line.split_once(' ') {
            Some(("command", hex)) => {
                let bytes = unhex(hex).ok_or_else(|| bad_line(&line))?;
                let command = Command::decode(&bytes).map_err(io::Error::other)?;
                worker.command(command).map_err(|_| io::Error::other("the command queue is full"))?;
            }
            None if line == "stats" => {
                let told: Vec<String> = worker.stats().map(|(name, value)| format!("{name}={value}")).collect();
                say(&told.join(" "))?;
            }
            _ => return Err(bad_line(&line)),
        }
    }
    Ok(())
}

fn serve_naive(profile: Profile) -> io::Result<()> {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
    enlarge(&socket)?;
    say(&format!("ready {}", socket.local_addr()?))?;
    let mut naive = Naive::default();
    for line in io::stdin().lines() {
        let line = line?;
        let words: Vec<&str> = line.split(' ').collect();
        let number = |at: usize| words.get(at).and_then(|word| word.parse::<usize>().ok());
        let address = |at: usize| words.get(at).and_then(|word| word.parse::<SocketAddr>().ok());
        let told = match words.as_slice() {
            ["subscriber", ..] => address(1).zip(number(2)).map(|(address, peer)| {
                Outbound::new(profile, &master(profile, peer, false))
                    .map(|outbound| naive.add_subscriber(address, outbound))
            }),
            ["publisher", ..] => address(1).zip(number(2)).map(|(address, peer)| {
                Inbound::new(profile, &master(profile, peer, true)).map(|inbound| naive.add_publisher(address, inbound))
            }),
            ["target", ..] => address(1).zip(number(2)).zip(number(3).zip(number(4))).map(
                |((address, from_ssrc), (subscriber, ssrc))| {
                    naive.add_target(address, from_ssrc as u32, subscriber, ssrc as u32);
                    Ok(())
                },
            ),
            ["go"] => break,
            _ => None,
        };
        told.ok_or_else(|| bad_line(&line))?.map_err(io::Error::other)?;
    }
    let forwarding = std::thread::Builder::new().name(NAIVE_THREAD.into()).spawn(move || naive.run(&socket).is_ok())?;
    say("going")?;
    // The parent closes our input when it has seen enough.
    for line in io::stdin().lines() {
        line?;
    }
    if forwarding.is_finished() { Err(io::Error::other("the naive loop ended")) } else { Ok(()) }
}

/// Two digits a byte.
pub fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|digit| char::from(b"0123456789abcdef"[usize::from(digit)]))
        .collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u32>> = text.chars().map(|digit| digit.to_digit(16)).collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0)?;
    Some(digits.chunks(2).map(|pair| (pair[0] << 4 | pair[1]) as u8).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_back_from_hex() {
        let bytes: Vec<u8> = (0..=255).collect();
        assert_eq!(unhex(&hex(&bytes)), Some(bytes));
        assert_eq!((unhex("abc"), unhex("zz")), (None, None));
    }
}
