/** The words of coming in, waiting, and what hosts do about people and about the end. */

import { spoken } from './spoken.js';

export interface RoomWords {
  readonly pin: {
    readonly title: string;
    readonly lead: string;
    readonly label: string;
    readonly go: string;
    readonly checking: string;
    readonly missing: string;
    readonly wrong: string;
    readonly unreachable: string;
    readonly locked: (minutes: number) => string;
  };
  readonly waiting: {
    readonly title: Readonly<Record<'host' | 'admission', string>>;
    readonly lead: Readonly<Record<'host' | 'admission', string>>;
    readonly since: (minutes: number) => string;
    readonly fromHost: string;
    readonly leave: string;
  };
  readonly lobby: {
    readonly title: string;
    readonly nobody: string;
    readonly waited: (minutes: number) => string;
    readonly away: string;
    readonly admit: string;
    readonly admitNamed: (name: string) => string;
    readonly admitAll: (count: number) => string;
    readonly refuse: string;
    readonly refuseNamed: (name: string) => string;
    readonly reason: string;
    readonly refuseNow: string;
    readonly bar: string;
    readonly cancel: string;
    readonly say: string;
    readonly sayNow: string;
    readonly lock: string;
    readonly unlock: string;
    readonly isLocked: string;
    readonly notYours: string;
    readonly full: string;
    readonly came: (name: string) => string;
  };
  readonly action: {
    readonly makeHost: string;
    readonly makeGuest: string;
    readonly mute: string;
    readonly askMicrophone: string;
    readonly askCamera: string;
    readonly closeCamera: string;
    readonly stopScreen: string;
    readonly remove: string;
    readonly bar: string;
    readonly asked: string;
  };
  readonly host: {
    readonly title: string;
    readonly muteGuests: string;
    readonly mayUnmute: string;
    readonly mayNotUnmute: string;
    readonly end: string;
    readonly extend: string;
    readonly lobby: string;
    readonly lobbyChoice: Readonly<Record<'off' | 'untilHost' | 'knock', string>>;
  };
  readonly asked: {
    readonly text: Readonly<Record<'microphone' | 'camera', string>>;
    readonly yes: string;
    readonly no: string;
  };
  readonly ending: {
    readonly byHost: (seconds: number) => string;
    readonly withoutHost: (seconds: number) => string;
    readonly closing: (minutes: number) => string;
    readonly keep: string;
    readonly extend: string;
  };
  readonly prejoin: {
    readonly functionLabel: string;
    readonly functionHint: string;
    readonly none: string;
    readonly other: string;
    readonly otherLabel: string;
  };
}

const minutesDa = (minutes: number): string => (minutes === 1 ? '1 minut' : `${String(minutes)} minutter`);
const minutesEn = (minutes: number): string => (minutes === 1 ? '1 minute' : `${String(minutes)} minutes`);
const seconds = (count: number, one: string, many: string): string => `${String(count)} ${count === 1 ? one : many}`;

const da: RoomWords = {
  pin: {
    title: 'Skriv pinkoden til mødet',
    lead: 'Du har fået den sammen med adressen, fx på sms eller over telefonen.',
    label: 'Pinkode',
    go: 'Gå videre',
    checking: 'Et øjeblik',
    missing: 'Skriv pinkoden. Den har 4 til 9 tal.',
    wrong: 'Det er ikke den rigtige pinkode. Se efter igen, og prøv en gang til.',
    unreachable: 'Vi kan ikke få forbindelse lige nu. Prøv igen om lidt.',
    locked: (minutes) => `Der er prøvet for mange forkerte pinkoder. Du kan prøve igen om ${minutesDa(minutes)}. Har du fået et link, så brug det. Det virker stadig.`,
  },
  waiting: {
    title: { host: 'Værten er her ikke endnu', admission: 'Du er i venteværelset' },
    lead: {
      host: 'Bliv her. Du kommer ind af dig selv, så snart værten kommer.',
      admission: 'Værten kan se, at du venter, og lukker dig ind.',
    },
    since: (minutes) => (minutes < 1 ? 'Du er lige kommet.' : `Du har ventet i ${minutesDa(minutes)}.`),
    fromHost: 'Besked fra værten',
    leave: 'Forlad venteværelset',
  },
  lobby: {
    title: 'I venteværelset',
    nobody: 'Ingen venter.',
    waited: (minutes) => (minutes < 1 ? 'Lige kommet' : `Har ventet ${minutesDa(minutes)}`),
    away: 'Forbinder igen',
    admit: 'Luk ind',
    admitNamed: (name) => `Luk ind: ${name}`,
    admitAll: (count) => `Luk alle ${String(count)} ind`,
    refuse: 'Afvis',
    refuseNamed: (name) => `Afvis ${name}`,
    reason: 'Begrundelse, som personen ser',
    refuseNow: 'Afvis',
    bar: 'Kan ikke komme igen',
    cancel: 'Fortryd',
    say: 'Besked til dem, der venter',
    sayNow: 'Send',
    lock: 'Lås mødet',
    unlock: 'Lås mødet op',
    isLocked: 'Mødet er låst. Alle nye venter, til du lukker dem ind.',
    notYours: 'Værter fra en anden organisation lukker ind.',
    full: 'Der er ikke plads til flere i mødet.',
    came: (name) => `${name} venter på at komme ind`,
  },
  action: {
    makeHost: 'Gør til vært',
    makeGuest: 'Gør til deltager',
    mute: 'Sluk mikrofon',
    askMicrophone: 'Bed om at tænde mikrofon',
    askCamera: 'Bed om at tænde kamera',
    closeCamera: 'Sluk kamera',
    stopScreen: 'Stop skærmdeling',
    remove: 'Fjern fra mødet',
    bar: 'Fjern, og luk ikke ind igen',
    asked: 'Er bedt om at tænde',
  },
  host: {
    title: 'For værter',
    muteGuests: 'Sluk alle deltageres mikrofon',
    mayUnmute: 'Lad deltagere tænde selv',
    mayNotUnmute: 'Lad kun værter tænde for deltagere',
    end: 'Afslut mødet for alle',
    extend: 'Forlæng mødet 15 minutter',
    lobby: 'Hvem kommer ind?',
    lobbyChoice: { off: 'Alle med link kommer ind', untilHost: 'Venter, til en vært er her', knock: 'Værten lukker hver enkelt ind' },
  },
  asked: {
    text: { microphone: 'Værten beder dig om at tænde din mikrofon.', camera: 'Værten beder dig om at tænde dit kamera.' },
    yes: 'Tænd',
    no: 'Ikke nu',
  },
  ending: {
    byHost: (count) => `Værten afslutter mødet om ${seconds(count, 'sekund', 'sekunder')}.`,
    withoutHost: (count) => `Værten er gået. Mødet slutter om ${seconds(count, 'sekund', 'sekunder')}.`,
    closing: (minutes) => `Mødet lukker om ${minutesDa(minutes)}.`,
    keep: 'Fortryd',
    extend: 'Forlæng 15 minutter',
  },
  prejoin: {
    functionLabel: 'Din rolle i mødet',
    functionHint: 'Hjælper de andre med at vide, hvem du er.',
    none: 'Ikke valgt',
    other: 'Andet',
    otherLabel: 'Skriv din rolle',
  },
};

