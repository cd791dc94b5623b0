/**
 * Development only: every state of the page without a server. `?story=call-4&lang=en`; without a story, all of them by
 * name (`/screens`). Microphone, camera, sharing and leaving work on the invented state; the last state and the commands
 * called are on the app element, for tests.
 */

import type { Call, CallState } from '../call-types.js';
import { showColours } from '../look/colours.js';
import { Store } from '../store.js';
import { LANGUAGES, languageOf } from '../text/languages.js';
import '../styles/base.css';
import { tellAs } from '../elements/device-problem/browser.js';
import { App } from './app.js';
import { STORIES } from './fixtures.js';
import { screensPage } from './screens.js';
import { storyHub, storyStats } from './stories-hub.js';
import { open, OPENED } from './stories-opened.js';
import { PAGES } from './stories-pages.js';
import { takePlace } from './stories-prejoin.js';
import { STORY_BROWSERS } from './stories-trouble.js';
import { withNames } from './story-names.js';
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
    startPreview: () =>
      note('startPreview', ({ local, ...state }) => ({
        ...state,
        phase: 'previewing',
        local: { ...local, camera: { ...local.camera, on: true }, microphone: { ...local.microphone, on: true } },
      })),
    chooseDevice: (kind, id) => note(`chooseDevice ${kind} ${id}`),
    turnCamera: () =>
      note('turnCamera', ({ devices, ...state }) => ({ ...state, devices: { ...devices, facing: devices.facing === 'user' ? 'environment' : 'user' } })),
    setWay: (way) => note(`setWay ${way}`, (state) => ({ ...state, local: { ...state.local, way } })),
    setSignLanguage: (isUsed) => {
      void note('setSignLanguage', (state) => ({ ...state, devices: { ...state.devices, usesSignLanguage: isUsed } }));
    },
    setOriginalSound: (isUsed) =>
      note('setOriginalSound', (state) => ({ ...state, devices: { ...state.devices, isOriginalSound: isUsed } })),
    setProcessing: (change) =>
      note(`setProcessing ${Object.keys(change).join()}`, (state) => ({
        ...state,
        devices: { ...state.devices, processing: { ...state.devices.processing, ...change } },
      })),
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

/** What can be asked for in the address, or in the detail of the event `story`, which shows it in place of the one before. */
interface Asked {
  readonly story: string;
  readonly lang?: string | null;
  /** `long` or `short`: other names than those of the story. */
  readonly names?: string | null;
  /** In percent. */
  readonly text?: string | null;
  /** `light` or `dark`; else as the browser. */
  readonly theme?: string | null;
  readonly blank?: boolean;
}

function elementOf({ story, lang, names, blank = false }: Asked): HTMLElement | null {
  const language = languageOf(lang ?? null);
  const page = PAGES[story];
  if (page !== undefined) return page(language);
  const make = STORIES[OPENED[story]?.of ?? story];
  if (make === undefined) return null;
  takePlace(OPENED[story]?.of ?? story, STORY_BROWSERS[story] === undefined ? null : 'camera');
  const calls: string[] = [];
  const app = new App();
  const state = make(blank ? (): null => null : drawPicture);
  app.call = fakeCall(withNames({ ...state, language }, names === 'long' || names === 'short' ? names : 'own'), calls);
  return Object.assign(app, { storyCalls: calls });
}

function show(asked: Asked): void {
  const { documentElement } = document;
  const isOwn = asked.lang === 'en' || asked.lang === 'da' || languageOf(asked.lang ?? null) === null;
  document.querySelector<HTMLMetaElement>('meta[name="vdx-languages"]')?.setAttribute('content', isOwn ? 'da en' : LANGUAGES.join(' '));
  tellAs(STORY_BROWSERS[asked.story] ?? null);
  void showColours(null);
  const element = elementOf(asked);
  if (element === null) return;
  documentElement.removeAttribute('class');
  documentElement.removeAttribute('style');
  if (asked.text !== undefined && asked.text !== null) documentElement.style.fontSize = `${asked.text}%`;
  delete documentElement.dataset['opening'];
  delete documentElement.dataset['theme'];
  if (asked.theme === 'light' || asked.theme === 'dark') documentElement.dataset['theme'] = asked.theme;
  document.body.replaceChildren(element);
  scrollTo(0, 0);
  void open(asked.story);
}

// As in a browser that has not been asked yet: a story turns nothing on by itself.
Object.defineProperty(navigator, 'permissions', { value: undefined });
const query = new URLSearchParams(location.search);
document.addEventListener('story', (event) => { show((event as CustomEvent<Asked>).detail); });
const story = query.get('story');
if (story === null) document.body.append(screensPage([...Object.keys(STORIES), ...Object.keys(OPENED), ...Object.keys(PAGES)]));
else show({ story, lang: query.get('lang'), names: query.get('names'), text: query.get('text'), theme: query.get('theme'), blank: query.has('blank') });
