/** The words of the staff page: signing in, the day, booking and calling. Those of templates and looks stand beside. */

import type { MessageState } from '../protocol/room-messages.js';
import { spoken } from './spoken.js';

/** What went wrong, as far as a person can do something about it; every other code is `other`. */
export type StaffProblem =
  | 'unreachable'
  | 'ended'
  | 'notYours'
  | 'unknown'
  | 'tooFast'
  | 'busy'
  | 'smsNumber'
  | 'smsQuota'
  | 'smsFull'
  | 'smsUnavailable'
  | 'over'
  | 'fixed'
  | 'changed'
  | 'signIn'
  | 'issuer'
  | 'other';

export interface StaffWords {
  readonly product: string;
  readonly help: { readonly accessibility: string; readonly privacy: string };
  readonly nav: {
    readonly label: string;
    readonly day: string;
    readonly book: string;
    readonly call: string;
    readonly templates: string;
    readonly look: string;
    readonly more: string;
    readonly signOut: string;
    readonly skip: string;
  };
  readonly problem: Readonly<Record<StaffProblem, string>>;
  readonly again: string;
  readonly signIn: {
    readonly title: string;
    readonly lead: string;
    readonly go: string;
    readonly development: string;
    readonly developmentLead: string;
    readonly nowhere: string;
    readonly nowhereLead: string;
    readonly working: string;
    readonly ended: string;
  };
  readonly day: {
    readonly today: string;
    readonly tomorrow: string;
    readonly yesterday: string;
    readonly before: string;
    readonly after: string;
    readonly toToday: string;
    readonly none: string;
    readonly noneOther: string;
    readonly book: string;
    readonly now: (clock: string) => string;
    readonly earlier: (count: number) => string;
    readonly hideEarlier: string;
    readonly list: string;
    readonly waiting: (count: number) => string;
    readonly waited: (minutes: number) => string;
    readonly waitedBy: (name: string, minutes: number) => string;
    readonly arrived: (name: string, clock: string) => string;
    readonly someone: string;
    readonly longest: string;
    readonly toWaiting: string;
    readonly inside: (count: number) => string;
    readonly withoutHost: string;
    readonly opens: (clock: string) => string;
    readonly open: string;
    readonly over: string;
    readonly enter: string;
    readonly enterHint: string;
    readonly entered: string;
    readonly more: string;
    readonly moreOf: (subject: string) => string;
    readonly by: (email: string) => string;
    readonly stale: string;
    readonly cut: string;
    readonly times: (from: string, to: string) => string;
    readonly cancel: string;
    readonly end: string;
    readonly cancelled: (subject: string) => string;
    readonly undo: string;
    readonly untold: string;
    readonly link: string;
    readonly copy: string;
    readonly copied: string;
    readonly noSms: string;
    readonly sendAgain: string;
    readonly sendAgainTo: (digits: string) => string;
    readonly sms: string;
    readonly newNumber: string;
    readonly title: (waiting: number) => string;
  };
  readonly book: {
    readonly title: string;
    readonly subject: string;
    readonly subjectHint: string;
    readonly day: string;
    readonly clock: string;
    readonly length: string;
    readonly minutes: (minutes: number) => string;
    readonly who: string;
    readonly whoHint: string;
    readonly number: string;
    readonly numberHint: string;
    readonly email: string;
    readonly emailHint: string;
    readonly sendNow: string;
    readonly reminder: string;
    readonly reminders: Readonly<Record<'none' | 'hour' | 'day', string>>;
    readonly template: string;
    readonly ownTemplate: string;
    readonly go: string;
    readonly working: string;
    readonly problems: string;
    readonly problem: Readonly<Record<'subjectMissing' | 'dayMissing' | 'clockMissing' | 'past' | 'number' | 'email' | 'wrong', string>>;
  };
  readonly booked: {
    readonly title: string;
    readonly when: string;
    readonly smsOf: string;
    readonly smsWould: string;
    readonly smsFailed: string;
    readonly send: string;
    readonly sending: string;
    readonly link: string;
    readonly linkHint: string;
    readonly pin: (pin: string) => string;
    readonly letter: string;
    readonly letterHint: string;
    readonly mail: string;
    readonly mailSubject: string;
    readonly calendar: string;
    readonly another: string;
    readonly toDay: string;
  };
  readonly call: {
    readonly title: string;
    readonly lead: string;
    readonly number: string;
    readonly missing: string;
    readonly go: string;
    readonly working: string;
    readonly under: string;
    readonly sent: string;
    readonly waitsFor: string;
    readonly here: string;
    readonly hereHint: string;
    readonly inside: string;
    readonly stop: string;
    readonly stopped: string;
    readonly another: string;
    readonly steps: string;
    readonly step: Readonly<Record<'sms' | 'link' | 'room', string>>;
    readonly notYet: string;
    readonly slow: string;
  };
  readonly state: Readonly<Record<MessageState, string>>;
  readonly purpose: Readonly<Record<'invitation' | 'reminder' | 'call', string>>;
  readonly ending: (digits: string) => string;
}

