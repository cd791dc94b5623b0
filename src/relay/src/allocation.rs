//! Who gets what of a subscriber's way: from its estimated rate to a layer and temporal level for each picture.
//!
//! Sound comes first. Then the pictures by priority (speaker or spotlight, screen, others): a priority is filled before
//! the next gets anything. Within one it is water that rises: every picture gets its lowest step before one gets its
//! second. A picture whose lowest step does not fit is *paused*: nothing of it is sent, and the subscriber is told.
//!
//! What a picture gives up first is its source's policy, and makes the *ladder* of its steps, best last (VP8, 3 levels):
//!
//! ```text
//! rate   q0 q1 q2   h1 h2   f1 f2     frames first, down to 12 a second, then size: a face, a screen
//! size   q0 q1 q2      h2      f2     size first; 20 frames a second stay while any size is left: sign language
//! ```
//!
//! Down it goes at once: what does not fit congests the way. Only the last step waits for [`PAUSE_AFTER_US`], within one and a
//! half of the estimate: an estimate dips to half while a queue empties, and a pause costs a keyframe, which does not fit either.
//! Up it goes only with a margin, and only when that margin
//! lasted, unless a probe proved it. So a constant estimate gives one answer for ever: the answer to "what fits with the
//! margin" does not depend on what is sent now, and once it is sent, it fits without the margin too.
//! Where the way is full, a picture that must become smaller becomes the smallest: the size between would be known to fit
//! only once it is sent, and its keyframe fills the way again.
//! What is left out: the estimate itself (`congestion`), and how a slot comes from one layer to another (`settle`).

mod sound;

use std::cmp::Ordering;

use crate::wire_api::{MAX_LAYERS, Shedding};

pub use sound::{ALL_SOUND_ABOVE_BPS, ONE_SOUND_BELOW_BPS, SOUND_BPS, SoundShare, SoundSharing, Sounds};

/// Temporal levels of one layer: VP8 in browsers has at most three.
pub const MAX_TEMPORALS: usize = 3;
/// Every frame.
pub const ALL_TEMPORALS: u8 = MAX_TEMPORALS as u8 - 1;
/// What goes up must fit into this share of the estimate.
const UP_PERCENT: u64 = 90;
/// For so long, without a probe that proved it. A guess; the way up has 10 s.
pub const UP_AFTER_US: u64 = 2_000_000;
/// A picture is paused when its lowest did not fit for so long: longer than a keyframe counts in its measured rate.
pub const PAUSE_AFTER_US: u64 = 2_000_000;
/// While nothing waits on the way either: then the estimate is low for having fallen, and rises by what passes.
pub const PAUSE_CLEAR_AFTER_US: u64 = 4_000_000;
/// What does not fit is sent for so long within this share of the estimate,
const SPARE_PERCENT: u64 = 150;
/// and while nothing has met the way's limit, and nothing waits, within this: a probe will show it in a moment.
const SPARE_RISING_PERCENT: u64 = 250;
/// Frames a second that `size` keeps while any size is left.
const FLUID_FPS: u8 = 20;
/// And `rate`: below it a face is a row of pictures, and the smaller size is better.
const LEAST_FPS: u8 = 12;
/// Of a layer that lives, but was not measured yet: what browsers give to 180, 360 and 720 lines.
const ASSUMED_BPS: [u32; MAX_LAYERS] = [150_000, 500_000, 1_700_000];
/// Steps of the longest ladder.
const MAX_STEPS: usize = MAX_LAYERS * MAX_TEMPORALS;

/// A layer, up to a temporal level. Ordered by size, then frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Step {
    /// 0 the smallest.
    pub layer: u8,
    /// The highest level that is sent, 0 the fewest frames.
    pub temporal: u8,
}

impl Step {
    /// Every frame of a layer.
    pub const fn whole(layer: u8) -> Self {
        Self { layer, temporal: ALL_TEMPORALS }
    }
}

/// What a live layer costs up to each temporal level.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LayerRate {
    /// Bits a second on the wire; 0 everywhere: not measured yet. Never falls with the level.
    pub bps: [u32; MAX_TEMPORALS],
    /// Frames a second; 0: not measured.
    pub fps: [u8; MAX_TEMPORALS],
}

