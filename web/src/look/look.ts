/**
 * How an organisation looks, as the server tells it at run time. Only a help: where no answer comes, or none that makes
 * sense, it is null and the page has our own look. What is not given is ''.
 *
 * What a colour becomes on the page is `look/paint`; the server has checked texts and pictures, and addresses are looked
 * at here once more, since they end in links.
 */

const TIMEOUT_MS = 8000;

export interface LookLink {
  readonly label: string;
  readonly url: string;
}

/** Read and accepted before joining. */
export interface Terms {
  /** Of this very wording: joining says which was accepted. */
  readonly version: string;
  readonly title: string;
  readonly text: string;
  /** What the button says; '' for ours. */
  readonly button: string;
  /** The server refuses a guest's joining without it. */
  readonly isDemanded: boolean;
}

export interface Look {
  /** The code of the organisation whose look it is: the meeting's own, or one above it. */
  readonly organisation: string;
  /** What that organisation is called, and its telephone number. */
  readonly name: string;
  readonly helpLine: string;
  /** `data:image/png;base64,…`, and what it says to who does not see it. */
  readonly logo: string;
  readonly logoText: string;
  /** As `#1a2b3c`. */
  readonly background: string;
  readonly text: string;
  readonly accent: string;
  readonly accentText: string;
  /** Before the call, in the waiting room, after the call. May have several lines. */
  readonly welcome: string;
  readonly waiting: string;
  readonly ended: string;
  readonly links: readonly LookLink[];
  /** The organisation's own page with help, https. */
  readonly helpUrl: string;
  /** The subject may be shown before the call; the server tells it only then. */
  readonly showsSubject: boolean;
  readonly terms: Terms | null;
  /** Pages of its own instead of ours, https; or what it adds to ours. */
  readonly accessibilityUrl: string;
  readonly accessibilityText: string;
  readonly privacyUrl: string;
  readonly privacyText: string;
  /** Whom to write to about both. */
  readonly contact: string;
}

/** That of an organisation by its code over that of the meeting that a join token is for. Never rejects. */
export async function askLook(organisation: string, token: string | null): Promise<Look | null> {
  const nobody = Promise.resolve(null);
  const byCode = organisation === '' ? nobody : ask(`/api/v1/branding?organisation=${encodeURIComponent(organisation)}`, {});
  const own = token === null ? nobody : ask('/api/v1/branding/own', { Authorization: `Bearer ${token}` });
  return looksTogether(await byCode, await own);
}

async function ask(address: string, headers: Record<string, string>): Promise<Look | null> {
  try {
    const answer = await fetch(address, { headers, cache: 'no-cache', credentials: 'omit', signal: AbortSignal.timeout(TIMEOUT_MS) });
    return answer.ok ? decodeLook(await answer.json()) : null;
  } catch {
    return null;
  }
}

type Said = Readonly<Record<string, unknown>>;

/** Null when nobody has given it a look. */
export function decodeLook(body: unknown): Look | null {
  const said = objectOf(body);
  const text = (name: string): string => textOf(said, name);
  if (typeof said['version'] !== 'number' || said['version'] < 1) return null;
  const links = Array.isArray(said['links']) ? (said['links'] as readonly unknown[]).map(objectOf) : [];
  const logo = text('logo');
  return {
    organisation: text('organisation'),
    name: text('name'),
    helpLine: text('helpLine'),
    logo: logo.startsWith('data:image/png;base64,') ? logo : '',
    logoText: text('logoText'),
    background: text('background'),
    text: text('text'),
    accent: text('accent'),
    accentText: text('accentText'),
    welcome: text('welcome'),
    waiting: text('waiting'),
    ended: text('ended'),
    links: links.map((link) => ({ label: textOf(link, 'label'), url: addressOf(link, 'url') })).filter(({ label, url }) => label !== '' && url !== ''),
    helpUrl: addressOf(said, 'helpUrl'),
    showsSubject: said['showsSubject'] === true,
    terms:
      text('termsVersion') === '' || text('termsText') === ''
        ? null
        : {
            version: text('termsVersion'),
            title: text('termsTitle'),
            text: text('termsText'),
            button: text('termsButton'),
            isDemanded: said['termsDemanded'] === true,
          },
    accessibilityUrl: addressOf(said, 'accessibilityUrl'),
    accessibilityText: text('accessibilityText'),
    privacyUrl: addressOf(said, 'privacyUrl'),
    privacyText: text('privacyText'),
    contact: text('contact'),
  };
}

function objectOf(value: unknown): Said {
  return typeof value === 'object' && value !== null ? (value as Said) : {};
}

function textOf(said: Said, name: string): string {
  const value = said[name];
  return typeof value === 'string' ? value : '';
}

function addressOf(said: Said, name: string): string {
  const address = textOf(said, name);
  return address.startsWith('https://') ? address : '';
}

/**
 * The look of the page's path over that of the meeting: what it looks like is the path's, what is agreed on stays the
 * meeting's.
 */
export function looksTogether(byPath: Look | null, own: Look | null): Look | null {
  if (byPath === null || own === null) return byPath === null ? own : { ...byPath, terms: null, showsSubject: false };
  const { organisation, name, helpLine, terms, showsSubject, accessibilityUrl, accessibilityText, privacyUrl, privacyText, contact } = own;
  return { ...byPath, organisation, name, helpLine, terms, showsSubject, accessibilityUrl, accessibilityText, privacyUrl, privacyText, contact };
}
