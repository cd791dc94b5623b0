import { css } from 'lit';

export const filmStyles = css`
  :host {
    display: grid;
    gap: var(--space-12);
  }

  h3,
  p {
    margin: 0;
  }

  ul {
    display: grid;
    gap: var(--space-8);
    margin: 0;
    padding: 0;
    list-style: none;
  }

  li .button {
    justify-content: space-between;
    width: 100%;
    text-align: start;
  }

  input[type='range'] {
    width: 100%;
    min-height: 44px;
  }

  .row {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-8);
    align-items: center;
  }

  .soft {
    color: var(--soft, inherit);
    overflow-wrap: anywhere;
  }
`;
