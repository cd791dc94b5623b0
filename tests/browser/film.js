// Watches an exercise film in a page: when each picture is shown and how bright it is, and when each beep begins.
// All times are milliseconds of the machine's clock, so that pages can be compared.
(width) => {
  const seen = { pictures: [], beeps: [] };
  window.film = seen;
  const canvas = new OffscreenCanvas(8, 8);
  const pen = canvas.getContext('2d', { willReadFrequently: true });
  const watched = new Set();
  const look = (element) => (now, frame) => {
    if (frame.width === width) {
      pen.drawImage(element, 0, 0, 8, 8);
      const [red] = pen.getImageData(4, 4, 1, 1).data;
      seen.pictures.push([performance.timeOrigin + frame.expectedDisplayTime, red]);
    }
    element.requestVideoFrameCallback(look(element));
  };
  const find = () => {
    for (const element of observe.videos()) {
      if (watched.has(element)) continue;
      watched.add(element);
      element.requestVideoFrameCallback(look(element));
    }
  };
  find();
  setInterval(find, 100);
  return (async () => {
    // The beep is found on the audio thread: the page's own may be busy.
    const audio = new AudioContext();
    await audio.resume();
    const source = `registerProcessor('beep', class extends AudioWorkletProcessor {
      process([input]) {
        let peak = 0;
        for (const sample of input[0] ?? []) peak = Math.max(peak, Math.abs(sample));
        if (peak > 0.1 && !this.loud) this.port.postMessage(currentTime);
        // A period of the beep is shorter than a block: quiet is when a block has none of it.
        this.loud = peak > 0.05;
        return true;
      }
    })`;
    await audio.audioWorklet.addModule(URL.createObjectURL(new Blob([source], { type: 'text/javascript' })));
    const detector = new AudioWorkletNode(audio, 'beep');
    detector.port.onmessage = ({ data }) => {
      const { contextTime, performanceTime } = audio.getOutputTimestamp();
      seen.beeps.push(performance.timeOrigin + performanceTime + (data - contextTime) * 1000);
    };
    detector.connect(audio.destination);
    // The programme slot is the last of the sounds that are received.
    const sounds = observe.live().getTransceivers().filter((one) => one.receiver.track.kind === 'audio' && one.currentDirection === 'recvonly');
    audio.createMediaStreamSource(new MediaStream([sounds.at(-1).receiver.track])).connect(detector);
  })();
}
