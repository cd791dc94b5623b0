import { css } from 'lit';

export const devicesStyles = css`
  :host {
    display: grid;
    gap: var(--space-16);
    min-width: 0;
  }

  .field {
    min-width: 0;
  }
`;
