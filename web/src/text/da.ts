/** Dansk: sådan som man ville sige det. */

import { listNames, type Words } from './words.js';

const navne = (names: readonly string[]): string =>
  listNames(names, 'og', (count) => (count === 1 ? '1 anden' : `${String(count)} andre`));

const er = (names: readonly string[], rest: string): string => `${navne(names)} ${rest}`;

export const da: Words = {
  language: 'da',
  otherLanguage: 'English',
  product: 'Videomøde',

  help: {
    ask: 'Brug for hjælp?',
    call: (number) => `Ring ${number}`,
    nobody: 'Ring til dem, der har inviteret dig.',
  },

  title: {
    prejoin: 'Klar til mødet',
    connecting: 'Forbinder',
    reconnecting: 'Forbinder igen',
    inCall: (others) => (others === 0 ? 'I mødet, alene' : others === 1 ? 'I mødet med 1 anden' : `I mødet med ${String(others)} andre`),
  },

  prejoin: {
    heading: 'Videomøde',
    lead: 'Se dig selv og prøv din lyd, før du går ind.',
    name: 'Dit navn',
    nameHint: 'De andre i mødet ser det.',
    nameMissing: 'Skriv dit navn, så de andre kan se, hvem du er.',
    join: 'Deltag i mødet',
    ask: 'Tænd kamera og mikrofon',
    askHint: 'Prøv det her først. De andre kan ikke se dig endnu. Browseren spørger om lov. Svar Tillad.',
    asking: 'Browseren spørger om lov nu. Svar Tillad.',
    meter: 'Lyd fra din mikrofon',
    meterHint: 'Sig noget. Så bevæger søjlerne sig.',
    meterHeard: 'Vi kan høre dig.',
    choose: 'Vælg kamera og mikrofon',
    tryAgain: 'Prøv igen',
    stillJoin: 'Du kan også deltage uden. Så ser og hører du de andre.',
  },

  device: {
    camera: 'Kamera',
    microphone: 'Mikrofon',
    speaker: 'Højttaler',
    unnamed: (kind, number) => `${kind} ${String(number)}`,
    none: 'Ingen fundet',
    error: {
      permissionDenied: {
        both: { title: 'Browseren har ikke fået lov', body: 'Den må ikke bruge dit kamera og din mikrofon endnu. Du kan give lov sådan her:' },
        camera: { title: 'Browseren må ikke bruge dit kamera', body: 'De andre kan høre dig, men ikke se dig. Du kan give lov sådan her:' },
        microphone: { title: 'Browseren må ikke bruge din mikrofon', body: 'De andre kan ikke høre dig endnu. Du kan give lov sådan her:' },
      },
      noCameraAccess: {
        both: { title: 'Kamera og mikrofon er spærret', body: 'Siden må ikke bruge dem her. Åbn linket fra din besked i Safari, Chrome, Edge eller Firefox.' },
        camera: { title: 'Kameraet er spærret', body: 'Siden må ikke bruge det her. Åbn linket fra din besked i Safari, Chrome, Edge eller Firefox.' },
        microphone: { title: 'Mikrofonen er spærret', body: 'Siden må ikke bruge den her. Åbn linket fra din besked i Safari, Chrome, Edge eller Firefox.' },
      },
      noDevice: {
        both: { title: 'Vi kan ikke finde et kamera eller en mikrofon', body: 'Sæt dem til, og prøv igen.' },
        camera: { title: 'Vi kan ikke finde et kamera', body: 'De andre kan høre dig. Vil du også ses, så sæt et kamera til, og prøv igen.' },
        microphone: { title: 'Vi kan ikke finde en mikrofon', body: 'De andre kan ikke høre dig. Sæt en mikrofon til, og prøv igen.' },
      },
      deviceBusy: {
        both: { title: 'Et andet program bruger dit kamera og din mikrofon', body: 'Luk andre programmer med video, fx Teams eller Zoom. Prøv så igen.' },
        camera: { title: 'Et andet program bruger dit kamera', body: 'Luk andre programmer med video, fx Teams eller Zoom. Prøv så igen.' },
        microphone: { title: 'Et andet program bruger din mikrofon', body: 'Luk andre programmer med lyd, fx Teams eller Zoom. Prøv så igen.' },
      },
      interrupted: {
        both: { title: 'Kamera og mikrofon er sat på pause', body: 'Det sker fx, når telefonen ringer. Prøv igen, når du er klar.' },
        camera: { title: 'Dit kamera er sat på pause', body: 'Det sker fx, når telefonen ringer. Prøv igen, når du er klar.' },
        microphone: { title: 'Din mikrofon er sat på pause', body: 'Det sker fx, når telefonen ringer. Prøv igen, når du er klar.' },
      },
      unknown: {
        both: { title: 'Kamera og mikrofon vil ikke starte', body: 'Det er ikke noget, du har gjort. Prøv igen.' },
        camera: { title: 'Kameraet vil ikke starte', body: 'Det er ikke noget, du har gjort. Prøv igen.' },
        microphone: { title: 'Mikrofonen vil ikke starte', body: 'Det er ikke noget, du har gjort. Prøv igen.' },
      },
    },
    guideTitle: 'Sådan giver du lov',
    guide: {
      iosSafari: ['Tryk på ikonet til venstre i adresselinjen.', 'Vælg Indstillinger for websted.', 'Sæt Kamera og Mikrofon til Tillad.'],
      iosOther: ['Åbn Indstillinger på telefonen.', 'Find din browser på listen over apps.', 'Slå Kamera og Mikrofon til.'],
      android: ['Tryk på ikonet til venstre for adressen.', 'Tryk på Tilladelser.', 'Slå Kamera og Mikrofon til.'],
      firefox: ['Klik på kamera-ikonet ved adressen.', 'Fjern spærringen ud for Kamera og Mikrofon.', 'Tryk Prøv igen her på siden.'],
      safari: ['Åbn menuen Safari øverst på skærmen.', 'Vælg Indstillinger for dette websted.', 'Sæt Kamera og Mikrofon til Tillad.'],
      desktop: ['Klik på ikonet til venstre for adressen.', 'Slå Kamera og Mikrofon til.', 'Tryk Prøv igen her på siden.'],
    },
  },

  call: {
    heading: (subject) => (subject === '' ? 'Videomøde' : subject),
    controls: 'Knapper til mødet',
    microphone: 'Mikrofon',
    camera: 'Kamera',
    share: 'Del skærm',
    more: 'Mere',
    leave: 'Forlad',
    microphoneIsOff: 'Din mikrofon er slukket',
    cameraIsOff: 'Dit kamera er slukket',
    bothAreOff: 'Din mikrofon og dit kamera er slukket',
    alone: 'Du er den eneste her lige nu',
    aloneHint: 'Bliv her. Du ser de andre, så snart de kommer.',
    connecting: 'Vi forbinder dig til mødet',
    connectingHint: 'Det tager et øjeblik.',
    cancel: 'Fortryd',
    people: 'Deltagere',
    you: 'Dig',
    yourScreen: 'Din skærm',
    screenOf: (name) => `Skærm fra ${name}`,
    sharing: 'Du deler din skærm',
    stopSharing: 'Stop deling',
    microphoneOff: 'mikrofonen er slukket',
    cameraOff: 'kameraet er slukket',
    weak: 'Dårlig forbindelse',
    speaking: 'taler',
    reconnecting: 'Forbinder igen',
    cannotDecode: 'Din browser kan ikke vise billedet',
    unmute: 'Slå lyden til',
    unmuteHint: 'Browseren venter på dig. Tryk, så hører du de andre.',
  },

  self: {
    label: 'Dit eget billede',
    hide: 'Skjul',
    show: 'Vis mig selv',
    move: 'Flyt',
    movedTo: {
      topLeft: 'Dit billede er nu øverst til venstre',
      topRight: 'Dit billede er nu øverst til højre',
      bottomLeft: 'Dit billede er nu nederst til venstre',
      bottomRight: 'Dit billede er nu nederst til højre',
    },
    hidden: 'Dit eget billede er skjult. De andre kan stadig se dig.',
    shown: 'Dit eget billede er tilbage',
  },

  panel: {
    title: 'Lyd og billede',
    close: 'Luk',
    ownPicture: 'Dit eget billede',
    help: 'Hjælp',
  },

  banner: {
    reconnecting: 'Forbindelsen er væk et øjeblik. Bliv her, vi forbinder igen.',
    serverStopping: 'Mødet flytter til en anden server. Bliv her, det tager et øjeblik.',
    audioBlocked: 'Browseren venter på dig. Tryk, så hører du de andre.',
    microphoneInterrupted: 'Din mikrofon er sat på pause, måske af et telefonopkald.',
    cameraInterrupted: 'Dit kamera er sat på pause af telefonen eller computeren.',
    ownConnectionWeak: 'Din forbindelse er dårlig. Billedet kan hakke, men lyden går forud.',
    speakingWhileMuted: 'Du taler, men din mikrofon er slukket.',
    turnOn: 'Tænd igen',
  },

  notice: {
    joined: (names) => er(names, 'er kommet'),
    left: (names) => er(names, 'er gået'),
    lost: (names) => er(names, 'har mistet forbindelsen'),
    removed: (names) => er(names, 'er ikke længere med'),
    screenStarted: (name) => `${name} deler sin skærm`,
    screenStopped: (name) => `${name} deler ikke længere sin skærm`,
    ownScreenStopped: 'Du deler ikke længere din skærm',
    microphoneOn: 'Din mikrofon er tændt',
    microphoneOff: 'Din mikrofon er slukket',
    cameraOn: 'Dit kamera er tændt',
    cameraOff: 'Dit kamera er slukket',
    cameraFailed: 'Kameraet er ikke tændt. Tryk på Mere, så får du hjælp.',
    microphoneFailed: 'Mikrofonen er ikke tændt. Tryk på Mere, så får du hjælp.',
    devicesFailed: 'Du er med uden kamera og mikrofon. Tryk på Mere, så får du hjælp.',
    screenFailed: 'Din skærm blev ikke delt. Prøv igen.',
    connectionLost: 'Forbindelsen er væk et øjeblik. Bliv her, vi forbinder igen.',
    connectionBack: 'Forbindelsen er tilbage',
  },

  ended: {
    left: { title: 'Du har forladt mødet', body: 'Gik du ved en fejl? Du kan gå ind igen.' },
    ended: { title: 'Mødet er slut', body: 'Tak, fordi du var med. Du kan lukke siden nu.' },
    removed: { title: 'Du er ikke længere med i mødet', body: 'Værten har afsluttet din deltagelse. Ring, hvis du tror, det er en fejl.' },
    replaced: { title: 'Mødet er åbent et andet sted', body: 'Du er gået med fra en anden fane eller en anden enhed. Du kan også fortsætte her.' },
    tooSlow: { title: 'Forbindelsen kunne ikke følge med', body: 'Det er ikke noget, du har gjort. Gå tættere på dit wi-fi, og gå ind igen.' },
    lost: { title: 'Forbindelsen kom ikke tilbage', body: 'Det er ikke noget, du har gjort. Tjek dit net, og gå ind igen.' },
    again: 'Deltag igen',
    here: 'Fortsæt her',
    close: 'Du kan lukke siden nu.',
  },

  failure: {
    linkMissing: { title: 'Linket mangler noget', body: 'Åbn linket igen fra din sms eller e-mail. Tryk på det i stedet for at skrive det af.' },
    linkExpired: { title: 'Linket er udløbet', body: 'Det gælder kun omkring mødets tid. Ring, så får du et nyt.' },
    tokenInvalid: { title: 'Linket virker ikke', body: 'Åbn det igen fra din sms eller e-mail. Hjælper det ikke, så ring, og få et nyt.' },
    roomUnknown: { title: 'Vi kan ikke finde mødet', body: 'Det kan være flyttet eller aflyst. Ring, så hjælper vi dig videre.' },
    roomFull: { title: 'Der er ikke plads til flere', body: 'Alle pladser i mødet er taget lige nu. Prøv igen om lidt.' },
    notOpenYet: { title: 'Mødet er ikke åbnet endnu', body: 'Du er tidligt på den. Bliv her, og prøv igen om lidt.' },
    closed: { title: 'Mødet er lukket', body: 'Tiden er gået. Ring, hvis du skal have en ny.' },
    notPermitted: { title: 'Linket giver ikke adgang', body: 'Det hører til et andet møde eller en anden person. Ring, så får du det rigtige.' },
    tooManyRequests: { title: 'Der er mange på vej ind', body: 'Vent et øjeblik, og prøv igen.' },
    serverStopping: { title: 'Vi genstarter lige', body: 'Det er ikke noget, du har gjort. Prøv igen om et øjeblik.' },
    unsupportedProtocol: { title: 'Siden er blevet fornyet', body: 'Åbn linket igen fra din sms eller e-mail, så får du den nye.' },
    unsupportedBrowser: { title: 'Browseren kan ikke vise video', body: 'Åbn linket fra din sms eller e-mail i Safari, Chrome, Edge eller Firefox.' },
    insecureContext: { title: 'Forbindelsen er ikke sikker', body: 'Kamera og mikrofon virker kun på en sikker adresse. Åbn linket igen fra din sms eller e-mail.' },
    connectionFailed: { title: 'Vi kan ikke få forbindelse', body: 'Tjek, at du er på nettet, og prøv igen.' },
    mediaFailed: { title: 'Lyd og billede kommer ikke igennem', body: 'Nettet, du er på, spærrer måske for video. Prøv et andet net, fx mobilens.' },
    internal: { title: 'Noget gik galt hos os', body: 'Det er ikke noget, du har gjort. Prøv igen.' },
    tryAgain: 'Prøv igen',
    retryIn: (seconds) => `Du kan prøve igen om ${String(seconds)} ${seconds === 1 ? 'sekund' : 'sekunder'}.`,
  },
};