const da: StaffWords = {
  product: 'Videomøder',
  help: { accessibility: 'Tilgængelighed', privacy: 'Privatliv' },
  nav: {
    label: 'Sider',
    day: 'I dag',
    book: 'Book møde',
    call: 'Ring op nu',
    templates: 'Skabeloner',
    look: 'Udseende',
    more: 'Mere',
    signOut: 'Log ud',
    skip: 'Gå til indholdet',
  },
  problem: {
    unreachable: 'Vi kan ikke få forbindelse. Se, om du er på nettet, og prøv igen.',
    ended: 'Du er logget ud, fordi der er gået for lang tid. Log ind igen.',
    notYours: 'Det må din bruger ikke. Spørg den, der styrer jeres brugere.',
    unknown: 'Mødet findes ikke længere. Måske er det aflyst.',
    tooFast: 'Det gik for hurtigt. Vent et øjeblik, og prøv igen.',
    busy: 'Serveren kan ikke lige nu. Det er ikke din fejl. Prøv igen om lidt.',
    smsNumber: 'Nummeret kan ikke få SMS. Se efter, at alle cifre er der, og at det er et mobilnummer.',
    smsQuota: 'Der kan ikke sendes flere SMS i dag, enten til dette nummer eller fra jeres organisation.',
    smsFull: 'Der er sendt så mange SMS, som et møde kan have.',
    smsUnavailable: 'Der kan ikke sendes SMS lige nu. Det er ikke din fejl. Giv linket på en anden måde.',
    over: 'Mødet er slut.',
    fixed: 'Mødets rum er ved at blive gjort klar, så det kan ikke ændres. Prøv igen om lidt.',
    changed: 'En anden har ændret det imens. Hent det igen, før du gemmer.',
    signIn: 'Du blev ikke logget ind. Prøv igen.',
    issuer: 'Jeres login svarer ikke. Prøv igen om lidt.',
    other: 'Det lykkedes ikke. Det er ikke din fejl. Prøv igen.',
  },
  again: 'Prøv igen',
  signIn: {
    title: 'Log ind',
    lead: 'Du bruger det login, du kender fra dit arbejde.',
    go: 'Log ind',
    development: 'Log ind som Udviklerkommunen',
    developmentLead: 'Udvikling: Alle på denne maskine kan logge ind her uden kode. Intet er rigtigt.',
    nowhere: 'Her er intet login endnu',
    nowhereLead: 'Den, der driver serveren, kan koble jeres login på. Møder kan stadig bookes fra jeres eget system.',
    working: 'Vent lidt …',
    ended: 'Du er logget ud.',
  },
  day: {
    today: 'I dag',
    tomorrow: 'I morgen',
    yesterday: 'I går',
    before: 'Dagen før',
    after: 'Dagen efter',
    toToday: 'Til i dag',
    none: 'Ingen flere møder i dag',
    noneOther: 'Ingen møder den dag',
    book: 'Book møde',
    now: (clock) => `Nu, kl. ${clock}`,
    earlier: (count) => (count === 1 ? 'Vis 1 tidligere' : `Vis ${String(count)} tidligere`),
    hideEarlier: 'Skjul tidligere',
    list: 'Dagens møder',
    waiting: (count) => `${String(count)} venter`,
    waited: (minutes) => (minutes === 0 ? 'lige kommet' : `har ventet i ${String(minutes)} min.`),
    waitedBy: (name, minutes) => (minutes === 0 ? `${name} er lige kommet` : `${name} har ventet i ${String(minutes)} min.`),
    arrived: (name, clock) => `${name} venter til mødet kl. ${clock}.`,
    someone: 'Gæsten',
    longest: 'Længst',
    toWaiting: 'Vis mødet',
    inside: (count) => `I gang: ${String(count)} i mødet`,
    withoutHost: 'Ingen vært er inde.',
    opens: (clock) => `Åbner kl. ${clock}`,
    open: 'Åbent, ingen er kommet endnu',
    over: 'Slut',
    enter: 'Gå ind',
    enterHint: 'åbner i en ny fane',
    entered: 'Gå ind i mødet',
    more: 'Mere',
    moreOf: (subject) => `Mere om ${subject}`,
    by: (email) => `Vært: ${email}`,
    stale: 'Vi kan ikke hente nyt lige nu. Det, du ser, kan være gammelt. Vi prøver igen.',
    cut: 'Der er flere møder den dag, end siden viser.',
    times: (from, to) => `${from}–${to}`,
    cancel: 'Aflys mødet',
    end: 'Afslut mødet',
    cancelled: (subject) => `${subject} bliver aflyst.`,
    undo: 'Fortryd',
    untold: 'Gæsten får ikke selv besked om det.',
    link: 'Link til gæsten',
    copy: 'Kopiér',
    copied: 'Kopieret',
    noSms: 'Der er ikke sendt SMS til dette møde.',
    sendAgain: 'Send igen',
    sendAgainTo: (digits) => `Send igen til nummeret, der ender på ${digits}`,
    sms: 'SMS',
    newNumber: 'Send SMS til',
    title: (waiting) => (waiting === 0 ? 'I dag' : `(${String(waiting)}) venter`),
  },
  book: {
    title: 'Book et møde',
    subject: 'Emne',
    subjectHint: 'Til jer selv. Det står ikke i SMS’en.',
    day: 'Dag',
    clock: 'Klokken',
    length: 'Varighed',
    minutes: (minutes) => (minutes < 60 ? `${String(minutes)} min.` : minutes === 60 ? '1 time' : minutes === 90 ? '1½ time' : `${String(minutes / 60)} timer`),
    who: 'Hvem skal med?',
    whoHint: 'Du kan også nøjes med at booke og give linket videre selv.',
    number: 'Mobilnummer',
    numberHint: 'Skriv landekode foran numre fra udlandet, for eksempel +46.',
    email: 'E-mail',
    emailHint: 'Du sender selv mailen bagefter. Teksten er skrevet for dig.',
    sendNow: 'Send SMS med linket med det samme',
    reminder: 'Påmindelse på SMS',
    reminders: { none: 'Ingen', hour: '1 time før', day: 'Dagen før' },
    template: 'Skabelon',
    ownTemplate: 'Jeres sædvanlige',
    go: 'Book mødet',
    working: 'Booker …',
    problems: 'Ret dette, før mødet kan bookes',
    problem: {
      subjectMissing: 'Skriv, hvad mødet handler om.',
      dayMissing: 'Vælg en dag.',
      clockMissing: 'Vælg et klokkeslæt.',
      past: 'Det tidspunkt er gået.',
      number: 'Skriv hele mobilnummeret, 8 cifre.',
      email: 'Skriv hele mailadressen, for eksempel navn@eksempel.dk.',
      wrong: 'Det kan ikke bruges.',
    },
  },
  booked: {
    title: 'Mødet er booket',
    when: 'Hvornår',
    smsOf: 'SMS til gæsten',
    smsWould: 'Sådan lyder SMS’en',
    smsFailed: 'Mødet er booket, men SMS’en blev ikke sendt.',
    send: 'Send SMS',
    sending: 'Sender …',
    link: 'Link til gæsten',
    linkHint: 'Det fører til venteværelset. Ingen kommer ind, før du lukker op.',
    pin: (pin) => `Gæsten skal bruge pinkoden ${pin}`,
    letter: 'Tekst til Digital Post',
    letterHint: 'Kopiér den ind i et brev.',
    mail: 'Skriv mailen',
    mailSubject: 'Videomøde',
    calendar: 'Hent kalenderfil',
    another: 'Book et mere',
    toDay: 'Til dagens møder',
  },
  call: {
    title: 'Ring op nu',
    lead: 'Skriv mobilnummeret. Personen får en SMS med et link og kommer direkte til dit venteværelse.',
    number: 'Mobilnummer',
    missing: 'Skriv det mobilnummer, der skal ringes op.',
    go: 'Ring op',
    working: 'Ringer op …',
    under: 'Du ringer op',
    sent: 'Vi har sendt en SMS.',
    waitsFor: 'Du får besked her, når personen er der.',
    here: 'Der er nogen i venteværelset',
    hereHint: 'Gå ind, og luk op.',
    inside: 'I er i mødet',
    stop: 'Stop opkaldet',
    stopped: 'Opkaldet er stoppet. Linket virker ikke længere.',
    another: 'Ring til en anden',
    steps: 'Sådan går det',
    step: { sms: 'SMS', link: 'Personen åbner linket', room: 'I taler sammen' },
    notYet: 'Ikke endnu',
    slow: 'Der er gået nogle minutter. Personen har måske ikke set SMS’en. Du kan sende den igen.',
  },
  state: {
    waiting: 'Bliver sendt om lidt',
    sending: 'Bliver sendt',
    sent: 'Sendt',
    delivered: 'Leveret',
    failed: 'Kunne ikke leveres',
    uncertain: 'Måske sendt, vi venter på svar',
    givenUp: 'Kunne ikke sendes',
    cancelled: 'Aflyst',
  },
  purpose: { invitation: 'Invitation', reminder: 'Påmindelse', call: 'Opkald' },
  ending: (digits) => `Nummeret, der ender på ${digits}`,
};

