/** English: plain, the same sentences as the Danish. */

import { listNames, type Words } from './words.js';

const list = (names: readonly string[]): string =>
  listNames(names, 'and', (count) => (count === 1 ? '1 other' : `${String(count)} others`));

const have = (names: readonly string[], rest: string): string =>
  `${list(names)} ${names.length === 1 ? 'has' : 'have'} ${rest}`;

const NOT_YOU = 'It is nothing you did. Try again.';

export const en: Words = {
  language: 'en',
  languages: 'Language',
  notReviewed: 'not reviewed',
  product: 'Video meeting',

  help: {
    ask: 'Need help?',
    call: (number) => `Call ${number}`,
    nobody: 'Call the people who invited you.',
  },

  title: {
    prejoin: 'Ready for the meeting',
    connecting: 'Connecting',
    reconnecting: 'Reconnecting',
    inCall: (others) => (others === 0 ? 'In the meeting, alone' : others === 1 ? 'In the meeting with 1 other' : `In the meeting with ${String(others)} others`),
  },

  prejoin: {
    heading: 'Video meeting',
    headingWith: (organisation) => `Video meeting with ${organisation}`,
    opens: (moment) => `The meeting opens ${moment}. You can try your camera and sound until then.`,
    lead: 'See yourself and test your sound before you go in.',
    name: 'Your name',
    nameHint: 'The others in the meeting see it.',
    nameMissing: 'Write your name, so the others can see who you are.',
    ask: 'Turn on camera and microphone',
    askHint: 'Try it here first. The others cannot see you yet. The browser asks for permission. Answer Allow.',
    asking: 'The browser is asking for permission now. Answer Allow.',
    meter: 'Sound from your microphone',
    meterHint: 'Say something, and the bars will move.',
    meterHeard: 'We can hear you.',
    choose: 'Choose camera and microphone',
  },

  device: {
    camera: 'Camera',
    microphone: 'Microphone',
    speaker: 'Speaker',
    unnamed: (kind, number) => `${kind} ${String(number)}`,
    none: 'None found',
    signLanguage: 'I use sign language',
    signLanguageHelp: 'On a poor connection your picture gets smaller before it begins to stutter.',
  },

  call: {
    heading: (subject) => (subject === '' ? 'Video meeting' : subject),
    controls: 'Meeting buttons',
    microphone: 'Microphone',
    camera: 'Camera',
    share: 'Share',
    more: 'More',
    leave: 'Leave',
    microphoneIsOff: 'Your microphone is off',
    cameraIsOff: 'Your camera is off',
    bothAreOff: 'Your microphone and camera are off',
    alone: 'You are the only one here right now',
    aloneHint: 'Stay here. You will see the others as soon as they come.',
    connecting: 'We are connecting you to the meeting',
    connectingHint: 'It takes a moment.',
    cancel: 'Cancel',
    people: 'Participants',
    you: 'You',
    yourScreen: 'Your screen',
    screenOf: (name) => `Screen from ${name}`,
    sharing: 'You are sharing your screen',
    stopSharing: 'Stop sharing',
    microphoneOff: 'microphone off',
    cameraOff: 'camera off',
    weak: 'Poor connection',
    speaking: 'speaking',
    reconnecting: 'Reconnecting',
    cannotDecode: 'Your browser cannot show this picture',
    paused: 'The connection is too slow for the picture right now. Sound comes first.',
    pausedByServer: 'The server is busy, so the picture rests. Sound comes first.',
    pausedByDevice: 'Your phone or computer cannot keep up with the picture right now. Sound comes first.',
    unmute: 'Turn on the sound',
    unmuteHint: 'The browser is waiting for you. Press to hear the others.',
  },

  self: {
    label: 'Your own picture',
    hide: 'Hide',
    show: 'Show me',
    move: 'Move',
    turn: 'Turn',
    movedTo: {
      topLeft: 'Your picture is now at the top left',
      topRight: 'Your picture is now at the top right',
      bottomLeft: 'Your picture is now at the bottom left',
      bottomRight: 'Your picture is now at the bottom right',
    },
    hidden: 'Your own picture is hidden. The others can still see you.',
    shown: 'Your own picture is back',
  },

  panel: {
    title: 'Sound and picture',
    close: 'Close',
    ownPicture: 'Your own picture',
    help: 'Help',
  },

  banner: {
    reconnecting: 'Reconnecting – stay here.',
    serverStopping: 'The meeting is moving to another server. Stay here, it takes a moment.',
    audioBlocked: 'The browser is waiting for you. Press to hear the others.',
    microphoneInterrupted: 'Your microphone is paused, perhaps by a phone call.',
    cameraInterrupted: 'Your camera is paused by the phone or computer.',
    cameraAdvisedOff: 'Your connection is too slow for the picture. Without the camera your sound will be better.',
    ownConnectionWeak: 'Your connection is weak. The picture may stutter, but the sound goes on.',
    speakingWhileMuted: 'You are speaking, but your microphone is off.',
    turnOn: 'Turn on again',
    turnCameraOff: 'Turn camera off',
  },

  notice: {
    joined: (names) => have(names, 'joined'),
    left: (names) => have(names, 'left'),
    lost: (names) => have(names, 'lost the connection'),
    removed: (names) => `${list(names)} ${names.length === 1 ? 'is' : 'are'} no longer here`,
    screenStarted: (name) => `${name} is sharing a screen`,
    screenStopped: (name) => `${name} has stopped sharing`,
    ownScreenStopped: 'You have stopped sharing your screen',
    microphoneOn: 'Your microphone is on',
    microphoneOff: 'Your microphone is off',
    cameraOn: 'Your camera is on',
    cameraOff: 'Your camera is off',
    cameraFailed: 'The camera is not on. Press More to get help.',
    microphoneFailed: 'The microphone is not on. Press More to get help.',
    devicesFailed: 'You are here without camera and microphone. Press More to get help.',
    screenFailed: 'Your screen was not shared. Try again.',
    closedByHost: 'A host has switched you off',
    mayNotUnmute: 'The host decides who speaks. Raise your hand, or wait to be asked.',
    connectionLost: 'Reconnecting. Stay here.',
    connectionBack: 'The connection is back',
  },

  ended: {
    left: { title: 'You have left the meeting', body: 'Was it a mistake? You can go back in.' },
    ended: { title: 'The meeting is over', body: 'Thank you for being there. You can close the page now.' },
    removed: { title: 'You are no longer in the meeting', body: 'The host has ended your part. Call if you think it is a mistake.' },
    replaced: { title: 'The meeting is open somewhere else', body: 'You joined from another tab or another device. You can also continue here.' },
    tooSlow: { title: 'The connection could not keep up', body: 'It is nothing you did. Move closer to your Wi-Fi and go back in.' },
    lost: { title: 'The connection did not come back', body: 'It is nothing you did. Check your network and go back in.' },
    refused: { title: 'You were not let in', body: 'The host has not let you into the meeting. Phone if you think this is a mistake.' },
    transferred: { title: 'You are on your way to another meeting', body: 'The host has sent you on. It takes a moment.' },
    again: 'Join again',
    here: 'Continue here',
    close: 'You can close the page now.',
  },

  failure: {
    linkMissing: { title: 'Something is missing in the link', body: 'Open the link again from your text message or e-mail. Tap it instead of typing it.' },
    linkExpired: { title: 'The link has expired', body: 'It only works around the time of the meeting. Call to get a new one.' },
    tokenInvalid: { title: 'The link does not work', body: 'Open it again from your text message or e-mail. If that does not help, call to get a new one.' },
    roomUnknown: { title: 'We cannot find the meeting', body: 'It may have been moved or cancelled. Call, and we will help you.' },
    roomFull: { title: 'There is no room for more', body: 'All places in the meeting are taken right now. Try again in a little while.' },
    notOpenYet: { title: 'The meeting is not open yet', body: 'You are early. Leave this page open.' },
    barred: { title: 'You cannot enter the meeting', body: 'The host has closed it for you. Phone if you think this is a mistake.' },
    closed: { title: 'The meeting is over', body: 'The time is over. Call if you need a new one.' },
    notPermitted: { title: 'The link gives no access', body: 'It belongs to another meeting or another person. Call to get the right one.' },
    tooManyRequests: { title: 'Many people are on their way in', body: 'Wait a moment and try again.' },
    serverBusy: { title: 'It is very busy right now', body: 'We let nobody new in at the moment, so that the calls in progress can go on. Try again in half a minute.' },
    serverStopping: { title: 'We are restarting', body: 'It is nothing you did. Try again in a moment.' },
    unsupportedProtocol: { title: 'The page has been renewed', body: 'Open the link again from your text message or e-mail to get the new one.' },
    unsupportedBrowser: { title: 'The browser cannot show video', body: 'Open the link from your text message or e-mail in Safari, Chrome, Edge or Firefox.' },
    inAppBrowser: { title: 'Open the meeting in your browser', body: 'The link was opened inside an app, and video does not work there.' },
    insecureContext: { title: 'The connection is not secure', body: 'Camera and microphone only work on a secure address. Open the link again from your text message or e-mail.' },
    connectionFailed: { title: 'We cannot connect', body: 'Check that you are online and try again.' },
    mediaFailed: { title: 'Sound and picture do not get through', body: 'The network you are on may block video. Try another one, such as your phone’s.' },
    internal: { title: 'Something went wrong on our side', body: NOT_YOU },
    tryAgain: 'Try again',
    retryIn: (seconds) => `You can try again in ${String(seconds)} ${seconds === 1 ? 'second' : 'seconds'}.`,
  },
};
