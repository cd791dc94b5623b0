import { css } from 'lit';

export const floorStyles = css`
  :host {
    display: grid;
    justify-items: center;
    gap: var(--space-4);
  }

  section {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: center;
    gap: var(--space-4) var(--space-16);
    margin-top: var(--space-8);
    padding: var(--space-8) var(--space-16);
    border-radius: var(--radius-card);
    background: var(--surface);
    color: var(--ink);
    font-size: var(--text-16);
    --focus-ground: var(--surface);
  }

  p {
    display: flex;
    align-items: center;
    gap: var(--space-8);
    line-height: var(--leading-tight);
  }

  .icon {
    flex: none;
    width: 1.25rem;
    height: 1.25rem;
  }

  p span {
    min-width: 0;
  }

  .held p {
    font-weight: var(--bold);
  }

  .held {
    background: var(--brand);
    color: var(--brand-ink);
    --focus-ground: var(--brand);
  }

  .held.ending {
    background: var(--stage-caution);
    color: var(--stage);
  }

  .time {
    font-variant-numeric: tabular-nums;
  }

  .button {
    min-height: 44px;
    padding: var(--space-4) var(--space-16);
    font-size: var(--text-16);
  }

  .yes,
  .yes:hover {
    border-color: transparent;
    background: var(--stage-ink);
    color: var(--stage);
  }
`;
