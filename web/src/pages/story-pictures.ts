/** Drawn people for the stories: a wall with daylight, a head and shoulders, moving a little. Nobody's photograph. */

import { toneOf } from '../text/names.js';

const WALLS = ['#c9bfa9', '#a9b9b4', '#c4b0a0', '#b7bfa6', '#a8b3c4', '#c7b7bd', '#b3a998', '#9fb0a6'];
const SHIRTS = ['#4b6a7d', '#7d4b4b', '#4f6b4a', '#6a5a86', '#8a6a3c', '#3f5f63', '#5d5d5d', '#85506a'];
const SKINS = ['#e6bd9c', '#c98f6b', '#f0cdb0', '#8d5a3c', '#dba981', '#b9794f'];
const HAIRS = ['#5b4636', '#bdb6ab', '#2d2622', '#a9772f', '#e8e3da', '#6d3f2b'];

export function drawPicture(name: string): MediaStream {
  const isScreen = name === 'screen';
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = isScreen ? [1280, 800] : [640, 360];
  const context = canvas.getContext('2d');
  const seed = toneOf(name) + name.length * 3;
  let frame = 0;
  const draw = (): void => {
    if (context === null) return;
    if (isScreen) drawScreen(context, canvas.width, canvas.height);
    else drawPerson(context, seed, Math.sin(frame / 6));
    frame += 1;
  };
  draw();
  setInterval(draw, 200);
  return canvas.captureStream(5);
}

/** One of them at rest, as an address for an image. */
export function drawStill(name: string): string {
  const canvas = Object.assign(document.createElement('canvas'), { width: 96, height: 96 });
  const context = canvas.getContext('2d');
  if (context === null) return '';
  context.setTransform(96 / 360, 0, 0, 96 / 360, -140 * (96 / 360), 0);
  drawPerson(context, toneOf(name) + name.length * 3, 0);
  return canvas.toDataURL('image/jpeg');
}

function pick(list: readonly string[], seed: number): string {
  return list[seed % list.length] ?? '#888888';
}

function drawPerson(c: CanvasRenderingContext2D, seed: number, sway: number): void {
  const light = c.createLinearGradient(0, 0, 640, 200);
  light.addColorStop(0, '#f4eee0');
  light.addColorStop(0.6, pick(WALLS, seed));
  light.addColorStop(1, '#7f776a');
  c.fillStyle = light;
  c.fillRect(0, 0, 640, 360);
  const x = 320 + sway * 4;
  ellipse(c, pick(SHIRTS, seed + 1), x, 400, 150, 130);
  ellipse(c, pick(SKINS, seed + 2), x, 255, 34, 60);
  ellipse(c, pick(HAIRS, seed + 3), x, 155, 78, 92);
  ellipse(c, pick(SKINS, seed + 2), x, 178, 64, 82);
}

function ellipse(c: CanvasRenderingContext2D, colour: string, x: number, y: number, rx: number, ry: number): void {
  c.fillStyle = colour;
  c.beginPath();
  c.ellipse(x, y, rx, ry, 0, 0, 2 * Math.PI);
  c.fill();
}

function drawScreen(c: CanvasRenderingContext2D, width: number, height: number): void {
  c.fillStyle = '#fdfcf8';
  c.fillRect(0, 0, width, height);
  c.fillStyle = '#22251f';
  c.font = '600 44px sans-serif';
  c.fillText('Din medicinliste', 80, 130);
  c.fillStyle = '#dcd6c9';
  for (let row = 0; row < 7; row += 1) c.fillRect(80, 190 + row * 78, width - 160 - (row % 3) * 180, 30);
}
