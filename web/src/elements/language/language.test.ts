// @vitest-environment happy-dom
import { afterEach, describe, expect, it } from 'vitest';
import { mount, part, textOf, unmountAll } from '../../testing/mount.js';
import { da } from '../../text/da.js';
import type { Language } from '../../text/languages.js';
import { LanguageChoice, type LanguageEvent } from './language.js';

afterEach(unmountAll);

function wanted(): Promise<Language> {
  return new Promise((resolve) => {
    const take = (event: Event): void => { resolve((event as LanguageEvent).language); };
    document.body.addEventListener('language', take, { once: true });
  });
}

describe('vdx-language', () => {
  it('is a link to the other language, in that language', async () => {
    const element = await mount(new LanguageChoice(), { words: da, offered: ['da', 'en'] });
    const button = part(element, 'button');
    expect([button.lang, textOf(button)]).toEqual(['en', 'English']);
    const language = wanted();
    button.click();
    expect(await language).toBe('en');
  });

  it('is a list where there are more, and says which nobody has read through', async () => {
    const element = await mount(new LanguageChoice(), { words: da, offered: ['da', 'en', 'de', 'ar'] });
    const list = part<HTMLSelectElement>(element, 'select');
    expect(list.getAttribute('aria-label')).toBe('Sprog');
    expect([...list.options].map((option) => [option.lang, textOf(option)])).toEqual([
      ['da', 'Dansk'],
      ['en', 'English'],
      ['de', 'Deutsch (ikke gennemgået)'],
      ['ar', 'العربية (ikke gennemgået)'],
    ]);
    const language = wanted();
    list.value = 'ar';
    list.dispatchEvent(new Event('change'));
    expect(await language).toBe('ar');
  });

  it('is nothing where there is one language', async () => {
    const element = await mount(new LanguageChoice(), { words: da, offered: ['da'] });
    expect(element.shadowRoot?.querySelector('button, select')).toBeNull();
  });
});
