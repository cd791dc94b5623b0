//! Losses that more sending causes, told from losses that are just there.
//!
//! A link with capacity `B` and a random loss `p` that is sent `r` loses `p + (1 - p) * max(0, 1 - B / r)`. Of each
//! window the rate and the loss are kept; when there is loss, the models "no capacity in sight" and "a capacity near
//! what got through" are fitted to them, and the likelier one holds. At one constant rate both fit alike; then the one
//! with less random loss is believed (above 10 %), the rate falls by as much as is lost, and the next windows show whether the loss
//! went away with it. A random loss that was found is remembered, so that it is not tried again all the time.

/// A window is at least so long, and has as many packets.
const WINDOW_US: u64 = 300_000;
const WINDOW_PACKETS: u32 = 50;
/// Windows that are kept, 4 to 10 seconds.
const WINDOWS: usize = 16;
/// The weight of a window against the next newer one.
const FADING: f64 = 0.85;
/// Loss below is nothing.
const LITTLE: f64 = 0.02;
/// Losses come in bursts: so much of a packet's evidence counts.
const EVIDENCE: f64 = 0.25;
/// So much random loss is believed at once: a lower rate would cost the picture more than it cures
/// (draft-ietf-rmcat-gcc-02 §6 holds the rate up to the same).
const BELIEVED: f64 = 0.1;
/// How much a random loss above, that is not known yet, is disbelieved, per unit.
const DISBELIEF: f64 = 40.0;
/// A capacity is believed when it is likelier by so much (natural logarithm): windows are few and noisy.
const MARGIN: f64 = 1.5;
/// The bound falls to no less than this share at once; a collapse aside.
const STEP: f64 = 0.75;
/// Random losses that are tried.
const RANDOM_LOSSES: [f64; 10] = [0.002, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4];
/// More than this twice in a row, and the rate follows what got through at once.
const COLLAPSE: f64 = 0.3;
/// In fewer windows in a row, loss may be a burst: for who sends all that he may, and for who sends less, whose
/// retransmissions alone make the rate of a window.
const BURST: usize = 3;
const BURST_CALM: usize = 12;
/// Of whose packets less than this share of what he may comes, a sender is calm; more than a third lost is a collapse.
const CALM: f64 = 0.6;
/// In so many, the link is not what it was.
const SURE: usize = 4;
/// A bound grows again by this much per second without loss.
const GROWTH_PER_S: f64 = 0.06;
/// And up to a rate that passed without loss lately, or when the losses are just there.
const RETURN_PER_S: f64 = 0.4;
/// What was learned of random loss fades within a minute.
const FORGETTING: f64 = 0.995;

#[derive(Debug, Clone, Copy, Default)]
struct Window {
    rate_bps: f64,
    lost: f64,
    received: f64,
}

impl Window {
    fn loss(&self) -> f64 {
        self.lost / (self.lost + self.received).max(1.0)
    }

    fn delivered_bps(&self) -> f64 {
        self.rate_bps * (1.0 - self.loss())
    }
}

/// See the module.
#[derive(Debug, Default)]
pub struct Losses {
    windows: [Window; WINDOWS],
    count: usize,
    received: u32,
    lost: u32,
    bytes: u64,
    first_sent_us: u64,
    last_sent_us: u64,
    bound_bps: Option<f64>,
    random: f64,
    loss: f64,
}

impl Losses {
    /// A packet's fate was told.
    pub fn on_packet(&mut self, sent_us: u64, bytes: u32, is_received: bool, was_lost: bool) {
        if self.received + self.lost == 0 {
            (self.first_sent_us, self.last_sent_us) = (sent_us, sent_us);
        }
        self.first_sent_us = self.first_sent_us.min(sent_us);
        self.last_sent_us = self.last_sent_us.max(sent_us);
        if was_lost {
            self.lost = self.lost.saturating_sub(1);
        } else {
            self.bytes += u64::from(bytes);
        }
        if is_received {
            self.received += 1;
        } else {
            self.lost += 1;
        }
    }

    /// Closes a window when it is long enough. `allowed_bps` is what might have been sent in it.
    pub fn settle(&mut self, allowed_bps: f64) {
        let span_us = self.last_sent_us - self.first_sent_us;
        if span_us < WINDOW_US || self.received + self.lost < WINDOW_PACKETS {
            return;
        }
        let window = Window {
            rate_bps: self.bytes as f64 * 8e6 / span_us as f64,
            lost: self.lost.into(),
            received: self.received.into(),
        };
        (self.received, self.lost, self.bytes) = (0, 0, 0);
        self.on_window(window, span_us, allowed_bps);
    }

