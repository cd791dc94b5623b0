/** The own picture as a tile, also before there is a seat. */

import type { CallState, Tile } from '../call-types.js';

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
    speakingLevel: 0,
    reconnecting: false,
    quality: 'good',
    cannotDecode: false,
  };
}
