/** The words of the help desk's facts, of sound and picture as the browser makes them, and of keyboard shortcuts. */

import { spoken } from './spoken.js';

export interface TechniqueWords {
  readonly title: string;
  readonly lead: string;
  readonly send: string;
  readonly sending: string;
  readonly code: (code: string) => string;
  readonly codeHint: string;
  readonly notSent: string;
  readonly tooFast: string;
  readonly facts: {
    readonly connection: string;
    readonly way: string;
    readonly ways: Readonly<Record<'udp' | 'tcp' | 'relayUdp' | 'relayTcp' | 'relayTls' | 'none', string>>;
    readonly roundTrip: string;
    readonly loss: string;
    readonly lossOf: (down: string, up: string) => string;
    readonly rates: string;
    readonly ratesOf: (down: string, up: string) => string;
    readonly picture: string;
    readonly pictureOf: (width: number, height: number, frames: number) => string;
    readonly noPicture: string;
    readonly limited: Readonly<Record<'cpu' | 'bandwidth' | 'other', string>>;
    readonly codecs: string;
    readonly browser: string;
    readonly browserOf: (browser: string, version: number, system: string) => string;
    readonly devices: string;
    readonly devicesOf: (cameras: number, microphones: number, speakers: number) => string;
    readonly unknown: string;
    readonly milliseconds: (count: number) => string;
    readonly percent: (text: string) => string;
    readonly kilobits: (count: number) => string;
  };
  readonly processing: {
    readonly title: string;
    readonly blur: string;
    readonly noiseSuppression: string;
    readonly echoCancellation: string;
    readonly autoGainControl: string;
    readonly hint: string;
  };
  readonly shortcuts: {
    readonly title: string;
    readonly use: string;
    readonly hint: string;
    readonly microphone: string;
    readonly camera: string;
    readonly hand: string;
    readonly share: string;
    readonly people: string;
    readonly chat: string;
    readonly admit: string;
    readonly next: string;
    readonly more: string;
    readonly list: string;
    readonly escape: string;
    readonly escapeKey: string;
    readonly nobodyWaits: string;
  };
}

const da: TechniqueWords = {
  title: 'Teknik',
  lead: 'Til dig, der taler med support. Tallene gælder lige nu.',
  send: 'Send til support',
  sending: 'Sender …',
  code: (code) => `Sig koden ${code} til support`,
  codeHint: 'Support kan se tallene herunder i 7 dage. Dit navn og mødet er ikke med.',
  notSent: 'Det kunne ikke sendes lige nu. Prøv igen om lidt, eller læs tallene op.',
  tooFast: 'Der er sendt for mange lige nu. Vent et øjeblik, og prøv igen.',
  facts: {
    connection: 'Forbindelse',
    way: 'Vej til serveren',
    ways: {
      udp: 'Direkte (UDP)',
      tcp: 'Direkte (TCP)',
      relayUdp: 'Gennem en mellemstation (UDP)',
      relayTcp: 'Gennem en mellemstation (TCP)',
      relayTls: 'Gennem en mellemstation (TLS)',
      none: 'Ingen forbindelse',
    },
    roundTrip: 'Tid frem og tilbage',
    loss: 'Tabt på vejen',
    lossOf: (down, up) => `${down} ind, ${up} ud`,
    rates: 'Lyd og billede',
    ratesOf: (down, up) => `${down} ind, ${up} ud`,
    picture: 'Dit billede',
    pictureOf: (width, height, frames) => `${String(width)} × ${String(height)}, ${String(frames)} i sekundet`,
    noPicture: 'Sendes ikke',
    limited: { cpu: 'Computeren kan ikke følge med', bandwidth: 'Forbindelsen kan ikke bære mere', other: 'Noget holder det nede' },
    codecs: 'Formater',
    browser: 'Browser',
    browserOf: (browser, version, system) => `${browser} ${String(version)}, ${system}`,
    devices: 'Udstyr',
    devicesOf: (cameras, microphones, speakers) =>
      `Kameraer: ${String(cameras)}, mikrofoner: ${String(microphones)}, højttalere: ${String(speakers)}`,
    unknown: 'Ukendt',
    milliseconds: (count) => `${String(count)} ms`,
    percent: (text) => `${text} %`,
    kilobits: (count) => `${String(count)} kbit/s`,
  },
  processing: {
    title: 'Lyd og baggrund',
    blur: 'Slør baggrunden',
    noiseSuppression: 'Dæmp støj',
    echoCancellation: 'Fjern ekko',
    autoGainControl: 'Hold lyden jævn',
    hint: 'Din browser gør det selv. Slå det kun fra, hvis lyden er dårlig.',
  },
  shortcuts: {
    title: 'Genveje på tastaturet',
    use: 'Brug genveje',
    hint: 'De virker ikke, mens du skriver.',
    microphone: 'Tænd eller sluk mikrofonen',
    camera: 'Tænd eller sluk kameraet',
    hand: 'Ræk hånden, eller tag den ned',
    share: 'Del skærm, eller stop',
    people: 'Åbn eller luk deltagerne',
    chat: 'Åbn eller luk chatten',
    admit: 'Luk den ind, der har ventet længst',
    next: 'Giv ordet til den næste',
    more: 'Åbn eller luk Mere',
    list: 'Vis genvejene',
    escape: 'Luk det, der er åbent',
    escapeKey: 'Esc',
    nobodyWaits: 'Ingen venter',
  },
};

