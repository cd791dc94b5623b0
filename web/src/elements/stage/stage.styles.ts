import { css } from 'lit';

export const stageStyles = css`
  :host {
    position: relative;
    display: block;
    min-width: 0;
    min-height: 0;
  }

  vdx-tile {
    position: absolute;
  }

  .left {
    position: absolute;
    top: var(--space-8);
    inset-inline-start: var(--space-8);
    margin: 0;
    padding: var(--space-4) var(--space-12);
    border-radius: var(--radius);
    background: var(--stage-scrim, rgb(0 0 0 / 75%));
    color: var(--stage-ink);
    font-size: var(--text-16);
    font-weight: var(--bold);
  }

  vdx-tile[hidden] {
    display: none;
  }
`;
