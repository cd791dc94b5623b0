import { css } from 'lit';

export const inviteStyles = css`
  :host,
  .opened,
  form {
    display: grid;
    gap: var(--space-12);
  }

  :host,
  .opened,
  form,
  ul {
    grid-template-columns: minmax(0, 1fr);
  }

  h3,
  h4 {
    margin: 0;
    color: var(--ink-soft);
    font-size: var(--text-16);
    font-weight: var(--bold);
  }

  .field > label,
  .problem,
  .soft {
    font-size: var(--text-16);
  }

  .soft,
  .to {
    color: var(--ink-soft);
  }

  #invite {
    font-size: var(--text-16);
  }

  #invite[aria-expanded='true'] {
    border-width: 2px;
    border-color: var(--brand-text);
  }

  input[type='tel'] {
    width: 100%;
    min-height: var(--target);
    padding: var(--space-8) var(--space-12);
    border: 1px solid var(--edge);
    border-radius: var(--radius);
    background: var(--surface);
    color: var(--ink);
    font-size: var(--text-20);
    font-variant-numeric: tabular-nums;
  }

  input[aria-invalid='true'] {
    border: 2px solid var(--danger);
  }

  ul {
    display: grid;
    padding: 0;
    list-style: none;
  }

  li {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    gap: var(--space-4) var(--space-12);
    min-height: 44px;
    padding: var(--space-8) 0;
    border-top: 1px solid var(--line);
    font-size: var(--text-16);
    line-height: var(--leading-tight);
  }

  .to {
    font-variant-numeric: tabular-nums;
    white-space: nowrap;
  }

  .fate {
    display: flex;
    align-items: center;
    gap: var(--space-4);
    font-weight: var(--bold);
  }

  .fate .icon {
    width: 1.25rem;
    height: 1.25rem;
  }

  .good {
    color: var(--positive);
  }

  .lost {
    color: var(--danger);
  }
`;
