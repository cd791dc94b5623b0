// @vitest-environment happy-dom
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { CallCommands, CallState, ParticipantState } from '../../call-types.js';
import type { Documents } from '../../conference/documents.js';
import { NO_PICTURES, STORIES } from '../../pages/fixtures.js';
import { present } from '../../testing/builders.js';
import { mount, textOf, unmountAll } from '../../testing/mount.js';
import { actionsFor, marksOf, waitingCount } from '../people/registry.js';
import { dealt, GroupDesk } from './group-desk.js';
import { TrainingNotices } from './notices.js';
import { OwnVisibility } from './own-visibility.js';
import './people.js';

afterEach(unmountAll);

function callAs(role: 'host' | 'guest', documents: Documents): CallState {
  const call = present(STORIES['call-3'])(NO_PICTURES);
  const self = { ...present(call.self), role } as ParticipantState;
  return { ...call, self, documents: { ...call.documents, ...documents } };
}

const other = (call: CallState): ParticipantState => present(call.participants[1]);

async function notices(call: CallState) {
  const ask = vi.fn(() => Promise.resolve({ type: 'done' as const }));
  const said: string[] = [];
  const element = new TrainingNotices();
  element.addEventListener('announce', (event) => said.push((event as unknown as { text: string }).text));
  await mount(element, { call, commands: { ask } as unknown as CallCommands });
  const press = (text: string): void => {
    const button = [...element.renderRoot.querySelectorAll('button')].find((one) => textOf(one) === text);
    present(button).click();
  };
  return { element, ask, said, press, text: textOf(element.renderRoot) };
}

describe('vdx-training-notices', () => {
  it('asks before others see a person, and sends yes and no', async () => {
    const call = callAs('guest', { consents: { type: 'consents', visibility: 'asked', spotlight: 'none' } });
    const { ask, said, press, text } = await notices(call);
    expect(text).toContain('Må de andre deltagere se og høre dig?');
    expect(said).toHaveLength(1);
    press('Nej');
    press('Ja');
    expect(ask.mock.calls).toEqual([
      [{ type: 'answerConsent', question: 'visibility', agrees: false }],
      [{ type: 'answerConsent', question: 'visibility', agrees: true }],
    ]);
  });

  it('lets the one in the spotlight stop it', async () => {
    const call = callAs('guest', { consents: { type: 'consents', visibility: 'none', spotlight: 'agreed' } });
    const { ask, press } = await notices(call);
    press('Stop');
    expect(ask).toHaveBeenCalledWith({ type: 'answerConsent', question: 'spotlight', agrees: false });
  });

  it('says who talks alone with whom, and goes back with one press', async () => {
    const participantId = other(callAs('guest', {})).id;
    const call = callAs('guest', {
      ownGroup: { type: 'ownGroup', place: 'aside', consent: 'none', participantId, endsAt: null },
    });
    const { ask, press, text } = await notices(call);
    expect(text).toContain(other(call).name);
    press('Tilbage til alle');
    expect(ask).toHaveBeenCalledWith({ type: 'endAside' });
  });

  it('counts a group down and lets a person leave it', async () => {
    const call = callAs('guest', {
      ownGroup: { type: 'ownGroup', place: 'group', consent: 'agreed', participantId: null, endsAt: Date.now() / 1000 + 150 },
    });
    const { ask, press, text } = await notices(call);
    expect(text).toContain('3 minutter');
    press('Tilbage til alle');
    expect(ask).toHaveBeenCalledWith({ type: 'answerConsent', question: 'group', agrees: false });
  });

  it('tells those who wait that the host is busy, and not with whom', async () => {
    const call = callAs('guest', { awayHosts: { type: 'awayHosts', hosts: ['anybody'] } });
    expect((await notices(call)).text).toContain('Værten er optaget et øjeblik');
  });

  it('shows a call for help at a host with whom to phone, until it is answered', async () => {
    const participantId = other(callAs('host', {})).id;
    const call = callAs('host', {
      helpCalls: { type: 'helpCalls', calls: [{ participantId, since: 0 }] },
      peopleNotes: {
        type: 'peopleNotes',
        people: [{ participantId, phone: '12 34 56 78', address: 'Vej 1', relative: 'Bo', recognised: false }],
      },
    });
    const { element, ask, press, text } = await notices(call);
    expect(text).toContain(`${other(call).name} har brug for hjælp (Vej 1, Bo)`);
    expect(element.renderRoot.querySelector('a')?.getAttribute('href')).toContain('12345678');
    expect(waitingCount(call)).toBeGreaterThanOrEqual(1);
    press('Jeg tager den');
    expect(ask).toHaveBeenCalledWith({ type: 'answerHelp', participantId });
  });

  it('lets the caller take it back, and tells him who has seen it', async () => {
    const asked = await notices(callAs('guest', { ownHelp: { type: 'ownHelp', asked: true, answeredBy: null } }));
    asked.press('Fortryd');
    expect(asked.ask).toHaveBeenCalledWith({ type: 'withdrawHelp' });
    const answeredBy = other(callAs('guest', {})).id;
    const answered = await notices(callAs('guest', { ownHelp: { type: 'ownHelp', asked: false, answeredBy } }));
    expect(answered.text).toContain('har set, at du har brug for hjælp');
  });

  it('is silent when there is nothing', async () => {
    const { text, said } = await notices(callAs('guest', {}));
    expect(text).toBe('');
    expect(said).toEqual([]);
  });
});

