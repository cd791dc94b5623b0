import { css } from 'lit';

export const toastsStyles = css`
  :host {
    position: absolute;
    z-index: 3;
    top: var(--space-16);
    inset-inline: var(--space-16);
    pointer-events: none;
  }

  div {
    display: flex;
    flex-direction: column;
    align-items: center;
    gap: var(--space-8);
  }

  p {
    max-width: 100%;
    margin: 0;
    padding: var(--space-8) var(--space-16);
    border-radius: var(--radius-card);
    background: var(--stage-ink);
    color: var(--stage);
    font-size: var(--text-16);
    font-weight: var(--bold);
    box-shadow: var(--shadow);
    overflow-wrap: anywhere;
    animation: in var(--move) var(--ease);
  }

  @keyframes in {
    from {
      opacity: 0;
      translate: 0 -8px;
    }
  }
`;
