import { css } from 'lit';

export const captionsStyles = css`
  :host {
    display: block;
  }

  .strip {
    display: flex;
    flex-direction: column;
    justify-content: flex-end;
    min-height: 3.5em;
    max-height: 30vh;
    margin: var(--space-8) auto 0;
    padding: var(--space-8) var(--space-16);
    max-width: 60rem;
    overflow-y: auto;
    border-radius: var(--radius);
    font-size: var(--text-20);
    line-height: 1.35;
  }

  .size-1 {
    font-size: calc(var(--text-20) * 1.5);
  }

  .size-2 {
    font-size: calc(var(--text-20) * 2);
  }

  /* Full contrast by the person's own choice: the page's colours would be less. */
  .dark {
    background: #000;
    color: #fff;
  }

  .light {
    background: #fff;
    color: #000;
  }

  .yellow {
    background: #000;
    color: #ff0;
  }

  p {
    overflow-wrap: anywhere;
  }
`;
