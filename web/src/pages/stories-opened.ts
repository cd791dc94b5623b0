/**
 * Parts of the call that somebody has opened: the story it begins with, and what is pressed then, each a selector within
 * whatever shadows it stands in. One sign is a key; `element!property` is what time would have set.
 */

interface Opened {
  readonly of: string;
  readonly presses: readonly string[];
}

const PEOPLE = '#people button';
const MORE = '#more button';

export const OPENED: Readonly<Record<string, Opened>> = {
  'call-panel-more': { of: 'call-2', presses: [MORE] },
  'call-panel-technique': { of: 'call-2', presses: [MORE, '#open-technique'] },
  'call-panel-technique-sent': { of: 'call-2', presses: [MORE, '#open-technique', '#send'] },
  'call-panel-ask': { of: 'training-hand', presses: ['#ask button'] },
  'host-panel-more': { of: 'host-lobby', presses: [MORE] },
  'host-panel-layouts': { of: 'layout-nine', presses: [MORE, '#guests summary'] },
  'host-panel-people': { of: 'host-lobby', presses: [PEOPLE] },
  'host-panel-actions': { of: 'host-lobby', presses: [PEOPLE, '[data-person="p-Bo"] .menu'] },
  'host-panel-removing': { of: 'host-lobby', presses: [PEOPLE, '[data-person="p-Bo"] .menu', '[data-action=remove] button'] },
  'host-panel-refusing': { of: 'host-lobby', presses: [PEOPLE, '[data-waiting="w-Bodil Jensen"] .row .button:last-child'] },
  'host-panel-sms': { of: 'host-lobby', presses: [PEOPLE, '#invite'] },
  'host-panel-links': { of: 'host-lobby', presses: [PEOPLE, '#links', '[data-revoke=a]'] },
  'host-panel-link-made': { of: 'host-lobby', presses: [PEOPLE, '#links', '#make', '[data-copy=personal-url]'] },
  'host-panel-details': { of: 'host-lobby', presses: [MORE, '#open-details', '#file'] },
  'host-panel-shortcuts': { of: 'host-lobby', presses: ['?'] },
  'host-panel-queue': { of: 'host-floor-moderated', presses: [PEOPLE, '[data-do=clear] button'] },
  'host-panel-training': { of: 'host-training-groups', presses: [PEOPLE] },
  'host-panel-transfer': { of: 'host-lobby', presses: [PEOPLE, '[data-person="p-Bodil Jensen"] .menu', '[data-action=transfer]'] },
  'prejoin-microphone-quiet': { of: 'prejoin-microphone', presses: ['vdx-prejoin!isQuiet'] },
  'prejoin-host-quiet': { of: 'prejoin-host-silent', presses: ['vdx-prejoin!isQuiet'] },
  'waiting-shown': { of: 'waiting-knock', presses: ['#show'] },
  'host-panel-chat': { of: 'written', presses: ['#chat button'] },
};

/** Longer than a part of the page takes to be fetched from the same machine. */
const PATIENCE_MS = 4000;

function find(root: ParentNode, selector: string): HTMLElement | null {
  const here = root.querySelector<HTMLElement>(selector);
  if (here !== null) return here;
  // `#host button`: the button is in the host's shadow.
  const [first = '', ...rest] = selector.split(' ');
  if (rest.length > 0) {
    const inner = find(root, first)?.shadowRoot?.querySelector<HTMLElement>(rest.join(' '));
    if (inner) return inner;
  }
  for (const element of root.querySelectorAll('*')) {
    const found = element.shadowRoot === null ? null : find(element.shadowRoot, selector);
    if (found !== null) return found;
  }
  return null;
}

async function press(selector: string): Promise<void> {
  if (selector.length === 1) {
    document.dispatchEvent(new KeyboardEvent('keydown', { key: selector, bubbles: true }));
    return;
  }
  const [name = '', property] = selector.split('!');
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    const found = find(document, name);
    if (found !== null) {
      if (property === undefined) found.click();
      else Object.assign(found, { [property]: true });
      return;
    }
    if (performance.now() > until) throw new Error(`nothing to press: ${selector}`);
    await new Promise((resolve) => requestAnimationFrame(resolve));
  }
}

/** While it lasts, the document says so (`data-opening`): who takes pictures waits. */
export async function open(story: string): Promise<void> {
  const presses = OPENED[story]?.presses ?? [];
  const { dataset } = document.documentElement;
  if (presses.length === 0) return;
  dataset['opening'] = story;
  while (find(document, '#more button, vdx-stage, vdx-waiting, vdx-prejoin') === null) await new Promise((resolve) => requestAnimationFrame(resolve));
  try {
    for (const selector of presses) {
      if (dataset['opening'] !== story) return;
      await press(selector);
    }
    await new Promise((resolve) => requestAnimationFrame(resolve));
  } finally {
    if (dataset['opening'] === story) delete dataset['opening'];
  }
}
