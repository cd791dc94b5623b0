import { css } from 'lit';

export const shortcutsStyles = css`
  :host {
    display: grid;
    gap: var(--space-8);
    font-size: var(--text-16);
  }

  dl {
    margin: var(--space-8) 0 0;
  }

  dl div {
    display: flex;
    align-items: center;
    gap: var(--space-16);
    min-height: 44px;
    border-top: 1px solid var(--line);
    line-height: var(--leading-tight);
  }

  dt {
    flex: none;
    width: 3rem;
  }

  dd {
    min-width: 0;
    margin: 0;
  }

  kbd {
    display: grid;
    place-content: center;
    min-width: 2rem;
    width: fit-content;
    height: 2rem;
    padding: 0 var(--space-8);
    border: 1px solid var(--edge);
    border-radius: var(--radius);
    font: inherit;
    font-weight: var(--bold);
  }

  .off {
    color: var(--ink-soft);
    text-decoration: line-through;
  }
`;
