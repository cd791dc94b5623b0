/** The words about a camera or microphone that cannot be had. Fetched by who needs them. */

import { spoken } from './spoken.js';

/** What is told: the browser's error, and where the page stands. */
export type Situation =
  | 'denied'
  | 'unanswered'
  | 'inApp'
  | 'frame'
  | 'system'
  | 'barred'
  | 'noDevice'
  | 'busy'
  | 'interrupted'
  | 'unknown';

/** Where something is to be changed, told as steps. */
export type Guide =
  | 'prompt'
  | 'iosSafari'
  | 'iosSettings'
  | 'android'
  | 'samsung'
  | 'firefoxAndroid'
  | 'firefox'
  | 'safari'
  | 'desktop'
  | 'windows'
  | 'mac'
  | 'androidSettings'
  | 'inAppIos'
  | 'inAppAndroid';

export interface DeviceProblemWords {
  readonly title: Readonly<Record<Situation, { readonly both: string; readonly camera: string; readonly microphone: string }>>;
  /** One sentence: what to do. */
  readonly body: Readonly<Record<Situation, string>>;
  readonly stepsTitle: string;
  readonly steps: Readonly<Record<Guide, readonly string[]>>;
  /** Under the steps on a computer: the switch may belong to somebody else. */
  readonly managed: string;
  /** Only one is missing: what works all the same. */
  readonly without: { readonly both: string; readonly camera: string; readonly microphone: string };
  readonly tryAgain: string;
  readonly reload: string;
  readonly openAlone: string;
  readonly copy: string;
  readonly copied: string;
  /** Where copying is forbidden: the link stands there to be marked. */
  readonly copyByHand: string;
}

