//! One run: starts a server and its clients, plays a scene, and reads what it has cost.

use std::io;
use std::time::{Duration, Instant};

use crate::clients::Clients;
use crate::cpu::Cores;
use crate::crypto::median;
use crate::delivered::Delivered;
use crate::scene::{Participant, Scene};
use crate::serve::hex;
use crate::server::{Server, Subject};
use crate::udp::ReceiveOptions;

/// Before the measurement: caches, branch predictors, and the relay's first reports.
const WARM_UP: Duration = Duration::from_millis(100);
/// Subscribers who tell nothing of their way: when the relay has stopped to wait for it (1 s), it sends them everything.
const UNTOLD: Duration = Duration::from_millis(1_200);
/// What a relay is given at most to learn the participants' bandwidth, and how often it is looked at.
const LEARNING: Duration = Duration::from_secs(20);
const LEARNING_STEP: Duration = Duration::from_millis(500);
/// Python is busy, and then not, for so long; and how soon after it is certainly over.
const HOG_TIME: Duration = Duration::from_secs(1);
const HOG_ENDS: Duration = Duration::from_millis(20);
/// Datagrams straight from client to client, for comparison.
const DIRECT: usize = 150;

/// How packets leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drive {
    /// See [`crate::clients`].
    Closed,
    /// See [`crate::clients`].
    Paced,
    /// As paced, but the clients' thread sleeps between: it leaves a core to what else is to run.
    Calm,
}

/// What is measured, and how.
#[derive(Debug, Clone)]
pub struct Plan {
    /// What is played.
    pub scene: Scene,
    /// How.
    pub drive: Drive,
    /// `UDP_GRO` at the subscribers.
    pub coalesce: bool,
    /// The time of every packet on its way is taken.
    pub latency: bool,
    /// How long.
    pub time: Duration,
    /// Python is kept busy every other second, and these seconds are told apart.
    pub hog: bool,
}

impl Plan {
    /// Without anything special.
    pub fn new(scene: Scene, drive: Drive, time: Duration) -> Self {
        Self { scene, drive, coalesce: false, latency: false, time, hog: false }
    }
}

/// What came out.
#[derive(Debug, Clone)]
pub struct Run {
    /// CPU of the forwarding thread per packet that arrived, ns.
    pub worker_ns: f64,
    /// CPU of the whole process likewise.
    pub tree_ns: f64,
    /// CPU of the forwarding thread as a share of the time.
    pub share: f64,
    /// Arrived packets per second.
    pub packets_per_s: f64,
    /// Datagrams in one message to the kernel; 1 in the naive loop.
    pub per_message: f64,
    /// Added latency, microseconds: half of the packets had less.
    pub p50_us: f64,
    /// 99 in 100 had less.
    pub p99_us: f64,
    /// The same two while Python was busy; not a number where it never was.
    pub busy_us: [f64; 2],
    /// A datagram straight from client to client, subtracted above.
    pub direct_us: f64,
    /// At the subscribers; latencies taken out.
    pub delivered: Delivered,
}

/// Tells a server who is there.
pub fn set_up(scene: &Scene, subject: Subject, server: &mut Server, clients: &mut Clients) -> io::Result<()> {
    let all = 0..scene.participants.len();
    if subject != Subject::Naive {
        for command in scene.commands() {
            server.tell(&format!("command {}", hex(&command.encode())))?;
        }
        // Whoever asks for counters is answered after the commands.
        server.stats()?;
        return clients.connect();
    }
    let mut subscribers = vec![None; all.len()];
    let mut count = 0;
    for at in all.clone() {
        let address = clients.address(at)?;
        if !scene.participants[at].places.is_empty() {
            server.tell(&format!("subscriber {address} {at}"))?;
            subscribers[at] = Some(count);
            count += 1;
        }
        if !scene.participants[at].streams.is_empty() {
            server.tell(&format!("publisher {address} {at}"))?;
        }
    }
    for publisher in all.clone() {
        let address = clients.address(publisher)?;
        let Participant { streams, room, .. } = &scene.participants[publisher];
        for (position, stream) in streams.iter().enumerate() {
            for at in all.clone().filter(|at| *at != publisher && scene.participants[*at].room == *room) {
                // One layer of each picture: the naive loop cannot choose.
                let (Some(subscriber), None | Some(0)) = (subscribers[at], stream.layer) else { continue };
                let ssrc = 0x4000_0000 | (publisher as u32) << 16 | (at as u32) << 2 | position as u32;
                let from = Scene::ssrc(publisher, position);
                server.tell(&format!("target {address} {from} {subscriber} {ssrc}"))?;
            }
        }
    }
    server.tell("go")?;
    if server.line()? == "going" { Ok(()) } else { Err(io::Error::other("the naive loop does not start")) }
}

