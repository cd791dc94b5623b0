//! The benchmark works: every case runs, nothing is bad or lost, and the file is complete. Never a time.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

fn bench(arguments: &[&str]) -> std::process::Output {
    let program = env!("CARGO_BIN_EXE_vdx-bench");
    // The rows of a Python process need more than this crate.
    Command::new(program).args(arguments).env_remove("VDX_BENCH_PYTHON").output().expect("the benchmark starts")
}

#[test]
fn quick_run_measures_and_loses_nothing() {
    let file = measured("some.json", &["video", "meeting"]);
    assert!(file["rows"].as_array().is_some_and(|rows| !rows.is_empty()), "{file}");
}

#[test]
#[ignore = "half a minute; `make long` runs it"]
fn quick_run_measures_every_case_and_loses_nothing() {
    let list = bench(&["--list"]);
    let named = String::from_utf8_lossy(&list.stdout);
    let cases: Vec<&str> = named.lines().filter(|name| !name.contains("python")).collect();
    let file = measured("every.json", &cases);
    let rows = file["rows"].as_array().expect("a list");
    for id in ["cm-over-gcm", "latency-p99", "crowd-p99", "crowd-gro-share", "room-growth"] {
        assert!(rows.iter().any(|row| row["id"] == id && row["must"].is_f64()), "{id}");
    }
}

/// A quick run of these cases, looked at; gives what it wrote.
fn measured(name: &str, cases: &[&str]) -> Value {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let mut arguments = vec!["--quick", "--json", path.to_str().expect("a path in UTF-8")];
    arguments.extend(cases.iter().flat_map(|case| ["--case", case]));
    let output = bench(&arguments);
    let (out, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{out}\n{errors}");
    let file: Value = serde_json::from_str(&std::fs::read_to_string(path).expect("it is written")).expect("JSON");

    for name in ["processor", "features", "kernel", "aws-lc-rs", "rustc", "pinning"] {
        assert!(file["environment"][name].as_str().is_some_and(|text| !text.is_empty()), "{name}");
    }
    let runs = file["runs"].as_array().expect("a list");
    for &case in cases {
        for subject in ["relay", "naive"] {
            if (case, subject) == ("crowd-gro", "naive") {
                continue;
            }
            let run = runs.iter().find(|run| run["case"] == case && run["subject"] == subject);
            let run = run.unwrap_or_else(|| panic!("no run of {case} by {subject}"));
            assert_eq!(run["bad"], 0, "{case} {subject}");
            assert!(run["verified"].as_u64() > Some(0), "{case} {subject}: nothing was looked at");
            if subject == "relay" {
                assert_eq!(run["lost"], 0, "{case}");
                if case == "meeting" {
                    assert!(run["retransmissions"].as_u64() > Some(0), "losses are repaired");
                }
            }
        }
    }
    let rows = file["rows"].as_array().expect("a list");
    let complete = |row: &Value| row["value"].is_f64() && row["lowest"].is_f64() && row["work"].is_string();
    assert!(rows.iter().all(complete), "{rows:?}");
    file
}

#[test]
fn unknown_case_is_refused() {
    assert!(!bench(&["--case", "vidoe"]).status.success());
}
