import { css } from 'lit';

export const askedStyles = css`
  :host {
    position: absolute;
    z-index: 4;
    inset: auto 0 var(--space-16);
    display: grid;
    justify-items: center;
    gap: var(--space-8);
    padding: 0 var(--space-16);
    max-height: calc(100% - 2 * var(--space-8));
    overflow-y: auto;
    font-size: min(var(--text-18), 7vw);
    pointer-events: none;
  }

  section {
    display: grid;
    gap: var(--space-12);
    width: min(28rem, 100%);
    padding: var(--space-16) min(var(--space-24), 5vw);
    border-radius: var(--radius-card);
    background: var(--surface);
    color: var(--ink);
    box-shadow: var(--shadow);
    pointer-events: auto;
    --focus-ground: var(--surface);
  }

  p {
    display: flex;
    align-items: center;
    gap: var(--space-12);
    font-weight: var(--bold);
  }

  .row {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-8);
  }

  .button {
    flex: 1 1 8rem;
  }

  .yes,
  .yes:hover {
    border-color: transparent;
    background: var(--brand);
    color: var(--brand-ink);
  }
`;
