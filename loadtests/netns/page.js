// Runs in each page before its own scripts, after tests/browser/observe.js: a microphone with a tone that no processing
// removes, a camera of the wanted size, and a recorder of what the page receives, shows and sends.
// `window.situation` is set before: { frequency: Hz, camera: {width, height, frameRate} }.
(() => {
  const native = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  const { frequency, camera } = window.situation;

  let audio;
  function tone(hertz) {
    audio ??= new AudioContext();
    void audio.resume();
    const oscillator = audio.createOscillator();
    const level = audio.createGain();
    const wobble = audio.createOscillator();
    const depth = audio.createGain();
    oscillator.frequency.value = hertz;
    level.gain.value = 0.3;
    depth.gain.value = 0.2;
    wobble.frequency.value = 3;
    wobble.connect(depth).connect(level.gain);
    const destination = audio.createMediaStreamDestination();
    oscillator.connect(level).connect(destination);
    oscillator.start();
    wobble.start();
    return destination.stream.getAudioTracks()[0];
  }

  navigator.mediaDevices.getUserMedia = async (constraints) => {
    const stream = constraints.video ? await native({ video: camera }) : new MediaStream();
    if (constraints.audio) stream.addTrack(tone(frequency));
    return stream;
  };
  // A shared screen is the same camera, in full size.
  navigator.mediaDevices.getDisplayMedia = () => native({ video: true });

  const INBOUND = [
    'mid', 'kind', 'packetsReceived', 'packetsLost', 'bytesReceived', 'nackCount', 'pliCount', 'retransmittedPacketsReceived',
    'framesReceived', 'framesDecoded', 'framesDropped', 'keyFramesDecoded', 'frameWidth', 'frameHeight', 'freezeCount',
    'totalFreezesDuration', 'jitterBufferDelay', 'jitterBufferEmittedCount', 'concealedSamples', 'silentConcealedSamples',
    'totalSamplesReceived', 'fecPacketsReceived', 'concealmentEvents', 'totalAudioEnergy',
  ];
  const OUTBOUND = [
    'mid', 'kind', 'rid', 'active', 'bytesSent', 'packetsSent', 'framesEncoded', 'framesPerSecond', 'frameHeight', 'targetBitrate',
    'nackCount', 'pliCount', 'retransmittedPacketsSent', 'qualityLimitationReason',
  ];
  const pick = (report, names) => Object.fromEntries(names.filter((name) => name in report).map((name) => [name, report[name]]));

  async function sample() {
    const pc = observe.live();
    const seen = { at: performance.now() / 1000, state: pc?.connectionState ?? 'none', inbound: [], outbound: [], pair: null };
    if (!pc) return seen;
    const reports = await pc.getStats();
    for (const report of reports.values()) {
      if (report.type === 'inbound-rtp') seen.inbound.push({ ...pick(report, INBOUND), codec: reports.get(report.codecId)?.mimeType });
      else if (report.type === 'outbound-rtp') seen.outbound.push({ ...pick(report, OUTBOUND), codec: reports.get(report.codecId)?.mimeType });
      else if (report.type === 'transport' && report.selectedCandidatePairId) {
        const pair = reports.get(report.selectedCandidatePairId);
        const local = reports.get(pair?.localCandidateId);
        const remote = reports.get(pair?.remoteCandidateId);
        seen.pair = {
          availableOutgoingBitrate: pair?.availableOutgoingBitrate ?? null,
          currentRoundTripTime: pair?.currentRoundTripTime ?? null,
          local: local?.candidateType, protocol: remote?.protocol, relayProtocol: local?.relayProtocol ?? null, port: remote?.port,
        };
      }
    }
    return seen;
  }

  const isSelf = (element) => {
    for (let at = element; at; at = at.parentNode ?? at.host) if (at.hasAttribute?.('data-self')) return true;
    return false;
  };

  // Every frame that another's picture showed: [seconds, the element's number of frames so far].
  let firstPicture = null;
  const watched = new Map();
  const shown = [];
  function watch() {
    for (const element of observe.videos()) {
      if (watched.has(element) || isSelf(element)) continue;
      const index = watched.size;
      watched.set(element, index);
      const look = (now, { presentedFrames }) => {
        firstPicture ??= now / 1000;
        shown.push([now / 1000, index, presentedFrames]);
        element.requestVideoFrameCallback(look);
      };
      element.requestVideoFrameCallback(look);
    }
  }
  setInterval(watch, 50);

  let samples = [];
  let timer = null;
  window.recorder = {
    sample,
    firstPicture: () => firstPicture,
    async start(everyMs) {
      shown.length = 0;
      samples = [await sample()];
      timer = setInterval(() => void sample().then((seen) => samples.push(seen)), everyMs);
      return samples[0].at;
    },
    now: () => performance.now() / 1000,
    async stop() {
      clearInterval(timer);
      samples.push(await sample());
      return { samples, shown: shown.slice() };
    },
  };
})();
