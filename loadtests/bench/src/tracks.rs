//! What is measured: the scenes of the table, by name.

use std::time::Duration;

use vdx_relay::srtp::Profile;

use crate::measure::{Drive, Plan};
use crate::scene::{Scene, Stream};
use crate::server::Subject;

/// One scene, and who plays it.
pub struct Track {
    /// Its name in `--case` and in the file.
    pub name: &'static str,
    /// See there.
    pub plan: Plan,
    /// Each is run in every round.
    pub subjects: &'static [Subject],
}

const BOTH: &[Subject] = &[Subject::Relay, Subject::Naive];
const RELAY: &[Subject] = &[Subject::Relay];
const PYTHON: &[Subject] = &[Subject::PythonRelay];
/// Bytes of a video packet, and packets of a frame.
const VIDEO_LEN: usize = 1200;
const FRAME: usize = 10;
/// Of a fan-out.
const SUBSCRIBERS: usize = 50;
/// Who watch one stage; fewer in a quick run.
pub const CROWD: usize = 3000;
const QUICK_CROWD: usize = 200;

/// How long each runs, and how large the largest are.
#[derive(Debug, Clone, Copy)]
pub struct Scale {
    /// In a closed loop.
    pub closed: Duration,
    /// At a browser's pace.
    pub paced: Duration,
    /// Only to see that everything works.
    pub quick: bool,
}

/// All, in the order of the table.
pub fn all(scale: Scale) -> Vec<Track> {
    let (gcm, cm) = (Profile::AeadAes128Gcm, Profile::Aes128CmSha1_80);
    let video = Stream::video(FRAME, VIDEO_LEN);
    let closed = |scene| Plan::new(scene, Drive::Closed, scale.closed);
    let paced = |scene| Plan::new(scene, Drive::Paced, scale.paced);
    let one = |profile, stream: &Stream| Scene::fan_out(profile, 1, SUBSCRIBERS, std::slice::from_ref(stream));
    let room = |size| closed(Scene::fan_out(gcm, 1, size, std::slice::from_ref(&video)));
    // One packet per millisecond, in frames of ten.
    let single = [video.clone().paced(1, 1_000), Stream::audio()];
    // A frame leaves a browser's pacer in two bursts.
    let browser = [video.clone().paced(5, 5_000), Stream::audio()];
    let camera = [Stream::video(5, 1_100), Stream::audio()];
    let layer = |layer, packets| Stream { layer: Some(layer), ..Stream::video(packets, 1_100) };
    let simulcast = [layer(0, 1), layer(1, 2), layer(2, 5), Stream::audio()];
    // Six packets over ten milliseconds.
    let stage = Stream::video(6, VIDEO_LEN).paced(1, 2_000);
    let crowd = if scale.quick { QUICK_CROWD } else { CROWD };
    let crowd = Plan { latency: true, ..paced(Scene::fan_out(gcm, 1, crowd, &[stage])) };
    let latency = |drive, hog| {
        let scene = Scene::fan_out(gcm, 1, SUBSCRIBERS, &single);
        Plan { latency: true, hog, ..Plan::new(scene, drive, scale.paced) }
    };
    let track = |name, plan, subjects| Track { name, plan, subjects };
    vec![
        track("video", closed(one(gcm, &video)), BOTH),
        track("video-gro", Plan { coalesce: true, ..closed(one(gcm, &video)) }, BOTH),
        track("video-split", closed(one(gcm, &Stream { shorter: FRAME / 2, ..video.clone() })), BOTH),
        track("single-50", paced(Scene::fan_out(gcm, 1, SUBSCRIBERS, &single)), BOTH),
        track("single-200", paced(Scene::fan_out(gcm, 1, 200, &single)), BOTH),
        track("single-50-python", paced(Scene::fan_out(gcm, 1, SUBSCRIBERS, &single)), PYTHON),
        track("ten-publishers", paced(Scene::fan_out(gcm, 10, SUBSCRIBERS, &browser)), BOTH),
        track("audio", closed(one(gcm, &Stream::audio())), BOTH),
        track("meeting", paced(Scene::meeting(gcm, 8, &camera)), BOTH),
        track("meeting-simulcast", paced(Scene::meeting(gcm, 8, &simulcast)), BOTH),
        track("video-cm", closed(one(cm, &video)), BOTH),
        track("audio-cm", closed(one(cm, &Stream::audio())), BOTH),
        track("latency", latency(Drive::Paced, false), BOTH),
        track("python-busy", Plan { time: 2 * scale.paced, ..latency(Drive::Calm, true) }, PYTHON),
        track("room-10", room(10), BOTH),
        track("room-100", room(100), BOTH),
        track("room-1000", room(if scale.quick { QUICK_CROWD } else { 1000 }), BOTH),
        track("crowd", crowd.clone(), BOTH),
        track("crowd-gro", Plan { coalesce: true, ..crowd }, RELAY),
    ]
}
