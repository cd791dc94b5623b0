//! The table's rows: each figure with what it must be, from what was measured. Whether it is that, `rows.py` says.

use std::collections::HashMap;

use crate::crypto::median;
use crate::delivered::Delivered;
use crate::measure::{Run, middle};
use crate::server::Subject;

/// Everything that was measured, by the track's name.
#[derive(Default)]
pub struct Measured {
    /// All runs, in the order they ran.
    pub runs: HashMap<(&'static str, Subject), Vec<Run>>,
}

/// One line.
#[derive(Debug, Clone)]
pub struct Row {
    /// Its name in the file.
    pub id: &'static str,
    /// For people.
    pub work: &'static str,
    /// Of the value and its bounds.
    pub unit: &'static str,
    /// Median of the rounds.
    pub value: f64,
    /// The rounds' lowest and highest.
    pub spread: [f64; 2],
    /// At most this.
    pub must: Option<f64>,
    /// At most this, better.
    pub stretch: Option<f64>,
    /// The naive loop's, in the same rounds.
    pub naive: Option<f64>,
    /// The naive loop's divided by ours is at least this.
    pub ratio_must: Option<f64>,
    /// The server's whole process, in the same unit.
    pub tree: Option<f64>,
    /// At most this.
    pub tree_must: Option<f64>,
    /// Percent of the bursts that left too late: then packets met in the server's queue, as they would not have at the
    /// pace that the row names.
    pub late: f64,
    /// How it was measured, where the row does not say.
    pub note: String,
}

/// A row whose publishers were late more often (percent) says nothing about its bounds.
const MAX_LATE: f64 = 5.0;

impl Row {
    /// The same with other values.
    fn with(self, values: Vec<f64>) -> Self {
        let low = values.iter().copied().fold(f64::INFINITY, f64::min);
        let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        Self { value: median(values), spread: [low, high], ..self }
    }

    /// Why the row says nothing about its bounds; empty when it does.
    pub fn doubt(&self) -> String {
        if self.late <= MAX_LATE {
            return String::new();
        }
        format!("{:.0} % of the bursts left too late", self.late)
    }
}

type Figure = fn(&Run) -> f64;
const WORKER: Figure = |run| run.worker_ns;
const TREE: Figure = |run| run.tree_ns;

impl Measured {
    fn of(&self, track: &'static str, subject: Subject) -> Option<&[Run]> {
        self.runs.get(&(track, subject)).map(Vec::as_slice).filter(|runs| !runs.is_empty())
    }

    /// A figure of one track, with the naive loop's beside it.
    fn row(
        &self,
        id: &'static str,
        track: &'static str,
        work: &'static str,
        unit: &'static str,
        figure: Figure,
    ) -> Option<Row> {
        let runs = self.of(track, Subject::Relay).or_else(|| self.of(track, Subject::PythonRelay))?;
        let naive = self.of(track, Subject::Naive).map(|runs| middle(runs, figure));
        let values: Vec<f64> = runs.iter().map(figure).collect();
        let row = Row {
            id,
            work,
            unit,
            value: f64::NAN,
            spread: [f64::NAN; 2],
            must: None,
            stretch: None,
            naive,
            ratio_must: None,
            tree: None,
            tree_must: None,
            late: middle(runs, |run| run.delivered.late as f64 * 100.0 / run.delivered.bursts.max(1) as f64),
            note: String::new(),
        };
        Some(row.with(values))
    }

    /// CPU per forwarded packet.
    fn cpu(&self, track: &'static str, work: &'static str, must: Option<f64>, stretch: Option<f64>) -> Option<Row> {
        let row = self.row(track, track, work, "ns", WORKER)?;
        let runs = self.of(track, Subject::Relay).or_else(|| self.of(track, Subject::PythonRelay))?;
        let note = format!(
            "{:.0} packets/s, {:.1} datagrams per message",
            middle(runs, |run| run.packets_per_s),
            middle(runs, |run| run.per_message)
        );
        Some(Row { must, stretch, tree: Some(middle(runs, TREE)), note, ..row })
    }

