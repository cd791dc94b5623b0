/** The words of the operator's live page. */

import { spoken } from './spoken.js';

export interface OperatorWords {
  readonly title: string;
  readonly skip: string;
  readonly key: { readonly title: string; readonly lead: string; readonly label: string; readonly go: string; readonly development: string; readonly wrong: string; readonly forget: string };
  readonly lost: string;
  readonly version: (version: string, age: string) => string;
  readonly state: { readonly title: string; readonly serving: string; readonly draining: (until: string) => string; readonly ending: string; readonly degraded: (what: string) => string };
  readonly drain: {
    readonly lead: string;
    readonly deadline: string;
    readonly minutes: (count: number) => string;
    readonly hours: (count: number) => string;
    readonly begin: string;
    readonly sure: string;
    readonly yes: string;
    readonly no: string;
    readonly undo: string;
    readonly failed: string;
  };
  readonly now: {
    readonly title: string;
    readonly people: string;
    readonly peopleMore: (hosts: number, guests: number) => string;
    readonly calls: string;
    readonly callsMore: (open: number) => string;
    readonly waiting: string;
    readonly waitingMore: string;
    readonly lag: string;
    readonly lagMore: (worst: string) => string;
    readonly packetsIn: string;
    readonly packetsOut: string;
    readonly perSecond: string;
    readonly rate: (mbps: string) => string;
    readonly signalling: string;
    readonly relay: string;
    readonly ofCore: string;
    readonly rejected: (count: string) => string;
    readonly trend: string;
  };
  readonly quality: { readonly title: string; readonly good: string; readonly weak: string; readonly lost: string; readonly none: string; readonly ways: (udp: number, tcp: number, turn: number, none: number) => string };
  readonly workers: { readonly title: string; readonly worker: string; readonly load: string; readonly peers: string };
  readonly rooms: { readonly title: string; readonly room: string; readonly people: string; readonly hint: string; readonly waiting: string; readonly weak: string; readonly sources: string; readonly age: string; readonly none: string; readonly more: (count: number) => string };
  readonly problems: { readonly title: string; readonly none: string; readonly what: Readonly<Record<string, string>> };
  readonly bounds: { readonly title: string; readonly lead: string; readonly name: string; readonly total: string; readonly recent: string; readonly none: string };
  readonly story: { readonly title: string; readonly lead: string; readonly label: string; readonly go: string; readonly unknown: string; readonly wrong: string };
}

const da: OperatorWords = {
  title: 'Drift',
  skip: 'Gå til indholdet',
  key: {
    title: 'Serveren lige nu',
    lead: 'Skriv en API-nøgle til denne server. Den bliver i denne fane og forsvinder, når du lukker den.',
    label: 'API-nøgle',
    go: 'Vis',
    development: 'Fortsæt som udvikler',
    wrong: 'Serveren kender ikke nøglen.',
    forget: 'Glem nøglen',
  },
  lost: 'Serveren svarer ikke. Tallene er fra sidste svar; siden prøver igen.',
  version: (version, age) => `Version ${version}, har kørt i ${age}`,
  state: {
    title: 'Tilstand',
    serving: 'Tager imod alle',
    draining: (until) => `Tømmes: ingen nye, og samtaler afbrydes kl. ${until}`,
    ending: 'Serveren er ved at stoppe',
    degraded: (what) => `Virker ikke lige nu: ${what}`,
  },
  drain: {
    lead: 'Før en opdatering: ingen nye kommer ind, og de samtaler, der er i gang, kører til tiden er gået.',
    deadline: 'Afbryd samtaler om',
    minutes: (count) => (count === 1 ? '1 minut' : `${count} minutter`),
    hours: (count) => (count === 1 ? '1 time' : `${count} timer`),
    begin: 'Tøm serveren',
    sure: 'Nye bliver afvist fra nu af. Tøm serveren?',
    yes: 'Ja, tøm',
    no: 'Nej',
    undo: 'Fortryd, tag imod igen',
    failed: 'Det lykkedes ikke. Prøv igen.',
  },
  now: {
    title: 'Lige nu',
    people: 'Deltagere',
    peopleMore: (hosts, guests) => `${hosts} værter, ${guests} gæster`,
    calls: 'Samtaler',
    callsMore: (open) => `${open} rum er åbne`,
    waiting: 'Venter ved døren',
    waitingMore: 'på en vært',
    lag: 'Forsinkelse i løkken',
    lagMore: (worst) => `højst ${worst} det sidste minut`,
    packetsIn: 'Pakker ind',
    packetsOut: 'Pakker ud',
    perSecond: 'pr. sekund',
    rate: (mbps) => `${mbps} Mbit/s`,
    signalling: 'Processor, samtalestyring',
    relay: 'Processor, lyd og billede',
    ofCore: 'af en kerne',
    rejected: (count) => `${count} afvist pr. sekund`,
    trend: 'de sidste to minutter',
  },
  quality: {
    title: 'Forbindelser',
    good: 'Gode',
    weak: 'Svage',
    lost: 'Tabte',
    none: 'Ingen har lyd eller billede lige nu.',
    ways: (udp, tcp, turn, none) => `${udp} ved UDP, ${tcp} ved TCP, ${turn} ved TURN, ${none} uden medier`,
  },
  workers: { title: 'Arbejdere', worker: 'Nr.', load: 'Belastning', peers: 'Forbindelser' },
  rooms: {
    title: 'Rum i brug',
    room: 'Rum',
    people: 'Deltagere',
    hint: 'Værter + gæster. Rum med svage forbindelser står øverst.',
    waiting: 'Venter',
    weak: 'Svage',
    sources: 'Kilder',
    age: 'Alder',
    none: 'Ingen er i et rum.',
    more: (count) => `og ${count} flere`,
  },
  problems: {
    title: 'Seneste problemer',
    none: 'Ingen, siden serveren startede.',
    what: { refused: 'Kom ikke ind', mediaLost: 'Mistede lyd og billede', noMedia: 'Fik aldrig lyd eller billede' },
  },
  bounds: {
    title: 'Grænser, der er ramt',
    lead: 'Navne som i dokumentationen af målinger.',
    name: 'Grænse',
    total: 'I alt',
    recent: 'Nu',
    none: 'Ingen.',
  },
  story: {
    title: 'Et mødes historie',
    lead: 'Værten kan læse mødets korte nummer op fra mødets oplysninger. Historien er på engelsk, med numre og roller.',
    label: 'Kort nummer',
    go: 'Vis historien',
    unknown: 'Der vides intet om et møde med det nummer.',
    wrong: 'Et kort nummer har seks bogstaver og tal.',
  },
};