const en: StaffWords = {
  product: 'Video meetings',
  help: { accessibility: 'Accessibility', privacy: 'Privacy' },
  nav: {
    label: 'Pages',
    day: 'Today',
    book: 'Book',
    call: 'Call now',
    templates: 'Templates',
    look: 'Look',
    more: 'More',
    signOut: 'Sign out',
    skip: 'To the content',
  },
  problem: {
    unreachable: 'We cannot connect. See that you are online and try again.',
    ended: 'You were signed out because too much time has passed. Sign in again.',
    notYours: 'Your user may not do that. Ask whoever looks after your users.',
    unknown: 'The meeting is not there any more. It may have been cancelled.',
    tooFast: 'That was too fast. Wait a moment and try again.',
    busy: 'The server cannot do it right now. It is not your fault. Try again in a while.',
    smsNumber: 'This number cannot get an SMS. Check that all digits are there, and that it is a mobile number.',
    smsQuota: 'No more SMS can be sent today, either to this number or from your organisation.',
    smsFull: 'As many SMS as a meeting can have were sent.',
    smsUnavailable: 'No SMS can be sent right now. It is not your fault. Pass the link on in another way.',
    over: 'The meeting is over.',
    fixed: 'The meeting’s room is just being made, so it cannot be changed. Try again in a while.',
    changed: 'Somebody else has changed it meanwhile. Load it again before you save.',
    signIn: 'You were not signed in. Try again.',
    issuer: 'Your login does not answer. Try again in a while.',
    other: 'That did not work. It is not your fault. Try again.',
  },
  again: 'Try again',
  signIn: {
    title: 'Sign in',
    lead: 'You use the login that you know from work.',
    go: 'Sign in',
    development: 'Sign in as Udviklerkommunen',
    developmentLead: 'Development: everybody on this machine can sign in here without a password. Nothing is real.',
    nowhere: 'There is no login here yet',
    nowhereLead: 'Whoever runs the server can connect your login. Meetings can still be booked from your own system.',
    working: 'One moment …',
    ended: 'You are signed out.',
  },
  day: {
    today: 'Today',
    tomorrow: 'Tomorrow',
    yesterday: 'Yesterday',
    before: 'The day before',
    after: 'The day after',
    toToday: 'To today',
    none: 'No more meetings today',
    noneOther: 'No meetings on that day',
    book: 'Book a meeting',
    now: (clock) => `Now, ${clock}`,
    earlier: (count) => `Show ${String(count)} earlier`,
    hideEarlier: 'Hide earlier',
    list: 'The day’s meetings',
    waiting: (count) => `${String(count)} waiting`,
    waited: (minutes) => (minutes === 0 ? 'just arrived' : `has waited for ${String(minutes)} min`),
    waitedBy: (name, minutes) => (minutes === 0 ? `${name} has just arrived` : `${name} has waited for ${String(minutes)} min`),
    arrived: (name, clock) => `${name} waits for the meeting at ${clock}.`,
    someone: 'The guest',
    longest: 'Longest',
    toWaiting: 'Show the meeting',
    inside: (count) => `Going on: ${String(count)} in the meeting`,
    withoutHost: 'No host is in it.',
    opens: (clock) => `Opens at ${clock}`,
    open: 'Open, nobody has come yet',
    over: 'Over',
    enter: 'Go in',
    enterHint: 'opens in a new tab',
    entered: 'Go into the meeting',
    more: 'More',
    moreOf: (subject) => `More about ${subject}`,
    by: (email) => `Host: ${email}`,
    stale: 'We cannot get news right now. What you see may be old. We try again.',
    cut: 'There are more meetings on that day than the page shows.',
    times: (from, to) => `${from}–${to}`,
    cancel: 'Cancel the meeting',
    end: 'End the meeting',
    cancelled: (subject) => `${subject} is being cancelled.`,
    undo: 'Undo',
    untold: 'The guest is not told of it.',
    link: 'The guest’s link',
    copy: 'Copy',
    copied: 'Copied',
    noSms: 'No SMS was sent for this meeting.',
    sendAgain: 'Send again',
    sendAgainTo: (digits) => `Send again to the number that ends in ${digits}`,
    sms: 'SMS',
    newNumber: 'Send an SMS to',
    title: (waiting) => (waiting === 0 ? 'Today' : `(${String(waiting)}) waiting`),
  },
  book: {
    title: 'Book a meeting',
    subject: 'Subject',
    subjectHint: 'For yourselves. It is not in the SMS.',
    day: 'Day',
    clock: 'Time',
    length: 'Length',
    minutes: (minutes) => (minutes < 60 ? `${String(minutes)} min` : minutes === 60 ? '1 hour' : minutes === 90 ? '1½ hours' : `${String(minutes / 60)} hours`),
    who: 'Who is invited?',
    whoHint: 'You can also just book and pass the link on yourself.',
    number: 'Mobile number',
    numberHint: 'Numbers from abroad need their country code, for example +46.',
    email: 'E-mail',
    emailHint: 'You send the mail yourself afterwards. Its text is written for you.',
    sendNow: 'Send an SMS with the link at once',
    reminder: 'Reminder by SMS',
    reminders: { none: 'None', hour: '1 hour before', day: 'The day before' },
    template: 'Template',
    ownTemplate: 'Your usual one',
    go: 'Book the meeting',
    working: 'Booking …',
    problems: 'Mend this before the meeting can be booked',
    problem: {
      subjectMissing: 'Write what the meeting is about.',
      dayMissing: 'Choose a day.',
      clockMissing: 'Choose a time.',
      past: 'That time has passed.',
      number: 'Write the whole mobile number, 8 digits.',
      email: 'Write the whole address, for example name@example.dk.',
      wrong: 'That cannot be used.',
    },
  },
  booked: {
    title: 'The meeting is booked',
    when: 'When',
    smsOf: 'SMS to the guest',
    smsWould: 'The SMS reads',
    smsFailed: 'The meeting is booked, but the SMS was not sent.',
    send: 'Send SMS',
    sending: 'Sending …',
    link: 'The guest’s link',
    linkHint: 'It leads to the waiting room. Nobody comes in before you open.',
    pin: (pin) => `The guest needs the PIN ${pin}`,
    letter: 'Text for a letter',
    letterHint: 'Copy it into Digital Post.',
    mail: 'Write the mail',
    mailSubject: 'Video meeting',
    calendar: 'Get a calendar file',
    another: 'Book another',
    toDay: 'To the day’s meetings',
  },
  call: {
    title: 'Call now',
    lead: 'Write the mobile number. The person gets an SMS with a link and comes straight to your waiting room.',
    number: 'Mobile number',
    missing: 'Write the mobile number to call.',
    go: 'Call',
    working: 'Calling …',
    under: 'You are calling',
    sent: 'We have sent an SMS.',
    waitsFor: 'You are told here when the person is there.',
    here: 'Somebody is in the waiting room',
    hereHint: 'Go in and open.',
    inside: 'You are in the meeting',
    stop: 'Stop the call',
    stopped: 'The call is stopped. The link does not work any more.',
    another: 'Call somebody else',
    steps: 'How it goes',
    step: { sms: 'SMS', link: 'The person opens the link', room: 'You talk' },
    notYet: 'Not yet',
    slow: 'Some minutes have passed. Perhaps the person has not seen the SMS. You can send it again.',
  },
  state: {
    waiting: 'Will be sent in a moment',
    sending: 'Being sent',
    sent: 'Sent',
    delivered: 'Delivered',
    failed: 'Could not be delivered',
    uncertain: 'Perhaps sent, we wait for an answer',
    givenUp: 'Could not be sent',
    cancelled: 'Cancelled',
  },
  purpose: { invitation: 'Invitation', reminder: 'Reminder', call: 'Call' },
  ending: (digits) => `The number that ends in ${digits}`,
};