/// One picture that a subscriber looks at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Want {
    /// More goes first.
    pub priority: u8,
    /// The wanted size.
    pub max_layer: u8,
    /// Of the source.
    pub shedding: Shedding,
    /// The source's live layers.
    pub layers: [Option<LayerRate>; MAX_LAYERS],
    /// What it was given last; `None`: paused.
    pub held: Option<Step>,
    /// It shows something else, or larger, than when it was given that: it need not wait to go up.
    pub is_new: bool,
}

/// What all of one subscriber get. The pictures' part is in the slice that was given.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Shares {
    /// Of the sound.
    pub sound: SoundShare,
    /// What is sent, by the measured rates.
    pub used_bps: u64,
    /// What the estimate must be for the best of everything; 0: it is given. The way is tried up to there: towards each
    /// next step alone it would take a second per step, of which a picture has up to nine.
    pub wish_bps: u64,
    /// A better share is waited for: to be asked again in [`UP_AFTER_US`], even if nothing changes.
    pub is_rising: bool,
}

/// The steps of one picture, the cheapest first.
#[derive(Debug, Clone, Copy)]
struct Ladder {
    steps: [(Step, u32); MAX_STEPS],
    len: usize,
}

impl Ladder {
    fn of(want: &Want) -> Self {
        let mut ladder = Self { steps: [(Step { layer: 0, temporal: 0 }, 0); MAX_STEPS], len: 0 };
        let lowest = want.layers.iter().position(Option::is_some).unwrap_or(0);
        for (place, rate) in want.layers.iter().enumerate() {
            let Some(rate) = rate else { continue };
            if place > usize::from(want.max_layer) && place != lowest {
                break;
            }
            for temporal in 0..MAX_TEMPORALS {
                let is_all = temporal == usize::from(ALL_TEMPORALS);
                let least_fps = if want.shedding == Shedding::Size { FLUID_FPS } else { LEAST_FPS };
                let is_fluid = is_all || rate.fps[temporal] >= least_fps;
                let bps = match (rate.bps[temporal], is_all) {
                    (0, true) => ASSUMED_BPS[place],
                    (0, false) => continue,
                    (bps, _) => bps,
                };
                if place != lowest && !is_fluid {
                    continue;
                }
                ladder.push(Step { layer: place as u8, temporal: temporal as u8 }, bps);
            }
        }
        ladder
    }

    /// What is better and costs no more takes the place of what is worse.
    fn push(&mut self, step: Step, bps: u32) {
        while self.len > 0 && self.steps[self.len - 1].1 >= bps {
            self.len -= 1;
        }
        self.steps[self.len] = (step, bps);
        self.len += 1;
    }

    /// Of the first `height` steps; 0: paused.
    fn bps(&self, height: usize) -> u64 {
        height.checked_sub(1).map_or(0, |at| u64::from(self.steps[at].1))
    }

    fn step(&self, height: usize) -> Option<Step> {
        height.checked_sub(1).map(|at| self.steps[at].0)
    }

    /// As high as what is held, or as is left of it.
    fn height_of(&self, held: Option<Step>) -> usize {
        let Some(held) = held else { return 0 };
        self.steps[..self.len].iter().take_while(|(step, _)| *step <= held).count().max(1).min(self.len)
    }
}

/// What is sent would be paused.
fn is_short(wants: &[Want], at: usize, heights: &[usize]) -> bool {
    heights[at] == 0 && wants[at].held.is_some() && !wants[at].is_new
}

/// One subscriber's shares from one time to the next.
#[derive(Debug, Default)]
pub struct Allocation {
    /// Since when there would be better.
    better_since_us: Option<u64>,
    /// Of the sound.
    pub sound: SoundSharing,
    /// Nothing waits on the way, and nothing is lost for sending too much.
    pub is_clear: bool,
    /// The way has not been met by its limit yet: the estimate still rises by probes.
    pub is_rising: bool,
    /// Since when a picture that is sent would have to be paused.
    short_since_us: Option<u64>,
    // Kept for their capacity.
    ladders: Vec<Ladder>,
    kept: Vec<usize>,
    best: Vec<usize>,
    order: Vec<usize>,
}

