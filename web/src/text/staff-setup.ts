/** The words of the staff page's rarer views: templates, and how the organisation's pages look. */

import { spoken } from './spoken.js';

export interface SetupWords {
  readonly more: { readonly title: string; readonly signedIn: string; readonly endsAt: (clock: string) => string };
  readonly save: string;
  readonly saving: string;
  readonly saved: string;
  readonly back: string;
  readonly templates: {
    readonly title: string;
    readonly lead: string;
    readonly none: string;
    readonly add: string;
    readonly edit: string;
    readonly editOf: (name: string) => string;
    readonly unnamed: string;
    readonly isDefault: string;
    readonly newTitle: string;
    readonly changeTitle: string;
    readonly name: string;
    readonly nameHint: string;
    readonly nameMissing: string;
    readonly mode: string;
    readonly modes: { readonly meeting: string; readonly training: string };
    readonly modeHint: string;
    readonly lobby: string;
    readonly lobbies: { readonly untilHost: string; readonly knock: string };
    readonly pin: string;
    readonly muted: string;
    readonly share: string;
    readonly opens: string;
    /** In the order of `OPENS_BEFORE`. */
    readonly opensChoices: readonly string[];
    readonly most: string;
    readonly mostHint: string;
    readonly endsOnTime: string;
    readonly makeDefault: string;
    readonly remove: string;
    readonly removed: (name: string) => string;
    readonly stays: string;
  };
  readonly look: {
    readonly title: string;
    readonly lead: string;
    readonly inherited: string;
    readonly preview: string;
    readonly screens: { readonly welcome: string; readonly waiting: string; readonly ended: string };
    readonly sample: { readonly welcome: string; readonly waiting: string; readonly ended: string; readonly go: string; readonly link: string };
    readonly colours: string;
    readonly accent: string;
    readonly accentText: string;
    readonly background: string;
    readonly text: string;
    readonly ours: string;
    readonly unreadable: string;
    readonly logo: string;
    readonly logoChoose: string;
    readonly logoRemove: string;
    readonly logoHint: string;
    readonly logoText: string;
    readonly logoBad: string;
    readonly texts: string;
    readonly welcome: string;
    readonly waiting: string;
    readonly ended: string;
    readonly links: string;
    readonly helpUrl: string;
    readonly linkLabel: (number: number) => string;
    readonly linkUrl: (number: number) => string;
    readonly linkAdd: string;
    readonly linkRemove: (number: number) => string;
    readonly terms: string;
    readonly termsHint: string;
    readonly termsTitle: string;
    readonly termsText: string;
    readonly termsButton: string;
    readonly termsDemanded: string;
    readonly pages: string;
    readonly accessibilityUrl: string;
    readonly accessibilityText: string;
    readonly privacyUrl: string;
    readonly privacyText: string;
    readonly contact: string;
    readonly wrong: string;
    readonly corrected: string;
    readonly became: (name: string, before: string, after: string) => string;
  };
}