const da: DeviceProblemWords = {
  title: {
    denied: { both: 'Browseren har ikke fået lov', camera: 'Browseren må ikke bruge dit kamera', microphone: 'Browseren må ikke bruge din mikrofon' },
    unanswered: { both: 'Browseren mangler dit svar', camera: 'Browseren mangler dit svar om kameraet', microphone: 'Browseren mangler dit svar om mikrofonen' },
    inApp: { both: 'Åbn mødet i din browser', camera: 'Åbn mødet i din browser', microphone: 'Åbn mødet i din browser' },
    frame: { both: 'Siden her lukker ikke op for kamera og mikrofon', camera: 'Siden her lukker ikke op for kameraet', microphone: 'Siden her lukker ikke op for mikrofonen' },
    system: { both: 'Kamera og mikrofon er slået fra på enheden', camera: 'Kameraet er slået fra på enheden', microphone: 'Mikrofonen er slået fra på enheden' },
    barred: { both: 'Kamera og mikrofon er spærret', camera: 'Kameraet er spærret', microphone: 'Mikrofonen er spærret' },
    noDevice: { both: 'Vi kan ikke finde et kamera eller en mikrofon', camera: 'Vi kan ikke finde et kamera', microphone: 'Vi kan ikke finde en mikrofon' },
    busy: { both: 'Et andet program bruger dit kamera og din mikrofon', camera: 'Et andet program bruger dit kamera', microphone: 'Et andet program bruger din mikrofon' },
    interrupted: { both: 'Kamera og mikrofon er sat på pause', camera: 'Dit kamera er sat på pause', microphone: 'Din mikrofon er sat på pause' },
    unknown: { both: 'Kamera og mikrofon vil ikke starte', camera: 'Kameraet vil ikke starte', microphone: 'Mikrofonen vil ikke starte' },
  },
  body: {
    denied: 'Du kan give lov sådan her.',
    unanswered: 'Browseren spurgte om lov og fik ikke noget svar.',
    inApp: 'Linket er åbnet inde i en app, og her virker kamera og mikrofon ikke.',
    frame: 'Åbn mødet i sit eget vindue, så virker de.',
    system: 'Slå dem til i indstillingerne, og kom tilbage hertil.',
    barred: 'Det er tit en arbejdsplads eller en skole, der har låst dem. Brug din telefon i stedet, eller ring til os.',
    noDevice: 'Sæt det til, og prøv igen.',
    busy: 'Luk andre programmer med video, fx Teams eller Zoom, og prøv igen.',
    interrupted: 'Det sker fx, når telefonen ringer. Prøv igen, når du er klar.',
    unknown: 'Det er ikke noget, du har gjort. Prøv igen.',
  },
  stepsTitle: 'Sådan gør du',
  steps: {
    prompt: ['Tryk Prøv igen, og svar Tillad.'],
    iosSafari: ['Tryk på ikonet ved adressen.', 'Tryk på Indstillinger for websted.', 'Sæt Kamera og Mikrofon til Tillad.'],
    iosSettings: ['Åbn Indstillinger på telefonen.', 'Find din browser på listen over apps.', 'Slå Kamera og Mikrofon til.'],
    android: ['Tryk på ikonet til venstre for adressen.', 'Tryk på Tilladelser.', 'Slå Kamera og Mikrofon til.'],
    samsung: ['Tryk på hængelåsen ved adressen.', 'Tryk på Tilladelser.', 'Slå Kamera og Mikrofon til.'],
    firefoxAndroid: ['Tryk på hængelåsen ved adressen.', 'Tryk på Kamera og på Mikrofon, så der står Tilladt.'],
    firefox: ['Klik på kameraet med streg over ved adressen.', 'Fjern krydset ud for Kamera og Mikrofon.'],
    safari: ['Åbn menuen Safari øverst på skærmen.', 'Vælg Indstillinger for dette websted.', 'Sæt Kamera og Mikrofon til Tillad.'],
    desktop: ['Klik på ikonet til venstre for adressen.', 'Slå Kamera og Mikrofon til.'],
    windows: ['Åbn Indstillinger i Windows.', 'Vælg Beskyttelse af personlige oplysninger.', 'Slå Kamera og Mikrofon til for din browser.'],
    mac: ['Åbn Systemindstillinger.', 'Vælg Anonymitet og sikkerhed.', 'Slå Kamera og Mikrofon til for din browser.'],
    androidSettings: ['Åbn Indstillinger på telefonen.', 'Vælg Apps, og find din browser.', 'Vælg Tilladelser, og slå Kamera og Mikrofon til.'],
    inAppIos: ['Tryk på kompasset eller de tre prikker.', 'Vælg Åbn i Safari.'],
    inAppAndroid: ['Tryk på de tre prikker øverst.', 'Vælg Åbn i Chrome eller Åbn i browser.'],
  },
  managed: 'Kan du ikke slå dem til, har arbejdspladsen måske låst dem. Brug så din telefon.',
  without: {
    both: 'Du kan også deltage uden. Så ser og hører du de andre.',
    camera: 'De andre kan stadig høre dig.',
    microphone: 'Du kan stadig høre de andre og skrive til dem.',
  },
  tryAgain: 'Prøv igen',
  reload: 'Åbn siden igen',
  openAlone: 'Åbn i eget vindue',
  copy: 'Kopiér linket',
  copied: 'Linket er kopieret. Åbn Safari eller Chrome, og sæt det ind øverst.',
  copyByHand: 'Hold fingeren på linket, vælg Kopiér, og sæt det ind i Safari eller Chrome.',
};