const en: OperatorWords = {
  title: 'Operations',
  skip: 'Skip to content',
  key: {
    title: 'The server now',
    lead: 'Enter an API key of this server. It stays in this tab and is gone when you close it.',
    label: 'API key',
    go: 'Show',
    development: 'Continue as a developer',
    wrong: 'The server does not know this key.',
    forget: 'Forget the key',
  },
  lost: 'The server does not answer. The figures are those of its last answer; the page tries again.',
  version: (version, age) => `Version ${version}, running for ${age}`,
  state: {
    title: 'State',
    serving: 'Takes everybody',
    draining: (until) => `Draining: nobody new, and calls are cut off at ${until}`,
    ending: 'The server is about to stop',
    degraded: (what) => `Does not work now: ${what}`,
  },
  drain: {
    lead: 'Before an update: nobody new comes in, and calls that are going on continue until the time is up.',
    deadline: 'Cut calls off in',
    minutes: (count) => (count === 1 ? '1 minute' : `${count} minutes`),
    hours: (count) => (count === 1 ? '1 hour' : `${count} hours`),
    begin: 'Drain the server',
    sure: 'Newcomers are refused from now on. Drain the server?',
    yes: 'Yes, drain',
    no: 'No',
    undo: 'Undo, take people again',
    failed: 'That did not work. Try again.',
  },
  now: {
    title: 'Now',
    people: 'People',
    peopleMore: (hosts, guests) => `${hosts} hosts, ${guests} guests`,
    calls: 'Calls',
    callsMore: (open) => `${open} rooms are open`,
    waiting: 'At the door',
    waitingMore: 'waiting for a host',
    lag: 'Event loop lag',
    lagMore: (worst) => `${worst} at most in the last minute`,
    packetsIn: 'Packets in',
    packetsOut: 'Packets out',
    perSecond: 'per second',
    rate: (mbps) => `${mbps} Mbit/s`,
    signalling: 'Processor, signalling',
    relay: 'Processor, sound and picture',
    ofCore: 'of a core',
    rejected: (count) => `${count} rejected per second`,
    trend: 'the last two minutes',
  },
  quality: {
    title: 'Connections',
    good: 'Good',
    weak: 'Weak',
    lost: 'Lost',
    none: 'Nobody has sound or picture now.',
    ways: (udp, tcp, turn, none) => `${udp} by UDP, ${tcp} by TCP, ${turn} by TURN, ${none} without media`,
  },
  workers: { title: 'Workers', worker: 'No.', load: 'Load', peers: 'Connections' },
  rooms: {
    title: 'Rooms in use',
    room: 'Room',
    people: 'People',
    hint: 'Hosts + guests. Rooms with weak connections come first.',
    waiting: 'Waiting',
    weak: 'Weak',
    sources: 'Sources',
    age: 'Age',
    none: 'Nobody is in a room.',
    more: (count) => `and ${count} more`,
  },
  problems: {
    title: 'Recent problems',
    none: 'None since the server started.',
    what: { refused: 'Could not join', mediaLost: 'Lost sound and picture', noMedia: 'Never got sound or picture' },
  },
  bounds: {
    title: 'Bounds that were hit',
    lead: 'Names as in the reference of metrics.',
    name: 'Bound',
    total: 'In all',
    recent: 'Now',
    none: 'None.',
  },
  story: {
    title: 'The story of a meeting',
    lead: 'A host can read the short id aloud from the meeting details. The story is told by ids and roles.',
    label: 'Short id',
    go: 'Show the story',
    unknown: 'Nothing is known of a meeting with this id.',
    wrong: 'A short id has six letters and digits.',
  },
};

export const operatorWords = spoken('staffOperator', { da, en });