const da: SetupWords = {
  more: { title: 'Mere', signedIn: 'Logget ind som', endsAt: (clock) => `Du bliver logget ud kl. ${clock}.` },
  save: 'Gem',
  saving: 'Gemmer …',
  saved: 'Gemt. Det gælder fra nu af.',
  back: 'Tilbage',
  templates: {
    title: 'Skabeloner',
    lead: 'En skabelon bestemmer, hvordan et mødes rum er. Den, der booker, vælger den med ét klik.',
    none: 'I har ingen skabeloner endnu. Så længe gælder serverens egne valg.',
    add: 'Lav en skabelon',
    edit: 'Ret',
    editOf: (name) => `Ret ${name}`,
    unnamed: 'Uden navn',
    isDefault: 'Sædvanlig',
    newTitle: 'Ny skabelon',
    changeTitle: 'Ret skabelonen',
    name: 'Navn',
    nameHint: 'Det, den der booker, ser. For eksempel »Samtale« eller »Holdtræning«.',
    nameMissing: 'Giv skabelonen et navn.',
    mode: 'Slags møde',
    modes: { meeting: 'Samtale', training: 'Holdtræning' },
    modeHint: 'Ved holdtræning ser instruktøren alle lige stort, og deltagerne ser instruktøren.',
    lobby: 'Hvordan kommer gæsterne ind?',
    lobbies: { untilHost: 'Alle kommer ind, når værten er der', knock: 'Værten lukker hver enkelt ind' },
    pin: 'Gæster skal bruge en pinkode',
    muted: 'Gæster begynder uden lyd, og kun værten kan åbne for den',
    share: 'Gæster må dele deres skærm',
    opens: 'Linket virker fra',
    opensChoices: ['mødets start', '15 min. før', '30 min. før', '1 time før'],
    most: 'Højst så mange deltagere',
    mostHint: '0 er så mange, som serveren kan tage.',
    endsOnTime: 'Slut mødet på det bookede tidspunkt',
    makeDefault: 'Brug den, når man ikke vælger en skabelon',
    remove: 'Slet skabelonen',
    removed: (name) => `${name} er slettet`,
    stays: 'Møder, der er booket, bliver ved med at være, som de er. Nye møder får det, du gemmer.',
  },
  look: {
    title: 'Udseende',
    lead: 'Sådan møder borgerne jer: på siden før mødet, i venteværelset og efter mødet.',
    inherited: 'I har ikke jeres eget udseende endnu. Det, du ser, er arvet. Når du gemmer, bliver det jeres.',
    preview: 'Sådan ser det ud',
    screens: { welcome: 'Før mødet', waiting: 'Venteværelset', ended: 'Efter mødet' },
    sample: { welcome: 'Velkommen til dit møde', waiting: 'Du er i venteværelset', ended: 'Mødet er slut', go: 'Fortsæt', link: 'Læs mere' },
    colours: 'Farver og logo',
    accent: 'Knapper og links',
    accentText: 'Tekst på knapper',
    background: 'Baggrund',
    text: 'Tekst',
    ours: 'Standard',
    unreadable: 'Kan ikke læses, som den er. Vi gør den lidt lysere eller mørkere.',
    logo: 'Logo',
    logoChoose: 'Vælg billede',
    logoRemove: 'Fjern logo',
    logoHint: 'Et billede, højst 40 kB. Vi gør det mindre, hvis det er for stort.',
    logoText: 'Hvad står der på logoet?',
    logoBad: 'Billedet kan ikke bruges. Prøv et mindre, som PNG.',
    texts: 'Tekster',
    welcome: 'Før mødet',
    waiting: 'I venteværelset',
    ended: 'Efter mødet',
    links: 'Links',
    helpUrl: 'Jeres side med hjælp',
    linkLabel: (number) => `Navn på link ${String(number)}`,
    linkUrl: (number) => `Adresse på link ${String(number)}`,
    linkAdd: 'Tilføj link',
    linkRemove: (number) => `Fjern link ${String(number)}`,
    terms: 'Vilkår',
    termsHint: 'Vises før mødet og skal godkendes. Uden tekst er der ingen vilkår.',
    termsTitle: 'Overskrift',
    termsText: 'Tekst',
    termsButton: 'Hvad knappen siger',
    termsDemanded: 'Ingen gæst kommer ind uden at have godkendt dem',
    pages: 'Tilgængelighed og privatliv',
    accessibilityUrl: 'Jeres egen tilgængelighedserklæring',
    accessibilityText: 'Eller tekst på vores side',
    privacyUrl: 'Jeres egen privatlivspolitik',
    privacyText: 'Eller tekst på vores side',
    contact: 'Hvem kan man skrive til om det?',
    wrong: 'Det kan ikke bruges. Adresser begynder med https://.',
    corrected: 'Gemt, men ikke helt, som du skrev det',
    became: (name, before, after) => `${name}: ${before} var svær at læse og blev til ${after}.`,
  },
};

