/** The words of trying camera and sound, one thing per screen, and of the last screen before the call. */

import { spoken } from './spoken.js';

export interface CheckWords {
  readonly skip: string;
  readonly progress: (number: number, of: number) => string;
  readonly yes: string;
  readonly no: string;
  readonly goOn: string;
  /** Above advice. */
  readonly tryThis: string;
  readonly camera: {
    readonly part: string;
    readonly ask: string;
    readonly askLead: string;
    readonly asking: string;
    readonly question: string;
    readonly lead: string;
    readonly off: string;
    readonly offLead: string;
    readonly turnOn: string;
    readonly turn: string;
    readonly advice: readonly string[];
    readonly now: string;
    readonly without: string;
    readonly withoutBoth: string;
  };
  readonly microphone: {
    readonly part: string;
    readonly title: string;
    readonly lead: string;
    readonly heard: string;
    /** Where nothing was heard for a while; `nothing` stands below. */
    readonly notYet: string;
    /** The same for a host, who chooses the devices below. */
    readonly notYetHost: string;
    readonly nothing: string;
    readonly advice: readonly string[];
    readonly without: string;
  };
  readonly speaker: {
    readonly part: string;
    readonly title: string;
    readonly lead: string;
    readonly play: string;
    readonly question: string;
    readonly playing: string;
    readonly again: string;
    readonly advice: readonly string[];
    readonly now: string;
    readonly anyway: string;
  };
  readonly ready: {
    readonly title: string;
    readonly way: string;
    readonly ways: { readonly picture: string; readonly sound: string; readonly listen: string };
    readonly wayHint: { readonly sound: string; readonly listen: string };
    readonly go: string;
    readonly willAsk: { readonly picture: string; readonly sound: string };
    readonly silent: string;
    readonly retry: string;
  };
}

const da: CheckWords = {
  skip: 'Spring over',
  progress: (number, of) => `${String(number)} af ${String(of)}`,
  yes: 'Ja',
  no: 'Nej',
  goOn: 'Gå videre',
  tryThis: 'Prøv det her',
  camera: {
    part: 'Kamera',
    ask: 'Tænd kamera og mikrofon',
    askLead: 'Browseren spørger om lov. Svar Tillad. De andre kan ikke se dig endnu.',
    asking: 'Browseren spørger om lov nu. Svar Tillad.',
    question: 'Kan du se dig selv?',
    lead: 'Kun du kan se billedet.',
    off: 'Dit kamera er slukket',
    offLead: 'Vil du ses i mødet, så tænd det her.',
    turnOn: 'Tænd kamera',
    turn: 'Vend kamera',
    advice: [
      'Sidder der et låg eller en finger for kameraet? Tag det væk.',
      'Er der mørkt, hvor du sidder? Tænd en lampe foran dig.',
      'Er et andet program med video åbent, fx Teams? Luk det.',
    ],
    now: 'Nu kan jeg se mig selv',
    without: 'Gå videre uden kamera',
    withoutBoth: 'Gå videre uden kamera og mikrofon',
  },
  microphone: {
    part: 'Mikrofon',
    title: 'Sig hej',
    lead: 'Når søjlerne bevæger sig, kan vi høre dig.',
    heard: 'Vi kan høre dig.',
    notYet: 'Vi kan ikke høre dig endnu. Tal lidt højere, eller tryk på »Der sker ikke noget«.',
    notYetHost: 'Vi kan ikke høre din mikrofon endnu. Tal lidt højere, eller vælg en anden.',
    nothing: 'Der sker ikke noget',
    advice: [
      'Tal tættere på telefonen eller computeren.',
      'Bruger du headset? Se efter, om dets mikrofon er slukket.',
    ],
    without: 'Gå videre uden mikrofon',
  },
  speaker: {
    part: 'Lyd',
    title: 'Nu prøver vi lyden',
    lead: 'Tryk på knappen. Så spiller vi et lille stykke musik.',
    play: 'Spil musik',
    question: 'Kan du høre musikken?',
    playing: 'Musikken spiller',
    again: 'Spil igen',
    advice: [
      'Skru op for lyden på telefonen eller computeren.',
      'Bruger du høretelefoner eller høreapparat? Se efter, om de er tændt og forbundet.',
    ],
    now: 'Nu kan jeg høre musikken',
    anyway: 'Gå videre alligevel',
  },
  ready: {
    title: 'Klar til at gå ind',
    way: 'Sådan er du med',
    ways: { picture: 'Billede og lyd', sound: 'Kun lyd', listen: 'Lyt og skriv' },
    wayHint: {
      sound: 'Dit kamera er slukket. Du kan tænde det i mødet.',
      listen: 'Du ser og hører de andre. Du svarer ved at skrive.',
    },
    go: 'Gå ind',
    willAsk: {
      picture: 'Når du går ind, spørger browseren, om den må bruge kamera og mikrofon. Svar Tillad.',
      sound: 'Når du går ind, spørger browseren, om den må bruge mikrofonen. Svar Tillad.',
    },
    silent: 'Din mikrofon er slukket, når du går ind.',
    retry: 'Prøv kamera og lyd',
  },
};