impl Allocation {
    /// Shares `estimate_bps` (`None`: the way is not known, all is sent) among `sounds` and `wants`; writes
    /// what each of these is given into its `held`. `is_proven`: the estimate comes from a probe; `is_congested`:
    /// much more was sent than passes, and waits on the way.
    pub fn share(
        &mut self,
        estimate_bps: Option<u64>,
        sounds: &Sounds,
        is_proven: bool,
        is_congested: bool,
        wants: &mut [Want],
        now_us: u64,
    ) -> Shares {
        self.ladders.clear();
        self.ladders.extend(wants.iter().map(Ladder::of));
        let Some(estimate_bps) = estimate_bps else { return self.share_all(sounds, wants) };
        let sound = self.sound.share(sounds, estimate_bps);
        let sound_bps = sound.bps;

        let mut kept = std::mem::take(&mut self.kept);
        let held = |at: usize, ladder: &Ladder| ladder.height_of(wants.get(at).and_then(|want| want.held));
        self.fill(estimate_bps.saturating_sub(sound_bps), wants, &mut kept, held);
        if is_congested {
            self.fall_to_lowest(wants, &mut kept);
        }
        let spare_percent = if self.is_rising && self.is_clear { SPARE_RISING_PERCENT } else { SPARE_PERCENT };
        let most_bps = (estimate_bps * spare_percent / 100).saturating_sub(sound_bps);
        let spares = self.spares(wants, &kept, now_us);
        if spares {
            self.spare_lowest(most_bps, wants, &mut kept);
        }
        let mut best = std::mem::take(&mut self.best);
        let top = |_: usize, ladder: &Ladder| ladder.len;
        // What shows something new has nothing to keep: it takes what there is, also from a lower priority.
        let is_new = wants.iter().any(|want| want.is_new);
        // Nor what is paused, and would fit into what a probe has just proved.
        let is_paused = wants.iter().any(|want| want.held.is_none());
        let up_percent = if is_new || (is_paused && is_proven) { 100 } else { UP_PERCENT };
        self.fill((estimate_bps * up_percent / 100).saturating_sub(sound_bps), wants, &mut best, top);

        if spares && self.is_rising {
            self.spare_lowest(most_bps, wants, &mut best); // One that comes does not stop one that is there.
        }

        let is_better = self.compare(wants, &best, &kept) == Ordering::Greater;
        let since_us = *self.better_since_us.get_or_insert(now_us);
        let is_over = now_us.saturating_sub(since_us) >= UP_AFTER_US;
        let goes_up = is_better && (is_over || is_proven || is_new);
        if goes_up || !is_better {
            self.better_since_us = None;
        }
        let given = if goes_up { &best } else { &kept };
        let mut used_bps = sound_bps;
        for ((want, ladder), height) in wants.iter_mut().zip(&self.ladders).zip(given) {
            want.held = ladder.step(*height);
            used_bps += ladder.bps(*height);
        }
        let has_more = self.ladders.iter().zip(given).any(|(ladder, height)| *height < ladder.len);
        let most_bps = self.ladders.iter().map(|ladder| ladder.bps(ladder.len)).sum::<u64>() + sound_bps;
        let sound_wish_bps = if sound.speakers < sounds.speakers { ALL_SOUND_ABOVE_BPS } else { 0 };
        let wish_bps = if has_more { most_bps * 100 / UP_PERCENT + 1 } else { 0 }.max(sound_wish_bps);
        (self.kept, self.best) = (kept, best);
        Shares { sound, used_bps, wish_bps, is_rising: is_better && !goes_up }
    }

    fn share_all(&mut self, sounds: &Sounds, wants: &mut [Want]) -> Shares {
        (self.better_since_us, self.short_since_us, self.sound) = (None, None, SoundSharing::default());
        let sound = sounds.whole();
        let mut used_bps = sound.bps;
        for (want, ladder) in wants.iter_mut().zip(&self.ladders) {
            want.held = ladder.step(ladder.len);
            used_bps += ladder.bps(ladder.len);
        }
        Shares { sound, used_bps, wish_bps: 0, is_rising: false }
    }

