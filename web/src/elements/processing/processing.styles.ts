import { css } from 'lit';

export const processingStyles = css`
  fieldset {
    display: grid;
    min-width: 0;
    margin: 0;
    padding: 0;
    border: 0;
  }

  legend {
    padding: 0;
    font-weight: var(--bold);
  }
`;