export const staffWords = spoken('staff', { da, en });

const PROBLEMS: Readonly<Record<string, StaffProblem>> = {
  unreachable: 'unreachable',
  session_ended: 'ended',
  token_missing: 'ended',
  not_permitted: 'notYours',
  cross_site: 'notYours',
  meeting_unknown: 'unknown',
  not_found: 'unknown',
  template_unknown: 'unknown',
  rate_limited: 'tooFast',
  store_unavailable: 'busy',
  server_stopping: 'busy',
  server_busy: 'busy',
  rooms_full: 'busy',
  sms_quota_spent: 'smsQuota',
  too_many_messages: 'smsFull',
  sms_unavailable: 'smsUnavailable',
  meeting_over: 'over',
  meeting_not_editable: 'fixed',
  meeting_not_deletable: 'fixed',
  changed_meanwhile: 'changed',
  sign_in_failed: 'signIn',
  sign_in_refused: 'signIn',
  issuer_unavailable: 'issuer',
};

export function staffProblem(problem: { readonly code: string; readonly field: string }): StaffProblem {
  if (problem.code === 'validation_failed' && problem.field === 'to') return 'smsNumber';
  return Object.hasOwn(PROBLEMS, problem.code) ? (PROBLEMS[problem.code] ?? 'other') : 'other';
}
