import { css } from 'lit';

export const transferStyles = css`
  form {
    display: grid;
    gap: var(--space-12);
    padding: var(--space-12) 0;
  }

  .field > label {
    font-size: var(--text-16);
  }

  .row {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-8);
  }

  .button {
    min-height: 44px;
    padding: var(--space-8) var(--space-16);
    font-size: var(--text-16);
  }
`;
