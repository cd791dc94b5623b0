// @vitest-environment happy-dom
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { CallCommands, ParticipantState } from '../../call-types.js';
import { NO_PICTURES, STORIES } from '../../pages/fixtures.js';
import type { Answer } from '../../protocol/messages.gen.js';
import { present } from '../../testing/builders.js';
import { mount, textOf, unmountAll } from '../../testing/mount.js';
import { tokenOf, Transfer } from './transfer.js';

afterEach(unmountAll);

const LINK = 'https://moede.example/r/room2#t=header.claims.signature';
const person: ParticipantState = present(present(STORIES['call-3'])(NO_PICTURES).participants[1]);

async function open(answer: Answer = { type: 'done' }) {
  const ask = vi.fn(() => Promise.resolve(answer));
  const element = await mount(new Transfer(), { person, commands: { ask } as unknown as CallCommands });
  const done = vi.fn();
  element.addEventListener('done', done);
  const send = async (link: string): Promise<string> => {
    present(element.renderRoot.querySelector('input')).value = link;
    present(element.renderRoot.querySelector('form')).dispatchEvent(new Event('submit', { cancelable: true }));
    await Promise.resolve();
    await element.updateComplete;
    await element.updateComplete;
    return textOf(element.renderRoot);
  };
  return { ask, done, send, element };
}

describe('vdx-transfer', () => {
  it('shows the server the host\'s own link to the other meeting, and closes', async () => {
    const { ask, done, send } = await open();
    await send(`  ${LINK} `);
    expect(ask).toHaveBeenCalledWith({ type: 'transfer', participantId: person.id, token: 'header.claims.signature' });
    expect(done).toHaveBeenCalled();
  });

  it('asks again for what is no link, without asking the server', async () => {
    const { ask, send, element } = await open();
    expect(await send('975310')).toContain('Det ligner ikke et link til et møde.');
    expect(element.renderRoot.querySelector('input')?.getAttribute('aria-invalid')).toBe('true');
    expect(ask).not.toHaveBeenCalled();
  });

  it('says that the link makes nobody host there, and stays open', async () => {
    const { done, send } = await open({ type: 'error', code: 'not_permitted', text: '', retryAfter: null });
    expect(await send(LINK)).toContain('Linket gør dig ikke til vært i et andet møde');
    expect(done).not.toHaveBeenCalled();
  });

  it('is given up with a button', async () => {
    const { done, element } = await open();
    present(element.renderRoot.querySelector<HTMLElement>('button[type=button]')).click();
    expect(done).toHaveBeenCalled();
  });
});

describe('tokenOf', () => {
  it.each([['', null], ['x', null], ['https://moede.example/r/room2', null], [LINK, 'header.claims.signature']])('of %j is %j', (text, token) => {
    expect(tokenOf(text)).toBe(token);
  });
});
