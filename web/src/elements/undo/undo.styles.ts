import { css } from 'lit';

export const undoStyles = css`
  :host {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: var(--space-8);
  }

  :host([waiting]) {
    padding: var(--space-8);
    border: 2px solid var(--caution);
    border-radius: var(--radius);
  }

  p {
    font-size: var(--text-16);
    font-weight: var(--bold);
    font-variant-numeric: tabular-nums;
    line-height: var(--leading-tight);
    overflow-wrap: anywhere;
  }

  .button {
    width: 100%;
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
