// @vitest-environment happy-dom
import { afterEach, describe, expect, it } from 'vitest';
import type { CallCommands } from '../../call-types.js';
import { NO_PICTURES, STORIES } from '../../pages/fixtures.js';
import { storyHub } from '../../pages/stories-hub.js';
import { present } from '../../testing/builders.js';
import { mount, part, textOf, unmountAll } from '../../testing/mount.js';
import { Details } from './details.js';

afterEach(unmountAll);

async function shown(answers: object = {}): Promise<Details> {
  const hub = storyHub(() => Promise.resolve());
  const host = { ...(await hub.host()), ...answers };
  const commands = { hub: { ...hub, host: () => Promise.resolve(host) } } as unknown as CallCommands;
  const element = await mount(new Details(), { call: present(STORIES['host-lobby'])(NO_PICTURES), commands });
  await new Promise((done) => setTimeout(done));
  await element.updateComplete;
  return element;
}

describe('vdx-details', () => {
  it('says what is booked, how long is left, and who of those expected is here', async () => {
    const element = await shown();
    expect(textOf(part(element, '.left'))).toMatch(/2[45] minutter tilbage/);
    expect(textOf(part(element, 'dl'))).toContain('Hjemmebesøg med sygeplejersken');
    const rows = [...element.renderRoot.querySelectorAll('[aria-labelledby=expected] li')].map((one) => textOf(one));
    expect(rows[1]).toContain('Bodil Jensen');
    expect(rows[1]).toContain('Er her');
    expect(rows[2]).toContain('Ikke kommet');
  });

  it('names the meeting so that it can be said on the telephone', async () => {
    expect(textOf(part(await shown(), '#short-id'))).toBe('dem o');
  });

  it('shows who was here only where the room notes it', async () => {
    expect(textOf((await shown()).renderRoot)).toContain('Hent som regneark');
    const none = await shown({ attendance: () => Promise.resolve({ told: [] }) });
    expect(textOf(none.renderRoot)).toContain('Rummet noterer ikke, hvem der deltager.');
    expect(none.renderRoot.querySelector('#file')).toBeNull();
  });

  it('offers another try when nothing came', async () => {
    const element = await shown({ details: () => Promise.resolve({ code: 'unreachable' }) });
    expect(textOf(part(element, '[role=alert]'))).toBe('Vi kan ikke hente det lige nu.');
    expect(part(element, '#again')).not.toBeNull();
  });
});
