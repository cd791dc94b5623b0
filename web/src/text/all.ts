/** Every area of words there is: whatever a module in this folder gives that was made by `spoken`. For tests and translators. */

import { da } from './da.js';
import { en } from './en.js';
import { spoken, type Spoken } from './spoken.js';

const modules = import.meta.glob<Readonly<Record<string, unknown>>>(['./*.ts', '!./*.test.ts', '!./all.ts'], { eager: true });

function isSpoken(value: unknown): value is Spoken<unknown> {
  return typeof value === 'function' && 'area' in value && 'own' in value;
}

export const AREAS: readonly Spoken<unknown>[] = [
  spoken<unknown>('words', { da: { ...da, language: undefined }, en: { ...en, language: undefined } }),
  ...Object.values(modules).flatMap((module) => Object.values(module).filter(isSpoken)),
];
