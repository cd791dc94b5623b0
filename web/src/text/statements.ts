/** The pages about accessibility and privacy: what is so, what is not, and whom to turn to. Fetched by who reads them. */

import { spoken } from './spoken.js';

export interface Section {
  readonly heading: string;
  readonly paragraphs: readonly string[];
  readonly points: readonly string[];
}

export interface StatementWords {
  readonly title: string;
  readonly lead: string;
  readonly sections: readonly Section[];
}

export interface StatementsWords {
  readonly accessibility: StatementWords;
  readonly privacy: StatementWords;
  /** Heading over what an organisation adds. */
  readonly from: (organisation: string) => string;
  readonly contact: string;
  readonly call: (number: string) => string;
  /** Where the organisation has said nobody. */
  readonly nobody: string;
  readonly reviewed: string;
}

const da: StatementsWords = {
  from: (organisation) => `Fra ${organisation}`,
  contact: 'Hvem kan du skrive eller ringe til?',
  call: (number) => `Ring ${number}`,
  nobody: 'Skriv eller ring til den, der har inviteret dig. Nummeret står i din invitation.',
  reviewed: 'Teksten er sidst gennemgået i november 2026.',
  accessibility: {
    title: 'Tilgængelighed',
    lead: 'Alle skal kunne være med i et videomøde. Her står, hvad du kan gøre, og hvad vi ved ikke er godt nok endnu.',
    sections: [
      {
        heading: 'Sådan kan du være med',
        paragraphs: [],
        points: [
          'Du kan være med uden kamera, og du kan lytte og skrive i stedet for at tale.',
          'Alt kan gøres med tastaturet alene. Genvejstaster kan slås fra.',
          'En skærmlæser får at vide, hvem der kommer og går, og hvad der sker.',
          'Det, du skriver, kan vises for de andre, mens du skriver det.',
          'En skrivetolk kan skrive undertekster til mødet. Du bestemmer selv størrelse, sted og farver.',
          'En tegnsprogstolk kan stå fast på skærmen, stort og med flydende bevægelser.',
          'Siden følger din browsers tekststørrelse op til det dobbelte, mørke farver og valget om ingen bevægelse.',
          'Du kan altid ringe i stedet. Nummeret står nederst på alle sider.',
        ],
      },
      {
        heading: 'Det går vi efter',
        paragraphs: [
          'Siden er lavet efter WCAG 2.2 på niveau AA og den europæiske standard EN 301 549. Vi mener, at den lever op til det meste, men ikke til alt.',
        ],
        points: [],
      },
      {
        heading: 'Det, der ikke er godt nok',
        paragraphs: [],
        points: [
          'Der kommer ikke undertekster af sig selv. Uden en skrivetolk er det, der bliver sagt, kun lyd.',
          'Når nogen deler sin skærm eller viser en film, får du kun billede og lyd. En skærmlæser kan ikke læse, hvad der står på den delte skærm, og filmen har hverken undertekster eller synstolkning.',
          'Lyd og billede kan komme lidt forskudt. Vi har målt 114 millisekunder. Standarden siger højst 100.',
          'Der er ingen forbindelse til teksttelefoner.',
          'Tysk og arabisk er ikke læst igennem af nogen, der taler sprogene.',
        ],
      },
      {
        heading: 'Sådan har vi prøvet det',
        paragraphs: [
          'Hver skærm bliver prøvet automatisk med axe i Chromium, både lys og mørk, og et helt møde bliver ført med tastaturet alene.',
          'Ingen udefra har gennemgået siden. Den er ikke prøvet af mennesker med handicap, ikke med en bestemt skærmlæser, og ikke på en iPhone.',
        ],
        points: [],
      },
      {
        heading: 'Hvis noget ikke virker for dig',
        paragraphs: [
          'Sig det til den, der har inviteret dig, så finder I en anden måde at mødes på.',
          'Er det en offentlig myndighed, skal den have sin egen tilgængelighedserklæring, og du kan klage til Digitaliseringsstyrelsen, hvis du ikke får hjælp.',
        ],
        points: [],
      },
    ],
  },
  privacy: {
    title: 'Privatliv',
    lead: 'Her står, hvad siden bruger om dig, hvem der ser det, og hvornår det forsvinder.',
    sections: [
      {
        heading: 'Hvem har ansvaret?',
        paragraphs: [
          'Den, der har inviteret dig til mødet, er dataansvarlig. Her står, hvad selve siden gør. Hvorfor I mødes, og hvad der bliver skrevet i din sag eller journal, skal du spørge den, der har inviteret dig, om.',
        ],
        points: [],
      },
      {
        heading: 'Billede og lyd',
        paragraphs: [],
        points: [
          'Dit billede og din lyd går krypteret til serveren og derfra krypteret videre til de andre i mødet. Serveren selv skal kunne åbne det for at sende det videre. Det er altså ikke krypteret hele vejen fra dig til de andre.',
          'Siden optager ikke. Der er ingen knap til at optage, og serveren gemmer hverken billede eller lyd.',
          'De andre i mødet kan se og høre dig, og ingen kan forhindre dem i at optage med deres eget udstyr.',
          'Hvem der ser og hører dig, står på skærmen, før du går ind.',
          'Mens du venter, kan du vælge at vise værten et lille billede. Det bliver ikke gemt og er væk, når du kommer ind.',
        ],
      },
      {
        heading: 'Det, du skriver',
        paragraphs: [],
        points: [
          'Navnet, du skriver, ser de andre i mødet. Det bliver kun gemt, hvis mødet fører deltagerliste, og slettes så efter 30 dage.',
          'Chat og undertekster bliver ikke gemt. De er væk, når mødet er slut.',
          'Svarer du bagefter på, hvordan det gik, tæller svaret kun med i en samlet opgørelse. Ingen kan se, hvem der svarede hvad.',
        ],
      },
      {
        heading: 'Det, der bliver gemt om mødet',
        paragraphs: ['Tiderne her er dem, serveren har fra starten. Den, der driver den, kan have valgt andre.'],
        points: [
          'Mødets emne, tidspunkt og links: 90 dage efter mødet.',
          'En sms og nummeret, den blev sendt til: 30 dage.',
          'At mødet fandt sted, hvornår og hvor længe, uden navne og emne: 400 dage.',
          'Beder du om hjælp med en fejlkode: hvad der blev målt om din forbindelse, uden dit navn, i 7 dage.',
        ],
      },
      {
        heading: 'Din forbindelse',
        paragraphs: [
          'Serveren bruger din IP-adresse, mens du er forbundet. I dens egne optegnelser er adressen forkortet, så den ikke peger på dig alene.',
        ],
        points: [],
      },
      {
        heading: 'I din egen browser',
        paragraphs: [
          'Siden sætter ingen cookies, når du er med i et møde, følger dig ikke og henter intet fra andre. Din browser husker sprog, valg af kamera og mikrofon, og vejen tilbage til mødet, så længe fanen er åben. Det bliver på dit eget udstyr.',
        ],
        points: [],
      },
      {
        heading: 'Dine rettigheder',
        paragraphs: [
          'Du har ret til at se, hvad der står om dig, få det rettet eller slettet, og til at klage til Datatilsynet. Skriv først til den, der har inviteret dig.',
        ],
        points: [],
      },
    ],
  },
};

