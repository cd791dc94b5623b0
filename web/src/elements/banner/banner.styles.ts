import { css } from 'lit';

export const bannerStyles = css`
  :host {
    display: block;
  }

  .banner {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: center;
    gap: var(--space-8) var(--space-12);
    padding: var(--space-8) var(--space-16);
    background: var(--stage-raised);
    color: var(--stage-ink);
    font-size: var(--text-16);
    font-weight: var(--bold);
    line-height: var(--leading-tight);
  }

  :host([trouble]) .banner {
    background: var(--stage-caution);
    color: var(--stage);
    --focus: var(--stage);
    --focus-ground: var(--stage-caution);
  }

  p {
    flex: 0 1 auto;
    min-width: 0;
    max-width: 44rem;
  }

  /* The icon stays with the first line when the text wraps. */
  .icon + p {
    flex-basis: auto;
    max-width: calc(100% - 2.5rem);
  }

  .act {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    min-width: 44px;
    min-height: 44px;
    padding: 0 var(--space-16);
    border: 0;
    border-radius: var(--radius-full);
    background: var(--stage-ink);
    color: var(--stage);
    font-size: var(--text-16);
    font-weight: var(--bold);
    text-decoration: none;
  }

  @media (max-width: 43.74em) {
    .banner {
      gap: var(--space-8);
      padding: var(--space-4) var(--space-12);
    }

    .icon + p {
      flex: 1 1 min(10rem, calc(100% - 2.5rem));
    }

    .act {
      padding-inline: var(--space-12);
    }
  }

  :host([trouble]) .act {
    background: var(--stage);
    color: var(--stage-ink);
  }
`;
