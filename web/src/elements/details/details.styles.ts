import { css } from 'lit';

export const detailsStyles = css`
  :host {
    container-type: inline-size;
  }

  :host,
  section {
    grid-template-columns: minmax(0, 1fr);
  }

  :host,
  section {
    display: grid;
    gap: var(--space-16);
    font-size: var(--text-16);
  }

  section {
    gap: var(--space-8);
    padding-top: var(--space-16);
    border-top: 1px solid var(--line);
  }

  h3 {
    margin: 0;
    color: var(--ink-soft);
    font-size: var(--text-16);
    font-weight: var(--bold);
  }

  .left {
    font-size: var(--text-20);
    font-weight: var(--bold);
    font-variant-numeric: tabular-nums;
  }

  .over {
    color: var(--caution);
  }

  dl {
    display: grid;
    gap: var(--space-4) var(--space-16);
    grid-template-columns: minmax(0, 2fr) minmax(0, 3fr);
    margin: 0;
  }

  dt {
    color: var(--ink-soft);
  }

  dt,
  dd {
    margin: 0;
    overflow-wrap: break-word;
    hyphens: auto;
  }

  dd .link {
    min-height: 44px;
    padding: 0;
  }

  .soft {
    color: var(--ink-soft);
  }

  ul {
    display: grid;
    padding: 0;
    list-style: none;
  }

  li {
    display: flex;
    align-items: center;
    justify-content: space-between;
    gap: var(--space-12);
    padding: var(--space-8) 0;
    border-top: 1px solid var(--line);
    line-height: var(--leading-tight);
  }

  li:first-child {
    border-top: 0;
  }

  .who {
    min-width: 0;
    overflow-wrap: anywhere;
  }

  .name {
    font-weight: var(--bold);
  }

  .state {
    display: flex;
    flex: none;
    align-items: center;
    gap: var(--space-4);
    color: var(--ink-soft);
  }

  .here {
    color: var(--positive);
    font-weight: var(--bold);
  }

  .state .icon {
    width: 1.25rem;
    height: 1.25rem;
  }

  .button {
    min-height: 44px;
    padding: var(--space-8) var(--space-16);
    font-size: var(--text-16);
  }

  /* Large text in a narrow panel: the term stands above what it says. */
  @container (max-width: 19rem) {
    dl {
      grid-template-columns: minmax(0, 1fr);
    }

    dd {
      margin-block-end: var(--space-8);
    }

    li {
      flex-wrap: wrap;
    }
  }
`;
