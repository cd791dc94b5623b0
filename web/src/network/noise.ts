/**
 * A picture that cannot be compressed, to find out how much a way carries: the camera is not asked for, and a dark room
 * would carry nothing. Painted once; each frame is another piece of it.
 */

const WIDTH = 640;
const HEIGHT = 360;
const FRAMES_PER_S = 15;
/** Pixels of one grain: of smaller ones an encoder makes a first picture of 100 kB and then nearly nothing (measured). */
const GRAIN = 8;
/** Of grey, to both sides. */
const CONTRAST = 110;

export interface Noise {
  readonly track: MediaStreamTrack;
  /** Frames so far. */
  painted(): number;
  stop(): void;
}

/** Null where the browser paints no streams. */
export function makeNoise(): Noise | null {
  const [sheet, canvas] = [canvasOf((2 * WIDTH) / GRAIN, (2 * HEIGHT) / GRAIN), canvasOf(WIDTH, HEIGHT)];
  const [grain, picture] = [sheet.getContext('2d'), canvas.getContext('2d')];
  if (grain === null || picture === null || typeof canvas.captureStream !== 'function') return null;
  const image = grain.createImageData(sheet.width, sheet.height);
  for (let at = 0; at < image.data.length; at += 4) {
    image.data.fill(128 + (Math.random() - 0.5) * 2 * CONTRAST, at, at + 3);
    image.data[at + 3] = 255;
  }
  grain.putImageData(image, 0, 0);
  picture.imageSmoothingEnabled = false;
  let painted = 0;
  const paint = (): void => {
    painted += 1;
    picture.drawImage(sheet, -Math.floor(Math.random() * WIDTH), -Math.floor(Math.random() * HEIGHT), 2 * WIDTH, 2 * HEIGHT);
  };
  paint();
  const [track] = canvas.captureStream(FRAMES_PER_S).getVideoTracks();
  if (track === undefined) return null;
  const painting = setInterval(paint, 1000 / FRAMES_PER_S);
  return {
    track,
    painted: () => painted,
    stop: () => {
      clearInterval(painting);
      track.stop();
    },
  };
}

function canvasOf(width: number, height: number): HTMLCanvasElement {
  return Object.assign(document.createElement('canvas'), { width, height });
}
