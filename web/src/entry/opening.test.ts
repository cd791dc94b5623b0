import { describe, expect, it } from 'vitest';
import { isEntry, readOpening, readTyped } from './opening.js';

const NOTHING = { pin: '', joinsAtOnce: false, name: '', microphoneOn: true, cameraOn: true, returnUrl: '', startsAt: null, language: null, further: '' };

describe('the way in, by the address', () => {
  it.each([
    ['https://m.example/i#abcdefghijklmnopqrst_-', { kind: 'invitation', token: 'abcdefghijklmnopqrst_-' }],
    ['https://m.example/m/0123456789ab', { kind: 'shortId', shortId: '0123456789ab' }],
    ['https://m.example/m/0123456789ab/', { kind: 'shortId', shortId: '0123456789ab' }],
    ['https://m.example/?url=1234%40m.example', { kind: 'url', url: '1234@m.example' }],
    ['https://m.example/m?url=1234', { kind: 'url', url: '1234' }],
    ['https://m.example/o/aarhus/m/0123456789ab', { kind: 'shortId', shortId: '0123456789ab' }],
    ['https://m.example/o/aarhus/i#abcdefghijklmnopqrst_-', { kind: 'invitation', token: 'abcdefghijklmnopqrst_-' }],
    ['https://m.example/', { kind: 'ask' }],
    ['https://m.example/m', { kind: 'ask' }],
    ['https://m.example/i', { kind: 'ask' }],
  ])('%s', (address, way) => {
    expect(readOpening(address)).toEqual({ ...NOTHING, way });
  });

  it('understands what portal links say', () => {
    const link =
      'https://m.example/?url=1234%40m.example&pin=%204711&start_dato=2026-11-24T10:00:00&join=1&microphone=muted&callType=4&returnUrl=https%3A%2F%2Fp.example%2F&name=Bo&lang=en';
    expect(readOpening(link)).toEqual({
      way: { kind: 'url', url: '1234@m.example' },
      pin: '4711',
      joinsAtOnce: true,
      name: 'Bo',
      microphoneOn: false,
      cameraOn: false,
      returnUrl: 'https://p.example/',
      startsAt: Date.parse('2026-11-24T09:00:00Z'),
      language: 'en',
      further: '',
    });
    expect(readOpening('https://m.example/?url=1&callType=8&camera=off&chat=off')).toMatchObject({ cameraOn: false, further: '&chat=0' });
    expect(readOpening('https://m.example/?url=1&microphone=on&callType=video')).toMatchObject({ microphoneOn: true, cameraOn: true });
  });

  it.each([
    ['/', true],
    ['/m', true],
    ['/m/0123456789ab', true],
    ['/i', true],
    ['/o/aarhus', true],
    ['/o/aarhus/', true],
    ['/o/aarhus/m/0123456789ab', true],
    ['/o/aarhus/r/abc', false],
    ['/r/abc', false],
    ['/m/a/b', false],
    ['/index.html', false],
  ])('%s is an entry: %s', (path, is) => {
    expect(isEntry(path)).toBe(is);
  });
});

describe('what is typed', () => {
  it.each([
    ['0123 4567 89AB', { kind: 'shortId', shortId: '0123456789ab' }],
    ['https://m.example/m/0123456789ab', { kind: 'shortId', shortId: '0123456789ab' }],
    ['m.example/m/0123456789ab', { kind: 'shortId', shortId: '0123456789ab' }],
    [' https://m.example/i#abcdefghijklmnopqrst_- ', { kind: 'invitation', token: 'abcdefghijklmnopqrst_-' }],
    ['https://m.example/?url=1234%40m.example&pin=1', { kind: 'url', url: '1234@m.example' }],
    ['1234', { kind: 'url', url: '1234' }],
    ['1234 @ m.example', { kind: 'url', url: '1234@m.example' }],
    ['https://elsewhere.example/', { kind: 'url', url: 'https://elsewhere.example/' }],
    ['http://', { kind: 'url', url: 'http://' }],
  ])('%s', (text, way) => {
    expect(readTyped(text)).toEqual(way);
  });

  it('is nothing when it is blank', () => {
    expect(readTyped('  ')).toBeNull();
  });
});
