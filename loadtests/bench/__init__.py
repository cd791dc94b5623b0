"""The relay's CPU per forwarded packet, beside a naive loop; written in Rust (crate `vdx-bench`)."""
