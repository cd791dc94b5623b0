import { css } from 'lit';

export const settingsStyles = css`
  :host {
    display: grid;
    gap: var(--space-12);
  }

  .switch {
    display: flex;
    align-items: center;
    gap: var(--space-12);
    min-height: 44px;
    font-weight: var(--bold);
  }

  .switch input {
    flex: none;
    width: 1.5rem;
    height: 1.5rem;
    accent-color: var(--brand);
  }
`;
