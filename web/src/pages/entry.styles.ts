import { css } from 'lit';

export const entryStyles = css`
  form,
  .waiting {
    width: 100%;
    padding-block: var(--space-48);
  }

  h1:focus {
    outline: none;
    box-shadow: none;
  }

  p {
    font-size: var(--text-20);
    text-wrap: pretty;
  }

  .quiet {
    color: var(--ink-soft);
    font-weight: var(--regular);
  }

  .when {
    font-weight: var(--bold);
  }

  .hint {
    color: var(--ink-soft);
    font-size: var(--text-18);
  }

  .address[type='text'] {
    min-height: 3.5rem;
    font-size: var(--text-24);
  }

  .problem {
    margin-top: var(--space-8);
    font-size: var(--text-18);
  }

  @media (max-width: 37.49em) {
    form,
    .waiting {
      padding-block: var(--space-32);
    }

    .button {
      width: 100%;
    }
  }
`;