/// Plays a plan with one subject.
pub fn run(plan: &Plan, subject: Subject, cores: Cores) -> io::Result<Run> {
    let scene = &plan.scene;
    let mut server = Server::start(subject, scene.profile, cores)?;
    let options = ReceiveOptions { coalesce: plan.coalesce, stamp: plan.latency };
    let mut clients = Clients::new(scene, server.address, options, plan.latency && scene.participants.len() < 100)?;
    set_up(scene, subject, &mut server, &mut clients)?;
    server.pin(cores)?;
    clients.begin()?;
    if !scene.feedback && subject != Subject::Naive {
        clients.idle(UNTOLD)?;
        clients.begin()?;
    }
    let drive = |clients: &mut Clients, time| match plan.drive {
        Drive::Closed => clients.run_closed(time),
        Drive::Paced => clients.run_paced(time, true),
        Drive::Calm => clients.run_paced(time, false),
    };
    drive(&mut clients, WARM_UP)?;
    if scene.feedback && subject != Subject::Naive {
        // The relay learns what each way carries before it shows everything.
        let until = Instant::now() + LEARNING.min(plan.time * 10);
        while Instant::now() < until {
            let slice = drive(&mut clients, LEARNING_STEP)?;
            if slice.packets as f64 >= scene.pictures_per_s() * LEARNING_STEP.as_secs_f64() {
                break;
            }
        }
    }
    let direct_us = if plan.latency { percentile(&mut clients.direct(DIRECT, 1200)?, 50.0) } else { 0.0 };
    let counted = messages(&mut server)?;
    let before = server.spent()?;
    let start = Instant::now();
    let mut delivered = Delivered::default();
    let mut busy_ns = Vec::new();
    if plan.hog {
        let until = Instant::now() + plan.time;
        while Instant::now() < until {
            delivered += drive(&mut clients, HOG_TIME.min(plan.time))?;
            server.hog(cores, HOG_TIME.min(plan.time))?;
            let mut busy = drive(&mut clients, HOG_TIME.min(plan.time))?;
            busy_ns.append(&mut busy.latencies_ns);
            delivered += busy;
            clients.idle(HOG_ENDS)?;
        }
    } else {
        delivered = drive(&mut clients, plan.time)?;
    }
    let time = start.elapsed();
    let spent = server.spent()? - before;
    let after = messages(&mut server)?;
    let packets = delivered.packets.max(1) as f64;
    let mut latencies = std::mem::take(&mut delivered.latencies_ns);
    if delivered.lost > 0 {
        let told = server.stats()?;
        let mut drops: Vec<_> = told.iter().filter(|(name, count)| name.contains("dropped") && **count > 0).collect();
        drops.sort();
        let Delivered { packets, lost, overflowed, .. } = delivered;
        eprintln!("{lost} of {packets} packets lost; full sockets at clients: {overflowed}; the server: {drops:?}");
    }
    Ok(Run {
        worker_ns: spent.worker_ns as f64 / packets,
        tree_ns: spent.all_ns as f64 / packets,
        share: spent.worker_ns as f64 / time.as_nanos() as f64,
        packets_per_s: packets / time.as_secs_f64(),
        per_message: if after.1 > counted.1 {
            (after.0 - counted.0) as f64 / (after.1 - counted.1) as f64
        } else {
            1.0
        },
        p50_us: percentile(&mut latencies, 50.0) - direct_us,
        p99_us: percentile(&mut latencies, 99.0) - direct_us,
        busy_us: [50.0, 99.0].map(|percent| percentile(&mut busy_ns, percent) - direct_us),
        direct_us,
        delivered,
    })
}

fn messages(server: &mut Server) -> io::Result<(u64, u64)> {
    let stats = server.stats()?;
    let get = |name: &str| stats.get(name).copied().unwrap_or(0);
    Ok((get("sends"), get("send_messages")))
}

/// Of nanoseconds, in microseconds; not a number when there are none.
fn percentile(values: &mut [u32], percent: f64) -> f64 {
    values.sort_unstable();
    let place = ((values.len() as f64 - 1.0).max(0.0) * percent / 100.0).round() as usize;
    values.get(place).map_or(f64::NAN, |ns| f64::from(*ns) / 1_000.0)
}

/// The middle one of a figure of several runs.
pub fn middle(runs: &[Run], figure: fn(&Run) -> f64) -> f64 {
    median(runs.iter().map(figure).collect())
}
