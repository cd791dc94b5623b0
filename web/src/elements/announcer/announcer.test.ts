// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Announcer } from './announcer.js';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  document.body.replaceChildren();
  vi.useRealTimers();
});

describe('vdx-announcer', () => {
  it('says polite and urgent things in their own regions, and clears them', async () => {
    const element = new Announcer();
    document.body.append(element);
    await element.updateComplete;
    element.say('Bodil er kommet', 'polite');
    element.say('Forbindelsen er væk', 'assertive');
    expect(element.querySelector('[role=status]')?.textContent).toBe('Bodil er kommet');
    expect(element.querySelector('[role=alert]')?.textContent).toBe('Forbindelsen er væk');
    vi.runAllTimers();
    expect(element.textContent.trim()).toBe('');
  });
});
