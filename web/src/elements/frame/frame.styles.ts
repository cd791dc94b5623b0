import { css } from 'lit';

export const frameStyles = css`
  :host {
    display: flex;
    flex-direction: column;
    min-height: 100vh;
    min-height: 100dvh;
    background: var(--paper);
    color: var(--ink);
  }

  header,
  footer {
    display: flex;
    align-items: center;
    gap: var(--space-12);
    padding-block: var(--space-12);
    padding-inline: max(var(--space-16), env(safe-area-inset-left), env(safe-area-inset-right));
  }

  header {
    flex-wrap: wrap;
    justify-content: space-between;
  }

  .whose {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: var(--space-4) var(--space-12);
    flex: 1 1 10rem;
    min-width: 0;
    /* Narrow and with large text: "Videokonsultation" stays whole beside the mark. */
    font-size: min(var(--text-18), 8vw);
    font-weight: var(--bold);
    line-height: var(--leading-tight);
  }

  .whose > span:last-child {
    flex: 1 1 7rem;
    min-width: 0;
    overflow-wrap: break-word;
  }

  /* A long name stands under a logo, not in a narrow column beside it. */
  .whose > vdx-logo[shown] ~ span {
    flex-basis: auto;
  }

  .mark {
    display: grid;
    flex: none;
    place-items: center;
    min-width: min(2.25rem, 10vw);
    height: min(2.25rem, 10vw);
    border-radius: var(--radius);
    background: var(--brand);
    color: var(--brand-ink);
    font-size: min(var(--text-16), 5vw);
  }

  /* A word that is too long is broken; it never makes the page wider than its window. */
  main {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    flex: 1;
    min-width: 0;
  }

  footer {
    padding-bottom: max(var(--space-12), env(safe-area-inset-bottom));
    border-top: 1px solid var(--line);
    color: var(--ink-soft);
  }

  footer {
    /* Above the last of what a screen keeps in sight. */
    position: relative;
    flex-wrap: wrap;
    justify-content: space-between;
    gap: var(--space-4) var(--space-24);
  }

  .human {
    display: flex;
    align-items: center;
    gap: var(--space-12);
  }

  .links {
    display: flex;
    flex-wrap: wrap;
    column-gap: var(--space-16);
    font-size: var(--text-16);
  }

  .links a {
    display: inline-flex;
    align-items: center;
    min-width: 44px;
    min-height: 44px;
    color: var(--ink-soft);
    text-underline-offset: 0.2em;
  }

  .links a:hover {
    color: var(--ink);
  }

  footer .icon {
    color: var(--brand-text);
  }

  @media (min-width: 43.75em) {
    header,
    footer {
      padding-inline: var(--space-32);
    }
  }
`;
