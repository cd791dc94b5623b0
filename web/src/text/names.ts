/** What a name gives besides itself: initials, a quiet colour, a telephone number as Danes write it. */

const TONES = 8;

/** Two letters at most: of the first and the last word. "Anne-Grethe Bech Sørensen" gives "AS". */
export function initials(name: string): string {
  const words = name.split(/[\s,.()/]+/u).filter((word) => /[\p{L}\p{N}]/u.test(word));
  const letters = [words[0], words.length > 1 ? words[words.length - 1] : undefined].map((word) => {
    const letter = word === undefined ? undefined : /[\p{L}\p{N}]\p{M}*/u.exec(word);
    return letter?.[0] ?? '';
  });
  const both = letters.join('').toLocaleUpperCase('da');
  return both === '' ? '?' : both;
}

/** 0 … 7: the same for the same name everywhere. FNV-1a, because neighbouring names should differ. */
export function toneOf(name: string): number {
  let hash = 0x811c9dc5;
  for (const character of name.trim().toLocaleLowerCase('da')) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  }
  return ((hash >>> 13) ^ hash) >>> 0 & (TONES - 1);
}

/** "+4512345678" as "12 34 56 78"; anything but a Danish number as it was given. */
export function phoneText(number: string): string {
  const digits = number.replace(/[\s-]/g, '').replace(/^(\+|00)45(?=\d{8}$)/, '');
  return /^\d{8}$/.test(digits) ? digits.replace(/(\d\d)(?=\d)/g, '$1 ') : number.trim();
}

/** The same, never divided between two lines. */
export function phoneWhole(number: string): string {
  return phoneText(number).replaceAll(' ', '\u00a0');
}

/** The number for a `tel:` link. */
export function phoneLink(number: string): string {
  return `tel:${number.replace(/[^\d+]/g, '')}`;
}
