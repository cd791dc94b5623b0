import { css } from 'lit';

export const layoutsStyles = css`
  :host {
    display: grid;
    gap: var(--space-16);
  }

  fieldset {
    display: grid;
    gap: var(--space-16);
    margin: 0;
    padding: var(--space-16);
    border: 1px solid var(--line);
    border-radius: var(--radius);
  }

  legend {
    padding: 0 var(--space-8);
    font-weight: var(--bold);
  }

  p {
    margin: 0;
  }
`;
