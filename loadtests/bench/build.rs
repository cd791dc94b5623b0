//! Names the compiler and the crypto libraries' versions for the report.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

fn main() {
    let compiler = env::var("RUSTC").unwrap_or_else(|_| "rustc".into());
    let version = Command::new(compiler).arg("--version").output().ok();
    let version = version.and_then(|output| String::from_utf8(output.stdout).ok()).unwrap_or_default();
    println!("cargo::rustc-env=BENCH_RUSTC={}", version.trim());
    let lock = Path::new(&env::var("CARGO_MANIFEST_DIR").unwrap_or_default()).join("../../Cargo.lock");
    println!("cargo::rerun-if-changed={}", lock.display());
    let lock = fs::read_to_string(lock).unwrap_or_default();
    for (name, variable) in [("aws-lc-rs", "BENCH_AWS_LC_RS"), ("aws-lc-sys", "BENCH_AWS_LC_SYS")] {
        let version = version_of(&lock, name).unwrap_or("unknown");
        println!("cargo::rustc-env={variable}={version}");
    }
}

fn version_of<'a>(lock: &'a str, name: &str) -> Option<&'a str> {
    let name = format!("name = \"{name}\"\n");
    let found = lock.split("[[package]]").find(|package| package.contains(&name))?;
    found.split("version = \"").nth(1)?.split('"').next()
}