const en: SetupWords = {
  more: { title: 'More', signedIn: 'Signed in as', endsAt: (clock) => `You will be signed out at ${clock}.` },
  save: 'Save',
  saving: 'Saving …',
  saved: 'Saved. It counts from now on.',
  back: 'Back',
  templates: {
    title: 'Templates',
    lead: 'A template says what a meeting’s room is like. Whoever books chooses it with one click.',
    none: 'You have no templates yet. Until then the server’s own choices count.',
    add: 'Make a template',
    edit: 'Change',
    editOf: (name) => `Change ${name}`,
    unnamed: 'Without a name',
    isDefault: 'Usual',
    newTitle: 'New template',
    changeTitle: 'Change the template',
    name: 'Name',
    nameHint: 'What the person who books sees. For example “Talk” or “Group training”.',
    nameMissing: 'Give the template a name.',
    mode: 'Kind of meeting',
    modes: { meeting: 'Talk', training: 'Group training' },
    modeHint: 'In a group training the instructor sees all in the same size, and the others see the instructor.',
    lobby: 'How do guests come in?',
    lobbies: { untilHost: 'All come in when the host is there', knock: 'The host lets each of them in' },
    pin: 'Guests need a PIN',
    muted: 'Guests begin without sound, and only the host can open it',
    share: 'Guests may share their screen',
    opens: 'The link works from',
    opensChoices: ['the start', '15 min before', '30 min before', '1 hour before'],
    most: 'At most so many people',
    mostHint: '0 is as many as the server can take.',
    endsOnTime: 'End the meeting at the booked time',
    makeDefault: 'Use it when no template is chosen',
    remove: 'Delete the template',
    removed: (name) => `${name} is deleted`,
    stays: 'Meetings that are booked stay as they are. New ones get what you save.',
  },
  look: {
    title: 'Look',
    lead: 'How citizens meet you: on the page before the meeting, in the waiting room, and afterwards.',
    inherited: 'You have no look of your own yet. What you see is inherited. When you save, it becomes yours.',
    preview: 'It looks like this',
    screens: { welcome: 'Before', waiting: 'Waiting room', ended: 'Afterwards' },
    sample: { welcome: 'Welcome to your meeting', waiting: 'You are in the waiting room', ended: 'The meeting is over', go: 'Continue', link: 'Read more' },
    colours: 'Colours and logo',
    accent: 'Buttons and links',
    accentText: 'Text on buttons',
    background: 'Background',
    text: 'Text',
    ours: 'Default',
    unreadable: 'Cannot be read as it is. We make it a little lighter or darker.',
    logo: 'Logo',
    logoChoose: 'Choose a picture',
    logoRemove: 'Remove the logo',
    logoHint: 'A picture, at most 40 kB. We make it smaller if it is too large.',
    logoText: 'What does the logo say?',
    logoBad: 'The picture cannot be used. Try a smaller one, as PNG.',
    texts: 'Texts',
    welcome: 'Before the meeting',
    waiting: 'In the waiting room',
    ended: 'After the meeting',
    links: 'Links',
    helpUrl: 'Your page with help',
    linkLabel: (number) => `Name of link ${String(number)}`,
    linkUrl: (number) => `Address of link ${String(number)}`,
    linkAdd: 'Add a link',
    linkRemove: (number) => `Remove link ${String(number)}`,
    terms: 'Terms',
    termsHint: 'Shown before the meeting, to be accepted. Without a text there are no terms.',
    termsTitle: 'Heading',
    termsText: 'Text',
    termsButton: 'What the button says',
    termsDemanded: 'No guest comes in without having accepted them',
    pages: 'Accessibility and privacy',
    accessibilityUrl: 'Your own accessibility statement',
    accessibilityText: 'Or a text on our page',
    privacyUrl: 'Your own privacy policy',
    privacyText: 'Or a text on our page',
    contact: 'Whom can one write to about it?',
    wrong: 'That cannot be used. Addresses begin with https://.',
    corrected: 'Saved, but not quite as you wrote it',
    became: (name, before, after) => `${name}: ${before} was hard to read and became ${after}.`,
  },
};

export const setupWords = spoken('staffSetup', { da, en });
