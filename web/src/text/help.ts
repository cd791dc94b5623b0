/**
 * The pages of help, for who is invited and for who hosts. Fetched by who reads them. `docs/hjaelp/borger.md` and
 * `docs/vejledning/vaert.md` are the Danish of them, written anew by `help.test.ts`.
 */

import { spoken } from './spoken.js';
import type { StatementWords } from './statements.js';

export interface HelpWords {
  readonly help: StatementWords;
  readonly hosting: StatementWords;
  /** From the one to the other. */
  readonly toHelp: string;
}

const da: HelpWords = {
  toHelp: 'Hjælp til den, der er inviteret',
  help: {
    title: 'Hjælp til dit videomøde',
    lead: 'Du skal bruge en telefon, en tablet eller en computer med kamera, og det link, du har fået på sms eller e-mail. Du skal ikke hente et program, og du skal ikke bruge MitID.',
    sections: [
      {
        heading: 'Sådan kommer du ind',
        paragraphs: [],
        points: [
          'Tryk på linket i din sms eller e-mail. Skriv det ikke af.',
          'Tryk »Kom i gang«, og så »Tænd kamera og mikrofon«. Spørger telefonen eller computeren om lov, så svar »Tillad«. De andre kan ikke se dig endnu.',
          'Kan du se dig selv? Tryk »Ja«.',
          'Sig hej. Når søjlerne bevæger sig, kan vi høre dig. Tryk »Gå videre«.',
          'Tryk »Spil musik«. Kan du høre den, så tryk »Ja«.',
          'Tryk »Gå ind«. Er der et tomt felt til dit navn, så skriv det først.',
          'Er der ingen endnu, så bliv der. Værten kan se, at du venter.',
        ],
      },
      {
        heading: 'Knapperne i mødet',
        paragraphs: [],
        points: [
          '»Mikrofon« slukker og tænder for din lyd. Er den slukket, kan de andre ikke høre dig.',
          '»Kamera« slukker og tænder for dit billede.',
          '»Mere« er hjælp og andre ting. Du behøver den ikke.',
          '»Forlad« går ud af mødet. Gik du ud ved en fejl, så tryk »Deltag igen«, eller tryk på linket igen.',
        ],
      },
      { heading: 'De kan ikke høre mig', paragraphs: ['Tryk på »Mikrofon«. Den skal være tændt. Tal tættere på telefonen eller computeren.'], points: [] },
      { heading: 'De kan ikke se mig', paragraphs: ['Tryk på »Kamera«. Det skal være tændt. Se efter, om der sidder en finger eller et låg for.'], points: [] },
      { heading: 'Jeg kan ikke høre dem', paragraphs: ['Skru op for lyden på telefonen eller computeren. Står der »Slå lyden til« på skærmen, så tryk på den.'], points: [] },
      { heading: 'Jeg kom til at svare nej, da den spurgte om lov', paragraphs: ['Tryk på linket igen. Siden viser med tegninger, hvor du skal trykke på netop din telefon eller computer.'], points: [] },
      { heading: 'Billedet hakker, eller der står »Forbinder igen«', paragraphs: ['Bliv der. Det går over af sig selv, og lyden fortsætter som regel. Det hjælper at gå tættere på dit wi-fi.'], points: [] },
      { heading: 'Telefonen ringer midt i det hele', paragraphs: ['Læg på. Så er du tilbage i mødet. Står der »Tænd igen«, så tryk på den.'], points: [] },
      { heading: 'Linket er udløbet', paragraphs: ['Linket virker kun omkring mødets tid. Ring til dem, du skal tale med, så får du et nyt.'], points: [] },
      {
        heading: 'Intet hjælper',
        paragraphs: [
          'Ring til dem, du skal tale med. Nummeret står nederst på siden, eller i din sms eller e-mail.',
          'Har de sagt, at du skal sende en besked til support? Tryk »Mere«, så »Teknik«, så »Send til support«. Læs de fire tegn op i telefonen.',
        ],
        points: [],
      },
      {
        heading: 'Godt at vide',
        paragraphs: [],
        points: [
          'Siden optager ikke mødet.',
          'Linket er kun til dig. Send det ikke til andre.',
          'Du kan være med uden kamera, og du kan nøjes med at lytte og skrive.',
          'Sid med lyset i ansigtet og ikke bag dig, så kan de se dig.',
          'Øv dig gerne inden mødet: Tryk på linket nogle minutter før, og bed en, du kender, om at sidde hos dig.',
        ],
      },
    ],
  },
  hosting: {
    title: 'Til værten',
    lead: 'Du holder møder med borgere. Her står, hvad du kan i mødet, og hvor det er. Det hele kan nås med tastaturet alene.',
    sections: [
      {
        heading: 'Før mødet',
        paragraphs: [],
        points: [
          'Åbn dit link. Værtens link er et andet end borgerens, og det er hemmeligt: Send det ikke videre.',
          'Tryk »Tænd kamera og mikrofon«, og svar »Tillad«. Se dig selv, sig noget, og vælg et andet kamera, hvis det er det forkerte.',
          'Tryk »Gå ind«. Kommer du før borgeren, står der, at du er den eneste. Bliv der.',
        ],
      },
      {
        heading: 'Når nogen venter',
        paragraphs: [
          'Der banker tre gange, og der står et tal ved »Deltagere«. Åbn listen, og tryk »Luk ind« ved den enkelte eller »Luk alle ind«. Du kan også skrive en besked til dem, der venter, eller afvise.',
          'Den, der venter, kan hverken se eller høre mødet. Har personen valgt at vise et lille billede, ser du det ved navnet. Det er ét stillestående billede, og det bliver ikke gemt.',
        ],
        points: [],
      },
      {
        heading: 'I mødet',
        paragraphs: [],
        points: [
          'Slukke for nogens mikrofon: »Deltagere«, og så pilen ved navnet. Ingen kan tænde en andens mikrofon. Du kan bede om det.',
          'Slukke for alle: »Sluk alle deltageres mikrofon«. Du kan fortryde.',
          'Give ordet: »Deltagere«, og så »Næste«. Du ser, hvor lang tid der er tilbage.',
          'Vise noget: »Del skærm«. En fane eller en film kan deles med lyd.',
          'Få en tolk eller en pårørende med: »Deltagere«, og så »Inviter med sms« eller »Link eller QR-kode«.',
          'Ændre, hvor billederne er: »Mere«, og så de små billeder af opstillingerne.',
          'Se, hvem der er inviteret, og hvor lang tid der er tilbage: »Mere«, og så »Om mødet«.',
          'Vise nogen ud: pilen ved navnet, og så »Fjern fra mødet«. Du har fem sekunder til at fortryde.',
          'Slutte for alle: »Afslut mødet for alle«. Der tælles ned, og du kan fortryde.',
        ],
      },
      {
        heading: 'Hold med flere borgere',
        paragraphs: ['I træning på hold ser borgerne dig og ikke hinanden, hvis mødet er sat op sådan. Hver borger kan kalde på hjælp. Det ser kun du.'],
        points: [],
      },
      {
        heading: 'Taster',
        paragraphs: ['M mikrofon, K kamera, H hånd eller ord, S del skærm, D deltagere, C chat, L luk den ind, der har ventet længst, N giv ordet til den næste, O mere. Tasten ? viser dem alle. De virker ikke, mens du skriver, og de kan slås fra.'],
        points: [],
      },
      {
        heading: 'Når en borger ikke kan komme på',
        paragraphs: [],
        points: [
          'Ring. Bliv i mødet imens.',
          'Bed borgeren trykke på linket i sms’en igen, i stedet for at skrive det af.',
          'Send et nyt: »Deltagere«, og så »Inviter med sms«.',
          'Er borgeren inde, men uden lyd: Se i listen, om mikrofonen er slukket, og tryk »Bed om at tænde mikrofon« ved pilen.',
          'Driller det stadig: Bed borgeren trykke »Mere«, »Teknik« og »Send til support« og læse de fire tegn op. Giv dem til jeres it-support. De siger, hvad der er galt, og intet om, hvem det er.',
        ],
      },
      { heading: 'Hvis din forbindelse ryger', paragraphs: ['Bliv der. Siden forbinder igen af sig selv, og du har din rolle, når du er tilbage.'], points: [] },
    ],
  },
};

