//! Calls over a seeded network: the real forwarder with real SRTP between model browsers. What counts is what a user
//! sees and hears: frames shown, the longest freeze, concealed sound.

#[path = "network/call/mod.rs"]
mod call;
mod common;
mod network;

use call::Call;
use network::link::{Conditions, Loss};

fn report(name: &str, call: &Call, from_us: u64, to_us: u64) {
    for (viewer, way) in &call.viewers {
        println!(
            "{name}: {:.1} fps, longest freeze {} ms, concealed {:.1} %, layer {:?}, {} NACKs, {} PLIs, queue {} ms, dropped {}, estimate {:?}",
            viewer.fps(from_us, to_us),
            viewer.longest_freeze_ms(from_us, to_us),
            viewer.concealed() * 100.0,
            viewer.layer(),
            viewer.nacks,
            viewer.plis,
            way.down.longest_us / 1_000,
            way.down.dropped,
            call.estimates.last(),
        );
    }
}

#[test]
fn good_network_shows_every_frame() {
    let mut call = Call::new(1, 2, Conditions::default(), Conditions::default(), 1);
    call.run_s(20.0);
    let now_us = call.world.now_us;
    report("good", &call, now_us - 10_000_000, now_us);
}

#[test]
fn losses_both_ways() {
    for share in [0.01, 0.05, 0.10] {
        for seed in 1..3 {
            let lossy = Conditions { loss: Loss::Random(share), ..Conditions::default() };
            let mut call = Call::new(1, 1, lossy, lossy, seed);
            call.run_s(40.0);
            let now_us = call.world.now_us;
            report(&format!("loss {share}"), &call, now_us - 30_000_000, now_us);
        }
    }
}

#[test]
fn step() {
    let limited = Conditions { rate_bps: 1_000_000, ..Conditions::default() };
    for seed in 1..4 {
        let mut call = Call::new(1, 1, Conditions::default(), limited, seed);
        call.run_s(20.0);
        let start_us = call.world.now_us;
        call.viewers[0].1.down.conditions.rate_bps = 300_000;
        call.run_s(20.0);
        report("step down", &call, start_us, call.world.now_us);
        let back_us = call.world.now_us;
        call.viewers[0].1.down.conditions.rate_bps = 1_000_000;
        call.run_s(20.0);
        report("step up", &call, back_us, call.world.now_us);
        println!("{:?}", call.estimates.iter().map(|(_, bps)| bps / 1_000).collect::<Vec<_>>());
    }
}
