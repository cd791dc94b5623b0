// @vitest-environment happy-dom
import { afterEach, expect, it, vi } from 'vitest';
import type { CallCommands } from '../../call-types.js';
import { NO_PICTURES, STORIES } from '../../pages/fixtures.js';
import { present } from '../../testing/builders.js';
import { mount, part, textOf, unmountAll } from '../../testing/mount.js';
import { MuteGuests } from './mute-guests.js';

afterEach(unmountAll);

it('mutes at once, and asks again those alone who were heard before', async () => {
  const ask = vi.fn(() => Promise.resolve({ type: 'done' as const }));
  const call = present(STORIES['host-lobby'])(NO_PICTURES);
  const guests = call.participants.filter((one) => one.role === 'guest').map((one, index) => ({ ...one, connection: 'connected' as const, microphoneOn: index === 0 }));
  expect(guests.length).toBeGreaterThan(1);
  const state = { ...call, participants: [...call.participants.filter((one) => one.role === 'host'), ...guests] };
  const element = await mount(new MuteGuests(), { call: state, commands: { ask } as unknown as CallCommands });
  part(element, '[data-action=mute-guests]').click();
  await element.updateComplete;
  expect(ask).toHaveBeenLastCalledWith({ type: 'muteGuests' });
  expect(textOf(part(element, '[role=status]'))).toBe('1 mikrofon er slukket');
  part(element, '[data-action=ask-again]').click();
  await element.updateComplete;
  expect(ask.mock.calls.slice(1)).toEqual([[{ type: 'askToOpen', participantId: guests[0]?.id, source: 'microphone' }]]);
  expect(element.renderRoot.querySelector('[data-action=ask-again]')).toBeNull();
});
