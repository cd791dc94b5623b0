//! The dependency descriptor: a header extension that tells of a frame what a forwarder needs, whatever the codec and
//! even if the payload is encrypted (RTP Payload Format For AV1, appendix A).
//!
//! ```text
//! |S|E| template  |  frame number (16)  | then, with more than 3 bytes, five flags and what they announce:
//! |structure|active targets|custom dtis|custom fdiffs|custom chains|
//! ```
//! The structure comes with keyframes only and is kept by the layer; every other packet names one of its templates.
//! Frame numbers are compared by differences only, so a forwarder may add a constant to them, and leave frames out.
//!
//! Left out: which frames a frame refers to, and its chains. They are walked over: who forwards needs the levels, and where
//! one may switch. What is told where levels are left out: [`targets`].

pub mod targets;

use self::targets::Targets;
use super::bytes::u16_at;

/// `MAX_TEMPLATE_ID` + 1.
pub const MAX_TEMPLATES: usize = 64;
/// `dtis_cnt_minus_one` has 5 bits.
pub const MAX_TARGETS: usize = 32;
/// Longest that is looked at. Three spatial and three temporal levels with their structure take 110 bytes.
pub const MAX_DESCRIPTOR_LEN: usize = 128;

/// Without flags, and what they announce.
const SHORT_LEN: usize = 3;
/// Highest spatial and temporal level that the format has.
const MAX_SPATIAL: u8 = 3;
const MAX_TEMPORAL: u8 = 7;
/// Frames that one frame refers to: the format sets no bound but the descriptor's length.
const MAX_REFERENCES: usize = 64;
const SWITCH: u64 = 2;

/// One kind of frame in a structure.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Template {
    spatial: u8,
    temporal: u8,
    /// Two bits for each decode target.
    indications: u64,
}

/// The kinds of frames that a stream has, until the next keyframe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Structure {
    first_id: u8,
    targets: u8,
    chains: u8,
    templates: [Template; MAX_TEMPLATES],
    count: u8,
    /// Highest temporal level in each decode target.
    levels: [u8; MAX_TARGETS],
    /// Decode targets that are sent, by bit, as was told last.
    active: u32,
}

/// What is told of one packet's frame.
#[allow(clippy::struct_excessive_bools)] // The bits of the format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Described {
    /// First packet of the frame.
    pub is_frame_start: bool,
    /// Last packet of the frame; frames of higher spatial levels may follow within the picture.
    pub is_frame_end: bool,
    /// Increases with each frame in decoding order; wraps.
    pub frame_number: u16,
    /// A structure is attached: the first packet of a keyframe.
    pub has_structure: bool,
    /// Decode targets that are sent, by bit; `None` when this packet does not tell.
    pub active_targets: Option<u32>,
    /// 0..=3.
    pub spatial: u8,
    /// 0..=7.
    pub temporal: u8,
    /// Who has this frame can decode all that follows up to this temporal level.
    pub opens: u8,
    /// What is needed to tell that fewer are sent.
    pub targets: Targets,
}

/// Reads bits from the front; nothing beyond the end.
struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    fn take(&mut self, count: usize) -> Option<u32> {
        let mut value = 0;
        for _ in 0..count {
            let byte = *self.bytes.get(self.at / 8)?;
            value = value << 1 | u32::from(byte >> (7 - self.at % 8) & 1);
            self.at += 1;
        }
        Some(value)
    }

    fn flag(&mut self) -> Option<bool> {
        Some(self.take(1)? == 1)
    }

    /// `ns(n)`: one of `count` values, the low ones in a bit less.
    fn take_of(&mut self, count: u32) -> Option<u32> {
        let width = u32::BITS - count.leading_zeros();
        let short = (1 << width) - count;
        let value = self.take(width as usize - 1)?;
        if value < short { Some(value) } else { Some((value << 1) - short + self.take(1)?) }
    }
}

