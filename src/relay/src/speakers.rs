//! Who speaks: one ranking of the audible sources of a room, from the audio levels in their packets (RFC 6464).
//!
//! A source is *active* from its first voiced packet until [`HANG_OVER_US`] after the last: pauses between words do not
//! end it. Active sources are ranked; to overtake, a source must be louder by [`MARGIN`], so that the ranking is quiet.
//! Who pauses stands behind those who speak in that moment: a new speaker need not wait for the end of a pause.
//! Levels that stay the same for seconds are forged or a tone: such sources, and those that send no levels, rank last.
//! What is left out: which subscriber hears whom (see the slots' assignment).

#![allow(clippy::cast_precision_loss, clippy::cast_sign_loss)] // Loudness 0..=127, spans of at most 100 ms.

use crate::wire::extension::AudioLevel;

/// A speaker stays active for this long after its last voiced packet: longer than the pauses within a sentence.
pub const HANG_OVER_US: u64 = 400_000;
/// Without a voiced packet for this long a source pauses: more than two packets of 20 ms, so that one that is late is no
/// pause, and less than the 60 ms in which a new speaker is to be heard.
const PAUSE_US: u64 = 50_000;
/// Louder by this many dB overtakes.
pub const MARGIN: f32 = 6.0;
/// With the voice bit, quieter than this (dBov below full scale) is background.
const VOICED_LEVEL: u8 = 60;
/// Without the voice bit, quieter than this is background.
const UNMARKED_LEVEL: u8 = 45;
/// The same level in every packet for this long is not speech.
const CONSTANT_US: u64 = 3_000_000;
/// The ranking is sorted again at most this often; a new speaker enters at once.
const SORT_INTERVAL_US: u64 = 100_000;
/// Speakers are told to Python at most this often per room.
const TELL_INTERVAL_US: u64 = 100_000;
/// Loudness is told again when it has moved by so many dB: steps that no display shows.
const TOLD_STEP: u8 = 4;
/// At most so many are told.
const MAX_TOLD: usize = 32;

/// The level of one source.
#[derive(Debug, Clone, Copy, Default)]
pub struct Level {
    /// Smoothed loudness, 0 (silence) to 127.
    loudness: f32,
    voiced_us: Option<u64>,
    last_raw: u8,
    same_since_us: u64,
    updated_us: u64,
    has_levels: bool,
}

impl Level {
    /// A packet came, with its level if it had one. Answers whether the packet is voiced.
    #[inline]
    pub fn on_packet(&mut self, level: Option<AudioLevel>, now_us: u64) -> bool {
        let Some(level) = level else {
            self.has_levels = false;
            self.loudness = 0.0;
            self.voiced_us = Some(now_us);
            return true;
        };
        if !self.has_levels || level.level != self.last_raw {
            self.same_since_us = now_us;
        }
        self.has_levels = true;
        self.last_raw = level.level;
        let loudness = f32::from(127 - level.level);
        // Rises within 100 ms, falls within half a second: a word counts, a pause does not.
        let span_us = if loudness > self.loudness { 100_000.0 } else { 500_000.0 };
        let elapsed_us = now_us.saturating_sub(self.updated_us).min(100_000) as f32;
        self.loudness += (loudness - self.loudness) * (elapsed_us / span_us).min(1.0);
        self.updated_us = now_us;
        let is_voiced = level.level <= if level.is_voice { VOICED_LEVEL } else { UNMARKED_LEVEL };
        if is_voiced {
            self.voiced_us = Some(now_us);
        }
        is_voiced
    }

    /// Voiced now or a moment ago.
    pub fn is_active(&self, now_us: u64) -> bool {
        self.voiced_us.is_some_and(|voiced| now_us.saturating_sub(voiced) < HANG_OVER_US)
    }

    /// Sends no levels, or always the same.
    pub fn is_demoted(&self, now_us: u64) -> bool {
        !self.has_levels || now_us.saturating_sub(self.same_since_us) >= CONSTANT_US
    }

    /// Nothing is heard of it any more (its gate closed, or it left).
    pub fn reset(&mut self) {
        *self = Self::default();
    }

    fn standing(&self, now_us: u64) -> Standing {
        let is_pausing = self.voiced_us.is_none_or(|voiced| now_us.saturating_sub(voiced) >= PAUSE_US);
        match (self.is_demoted(now_us), is_pausing) {
            (true, _) => Standing::Demoted,
            (false, true) => Standing::Pausing,
            (false, false) => Standing::Speaking,
        }
    }

    fn rank(&self, now_us: u64) -> f32 {
        match self.standing(now_us) {
            Standing::Speaking => self.loudness,
            Standing::Pausing => self.loudness - 500.0,
            Standing::Demoted => -1000.0,
        }
    }
}

