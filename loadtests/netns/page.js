// Runs in each page before its own scripts, after tests/browser/observe.js: a microphone with a voice that no processing
// removes, a camera of the wanted size, and a recorder of what the page receives, shows and sends.
// `window.situation` is set before: { pitchHz, camera: {width, height, frameRate}, hasVoice }. Without a voice the browser's own
// fake microphone does: Firefox keeps an AudioContext suspended on a machine without a sound device.
(() => {
  if (!navigator.mediaDevices) return; // an empty page, between two
  const native = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  const { pitchHz, camera, hasVoice } = window.situation;

  // Speech-like: a buzz of harmonics through two formants, in syllables with pauses now and then. A pure tone would be
  // coded as music, which has no in-band FEC, and equally loud tones tell nothing about who speaks.
  const FORMANTS = [[700, 1220], [530, 1840], [390, 2300], [500, 1000], [300, 870]];
  const SYLLABLE_S = 0.21;
  const SPOKEN = [0, 2, 1, 3, 0, 4, 2, -1, 1, 0, 3, 2, 1, 0, 1, -1];

  let audio;
  function voice(pitchHz) {
    audio ??= new AudioContext();
    void audio.resume();
    const buffer = audio.createBuffer(1, Math.round(SPOKEN.length * SYLLABLE_S * audio.sampleRate), audio.sampleRate);
    const samples = buffer.getChannelData(0);
    for (let at = 0; at < samples.length; at += 1) {
      const seconds = at / audio.sampleRate;
      const vowel = FORMANTS[SPOKEN[Math.min(SPOKEN.length - 1, Math.floor(seconds / SYLLABLE_S))]];
      if (!vowel) continue;
      const open = Math.sin((Math.PI * (seconds % SYLLABLE_S)) / SYLLABLE_S) ** 0.6;
      let sum = 0;
      for (let harmonic = 1; harmonic * pitchHz < 3000; harmonic += 1) {
        const hertz = harmonic * pitchHz;
        const weight = vowel.reduce((all, formant) => all + 1 / (1 + ((hertz - formant) / 90) ** 2), 0);
        sum += weight * Math.sin(2 * Math.PI * hertz * seconds);
      }
      samples[at] = 0.1 * open * sum;
    }
    const source = audio.createBufferSource();
    source.buffer = buffer;
    source.loop = true;
    const destination = audio.createMediaStreamDestination();
    source.connect(destination);
    source.start();
    return destination.stream.getAudioTracks()[0];
  }

  navigator.mediaDevices.getUserMedia = async (constraints) => {
    const stream = constraints.video ? await native({ video: camera }) : new MediaStream();
    if (constraints.audio) stream.addTrack(hasVoice ? voice(pitchHz) : (await native({ audio: true })).getAudioTracks()[0]);
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
    const row = (report, names) => ({ mid: report.id, ...pick(report, names), codec: reports.get(report.codecId)?.mimeType });
    for (const report of reports.values()) {
      if (report.type === 'inbound-rtp') seen.inbound.push(row(report, INBOUND));
      else if (report.type === 'outbound-rtp') seen.outbound.push(row(report, OUTBOUND));
      // Firefox marks the pair itself.
      else if ((report.type === 'transport' && report.selectedCandidatePairId) || (report.type === 'candidate-pair' && report.selected)) {
        const pair = reports.get(report.selectedCandidatePairId ?? report.id);
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
    // The first frame shown after this time, of anybody else; null: none yet.
    firstSince: (at) => shown.find(([shownAt]) => shownAt > at)?.[0] ?? null,
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