    /// All lines of which there is something.
    pub fn rows(&self) -> Vec<Row> {
        let single = |row: Row| Row { tree_must: Some(2500.0), ..row };
        let mut rows = vec![
            self.cpu("video", "video 1200 B, GCM, 1 → 50, frames of 10 in a burst", Some(1200.0), Some(1000.0))
                .map(|row| Row { ratio_must: Some(1.8), ..row }),
            self.cpu("video-gro", "the same, receivers use UDP_GRO", Some(650.0), Some(500.0))
                .map(|row| Row { ratio_must: Some(3.3), ..row }),
            self.cpu("video-split", "the same as the first, half of each frame 1 B shorter", None, None),
            self.cpu("single-50", "one packet per ms, 1 → 50", Some(2400.0), Some(2000.0)).map(single),
            self.cpu("single-200", "one packet per ms, 1 → 200", Some(2400.0), Some(2000.0)).map(single),
            self.cpu("single-50-python", "one packet per ms, 1 → 50, in a Python process", None, None).map(single),
            self.cpu("ten-publishers", "ten publishers at browser pace, 10 × 1 → 50", Some(1500.0), Some(1200.0)),
            self.cpu("audio", "audio 120 B, 1 → 50", Some(1900.0), Some(1700.0)),
            self.cpu("meeting", "meeting 8 × 8, one layer, all work included", Some(2700.0), Some(2200.0)),
            self.cpu(
                "meeting-simulcast",
                "the same with simulcast (1 in the highest layer, 6 in the lowest)",
                None,
                None,
            ),
            self.cpu("video-cm", "video, AES-CM-SHA1", None, None),
            self.cm_over_gcm(),
            self.cpu("audio-cm", "audio, AES-CM-SHA1", None, None),
        ];
        rows.extend(self.latency_rows());
        rows.extend(self.python_rows());
        rows.extend(self.room_rows());
        rows.into_iter().flatten().collect()
    }

    fn cm_over_gcm(&self) -> Option<Row> {
        let gcm = self.row("video", "video", "", "ns", WORKER)?;
        let cm = self.row("video-cm", "video-cm", "", "ns", WORKER)?;
        Some(Row {
            id: "cm-over-gcm",
            work: "AES-CM-SHA1 more than GCM",
            value: cm.value - gcm.value,
            spread: [cm.spread[0] - gcm.spread[1], cm.spread[1] - gcm.spread[0]],
            must: Some(900.0),
            stretch: Some(300.0),
            naive: cm.naive.zip(gcm.naive).map(|(cm, gcm)| cm - gcm),
            ..cm
        })
    }

    fn latency_rows(&self) -> Vec<Option<Row>> {
        let p50 =
            self.row("latency-p50", "latency", "added latency, 1 → 50, 17,500 packets/s, p50", "µs", |it| it.p50_us);
        let p99 =
            self.row("latency-p99", "latency", "added latency, 1 → 50, 17,500 packets/s, p99", "µs", |it| it.p99_us);
        let direct = self.of("latency", Subject::Relay).map_or(f64::NAN, |runs| middle(runs, |run| run.direct_us));
        let note = format!("without the {direct:.0} µs of a direct datagram");
        vec![
            p50.map(|row| Row { must: Some(120.0), stretch: Some(60.0), note: note.clone(), ..row }),
            p99.map(|row| Row { must: Some(500.0), stretch: Some(300.0), note, ..row }),
        ]
    }

    /// What changes in the seconds in which Python is busy.
    fn python_rows(&self) -> Vec<Option<Row>> {
        let line = |id, work, calm: Figure, busy: Figure| {
            let runs = self.of("python-busy", Subject::PythonRelay)?;
            let changes: Vec<f64> = runs.iter().map(|run| (busy(run) / calm(run) - 1.0) * 100.0).collect();
            let row = self.row(id, "python-busy", work, "%", calm)?;
            let note = format!("{:.0} µs calm, {:.0} µs busy", middle(runs, calm), middle(runs, busy));
            Some(Row { must: Some(20.0), note, ..row }.with(changes))
        };
        vec![
            line(
                "busy-python-p50",
                "added latency in a Python process, p50: more while Python is busy for 1 s",
                |run| run.p50_us,
                |run| run.busy_us[0],
            ),
            line("busy-python-p99", "the same, p99", |run| run.p99_us, |run| run.busy_us[1]),
        ]
    }

