//! What a forwarder must know of a frame, whoever tells it.
//!
//! Each payload format tells in its own way; the dependency descriptor tells for all of them in a header extension, so
//! that with it the payload is not looked at and may be encrypted. One trait is between them and the rest: whatever is
//! decided about layers, keyframes and frames left out is decided on a [`Frame`].

use crate::drops::EVERY_LEVEL;
use crate::wire::av1::AggregationHeader;
use crate::wire::dependency_descriptor::Described;
use crate::wire::h264::H264Payload;
use crate::wire::vp8::{self, PictureId};
use crate::wire::vp9;

/// The frame of one packet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Frame {
    /// A decoder can start with this packet: the first of a keyframe.
    pub is_start: bool,
    /// The first packet of a frame, if its format tells.
    pub is_frame_start: bool,
    /// Temporal level, 0 when the format has none or does not tell: frames of a level need only frames of the same or
    /// lower levels.
    pub temporal: u8,
    /// The frame needs only frames of lower levels since the last of level 0: from it on its level can be decoded.
    pub is_layer_sync: bool,
    /// Who has this frame can decode all that follows up to this level.
    pub opens: u8,
    /// Number of the frame, if its format has one; wraps at 7 bits or more.
    pub picture: Option<PictureId>,
    /// Number of the newest frame of temporal level 0, if the format has one.
    pub tl0_picture_index: Option<u8>,
}

/// Whatever tells what a packet's frame is.
pub trait TellsFrame {
    /// As far as it tells.
    fn frame(&self) -> Frame;
}

impl TellsFrame for vp8::Descriptor {
    #[inline]
    fn frame(&self) -> Frame {
        Frame {
            is_start: self.is_keyframe_start,
            is_frame_start: self.is_partition_start && self.partition_index == 0,
            temporal: self.temporal_layer.unwrap_or(0),
            is_layer_sync: self.is_layer_sync,
            opens: 0,
            picture: self.picture_id,
            tl0_picture_index: self.tl0_picture_index,
        }
    }
}

impl TellsFrame for vp9::Descriptor {
    fn frame(&self) -> Frame {
        Frame {
            is_start: self.is_keyframe_start(),
            is_frame_start: self.is_picture_start(),
            temporal: self.temporal(),
            is_layer_sync: false,
            opens: if self.is_switching_up() { EVERY_LEVEL } else { 0 },
            picture: self.picture_id,
            tl0_picture_index: self.tl0_picture_index,
        }
    }
}

impl TellsFrame for H264Payload {
    fn frame(&self) -> Frame {
        Frame { is_start: self.is_keyframe_start(), ..Frame::default() }
    }
}

impl TellsFrame for AggregationHeader {
    fn frame(&self) -> Frame {
        Frame { is_start: self.is_keyframe_start(), ..Frame::default() }
    }
}

impl TellsFrame for Described {
    fn frame(&self) -> Frame {
        Frame {
            is_start: self.has_structure && self.is_frame_start,
            is_frame_start: self.is_frame_start && self.spatial == 0,
            temporal: self.temporal,
            is_layer_sync: false,
            opens: self.opens,
            picture: None,
            tl0_picture_index: None,
        }
    }
}
