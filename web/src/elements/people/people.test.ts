// @vitest-environment happy-dom
import { html } from 'lit';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { CallCommands, CallState, ParticipantState } from '../../call-types.js';
import { inCall, NO_PICTURES, STORIES } from '../../pages/fixtures.js';
import { storyHub } from '../../pages/stories-hub.js';
import { present } from '../../testing/builders.js';
import { mount, part, textOf, unmountAll } from '../../testing/mount.js';
import { functionText } from '../../text/people.js';
// What hosts load later is here at once: nothing is still loading when a test ends.
import '../film/film.js';
import '../floor/queue.js';
import '../floor/rules.js';
import '../training/group-desk.js';
import '../transfer/transfer.js';
import { People } from './people.js';
import { addAction, addSection, waitingCount } from './registry.js';

const ran = vi.fn();
const COMMANDS = { hub: storyHub(() => Promise.resolve()) } as unknown as CallCommands;

beforeAll(() => {
  addAction({
    id: 'test-plain',
    order: 500,
    label: (person) => `Gør noget ved ${person.name}`,
    isOffered: (person) => person.name === 'Bo',
    run: (person) => { ran(person.name); },
  });
  addAction({
    id: 'test-danger',
    order: 1,
    isDangerous: true,
    label: () => 'Fjern ham',
    isOffered: (person) => person.name === 'Bo',
    run: () => undefined,
  });
  addSection({
    id: 'test-waiting',
    order: 1,
    isShown: (call) => call.name === 'with section',
    count: () => 3,
    render: () => html`<p>De venter</p>`,
  });
});
afterEach(unmountAll);

function withPerson(change: (person: ParticipantState) => Partial<ParticipantState>): CallState {
  const call = inCall(3);
  return { ...call, participants: call.participants.map((one) => ({ ...one, ...change(one) })) };
}

const show = (call: CallState): Promise<People> => mount(new People(), { call, commands: COMMANDS });

