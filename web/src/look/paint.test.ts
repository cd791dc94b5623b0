// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { paintLook } from './paint.js';

const YELLOW = { background: '#ffe600', text: '#1a1a1a', accent: '#003d73', accentText: '#ffffff' };

class Night extends EventTarget {
  matches = false;

  fall(): void {
    this.matches = true;
    this.dispatchEvent(new Event('change'));
  }
}

let night: Night;
let element: HTMLElement;

beforeEach(() => {
  night = new Night();
  vi.stubGlobal('matchMedia', () => night);
  element = document.body.appendChild(document.createElement('div'));
  const ours = (name: string): string => (name === '--ink' ? '#22251f' : name.startsWith('--stage') ? '#1b1917' : '#f6f3ec');
  vi.stubGlobal('getComputedStyle', () => ({ getPropertyValue: (name: string) => element.style.getPropertyValue(name) || ours(name) }));
});

afterEach(() => {
  element.remove();
  vi.unstubAllGlobals();
});

const colour = (name: string): string => element.style.getPropertyValue(`--${name}`);

describe('a look on an element', () => {
  it('is there until it is undone', () => {
    const undo = paintLook(YELLOW, element);
    expect([colour('paper'), colour('ink'), colour('brand'), element.style.getPropertyValue('color-scheme')]).toEqual(['#ffe600', '#1a1a1a', '#003d73', 'light']);
    undo();
    expect([colour('paper'), element.style.getPropertyValue('color-scheme')]).toEqual(['', '']);
  });

  it('goes on into the night as far as it can be read there', () => {
    const undo = paintLook({ ...YELLOW, background: '#0a1f44', text: '#ffffff' }, element);
    expect(element.style.getPropertyValue('color-scheme')).toBe('dark');
    night.fall();
    expect(colour('paper')).toBe('#0a1f44');
    undo();
  });

  it('changes nothing where no colour is given', () => {
    paintLook({ background: '', text: '', accent: '', accentText: '' }, element);
    expect(element.getAttribute('style') ?? '').toBe('');
  });
});
