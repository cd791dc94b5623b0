/**
 * The playground: a supplier's page. It knows nothing but `/embed.js`, as a supplier does; types aside, nothing of the call is
 * imported.
 */

import type { VdxMeeting } from '../embedding/element.js';
import { ATTRIBUTES, GROUPS, type Known } from './presets.js';
import './playground.css';

/** Lines of the log that are kept. */
const MAX_LINES = 300;

let known: Known = { other: '', waiting: '', request: 0 };
let meeting: VdxMeeting | null = null;

function part<E extends HTMLElement>(id: string, kind: new () => E): E {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`no #${id}`);
  return found;
}

function element<K extends keyof HTMLElementTagNameMap>(name: K, text = '', className = ''): HTMLElementTagNameMap[K] {
  return Object.assign(document.createElement(name), { textContent: text, className });
}

const log = part('log', HTMLDivElement);

function note(sign: string, name: string, detail: unknown, isRefusal = false): void {
  const now = new Date();
  const time = element('time', now.toTimeString().slice(0, 8));
  time.dateTime = now.toISOString();
  const said = element('span');
  const text = detail === undefined ? '' : JSON.stringify(detail);
  said.append(element('b', name, isRefusal ? 'refusal' : ''), ' ', element('span', text, 'detail'));
  const line = element('div');
  line.append(time, element('span', sign), said);
  const isAtEnd = log.scrollTop + log.clientHeight >= log.scrollHeight - 8;
  log.append(line);
  if (log.childElementCount > MAX_LINES) log.firstElementChild?.remove();
  if (isAtEnd) log.scrollTop = log.scrollHeight;
}

async function send(name: string, args?: unknown): Promise<void> {
  if (meeting === null) {
    note('!', 'no meeting', 'make a new room first', true);
    return;
  }
  note('→', name, args);
  try {
    const anything = meeting as unknown as { command(name: string, args?: unknown): Promise<unknown> };
    note('←', name, (await (name === 'getCapabilities' ? meeting.getCapabilities() : anything.command(name, args))) ?? 'done');
  } catch (error) {
    note('←', name, String((error as Error).message), true);
  }
}

/** What the buttons need to name somebody. */
function learn(name: string, detail: unknown): void {
  const said = detail as {
    readonly participant?: { readonly participantId: string; readonly isSelf: boolean };
    readonly waiting?: readonly { readonly id: string }[];
    readonly speech?: { readonly queue?: readonly { readonly request: number }[]; readonly holders?: readonly { readonly request: number }[] };
  };
  if (name === 'participantJoined' && said.participant !== undefined) known = { ...known, other: said.participant.participantId };
  if (name === 'knocking') known = { ...known, waiting: said.waiting?.[0]?.id ?? '' };
  if (name === 'floorChanged') known = { ...known, request: (said.speech?.queue?.[0] ?? said.speech?.holders?.[0])?.request ?? 0 };
}

async function open(link: string): Promise<void> {
  await customElements.whenDefined('vdx-meeting');
  const opened = document.createElement('vdx-meeting');
  opened.setAttribute('src', link);
  opened.setAttribute('display-name', 'Anna');
  opened.addEventListener('ready', ({ detail }) => {
    note('•', 'ready', detail);
    for (const name of detail.events) listen(opened, name);
  });
  listen(opened, 'error');
  meeting = opened;
  part('place', HTMLDivElement).replaceChildren(opened);
  showMarkup();
}

const listened = new WeakMap<EventTarget, Set<string>>();

function listen(target: VdxMeeting, name: string): void {
  const names = listened.get(target) ?? new Set();
  listened.set(target, names);
  if (names.has(name)) return;
  names.add(name);
  target.addEventListener(name, (event) => {
    const { detail } = event as CustomEvent<unknown>;
    learn(name, detail);
    note('•', name, detail);
  });
}

/** Without the token, which is nobody's but the person's. */
function showMarkup(): void {
  const said = [...(meeting?.attributes ?? [])].map(({ name, value }) => `${name}="${value.replace(/t=[^&"]{12,}/, 't=TOKEN')}"`);
  part('markup', HTMLPreElement).textContent = [
    `<script type="module" src="${location.origin}/embed.js"></script>`,
    `<vdx-meeting ${said.join(' ')}></vdx-meeting>`,
  ].join('\n');
}

async function makeRoom(): Promise<void> {
  const answer = await fetch('/docs/embed/room', { method: 'POST' });
  if (!answer.ok) {
    note('!', 'no room', answer.status, true);
    return;
  }
  const { hostUrl, guestUrl } = (await answer.json()) as { readonly hostUrl: string; readonly guestUrl: string };
  // The server names itself by its public address; the page may have been opened by another name of the same machine.
  const here = (address: string): string => address.replace(new URL(address).origin, location.origin);
  part('link', HTMLInputElement).value = here(hostUrl);
  const guest = part('guest', HTMLAnchorElement);
  guest.href = here(guestUrl);
  guest.hidden = false;
  await open(here(hostUrl));
}

function buttons(): void {
  const groups = part('groups', HTMLDivElement);
  for (const [heading, presets] of GROUPS) {
    const group = element('div', '', 'group');
    group.setAttribute('role', 'group');
    group.setAttribute('aria-label', heading);
    for (const [name, label = '', args] of presets) {
      const button = element('button', label === '' ? name : `${name}: ${label}`);
      button.type = 'button';
      button.addEventListener('click', () => void send(name, args?.(known)));
      group.append(button);
    }
    groups.append(element('h3', heading), group);
  }
  for (const [attribute, value] of ATTRIBUTES) {
    const button = element('button', `${attribute}="${value}"`);
    button.type = 'button';
    button.addEventListener('click', () => {
      note('→', 'attribute', { [attribute]: value });
      meeting?.setAttribute(attribute, value);
      showMarkup();
    });
    part('attributes', HTMLDivElement).append(button);
  }
  const names = new Set(GROUPS.flatMap(([, presets]) => presets.map(([name]) => name)));
  part('name', HTMLSelectElement).append(...[...names].map((name) => new Option(name)));
}

function listenToForms(): void {
  part('open', HTMLFormElement).addEventListener('submit', (event) => {
    event.preventDefault();
    void open(part('link', HTMLInputElement).value);
  });
  part('new-room', HTMLButtonElement).addEventListener('click', () => void makeRoom());
  part('clear', HTMLButtonElement).addEventListener('click', () => { log.replaceChildren(); });
  part('any', HTMLFormElement).addEventListener('submit', (event) => {
    event.preventDefault();
    try {
      void send(part('name', HTMLSelectElement).value, JSON.parse(part('args', HTMLInputElement).value));
    } catch (error) {
      note('!', 'arguments', String(error), true);
    }
  });
}

document.head.append(Object.assign(element('script'), { type: 'module', src: '/embed.js' }));
buttons();
listenToForms();
