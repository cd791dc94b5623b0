/**
 * What may be said about a call when it is opened: one table for three ways of saying it. A setting's key is its name in a
 * program (`@vdxmedia/client`) and its parameter in a link; `<vdx-meeting>` has it as an attribute, with hyphens. What each
 * means stands in docs/embedding.md, whose table a test compares with this one.
 *
 * In a link a parameter may stand in the query or, with the token, in the fragment, which browsers send to nobody.
 */

/** `text`; `switch`: `on` or `off`; or one of these. */
const SETTINGS = {
  name: 'text',
  lang: 'text',
  join: 'switch',
  microphone: 'switch',
  camera: 'switch',
  layout: 'text',
  chat: 'switch',
  people: 'switch',
  share: 'switch',
  leaveButton: 'switch',
  minimal: 'switch',
  shortcuts: 'switch',
  theme: ['light', 'dark'],
  returnUrl: 'text',
  relay: 'switch',
} as const;

type Kinds = typeof SETTINGS;
type Value<K> = K extends 'text' ? string : K extends 'switch' ? boolean : K extends readonly (infer Choice)[] ? Choice : never;

export type SettingKey = keyof Kinds;

/** What was said; what was not is absent. */
export type Configuration = { readonly [K in SettingKey]?: Value<Kinds[K]> };

export const SETTING_KEYS = Object.keys(SETTINGS) as SettingKey[];

/** Long enough for an address. */
const MAX_TEXT = 200;
const ON = ['', '1', 'on', 'true'];
const OFF = ['0', 'off', 'false', 'muted'];

/** Of `<vdx-meeting>`: `leaveButton` is `leave-button`. Only `name` is another, since it means something in HTML already. */
export function attributeOf(key: SettingKey): string {
  return key === 'name' ? 'display-name' : key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** What a setting takes, for people: `text`, `on, off`, `light, dark`. */
export function valuesOf(key: SettingKey): string {
  const kind: Kinds[SettingKey] = SETTINGS[key];
  if (typeof kind !== 'string') return kind.join(', ');
  return kind === 'switch' ? 'on, off' : kind;
}

/** `said`: the text that was given for a name, or null. What is no value of its setting is as if it were not said. */
export function readConfiguration(said: (name: SettingKey) => string | null): Configuration {
  const found: Record<string, string | boolean> = {};
  for (const key of SETTING_KEYS) {
    const value = readValue(SETTINGS[key], said(key));
    if (value !== null) found[key] = value;
  }
  return found;
}

function readValue(kind: Kinds[SettingKey], said: string | null): string | boolean | null {
  if (said === null) return null;
  const text = said.trim();
  if (kind === 'switch') return ON.includes(text) ? true : OFF.includes(text) ? false : null;
  if (kind === 'text') return text === '' ? null : text.slice(0, MAX_TEXT);
  return (kind as readonly string[]).includes(text) ? text : null;
}

/** As parameters of a link. */
export function parametersOf(configuration: Configuration): URLSearchParams {
  const parameters = new URLSearchParams();
  for (const key of SETTING_KEYS) {
    const value = configuration[key];
    if (value !== undefined) parameters.set(key, typeof value === 'boolean' ? (value ? '1' : '0') : value);
  }
  return parameters;
}

/** Said by whoever makes the next address, or kept with the tab; the name is a secret. */
const SAID_OTHERWISE: ReadonlySet<string> = new Set(['name', 'lang', 'join', 'returnUrl', 'microphone', 'camera']);

/** As `&chat=0`, for the end of a fragment: what goes on holding when a link leads to another address of the same page. */
export function furtherParameters(configuration: Configuration): string {
  const further: Configuration = Object.fromEntries(Object.entries(configuration).filter(([key]) => !SAID_OTHERWISE.has(key)));
  const said = parametersOf(further).toString();
  return said === '' ? '' : `&${said}`;
}

/** What of a call's screen there is to choose from; all of it, unless the one who opens it has left something out. */
export interface Shows {
  readonly chat: boolean;
  readonly people: boolean;
  readonly share: boolean;
  readonly leaveButton: boolean;
  /** Single keys do something. */
  readonly shortcuts: boolean;
}

export function showsOf({ minimal = false, ...said }: Configuration): Shows {
  const { chat = !minimal, people = !minimal, share = !minimal, leaveButton = true, shortcuts = true } = said;
  return { chat, people, share, leaveButton, shortcuts };
}
