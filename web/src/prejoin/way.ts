/** How somebody wants to be there: with what of his own, now and after a reload. */

import type { JoiningWay } from '../call-types.js';
import type { LocalMedia } from '../media/local-media.js';
import type { Memory } from '../memory.js';

export async function chooseWay(way: JoiningWay, local: LocalMedia, memory: Memory): Promise<void> {
  const done = local.setWay(way);
  const { camera: cameraOn, microphone: microphoneOn } = local.wishes;
  memory.update({ cameraOn, microphoneOn, listens: way === 'listen' });
  await done;
}
