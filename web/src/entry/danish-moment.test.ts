import { describe, expect, it } from 'vitest';
import { danishMoment } from './danish-moment.js';

describe('the moment in a portal link', () => {
  it.each([
    ['2026-11-24T10:00:00', '2026-11-24T09:00:00Z'],
    ['2026-07-01 10:00', '2026-07-01T08:00:00Z'],
    ['2026-10-25T03:00:00', '2026-10-25T02:00:00Z'],
    ['2026-03-29T03:00:00', '2026-03-29T01:00:00Z'],
    ['2026-11-24T10:00:00+01:00', '2026-11-24T09:00:00Z'],
    ['2026-11-24T10:00:00 0100', '2026-11-24T09:00:00Z'],
    ['2026-11-24T10:00:00-01:30', '2026-11-24T11:30:00Z'],
    ['2026-11-24T10:00:00.5Z', '2026-11-24T10:00:00Z'],
  ])('%s', (written, moment) => {
    expect(danishMoment(written)).toBe(Date.parse(moment));
  });

  it.each(['', 'i morgen', '2026-13-24T10:00:00', '2026-11-24', '2026-11-24T99:00:00', '__start-date__'])('%s is none', (written) => {
    expect(danishMoment(written)).toBeNull();
  });
});
