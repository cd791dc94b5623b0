/** Somebody in a list without a picture: initials on a quiet colour from the name. */

import { css, unsafeCSS } from 'lit';

export const faces = css`
  .face {
    display: grid;
    flex: none;
    place-content: center;
    width: 40px;
    height: 40px;
    border-radius: 50%;
    color: var(--stage-ink);
    font-size: var(--text-16);
    font-weight: var(--bold);
  }

  ${unsafeCSS([0, 1, 2, 3, 4, 5, 6, 7].map((tone) => `.tone-${String(tone)} { background: var(--tone-${String(tone)}); }`).join(' '))}
`;
