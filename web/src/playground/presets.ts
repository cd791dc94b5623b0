/** The buttons of the playground: each sends one command, with arguments from what the meeting has told. */

/** What the last events said; '' or 0 where nobody is there to be named. */
export interface Known {
  readonly other: string;
  readonly waiting: string;
  readonly request: number;
}

type Arguments = Readonly<Record<string, unknown>>;
export type Preset = readonly [name: string, label?: string, args?: (known: Known) => Arguments];

const on = (value: boolean) => (): Arguments => ({ on: value });
const other = ({ other: participantId }: Known): Arguments => ({ participantId });
const queued = ({ request }: Known): Arguments => ({ request });

export const GROUPS: readonly (readonly [heading: string, presets: readonly Preset[]])[] = [
  ['The call', [['join'], ['leave'], ['end'], ['keepOpen'], ['getState'], ['getParticipants'], ['getDevices'], ['getCapabilities']]],
  ['Own sound and picture', [
    ['setMicrophone', 'on', on(true)], ['setMicrophone', 'off', on(false)],
    ['setCamera', 'on', on(true)], ['setCamera', 'off', on(false)],
    ['shareScreen', 'on', on(true)], ['shareScreen', 'off', on(false)],
  ]],
  ['Who waits', [
    ['admit', 'the first', ({ waiting: waitingId }) => ({ waitingId })], ['admitAll'],
    ['deny', 'the first', ({ waiting: waitingId }) => ({ waitingId, reason: 'Kom igen kl. 14' })],
    ['sayToWaiting', '', () => ({ text: 'Vi begynder om lidt.' })],
    ['lockRoom', 'on', () => ({ locked: true })], ['lockRoom', 'off', () => ({ locked: false })],
  ]],
  ['The floor', [
    ['raiseHand'], ['lowerHand'], ['grantFloor', 'the first', queued], ['denyFloor', 'the first', queued],
    ['revokeFloor', 'the first', queued], ['clearFloor'], ['askForHelp'], ['withdrawHelp'],
  ]],
  ['People', [
    ['muteParticipant', 'the other', other], ['muteEveryone'],
    ['askToOpen', 'microphone', (known) => ({ ...other(known), source: 'microphone' })],
    ['spotlight', 'the other', other], ['spotlight', 'nobody', () => ({ participantId: null })],
    ['setRole', 'host', (known) => ({ ...other(known), role: 'host' })], ['removeParticipant', 'the other', other],
  ]],
  ['In writing', [
    ['sendChatMessage', '', () => ({ text: 'Hej fra siden udenom' })],
    ['announce', '', () => ({ text: 'Vi holder pause til kl. 10.30' })],
    ['takeAnnouncementAway', '1', () => ({ number: 1 })], ['react', 'applause', () => ({ reaction: 'applause' })],
  ]],
  ['The page', [
    ['setLayout', 'grid', () => ({ layout: 'grid' })], ['setLayout', 'speaker', () => ({ layout: 'speaker' })],
    ['setLayout', 'the room’s', () => ({ layout: null })],
    ['setLanguage', 'da', () => ({ lang: 'da' })], ['setLanguage', 'en', () => ({ lang: 'en' })],
  ]],
];

/** Buttons that set an attribute of the element. */
export const ATTRIBUTES: readonly (readonly [attribute: string, value: string])[] = [
  ['camera', 'off'], ['camera', 'on'], ['microphone', 'off'], ['microphone', 'on'], ['layout', 'grid'], ['lang', 'en'],
  ['chat', 'off'], ['minimal', 'on'], ['theme', 'dark'],
];