const en: RoomWords = {
  pin: {
    title: 'Type the PIN of the meeting',
    lead: 'You got it with the address, for example by text message or over the phone.',
    label: 'PIN',
    go: 'Continue',
    checking: 'One moment',
    missing: 'Type the PIN. It has 4 to 9 digits.',
    wrong: 'That is not the right PIN. Look again and try once more.',
    unreachable: 'We cannot connect right now. Try again in a moment.',
    locked: (minutes) => `Too many wrong PINs were typed. You can try again in ${minutesEn(minutes)}. If you got a link, use it. It still works.`,
  },
  waiting: {
    title: { host: 'The host is not here yet', admission: 'You are in the waiting room' },
    lead: {
      host: 'Stay here. You come in by yourself as soon as the host is here.',
      admission: 'The host can see that you are waiting and will let you in.',
    },
    since: (minutes) => (minutes < 1 ? 'You have just arrived.' : `You have waited for ${minutesEn(minutes)}.`),
    fromHost: 'Message from the host',
    leave: 'Leave the waiting room',
  },
  lobby: {
    title: 'In the waiting room',
    nobody: 'Nobody is waiting.',
    waited: (minutes) => (minutes < 1 ? 'Just arrived' : `Waiting for ${minutesEn(minutes)}`),
    away: 'Reconnecting',
    admit: 'Let in',
    admitNamed: (name) => `Let in: ${name}`,
    admitAll: (count) => `Let all ${String(count)} in`,
    refuse: 'Refuse',
    refuseNamed: (name) => `Refuse ${name}`,
    reason: 'Reason, which the person sees',
    refuseNow: 'Refuse',
    bar: 'Cannot come again',
    cancel: 'Cancel',
    say: 'Message to those who wait',
    sayNow: 'Send',
    lock: 'Lock the meeting',
    unlock: 'Unlock the meeting',
    isLocked: 'The meeting is locked. Everyone new waits until you let them in.',
    notYours: 'Hosts of another organisation let people in.',
    full: 'There is no room for more people.',
    came: (name) => `${name} is waiting to come in`,
  },
  action: {
    makeHost: 'Make host',
    makeGuest: 'Make participant',
    mute: 'Turn microphone off',
    askMicrophone: 'Ask to turn microphone on',
    askCamera: 'Ask to turn camera on',
    closeCamera: 'Turn camera off',
    stopScreen: 'Stop screen sharing',
    remove: 'Remove from the meeting',
    bar: 'Remove and do not let in again',
    asked: 'Has been asked to turn on',
  },
  host: {
    title: 'For hosts',
    muteGuests: 'Turn off all participants’ microphones',
    mayUnmute: 'Let participants turn on themselves',
    mayNotUnmute: 'Let only hosts turn participants on',
    end: 'End the meeting for everyone',
    extend: 'Extend the meeting by 15 minutes',
    lobby: 'Who comes in?',
    lobbyChoice: { off: 'Everyone with a link comes in', untilHost: 'Wait until a host is here', knock: 'The host lets each one in' },
  },
  asked: {
    text: { microphone: 'The host asks you to turn your microphone on.', camera: 'The host asks you to turn your camera on.' },
    yes: 'Turn on',
    no: 'Not now',
  },
  ending: {
    byHost: (count) => `The host ends the meeting in ${seconds(count, 'second', 'seconds')}.`,
    withoutHost: (count) => `The host has left. The meeting ends in ${seconds(count, 'second', 'seconds')}.`,
    closing: (minutes) => `The meeting closes in ${minutesEn(minutes)}.`,
    keep: 'Undo',
    extend: 'Extend by 15 minutes',
  },
  prejoin: {
    functionLabel: 'Your role in the meeting',
    functionHint: 'Helps the others know who you are.',
    none: 'Not chosen',
    other: 'Other',
    otherLabel: 'Write your role',
  },
};

export const roomWords = spoken('rooms', { da, en });
