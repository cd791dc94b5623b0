//! The relay's totals since the start; names and meanings are in `docs/reference/metrics.md`.
//!
//! Plain integers on the worker's own thread, published now and then to atomics that any thread may read.

use std::sync::atomic::{AtomicU64, Ordering};

macro_rules! counters {
    ($($name:ident),* $(,)?) => {
        /// Counters, all totals except the gauges `peers`, `sources`, `rooms` and `tcp_connections`.
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
        #[allow(missing_docs)]
        pub struct Counters { $(pub $name: u64),* }

        impl Counters {
            /// In the order of [`Self::values`].
            pub const NAMES: &'static [&'static str] = &[$(stringify!($name)),*];

            /// Every counter's value.
            pub fn values(&self) -> [u64; Self::NAMES.len()] { [$(self.$name),*] }
        }
    };
}

counters! {
    audio_packets_in, audio_bytes_in, video_packets_in, video_bytes_in, rtx_packets_in, rtx_bytes_in,
    rtcp_packets_in, rtcp_bytes_in, stun_packets_in, dtls_packets_in,
    audio_packets_out, audio_bytes_out, video_packets_out, video_bytes_out, rtx_packets_out, rtx_bytes_out,
    rtcp_packets_out, rtcp_bytes_out, stun_packets_out, dtls_packets_out,
    red_packets_in, red_packets_out, red_recovered,
    forwards, packets_out_of_span, packets_duplicate, padding_in,
    dropped_auth, dropped_replay, dropped_malformed, dropped_unknown_ssrc, dropped_unknown_payload, dropped_too_many_ssrcs, dropped_no_keys,
    dropped_gate, dropped_audience, dropped_no_consent, dropped_unknown_address, dropped_unknown_kind,
    dropped_stun_bad, dropped_stun_unknown_user, dropped_stun_integrity, dropped_dtls_unvalidated, dropped_dtls_rate,
    dropped_dtls_out, dropped_rtcp_budget, dropped_media_budget, dropped_seal, dropped_truncated, dropped_foreign, dropped_send_full, dropped_send_error,
    stun_role_conflicts,
    nack_packets_out, nacks_out, nack_packets_in, nacks_in, nacks_unanswered, nacks_over_budget, nacks_repeated,
    pli_out, pli_in, pli_coalesced, recovered_packets, twcc_out, twcc_in, remb_out, remb_in, sr_out, rr_out, sr_in, rr_in,
    packets_left_out, fillers_out, equalised_packets_out,
    switches, cannot_decode, layer_downs, layer_ups, pictures_paused, sounds_paused, pictures_frozen, pictures_frozen_us, layers_told,
    packets_paced, paced_lost, pictures_shed, resends_shed, probes, padding_packets_out, padding_bytes_out,
    events_dropped, commands, commands_ignored, peers_expired, consent_lost,
    sends, send_messages, send_calls, send_segment_refused,
    tcp_accepted, tcp_refused, tcp_unchecked, tcp_malformed, tcp_clogged, tcp_held_back,
    latency_within_50us, latency_within_100us, latency_within_250us, latency_within_500us, latency_within_1000us,
    latency_within_2500us, latency_within_5000us, latency_within_10000us, latency_within_50000us, latency_beyond,
    latency_sum_us,
    exchange_packets_out, exchange_packets_in, exchange_packets_cut, exchange_packets_stale, exchange_notes_dropped,
    socket_errors, panics, worker_cpu_ns, worker_loops, peers, sources, rooms,
    tcp_connections,
}

/// The published copy.
#[derive(Debug)]
pub struct SharedCounters([AtomicU64; Counters::NAMES.len()]);

impl Default for SharedCounters {
    fn default() -> Self {
        Self(std::array::from_fn(|_| AtomicU64::new(0)))
    }
}

impl SharedCounters {
    /// Makes the totals readable; by one thread only.
    pub fn publish(&self, counters: &Counters) {
        for (shared, value) in self.0.iter().zip(counters.values()) {
            shared.store(value, Ordering::Relaxed);
        }
    }

    /// Names and values; each value is exact, together they may be one publication apart.
    pub fn read(&self) -> impl Iterator<Item = (&'static str, u64)> + '_ {
        Counters::NAMES.iter().zip(&self.0).map(|(name, value)| (*name, value.load(Ordering::Relaxed)))
    }
}

/// Names and values as a map in `MessagePack`.
pub fn encode(counters: impl Iterator<Item = (&'static str, u64)>) -> Vec<u8> {
    let map: std::collections::BTreeMap<&str, u64> = counters.collect();
    // Writing to a Vec cannot fail, and text and integers have a MessagePack form.
    rmp_serde::to_vec(&map).unwrap_or_default()
}
