//! The figures as JSON; `loadtests/bench` adds those of whole servers and prints the table.

use std::fs;

use vdx_relay::srtp::Profile;

use crate::cpu::Cores;
use crate::crypto::CryptoCost;
use crate::delivered::Delivered;
use crate::rows::{Measured, Row};
use crate::server::Subject;

/// Processor features that the crypto library looks for.
const FEATURES: [&str; 6] = ["aes", "vaes", "vpclmulqdq", "avx2", "avx512f", "sha_ni"];

/// Where and with what it was measured.
pub struct Environment {
    pairs: Vec<(&'static str, String)>,
}

impl Environment {
    /// Of this machine and this build.
    pub fn find(cores: Cores) -> Self {
        let read = |path| fs::read_to_string(path).unwrap_or_default();
        let processors = read("/proc/cpuinfo");
        let field = |name: &str| {
            let line = processors.lines().find(|line| line.starts_with(name));
            line.and_then(|line| line.split_once(": ")).map_or_else(String::new, |(_, value)| value.trim().to_owned())
        };
        let flags = field("flags");
        let features: Vec<&str> =
            FEATURES.into_iter().filter(|feature| flags.split(' ').any(|flag| flag == *feature)).collect();
        let pinned = if cores.is_pinning() { "worker and clients on a core each" } else { "one core, not pinned" };
        Self {
            pairs: vec![
                ("processor", field("model name")),
                ("features", features.join(" ")),
                ("kernel", read("/proc/sys/kernel/osrelease").trim().to_owned()),
                ("aws-lc-rs", env!("BENCH_AWS_LC_RS").to_owned()),
                ("aws-lc-sys", env!("BENCH_AWS_LC_SYS").to_owned()),
                ("rustc", env!("BENCH_RUSTC").to_owned()),
                ("pinning", pinned.to_owned()),
            ],
        }
    }
}

/// Everything.
pub struct Report {
    /// Where.
    pub environment: Environment,
    /// Sealing and opening alone.
    pub crypto: Vec<CryptoCost>,
    /// All runs.
    pub measured: Measured,
    /// How many.
    pub rounds: usize,
}

impl Report {
    /// False when a packet that was looked at was not what had been sent, or more than `lost_percent` of the relay's did
    /// not arrive.
    pub fn is_good(&self, lost_percent: f64) -> bool {
        let (relay, naive) = (self.measured.delivered(false), self.measured.delivered(true));
        relay.bad + naive.bad == 0 && relay.lost as f64 * 100.0 <= relay.packets as f64 * lost_percent
    }

    /// For programs: one object.
    pub fn json(&self) -> String {
        let environment: Vec<String> =
            self.environment.pairs.iter().map(|(name, value)| format!("{}:{}", quoted(name), quoted(value))).collect();
        let crypto = self.crypto.iter().map(|cost| {
            format!(
                r#"{{"profile":"{}","payload_bytes":{},"seal_ns":{:.1},"open_ns":{:.1}}}"#,
                profile_name(cost.profile),
                cost.payload_len,
                cost.seal_ns,
                cost.open_ns
            )
        });
        let rows: Vec<String> = self.measured.rows().iter().map(json_row).collect();
        let delivered = [("relay", false), ("naive", true)].map(|(name, of_naive)| {
            let Delivered { packets, lost, overflowed, verified, bad, .. } = self.measured.delivered(of_naive);
            format!(
                r#""{name}":{{"packets":{packets},"lost":{lost},"overflowed":{overflowed},"verified":{verified},"bad":{bad}}}"#
            )
        });
        let mut runs = Vec::new();
        for ((track, subject), all) in &self.measured.runs {
            for run in all {
                let delivered = &run.delivered;
                runs.push(format!(
                    concat!(
                        r#"{{"case":{},"subject":"{}","worker_ns":{},"process_ns":{},"share":{},"packets":{},"#,
                        r#""retransmissions":{},"lost":{},"verified":{},"bad":{},"p50_us":{},"p99_us":{}}}"#
                    ),
                    quoted(track),
                    subject_name(*subject),
                    value(run.worker_ns),
                    value(run.tree_ns),
                    value(run.share),
                    delivered.packets,
                    delivered.again,
                    delivered.lost,
                    delivered.verified,
                    delivered.bad,
                    value(run.p50_us),
                    value(run.p99_us)
                ));
            }
        }
        runs.sort();
        format!(
            "{{\"environment\":{{{}}},\"rounds\":{},\"delivered\":{{{}}},\"crypto\":[{}],\n\"rows\":[{}],\n\"runs\":[{}]}}\n",
            environment.join(","),
            self.rounds,
            delivered.join(","),
            crypto.collect::<Vec<_>>().join(","),
            rows.join(",\n"),
            runs.join(",\n")
        )
    }
}

fn json_row(row: &Row) -> String {
    let optional = |figure: Option<f64>| figure.map_or_else(|| "null".into(), value);
    format!(
        concat!(
            r#"{{"id":{},"work":{},"unit":{},"value":{},"lowest":{},"highest":{},"must":{},"stretch":{},"#,
            r#""naive":{},"ratio_must":{},"tree":{},"tree_must":{},"doubt":{},"note":{}}}"#
        ),
        quoted(row.id),
        quoted(row.work),
        quoted(row.unit),
        value(row.value),
        value(row.spread[0]),
        value(row.spread[1]),
        optional(row.must),
        optional(row.stretch),
        optional(row.naive),
        optional(row.ratio_must),
        optional(row.tree),
        optional(row.tree_must),
        quoted(&row.doubt()),
        quoted(&row.note)
    )
}

/// JSON has no word for what is not a number.
fn value(figure: f64) -> String {
    if figure.is_finite() { format!("{figure:.3}") } else { "null".into() }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

const fn profile_name(profile: Profile) -> &'static str {
    match profile {
        Profile::AeadAes128Gcm => "AEAD_AES_128_GCM",
        Profile::Aes128CmSha1_80 => "AES128_CM_SHA1_80",
    }
}

const fn subject_name(subject: Subject) -> &'static str {
    match subject {
        Subject::Relay => "relay",
        Subject::PythonRelay => "relay in Python",
        Subject::Naive => "naive",
    }
}