describe('the list of people', () => {
  it('offers a host the spotlight, a talk alone, a closer look and the tick', () => {
    const call = callAs('host', {});
    const training = { ...call, room: { ...present(call.room), mode: 'training' } };
    const ask = vi.fn(() => Promise.resolve({ type: 'done' as const }));
    const guest: ParticipantState = { ...other(call), role: 'guest' };
    const context = { call: training, commands: { ask } as unknown as CallCommands, language: 'da' as const };
    for (const id of ['closer', 'spotlight', 'aside', 'recognise']) {
      present(actionsFor(guest, training).find((one) => one.id === id)).run(guest, context);
    }
    expect(ask.mock.calls).toEqual([
      [{ type: 'pinPeople', participants: [guest.id] }],
      [{ type: 'chooseLayout', layout: 'speaker' }],
      [{ type: 'spotlight', participantId: guest.id }],
      [{ type: 'startAside', participantId: guest.id }],
      [{ type: 'recognise', participantId: guest.id, recognised: true }],
    ]);
    expect(actionsFor(guest, callAs('guest', {})).filter((one) => ['closer', 'spotlight', 'aside', 'recognise'].includes(one.id))).toEqual([]);
  });

  it('marks who has not answered, who said no, who needs help, and who is where', () => {
    const plain = callAs('host', {});
    const { id } = other(plain);
    const marks = (documents: Documents): readonly string[] =>
      marksOf(other(plain), callAs('host', documents), 'da').map((mark) => mark.text);
    const consent = (visibility: 'asked' | 'declined'): Documents => ({
      consentList: { type: 'consentList', people: [{ participantId: id, visibility, spotlight: 'none' }] },
    });
    expect(marks(consent('asked'))).toContain('har ikke svaret');
    expect(marks(consent('declined'))).toContain('har sagt nej');
    expect(marks({ helpCalls: { type: 'helpCalls', calls: [{ participantId: id, since: 0 }] } })).toContain('har brug for hjælp');
    const people = [{ participantId: id, consent: 'agreed' as const }];
    expect(marks({ groups: { type: 'groups', groups: [{ group: 1, aside: false, people }], endsAt: null } })).toContain('i gruppe 2');
    expect(marks({ stage: { type: 'stage', participantId: id } })).toContain('vises for alle');
  });
});

describe('vdx-group-desk', () => {
  it('deals people evenly, and makes no empty group', () => {
    expect(dealt(['a', 'b', 'c', 'd', 'e'], 2)).toEqual([['a', 'c', 'e'], ['b', 'd']]);
    expect(dealt(['a'], 3)).toEqual([['a']]);
  });

  it('forms groups with a time, and brings everybody back', async () => {
    const ask = vi.fn(() => Promise.resolve({ type: 'done' as const }));
    const setOriginalSound = vi.fn(() => Promise.resolve());
    const commands = { ask, setOriginalSound } as unknown as CallCommands;
    const base = callAs('host', {});
    const call = { ...base, participants: base.participants.map((one) => ({ ...one, role: one.isSelf ? ('host' as const) : ('guest' as const) })) };
    const element = await mount(new GroupDesk(), { call, commands });
    present(element.renderRoot.querySelector<HTMLButtonElement>('button[type=submit]')).click();
    const [a = '', b = '', c = ''] = call.participants.filter((one) => one.role === 'guest').map((one) => one.id);
    expect(ask).toHaveBeenCalledWith({ type: 'formGroups', groups: [[a, c], [b]], seconds: 300 });
    present(element.renderRoot.querySelector<HTMLInputElement>('#original-sound')).click();
    expect(setOriginalSound).toHaveBeenCalledWith(true);
    const people = [{ participantId: a, consent: 'agreed' as const }];
    const documents: Documents = { groups: { type: 'groups', groups: [{ group: 0, aside: false, people }], endsAt: null } };
    const later = await mount(new GroupDesk(), { call: { ...call, documents }, commands });
    present(later.renderRoot.querySelector<HTMLButtonElement>('button.button')).click();
    expect(ask).toHaveBeenCalledWith({ type: 'endGroups' });
  });
});

describe('vdx-own-visibility', () => {
  it('says who sees a person and lets him change it', async () => {
    const ask = vi.fn(() => Promise.resolve({ type: 'done' as const }));
    const call = callAs('guest', { consents: { type: 'consents', visibility: 'agreed', spotlight: 'none' } });
    const element = await mount(new OwnVisibility(), { call, commands: { ask } as unknown as CallCommands });
    present(element.renderRoot.querySelector('button')).click();
    expect(ask).toHaveBeenCalledWith({ type: 'answerConsent', question: 'visibility', agrees: false });
  });
});