    fn on_window(&mut self, window: Window, span_us: u64, allowed_bps: f64) {
        let before = self.windows.first().copied().unwrap_or_default();
        self.windows.rotate_right(1);
        if let Some(first) = self.windows.first_mut() {
            *first = window;
        }
        self.count = (self.count + 1).min(WINDOWS);
        self.random *= FORGETTING;
        let loss = window.loss();
        self.loss += (loss - self.loss) * 0.4;
        if loss < LITTLE {
            let clean_bps = self.clean_bps();
            let grown = |bound: f64| {
                let per_s = if bound < clean_bps { RETURN_PER_S } else { GROWTH_PER_S };
                bound * (1.0 + per_s * span_us as f64 / 1e6)
            };
            self.bound_bps = self.bound_bps.map(grown);
            return;
        }
        if loss > COLLAPSE && before.loss() > COLLAPSE && window.delivered_bps() < 0.7 * window.rate_bps {
            self.bound_bps = Some(window.delivered_bps());
            return;
        }
        let lossy = self.windows.iter().take_while(|window| window.loss() >= LITTLE).count();
        let is_calm = window.delivered_bps() < CALM * allowed_bps;
        if lossy < if is_calm { BURST_CALM } else { BURST } {
            return; // A burst, perhaps; what more sending causes goes on in the next windows.
        }
        let (free, random) = self.fit(f64::INFINITY);
        let delivered_bps = window.delivered_bps();
        let candidates =
            [Some(delivered_bps), Some(f64::midpoint(delivered_bps, before.delivered_bps())), self.bound_bps];
        let mut best = (free + MARGIN, f64::INFINITY);
        for candidate in candidates.into_iter().flatten().filter(|candidate| *candidate > 0.0) {
            let (likelihood, _) = self.fit(candidate);
            if likelihood > best.0 {
                best = (likelihood, candidate);
            }
        }
        if best.1.is_finite() {
            let lowest = self.bound_bps.unwrap_or(window.rate_bps) * STEP;
            // Retransmissions follow losses and look like their cause; what passed before probably still does.
            let proven = if lossy < SURE { self.clean_bps() } else { 0.0 };
            let bound = (best.1 * 0.98).max(lowest).max(proven);
            self.bound_bps = Some(self.bound_bps.map_or(bound, |before| before.min(bound)));
        } else {
            self.bound_bps = self.bound_bps.map(|bound| bound * (1.0 + RETURN_PER_S * span_us as f64 / 1e6));
            self.random = self.random.max(random);
        }
    }

    /// The highest rate that passed lately without loss.
    fn clean_bps(&self) -> f64 {
        let is_clean = |window: &&Window| window.received > 0.0 && window.loss() < LITTLE;
        self.windows.iter().filter(is_clean).map(|window| window.rate_bps).fold(0.0, f64::max)
    }

    /// The log-likelihood of a capacity with the random loss that fits it best, and that loss.
    fn fit(&self, capacity_bps: f64) -> (f64, f64) {
        let mut best = (f64::NEG_INFINITY, 0.0);
        for random in RANDOM_LOSSES {
            let mut sum = -DISBELIEF * (random - self.random.max(BELIEVED)).max(0.0);
            let mut weight = EVIDENCE;
            for window in self.windows.iter().take(self.count) {
                let over = (1.0 - capacity_bps / window.rate_bps.max(1.0)).max(0.0);
                let lost = (random + (1.0 - random) * over).clamp(0.001, 0.98);
                sum += weight * (window.lost * lost.ln() + window.received * (1.0 - lost).ln());
                weight *= FADING;
            }
            if sum > best.0 {
                best = (sum, random);
            }
        }
        best
    }

    /// What losses leave room for; `None`: they say nothing.
    pub fn bound_bps(&self) -> Option<f64> {
        self.bound_bps
    }

    /// The bound is far above what is used: it says nothing any more.
    pub fn forget_bound_above(&mut self, bps: f64) {
        self.bound_bps = self.bound_bps.filter(|bound| *bound < bps);
    }

    /// Smoothed share of lost packets, 0 to 1.
    pub fn loss(&self) -> f64 {
        self.loss
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Windows of 80 packets at the rate that is allowed, at most 1 Mbit/s, over a link.
    fn run(losses: &mut Losses, windows: u32, capacity_bps: f64, random: impl Fn(u32) -> f64) -> Vec<f64> {
        let mut rates = Vec::new();
        for number in 0..windows {
            losses.forget_bound_above(1.2e6);
            let rate_bps = losses.bound_bps().unwrap_or(1e6).min(1e6);
            let share = random(number);
            let over = (1.0 - capacity_bps / rate_bps).max(0.0);
            let lost = (80.0 * (share + (1.0 - share) * over)).round();
            losses.on_window(Window { rate_bps, lost, received: 80.0 - lost }, 300_000, rate_bps);
            rates.push(rate_bps);
        }
        rates
    }

    #[test]
    fn random_loss_does_not_collapse_the_rate() {
        for share in [0.03, 0.05, 0.1, 0.2] {
            let mut losses = Losses::default();
            let rates = run(&mut losses, 200, f64::INFINITY, |_| share);
            let mean = rates[10..].iter().sum::<f64>() / 190.0;
            assert!(mean > 0.9e6, "{share}: {mean}");
        }
    }

    #[test]
    fn bursts_do_not_collapse_the_rate() {
        let mut losses = Losses::default();
        let rates = run(&mut losses, 200, f64::INFINITY, |number| if number % 7 == 3 { 0.25 } else { 0.0 });
        assert!(rates.iter().sum::<f64>() / 200.0 > 0.85e6, "{rates:?}");
    }

    #[test]
    fn policer_is_found_and_kept_to() {
        for random in [0.0, 0.03] {
            let mut losses = Losses::default();
            run(&mut losses, 20, f64::INFINITY, |_| random);
            let rates = run(&mut losses, 100, 400e3, |_| random);
            let settled = rates.iter().position(|rate| *rate < 500e3).expect("found");
            assert!(settled <= 8, "{settled} windows");
            let mean = rates[20..].iter().sum::<f64>() / 80.0;
            assert!((320e3..480e3).contains(&mean), "{random}: {mean}");
        }
    }
}
