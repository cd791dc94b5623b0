import { css, unsafeCSS } from 'lit';

const tones = [0, 1, 2, 3, 4, 5, 6, 7].map((tone) => `.tone-${String(tone)} { border-color: var(--tone-${String(tone)}); }`).join(' ');

export const chatStyles = css`
  :host {
    display: grid;
    gap: var(--space-16);
  }

  ol {
    display: grid;
    gap: var(--space-12);
    padding: 0;
    list-style: none;
  }

  ol:empty {
    display: none;
  }

  li,
  .line {
    padding-inline-start: var(--space-12);
    border-inline-start: 4px solid var(--edge);
    line-height: var(--leading);
    overflow-wrap: anywhere;
  }

  ${unsafeCSS(tones)}

  .own {
    border-color: var(--brand);
  }

  .who {
    font-size: var(--text-16);
    font-weight: var(--bold);
  }

  .soft {
    color: var(--ink-soft);
    font-size: var(--text-16);
    font-weight: 400;
  }

  .text {
    white-space: pre-wrap;
  }

  .line .text::after {
    content: '▏';
    color: var(--ink-soft);
  }

  form {
    display: grid;
    gap: var(--space-12);
    padding-top: var(--space-16);
    border-top: 1px solid var(--line);
  }

  textarea {
    width: 100%;
    min-height: 5.5rem;
    padding: var(--space-8) var(--space-12);
    border: 1px solid var(--edge);
    border-radius: var(--radius);
    background: var(--surface);
    color: inherit;
    font: inherit;
    resize: vertical;
  }

  .switch {
    display: flex;
    align-items: center;
    gap: var(--space-12);
    min-height: 44px;
    font-weight: var(--bold);
  }

  .switch input {
    flex: none;
    width: 1.5rem;
    height: 1.5rem;
    accent-color: var(--brand);
  }

  .reactions {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-8);
  }

  .reactions button {
    display: grid;
    place-content: center;
    width: 48px;
    height: 48px;
    border: 1px solid var(--edge);
    border-radius: var(--radius-full);
    background: none;
  }

  .reactions button.sent {
    border-color: var(--brand);
    box-shadow: inset 0 0 0 2px var(--brand);
  }
`;
