//! Which layers of a source anybody takes, so that its publisher may stop the others.
//!
//! A layer is wanted at once, and not wanted any more after [`LET_GO_US`] in which nobody took it. The lowest stays while
//! anybody looks at the source: it is what a way that narrows falls to. Before anything is told, all are sent.
//! What is left out: who takes what (`forwarder::layers`), and the telling of the publisher (Python).

use crate::wire_api::MAX_LAYERS;

/// Somebody leaves and comes back, a layout changes twice: the encoder goes on. Its restart costs a second.
pub const LET_GO_US: u64 = 5_000_000;
/// A layer that is wanted again comes back within this, or its publisher cannot send it.
pub const RETURN_US: u64 = 5_000_000;

/// See the module.
#[derive(Debug, Clone, Copy)]
pub struct WantedLayers {
    /// What was told; bit i: layer i.
    told: u8,
    /// When each was taken last; `None`: not looked at yet.
    taken_us: Option<[u64; MAX_LAYERS]>,
    /// When each was told to be wanted again.
    returned_us: [u64; MAX_LAYERS],
}

impl Default for WantedLayers {
    fn default() -> Self {
        Self { told: u8::MAX, taken_us: None, returned_us: [0; MAX_LAYERS] }
    }
}

impl WantedLayers {
    /// The layers that are taken now, of `count` that there may be; answers what is to be told, when it changed. To be
    /// called every 50 ms while the source is sent.
    pub fn on_time(&mut self, taken: u8, count: usize, now_us: u64) -> Option<u8> {
        let count = count.clamp(1, MAX_LAYERS);
        let taken_us = self.taken_us.get_or_insert([now_us; MAX_LAYERS]);
        let mut wanted = 0;
        for (layer, last_us) in taken_us.iter_mut().enumerate().take(count) {
            if taken >> layer & 1 == 1 {
                *last_us = now_us;
            }
            if now_us.saturating_sub(*last_us) < LET_GO_US {
                wanted |= 1 << layer;
            }
        }
        let all = (1 << count) - 1;
        let before = self.told & all;
        for (layer, returned_us) in self.returned_us.iter_mut().enumerate() {
            if (wanted & !before) >> layer & 1 == 1 {
                *returned_us = now_us;
            }
        }
        self.told = wanted;
        (wanted != before).then_some(wanted)
    }

    /// A layer that is silent may come when it is wanted: it was let go, or is on its way back.
    pub fn may_return(&self, layer: usize, now_us: u64) -> bool {
        let is_told = self.told >> layer & 1 == 1;
        let returned_us = self.returned_us.get(layer).copied().unwrap_or(0);
        !is_told || (returned_us != 0 && now_us.saturating_sub(returned_us) < RETURN_US)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: u64 = 1_000_000;

    #[test]
    fn layer_is_let_go_after_a_while_and_wanted_at_once() {
        let mut wanted = WantedLayers::default();
        assert_eq!(wanted.on_time(0b111, 3, S), None, "all are sent from the start");
        assert_eq!(wanted.on_time(0b011, 3, 2 * S), None);
        assert_eq!(wanted.on_time(0b011, 3, S + LET_GO_US - 1), None);
        assert_eq!(wanted.on_time(0b011, 3, S + LET_GO_US), Some(0b011));
        assert_eq!(wanted.on_time(0b111, 3, 7 * S), Some(0b111));
        assert_eq!(wanted.on_time(0, 3, 11 * S), None);
        assert_eq!(wanted.on_time(0, 3, 12 * S), Some(0), "nobody looks");
        assert_eq!(wanted.on_time(0b001, 3, 13 * S), Some(0b001));
    }

    #[test]
    fn coming_and_going_tells_nothing() {
        let mut wanted = WantedLayers::default();
        for second in 1..100 {
            assert_eq!(wanted.on_time(if second % 4 == 0 { 0b111 } else { 0 }, 3, second * S), None);
        }
    }

    #[test]
    fn source_of_one_layer_is_wanted_or_not() {
        let mut wanted = WantedLayers::default();
        assert_eq!(wanted.on_time(0b001, 1, S), None);
        assert_eq!(wanted.on_time(0, 1, S + LET_GO_US), Some(0));
        assert_eq!(wanted.on_time(0b001, 0, 9 * S), Some(0b001));
    }

    #[test]
    fn layer_that_does_not_come_back_is_not_waited_for() {
        let mut wanted = WantedLayers::default();
        wanted.on_time(0b001, 3, S);
        assert!(!wanted.may_return(2, 2 * S), "it was never let go: its publisher does not send it");
        wanted.on_time(0b001, 3, S + LET_GO_US);
        assert!(wanted.may_return(2, 7 * S));
        wanted.on_time(0b101, 3, 8 * S);
        assert!(wanted.may_return(2, 8 * S + RETURN_US - 1) && !wanted.may_return(2, 8 * S + RETURN_US));
    }
}
