//! The figures, for people and for programs.

use vdx_relay::srtp::Profile;

use crate::case::{CASES, SUBSCRIBERS};
use crate::clients::Delivered;
use crate::cpu::Cores;
use crate::crypto::{CryptoCost, median};
use crate::{Run, Subject};

/// Everything that was measured.
pub struct Report {
    /// Whether the threads were pinned.
    pub cores: Cores,
    /// Sealing and opening alone.
    pub crypto: Vec<CryptoCost>,
    /// All runs, in the order they ran.
    pub runs: Vec<Run>,
}

/// The runs of one subject in one case.
struct Summary {
    median_ns: f64,
    lowest_ns: f64,
    highest_ns: f64,
    datagrams_per_message: f64,
    delivered: Delivered,
}

impl Report {
    /// False when a packet that was looked at was not what had been sent, or more than 1 in 100 did not arrive.
    pub fn is_good(&self) -> bool {
        self.runs.iter().all(|run| run.delivered.bad == 0 && run.delivered.lost * 100 <= run.delivered.packets)
    }

    fn summary(&self, case: usize, subject: Subject) -> Option<Summary> {
        let runs: Vec<&Run> = self.runs.iter().filter(|run| run.case == case && run.subject == subject).collect();
        let costs: Vec<f64> = runs.iter().map(|run| run.cpu_ns_per_packet).collect();
        let mut delivered = Delivered::default();
        for run in &runs {
            delivered.packets += run.delivered.packets;
            delivered.lost += run.delivered.lost;
            delivered.verified += run.delivered.verified;
            delivered.bad += run.delivered.bad;
        }
        (!runs.is_empty()).then(|| Summary {
            lowest_ns: costs.iter().copied().fold(f64::INFINITY, f64::min),
            highest_ns: costs.iter().copied().fold(0.0, f64::max),
            median_ns: median(costs),
            datagrams_per_message: median(runs.iter().map(|run| run.datagrams_per_message).collect()),
            delivered,
        })
    }

    /// For people.
    pub fn print_table(&self) {
        if !self.crypto.is_empty() {
            println!("SRTP alone, ns per packet\n");
            println!("| profile | payload | seal | open |\n|---|---:|---:|---:|");
            for cost in &self.crypto {
                let CryptoCost { payload_len, seal_ns, open_ns, .. } = cost;
                println!("| {} | {payload_len} B | {seal_ns:.0} | {open_ns:.0} |", profile_name(cost.profile));
            }
            println!();
        }
        if self.runs.is_empty() {
            return;
        }
        let pinned = if self.cores.is_pinning() { "server and clients on a core each" } else { "one core, not pinned" };
        println!("1 publisher to {SUBSCRIBERS} subscribers over loopback, CPU ns per forwarded packet ({pinned})\n");
        println!(
            "| case | relay | naive | naive / relay | relay, lowest to highest | datagrams per message | packets checked | bad | lost |"
        );
        println!("|---|---:|---:|---:|---:|---:|---:|---:|---:|");
        for (position, case) in CASES.iter().enumerate() {
            let (relay, naive) = (self.summary(position, Subject::Relay), self.summary(position, Subject::Naive));
            if relay.is_none() && naive.is_none() {
                continue;
            }
            let ratio = relay.as_ref().zip(naive.as_ref()).map(|(relay, naive)| naive.median_ns / relay.median_ns);
            let all = [&relay, &naive].into_iter().flatten();
            let count = |field: fn(&Delivered) -> u64| all.clone().map(|it| field(&it.delivered)).sum::<u64>();
            println!(
                "| {} | {} | {} | {} | {} | {} | {} | {} | {} |",
                case.name,
                cell(relay.as_ref().map(|it| format!("{:.0}", it.median_ns))),
                cell(naive.as_ref().map(|it| format!("{:.0}", it.median_ns))),
                cell(ratio.map(|ratio| format!("{ratio:.2}"))),
                cell(relay.as_ref().map(|it| format!("{:.0} to {:.0}", it.lowest_ns, it.highest_ns))),
                cell(relay.as_ref().map(|it| format!("{:.1}", it.datagrams_per_message))),
                count(|it| it.verified),
                count(|it| it.bad),
                count(|it| it.lost),
            );
        }
    }

    /// For programs: one object.
    pub fn print_json(&self) {
        let crypto = self.crypto.iter().map(|cost| {
            format!(
                r#"{{"profile":"{}","payload_bytes":{},"seal_ns":{:.1},"open_ns":{:.1}}}"#,
                profile_name(cost.profile),
                cost.payload_len,
                cost.seal_ns,
                cost.open_ns
            )
        });
        let runs = self.runs.iter().map(|run| {
            let Delivered { packets, lost, verified, bad } = run.delivered;
            format!(
                r#"{{"case":"{}","subject":"{}","cpu_ns_per_packet":{:.1},"datagrams_per_message":{:.2},"packets":{packets},"lost":{lost},"verified":{verified},"bad":{bad}}}"#,
                CASES[run.case].name,
                subject_name(run.subject),
                run.cpu_ns_per_packet,
                run.datagrams_per_message
            )
        });
        let mut medians = Vec::new();
        for (position, case) in CASES.iter().enumerate() {
            for subject in [Subject::Relay, Subject::Naive] {
                if let Some(summary) = self.summary(position, subject) {
                    medians.push(format!(
                        r#"{{"case":"{}","subject":"{}","cpu_ns_per_packet":{:.1}}}"#,
                        case.name,
                        subject_name(subject),
                        summary.median_ns
                    ));
                }
            }
        }
        println!(
            r#"{{"subscribers":{SUBSCRIBERS},"pinned":{},"crypto":[{}],"medians":[{}],"runs":[{}]}}"#,
            self.cores.is_pinning(),
            crypto.collect::<Vec<_>>().join(","),
            medians.join(","),
            runs.collect::<Vec<_>>().join(",")
        );
    }
}

fn cell(text: Option<String>) -> String {
    text.unwrap_or_else(|| "-".into())
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
        Subject::Naive => "naive",
    }
}
