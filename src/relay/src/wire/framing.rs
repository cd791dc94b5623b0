//! Frames of RFC 4571 in a stream of bytes: what ICE-TCP carries datagrams in (RFC 6544 §10.1).
//!
//! ```text
//!  0                   1                   2                   3
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |             LENGTH            |  RTP, RTCP, STUN or DTLS ...  |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! ```

/// Of a frame's head.
pub const HEAD_LEN: usize = 2;

/// Frames that are taken at a time: 64 KiB of the shortest sound and reports are fewer. Of frames of one byte, or of none,
/// they would be 20,000, each of which costs as much as a packet.
pub const MAX_FRAMES: usize = 1_024;

/// How many bytes at the start are whole frames. `None`: one says that it is longer than `max_len`, or they are more than
/// [`MAX_FRAMES`], so what comes is no RFC 4571, or nothing that we would take.
pub fn whole_frames(came: &[u8], max_len: usize) -> Option<usize> {
    let (mut whole, mut count) = (0, 0);
    while let Some(head) = came.get(whole..)?.first_chunk::<HEAD_LEN>() {
        let len = usize::from(u16::from_be_bytes(*head));
        if len > max_len {
            return None;
        }
        if came.len() - whole < HEAD_LEN + len {
            break;
        }
        whole += HEAD_LEN + len;
        count += 1;
        if count > MAX_FRAMES {
            return None;
        }
    }
    Some(whole)
}

/// Takes the first frame off: where its content is. `from` is moved behind it; `None` at `end`. What lies between them
/// are whole frames.
pub fn next_frame(buffer: &[u8], from: &mut usize, end: usize) -> Option<std::ops::Range<usize>> {
    let frames = buffer.get(*from..end)?;
    let len = usize::from(u16::from_be_bytes(*frames.first_chunk()?));
    let start = *from + HEAD_LEN;
    *from = start + len;
    Some(start..start + len)
}
