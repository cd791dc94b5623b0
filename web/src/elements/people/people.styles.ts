import { css } from 'lit';
import { faces } from '../../styles/faces.js';

export const peopleStyles = css`
  ${faces}

  :host {
    display: grid;
    gap: var(--space-24);
  }

  /* Nothing is wider than the panel, however large the text. */
  :host,
  .section,
  ul,
  .actions {
    grid-template-columns: minmax(0, 1fr);
  }

  h3 {
    margin: 0 0 var(--space-8);
    color: var(--ink-soft);
    font-size: var(--text-16);
    font-weight: var(--bold);
  }

  .section {
    display: grid;
    gap: var(--space-12);
  }

  ul {
    display: grid;
    padding: 0;
    list-style: none;
  }

  li {
    padding: var(--space-8) 0;
    border-top: 1px solid var(--line);
  }

  li:first-child {
    border-top: 0;
  }

  .person {
    display: flex;
    align-items: center;
    gap: var(--space-12);
    min-height: 44px;
  }

  /* With large text the signs and the button stand below the name. */
  .person:not(:has(> .soft)) {
    flex-wrap: wrap;
  }

  .away .face {
    opacity: 0.5;
  }

  .who {
    flex: 1 1 7rem;
    min-width: 0;
    line-height: var(--leading-tight);
    overflow-wrap: break-word;
    hyphens: auto;
  }

  .name {
    font-size: var(--text-16);
    font-weight: var(--bold);
  }

  .soft,
  .what {
    color: var(--ink-soft);
    font-size: var(--text-16);
    font-weight: 400;
  }

  .what:empty {
    display: none;
  }

  .role {
    display: inline-block;
    margin-inline-end: var(--space-8);
    padding: 0 var(--space-8);
    border: 1px solid var(--edge);
    border-radius: var(--radius);
    color: var(--ink);
    font-weight: var(--bold);
  }

  .loud {
    display: flex;
    align-items: center;
    gap: var(--space-4);
    color: var(--caution);
    font-size: var(--text-16);
    font-weight: var(--bold);
  }

  .marks {
    display: flex;
    flex: none;
    gap: var(--space-4);
    margin-inline-start: auto;
    color: var(--ink-soft);
  }

  .mark .icon,
  .loud .icon {
    width: 1.25rem;
    height: 1.25rem;
  }

  .menu {
    display: grid;
    flex: none;
    place-content: center;
    width: max(44px, 2.75rem);
    height: max(44px, 2.75rem);
    border: 1px solid var(--edge);
    border-radius: var(--radius);
    background: none;
  }

  .menu[aria-expanded='true'] .icon {
    rotate: 180deg;
  }

  .device {
    color: var(--ink-soft);
    font-size: var(--text-16);
  }

  .actions {
    display: grid;
    gap: var(--space-8);
    padding: var(--space-8) 0 var(--space-4);
  }

  .actions .button {
    min-height: 44px;
    justify-content: flex-start;
    padding: var(--space-8) var(--space-16);
    font-size: var(--text-16);
    text-align: start;
  }

  .button.danger,
  .button.danger:hover {
    border-color: transparent;
    background: var(--stage-danger);
    color: var(--stage-danger-ink);
  }
`;
