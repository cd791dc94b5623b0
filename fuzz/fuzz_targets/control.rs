#![no_main]

#[path = "../../src/relay/tests/wire_fuzz/exercise.rs"]
#[allow(dead_code)]
mod exercise;

libfuzzer_sys::fuzz_target!(|input: &[u8]| exercise::control(input));
