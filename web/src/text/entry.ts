/** The words of the ways in. */

import { spoken } from './spoken.js';

export interface EntryWords {
  readonly ask: {
    readonly title: string;
    readonly lead: string;
    readonly label: string;
    readonly hint: string;
    readonly go: string;
    readonly empty: string;
    readonly unknown: string;
  };
  readonly pin: {
    readonly title: string;
    readonly lead: string;
    readonly label: string;
    readonly go: string;
    readonly missing: string;
    readonly wrong: (triesLeft: number | null) => string;
    readonly other: string;
  };
  readonly working: string;
  readonly early: {
    readonly title: string;
    readonly begins: (when: string) => string;
    /** The host, and what he is. */
    readonly with: (who: string) => string;
    readonly opens: (when: string) => string;
    readonly stay: string;
    readonly later: string;
    /** Leads to the page on which one's equipment is tried. */
    readonly try: string;
  };
  readonly closed: { readonly title: string; readonly body: string };
  readonly unknown: { readonly title: string; readonly body: string; readonly type: string };
  readonly unreachable: { readonly title: string; readonly body: string; readonly again: string };
  readonly wait: {
    readonly title: string;
    /** `time`: one of the two below. */
    readonly body: (time: string) => string;
    readonly seconds: (count: number) => string;
    readonly minutes: (count: number) => string;
    readonly again: string;
  };
}

const da: EntryWords = {
  ask: {
    title: 'Kom ind til dit møde',
    lead: 'Har du et link i en sms eller et brev, så åbn det. Så kommer du direkte til mødet. Ellers skriv adressen eller koden her.',
    label: 'Mødets adresse eller kode',
    hint: 'Den står i din invitation.',
    go: 'Gå videre',
    empty: 'Skriv den adresse eller kode, der står i din invitation.',
    unknown: 'Vi kan ikke finde et møde med den adresse. Se efter, om den er skrevet rigtigt. Måske er mødet slut.',
  },
  pin: {
    title: 'Skriv mødets pinkode',
    lead: 'Du har fået pinkoden sammen med din invitation.',
    label: 'Pinkode',
    go: 'Gå videre',
    missing: 'Pinkoden har mindst 4 tal.',
    wrong: (left) =>
      left === null
        ? 'Det er ikke den rigtige pinkode. Prøv igen.'
        : left === 0
          ? 'Det er ikke den rigtige pinkode.'
          : `Det er ikke den rigtige pinkode. Du har ${left} forsøg tilbage.`,
    other: 'Skriv en anden adresse',
  },
  working: 'Vi finder dit møde …',
  early: {
    title: 'Du er tidligt på den',
    begins: (when) => `Mødet begynder ${when}.`,
    with: (who) => `Du skal tale med ${who}.`,
    opens: (when) => `Døren åbner ${when}.`,
    stay: 'Lad siden være åben. Den går videre af sig selv.',
    later: 'Kom tilbage til den tid, og åbn det samme link igen.',
    try: 'Prøv dit kamera og din lyd imens',
  },
  closed: { title: 'Mødet er slut', body: 'Linket virker ikke længere. Har du et nyt møde, så åbn linket til det.' },
  unknown: {
    title: 'Linket virker ikke',
    body: 'Enten er mødet slut, eller også mangler der noget af linket. Åbn linket i din invitation igen.',
    type: 'Skriv adressen i stedet',
  },
  unreachable: { title: 'Vi kan ikke få forbindelse', body: 'Se efter, om du er på nettet. Siden prøver igen af sig selv.', again: 'Prøv nu' },
  wait: {
    title: 'Vent lidt',
    body: (time) => `Der er prøvet for mange gange. Du kan prøve igen om ${time}. Et link fra din invitation virker stadig.`,
    seconds: (count) => (count === 1 ? '1 sekund' : `${String(count)} sekunder`),
    minutes: (count) => `${String(count)} minutter`,
    again: 'Prøv igen',
  },
};

const en: EntryWords = {
  ask: {
    title: 'Come in to your meeting',
    lead: 'If you have a link in a text message or a letter, open it. It takes you straight to the meeting. Otherwise type the address or the code here.',
    label: 'The meeting’s address or code',
    hint: 'It is in your invitation.',
    go: 'Continue',
    empty: 'Type the address or the code from your invitation.',
    unknown: 'We cannot find a meeting with that address. Check that it is written correctly. Perhaps the meeting is over.',
  },
  pin: {
    title: 'Type the meeting’s PIN',
    lead: 'You got the PIN with your invitation.',
    label: 'PIN',
    go: 'Continue',
    missing: 'The PIN has at least 4 digits.',
    wrong: (left) =>
      left === null ? 'That is not the right PIN. Try again.' : left === 0 ? 'That is not the right PIN.' : `That is not the right PIN. You have ${left} ${left === 1 ? 'try' : 'tries'} left.`,
    other: 'Type another address',
  },
  working: 'We are finding your meeting …',
  early: {
    title: 'You are early',
    begins: (when) => `The meeting begins ${when}.`,
    with: (who) => `You are meeting ${who}.`,
    opens: (when) => `The door opens ${when}.`,
    stay: 'Leave this page open. It goes on by itself.',
    later: 'Come back at that time, and open the same link again.',
    try: 'Try your camera and your sound meanwhile',
  },
  closed: { title: 'The meeting is over', body: 'The link no longer works. If you have another meeting, open its link.' },
  unknown: {
    title: 'The link does not work',
    body: 'Either the meeting is over, or a part of the link is missing. Open the link in your invitation again.',
    type: 'Type the address instead',
  },
  unreachable: { title: 'We cannot connect', body: 'Check that you are online. The page tries again by itself.', again: 'Try now' },
  wait: {
    title: 'Wait a little',
    body: (time) => `There have been too many tries. You can try again in ${time}. A link from your invitation still works.`,
    seconds: (count) => (count === 1 ? '1 second' : `${String(count)} seconds`),
    minutes: (count) => `${String(count)} minutes`,
    again: 'Try again',
  },
};

export const entryWords = spoken('entry', { da, en });

/** `45 sekunder`, `2 minutter`. */
export function waitText(seconds: number, { wait }: EntryWords): string {
  return seconds > LONGEST_IN_SECONDS ? wait.minutes(Math.ceil(seconds / 60)) : wait.seconds(seconds);
}

const LONGEST_IN_SECONDS = 90;
