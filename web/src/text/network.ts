/** The words of the network check and of the page on which people try their equipment. */

import { spoken } from './spoken.js';

export interface NetworkWords {
  /** One line beside the button that joins. */
  readonly line: { readonly good: string; readonly weak: string; readonly soundOnly: string; readonly none: string };
  readonly page: string;
  readonly start: { readonly title: string; readonly lead: string; readonly forMeeting: (when: string) => string; readonly privacy: string; readonly go: string };
  readonly asking: { readonly title: string; readonly lead: string };
  readonly running: { readonly title: string; readonly lead: string };
  readonly echo: {
    readonly title: string;
    readonly lead: string;
    readonly quiet: string;
    readonly own: string;
    readonly go: string;
  };
  readonly result: {
    readonly good: { readonly title: string; readonly body: string };
    readonly weak: { readonly title: string; readonly body: string };
    readonly soundOnly: { readonly title: string; readonly body: string };
    readonly none: { readonly title: string; readonly body: string };
    /** A good way, and a microphone or a camera that does not work. */
    readonly devices: { readonly title: string; readonly body: string };
    readonly network: string;
    readonly networkIs: { readonly good: string; readonly weak: string; readonly soundOnly: string; readonly none: string };
    readonly microphone: string;
    readonly microphoneIs: { readonly works: string; readonly silent: string; readonly missing: string };
    readonly camera: string;
    readonly cameraIs: { readonly works: string; readonly silent: string; readonly missing: string };
    readonly told: (organisation: string) => string;
    readonly toldSomebody: string;
    readonly again: string;
    readonly toMeeting: string;
  };
  readonly busy: { readonly title: string; readonly body: string; readonly again: string };
  readonly unreachable: { readonly title: string; readonly body: string; readonly again: string };
  readonly unsupported: { readonly title: string; readonly body: string };
  readonly details: {
    readonly summary: string;
    readonly udp: string;
    readonly tcp: string;
    readonly tls: string;
    readonly open: string;
    readonly closed: string;
    readonly untried: string;
    readonly webSocket: string;
    readonly roundTrip: string;
    readonly loss: string;
    readonly rate: string;
    readonly unknown: string;
    readonly browser: string;
    readonly time: string;
  };
}

const da: NetworkWords = {
  line: {
    good: 'Din forbindelse er god.',
    weak: 'Din forbindelse er svag. Billedet kan blive uklart.',
    soundOnly: 'Din forbindelse er for svag til billede. Derfor kommer du med på lyd alene.',
    none: 'Dit netværk ser ud til at spærre for lyd og billede. Prøv alligevel, eller skift til et andet net.',
  },
  page: 'Prøv dit udstyr',
  start: {
    title: 'Prøv, om det virker',
    lead: 'Her kan du se, om dit kamera, din mikrofon og din forbindelse kan bruges til et videomøde. Det tager et halvt minut.',
    forMeeting: (when) => `Dit møde er ${when}.`,
    privacy: 'Ingen andre kan se eller høre dig imens.',
    go: 'Start prøven',
  },
  asking: { title: 'Giv lov til kamera og mikrofon', lead: 'Svar ja, når din browser spørger.' },
  running: {
    title: 'Vi prøver din forbindelse',
    lead: 'Det tager nogle få sekunder.',
  },
  echo: {
    title: 'Sig noget højt',
    lead: 'Lidt efter ser og hører du dig selv. Billedet og lyden har været omkring mødets server.',
    quiet: 'Vi kan ikke høre dig endnu.',
    own: 'Dit eget billede, som det kommer tilbage',
    go: 'Vis resultatet',
  },
  result: {
    good: { title: 'Det hele virker', body: 'Du er klar til videomøde med det udstyr og det net, du bruger nu.' },
    weak: {
      title: 'Det virker, men din forbindelse er svag',
      body: 'Billedet kan blive uklart, og lyden kan falde ud. Sæt dig tættere på dit wi-fi, eller brug et andet net.',
    },
    soundOnly: {
      title: 'Der er kun plads til lyd',
      body: 'Din forbindelse er for svag til billede. Du kan godt være med i mødet på lyd. Et andet net giver måske plads til billedet.',
    },
    none: {
      title: 'Lyd og billede kommer ikke igennem',
      body: 'Det er det net, du bruger, der spærrer. Prøv et andet, for eksempel mobilens.',
    },
    devices: {
      title: 'Din forbindelse er god',
      body: 'Men der er noget, der ikke virker endnu. Se herunder.',
    },
    network: 'Forbindelse',
    networkIs: { good: 'God', weak: 'Svag', soundOnly: 'Kun til lyd', none: 'Spærret' },
    microphone: 'Mikrofon',
    microphoneIs: {
      works: 'Virker',
      silent: 'Vi hørte ikke noget. Er den slukket, eller er det en anden mikrofon, du bruger?',
      missing: 'Siden må ikke bruge den, eller der er ingen',
    },
    camera: 'Kamera',
    cameraIs: {
      works: 'Virker',
      silent: 'Dit billede kom ikke tilbage',
      missing: 'Siden må ikke bruge det, eller der er ikke noget',
    },
    told: (organisation) => `${organisation} kan se, at du har prøvet, og hvordan det gik.`,
    toldSomebody: 'Den, du skal tale med, kan se, at du har prøvet, og hvordan det gik.',
    again: 'Prøv igen',
    toMeeting: 'Gå til mødet',
  },
  busy: { title: 'Der er mange, der prøver lige nu', body: 'Vent et minut, og prøv igen.', again: 'Prøv igen' },
  unreachable: {
    title: 'Vi kan ikke få forbindelse',
    body: 'Se efter, om du er på nettet, og prøv igen.',
    again: 'Prøv igen',
  },
  unsupported: {
    title: 'Din browser kan ikke bruges til videomøder',
    body: 'Åbn siden i en ny udgave af Chrome, Edge, Firefox eller Safari.',
  },
  details: {
    summary: 'Til it-afdelingen',
    udp: 'UDP',
    tcp: 'TCP',
    tls: 'TLS (TURN, port 443)',
    open: 'åben',
    closed: 'lukket',
    untried: 'ikke prøvet',
    webSocket: 'WebSocket over HTTPS',
    roundTrip: 'Tid frem og tilbage',
    loss: 'Tab af pakker',
    rate: 'Hastighed hele vejen rundt',
    unknown: 'ikke målt',
    browser: 'Browser',
    time: 'Prøvet',
  },
};

