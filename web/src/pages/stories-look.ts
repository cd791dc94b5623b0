/** The page in the looks of organisations: a bright yellow one, one that is nearly white, and a dark one; with a logo and without. */

import type { CallState } from '../call-types.js';
import type { Look } from '../look/look.js';
// There at once: a story is looked at as soon as it stands.
import '../look/paint.js';
import { IDLE, inCall, previewing, ROOM, type Pictures } from './fixtures.js';

/** An invented logo, dark blue on nothing. */
export const LOGO =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAALAAAAAwBAMAAABDKe21AAAAGFBMVEUSNWsSNWsSNWsSNWsSNWsSNWsSNWsSNWtAfHd4AAAACHRSTlMAJElt' +
  'krbb/1y0/6IAAAEsSURBVHja7Ze9D4IwEMULfq0MKquDxlUdnHUQVqOJrGg0rn6A9++rKFJoBGlfjYNvAa7kR7hc310Z++t7aq6IdlM41nAo0tYCg116KsBy+/TSCcmtEq' +
  'dJEic5JQCPD4c4cC0dn8PAbjoeoMBmdqEDAjeyCwcQ2M0uBBiwIa5Y+CIWSllBdY64tFj3dvEhYDvhLu7PFaIj1n9oE+cG40SeUAztEOpsl9e+YE7pcsvLBVcKBgZsRsmI' +
  'ulJ3T0sm425v+tKMwuH9ppfpIargWK3HS2c0uBK/tcaAB3FCPGFLq4HdgWBymA1ih1EBj7nvH0EmdBkx0+F/zP9t29Rm9DmtSVGyzbQQLNv+S+fi04GlGCw5YpVpIqWGQm' +
  '1jrMLgrQ7WdlTQd7jRdhz7S5+uY32Jxs0PuD4AAAAASUVORK5CYII=';
/** The same in white, for the dark. */
const WHITE_LOGO =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAALAAAAAwBAMAAABDKe21AAAAGFBMVEX///////////////////////////////8pK8DIAAAACHRSTlMAJElt' +
  'krbb/1y0/6IAAAEsSURBVHja7Ze9D4IwEMULfq0MKquDxlUdnHUQVqOJrGg0rn6A9++rKFJoBGlfjYNvAa7kR7hc310Z++t7aq6IdlM41nAo0tYCg116KsBy+/TSCcmtEq' +
  'dJEic5JQCPD4c4cC0dn8PAbjoeoMBmdqEDAjeyCwcQ2M0uBBiwIa5Y+CIWSllBdY64tFj3dvEhYDvhLu7PFaIj1n9oE+cG40SeUAztEOpsl9e+YE7pcsvLBVcKBgZsRsmI' +
  'ulJ3T0sm425v+tKMwuH9ppfpIargWK3HS2c0uBK/tcaAB3FCPGFLq4HdgWBymA1ih1EBj7nvH0EmdBkx0+F/zP9t29Rm9DmtSVGyzbQQLNv+S+fi04GlGCw5YpVpIqWGQm' +
  '1jrMLgrQ7WdlTQd7jRdhz7S5+uY32Jxs0PuD4AAAAASUVORK5CYII=';

const PLAIN: Look = {
  organisation: 'aarhus',
  name: 'Aarhus Kommune',
  helpLine: '+4587654321',
  logo: '',
  logoText: '',
  background: '',
  text: '',
  accent: '',
  accentText: '',
  welcome: 'Velkommen hos Sundhed og Omsorg.\nDu skal ikke hente noget. Mødet åbner her på siden.',
  waiting: 'Har du ventet mere end et kvarter? Ring til os, så finder vi en ny tid.',
  ended: 'Tak, fordi du kom. Du kan altid skrive til os i Digital Post.',
  links: [{ label: 'Sundhed og Omsorg', url: 'https://aarhus.example/sundhed' }],
  helpUrl: 'https://aarhus.example/videohjaelp',
  showsSubject: false,
  terms: null,
  accessibilityUrl: '',
  accessibilityText: '',
  privacyUrl: '',
  privacyText: '',
  contact: '',
};

export const LOOKS = {
  yellow: { ...PLAIN, background: '#ffe600', text: '#1a1a1a', accent: '#ffe600', logo: LOGO, logoText: 'Aarhus Kommune' },
  white: { ...PLAIN, background: '#fdfdf8', text: '#777777', accent: '#f4f4f0' },
  dark: { ...PLAIN, background: '#0a1f44', text: '#ffffff', accent: '#00a7e1', logo: WHITE_LOGO, logoText: 'Sundhed og Omsorg, Aarhus' },
} as const satisfies Readonly<Record<string, Look>>;

const SCREENS: Readonly<Record<string, (pictures: Pictures) => CallState>> = {
  prejoin: (pictures) => previewing(pictures),
  waiting: (pictures) => ({ ...previewing(pictures), phase: 'waiting', waiting: { reason: 'host', since: Date.now() - 95_000, notice: 'Vi er på vej.' } }),
  call: (pictures) => inCall(2, pictures),
  ended: () => ({ ...IDLE, phase: 'ended', ended: { code: 'left', canRejoin: true } }),
};

/** `prejoin-look-yellow` and so on. */
export const LOOK_STORIES: Readonly<Record<string, (pictures: Pictures) => CallState>> = Object.fromEntries(
  Object.entries(LOOKS).flatMap(([name, look]) =>
    Object.entries(SCREENS).map(([screen, make]) => [`${screen}-look-${name}`, (pictures: Pictures): CallState => ({ ...make(pictures), room: ROOM, look })]),
  ),
);
