import { css } from 'lit';

export const layoutsStyles = css`
  :host {
    display: grid;
    gap: var(--space-16);
  }

  fieldset {
    display: grid;
    gap: var(--space-8);
    min-width: 0;
    margin: 0;
    padding: 0;
    border: 0;
  }

  legend {
    padding: 0 0 var(--space-4);
    font-weight: var(--bold);
  }

  .pictures {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(68px, 1fr));
    gap: var(--space-8);
  }

  label:has(input[type='radio']) {
    position: relative;
    display: grid;
    place-items: center;
    min-height: 48px;
    padding: var(--space-4);
    border: 2px solid transparent;
    border-radius: var(--radius);
    background: var(--paper);
    cursor: pointer;
  }

  label:has(input[type='radio']:hover) {
    border-color: var(--edge);
  }

  label:has(input[type='radio']:checked) {
    border-color: var(--brand-text);
  }

  label:has(input[type='radio']:focus-visible) {
    outline: var(--ring) solid var(--focus);
    outline-offset: 2px;
  }

  input[type='radio'] {
    position: absolute;
    inset: 0;
    margin: 0;
    opacity: 0;
    cursor: pointer;
  }

  svg:not(.icon) {
    width: 56px;
    height: auto;
  }

  .main {
    fill: var(--ink);
  }

  .pip {
    fill: var(--ink-soft);
    opacity: 0.6;
  }

  .plain {
    font-size: var(--text-16);
    line-height: var(--leading-tight);
    text-align: center;
    overflow-wrap: break-word;
    hyphens: auto;
  }

  label:has(.plain) {
    grid-column: 1 / -1;
    justify-self: start;
    min-width: calc(50% - var(--space-4));
  }

  .chosen {
    color: var(--ink-soft);
    font-size: var(--text-16);
  }

  details {
    display: grid;
    gap: var(--space-8);
  }

  summary {
    display: flex;
    align-items: center;
    gap: var(--space-8);
    min-height: 44px;
    font-size: var(--text-16);
    cursor: pointer;
    list-style: none;
  }

  summary::-webkit-details-marker {
    display: none;
  }

  details[open] summary .icon {
    rotate: 180deg;
  }
`;