const en: NetworkWords = {
  line: {
    good: 'Your connection is good.',
    weak: 'Your connection is weak. The picture may be unclear.',
    soundOnly: 'Your connection is too weak for a picture. So you join with sound only.',
    none: 'Your network seems to block sound and picture. Try all the same, or use another network.',
  },
  page: 'Try your equipment',
  start: {
    title: 'Try whether it works',
    lead: 'See whether your camera, your microphone and your connection can be used for a video meeting. It takes half a minute.',
    forMeeting: (when) => `Your meeting is ${when}.`,
    privacy: 'Nobody else can see or hear you meanwhile.',
    go: 'Start',
  },
  asking: { title: 'Allow the camera and the microphone', lead: 'Say yes when your browser asks.' },
  running: {
    title: 'We are trying your connection',
    lead: 'It takes a few seconds.',
  },
  echo: {
    title: 'Say something aloud',
    lead: 'A moment later you see and hear yourself. The picture and the sound have been by way of the meeting’s server.',
    quiet: 'We cannot hear you yet.',
    own: 'Your own picture, as it comes back',
    go: 'Show the result',
  },
  result: {
    good: { title: 'Everything works', body: 'You are ready for a video meeting with the equipment and the network you use now.' },
    weak: {
      title: 'It works, but your connection is weak',
      body: 'The picture may be unclear, and the sound may drop out. Move closer to your Wi-Fi, or use another network.',
    },
    soundOnly: {
      title: 'There is room for sound only',
      body: 'Your connection is too weak for a picture. You can take part with sound. Another network may have room for the picture.',
    },
    none: {
      title: 'Sound and picture do not get through',
      body: 'The network you use blocks them. Try another one, for example your phone’s.',
    },
    devices: { title: 'Your connection is good', body: 'But something does not work yet. See below.' },
    network: 'Connection',
    networkIs: { good: 'Good', weak: 'Weak', soundOnly: 'For sound only', none: 'Blocked' },
    microphone: 'Microphone',
    microphoneIs: {
      works: 'Works',
      silent: 'We heard nothing. Is it switched off, or do you use another microphone?',
      missing: 'We may not use it, or there is none',
    },
    camera: 'Camera',
    cameraIs: {
      works: 'Works',
      silent: 'Your picture did not come back',
      missing: 'We may not use it, or there is none',
    },
    told: (organisation) => `${organisation} can see that you have tried, and how it went.`,
    toldSomebody: 'The person you are going to talk to can see that you have tried, and how it went.',
    again: 'Try again',
    toMeeting: 'Go to the meeting',
  },
  busy: { title: 'Many people are trying just now', body: 'Wait a minute, and try again.', again: 'Try again' },
  unreachable: { title: 'We cannot connect', body: 'Check that you are online, and try again.', again: 'Try again' },
  unsupported: {
    title: 'Your browser cannot be used for video meetings',
    body: 'Open this page in a new version of Chrome, Edge, Firefox or Safari.',
  },
  details: {
    summary: 'For the IT department',
    udp: 'UDP',
    tcp: 'TCP',
    tls: 'TLS (TURN, port 443)',
    open: 'open',
    closed: 'closed',
    untried: 'not tried',
    webSocket: 'WebSocket over HTTPS',
    roundTrip: 'Round trip',
    loss: 'Packets lost',
    rate: 'Rate all the way round',
    unknown: 'not measured',
    browser: 'Browser',
    time: 'Tried',
  },
};

export const networkWords = spoken('network', { da, en });
