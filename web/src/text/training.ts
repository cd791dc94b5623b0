/** The words of group training: who sees whom, the spotlight, talks aside, groups, and the call for help. */

import type { GuestVisibility } from '../protocol/messages.gen.js';
import { spoken } from './spoken.js';

export interface TrainingWords {
  /** One sentence before joining. */
  readonly whoSees: Readonly<Record<GuestVisibility, string>>;
  readonly yes: string;
  readonly no: string;
  readonly askVisibility: string;
  readonly askSpotlight: string;
  readonly askGroup: string;
  readonly inSpotlight: string;
  readonly stop: string;
  readonly aside: (name: string) => string;
  readonly back: string;
  readonly inGroup: string;
  readonly groupEnds: (minutes: number) => string;
  readonly hostAway: string;
  readonly help: string;
  readonly helpRest: string;
  /** Hand and help together, and what is heard while one of them stands. */
  readonly ask: string;
  readonly asked: string;
  readonly askHelp: string;
  readonly helpAsked: string;
  readonly withdraw: string;
  readonly helpAnswered: (name: string) => string;
  readonly needsHelp: (name: string) => string;
  readonly takeCare: string;
  readonly phone: (number: string) => string;
  readonly seenByHosts: string;
  readonly letSee: string;
  readonly seenByAll: string;
  readonly hideMe: string;
  readonly host: {
    readonly title: string;
    readonly visibility: string;
    readonly visibilities: Readonly<Record<GuestVisibility, string>>;
    readonly hasNotAnswered: string;
    readonly saidNo: string;
    readonly spotlight: string;
    readonly endSpotlight: string;
    readonly isInSpotlight: string;
    readonly spotlightAsked: string;
    readonly aside: string;
    readonly endAside: string;
    readonly isAside: string;
    readonly isInGroup: (group: number) => string;
    readonly closer: string;
    readonly endCloser: string;
    readonly recognise: string;
    readonly notRecognise: string;
    readonly recognised: string;
    readonly wantsHelp: string;
    readonly waitingForHelp: string;
    readonly notes: string;
    readonly groups: string;
    readonly groupCount: string;
    readonly minutes: string;
    readonly minutesHint: string;
    readonly form: string;
    readonly visit: (group: number) => string;
    readonly leaveGroup: string;
    readonly endGroups: string;
    readonly notInYet: string;
    readonly moveToGroup: string;
    readonly moveTo: (group: number) => string;
    readonly group: (group: number) => string;
  };
  readonly music: string;
  readonly musicHint: string;
}

const da: TrainingWords = {
  whoSees: {
    all: 'Alle i mødet kan se og høre dig.',
    spotlight: 'Kun værten kan se og høre dig. Værten kan spørge, om du vil vises for alle, og du bestemmer selv.',
    hosts: 'Kun værten kan se og høre dig. De andre får ikke at vide, at du er med.',
  },
  yes: 'Ja',
  no: 'Nej',
  askVisibility: 'Må de andre deltagere se og høre dig? Du kan sige nej, og du kan ændre det senere.',
  askSpotlight: 'Må værten vise dig for alle? Du kan stoppe det når som helst.',
  askGroup: 'Vil du være i en lille gruppe, hvor de andre i gruppen kan se og høre dig?',
  inSpotlight: 'Du vises for alle nu.',
  stop: 'Stop',
  aside: (name) => `Du taler alene med ${name}. De andre kan ikke høre jer.`,
  back: 'Tilbage til alle',
  inGroup: 'Du er i en lille gruppe.',
  groupEnds: (minutes) => (minutes <= 1 ? 'Der er højst 1 minut tilbage.' : `Der er ${String(minutes)} minutter tilbage.`),
  hostAway: 'Værten er optaget et øjeblik og kan ikke høre dig.',
  help: 'Hjælp',
  helpRest: ', jeg har brug for hjælp',
  ask: 'Hånd og hjælp',
  asked: 'værten har fået besked',
  askHelp: 'Jeg har brug for hjælp',
  helpAsked: 'Værten har fået besked om, at du har brug for hjælp.',
  withdraw: 'Fortryd',
  helpAnswered: (name) => `${name} har set, at du har brug for hjælp.`,
  needsHelp: (name) => `${name} har brug for hjælp`,
  takeCare: 'Jeg tager den',
  phone: (number) => `Ring ${number}`,
  seenByHosts: 'Kun værten kan se og høre dig.',
  letSee: 'Lad de andre se mig',
  seenByAll: 'De andre deltagere kan se og høre dig.',
  hideMe: 'Vis mig kun for værten',
  host: {
    title: 'Hold',
    visibility: 'Hvem ser gæsterne?',
    visibilities: { all: 'Alle, der har sagt ja', spotlight: 'Værter, og den der fremhæves', hosts: 'Kun værter' },
    hasNotAnswered: 'har ikke svaret',
    saidNo: 'har sagt nej',
    spotlight: 'Vis for alle',
    endSpotlight: 'Vis ikke mere for alle',
    isInSpotlight: 'vises for alle',
    spotlightAsked: 'er spurgt om at blive vist',
    aside: 'Tal alene',
    endAside: 'Stop med at tale alene',
    isAside: 'taler alene med en vært',
    isInGroup: (group) => `i gruppe ${String(group)}`,
    closer: 'Se nærmere',
    endCloser: 'Se alle igen',
    recognise: 'Jeg har genkendt personen',
    notRecognise: 'Ikke genkendt alligevel',
    recognised: 'genkendt',
    wantsHelp: 'har brug for hjælp',
    waitingForHelp: 'Har brug for hjælp',
    notes: 'I nødstilfælde',
    groups: 'Små grupper',
    groupCount: 'Antal grupper',
    minutes: 'Minutter',
    minutesHint: '0: indtil du slutter',
    form: 'Del i grupper',
    visit: (group) => `Gå til gruppe ${String(group)}`,
    leaveGroup: 'Tilbage til alle',
    endGroups: 'Hent alle tilbage',
    notInYet: 'ikke med endnu',
    moveToGroup: 'Flyt til en gruppe',
    moveTo: (group) => `Til gruppe ${String(group)}`,
    group: (group) => `Gruppe ${String(group)}`,
  },
  music: 'Musik og takt',
  musicHint: 'Lyden sendes, som den er: uden støjfilter. Brug hovedtelefoner.',
};

