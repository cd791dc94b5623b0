// Replaces the camera and microphone by a picture of one colour and a tone, so that a test can tell whose they are.
// `window.synthetic` is set before: { width, height, colour: 'rgb(…)', frequency: Hz, flashes: boolean }.
(() => {
  const settings = window.synthetic;
  const WIDTH = settings.width;
  const HEIGHT = settings.height;
  const FRAMES_PER_SECOND = 24;

  let paint = () => undefined;

  function camera() {
    const canvas = document.createElement('canvas');
    canvas.width = WIDTH;
    canvas.height = HEIGHT;
    const context = canvas.getContext('2d', { alpha: false });
    let frame = 0;
    const draw = () => {
      frame += 1;
      const lit = settings.flashes && performance.timeOrigin + performance.now() < window.flashUntil;
      context.fillStyle = lit ? 'rgb(255,255,255)' : settings.colour;
      context.fillRect(0, 0, WIDTH, HEIGHT);
      context.fillStyle = 'rgb(40,40,40)';
      for (let bar = 0; bar < 12; bar += 1) {
        const x = (bar * 107 + frame * (3 + (bar % 5))) % WIDTH;
        context.fillRect(x, (bar % 2) * (HEIGHT * 5 / 6), WIDTH / 20, HEIGHT / 6);
      }
    };
    draw();
    paint = draw;
    setInterval(draw, 1000 / FRAMES_PER_SECOND);
    return canvas.captureStream(FRAMES_PER_SECOND).getVideoTracks()[0];
  }

  let audio;
  function microphone() {
    audio ??= new AudioContext();
    void audio.resume();
    const oscillator = audio.createOscillator();
    const level = audio.createGain();
    const wobble = audio.createOscillator();
    const depth = audio.createGain();
    oscillator.frequency.value = settings.frequency ?? 440;
    level.gain.value = settings.flashes ? 0 : 0.3;
    depth.gain.value = settings.flashes ? 0 : 0.2;
    wobble.frequency.value = 3;
    wobble.connect(depth).connect(level.gain);
    const destination = audio.createMediaStreamDestination();
    oscillator.connect(level).connect(destination);
    oscillator.start();
    wobble.start();
    window.setFrequency = (hz) => { oscillator.frequency.value = hz; };
    window.setTone = (loud) => { level.gain.value = loud ? 0.3 : 0; depth.gain.value = loud ? 0.2 : 0; };
    if (settings.flashes) {
      // A flash and a beep that begin at the same moment, every two seconds.
      window.flashUntil = 0;
      setInterval(() => {
        window.flashUntil = performance.timeOrigin + performance.now() + 200;
        paint();
        level.gain.setValueAtTime(0.8, audio.currentTime);
        level.gain.setValueAtTime(0, audio.currentTime + 0.2);
      }, 2000);
    }
    return destination.stream.getAudioTracks()[0];
  }

  // A shared screen with sound: a picture of its own and a steady tone.
  navigator.mediaDevices.getDisplayMedia = async () => {
    audio ??= new AudioContext();
    const oscillator = audio.createOscillator();
    const destination = audio.createMediaStreamDestination();
    oscillator.frequency.value = 330;
    oscillator.connect(destination);
    oscillator.start();
    return new MediaStream([camera(), ...destination.stream.getAudioTracks()]);
  };

  navigator.mediaDevices.getUserMedia = async (constraints) => {
    const tracks = [];
    if (constraints.video) tracks.push(camera());
    if (constraints.audio) tracks.push(microphone());
    return new MediaStream(tracks);
  };
})();