const en: TechniqueWords = {
  title: 'Technical facts',
  lead: 'For you who talk to support. The figures are of this moment.',
  send: 'Send to support',
  sending: 'Sending …',
  code: (code) => `Tell support the code ${code}`,
  codeHint: 'Support can see the figures below for 7 days. Your name and the meeting are not in them.',
  notSent: 'It could not be sent right now. Try again in a moment, or read the figures out.',
  tooFast: 'Too many were sent just now. Wait a moment and try again.',
  facts: {
    connection: 'Connection',
    way: 'Way to the server',
    ways: {
      udp: 'Direct (UDP)',
      tcp: 'Direct (TCP)',
      relayUdp: 'Through a relay (UDP)',
      relayTcp: 'Through a relay (TCP)',
      relayTls: 'Through a relay (TLS)',
      none: 'No connection',
    },
    roundTrip: 'Time there and back',
    loss: 'Lost on the way',
    lossOf: (down, up) => `${down} in, ${up} out`,
    rates: 'Sound and picture',
    ratesOf: (down, up) => `${down} in, ${up} out`,
    picture: 'Your picture',
    pictureOf: (width, height, frames) => `${String(width)} × ${String(height)}, ${String(frames)} a second`,
    noPicture: 'Not sent',
    limited: { cpu: 'The computer cannot keep up', bandwidth: 'The connection cannot carry more', other: 'Something holds it down' },
    codecs: 'Formats',
    browser: 'Browser',
    browserOf: (browser, version, system) => `${browser} ${String(version)}, ${system}`,
    devices: 'Devices',
    devicesOf: (cameras, microphones, speakers) =>
      `Cameras: ${String(cameras)}, microphones: ${String(microphones)}, speakers: ${String(speakers)}`,
    unknown: 'Unknown',
    milliseconds: (count) => `${String(count)} ms`,
    percent: (text) => `${text} %`,
    kilobits: (count) => `${String(count)} kbit/s`,
  },
  processing: {
    title: 'Sound and background',
    blur: 'Blur the background',
    noiseSuppression: 'Dampen noise',
    echoCancellation: 'Remove echo',
    autoGainControl: 'Keep the sound level',
    hint: 'Your browser does it itself. Switch it off only if the sound is bad.',
  },
  shortcuts: {
    title: 'Keyboard shortcuts',
    use: 'Use shortcuts',
    hint: 'They do nothing while you type.',
    microphone: 'Microphone on or off',
    camera: 'Camera on or off',
    hand: 'Raise or lower your hand',
    share: 'Share the screen, or stop',
    people: 'Open or close the people',
    chat: 'Open or close the chat',
    admit: 'Let in who has waited longest',
    next: 'Give the floor to the next',
    more: 'Open or close More',
    list: 'Show the shortcuts',
    escape: 'Close what is open',
    escapeKey: 'Esc',
    nobodyWaits: 'Nobody waits',
  },
};

export const techniqueWords = spoken('technique', { da, en });