const en: CheckWords = {
  skip: 'Skip this',
  progress: (number, of) => `${String(number)} of ${String(of)}`,
  yes: 'Yes',
  no: 'No',
  goOn: 'Continue',
  tryThis: 'Try this',
  camera: {
    part: 'Camera',
    ask: 'Turn on camera and microphone',
    askLead: 'Your browser asks for permission. Answer Allow. The others cannot see you yet.',
    asking: 'Your browser is asking for permission now. Answer Allow.',
    question: 'Can you see yourself?',
    lead: 'Only you can see the picture.',
    off: 'Your camera is off',
    offLead: 'If you want to be seen in the meeting, turn it on here.',
    turnOn: 'Turn camera on',
    turn: 'Turn the camera round',
    advice: [
      'Is there a cover or a finger over the camera? Take it away.',
      'Is it dark where you sit? Turn on a lamp in front of you.',
      'Is another program with video open, such as Teams? Close it.',
    ],
    now: 'Now I can see myself',
    without: 'Continue without camera',
    withoutBoth: 'Continue without camera and microphone',
  },
  microphone: {
    part: 'Microphone',
    title: 'Say hello',
    lead: 'When the bars move, we can hear you.',
    heard: 'We can hear you.',
    notYet: 'We cannot hear you yet. Speak up a little, or press “Nothing happens”.',
    notYetHost: 'We cannot hear your microphone yet. Speak up a little, or choose another one.',
    nothing: 'Nothing happens',
    advice: ['Speak closer to your phone or computer.', 'Do you use a headset? Check whether its microphone is off.'],
    without: 'Continue without microphone',
  },
  speaker: {
    part: 'Sound',
    title: 'Now we try the sound',
    lead: 'Press the button. Then we play a little music.',
    play: 'Play music',
    question: 'Can you hear the music?',
    playing: 'The music is playing',
    again: 'Play again',
    advice: [
      'Turn up the sound on your phone or computer.',
      'Do you use headphones or a hearing aid? Check whether they are on and connected.',
    ],
    now: 'Now I can hear the music',
    anyway: 'Continue anyway',
  },
  ready: {
    title: 'Ready to go in',
    way: 'How you take part',
    ways: { picture: 'Picture and sound', sound: 'Sound only', listen: 'Listen and write' },
    wayHint: {
      sound: 'Your camera is off. You can turn it on in the meeting.',
      listen: 'You see and hear the others. You answer by writing.',
    },
    go: 'Go in',
    willAsk: {
      picture: 'When you go in, your browser asks whether it may use camera and microphone. Answer Allow.',
      sound: 'When you go in, your browser asks whether it may use the microphone. Answer Allow.',
    },
    silent: 'Your microphone is off when you go in.',
    retry: 'Try camera and sound',
  },
};

export const checkWords = spoken('check', { da, en });