describe('vdx-people', () => {
  it('lists everyone with role, function, organisation and microphone', async () => {
    const element = await show(
      withPerson((one) => (one.name === 'Bo' ? { function: 'læge', organisation: 'Region Midtjylland', microphoneOn: false } : {})),
    );
    const row = textOf(part(element, '[data-person="p-Bo"]'));
    expect(row).toContain('Vært');
    expect(row).toContain('Læge, Region Midtjylland');
    expect(row).toContain('mikrofonen er slukket');
    expect(element.renderRoot.querySelectorAll('li')).toHaveLength(4);
  });

  it('tells hosts, and nobody else, what somebody is in the call with when they look at him', async () => {
    const look = async (call: CallState): Promise<string> => {
      const element = await show(call);
      part(element, '[data-person="p-Bo"] .menu').click();
      await new Promise((done) => setTimeout(done));
      await element.updateComplete;
      return textOf(part(element, '[data-person="p-Bo"] .actions'));
    };
    expect(await look(present(STORIES['host-lobby'])(NO_PICTURES))).toContain('Telefon med Safari');
    expect(await look(inCall(3))).not.toContain('Telefon');
  });

  it('says who is on his way back', async () => {
    const element = await show(withPerson((one) => (one.name === 'Bo' ? { connection: 'returning' } : {})));
    expect(textOf(part(element, '.loud'))).toBe('På vej tilbage');
  });

  it('offers actions only where a concern does, dangerous ones last, and runs them', async () => {
    const element = await show(inCall(3));
    const menu = part(element, '[data-person="p-Bo"] .menu');
    expect(menu.getAttribute('aria-label')).toBe('Muligheder for Bo');
    menu.click();
    await element.updateComplete;
    const offered = [...element.renderRoot.querySelectorAll<HTMLElement>('[data-person="p-Bo"] .actions button')];
    expect(offered.map((one) => one.dataset['action']).slice(-2)).toEqual(['test-plain', 'test-danger']);
    part(element, '[data-action="test-plain"]').click();
    await element.updateComplete;
    expect(ran).toHaveBeenCalledWith('Bo');
    expect(element.renderRoot.querySelector('.actions')).toBeNull();
  });

  it('asks first where an action has a form, and closes with it', async () => {
    const ask = vi.fn(() => Promise.resolve({ type: 'done' as const }));
    const call = present(STORIES['host-training-groups'])(NO_PICTURES);
    const element = await mount(new People(), { call, commands: { ...COMMANDS, ask } as unknown as CallCommands });
    const open = async (name: string): Promise<string[]> => {
      part(element, `[data-person="p-${name}"] .menu`).click();
      await element.updateComplete;
      part(element, '[data-action=move-to-group]').click();
      await element.updateComplete;
      return [...element.renderRoot.querySelectorAll('[data-group]')].map((one) => textOf(one));
    };
    expect(await open('Bodil Jensen'), 'of the first group').toEqual(['Til gruppe 2', 'Tilbage til alle']);
    part(element, '[data-group="1"]').click();
    await element.updateComplete;
    expect(ask).toHaveBeenLastCalledWith({ type: 'moveToGroup', participantId: 'p-Bodil Jensen', group: 1 });
    expect(element.renderRoot.querySelector('li .actions')).toBeNull();
    expect(await open('Mette Ågård'), 'of none').toEqual(['Til gruppe 1', 'Til gruppe 2']);
  });

  it('offers to send others to another meeting, and not oneself', async () => {
    const call = present(STORIES['host-training'])(NO_PICTURES);
    const element = await mount(new People(), { call, commands: COMMANDS });
    part(element, '[data-person="self"] .menu').click();
    await element.updateComplete;
    expect(element.renderRoot.querySelector('[data-action=transfer]')).toBeNull();
    part(element, '[data-person="p-Bo"] .menu').click();
    await element.updateComplete;
    part(element, '[data-action=transfer]').click();
    await element.updateComplete;
    expect(element.renderRoot.querySelector('vdx-transfer')).not.toBeNull();
  });

  it('closes the actions with Escape, and not the panel', async () => {
    const element = await show(inCall(3));
    part(element, '[data-person="p-Bo"] .menu').click();
    await element.updateComplete;
    const outside = vi.fn();
    element.addEventListener('keydown', outside);
    part(element, '.actions').dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true, composed: true }));
    await element.updateComplete;
    expect(element.renderRoot.querySelector('.actions')).toBeNull();
    expect(outside).not.toHaveBeenCalled();
  });

  it('begins with who waits, who asks and who calls, and has rules and an empty waiting room at the end', async () => {
    const parts = (name: string): Promise<string[]> =>
      show(present(STORIES[name])(NO_PICTURES)).then((element) => [...element.renderRoot.querySelectorAll('.section, .here')].map((one) => (one as HTMLElement).dataset['section'] ?? 'people'));
    expect(await parts('host-lobby')).toEqual(['lobby', 'people', 'invite', 'training', 'film', 'hosting']);
    const led = await parts('host-floor-moderated');
    expect([led[0], led[1], led.includes('floor-rules')]).toEqual(['floor', 'people', true]);
    const lobby = present(present(STORIES['host-lobby'])(NO_PICTURES).documents.lobby);
    const call = present(STORIES['host-training-help'])(NO_PICTURES);
    const element = await show({ ...call, documents: { ...call.documents, lobby: { ...lobby, waiting: [] } } });
    expect([...element.renderRoot.querySelectorAll<HTMLElement>('.section, .here')].map((one) => one.dataset['section'] ?? 'people').slice(0, 3)).toEqual(['people', 'invite', 'lobby-empty']);
    expect(textOf(part(element, 'li'))).toContain('Bodil Jensen');
  });

  it('shows the sections of the concerns and counts who waits in them', async () => {
    const call = { ...inCall(1), name: 'with section' };
    const element = await show(call);
    expect(textOf(part(element, '[data-section="test-waiting"]'))).toBe('De venter');
    expect(waitingCount(call)).toBe(3);
    expect(waitingCount(inCall(1))).toBe(0);
  });
});

describe('functions', () => {
  it.each([
    ['tolk', 'Tolk', 'Interpreter'],
    ['Fysioterapeut', 'Fysioterapeut', 'Fysioterapeut'],
    ['', '', ''],
  ])('%s', (value, danish, english) => {
    expect(functionText(value, 'da')).toBe(danish);
    expect(functionText(value, 'en')).toBe(english);
  });
});
