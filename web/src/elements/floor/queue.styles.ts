import { css } from 'lit';

export const queueStyles = css`
  :host {
    display: grid;
    gap: var(--space-16);
    padding-bottom: var(--space-16);
    border-bottom: 1px solid var(--line);
  }

  section,
  .rules {
    display: grid;
    gap: var(--space-12);
  }

  h3 {
    margin: 0;
    color: var(--ink-soft);
    font-size: var(--text-16);
    font-weight: var(--bold);
  }

  ul,
  ol {
    display: grid;
    gap: var(--space-16);
    margin: 0;
    padding: 0;
    list-style: none;
  }

  ul:empty,
  ol:empty {
    display: none;
  }

  li {
    display: grid;
    gap: var(--space-8);
  }

  .name {
    display: flex;
    gap: var(--space-8);
    min-width: 0;
    font-size: min(var(--text-16), 7vw);
    font-weight: var(--bold);
    line-height: var(--leading-tight);
    overflow-wrap: anywhere;
  }

  .name .icon {
    flex: none;
    width: 1.25rem;
    height: 1.25rem;
  }

  .soft {
    color: var(--ink-soft);
    font-size: min(var(--text-16), 7vw);
    font-weight: var(--regular);
  }

  .row {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-8);
  }

  .button {
    min-height: 44px;
    padding: var(--space-8) var(--space-12);
    font-size: var(--text-16);
  }

  .time {
    font-variant-numeric: tabular-nums;
  }

  .next {
    justify-content: flex-start;
    text-align: start;
  }

  .next span {
    min-width: 0;
    overflow-wrap: anywhere;
  }

  .next,
  .next:hover,
  .grant,
  .grant:hover {
    border-color: transparent;
    background: var(--brand);
    color: var(--brand-ink);
  }

  .move {
    width: 44px;
    padding: 0;
  }

  .move:disabled {
    opacity: 0.4;
  }

  .up .icon {
    transform: rotate(180deg);
  }
`;
