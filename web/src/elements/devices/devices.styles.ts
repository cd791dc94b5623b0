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

  .check {
    display: flex;
    align-items: center;
    gap: var(--space-12);
    min-height: var(--target);
    cursor: pointer;
  }

  .check input {
    flex: none;
    width: 1.5rem;
    height: 1.5rem;
    margin: 0;
    accent-color: var(--brand);
  }
`;
