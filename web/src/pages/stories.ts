/**
 * Development only: every state of the page without a server. `stories.html?story=call-4&lang=en`; without a story, a
 * list of them. Microphone, camera, sharing and leaving work on the invented state; the last state and the commands
 * called are on the app element, for tests.
 */

import type { Call, CallState } from '../call-types.js';
import { Store } from '../store.js';
import { languageOf } from '../text/languages.js';
import '../styles/base.css';
import { App } from './app.js';
import { STORIES } from './fixtures.js';
import { storyHub, storyStats } from './stories-hub.js';
import { drawPicture } from './story-pictures.js';

type Change = (state: CallState) => CallState;

/** A call that plays its part: the own devices follow the buttons, everything else is only noted. */
function fakeCall(first: CallState, calls: string[]): Call {
  const store = new Store(first);
  const note = (name: string, change: Change = (state) => state): Promise<void> => {
    calls.push(name);
    store.set(change(store.value));
    return Promise.resolve();
  };
  const own = (state: CallState, tile: object): CallState['tiles'] =>
    state.tiles.map((each) => (each.isSelf && each.kind === 'camera' ? { ...each, ...tile } : each));
  return {
    hub: storyHub(note),
    getStats: () => Promise.resolve(storyStats()),
    getState: () => store.value,
    subscribe: (listener) => store.subscribe(listener),
    startPreview: () => note('startPreview'),
    chooseDevice: (kind, id) => note(`chooseDevice ${kind} ${id}`),
    turnCamera: () =>
      note('turnCamera', ({ devices, ...state }) => ({ ...state, devices: { ...devices, facing: devices.facing === 'user' ? 'environment' : 'user' } })),
    setWay: (way) => note(`setWay ${way}`, (state) => ({ ...state, local: { ...state.local, way } })),
    setSignLanguage: (isUsed) => {
      void note('setSignLanguage', (state) => ({ ...state, devices: { ...state.devices, usesSignLanguage: isUsed } }));
    },
    setOriginalSound: (isUsed) =>
      note('setOriginalSound', (state) => ({ ...state, devices: { ...state.devices, isOriginalSound: isUsed } })),
    setName: (name) => {
      void note('setName', (state) => ({ ...state, name }));
    },
    setFunction: (value) => {
      void note('setFunction', (state) => ({ ...state, personFunction: value }));
    },
    acceptTerms: () => {
      void note('acceptTerms', (state) => ({ ...state, acceptedTerms: state.look?.terms?.version ?? '' }));
    },
    enterPin: () => note('enterPin', (state) => ({ ...state, pin: { state: 'wrong', waitsUntil: null } })),
    join: () => note('join', (state) => ({ ...state, phase: 'connecting' })),
    setMicrophone: (on) =>
      note(`setMicrophone ${String(on)}`, (state) => ({
        ...state,
        local: { ...state.local, microphone: { ...state.local.microphone, on } },
        tiles: own(state, { microphoneOn: on }),
      })),
    setCamera: (on) =>
      note(`setCamera ${String(on)}`, (state) => ({
        ...state,
        local: { ...state.local, camera: { ...state.local.camera, on } },
        tiles: own(state, { sourceOn: on, showing: on }),
      })),
    startScreenShare: () =>
      note('startScreenShare', (state) => ({
        ...state,
        local: { ...state.local, screen: { ...state.local.screen, on: true } },
      })),
    stopScreenShare: () =>
      note('stopScreenShare', (state) => ({
        ...state,
        local: { ...state.local, screen: { ...state.local.screen, on: false } },
      })),
    setTileSize: () => undefined,
    ask: (command) => note(`ask ${command.type}`).then(() => ({ type: 'done' as const })),
    leave: () => note('leave', (state) => ({ ...state, phase: 'ended', ended: { code: 'left', canRejoin: true } })),
    joinAgain: () => note('joinAgain', (state) => ({ ...state, phase: 'connecting' })),
    resumeAudio: () => note('resumeAudio', (state) => ({ ...state, audioBlocked: false, banners: [] })),
  };
}

function list(): HTMLElement {
  const items = document.createElement('ul');
  for (const name of Object.keys(STORIES)) {
    const link = document.createElement('a');
    link.href = `?story=${name}`;
    link.textContent = name;
    const item = document.createElement('li');
    item.append(link);
    items.append(item);
  }
  return items;
}

const query = new URLSearchParams(location.search);
const language = query.get('lang');
const story = STORIES[query.get('story') ?? ''];

if (story === undefined) {
  document.body.append(list());
} else {
  const pictures = query.has('blank') ? (): null => null : drawPicture;
  const state = story(pictures);
  const calls: string[] = [];
  const app = new App();
  app.call = fakeCall({ ...state, language: languageOf(language) }, calls);
  Object.assign(app, { storyCalls: calls });
  document.body.append(app);
}
