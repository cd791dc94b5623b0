/** The words of inviting somebody by SMS from within the call. */

import type { MessageState } from '../protocol/room-messages.js';
import { spoken } from './spoken.js';

/** What a host can do something about; every other code is `other`. */
export type InviteProblem =
  | 'missing'
  | 'number'
  | 'quota'
  | 'full'
  | 'tooFast'
  | 'unavailable'
  | 'over'
  | 'unbooked'
  | 'notYours'
  | 'unreachable'
  | 'other';

export interface InviteWords {
  readonly title: string;
  readonly open: string;
  readonly number: string;
  readonly hint: string;
  readonly send: string;
  readonly sending: string;
  readonly problem: Readonly<Record<InviteProblem, string>>;
  readonly sent: string;
  /** For ears: the number's last two digits. */
  readonly ending: (digits: string) => string;
  readonly state: Readonly<Record<MessageState, string>>;
  readonly unseen: string;
}

const da: InviteWords = {
  title: 'Inviter',
  open: 'Inviter med sms',
  number: 'Mobilnummer',
  hint: 'Modtageren får et link til mødet med det samme. Skriv landekode foran numre fra udlandet, for eksempel +46.',
  send: 'Send sms',
  sending: 'Sender …',
  problem: {
    missing: 'Skriv det mobilnummer, der skal have linket.',
    number: 'Nummeret kan ikke få sms. Se efter, at alle cifre er der, og at det er et mobilnummer.',
    quota: 'Der kan ikke sendes flere sms’er i dag, enten til dette nummer eller fra jeres organisation. Ring i stedet.',
    full: 'Der er sendt så mange sms’er, som et møde kan have. Ring i stedet.',
    tooFast: 'Det gik for hurtigt. Vent et øjeblik, og prøv igen.',
    unavailable: 'Der kan ikke sendes sms lige nu. Det er ikke din fejl. Prøv igen om lidt, eller ring i stedet.',
    over: 'Mødets tid er gået, så linket virker ikke for nye. Forlæng mødet, hvor det er booket.',
    unbooked: 'Mødet er ikke booket, så der kan ikke sendes sms herfra. Giv i stedet det gæstelink videre, som mødet blev oprettet med.',
    notYours: 'Kun den, der er kommet ind med et værtslink, kan sende sms. Bed en anden vært om det, eller åbn dit værtslink igen.',
    unreachable: 'Vi hørte ikke, om den blev sendt. Se på listen, før du prøver igen.',
    other: 'Sms’en blev ikke sendt. Prøv igen, eller ring i stedet.',
  },
  sent: 'Sendte sms’er',
  ending: (digits) => `Nummeret, der ender på ${digits}`,
  state: {
    waiting: 'Venter på at blive sendt',
    sending: 'Bliver sendt',
    sent: 'Sendt',
    delivered: 'Leveret',
    failed: 'Kunne ikke leveres',
    uncertain: 'Måske sendt, vi venter på svar',
    givenUp: 'Kunne ikke sendes',
    cancelled: 'Aflyst',
  },
  unseen: 'Vi kan ikke se lige nu, hvordan det går med beskederne. Vi prøver igen.',
};

const en: InviteWords = {
  title: 'Invite',
  open: 'Invite by SMS',
  number: 'Mobile number',
  hint: 'The person gets a link to the meeting at once. Numbers from abroad need their country code, for example +46.',
  send: 'Send SMS',
  sending: 'Sending …',
  problem: {
    missing: 'Write the mobile number that should get the link.',
    number: 'This number cannot get an SMS. Check that all digits are there, and that it is a mobile number.',
    quota: 'No more SMS can be sent today, either to this number or from your organisation. Phone instead.',
    full: 'As many SMS as a meeting can have were sent. Phone instead.',
    tooFast: 'That was too fast. Wait a moment and try again.',
    unavailable: 'No SMS can be sent right now. It is not your fault. Try again in a while, or phone instead.',
    over: 'The time of the meeting has passed, so the link does not work for others. Extend the meeting where it is booked.',
    unbooked: 'The meeting is not booked, so no SMS can be sent from here. Pass on the guest link instead, which the meeting was made with.',
    notYours: 'Only somebody who came in by a host link can send SMS. Ask another host, or open your host link again.',
    unreachable: 'We did not hear whether it was sent. Look at the list before you try again.',
    other: 'The SMS was not sent. Try again, or phone instead.',
  },
  sent: 'SMS that were sent',
  ending: (digits) => `The number that ends in ${digits}`,
  state: {
    waiting: 'Waiting to be sent',
    sending: 'Being sent',
    sent: 'Sent',
    delivered: 'Delivered',
    failed: 'Could not be delivered',
    uncertain: 'Perhaps sent, we wait for an answer',
    givenUp: 'Could not be sent',
    cancelled: 'Cancelled',
  },
  unseen: 'We cannot see right now how the messages are doing. We try again.',
};

export const inviteWords = spoken('invite', { da, en });
