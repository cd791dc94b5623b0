import { css } from 'lit';

export const deviceProblemStyles = css`
  :host {
    display: block;
    --focus-ground: var(--surface);
  }

  section {
    display: grid;
    justify-items: start;
    gap: var(--space-12);
    padding: var(--space-24);
    border: 1px solid var(--line);
    border-radius: var(--radius-card);
    background: var(--surface);
  }

  h2 {
    display: flex;
    gap: var(--space-12);
    font-size: var(--text-20);
  }

  h2 .icon {
    color: var(--caution);
  }

  p {
    max-width: var(--measure);
    text-wrap: pretty;
  }

  ol {
    display: grid;
    gap: var(--space-4);
    padding-inline-start: 1.5rem;
  }
`;
