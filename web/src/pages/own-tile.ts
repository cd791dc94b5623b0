/** What the others get of us: as a tile, also before there is a seat, and in words. */

import type { CallState, Tile } from '../call-types.js';
import type { Words } from '../text/words.js';

export function ownTile(state: CallState): Tile {
  const seated = state.tiles.find((tile) => tile.isSelf && tile.kind === 'camera');
  if (seated !== undefined) return seated;
  const { camera, microphone } = state.local;
  return {
    id: 'self/camera',
    participantId: 'self',
    name: state.name,
    kind: 'camera',
    isSelf: true,
    slot: null,
    stream: camera.stream,
    showing: camera.on && camera.stream !== null,
    sourceOn: camera.on,
    microphoneOn: microphone.on,
    voice: microphone.voice,
    reconnecting: false,
    quality: 'good',
    paused: false,
    pausedByServer: false,
    pausedByDevice: false,
    cannotDecode: false,
  };
}

/** What of ours is off, in words; '' when nothing is. */
export function ownStateText(state: CallState, words: Words): string {
  const { microphone, camera } = state.local;
  if (!microphone.on && !camera.on) return words.call.bothAreOff;
  if (!microphone.on) return words.call.microphoneIsOff;
  return camera.on ? '' : words.call.cameraIsOff;
}
