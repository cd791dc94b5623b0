//! What of the sound a way carries: how many voices, with or without redundancy, and which one where it is one.
//!
//! Redundancy (RFC 2198) makes a voice half as large again on the wire. On a way where sound would have more than a third
//! with it, it goes without: what is saved keeps the queue short, and Opus has its own correction in band.
//!
//! Two who speak at once overtake each other with every pause between words, and each time the one that was heard would
//! end in the middle of a word: on a way for one voice that is worse than missing the other. So the one that is heard stays
//! until it has fallen silent, or until another was ranked before it for [`LEAD_US`] without a break.
//! Left out: the ranking ([`crate::speakers`]), and the pictures' part ([`super`]).

/// Below this estimate only the loudest is heard.
pub const ONE_SOUND_BELOW_BPS: u64 = 250_000;
/// Above this one all are heard again.
pub const ALL_SOUND_ABOVE_BPS: u64 = 285_000;
/// One stream of sound on the wire, at least: Opus at 32 kbit/s in 50 packets of 50 bytes of headers and tag.
pub const SOUND_BPS: u64 = 52_000;
/// Its redundancy, if it has any, at least: each payload once more.
const REDUNDANCY_BPS: u64 = 34_000;
/// Sound with redundancy has no more than this share of the estimate, else it goes without,
const REDUNDANT_PERCENT: u64 = 33;
/// until it would have no more than this.
const REDUNDANT_AGAIN_PERCENT: u64 = 28;
/// Longer than a phrase: who goes on for so long while the other pauses is the one who speaks. A guess.
pub const LEAD_US: u64 = 2_000_000;

/// What sounds for one subscriber.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sounds {
    /// Slots of speakers that have one.
    pub speakers: usize,
    /// Slots that sound beside them.
    pub programmes: usize,
    /// What the largest of them takes without redundancy, as measured; 0: not measured.
    pub bps: u64,
    /// What the redundancy of the largest adds; 0: there is none.
    pub redundancy_bps: u64,
}

/// What of it is sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SoundShare {
    /// Speakers, the loudest first.
    pub speakers: usize,
    /// Without redundancy.
    pub is_plain: bool,
    /// What that takes.
    pub bps: u64,
}

impl Sounds {
    /// There is one more, of this rate and redundancy.
    pub fn count(&mut self, is_speaker: bool, (bps, redundancy_bps): (u64, u64)) {
        self.speakers += usize::from(is_speaker);
        self.programmes += usize::from(!is_speaker);
        self.bps = self.bps.max(bps);
        self.redundancy_bps = self.redundancy_bps.max(redundancy_bps);
    }

    /// All of it.
    pub fn whole(&self) -> SoundShare {
        self.share_of(self.speakers, false)
    }

    /// So many speakers and all programmes.
    fn share_of(&self, speakers: usize, is_plain: bool) -> SoundShare {
        let count = (speakers + self.programmes) as u64;
        let has_redundancy = !is_plain && self.redundancy_bps != 0;
        let redundancy_bps = if has_redundancy { self.redundancy_bps.max(REDUNDANCY_BPS) } else { 0 };
        SoundShare { speakers, is_plain, bps: count * (self.bps.max(SOUND_BPS) + redundancy_bps) }
    }
}

/// From one time to the next.
#[derive(Debug, Default)]
pub struct SoundSharing {
    hears_one: bool,
    is_plain: bool,
    single_voice: SingleVoice,
}

impl SoundSharing {
    /// What of `sounds` an estimate carries.
    pub fn share(&mut self, sounds: &Sounds, estimate_bps: u64) -> SoundShare {
        self.hears_one = estimate_bps < if self.hears_one { ALL_SOUND_ABOVE_BPS } else { ONE_SOUND_BELOW_BPS };
        let speakers = if self.hears_one { sounds.speakers.min(1) } else { sounds.speakers };
        let percent = if self.is_plain { REDUNDANT_AGAIN_PERCENT } else { REDUNDANT_PERCENT };
        self.is_plain = sounds.share_of(speakers, false).bps * 100 > estimate_bps * percent;
        sounds.share_of(speakers, self.is_plain)
    }

    /// Only one voice is heard.
    pub fn hears_one(&self) -> bool {
        self.hears_one
    }

    /// That one, of slots with the first rank first, each with whether it spoke within the pause of a sentence.
    pub fn choose(&mut self, mut voices: impl Iterator<Item = (usize, bool)>, now_us: u64) -> Option<usize> {
        if self.hears_one {
            return self.single_voice.choose(&mut voices, now_us);
        }
        self.single_voice = SingleVoice::default();
        None
    }
}

/// Who is heard where there is room for one. Voices are named by their slots.
#[derive(Debug, Default)]
struct SingleVoice {
    held: Option<usize>,
    led_since_us: Option<u64>,
}

impl SingleVoice {
    fn choose(&mut self, voices: &mut impl Iterator<Item = (usize, bool)>, now_us: u64) -> Option<usize> {
        let leader = voices.next();
        let first = leader.map(|(slot, _)| slot);
        let speaks_on = leader.into_iter().chain(voices).any(|(slot, is_active)| self.held == Some(slot) && is_active);
        let since_us = if speaks_on && first != self.held { self.led_since_us.or(Some(now_us)) } else { None };
        self.led_since_us = since_us;
        if since_us.is_none_or(|since_us| now_us.saturating_sub(since_us) >= LEAD_US) {
            (self.held, self.led_since_us) = (first, None);
        }
        self.held
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000;

    #[test]
    fn voice_stays_over_pauses_and_goes_when_silent_or_led_for_long() {
        let mut single = SingleVoice::default();
        let mut choose = |voices: &[(usize, bool)], ms| single.choose(&mut voices.iter().copied(), ms * MS);
        assert_eq!(choose(&[], 0), None);
        assert_eq!(choose(&[(4, true), (7, true)], 0), Some(4));
        assert_eq!(choose(&[(7, true), (4, true)], 100), Some(4), "it pauses");
        assert_eq!(choose(&[(4, true), (7, true)], 1_900), Some(4), "it goes on");
        assert_eq!(choose(&[(7, true), (4, true)], 2_000), Some(4));
        assert_eq!(choose(&[(7, true), (4, true)], 3_999), Some(4));
        assert_eq!(choose(&[(7, true), (4, true)], 4_000), Some(7), "led for two seconds");
        assert_eq!(choose(&[(4, true), (7, false)], 4_100), Some(4), "silent");
        assert_eq!(choose(&[(7, true)], 4_200), Some(7), "gone");
    }

    #[test]
    fn redundancy_goes_where_it_would_leave_too_little_and_comes_back_with_a_margin() {
        let mut sharing = SoundSharing::default();
        let sounds = Sounds { speakers: 2, programmes: 0, bps: 50_000, redundancy_bps: 36_000 };
        let mut share = |estimate_bps| sharing.share(&sounds, estimate_bps);
        assert_eq!(share(1_000_000), SoundShare { speakers: 2, is_plain: false, bps: 176_000 });
        assert_eq!(share(500_000), SoundShare { speakers: 2, is_plain: true, bps: 104_000 });
        assert!(share(600_000).is_plain && !share(640_000).is_plain);
        assert_eq!(share(150_000), SoundShare { speakers: 1, is_plain: true, bps: 52_000 });
        let plain = Sounds { redundancy_bps: 0, ..sounds };
        assert_eq!(sharing.share(&plain, 1_000_000).bps, 104_000);
    }
}
