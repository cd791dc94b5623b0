import { css } from 'lit';

export const groupDeskStyles = css`
  :host {
    display: grid;
    gap: var(--space-12);
  }

  h3,
  h4 {
    margin: 0;
    color: var(--ink-soft);
    font-size: var(--text-16);
    font-weight: var(--bold);
  }

  ul {
    display: grid;
    gap: var(--space-8);
    padding: 0;
    list-style: none;
  }

  li {
    font-size: var(--text-16);
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    gap: var(--space-8);
    overflow-wrap: anywhere;
  }

  form {
    display: grid;
    gap: var(--space-12);
  }
`;
