import { expect, it } from 'vitest';
import { countdownText } from './trouble.js';

it.each([
  [0, '0 sekunder', '0 seconds'],
  [900, '1 sekund', '1 second'],
  [59_000, '59 sekunder', '59 seconds'],
  [61_000, '1 minut og 1 sekund', '1 minute and 1 second'],
  [120_000, '2 minutter', '2 minutes'],
  [3_900_000, '1 time og 5 minutter', '1 hour and 5 minutes'],
  [7_200_000, '2 timer', '2 hours'],
])('%i ms are %s', (ms, danish, english) => {
  expect(countdownText(ms, 'da')).toBe(danish);
  expect(countdownText(ms, 'en')).toBe(english);
});
