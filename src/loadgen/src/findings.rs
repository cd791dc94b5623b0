//! What was found of the packets of a slot, or of many.

use serde::Serialize;

/// What was found wrong or noteworthy, added up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Findings {
    /// Packets on the slot's own SSRC.
    pub packets: u64,
    /// Of them, whole datagrams.
    pub bytes: u64,
    /// Left out by the sequence numbers so far, and not come since by either way.
    pub lost: u64,
    /// Came behind a later one.
    pub reordered: u64,
    /// Came behind their own retransmission: asked for although they were only late.
    pub overtaken: u64,
    /// Came twice on the slot's own SSRC.
    pub duplicates: u64,
    /// Lost, and then came as a retransmission.
    pub recovered: u64,
    /// Retransmissions of packets that were there already.
    pub recovered_in_vain: u64,
    /// The numbers broke: a jump of more than 10,000, or back beyond the window.
    pub breaks: u64,
    /// Not exactly one CSRC (silence has none), or one that the slot was not bound to, nor in the second after.
    pub wrong_source: u64,
    /// Opened and compared.
    pub opened: u64,
    /// Did not authenticate.
    pub not_authentic: u64,
    /// Authentic, but not what any publisher wrote.
    pub bad_content: u64,
    /// The content is of another source than the CSRC says.
    pub swapped: u64,
    /// A source's content went backwards while the slot's numbers went on.
    pub backwards: u64,
    /// Nothing but padding, or nothing at all.
    pub probes: u64,
    /// How often the slot's source changed.
    pub switches: u64,
    /// Requests for lost packets sent.
    pub nacks: u64,
    /// Keyframes asked for.
    pub picture_losses: u64,
    /// Thrown away on purpose.
    pub lost_on_purpose: u64,
    /// Of retransmissions, thrown away on purpose.
    pub recovered_lost_on_purpose: u64,
    /// Frames of silence, which are nobody's: how the server ends a voice.
    pub silences: u64,
}

impl Findings {
    /// Everything that must be zero on a faultless way, losses aside.
    pub const fn faults(&self) -> u64 {
        self.duplicates
            + self.breaks
            + self.wrong_source
            + self.not_authentic
            + self.bad_content
            + self.swapped
            + self.backwards
    }

    /// Adds another slot's.
    pub fn add(&mut self, other: &Self) {
        for (sum, more) in [
            (&mut self.packets, other.packets),
            (&mut self.bytes, other.bytes),
            (&mut self.lost, other.lost),
            (&mut self.reordered, other.reordered),
            (&mut self.overtaken, other.overtaken),
            (&mut self.duplicates, other.duplicates),
            (&mut self.recovered, other.recovered),
            (&mut self.recovered_in_vain, other.recovered_in_vain),
            (&mut self.breaks, other.breaks),
            (&mut self.wrong_source, other.wrong_source),
            (&mut self.opened, other.opened),
            (&mut self.not_authentic, other.not_authentic),
            (&mut self.bad_content, other.bad_content),
            (&mut self.swapped, other.swapped),
            (&mut self.backwards, other.backwards),
            (&mut self.probes, other.probes),
            (&mut self.switches, other.switches),
            (&mut self.nacks, other.nacks),
            (&mut self.picture_losses, other.picture_losses),
            (&mut self.lost_on_purpose, other.lost_on_purpose),
            (&mut self.recovered_lost_on_purpose, other.recovered_lost_on_purpose),
            (&mut self.silences, other.silences),
        ] {
            *sum += more;
        }
    }
}