/// The active sources of one room, first rank first. `S` names a source.
#[derive(Debug)]
pub struct Ranking<S> {
    order: Vec<S>,
    sorted_us: u64,
    told_us: u64,
    told: Vec<(u32, u8)>,
}

/// Each ranks behind the one before it, however loud.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Standing {
    Speaking,
    Pausing,
    Demoted,
}

impl<S> Default for Ranking<S> {
    fn default() -> Self {
        Self { order: Vec::new(), sorted_us: 0, told_us: 0, told: Vec::new() }
    }
}

impl<S: Copy + PartialEq> Ranking<S> {
    /// First rank first.
    pub fn order(&self) -> &[S] {
        &self.order
    }

    /// A source had a voiced packet: it enters if it is not in, and goes before those who pause. Answers whether the
    /// ranking changed. `level_of` gives the level of each source that is ranked.
    #[inline]
    pub fn on_voiced(&mut self, source: S, now_us: u64, level_of: impl Fn(S) -> Level) -> bool {
        let standing = |source: S| level_of(source).standing(now_us);
        if let Some(place) = self.order.iter().position(|ranked| *ranked == source) {
            let own = standing(source);
            if !self.order.iter().take(place).any(|before| standing(*before) > own) {
                return false;
            }
        } else {
            // Who is silent makes room now, not at the next tick.
            self.order.retain(|ranked| level_of(*ranked).is_active(now_us));
            self.order.push(source);
        }
        self.order.sort_by_key(|ranked| standing(*ranked));
        true
    }

    /// The source is gone or gated. Answers whether the ranking changed.
    pub fn remove(&mut self, source: S) -> bool {
        let before = self.order.len();
        self.order.retain(|ranked| *ranked != source);
        self.order.len() != before
    }

    /// To be called every few milliseconds. Answers whether the ranking changed.
    pub fn on_time(&mut self, now_us: u64, level_of: impl Fn(S) -> Level) -> bool {
        if now_us.saturating_sub(self.sorted_us) < SORT_INTERVAL_US || self.order.is_empty() {
            return false;
        }
        self.sorted_us = now_us;
        let before = self.order.len();
        self.order.retain(|ranked| level_of(*ranked).is_active(now_us));
        let mut changed = self.order.len() != before;
        // One pass of insertion with a margin; what is still out of order moves at the next.
        for at in 1..self.order.len() {
            let mut place = at;
            while place > 0 {
                let louder = level_of(self.order[place]).rank(now_us);
                if louder <= level_of(self.order[place - 1]).rank(now_us) + MARGIN {
                    break;
                }
                self.order.swap(place, place - 1);
                place -= 1;
                changed = true;
            }
        }
        changed
    }

