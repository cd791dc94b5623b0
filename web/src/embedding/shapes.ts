/**
 * What a command takes, said once: the types for those who write TypeScript, the check of what comes from another page,
 * and the list that `getCapabilities` gives.
 */

/** A trailing `?`: may be left out. Texts have the server's limits, which it checks. */
export type Kind = 'boolean' | 'number' | 'string' | 'string|null' | 'strings';
export type Shape = Readonly<Record<string, Kind | `${Kind}?`>>;

type Value<K> = K extends `${infer Whole}?`
  ? Value<Whole>
  : K extends 'boolean'
    ? boolean
    : K extends 'number'
      ? number
      : K extends 'string'
        ? string
        : K extends 'string|null'
          ? string | null
          : readonly string[];

type Optional<S> = { [K in keyof S]: S[K] extends `${string}?` ? K : never }[keyof S];

/** The arguments of a command with this shape. */
export type Given<S> = { readonly [K in Exclude<keyof S, Optional<S>>]: Value<S[K]> } & {
  readonly [K in Optional<S>]?: Value<S[K]>;
};

/** More than the server takes of anything. */
const MAX_TEXT = 4000;
const MAX_TEXTS = 100;

const CHECKS: Readonly<Record<Kind, (value: unknown) => boolean>> = {
  boolean: (value) => typeof value === 'boolean',
  number: (value) => Number.isFinite(value),
  string: isText,
  'string|null': (value) => value === null || isText(value),
  strings: (value) => Array.isArray(value) && value.length <= MAX_TEXTS && value.every(isText),
};

function isText(value: unknown): boolean {
  return typeof value === 'string' && value.length <= MAX_TEXT;
}

/** '' when it fits; else what does not, for the developer. */
export function misfit(shape: Shape, given: unknown): string {
  const values = given ?? {};
  if (typeof values !== 'object' || Array.isArray(values)) return 'arguments are an object';
  const said = values as Readonly<Record<string, unknown>>;
  const unknown = Object.keys(said).find((name) => !Object.hasOwn(shape, name));
  if (unknown !== undefined) return `there is no argument "${unknown.slice(0, 64)}"`;
  for (const [name, wanted] of Object.entries(shape)) {
    const mayMiss = wanted.endsWith('?');
    const kind = (mayMiss ? wanted.slice(0, -1) : wanted) as Kind;
    const value = said[name];
    if (value === undefined ? !mayMiss : !CHECKS[kind](value)) return `"${name}" is to be ${kind}`;
  }
  return '';
}
