//! The figures, for people and for programs.

use std::fmt::Write as _;
use std::fs;

use vdx_relay::srtp::Profile;

use crate::clients::Delivered;
use crate::cpu::Cores;
use crate::crypto::CryptoCost;
use crate::rows::{Measured, Row};
use crate::server::Subject;

/// What is measured elsewhere, and where it will be found.
const ELSEWHERE: &str =
    "Not here: memory of DTLS and signalling, joins per second, and idle Python need the whole server.";
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

    /// For people.
    pub fn table(&self) -> String {
        let mut text = String::new();
        for (name, value) in &self.environment.pairs {
            let _ = writeln!(text, "{name}: {value}");
        }
        if !self.crypto.is_empty() {
            text += "\n| SRTP alone, ns per packet | payload | seal | open |\n|---|---:|---:|---:|\n";
            for cost in &self.crypto {
                let CryptoCost { payload_len, seal_ns, open_ns, .. } = cost;
                let _ = writeln!(
                    text,
                    "| {} | {payload_len} B | {seal_ns:.0} | {open_ns:.0} |",
                    profile_name(cost.profile)
                );
            }
        }
        let _ = writeln!(
            text,
            "\nMedians of {} rounds; ns are CPU of the worker's thread per forwarded packet.\n",
            self.rounds
        );
        text += "| work | unit | relay | lowest to highest | whole process | naive | naive / relay | must | stretch | | |\n";
        text += "|---|---|---:|---:|---:|---:|---:|---:|---:|---|---|\n";
        for row in self.measured.rows() {
            let cell = |value: Option<f64>| value.map_or_else(|| "-".into(), number);
            let mut must = cell(row.must);
            if let Some(ratio) = row.ratio_must {
                let _ = write!(must, ", ≥ {ratio}×");
            }
            if let Some(tree) = row.tree_must {
                let _ = write!(must, ", whole ≤ {tree:.0}");
            }
            let _ = writeln!(
                text,
                "| {} | {} | {} | {} to {} | {} | {} | {} | {must} | {} | {} | {} |",
                row.work,
                row.unit,
                number(row.value),
                number(row.spread[0]),
                number(row.spread[1]),
                cell(row.tree),
                cell(row.naive),
                row.ratio().map_or_else(|| "-".into(), |ratio| format!("{ratio:.2}")),
                cell(row.stretch),
                match row.holds() {
                    Some(true) => "✓",
                    Some(false) => "✗",
                    None if row.is_valid() => "",
                    None => "?",
                },
                noted(&row),
            );
        }
        text += "\n";
        for (name, of_naive) in [("relay", false), ("naive", true)] {
            let Delivered { packets, lost, verified, bad, .. } = self.measured.delivered(of_naive);
            let _ = writeln!(
                text,
                "{name}: {packets} packets arrived, {lost} lost; {verified} were decrypted and compared, {bad} bad."
            );
        }
        let _ = writeln!(text, "{ELSEWHERE}");
        text
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
            "{{\"environment\":{{{}}},\"rounds\":{},\"crypto\":[{}],\n\"rows\":[{}],\n\"runs\":[{}]}}\n",
            environment.join(","),
            self.rounds,
            crypto.collect::<Vec<_>>().join(","),
            rows.join(",\n"),
            runs.join(",\n")
        )
    }
}

/// The note, and how much of the pace was not kept.
fn noted(row: &Row) -> String {
    if row.is_valid() {
        return row.note.clone();
    }
    let separator = if row.note.is_empty() { "" } else { ", " };
    format!("{}{separator}{:.0} % of the bursts left too late: says nothing", row.note, row.late)
}

fn json_row(row: &Row) -> String {
    let optional = |figure: Option<f64>| figure.map_or_else(|| "null".into(), value);
    format!(
        concat!(
            r#"{{"id":{},"work":{},"unit":{},"value":{},"lowest":{},"highest":{},"must":{},"stretch":{},"#,
            r#""naive":{},"ratio":{},"ratio_must":{},"process":{},"process_must":{},"holds":{},"late_percent":{},"note":{}}}"#
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
        optional(row.ratio()),
        optional(row.ratio_must),
        optional(row.tree),
        optional(row.tree_must),
        row.holds().map_or("null".into(), |holds| holds.to_string()),
        value(row.late),
        quoted(&row.note)
    )
}

/// As many digits as say something.
fn number(value: f64) -> String {
    let size = value.abs();
    if size >= 100.0 || value == 0.0 {
        format!("{value:.0}")
    } else if size >= 10.0 {
        format!("{value:.1}")
    } else {
        format!("{value:.2}")
    }
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
