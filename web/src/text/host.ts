/** The words of what a host is told of those who wait, of links, of the meeting itself, and of taking things back. */

import { spoken } from './spoken.js';

/** What a host can do something about; every other code is `other`. */
export type LinkProblem = 'unbooked' | 'notYours' | 'full' | 'tooFast' | 'unreachable' | 'other';

export interface HostWords {
  readonly alerts: {
    readonly title: string;
    readonly sound: string;
    readonly notification: string;
    readonly denied: string;
    /** Names are left out: screens lie on tables. */
    readonly waiting: (count: number) => string;
  };
  readonly undo: {
    readonly now: string;
    readonly removed: (name: string, seconds: number) => string;
    readonly cleared: (seconds: number) => string;
    readonly muted: (count: number) => string;
    readonly askAgain: (count: number) => string;
    readonly asked: string;
  };
  readonly links: {
    readonly open: string;
    readonly shared: string;
    readonly sharedHint: string;
    readonly copy: string;
    readonly copied: string;
    readonly notCopied: string;
    readonly qr: string;
    readonly qrHint: string;
    readonly personal: string;
    readonly personalHint: string;
    readonly name: string;
    readonly make: string;
    readonly made: (name: string) => string;
    readonly onceHint: string;
    readonly revoke: string;
    readonly revokeOf: (name: string) => string;
    readonly revoked: string;
    readonly earlier: string;
    readonly nameless: string;
    readonly problem: Readonly<Record<LinkProblem, string>>;
  };
  readonly details: {
    readonly title: string;
    readonly subject: string;
    readonly organisation: string;
    readonly helpLine: string;
    readonly organisedBy: string;
    readonly begins: string;
    readonly ends: string;
    readonly closes: string;
    /** What a helpdesk asks for on the telephone. */
    readonly shortId: string;
    readonly left: (minutes: number) => string;
    readonly over: (minutes: number) => string;
    readonly none: string;
    readonly unbooked: string;
    readonly expected: string;
    readonly isHere: string;
    readonly isNotHere: string;
    readonly loading: string;
    readonly unreachable: string;
    readonly tryAgain: string;
    readonly attendance: string;
    readonly attendanceHint: string;
    readonly attendanceNone: string;
    readonly fromTo: (from: string, to: string) => string;
    readonly file: string;
  };
  readonly person: {
    readonly weak: string;
    readonly lost: string;
    readonly device: Readonly<Record<'phone' | 'tablet' | 'computer', string>>;
    readonly deviceWith: (device: string, browser: string) => string;
  };
  readonly floor: {
    readonly next: (name: string) => string;
  };
}

const da: HostWords = {
  alerts: {
    title: 'Når nogen venter',
    sound: 'Bank på med en lyd',
    notification: 'Vis en besked, også når jeg er i et andet vindue',
    denied: 'Din browser viser ingen beskeder fra denne side. Du kan tillade dem ved hængelåsen i adresselinjen.',
    waiting: (count) => (count === 1 ? 'Der venter 1 på at komme ind i mødet' : `Der venter ${String(count)} på at komme ind i mødet`),
  },
  undo: {
    now: 'Fortryd',
    removed: (name, seconds) => `${name} bliver fjernet om ${String(seconds)} s`,
    cleared: (seconds) => `Køen bliver ryddet om ${String(seconds)} s`,
    muted: (count) => (count === 1 ? '1 mikrofon er slukket' : `${String(count)} mikrofoner er slukket`),
    askAgain: (count) => (count === 1 ? 'Bed om at tænde den igen' : `Bed alle ${String(count)} om at tænde igen`),
    asked: 'De er bedt om at tænde igen',
  },
  links: {
    open: 'Link eller QR-kode',
    shared: 'Link til alle',
    sharedHint: 'Den, der åbner linket, venter i venteværelset, til du lukker op.',
    copy: 'Kopiér link',
    copied: 'Linket er kopieret',
    notCopied: 'Linket kunne ikke kopieres. Markér det, og kopiér det selv.',
    qr: 'QR-kode med linket',
    qrHint: 'Hold en telefons kamera hen over.',
    personal: 'Link til én person',
    personalHint: 'Kommer direkte ind i mødet. Giv det kun til den, det er til.',
    name: 'Navn i mødet (kan udelades)',
    make: 'Lav link',
    made: (name) => (name === '' ? 'Linket er klar' : `Linket til ${name} er klar`),
    onceHint: 'Kopiér det nu. Det vises ikke igen.',
    revoke: 'Træk tilbage',
    revokeOf: (name) => `Træk tilbage: linket til ${name}`,
    revoked: 'Linket er trukket tilbage. Det åbner ikke mødet mere.',
    earlier: 'Personlige links til mødet',
    nameless: 'Uden navn',
    problem: {
      unbooked: 'Mødet er ikke booket, så der kan ikke laves links herfra. Giv i stedet det gæstelink videre, som mødet blev oprettet med.',
      notYours: 'Kun den, der er kommet ind med et værtslink, kan lave links. Bed en anden vært om det, eller åbn dit værtslink igen.',
      full: 'Mødet har så mange links, som det kan have. Træk et tilbage først.',
      tooFast: 'Det gik for hurtigt. Vent et øjeblik, og prøv igen.',
      unreachable: 'Vi kan ikke få forbindelse lige nu. Prøv igen om lidt.',
      other: 'Det lykkedes ikke. Prøv igen om lidt.',
    },
  },
  details: {
    title: 'Om mødet',
    subject: 'Emne',
    organisation: 'Indbyder',
    helpLine: 'Telefon til hjælp',
    organisedBy: 'Booket af',
    begins: 'Begynder',
    ends: 'Slutter',
    closes: 'Rummet lukker',
    shortId: 'Mødets nummer til hjælp',
    left: (minutes) => (minutes < 1 ? 'Under 1 minut tilbage' : minutes === 1 ? '1 minut tilbage' : `${String(minutes)} minutter tilbage`),
    over: (minutes) => (minutes === 1 ? '1 minut over tiden' : `${String(minutes)} minutter over tiden`),
    none: 'Ikke oplyst',
    unbooked: 'Mødet er ikke booket. Det har ingen sluttid og ingen liste over inviterede.',
    expected: 'Inviterede',
    isHere: 'Er her',
    isNotHere: 'Ikke kommet',
    loading: 'Henter …',
    unreachable: 'Vi kan ikke hente det lige nu.',
    tryAgain: 'Prøv igen',
    attendance: 'Hvem har været her',
    attendanceHint: 'Rummet noterer, hvem der deltager.',
    attendanceNone: 'Rummet noterer ikke, hvem der deltager.',
    fromTo: (from, to) => `kl. ${from} til ${to}`,
    file: 'Hent som regneark',
  },
  person: {
    weak: 'Dårlig forbindelse',
    lost: 'Ingen forbindelse til lyd og billede',
    device: { phone: 'Telefon', tablet: 'Tablet', computer: 'Computer' },
    deviceWith: (device, browser) => `${device} med ${browser}`,
  },
  floor: {
    next: (name) => `Næste: ${name}`,
  },
};

