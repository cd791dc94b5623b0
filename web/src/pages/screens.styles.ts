import { css } from 'lit';

export const screensStyles = css`
  :host {
    display: grid;
    grid-template-columns: 20rem minmax(0, 1fr);
    min-height: 100vh;
    background: var(--paper);
    color: var(--ink);
  }

  nav {
    position: sticky;
    top: 0;
    height: 100vh;
    padding: var(--space-24);
    overflow: auto;
    border-inline-end: 1px solid var(--line);
    background: var(--surface);
  }

  h1 {
    font-size: var(--text-32);
  }

  h2 {
    margin-block-start: var(--space-24);
    font-size: var(--text-18);
  }

  ul {
    margin: 0;
    padding: 0;
    list-style: none;
  }

  nav a {
    display: block;
    padding-block: var(--space-4);
    font-size: var(--text-16);
    overflow-wrap: anywhere;
  }

  nav a[aria-current='true'] {
    font-weight: var(--bold);
    text-decoration: none;
  }

  main {
    padding: var(--space-24);
    overflow: auto;
  }

  .choices {
    display: flex;
    flex-wrap: wrap;
    align-items: end;
    gap: var(--space-16);
    margin-block-end: var(--space-24);
  }

  .choices select {
    width: auto;
  }

  iframe {
    box-sizing: content-box;
    border: 1px solid var(--line);
    border-radius: var(--radius-card);
    background: var(--paper);
    box-shadow: var(--shadow);
  }

  @media (max-width: 60em) {
    :host {
      display: block;
    }

    nav {
      position: static;
      height: auto;
      max-height: 40vh;
    }
  }
`;
