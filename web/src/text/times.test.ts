import { expect, it } from 'vitest';
import { momentText } from './times.js';

const NOW = new Date(2026, 10, 24, 9, 0).getTime();

it('says the clock today and the day otherwise', () => {
  const today = new Date(2026, 10, 24, 10, 30).getTime();
  const later = new Date(2026, 10, 26, 8, 5).getTime();
  expect(momentText(today, NOW, 'da')).toBe('kl. 10.30');
  expect(momentText(today, NOW, 'en')).toBe('at 10:30');
  expect(momentText(later, NOW, 'da')).toMatch(/^torsdag den 26\. november kl\. 08\.05$/);
  expect(momentText(later, NOW, 'en')).toMatch(/^on Thursday,? 26 November at 08:05$/);
});
