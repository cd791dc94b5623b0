import { css } from 'lit';
import { stepsStyles } from './steps.styles.js';

export const problemCardStyles = [
  stepsStyles,
  css`
    :host {
      display: block;
      --focus-ground: var(--surface);
    }

    section {
      display: grid;
      grid-template-columns: minmax(0, 1fr);
      justify-items: start;
      gap: var(--space-16);
      padding: var(--space-24);
      border: 1px solid var(--line);
      border-radius: var(--radius-card);
      background: var(--surface);
    }

    h2 {
      display: flex;
      gap: var(--space-12);
      font-size: var(--text-20);
      overflow-wrap: anywhere;
    }

    h2 .icon {
      color: var(--caution);
    }

    section > p {
      max-width: var(--measure);
      text-wrap: pretty;
    }

    .soft {
      color: var(--ink-soft);
    }

    @media (max-width: 37.49em) {
      section {
        padding: var(--space-16);
      }

      .button {
        width: 100%;
      }
    }
  `,
];