const en: HostWords = {
  alerts: {
    title: 'When somebody waits',
    sound: 'Knock with a sound',
    notification: 'Show a message, also when I am in another window',
    denied: 'Your browser shows no messages of this page. You can allow them at the padlock in the address bar.',
    waiting: (count) => (count === 1 ? '1 person waits to come into the meeting' : `${String(count)} people wait to come into the meeting`),
  },
  undo: {
    now: 'Undo',
    removed: (name, seconds) => `${name} will be removed in ${String(seconds)} s`,
    cleared: (seconds) => `The queue will be cleared in ${String(seconds)} s`,
    muted: (count) => (count === 1 ? '1 microphone is off' : `${String(count)} microphones are off`),
    askAgain: (count) => (count === 1 ? 'Ask to turn it on again' : `Ask all ${String(count)} to turn on again`),
    asked: 'They are asked to turn on again',
  },
  links: {
    open: 'Link or QR code',
    shared: 'Link for everyone',
    sharedHint: 'Whoever opens the link waits in the waiting room until you let them in.',
    copy: 'Copy link',
    copied: 'The link is copied',
    notCopied: 'The link could not be copied. Select it and copy it yourself.',
    qr: 'QR code with the link',
    qrHint: 'Hold the camera of a phone over it.',
    personal: 'Link for one person',
    personalHint: 'Leads straight into the meeting. Give it only to the person it is for.',
    name: 'Name in the meeting (may be left out)',
    make: 'Make a link',
    made: (name) => (name === '' ? 'The link is ready' : `The link for ${name} is ready`),
    onceHint: 'Copy it now. It is not shown again.',
    revoke: 'Take back',
    revokeOf: (name) => `Take back: the link for ${name}`,
    revoked: 'The link is taken back. It does not open the meeting any more.',
    earlier: 'Personal links to the meeting',
    nameless: 'Without a name',
    problem: {
      unbooked: 'The meeting is not booked, so no links can be made here. Pass on the guest link instead, which the meeting was made with.',
      notYours: 'Only somebody who came in by a host link can make links. Ask another host, or open your host link again.',
      full: 'The meeting has as many links as it can have. Take one back first.',
      tooFast: 'That was too fast. Wait a moment and try again.',
      unreachable: 'We cannot connect right now. Try again in a moment.',
      other: 'It did not work. Try again in a moment.',
    },
  },
  details: {
    title: 'About the meeting',
    subject: 'Subject',
    organisation: 'Invited by',
    helpLine: 'Telephone for help',
    organisedBy: 'Booked by',
    begins: 'Begins',
    ends: 'Ends',
    closes: 'The room closes',
    shortId: 'Meeting id for help',
    left: (minutes) => (minutes < 1 ? 'Less than 1 minute left' : minutes === 1 ? '1 minute left' : `${String(minutes)} minutes left`),
    over: (minutes) => (minutes === 1 ? '1 minute over time' : `${String(minutes)} minutes over time`),
    none: 'Not said',
    unbooked: 'The meeting is not booked. It has no end and no list of who is invited.',
    expected: 'Invited',
    isHere: 'Is here',
    isNotHere: 'Has not come',
    loading: 'Loading …',
    unreachable: 'We cannot fetch it right now.',
    tryAgain: 'Try again',
    attendance: 'Who has been here',
    attendanceHint: 'The room records who takes part.',
    attendanceNone: 'The room does not record who takes part.',
    fromTo: (from, to) => `${from} to ${to}`,
    file: 'Download as a spreadsheet',
  },
  person: {
    weak: 'Weak connection',
    lost: 'No connection for sound and picture',
    device: { phone: 'Phone', tablet: 'Tablet', computer: 'Computer' },
    deviceWith: (device, browser) => `${device} with ${browser}`,
  },
  floor: {
    next: (name) => `Next: ${name}`,
  },
};

export const hostWords = spoken('host', { da, en });
