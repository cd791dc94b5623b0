/** The words of the way in that everybody reads: welcome, terms, the waiting room. What is tried is `text/check`. */

import { spoken } from './spoken.js';

export interface PrejoinWords {
  readonly back: string;
  /** While a screen is being fetched. */
  readonly moment: string;
  readonly when: {
    readonly today: (clock: string) => string;
    readonly tomorrow: (clock: string) => string;
    readonly day: (day: string, clock: string) => string;
  };
  readonly welcome: {
    readonly who: string;
    readonly when: string;
    readonly what: string;
    readonly lead: string;
    readonly leadTried: string;
    readonly go: string;
    readonly goOn: string;
    readonly skip: string;
  };
  /** Where the organisation has no words of its own. */
  readonly terms: {
    readonly title: string;
    readonly accept: string;
    readonly decline: string;
    readonly declined: string;
    readonly declinedLead: string;
    readonly otherWay: string;
    readonly otherWayUnknown: string;
    readonly again: string;
  };
  readonly waiting: {
    readonly begins: (moment: string) => string;
    readonly agreed: (moment: string) => string;
  };
}

const da: PrejoinWords = {
  back: 'Tilbage',
  moment: 'Et øjeblik …',
  when: {
    today: (clock) => `I dag kl. ${clock}`,
    tomorrow: (clock) => `I morgen kl. ${clock}`,
    day: (day, clock) => `${day} kl. ${clock}`,
  },
  welcome: {
    who: 'Du skal tale med',
    when: 'Tid',
    what: 'Det handler om',
    lead: 'Først prøver vi kamera og lyd. Det tager et minut.',
    leadTried: 'Du har prøvet kamera og lyd for nylig. Det virker stadig.',
    go: 'Kom i gang',
    goOn: 'Gå videre',
    skip: 'Spring prøven over',
  },
  terms: {
    title: 'Før du går ind',
    accept: 'Jeg siger ja',
    decline: 'Nej tak',
    declined: 'Du har sagt nej tak',
    declinedLead: 'Det er helt i orden. Du kommer ikke med i videomødet, og ingen har set eller hørt dig.',
    otherWay: 'Ring til os, så finder vi en anden måde at tale sammen på.',
    otherWayUnknown: 'Ring eller skriv til den, der har inviteret dig. Så finder I en anden måde at tale sammen på.',
    again: 'Læs det igen',
  },
  waiting: {
    begins: (moment) => `Mødet begynder ${moment}.`,
    agreed: (moment) => `Den aftalte tid er ${moment}.`,
  },
};

const en: PrejoinWords = {
  back: 'Back',
  moment: 'One moment …',
  when: {
    today: (clock) => `Today at ${clock}`,
    tomorrow: (clock) => `Tomorrow at ${clock}`,
    day: (day, clock) => `${day} at ${clock}`,
  },
  welcome: {
    who: 'You are meeting',
    when: 'Time',
    what: 'It is about',
    lead: 'First we try your camera and sound. It takes a minute.',
    leadTried: 'You tried your camera and sound not long ago. They still work.',
    go: 'Get started',
    goOn: 'Continue',
    skip: 'Skip the check',
  },
  terms: {
    title: 'Before you go in',
    accept: 'I agree',
    decline: 'No, thank you',
    declined: 'You have said no',
    declinedLead: 'That is perfectly all right. You will not join the video meeting, and nobody has seen or heard you.',
    otherWay: 'Call us, and we will find another way to talk.',
    otherWayUnknown: 'Call or write to whoever invited you. Together you will find another way to talk.',
    again: 'Read it again',
  },
  waiting: {
    begins: (moment) => `The meeting begins ${moment}.`,
    agreed: (moment) => `The time agreed is ${moment.replace(/^(?:at|on) /, '')}.`,
  },
};

export const prejoinWords = spoken('prejoin', { da, en });