const en: DeviceProblemWords = {
  title: {
    denied: { both: 'The browser has no permission', camera: 'The browser may not use your camera', microphone: 'The browser may not use your microphone' },
    unanswered: { both: 'The browser waits for your answer', camera: 'The browser waits for your answer about the camera', microphone: 'The browser waits for your answer about the microphone' },
    inApp: { both: 'Open the meeting in your browser', camera: 'Open the meeting in your browser', microphone: 'Open the meeting in your browser' },
    frame: { both: 'This page does not let camera and microphone through', camera: 'This page does not let the camera through', microphone: 'This page does not let the microphone through' },
    system: { both: 'Camera and microphone are turned off on the device', camera: 'The camera is turned off on the device', microphone: 'The microphone is turned off on the device' },
    barred: { both: 'Camera and microphone are blocked', camera: 'The camera is blocked', microphone: 'The microphone is blocked' },
    noDevice: { both: 'We cannot find a camera or a microphone', camera: 'We cannot find a camera', microphone: 'We cannot find a microphone' },
    busy: { both: 'Another program is using your camera and microphone', camera: 'Another program is using your camera', microphone: 'Another program is using your microphone' },
    interrupted: { both: 'Camera and microphone are paused', camera: 'Your camera is paused', microphone: 'Your microphone is paused' },
    unknown: { both: 'Camera and microphone will not start', camera: 'The camera will not start', microphone: 'The microphone will not start' },
  },
  body: {
    denied: 'You can allow it like this.',
    unanswered: 'The browser asked for permission and got no answer.',
    inApp: 'The link was opened inside an app, and camera and microphone do not work there.',
    frame: 'Open the meeting in a window of its own, and they work.',
    system: 'Turn them on in the settings, and come back here.',
    barred: 'Often a workplace or a school has locked them. Use your phone instead, or call us.',
    noDevice: 'Plug it in and try again.',
    busy: 'Close other programs with video, such as Teams or Zoom, and try again.',
    interrupted: 'This happens when the phone rings, for example. Try again when you are ready.',
    unknown: 'It is nothing that you have done. Try again.',
  },
  stepsTitle: 'What to do',
  steps: {
    prompt: ['Press Try again, and answer Allow.'],
    iosSafari: ['Tap the icon next to the address.', 'Tap Website Settings.', 'Set Camera and Microphone to Allow.'],
    iosSettings: ['Open Settings on the phone.', 'Find your browser in the list of apps.', 'Turn on Camera and Microphone.'],
    android: ['Tap the icon to the left of the address.', 'Tap Permissions.', 'Turn on Camera and Microphone.'],
    samsung: ['Tap the padlock next to the address.', 'Tap Permissions.', 'Turn on Camera and Microphone.'],
    firefoxAndroid: ['Tap the padlock next to the address.', 'Tap Camera and Microphone until they say Allowed.'],
    firefox: ['Click the crossed-out camera next to the address.', 'Remove the block at Camera and Microphone.'],
    safari: ['Open the Safari menu at the top of the screen.', 'Choose Settings for This Website.', 'Set Camera and Microphone to Allow.'],
    desktop: ['Click the icon to the left of the address.', 'Turn on Camera and Microphone.'],
    windows: ['Open Settings in Windows.', 'Choose Privacy & security.', 'Turn on Camera and Microphone for your browser.'],
    mac: ['Open System Settings.', 'Choose Privacy & Security.', 'Turn on Camera and Microphone for your browser.'],
    androidSettings: ['Open Settings on the phone.', 'Choose Apps, and find your browser.', 'Choose Permissions, and turn on Camera and Microphone.'],
    inAppIos: ['Tap the compass or the three dots.', 'Choose Open in Safari.'],
    inAppAndroid: ['Tap the three dots at the top.', 'Choose Open in Chrome or Open in browser.'],
  },
  managed: 'If you cannot turn them on, your workplace may have locked them. Then use your phone.',
  without: {
    both: 'You can also join without. Then you see and hear the others.',
    camera: 'The others can still hear you.',
    microphone: 'You can still hear the others and write to them.',
  },
  tryAgain: 'Try again',
  reload: 'Open the page again',
  openAlone: 'Open in its own window',
  copy: 'Copy the link',
  copied: 'The link is copied. Open Safari or Chrome, and paste it at the top.',
  copyByHand: 'Hold your finger on the link, choose Copy, and paste it into Safari or Chrome.',
};

export const deviceProblemWords = spoken('deviceProblem', { da, en });
