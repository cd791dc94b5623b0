import { css } from 'lit';

export const muteGuestsStyles = css`
  :host {
    display: grid;
    gap: var(--space-8);
  }

  p {
    font-size: var(--text-16);
  }

  .button {
    width: 100%;
    min-height: 44px;
    justify-content: flex-start;
    padding: var(--space-8) var(--space-16);
    font-size: var(--text-16);
    text-align: start;
  }
`;
