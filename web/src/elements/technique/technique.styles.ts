import { css } from 'lit';

export const techniqueStyles = css`
  :host {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: var(--space-16);
    font-size: var(--text-16);
  }

  .soft,
  dt {
    color: var(--ink-soft);
  }

  .button.primary {
    min-height: 44px;
    font-size: var(--text-16);
  }

  [role='status']:not(:has(p)),
  [role='alert']:not(:has(p)) {
    display: none;
  }

  [role='status'] {
    display: grid;
    gap: var(--space-8);
    padding: var(--space-16);
    border: 2px solid var(--brand-text);
    border-radius: var(--radius);
  }

  .code {
    font-size: var(--text-20);
    font-weight: var(--bold);
  }

  .problem {
    display: flex;
    gap: var(--space-8);
    color: var(--danger);
    font-weight: var(--bold);
  }

  dl {
    display: grid;
    margin: 0;
  }

  dt:not(:empty) {
    padding-top: var(--space-8);
    border-top: 1px solid var(--line);
  }

  dt:empty {
    display: none;
  }

  dd {
    margin: 0;
    padding-bottom: var(--space-8);
    font-variant-numeric: tabular-nums;
    overflow-wrap: anywhere;
  }
`;