const en: StatementsWords = {
  from: (organisation) => `From ${organisation}`,
  contact: 'Whom can you write to or call?',
  call: (number) => `Call ${number}`,
  nobody: 'Write to or call whoever invited you. The number is in your invitation.',
  reviewed: 'This text was last reviewed in November 2026.',
  accessibility: {
    title: 'Accessibility',
    lead: 'Everybody must be able to take part in a video meeting. Here is what you can do, and what we know is not good enough yet.',
    sections: [
      {
        heading: 'Ways to take part',
        paragraphs: [],
        points: [
          'You can take part without a camera, and listen and write instead of speaking.',
          'Everything can be done with the keyboard alone. Shortcut keys can be switched off.',
          'A screen reader is told who comes and goes, and what happens.',
          'What you write can be shown to the others while you write it.',
          'A speech-to-text interpreter can write captions for the meeting. You choose their size, place and colours.',
          'A sign language interpreter can stay on the screen, large and with fluent movement.',
          'The page follows your browser’s text size up to double, dark colours, and the wish for no movement.',
          'You can always call instead. The number is at the foot of every page.',
        ],
      },
      {
        heading: 'What we aim for',
        paragraphs: [
          'The page is made by WCAG 2.2 at level AA and the European standard EN 301 549. We believe it meets most of them, but not all.',
        ],
        points: [],
      },
      {
        heading: 'What is not good enough',
        paragraphs: [],
        points: [
          'There are no captions by themselves. Without a speech-to-text interpreter, what is said is sound only.',
          'When somebody shares a screen or shows a film, you get picture and sound only. A screen reader cannot read what is on the shared screen, and the film has neither captions nor audio description.',
          'Sound and picture can be a little apart. We measured 114 milliseconds. The standard says 100 at most.',
          'There is no connection to text telephones.',
          'German and Arabic have not been read through by anybody who speaks them.',
        ],
      },
      {
        heading: 'How it was tested',
        paragraphs: [
          'Every screen is tested automatically with axe in Chromium, light and dark, and a whole meeting is held by keyboard alone.',
          'Nobody from outside has reviewed the page. It has not been tested by people with disabilities, with any particular screen reader, or on an iPhone.',
        ],
        points: [],
      },
      {
        heading: 'If something does not work for you',
        paragraphs: [
          'Tell whoever invited you, and find another way to meet.',
          'A Danish public authority must have an accessibility statement of its own. If you get no help, you can complain to the Agency for Digital Government (Digitaliseringsstyrelsen).',
        ],
        points: [],
      },
    ],
  },
  privacy: {
    title: 'Privacy',
    lead: 'Here is what the page uses about you, who sees it, and when it is gone.',
    sections: [
      {
        heading: 'Who is responsible?',
        paragraphs: [
          'Whoever invited you to the meeting is the controller. This is what the page itself does. Why you meet, and what is written in your case or record, is for whoever invited you to say.',
        ],
        points: [],
      },
      {
        heading: 'Picture and sound',
        paragraphs: [],
        points: [
          'Your picture and sound go encrypted to the server, and from there encrypted to the others in the meeting. The server itself must be able to open them to send them on. So they are not encrypted all the way from you to the others.',
          'The page does not record. There is no button for it, and the server keeps neither picture nor sound.',
          'The others in the meeting see and hear you, and nobody can stop them from recording with equipment of their own.',
          'Who sees and hears you is on the screen before you go in.',
          'While you wait you can choose to show the host a small picture. It is not stored, and is gone when you come in.',
        ],
      },
      {
        heading: 'What you write',
        paragraphs: [],
        points: [
          'The others in the meeting see the name that you write. It is kept only if the meeting keeps a list of participants, and is then deleted after 30 days.',
          'Chat and captions are not kept. They are gone when the meeting is over.',
          'If you answer how the call was, it is only counted. Nobody can see who answered what.',
        ],
      },
      {
        heading: 'What is kept about the meeting',
        paragraphs: ['These are the times that the server begins with. Whoever runs it may have chosen others.'],
        points: [
          'The subject, time and links of the meeting: 90 days after it.',
          'A text message and the number it was sent to: 30 days.',
          'That the meeting took place, when and for how long, without names and subject: 400 days.',
          'If you ask for help with an error code: what was measured about your connection, without your name, for 7 days.',
        ],
      },
      {
        heading: 'Your connection',
        paragraphs: [
          'The server uses your IP address while you are connected. In its own logs the address is shortened, so that it does not point to you alone.',
        ],
        points: [],
      },
      {
        heading: 'In your own browser',
        paragraphs: [
          'The page sets no cookies while you are in a meeting, does not follow you, and fetches nothing from others. Your browser remembers the language, your choice of camera and microphone, and the way back to the meeting while the tab is open. That stays on your own device.',
        ],
        points: [],
      },
      {
        heading: 'Your rights',
        paragraphs: [
          'You may see what is kept about you, have it corrected or deleted, and complain to the Danish Data Protection Agency (Datatilsynet). Write first to whoever invited you.',
        ],
        points: [],
      },
    ],
  },
};

export const statementsWords = spoken('statements', { da, en });
