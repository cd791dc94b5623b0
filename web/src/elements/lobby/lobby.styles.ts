import { css } from 'lit';
import { faces } from '../../styles/faces.js';

export const lobbyStyles = css`
  ${faces}

  section {
    display: grid;
    gap: var(--space-12);
    padding-bottom: var(--space-16);
    border-bottom: 1px solid var(--line);
  }

  section,
  ol,
  li,
  .refusing,
  .say {
    grid-template-columns: minmax(0, 1fr);
  }

  h3 {
    margin: 0;
    color: var(--ink-soft);
    font-size: var(--text-16);
    font-weight: var(--bold);
  }

  ol {
    display: grid;
    gap: var(--space-16);
    margin: 0;
    padding: 0;
    list-style: none;
  }

  li,
  .refusing,
  .say {
    display: grid;
    gap: var(--space-8);
  }

  .who {
    min-width: 0;
    line-height: var(--leading-tight);
    overflow-wrap: anywhere;
  }

  .waiter {
    display: flex;
    align-items: center;
    gap: var(--space-12);
  }

  .still {
    flex: none;
    width: 72px;
    height: 72px;
    border-radius: var(--radius-card);
    object-fit: cover;
  }

  .name {
    font-weight: var(--bold);
  }

  .name,
  .soft,
  label {
    font-size: var(--text-16);
  }

  .soft {
    color: var(--ink-soft);
  }

  .row {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-8);
  }

  .row input {
    flex: 1 1 10rem;
    width: auto;
    min-width: 0;
  }

  .button {
    min-height: 44px;
    padding: var(--space-8) var(--space-16);
    font-size: var(--text-16);
  }

  .row .button {
    flex: 1 1 auto;
  }

  .admit,
  .admit:hover {
    border-color: transparent;
    background: var(--brand);
    color: var(--brand-ink);
  }

  .locked {
    display: flex;
    gap: var(--space-8);
    color: var(--caution);
    font-size: var(--text-16);
    font-weight: var(--bold);
  }

  .locked .icon,
  .button .icon {
    width: 1.25rem;
    height: 1.25rem;
  }
`;