const en: HelpWords = {
  toHelp: 'Help for who is invited',
  help: {
    title: 'Help with your video meeting',
    lead: 'You need a phone, a tablet or a computer with a camera, and the link that you got in a text message or email. There is nothing to install, and you do not need to sign in.',
    sections: [
      {
        heading: 'How you come in',
        paragraphs: [],
        points: [
          'Press the link in your text message or email. Do not type it.',
          'Press “Get started”, then “Turn on camera and microphone”. If the phone or computer asks for permission, answer “Allow”. The others cannot see you yet.',
          'Can you see yourself? Press “Yes”.',
          'Say hello. When the bars move, we can hear you. Press “Continue”.',
          'Press “Play music”. If you can hear it, press “Yes”.',
          'Press “Go in”. If there is an empty field for your name, fill it in first.',
          'If nobody is there yet, stay. The host can see that you are waiting.',
        ],
      },
      {
        heading: 'The buttons in the meeting',
        paragraphs: [],
        points: [
          '“Microphone” turns your sound off and on. While it is off, the others cannot hear you.',
          '“Camera” turns your picture off and on.',
          '“More” is help and other things. You do not need it.',
          '“Leave” takes you out of the meeting. If that was a mistake, press “Join again”, or press the link again.',
        ],
      },
      { heading: 'They cannot hear me', paragraphs: ['Press “Microphone”. It must be on. Speak closer to the phone or computer.'], points: [] },
      { heading: 'They cannot see me', paragraphs: ['Press “Camera”. It must be on. See whether a finger or a lid covers it.'], points: [] },
      { heading: 'I cannot hear them', paragraphs: ['Turn up the sound of the phone or computer. If the screen says “Turn on the sound”, press it.'], points: [] },
      { heading: 'I answered no when it asked for permission', paragraphs: ['Press the link again. The page shows with drawings where to press on your phone or computer.'], points: [] },
      { heading: 'The picture stutters, or it says “Reconnecting”', paragraphs: ['Stay there. It passes by itself, and the sound usually goes on. It helps to go closer to your wi-fi.'], points: [] },
      { heading: 'The phone rings in the middle of it', paragraphs: ['Hang up. Then you are back in the meeting. If it says “Turn on again”, press it.'], points: [] },
      { heading: 'The link has expired', paragraphs: ['The link works only around the time of the meeting. Call those you are to talk with, and you get a new one.'], points: [] },
      {
        heading: 'Nothing helps',
        paragraphs: [
          'Call those you are to talk with. The number is at the foot of the page, or in your text message or email.',
          'Did they ask you to send something to support? Press “More”, then “Technical facts”, then “Send to support”. Read the four characters aloud on the phone.',
        ],
        points: [],
      },
      {
        heading: 'Good to know',
        paragraphs: [],
        points: [
          'The page does not record the meeting.',
          'The link is for you alone. Do not send it to others.',
          'You can take part without a camera, and you can just listen and write.',
          'Sit with the light in your face and not behind you, so that they can see you.',
          'Practise before the meeting: press the link some minutes early, and ask somebody you know to sit with you.',
        ],
      },
    ],
  },
  hosting: {
    title: 'For the host',
    lead: 'You hold meetings with citizens. Here is what you can do in the meeting, and where it is. All of it can be reached by keyboard alone.',
    sections: [
      {
        heading: 'Before the meeting',
        paragraphs: [],
        points: [
          'Open your link. The host’s link is another than the citizen’s, and it is secret: do not pass it on.',
          'Press “Turn on camera and microphone”, and answer “Allow”. See yourself, say something, and choose another camera if it is the wrong one.',
          'Press “Go in”. If you come before the citizen, it says that you are the only one. Stay there.',
        ],
      },
      {
        heading: 'When somebody waits',
        paragraphs: [
          'There are three knocks, and a number stands at “People”. Open the list, and press “Let in” at one of them or “Let all in”. You can also write a message to those who wait, or turn somebody away.',
          'Who waits can neither see nor hear the meeting. If the person has chosen to show a small picture, you see it at the name. It is one still picture, and it is not kept.',
        ],
        points: [],
      },
      {
        heading: 'In the meeting',
        paragraphs: [],
        points: [
          'Turn off somebody’s microphone: “People”, then the arrow at the name. Nobody can turn on another’s microphone. You can ask for it.',
          'Turn off everybody’s: “Turn off all participants’ microphones”. You can undo it.',
          'Give the floor: “People”, then “Next”. You see how much time is left.',
          'Show something: “Share screen”. A tab or a film can be shared with its sound.',
          'Bring in an interpreter or a relative: “People”, then “Invite by SMS” or “Link or QR code”.',
          'Change where the pictures are: “More”, then the small pictures of the layouts.',
          'See who is invited and how much time is left: “More”, then “About the meeting”.',
          'Show somebody out: the arrow at the name, then “Remove from the meeting”. You have five seconds to undo it.',
          'End for all: “End the meeting for everyone”. It counts down, and you can undo it.',
        ],
      },
      {
        heading: 'Groups of citizens',
        paragraphs: ['Where people train in a group they see you and not each other, if the meeting is set up so. Each can call for help. Only you see it.'],
        points: [],
      },
      {
        heading: 'Keys',
        paragraphs: ['M microphone, K camera, H hand or floor, S share screen, D people, C chat, L let in who has waited longest, N give the floor to the next, O more. The key ? shows them all. They do nothing while you type, and they can be switched off.'],
        points: [],
      },
      {
        heading: 'When a citizen cannot get in',
        paragraphs: [],
        points: [
          'Call. Stay in the meeting meanwhile.',
          'Ask the citizen to press the link in the text message again instead of typing it.',
          'Send a new one: “People”, then “Invite by SMS”.',
          'If the citizen is in but without sound: see in the list whether the microphone is off, and press “Ask to turn microphone on” at the arrow.',
          'If it still fails: ask the citizen to press “More”, “Technical facts” and “Send to support” and read the four characters aloud. Give them to your support. They tell what is wrong, and nothing of who it is.',
        ],
      },
      { heading: 'If your connection is lost', paragraphs: ['Stay there. The page reconnects by itself, and you have your role when you are back.'], points: [] },
    ],
  },
};

export const helpWords = spoken('helpPages', { da, en });