const en: TrainingWords = {
  whoSees: {
    all: 'Everyone in the meeting can see and hear you.',
    spotlight: 'Only the host can see and hear you. The host may ask to show you to everyone, and you decide.',
    hosts: 'Only the host can see and hear you. The others are not told that you are here.',
  },
  yes: 'Yes',
  no: 'No',
  askVisibility: 'May the other participants see and hear you? You can say no, and you can change it later.',
  askSpotlight: 'May the host show you to everyone? You can stop it at any time.',
  askGroup: 'Will you be in a small group, where the others in the group can see and hear you?',
  inSpotlight: 'You are shown to everyone now.',
  stop: 'Stop',
  aside: (name) => `You are talking alone with ${name}. The others cannot hear you.`,
  back: 'Back to everyone',
  inGroup: 'You are in a small group.',
  groupEnds: (minutes) => (minutes <= 1 ? 'At most 1 minute is left.' : `${String(minutes)} minutes are left.`),
  hostAway: 'The host is busy for a moment and cannot hear you.',
  help: 'Help',
  helpRest: ', I need help',
  ask: 'Hand and help',
  asked: 'the host has been told',
  askHelp: 'I need help',
  helpAsked: 'The host has been told that you need help.',
  withdraw: 'Undo',
  helpAnswered: (name) => `${name} has seen that you need help.`,
  needsHelp: (name) => `${name} needs help`,
  takeCare: 'I will take it',
  phone: (number) => `Call ${number}`,
  seenByHosts: 'Only the host can see and hear you.',
  letSee: 'Let the others see me',
  seenByAll: 'The other participants can see and hear you.',
  hideMe: 'Show me to the host only',
  host: {
    title: 'Group',
    visibility: 'Who sees the guests?',
    visibilities: { all: 'Everyone who has agreed', spotlight: 'Hosts, and whoever is shown to all', hosts: 'Hosts only' },
    hasNotAnswered: 'has not answered',
    saidNo: 'said no',
    spotlight: 'Show to everyone',
    endSpotlight: 'Stop showing to everyone',
    isInSpotlight: 'shown to everyone',
    spotlightAsked: 'asked to be shown',
    aside: 'Talk alone',
    endAside: 'End the talk alone',
    isAside: 'talking alone with a host',
    isInGroup: (group) => `in group ${String(group)}`,
    closer: 'Look closer',
    endCloser: 'See everyone again',
    recognise: 'I have recognised this person',
    notRecognise: 'Not recognised after all',
    recognised: 'recognised',
    wantsHelp: 'needs help',
    waitingForHelp: 'Need help',
    notes: 'In an emergency',
    groups: 'Small groups',
    groupCount: 'Number of groups',
    minutes: 'Minutes',
    minutesHint: '0: until you end it',
    form: 'Form groups',
    visit: (group) => `Go to group ${String(group)}`,
    leaveGroup: 'Back to everyone',
    endGroups: 'Bring everyone back',
    notInYet: 'not in it yet',
    moveToGroup: 'Move to a group',
    moveTo: (group) => `To group ${String(group)}`,
    group: (group) => `Group ${String(group)}`,
  },
  music: 'Music and counting',
  musicHint: 'Your sound is sent as it is, without a noise filter. Use headphones.',
};

export const trainingWords = spoken('training', { da, en });