impl Described {
    /// Reads the element's data. `structure` is the layer's: it is replaced when a new one is attached (allocated with
    /// the first). `None` when the data is cut, or names a template that the structure does not have.
    pub fn read(data: &[u8], structure: &mut Option<Box<Structure>>) -> Option<Self> {
        if data.len() > MAX_DESCRIPTOR_LEN {
            return None;
        }
        let mut bits = Bits { bytes: data, at: 0 };
        let (is_frame_start, is_frame_end) = (bits.flag()?, bits.flag()?);
        let template_id = bits.take(6)? as u8;
        let frame_number = bits.take(16)? as u16;
        let [mut has_structure, mut has_active, mut has_indications, mut has_references, mut has_chains] = [false; 5];
        if data.len() > SHORT_LEN {
            for flag in
                [&mut has_structure, &mut has_active, &mut has_indications, &mut has_references, &mut has_chains]
            {
                *flag = bits.flag()?;
            }
        }
        let attached = if has_structure { Some(Structure::read(&mut bits)?) } else { None };
        let known = attached.as_ref().or(structure.as_deref())?;
        let mut active_targets = has_structure.then(|| known.all_targets());
        let at = bits.at as u16;
        if has_active {
            active_targets = Some(bits.take(usize::from(known.targets))?);
        }
        let mut template = known.template(template_id)?;
        if has_indications {
            template.indications = Structure::read_indications(&mut bits, known.targets)?;
        }
        if has_references {
            for _ in 0..=MAX_REFERENCES {
                match bits.take(2)? as usize {
                    0 => break,
                    size => bits.take(4 * size)?,
                };
            }
        }
        if has_chains {
            bits.take(8 * usize::from(known.chains).min(4))?;
            for _ in 4..known.chains {
                bits.take(8)?;
            }
        }
        let active = active_targets.unwrap_or(known.active);
        let described = Self {
            is_frame_start,
            is_frame_end,
            frame_number,
            has_structure,
            active_targets,
            spatial: template.spatial,
            temporal: template.temporal,
            opens: known.opened_by(template.indications),
            targets: Targets { at, count: known.targets, is_told: has_active, active, levels: known.levels },
        };
        match (attached, &mut *structure) {
            (Some(new), Some(old)) => **old = new,
            (Some(new), empty) => *empty = Some(Box::new(new)),
            (None, _) => {}
        }
        if let Some(known) = structure {
            known.active = active;
        }
        Some(described)
    }
}

/// The frame number of a descriptor, also where its structure is not known; `None` when it is too short.
#[inline]
pub fn frame_number(data: &[u8]) -> Option<u16> {
    u16_at(data, 1)
}

/// Puts another frame number over that of a descriptor; `false` when it is too short to have one.
#[inline]
pub fn renumber(data: &mut [u8], frame_number: u16) -> bool {
    let Some([high, low]) = data.get_mut(1..3) else { return false };
    [*high, *low] = frame_number.to_be_bytes();
    true
}

/// A copy with another frame number at the front of `out`; `None` when it has no room.
pub fn copy_renumbered<'a>(out: &'a mut [u8], data: &[u8], frame_number: u16) -> Option<&'a [u8]> {
    let copy = out.get_mut(..data.len())?;
    copy.copy_from_slice(data);
    renumber(copy, frame_number).then_some(&*copy)
}

impl Structure {
    fn read(bits: &mut Bits<'_>) -> Option<Self> {
        let first_id = bits.take(6)? as u8;
        let targets = bits.take(5)? as u8 + 1;
        let mut structure = Self {
            first_id,
            targets,
            chains: 0,
            templates: [Template::default(); MAX_TEMPLATES],
            count: 0,
            levels: [0; MAX_TARGETS],
            active: u32::MAX,
        };
        let (mut spatial, mut temporal) = (0, 0);
        loop {
            let template = structure.templates.get_mut(usize::from(structure.count))?;
            (template.spatial, template.temporal) = (spatial, temporal);
            structure.count += 1;
            match bits.take(2)? {
                0 => {}
                1 => temporal += 1,
                2 => (spatial, temporal) = (spatial + 1, 0),
                _ => break,
            }
            if spatial > MAX_SPATIAL || temporal > MAX_TEMPORAL {
                return None;
            }
        }
        let count = usize::from(structure.count);
        for template in structure.templates.get_mut(..count)? {
            template.indications = Self::read_indications(bits, targets)?;
            for (target, level) in structure.levels.iter_mut().enumerate().take(usize::from(targets)) {
                if template.indications >> (2 * target) & 3 != 0 {
                    *level = (*level).max(template.temporal);
                }
            }
        }
        for _ in 0..count {
            while bits.flag()? {
                bits.take(4)?;
            }
        }
        structure.chains = bits.take_of(u32::from(targets) + 1)? as u8;
        if structure.chains > 0 {
            for _ in 0..targets {
                bits.take_of(u32::from(structure.chains) + 1)?;
            }
            for _ in 0..count * usize::from(structure.chains) {
                bits.take(4)?;
            }
        }
        if bits.flag()? {
            for _ in 0..=spatial {
                bits.take(32)?;
            }
        }
        Some(structure)
    }

    fn read_indications(bits: &mut Bits<'_>, targets: u8) -> Option<u64> {
        let mut indications = 0;
        for target in 0..targets {
            indications |= u64::from(bits.take(2)?) << (2 * target);
        }
        Some(indications)
    }

    fn template(&self, id: u8) -> Option<Template> {
        let place = (id + MAX_TEMPLATES as u8 - self.first_id) % MAX_TEMPLATES as u8;
        (place < self.count).then(|| self.templates.get(usize::from(place)).copied())?
    }

    fn all_targets(&self) -> u32 {
        u32::MAX >> (MAX_TARGETS as u32 - u32::from(self.targets))
    }

    /// The highest temporal level of the decode targets to which one may switch with such a frame.
    fn opened_by(&self, indications: u64) -> u8 {
        let is_open = |target: &usize| indications >> (2 * target) & 3 == SWITCH;
        let opened = (0..usize::from(self.targets)).filter(is_open).map(|target| self.levels[target]);
        opened.max().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests;
