#![no_main]

#[path = "../../src/relay/tests/common/mod.rs"]
mod common;
#[path = "../../src/relay/tests/wire_fuzz/exercise_state.rs"]
#[allow(dead_code)]
mod exercise_state;

libfuzzer_sys::fuzz_target!(|input: &[u8]| exercise_state::srtp(input));
