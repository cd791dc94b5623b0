/**
 * The words of a page in the person's language, for pages that stand beside a call: chosen by the address, what was chosen
 * before, and the browser; changed by the element that offers languages.
 */

import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { LanguageEvent } from '../elements/language/language.js';
import { chooseLanguage, loadWords, storedLanguage, storeLanguage } from './language.js';
import { languageOf, type Language } from './languages.js';
import type { Words } from './words.js';

export class PageWords implements ReactiveController {
  /** Null until they are there; nothing is drawn before. */
  words: Words | null = null;

  /** `asked`: instead of the address. */
  constructor(
    private readonly host: ReactiveControllerHost & HTMLElement,
    private readonly asked: () => Language | null,
  ) {
    host.addController(this);
  }

  get language(): Language {
    return this.words?.language ?? 'da';
  }

  hostConnected(): void {
    const asked = this.asked() ?? languageOf(new URLSearchParams(location.search).get('lang'));
    this.host.addEventListener('language', this.onLanguage);
    void this.speak(chooseLanguage(asked, storedLanguage(), navigator.languages));
  }

  hostDisconnected(): void {
    this.host.removeEventListener('language', this.onLanguage);
  }

  private readonly onLanguage = (event: Event): void => {
    const { language } = event as LanguageEvent;
    storeLanguage(language);
    void this.speak(language);
  };

  /** A language whose words cannot be fetched now is not spoken. */
  private async speak(language: Language): Promise<void> {
    try {
      this.words = await loadWords(language);
    } catch {
      this.words ??= await loadWords('da');
    }
    this.host.requestUpdate();
  }
}
