/** A guest's screens after the first ones: fetched while he reads those. */

import { MelodyPlayer } from '../../prejoin/player.js';
import { renderCamera } from './camera.js';
import { renderMicrophone } from './microphone.js';
import { renderReady } from './ready.js';
import { renderSpeaker } from './speaker.js';
import type { Later } from './view.js';
import { WhoFields } from './who.js';

export const later: Later = {
  screens: { camera: renderCamera, microphone: renderMicrophone, speaker: renderSpeaker, ready: renderReady },
  makePlayer: (onChange) => new MelodyPlayer(onChange),
  makeWho: (page) => new WhoFields(page),
};
