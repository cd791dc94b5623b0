//! The send-side estimate on links of a seeded network.

mod network;

use network::link::{Conditions, Loss};
use network::path::{Path, Rival};

const M: u64 = 1_000_000;

fn report(name: &str, path: &Path, seconds: f64) {
    let waits = path.waits_us(seconds);
    println!(
        "{name}: mean {:.0} kbit/s, queue p50 {} ms p95 {} ms, loss {:.3}",
        path.mean_bps(seconds) / 1e3,
        waits[waits.len() / 2] / 1000,
        waits[waits.len() * 95 / 100] / 1000,
        path.send_side.loss()
    );
}

#[test]
fn steady_links_are_filled_and_their_queue_stays_short() {
    for rate_bps in [150_000, 300_000, 500_000, M, 2 * M, 4 * M, 8 * M] {
        for seed in 1..4 {
            let mut path = Path::new(Conditions { rate_bps, ..Conditions::default() }, 20 * M, seed);
            let from_us = path.now_us;
            path.run_s(60.0);
            let range = rate_bps as f64 * 0.80..rate_bps as f64 * 1.1;
            println!("settled after {:?}", path.settled_s(from_us, range));
            report(&format!("steady {rate_bps} seed {seed}"), &path, 40.0);
        }
    }
}
