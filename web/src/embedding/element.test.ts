// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { VdxMeeting } from './element.js';

customElements.define('vdx-meeting', VdxMeeting);

const LINK = 'https://hub.example.dk/r/abc#t=a.b.c';
let complain = vi.spyOn(console, 'error');
/** An empty page for each address: what stands in the frame is another test's (tests/browser/test_embedding.py). */
const { settings } = (globalThis as unknown as { readonly happyDOM: { readonly settings: object } }).happyDOM;
Object.assign(settings, {
  enableIframePageLoading: true,
  fetch: { interceptor: { beforeAsyncRequest: () => Promise.resolve(new Response('')) } },
});

function place(attributes: Readonly<Record<string, string>>): VdxMeeting {
  const meeting = document.createElement('vdx-meeting');
  for (const [name, value] of Object.entries(attributes)) meeting.setAttribute(name, value);
  document.body.append(meeting);
  return meeting;
}

const frameOf = (meeting: VdxMeeting): HTMLIFrameElement | null => meeting.shadowRoot?.querySelector('iframe') ?? null;
const addressOf = (meeting: VdxMeeting): URL => new URL(frameOf(meeting)?.src ?? '');

beforeEach(() => {
  complain = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  vi.spyOn(HTMLIFrameElement.prototype, 'contentWindow', 'get').mockReturnValue(null);
});
afterEach(() => {
  document.body.replaceChildren();
});

describe('<vdx-meeting>', () => {
  it('shows the link in a frame that may use what a call needs', () => {
    const frame = frameOf(place({ src: LINK }));
    expect(frame?.src).toBe(LINK);
    expect(frame?.allow).toMatch(/^camera; microphone; autoplay; display-capture/);
    expect(frame?.title).not.toBe('');
  });

  it('says beside the token what its attributes say, where no server sees it', () => {
    const address = addressOf(place({ src: LINK, 'display-name': 'Søren Ø', join: '', camera: 'off', 'leave-button': 'off' }));
    expect(address.search).toBe('');
    expect(Object.fromEntries(new URLSearchParams(address.hash.slice(1)))).toEqual({
      t: 'a.b.c', name: 'Søren Ø', join: '1', camera: '0', leaveButton: '0',
    });
  });

  it('puts it into the query of a link whose fragment is a token', () => {
    const address = addressOf(place({ src: 'https://hub.example.dk/i#TOKEN', lang: 'en' }));
    expect([address.search, address.hash]).toEqual(['?lang=en', '#TOKEN']);
  });

  it.each(['javascript:alert(1)', 'data:text/html,x', 'https://'])('shows nothing for %s, and says so', (src) => {
    const codes: unknown[] = [];
    const meeting = document.createElement('vdx-meeting');
    meeting.addEventListener('error', ({ detail }) => codes.push(detail.code));
    meeting.setAttribute('src', src);
    document.body.append(meeting);
    expect(frameOf(meeting)).toBeNull();
    expect(codes).toEqual(['bad_address']);
    expect(complain).toHaveBeenCalled();
  });

  it('opens once for several attributes, and anew for another link', async () => {
    const meeting = place({ src: LINK });
    const first = frameOf(meeting)?.src;
    meeting.setAttribute('chat', 'off');
    meeting.setAttribute('src', 'https://hub.example.dk/r/other#t=x');
    expect(frameOf(meeting)?.src).toBe(first);
    await Promise.resolve();
    expect(addressOf(meeting).href).toBe('https://hub.example.dk/r/other#t=x&chat=0');
  });

  it('keeps the frame for what the call can be told', async () => {
    const meeting = place({ src: LINK });
    meeting.setAttribute('camera', 'off');
    await Promise.resolve();
    expect(frameOf(meeting)?.src).toBe(LINK);
  });

  it('refuses commands while there is no frame', async () => {
    await expect(document.createElement('vdx-meeting').command('join')).rejects.toMatchObject({ code: 'closed' });
  });
});