    /// Pictures that lose a size get nothing of a size but the lowest.
    fn fall_to_lowest(&self, wants: &[Want], kept: &mut [usize]) {
        for ((want, ladder), height) in wants.iter().zip(&self.ladders).zip(kept) {
            let (Some(held), Some(step), Some(lowest)) = (want.held, ladder.step(*height), ladder.step(1)) else {
                continue;
            };
            if step.layer < held.layer {
                let of_lowest = ladder.steps[..*height].iter().filter(|(step, _)| step.layer == lowest.layer).count();
                *height = of_lowest;
            }
        }
    }

    /// Whether pictures that are sent and would have to be paused are spared now: for a while.
    fn spares(&mut self, wants: &[Want], kept: &[usize], now_us: u64) -> bool {
        if !(0..wants.len()).any(|at| is_short(wants, at, kept) && self.ladders[at].len > 0) {
            self.short_since_us = None;
            return false;
        }
        let since_us = *self.short_since_us.get_or_insert(now_us);
        let after_us = if self.is_clear { PAUSE_CLEAR_AFTER_US } else { PAUSE_AFTER_US };
        now_us.saturating_sub(since_us) < after_us
    }

    /// Gives pictures that are sent and would be paused their lowest, within a limit.
    fn spare_lowest(&self, most_bps: u64, wants: &[Want], heights: &mut [usize]) {
        let used_bps: u64 = heights.iter().zip(&self.ladders).map(|(height, ladder)| ladder.bps(*height)).sum();
        let mut left_bps = most_bps.saturating_sub(used_bps);
        for at in &self.order {
            let lowest_bps = self.ladders[*at].bps(self.ladders[*at].len.min(1));
            if is_short(wants, *at, heights) && lowest_bps <= left_bps {
                heights[*at] = self.ladders[*at].len.min(1);
                left_bps -= lowest_bps;
            }
        }
    }

    /// Lets the water rise, priority by priority, up to each picture's limit. A picture whose next step does not fit
    /// stays where it is; the others go on.
    fn fill(
        &mut self,
        mut left_bps: u64,
        wants: &[Want],
        heights: &mut Vec<usize>,
        limit: impl Fn(usize, &Ladder) -> usize,
    ) {
        heights.clear();
        heights.resize(wants.len(), 0);
        self.order.clear();
        self.order.extend(0..wants.len());
        // Stable: the first slot goes first. But what is shown goes before what is not: where not all fit, a picture that
        // has begun is not stopped for one that comes later.
        self.order.sort_by_key(|at| (std::cmp::Reverse(wants[*at].priority), wants[*at].held.is_none()));
        let mut rest = &mut self.order[..];
        while let Some(priority) = rest.first().map(|at| wants[*at].priority) {
            let count = rest.iter().take_while(|at| wants[**at].priority == priority).count();
            let (group, lower) = rest.split_at_mut(count);
            rest = lower;
            let mut open = group.len();
            while open > 0 {
                let rising = &mut group[..open];
                let key = |at: &usize| (self.ladders[*at].step(heights[*at]), wants[*at].held.is_none(), *at);
                let Some(place) = (0..open).min_by_key(|place| key(&rising[*place])) else { break };
                let at = rising[place];
                let ladder = &self.ladders[at];
                let more_bps = ladder.bps((heights[at] + 1).min(ladder.len)) - ladder.bps(heights[at]);
                if heights[at] < limit(at, ladder) && more_bps <= left_bps {
                    left_bps -= more_bps;
                    heights[at] += 1;
                } else {
                    open -= 1;
                    rising.swap(place, open);
                }
            }
        }
    }

    /// By the highest priority in which they differ: who has the least decides.
    fn compare(&self, wants: &[Want], left: &[usize], right: &[usize]) -> Ordering {
        let steps = |heights: &[usize], priority: u8| {
            let of_it = wants.iter().enumerate().filter(|(_, want)| want.priority == priority);
            let mut steps: Vec<_> = of_it.map(|(at, _)| self.ladders[at].step(heights[at])).collect();
            steps.sort_unstable();
            steps
        };
        let mut before = None;
        for at in &self.order {
            let priority = wants[*at].priority;
            if before.replace(priority) == Some(priority) {
                continue;
            }
            let order = steps(left, priority).cmp(&steps(right, priority));
            if order != Ordering::Equal {
                return order;
            }
        }
        Ordering::Equal
    }
}

#[cfg(test)]
mod tests;
