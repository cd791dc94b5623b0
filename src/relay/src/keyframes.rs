//! Keyframe requests to one published track: the first at once, then at most one per window and layer, those between
//! coalesced.
//!
//! A track is an m-line with all its layers: most browsers answer a PLI for one layer with keyframes on all of them, so one
//! request serves every slot that waits for any layer. If a wanted layer got none, it is asked for next, sooner than
//! the same one again: who falls to a smaller size must not wait because somebody just rose to a larger.

use crate::wire_api::MAX_LAYERS;

/// At most one request per layer in this time.
pub const WINDOW_US: u64 = 500_000;
/// And at most one per track in this: Chromium answers no sooner.
const APART_US: u64 = 300_000;

/// See the module.
#[derive(Debug, Clone, Copy, Default)]
pub struct KeyframeRequests {
    /// Of the newest, and of each layer.
    sent_us: Option<u64>,
    layers_sent_us: [Option<u64>; MAX_LAYERS],
    wanted: [bool; MAX_LAYERS],
    last_layer: usize,
}

impl KeyframeRequests {
    /// Someone needs a keyframe of `layer`. Answers the layer to be asked now, or `None` when the request waits for the
    /// end of the window.
    pub fn want(&mut self, layer: u8, now_us: u64) -> Option<u8> {
        *self.wanted.get_mut(usize::from(layer))? = true;
        self.due(now_us)
    }

    /// A keyframe of `layer` has come.
    pub fn on_keyframe(&mut self, layer: u8) {
        if let Some(wanted) = self.wanted.get_mut(usize::from(layer)) {
            *wanted = false;
        }
    }

    /// Nothing was asked for within the window, and nothing waits.
    pub fn is_idle(&self, now_us: u64) -> bool {
        let is_over = self.sent_us.is_none_or(|sent| now_us.saturating_sub(sent) >= WINDOW_US);
        is_over && !self.wanted.contains(&true)
    }

    /// The layer to be asked now, if any; to be called about every 50 ms.
    pub fn due(&mut self, now_us: u64) -> Option<u8> {
        let is_within = |sent_us: Option<u64>, us| sent_us.is_some_and(|sent| now_us.saturating_sub(sent) < us);
        if is_within(self.sent_us, APART_US) {
            return None;
        }
        // Round robin from the one after the last, so that a layer that never answers does not starve the others.
        let mut others = (1..=MAX_LAYERS).map(|step| (self.last_layer + step) % MAX_LAYERS);
        let layer = others.find(|at| self.wanted[*at] && !is_within(self.layers_sent_us[*at], WINDOW_US))?;
        self.wanted[layer] = false;
        self.layers_sent_us[layer] = Some(now_us);
        self.last_layer = layer;
        self.sent_us = Some(now_us);
        Some(layer as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000;

    #[test]
    fn first_at_once_then_one_per_window() {
        let mut requests = KeyframeRequests::default();
        assert_eq!(requests.want(0, 0), Some(0));
        for ms in 1..500 {
            assert_eq!(requests.want(0, ms * MS), None);
        }
        assert_eq!(requests.due(499 * MS), None);
        assert_eq!(requests.due(500 * MS), Some(0));
        assert_eq!(requests.due(1_500 * MS), None, "those between were one");
        assert_eq!(requests.want(0, 1_600 * MS), Some(0));
    }

    #[test]
    fn keyframe_serves_requests_that_wait_and_another_layer_is_asked_next() {
        let mut requests = KeyframeRequests::default();
        assert_eq!(requests.want(0, 0), Some(0));
        assert_eq!(requests.want(1, MS), None);
        assert_eq!(requests.want(2, MS), None);
        requests.on_keyframe(2);
        assert!(!requests.is_idle(MS));
        assert_eq!(requests.due(299 * MS), None);
        assert_eq!(requests.due(300 * MS), Some(1));
        assert_eq!(requests.due(1_000 * MS), None);
        assert!(requests.is_idle(1_000 * MS));
        assert_eq!(requests.want(9, 2_000 * MS), None, "no such layer");
    }
}
