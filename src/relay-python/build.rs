//! Notes which Python this is built for: a checksum of `vdxmedia/sfu/relay_wire.py`, the other half of the border. A binding
//! that has stayed from an older build says another, and the server does not start with it.

use std::env;
use std::fs;
use std::path::Path;

fn main() {
    let directory = env::var("CARGO_MANIFEST_DIR").unwrap_or_default();
    let other_half = Path::new(&directory).join("../vdxmedia/sfu/relay_wire.py");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={}", other_half.display());
    let checksum = fs::read(other_half).map_or(0, |text| crc32(&text));
    println!("cargo::rustc-env=VDX_BUILT_BESIDE={checksum}");
}

/// As zlib's (RFC 1952 §8).
fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, _| if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 };
    !bytes.iter().fold(!0, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), step))
}
