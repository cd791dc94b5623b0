import { css } from 'lit';

export const noticesStyles = css`
  :host {
    display: block;
  }

  ul {
    display: grid;
    gap: 1px;
    padding: 0;
    list-style: none;
  }

  li {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: center;
    gap: var(--space-8) var(--space-12);
    padding: var(--space-8) var(--space-16);
    background: var(--stage-raised);
    color: var(--stage-ink);
    font-size: min(1.125rem, 7vw);
    font-weight: var(--bold);
    line-height: var(--leading-tight);
  }

  p {
    flex: 0 1 auto;
    min-width: 0;
    max-width: min(44rem, calc(100% - 2.5rem));
  }

  .act {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    min-width: 44px;
    min-height: 44px;
    max-width: 100%;
    padding: var(--space-4) var(--space-16);
    border: 0;
    border-radius: var(--radius-full);
    background: var(--stage-ink);
    color: var(--stage);
    font-weight: var(--bold);
    text-decoration: none;
  }

  /* On a phone two notices leave the faces nine tenths of the window: what to do stands beside what is said. */
  @media (max-width: 43.74em) {
    li {
      gap: var(--space-8);
      padding: var(--space-4) var(--space-12);
      font-size: min(var(--text-16), 7vw);
    }

    p {
      flex: 1 1 min(10rem, calc(100% - 2.5rem));
    }

    .act {
      padding-inline: var(--space-12);
    }
  }

  .loud {
    background: var(--stage-caution);
    color: var(--stage);
    font-size: min(var(--text-20), 7.5vw);
    --focus: var(--stage);
    --focus-ground: var(--stage-caution);
  }

  .loud .act {
    background: var(--stage);
    color: var(--stage-ink);
  }
`;