    /// What Python is to be told now: (id, loudness), loudest first; `None` when nothing changed that anybody would see, or
    /// it was told just now. Without speakers the list is empty.
    pub fn tell(&mut self, now_us: u64, describe: impl Fn(S) -> (u32, Level)) -> Option<Vec<(u32, u8)>> {
        if now_us.saturating_sub(self.told_us) < TELL_INTERVAL_US && self.told_us != 0 {
            return None;
        }
        let active = self.order.iter().map(|source| describe(*source)).filter(|(_, level)| level.is_active(now_us));
        let mut speakers: Vec<(u32, u8)> = active.map(|(id, level)| (id, level.loudness as u8)).collect();
        speakers.sort_by_key(|(id, loudness)| (std::cmp::Reverse(*loudness), *id));
        speakers.truncate(MAX_TOLD);
        // Each one's own step: who may not know of the others must not see by this one's loudness that they speak.
        for (id, loudness) in &mut speakers {
            let before = self.told.iter().find(|told| told.0 == *id);
            if let Some(before) = before.filter(|told| told.1.abs_diff(*loudness) < TOLD_STEP) {
                *loudness = before.1;
            }
        }
        if speakers == self.told {
            return None;
        }
        self.told_us = now_us;
        self.told.clone_from(&speakers);
        Some(speakers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000;

    #[allow(clippy::unnecessary_wraps)] // As packets have it.
    fn voice(level: u8) -> Option<AudioLevel> {
        Some(AudioLevel { is_voice: level < 127, level })
    }

    #[test]
    fn pauses_between_words_do_not_end_a_speaker() {
        let mut level = Level::default();
        assert!(level.on_packet(voice(30), 1_000 * MS));
        assert!(!level.on_packet(voice(127), 1_020 * MS));
        assert!(level.is_active(1_399 * MS));
        assert!(!level.is_active(1_400 * MS));
    }

    #[test]
    fn background_is_not_voice() {
        let mut level = Level::default();
        assert!(!level.on_packet(voice(61), 1_000 * MS));
        assert!(!level.on_packet(Some(AudioLevel { is_voice: false, level: 46 }), 1_020 * MS));
        assert!(level.on_packet(Some(AudioLevel { is_voice: false, level: 45 }), 1_040 * MS));
    }

    #[test]
    fn constant_levels_and_no_levels_are_demoted() {
        let mut level = Level::default();
        level.on_packet(voice(30), 1_000 * MS);
        assert!(!level.is_demoted(3_999 * MS));
        assert!(level.is_demoted(4_000 * MS));
        level.on_packet(voice(31), 4_000 * MS);
        assert!(!level.is_demoted(4_001 * MS));
        level.on_packet(None, 4_020 * MS);
        assert!(level.is_demoted(4_020 * MS));
    }

    #[test]
    fn ranking_is_quiet_unless_someone_is_louder_by_a_margin() {
        let mut levels = [Level::default(); 3];
        let mut ranking: Ranking<usize> = Ranking::default();
        let mut now_us = 1_000 * MS;
        let mut changes = 0;
        for step in 0..200_u64 {
            now_us += 20 * MS;
            // The second is 5 dB louder than the first, the third 7 dB louder than the second.
            for (source, level) in [(0, 40), (1, 35), (2, 28)] {
                if levels[source].on_packet(voice(level + (step % 2) as u8), now_us) {
                    ranking.on_voiced(source, now_us, |at| levels[at]);
                }
            }
            changes += u32::from(ranking.on_time(now_us, |at| levels[at]));
        }
        assert_eq!(ranking.order(), [2, 0, 1]);
        assert!(changes <= 2, "{changes} changes");
        assert!(ranking.remove(0) && !ranking.remove(0));
        assert_eq!(ranking.order(), [2, 1]);
    }

    #[test]
    fn loudness_that_is_told_of_one_does_not_follow_another() {
        let mut ranking: Ranking<usize> = Ranking::default();
        let mut levels = [Level::default(); 2];
        levels[0].on_packet(voice(20), 1_000 * MS);
        levels[1].on_packet(voice(40), 1_000 * MS);
        ranking.on_voiced(0, 1_000 * MS, |at| levels[at]);
        ranking.on_voiced(1, 1_000 * MS, |at| levels[at]);
        let told = ranking.tell(1_000 * MS, |at| (at as u32, levels[at])).expect("both are new");
        levels[0].loudness = f32::from(told[0].1) + 2.0;
        levels[1].loudness = f32::from(told[1].1) - 20.0;
        let again = ranking.tell(1_100 * MS, |at| (at as u32, levels[at])).expect("one has moved");
        assert_eq!(again[0], told[0], "too little to be told");
        assert_eq!(again[1], (told[1].0, told[1].1 - 20));
    }

    #[test]
    fn telling_is_seldom_and_ends_with_silence() {
        let mut levels = [Level::default(); 2];
        let mut ranking: Ranking<usize> = Ranking::default();
        assert_eq!(ranking.tell(1_000 * MS, |at| (at as u32, levels[at])), None, "silence from the start is no news");
        levels[0].on_packet(voice(40), 1_000 * MS);
        levels[1].on_packet(voice(20), 1_000 * MS);
        ranking.on_voiced(0, 1_000 * MS, |at| levels[at]);
        ranking.on_voiced(1, 1_000 * MS, |at| levels[at]);
        let told = ranking.tell(1_000 * MS, |at| (at as u32 + 7, levels[at]));
        assert_eq!(told, Some(vec![(8, 107), (7, 87)]));
        levels[0].on_packet(voice(20), 1_050 * MS);
        assert_eq!(ranking.tell(1_099 * MS, |at| (at as u32 + 7, levels[at])), None);
        assert!(ranking.tell(1_100 * MS, |at| (at as u32 + 7, levels[at])).is_some());
        assert_eq!(ranking.tell(1_600 * MS, |at| (at as u32 + 7, levels[at])), Some(Vec::new()));
        assert_eq!(ranking.tell(1_800 * MS, |at| (at as u32 + 7, levels[at])), None);
    }

    #[test]
    fn level_that_hardly_moves_is_not_told_again() {
        let told = |loudness: u8| {
            let mut levels = [Level::default()];
            let mut ranking: Ranking<usize> = Ranking::default();
            levels[0].on_packet(voice(40), 1_000 * MS);
            ranking.on_voiced(0, 1_000 * MS, |at| levels[at]);
            assert_eq!(ranking.tell(1_000 * MS, |at| (at as u32 + 7, levels[at])), Some(vec![(7, 87)]));
            levels[0].loudness = f32::from(loudness);
            ranking.tell(1_200 * MS, |at| (at as u32 + 7, levels[at]))
        };
        assert_eq!(told(87 - 3), None);
        assert_eq!(told(87 + 3), None);
        assert_eq!(told(87 - 4), Some(vec![(7, 83)]));
        assert_eq!(told(87 + 4), Some(vec![(7, 91)]));
    }
}
