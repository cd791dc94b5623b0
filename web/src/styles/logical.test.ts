import { expect, it } from 'vitest';

const sources = import.meta.glob<string>(['../**/*.ts', '../**/*.css', '!../**/*.test.ts', '!../text/**', '!../testing/**'], { query: '?raw', import: 'default', eager: true });

/** Where left and right are meant: the own picture is put into a corner of the window by the person. */
const PHYSICAL = ['../elements/self-view/self-view.styles.ts'];
const SIDE = /^\s*(?:(?:margin|padding|border|scroll-(?:margin|padding))-(?:left|right)\b.*:|(?:left|right):\s*[\w(-]+[^,]*;$|(?:text-align|float|clear):\s*(?:left|right)\b|border-(?:top|bottom)-(?:left|right)-radius:)/;
/** `padding: 1px 2px 3px 4px` with different sides says left and right too. */
const VALUE = String.raw`([^\s(;]+(?:\((?:[^()]|\([^()]*\))*\))?)`;
const FOUR = new RegExp(String.raw`^\s*(?:margin|padding|inset|border-radius|border-width):\s*${VALUE}\s+${VALUE}\s+${VALUE}\s+${VALUE};`);

it('places nothing at the left or the right: languages begin at either side', () => {
  const found = Object.entries(sources).flatMap(([file, text]) =>
    PHYSICAL.includes(file)
      ? []
      : text.split('\n').filter((line) => {
          const [, , right, , left] = FOUR.exec(line) ?? [];
          return SIDE.test(line) || right !== left;
        }).map((line) => `${file}: ${line.trim()}`),
  );
  expect(found).toEqual([]);
});