    fn room_rows(&self) -> Vec<Option<Row>> {
        let names = ["room-10", "room-100", "room-1000"];
        let works = ["video as above, 1 → 10", "1 → 100", "1 → 1000"];
        let rooms: Vec<Option<Row>> =
            names.iter().zip(works).map(|(name, work)| self.cpu(name, work, None, None)).collect();
        let rise = rooms.iter().cloned().collect::<Option<Vec<Row>>>().map(|rooms| {
            let steps = rooms.windows(2).map(|pair| (pair[1].value / pair[0].value - 1.0) * 100.0);
            let value = steps.fold(f64::NEG_INFINITY, f64::max);
            Row {
                id: "room-growth",
                work: "cost per packet from 10 to 100 to 1000: largest step up",
                unit: "%",
                value,
                spread: [value; 2],
                must: Some(15.0),
                stretch: Some(0.0),
                naive: None,
                tree: None,
                note: String::new(),
                ..rooms[0].clone()
            }
        });
        let mut rows = self.crowd_rows("crowd", "one worker, 1 → 3000, 30 frames/s of 6 packets over 10 ms");
        rows.extend(self.crowd_rows("crowd-gro", "the same, receivers use UDP_GRO"));
        rows.extend(rooms);
        rows.push(rise);
        rows
    }

    /// One stage and very many who watch it.
    fn crowd_rows(&self, track: &'static str, work: &'static str) -> Vec<Option<Row>> {
        let share = |run: &Run| run.share * 100.0;
        let lost = |run: &Run| run.delivered.lost as f64 * 100.0 / (run.delivered.packets + run.delivered.lost) as f64;
        let ids = if track == "crowd" {
            ["crowd-share", "crowd-lost", "crowd-p99"]
        } else {
            ["crowd-gro-share", "crowd-gro-lost", "crowd-gro-p99"]
        };
        let line = |id, work, unit, must, stretch, figure: Figure| {
            self.row(id, track, work, unit, figure).map(|row| Row { must: Some(must), stretch, ..row })
        };
        vec![
            self.cpu(track, work, None, None),
            line(ids[0], "– share of a core", "%", 95.0, Some(60.0), share),
            line(ids[1], "– lost", "%", 0.1, None, lost),
            line(ids[2], "– added latency, p99", "µs", 30_000.0, None, |run| run.p99_us),
        ]
    }

    /// What arrived of all runs of the relay, or of the naive loop (which overflows sooner, and may).
    pub fn delivered(&self, of_naive: bool) -> Delivered {
        let mut all = Delivered::default();
        let wanted = self.runs.iter().filter(|((_, subject), _)| (*subject == Subject::Naive) == of_naive);
        for run in wanted.flat_map(|(_, runs)| runs) {
            all += run.delivered.clone();
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(name: &'static str, worker_ns: f64, naive_ns: f64) -> Measured {
        let run = |worker_ns| Run {
            worker_ns,
            tree_ns: worker_ns + 10.0,
            share: 0.5,
            packets_per_s: 1.0,
            per_message: 1.0,
            p50_us: 1.0,
            p99_us: 2.0,
            busy_us: [f64::NAN; 2],
            direct_us: 0.5,
            delivered: Delivered::default(),
        };
        let mut measured = Measured::default();
        measured.runs.insert((name, Subject::Relay), vec![run(1.0), run(worker_ns), run(9_999.0)]);
        measured.runs.insert((name, Subject::Naive), vec![run(naive_ns)]);
        measured
    }

    #[test]
    fn row_has_the_median_beside_the_naive_loop() {
        let rows = measured("video", 1_000.0, 1_900.0).rows();
        assert_eq!(rows.len(), 1);
        let row = &rows[0];
        assert_eq!((row.value, row.spread, row.naive), (1_000.0, [1.0, 9_999.0], Some(1_900.0)));
        assert_eq!((row.must, row.ratio_must, row.tree), (Some(1_200.0), Some(1.8), Some(1_010.0)));
    }

    #[test]
    fn row_whose_pace_was_not_kept_is_in_doubt() {
        let mut measured = measured("single-50", 1.0, 1.0);
        assert_eq!(measured.rows()[0].doubt(), "");
        for run in measured.runs.values_mut().flatten() {
            (run.delivered.bursts, run.delivered.late) = (100, 6);
        }
        assert_eq!(measured.rows()[0].doubt(), "6 % of the bursts left too late");
    }
}
