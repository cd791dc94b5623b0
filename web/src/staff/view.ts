/** What every view of the staff page has: words, requests, a heading to go to, and the events that it sends. */

import { LitElement, nothing, html, type TemplateResult } from 'lit';
import { property } from 'lit/decorators.js';
import { AnnounceEvent } from '../elements/announcer/announcer.js';
import { icon } from '../elements/icon/icon.js';
import { staffProblem, staffWords, type StaffWords } from '../text/staff.js';
import type { Language } from '../text/languages.js';
import type { Problem, StaffRequests } from './requests.js';

/** The session is over. */
export class SessionEndedEvent extends Event {
  constructor() {
    super('sessionended', { bubbles: true, composed: true });
  }
}

/** Something was done that changes the day. */
export class DayChangedEvent extends Event {
  constructor() {
    super('daychanged', { bubbles: true, composed: true });
  }
}

export class View extends LitElement {
  @property({ attribute: false }) requests!: StaffRequests;
  @property({ attribute: false }) language: Language = 'da';

  protected get words(): StaffWords {
    return staffWords(this.language);
  }

  /** A new view is a new page to those who do not see it. */
  override focus(): void {
    this.renderRoot.querySelector<HTMLElement>('h1')?.focus({ preventScroll: true });
  }

  /** What to say of it; a session that is over is the page's business. */
  protected problemText(problem: Problem): string {
    const found = staffProblem(problem);
    if (found === 'ended') this.dispatchEvent(new SessionEndedEvent());
    return this.words.problem[found];
  }

  protected say(text: string, urgency: 'polite' | 'assertive' = 'polite'): void {
    this.dispatchEvent(new AnnounceEvent(text, urgency));
  }

  /** Always there, since a region that appears with its text is missed. */
  protected renderProblem(text: string, id = 'problem'): TemplateResult {
    return html`<p class="problem" id=${id} role="alert">${text === '' ? nothing : html`${icon('warning')}<span>${text}</span>`}</p>`;
  }
}

/** Copies and says so for a moment on the button that was pressed. */
export async function copyText(text: string, button: HTMLElement | null, done: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    return false;
  }
  const label = button?.querySelector('span');
  if (label != null) {
    const before = label.textContent;
    label.textContent = done;
    setTimeout(() => { label.textContent = before; }, 2000);
  }
  return true;
}
