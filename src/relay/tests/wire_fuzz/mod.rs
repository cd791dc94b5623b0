//! A short fuzz run over every parser of `wire`, and over what remembers (SRTP, estimate, a whole call): mutations of a
//! seed corpus, the same in every run, some seconds in all. The long run is `cargo fuzz` with the same corpus and the same
//! functions, see `fuzz/README.md`.

mod exercise;
mod exercise_state;
mod mutate;
mod seeds;

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;

use mutate::{Random, mutate, repair_length};

/// Inputs per target. A debug build is about twenty times slower, so it tries fewer.
const ROUNDS: usize = if cfg!(debug_assertions) { 100_000 } else { 2_000_000 };
/// The same for those that make a call of each input.
const STATE_ROUNDS: usize = ROUNDS / 50;
/// Set it to write the made seeds to their files.
const WRITE_SEEDS: &str = "VDX_WRITE_SEEDS";

fn corpus(target: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/wire").join(target)
}

/// The files of a target's corpus, in the order of their names.
fn read_corpus(target: &str) -> Vec<Vec<u8>> {
    let entries = fs::read_dir(corpus(target)).expect("the corpus is there");
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("a readable directory").path()).collect();
    paths.sort();
    paths.iter().map(|path| fs::read(path).expect("a readable file")).collect()
}

fn fuzz(target: &str, exercise: fn(&[u8])) {
    fuzz_rounds(target, exercise, ROUNDS);
}

fn fuzz_rounds(target: &str, exercise: fn(&[u8]), rounds: usize) {
    let corpus = read_corpus(target);
    assert!(corpus.len() >= 2, "{target} has no corpus");
    let mut random = Random::new(target.len() as u64);
    let try_one = |input: &[u8]| {
        let outcome = catch_unwind(AssertUnwindSafe(|| exercise(input)));
        assert!(outcome.is_ok(), "{target} fails on {input:02x?}");
    };
    for seed in &corpus {
        try_one(seed);
    }
    for round in 0..rounds {
        let mut input = corpus[random.below(corpus.len())].clone();
        let other = &corpus[random.below(corpus.len())];
        mutate(&mut input, other, &mut random);
        if round % 2 == 0 {
            repair_length(target, &mut input);
        }
        try_one(&input);
    }
}

#[test]
fn stun_survives_mutations() {
    fuzz("stun", exercise::stun);
}

#[test]
fn vp9_survives_mutations() {
    fuzz("vp9", exercise::vp9);
}

#[test]
fn dependency_descriptor_survives_mutations() {
    fuzz("dependency_descriptor", exercise::dependency_descriptor);
}

#[test]
fn rtp_survives_mutations() {
    fuzz("rtp", exercise::rtp);
}

#[test]
fn rtcp_survives_mutations() {
    fuzz("rtcp", exercise::rtcp);
}

#[test]
fn extension_survives_mutations() {
    fuzz("extension", exercise::extension);
}

#[test]
fn vp8_survives_mutations() {
    fuzz("vp8", exercise::vp8);
}

#[test]
fn h264_survives_mutations() {
    fuzz("h264", exercise::h264);
}

#[test]
fn red_survives_mutations() {
    fuzz("red", exercise::red);
}

#[test]
fn control_survives_mutations() {
    fuzz("control", exercise::control);
}

#[test]
fn framing_survives_mutations() {
    fuzz("framing", exercise_state::framing);
}

#[test]
fn command_survives_mutations() {
    fuzz_rounds("command", exercise_state::command, STATE_ROUNDS * 10);
}

#[test]
fn feedback_survives_mutations() {
    fuzz_rounds("feedback", exercise_state::feedback, STATE_ROUNDS);
}

#[test]
fn srtp_survives_mutations() {
    fuzz_rounds("srtp", exercise_state::srtp, STATE_ROUNDS);
}

#[test]
fn call_survives_mutations() {
    fuzz_rounds("call", exercise_state::call, STATE_ROUNDS);
}

#[test]
fn made_seeds_are_the_files() {
    for seed in seeds::made() {
        let path = corpus(seed.target).join(seed.name).with_extension("bin");
        if std::env::var_os(WRITE_SEEDS).is_some() {
            fs::create_dir_all(corpus(seed.target)).expect("a writable directory");
            fs::write(&path, &seed.bytes).expect("a writable file");
        }
        if seed.target == "command" {
            // Both sides of that border are ours and change together: commands of an earlier form are seeds too.
            continue;
        }
        let file = fs::read(&path).unwrap_or_default();
        assert_eq!(file, seed.bytes, "{}; {WRITE_SEEDS}=1 writes it anew", path.display());
    }
}
