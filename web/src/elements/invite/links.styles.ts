import { css } from 'lit';

export const linksStyles = css`
  :host,
  .opened,
  section,
  form {
    display: grid;
    gap: var(--space-12);
  }

  :host,
  .opened,
  section,
  form,
  ul {
    grid-template-columns: minmax(0, 1fr);
  }

  h4 {
    margin: 0;
    color: var(--ink);
    font-size: var(--text-16);
    font-weight: var(--bold);
  }

  section {
    padding-top: var(--space-12);
    border-top: 1px solid var(--line);
  }

  .soft,
  .problem,
  .made,
  .news,
  .name,
  .field > label {
    font-size: var(--text-16);
  }

  .soft {
    color: var(--ink-soft);
  }

  .news:empty {
    display: none;
  }

  .news,
  .made {
    font-weight: var(--bold);
  }

  .button,
  .button.primary {
    min-height: 44px;
    padding: var(--space-8) var(--space-16);
    font-size: var(--text-16);
  }

  #links[aria-expanded='true'] {
    border-width: 2px;
    border-color: var(--brand-text);
  }

  input {
    min-width: 0;
    font-size: var(--text-16);
    text-overflow: ellipsis;
  }

  figure {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: var(--space-12);
    margin: 0;
  }

  figcaption {
    flex: 1 1 7rem;
    min-width: 0;
  }

  img {
    flex: none;
    width: 144px;
    height: 144px;
    border-radius: var(--radius);
    background: #fff;
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
    gap: var(--space-12);
    padding: var(--space-8) 0;
    border-top: 1px solid var(--line);
  }

  li:first-child {
    border-top: 0;
  }

  .name {
    min-width: 0;
    line-height: var(--leading-tight);
    overflow-wrap: anywhere;
  }

  li .button {
    flex: none;
  }
`;
