import { css } from 'lit';

export const stageStyles = css`
  :host {
    position: relative;
    display: block;
    min-width: 0;
    min-height: 0;
  }

  vdx-tile {
    position: absolute;
  }

  vdx-tile[hidden] {
    display: none;
  }
`;
